"""What is there after a kill -9? Fifty kills each of an index build, a run and a command's --out.

Each is the real command, in a process of its own that is killed with all it started (but for
kernels, which must end by themselves) at a moment drawn evenly from the time it takes undisturbed.
Modules are loaded before, so that the moments fall into the work. After every kill what has its
final name must be the old state or the new, whole:

out     ``discourse check --out`` over an older file
index   ``discourse kwic`` of a made-up corpus of ten megabytes, which gets an index
run     ``discourse run`` of another corpus over the results of an older run: two notebooks with a
        figure, and a site of one page more; notebooks, figures and site are each old or new
pair    four builds of one index at once, one of them killed: the others end and agree

After every fifth kill the command is left to end and must give what it gives undisturbed, with no
unfinished file left. Writes benchmarks/results/crashes.csv: `broken` counts states that were
neither, `between` runs some of whose three folders were new, `unequal` results afterwards that
were others, `left` unfinished files after that.

``python -m benchmarks.crashes [KILLS [JOB ...]]``
"""

import datetime
import hashlib
import os
import platform
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
from nbformat import v4

from analysis import cli, execute, export, paths  # noqa: F401
from analysis.measures import concordance  # noqa: F401

KILLS = 50
EVERY = 5  # kills between two runs that may end
LATER = ("occurrences-", "postings-", "marks.", "shared.", "clusters.")
"""What the files of an index are called that a measure adds when it first needs them."""
FOUND = ("old", "new", "between", "broken", "unequal", "left")
DOCUMENTS = 4_000  # of some 2,500 characters
CODE = """from analysis import corpus, export
from analysis.measures.frequency import frequency
import matplotlib.pyplot as plt
texts = corpus.load(CORPUS)
rows = frequency(texts, terms=["minister"], by="doc_id").head(3)
fig, ax = plt.subplots()
ax.bar(rows["group"].astype(str), rows["estimate"])
made = export.figure(ax, rows, name="NAME", title="A", caption="B", alt="C", corpus=texts)
plt.close(fig)
made"""
PAGES = """# Texts
```{toctree}
../notebooks/00-a
../notebooks/01-b
```
"""


@dataclass(frozen=True)
class Job:
    """A command, what it is run over, and how its results are looked at."""

    name: str
    command: list[str]
    start: Callable[[], None]
    state: Callable[[], str]
    place: Path


