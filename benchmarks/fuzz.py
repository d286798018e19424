"""Does any input break the importers, the tokeniser or what reads a user's words?

Coverage-guided: atheris (libFuzzer for Python) mutates small valid files, one target of
:mod:`benchmarks.fuzz_targets` after the other, and keeps each input that reaches new code. An
input is a finding if something other than one sentence of refusal comes of it, if a promise of
that file does not hold, if it takes more than `SLOW` seconds or more than `MEMORY` MB.

    python -m benchmarks.fuzz --minutes 10

Needs atheris, which is no part of the environment: ``pip install atheris``. Writes
benchmarks/results/fuzz.csv: a row a target with its time, the inputs run, the edges of the program
reached and the findings; a target ends at its first. Inputs that reached new code, and findings,
are kept in the cache folder, so that the next run goes on from there.
"""

import argparse
import datetime
import os
import platform
import re
import shutil
import signal
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import paths

SLOW = 20  # seconds for one input of at most LONGEST bytes, on a busy machine
MEMORY = 2_500  # MB, of which the program itself takes a fifth
LONGEST = 20_000
_ENDING = 60  # seconds that a target may take beside its time
_RUN = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_REACHED = re.compile(r"cov: (\d+) ft: (\d+)")
_INSTRUMENTED = ("analysis", "docx", "openpyxl", "py3langid", "pypdf", "striprtf", "sentencex")


def main() -> None:
    """Run every target for its share of the time; fail if there is a finding."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--targets", nargs="*", help="of benchmarks.fuzz_targets; default all")
    given = parser.parse_args()
    memory = Path("/dev/shm")
    # Not a TemporaryDirectory: the copies of this process would remove it when they end.
    tempfile.tempdir = tempfile.mkdtemp(dir=memory if memory.is_dir() else None)
    own = os.getpid()
    try:
        atheris, targets, seeds = _instrumented(given.targets)
        seconds = max(round(60 * given.minutes / len(targets)), 1)
        rows = [_fuzzed(atheris, n, targets[n], seeds[n], seconds) for n in targets]
    finally:
        if os.getpid() == own:
            shutil.rmtree(tempfile.tempdir)
    out = pd.DataFrame(rows)
    out["date"] = datetime.date.today().isoformat()
    out["machine"] = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    packages = ("atheris", "lxml", "pypdf", "pyarrow", "openpyxl", "striprtf", "trafilatura")
    out["versions"] = ", ".join(f"{p} {version(p)}" for p in packages)
    print(out.drop(columns=["date", "machine", "versions"]).to_string(index=False))
    print(out[["seconds", "inputs", "findings"]].sum().to_string())
    if not given.targets:
        out.to_csv(paths.RESULTS / "fuzz.csv", index=False)
    if out["findings"].any():
        raise SystemExit(f"findings are in {paths.cache() / 'fuzz'}")


def _instrumented(names: list[str] | None) -> tuple[Any, dict[str, Any], dict[str, list[bytes]]]:
    """Import the program so that its edges are seen; return atheris, targets and first inputs."""
    try:
        import atheris
    except ImportError:
        raise SystemExit("atheris is not installed: pip install atheris") from None
    for room in [m for m in sys.modules if m.partition(".")[0] == "analysis"]:
        del sys.modules[room]
    with atheris.instrument_imports(include=list(_INSTRUMENTED)):
        from benchmarks import fuzz_seeds, fuzz_targets

        targets, seeds = fuzz_targets.targets(), fuzz_seeds.seeds()
        fuzz_targets.unchecked()
        for name in names or targets:
            for seed in seeds[name]:
                targets[name](seed)  # Imports what is imported late.
    return atheris, {name: targets[name] for name in names or targets}, seeds


def _fuzzed(
    atheris: Any, name: str, target: Any, seeds: list[bytes], seconds: int
) -> dict[str, object]:
    """Fuzz one target in a copy of this process, until its time is up or something is found."""
    home = paths.cache() / "fuzz" / name
    kept, found, log = home / "kept", home / "found", home / "log.txt"
    kept.mkdir(parents=True, exist_ok=True)
    found.mkdir(exist_ok=True)
    for number, seed in enumerate(seeds):
        (kept / f"seed-{number}").write_bytes(seed)
    before, begun = set(found.iterdir()), time.monotonic()
    options = {
        "max_total_time": seconds, "timeout": SLOW, "rss_limit_mb": MEMORY, "max_len": LONGEST,
        "artifact_prefix": f"{found}/", "print_final_stats": 1,
    }  # fmt: skip
    child = os.fork()
    if not child:
        with log.open("wb") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        told = [f"-{option}={value}" for option, value in options.items()]
        atheris.Setup([sys.argv[0], str(kept), *told], target)
        atheris.Fuzz()  # Ends the process.
    status = _ended(child, begun + seconds + SLOW + _ENDING)
    told = log.read_text(encoding="utf-8", errors="replace")
    new = sorted(set(found.iterdir()) - before)
    if status and not new:
        raise SystemExit(f"{name}: the fuzzer failed, see {log}")
    edges, features = (_REACHED.findall(told) or [("0", "0")])[-1]
    return {
        "target": name, "seconds": round(time.monotonic() - begun, 1),
        "inputs": sum(map(int, _RUN.findall(told))), "edges": int(edges),
        "features": int(features), "kept": len(list(kept.iterdir())), "findings": len(new),
    }  # fmt: skip


def _ended(child: int, deadline: float) -> int:
    """Wait for a process to end, and end it where it does not; return its status."""
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        time.sleep(0.1)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


if __name__ == "__main__":
    main()
