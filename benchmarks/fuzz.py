"""Does any input break the importers, the tokeniser or what reads a user's words?

Coverage-guided: atheris (libFuzzer for Python) mutates small valid files, one target of
:mod:`benchmarks.fuzz_targets` after the other, and keeps each input that reaches new code. An
input is a finding if something other than one sentence of refusal comes of it, if a promise of
that file does not hold, if it takes more than `SLOW` seconds or more than `MEMORY` MB.

    python -m benchmarks.fuzz --minutes 10

Needs atheris, which is no part of the environment: ``pip install atheris``. Writes
benchmarks/results/fuzz.csv: a row a target with the inputs run, the edges of the program reached
and the findings. Inputs that found new code, and findings, are kept in the cache folder, so that
the next run goes on from there.
"""

import argparse
import datetime
import os
import platform
import re
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from analysis import paths

SLOW = 20  # seconds for one input of at most LONGEST bytes, on a busy machine
MEMORY = 2_500  # MB, of which an empty run takes 500
LONGEST = 8_192
_STARTING = 90  # seconds that a target may take to begin and end, beside its time
_STAT = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_EDGES = re.compile(r"cov: (\d+) ft: (\d+)")
_INSTRUMENTED = ("analysis", "docx", "openpyxl", "py3langid", "pypdf", "striprtf", "sentencex")


def main() -> None:
    """Run every target for its share of the time; fail if there is a finding."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--targets", nargs="*", help="of benchmarks.fuzz_targets; default all")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    given, rest = parser.parse_known_args()
    if given.run:
        _run(given.run, rest)
        return
    from benchmarks import fuzz_targets

    names = given.targets or list(fuzz_targets.targets())
    seconds = max(round(60 * given.minutes / len(names)), 1)
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        rows = [_fuzzed(name, seconds, folder) for name in names]
    out = pd.DataFrame(rows)
    out["date"] = datetime.date.today().isoformat()
    out["machine"] = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    packages = ("atheris", "lxml", "pypdf", "pyarrow", "openpyxl", "striprtf", "trafilatura")
    out["versions"] = ", ".join(f"{p} {version(p)}" for p in packages)
    print(out.drop(columns=["date", "machine", "versions"]).to_string(index=False))
    if not given.targets:
        out.to_csv(paths.RESULTS / "fuzz.csv", index=False)
    if out["findings"].any():
        raise SystemExit(f"findings are in {paths.cache() / 'fuzz'}")


def _fuzzed(name: str, seconds: int, folder: str) -> dict[str, object]:
    """Fuzz one target in a process of its own, until its time is up or something is found."""
    home = paths.cache() / "fuzz" / name
    kept, found = home / "kept", home / "found"
    kept.mkdir(parents=True, exist_ok=True)
    found.mkdir(exist_ok=True)
    begun = datetime.datetime.now()
    before = set(found.iterdir())
    command = [
        sys.executable, "-m", "benchmarks.fuzz", "--run", name, str(kept),
        f"-max_total_time={seconds}", f"-timeout={SLOW}", f"-rss_limit_mb={MEMORY}",
        f"-max_len={LONGEST}", f"-artifact_prefix={found}/", "-print_final_stats=1",
    ]  # fmt: skip
    alone = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TMPDIR": folder}
    try:
        done = subprocess.run(
            command, cwd=paths.ROOT, env=alone, timeout=seconds + _STARTING + SLOW,
            capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
        told, status = done.stdout + done.stderr, done.returncode
    except subprocess.TimeoutExpired as error:
        told, status = (error.stderr or b"").decode("utf-8", "replace"), -1
    (home / "log.txt").write_text(told, encoding="utf-8")
    new = sorted(set(found.iterdir()) - before)
    edges = _EDGES.findall(told)
    if status and not new:
        raise SystemExit(f"{name}: the fuzzer failed, see {home / 'log.txt'}")
    took = (datetime.datetime.now() - begun).total_seconds()
    return {
        "target": name, "seconds": round(took, 1), "inputs": sum(map(int, _STAT.findall(told))),
        "edges": int(edges[-1][0]) if edges else 0, "features": int(edges[-1][1]) if edges else 0,
        "kept": len(list(kept.iterdir())), "findings": len(new),
    }  # fmt: skip


def _run(name: str, arguments: list[str]) -> None:
    """Be the fuzzer of one target; never returns."""
    try:
        import atheris
    except ImportError:
        raise SystemExit("atheris is not installed: pip install atheris") from None
    with atheris.instrument_imports(include=list(_INSTRUMENTED)):
        from benchmarks import fuzz_seeds, fuzz_targets

        target = fuzz_targets.targets()[name]
        fuzz_targets.unchecked()
        for seed in fuzz_seeds.seeds()[name]:
            target(seed)  # Imports what is imported late, so that it is instrumented as well.
    kept = Path(arguments[0])
    for number, seed in enumerate(fuzz_seeds.seeds()[name]):
        (kept / f"seed-{number}").write_bytes(seed)
    atheris.Setup([sys.argv[0], *arguments], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