def main(kills: int = KILLS, jobs: list[str] | None = None) -> None:
    rows = []
    with tempfile.TemporaryDirectory(prefix="crashes-") as name:
        home = Path(name)
        _set(home)
        for job in jobs or [*JOBS, "pair"]:
            made = pairs(home, -(-kills // EVERY)) if job == "pair" else JOBS[job](home)
            rows.append(made if isinstance(made, dict) else killed(made, kills, home))
            print(rows[-1], flush=True)
    out = pd.DataFrame(rows)
    out["date"] = datetime.date.today().isoformat()
    out["machine"] = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    if kills == KILLS and not jobs:
        out.to_csv(paths.RESULTS / "crashes.csv", index=False, float_format="%.3g")


def _set(home: Path) -> None:
    """Put two quick notebooks and a small site in the place of the suite's own."""
    os.environ |= {"PYTHONPATH": str(paths.ROOT), "OMP_NUM_THREADS": "1"}
    root = home / "suite"
    skip = shutil.ignore_patterns("_build", "__pycache__", "*.md", "figures")
    shutil.copytree(paths.ROOT / "site", root / "site", ignore=skip)
    (root / "site" / "index.md").write_text(PAGES, "utf-8")
    (root / "notebooks").mkdir()
    for number in ("00-a", "01-b"):
        head = v4.new_markdown_cell("# How often?")
        cell = v4.new_code_cell("CORPUS = ''", metadata={"tags": ["parameters"]})
        body = v4.new_code_cell(CODE.replace("NAME", number))
        book = v4.new_notebook(cells=[head, cell, body])
        nbformat.write(book, root / "notebooks" / f"{number}.ipynb")
    (root / "analysis").symlink_to(paths.ROOT / "analysis")
    paths.ROOT, paths.NOTEBOOKS = root, root / "notebooks"


def started(command: list[str], home: Path, cache: str = "cache") -> int:
    """Start a command in a process and a group of its own; return its number."""
    number = os.fork()
    if number:
        return number
    os.setsid()
    said = os.open(home / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.environ["DISCOURSE_CACHE"] = str(home / cache)
    os._exit(cli.main(command))


def ended(number: int, *, kill: bool = False) -> int:
    """Wait for a process, or kill it with its group; return its status."""
    if kill:
        os.killpg(number, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def done(command: list[str], home: Path, cache: str = "cache") -> float:
    """Let a command end; return the seconds."""
    start = time.monotonic()
    if ended(started(command, home, cache)):
        raise SystemExit(f"{' '.join(command)}: {(home / 'said').read_text()}")
    return time.monotonic() - start


def killed(job: Job, kills: int, home: Path) -> dict[str, Any]:
    """Kill a job so many times; return what was found."""
    job.start()
    seconds = done(job.command, home)
    if job.state() != "new":
        raise SystemExit(f"{job.name}: two runs of the same differ")
    draw, found = random.Random(0), dict.fromkeys(FOUND, 0)
    for number in range(1, kills + 1):
        if job.state() == "new":
            job.start()
        process = started(job.command, home)
        time.sleep(0.05 + draw.random() * seconds)
        ended(process, kill=True)
        found[job.state()] += 1
        if number % EVERY == 0:
            done(job.command, home)
            found["unequal"] += job.state() != "new"
            found["left"] += sum(1 for _ in unfinished(job.place))
    return {"job": job.name, "seconds": seconds, "kills": kills, **found}


def unfinished(folder: Path) -> Iterator[Path]:
    """Yield what is under a hidden or passing name."""
    for path in folder.rglob("*"):
        passing = path.name.startswith(".") or path.suffix in (".tmp", ".part")
        building = path.is_dir() and path.parent.name == "index" and "-" in path.name
        if (passing and path.name != ".buildinfo") or building:
            yield path


def tree(folder: Path) -> str:
    """Return a hash of all files of a folder, and of their names; of one that is not there too."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        whole.update(path.relative_to(folder).as_posix().encode())
        whole.update(path.read_bytes() if path.is_file() else b"")
    return whole.hexdigest()


def texts(file: Path, documents: int, seed: int) -> Path:
    """Write a made-up corpus."""
    draw = random.Random(seed)
    words = [
        "".join(draw.choices("abcdeghiklmnoprstuvw", k=draw.randint(2, 9))) for _ in range(5000)
    ]
    words += ["minister"] * 50
    lines = ["id,language,text"]
    for number in range(documents):
        said = [" ".join(draw.choices(words, k=12)).capitalize() for _ in range(30)]
        lines.append(f"d{number},nl,{'. '.join(said)}. De minister zei het.")
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


def out_job(home: Path) -> Job:
    folder, old = home / "out", home / "out-old.csv"
    folder.mkdir()
    new = home / "out-new.csv"
    done(["check", str(texts(home / "two.csv", 20, 2)), "--out", str(old)], home)
    command = ["check", str(texts(home / "one.csv", 30, 1)), "--out"]
    done([*command, str(new)], home)
    file, known = folder / "rows.csv", {"old": old.read_bytes(), "new": new.read_bytes()}

    def state() -> str:
        there = file.read_bytes() if file.exists() else None
        return next((name for name, content in known.items() if content == there), "broken")

    return Job("out", [*command, str(file)], lambda: shutil.copy(old, file) and None, state,
               folder)  # fmt: skip


def index_job(home: Path) -> Job:
    corpus = texts(home / "large.csv", DOCUMENTS, 3)
    command = ["kwic", str(corpus), "minister"]
    done(command, home, "whole")
    whole, here = home / "whole" / "index", home / "cache" / "index"
    known = {p.name: p.read_bytes() for p in (whole / "segments").iterdir()}

    def state() -> str:
        held = {p.name: p.read_bytes() for p in (here / "segments").glob("*.arrow")}
        named = [p for p in here.glob("*") if len(p.name) == 32]
        sound = all(known.get(name) == content for name, content in held.items())
        if not sound or not all(built(f, whole / f.name) for f in named):
            return "broken"
        return "new" if named else "old"

    return Job("index", command, lambda: shutil.rmtree(here.parent, ignore_errors=True), state,
               here)  # fmt: skip


def built(index: Path, whole: Path) -> bool:
    """Tell whether an index is there, all that is computed of it later being whole or absent."""
    names = {p.name for p in index.iterdir() if not p.name.startswith(".")}
    lacks = {p.name for p in whole.iterdir()} - names
    same = all((index / n).read_bytes() == (whole / n).read_bytes() for n in names)
    return same and all(name.startswith(LATER) for name in lacks)


def run_job(home: Path) -> Job:
    folder, parts = home / "results", ("notebooks", "figures", "site")
    old = ["run", str(texts(home / "old.csv", 12, 4)), "--out"]
    new = ["run", str(texts(home / "new.csv", 15, 5)), "--out"]
    done([*old, str(home / "results-old")], home)
    done([*new, str(home / "results-new")], home)
    known = {
        kind: {part: tree(home / f"results-{kind}" / part) for part in parts}
        for kind in ("old", "new")
    }

    def start() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(home / "results-old", folder)

    def state() -> str:
        there = {part: tree(folder / part) for part in parts}
        for kind, hashes in known.items():
            if there == hashes:
                return kind
        either = all(there[p] in (known["old"][p], known["new"][p]) for p in parts)
        return "between" if either else "broken"

    return Job("run", [*new, str(folder)], start, state, folder)


def pairs(home: Path, rounds: int) -> dict[str, Any]:
    """Build one index in four processes at once, kill one of them; the others end and agree."""
    job, draw = index_job(home), random.Random(1)
    job.start()
    seconds = done(job.command, home)
    found = dict.fromkeys(FOUND, 0)
    for _ in range(rounds):
        job.start()
        four = [started(job.command, home) for _ in range(4)]
        time.sleep(draw.random() * seconds * 2)
        ended(four[0], kill=True)
        found["unequal"] += sum(ended(number) != 0 for number in four[1:])
        found[job.state()] += 1
        done(job.command, home)
        found["left"] += sum(1 for _ in unfinished(job.place))
    return {"job": "pair", "seconds": seconds, "kills": rounds, **found}


JOBS = {"out": out_job, "index": index_job, "run": run_job}

if __name__ == "__main__":
    given = sys.argv[1:]
    main(int(given[0]) if given else KILLS, given[1:])
