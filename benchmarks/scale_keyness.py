"""How fast is any subcorpus compared with the rest, at 44 and at 100 million words?

    python -m benchmarks.scale_keyness [--share 1.0] [--out FILE]

Reads the optional data folder (UN General Debate and Bundestag speeches, English and German) and
writes benchmarks/results/scale_keyness.csv. For more words than it has, three quarters of them are
taken three times with new ids; repeats are marked as such, so there marked parts are counted too.
Each is measured in a process of its own: `built` seconds for the index and the marks, once;
`counted` for the postings, once; `opened` to open both; `first` and `again` for keyness in its
default columns, without resampling, of documents drawn at random against all others in both
languages, the first time in a process and the fastest of REPEATS; `english` the same of the English
ones alone; `peak_mb` the most memory that process held, mapped files included; `cpu` of `again`.
"""

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis import corpus as corpora
from analysis import counts, paths
from analysis.measures.keyness import keyness
from benchmarks.index import collection, peak

REPEATS = 5
COPIES = {1: 1.0, 3: 0.75}  # How often what part of the documents is taken.
DRAWN = (0.01, 0.1, 0.5)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale_keyness")
    parser.add_argument("--share", type=float, default=1.0, help="only a part of all documents")
    parser.add_argument("--out", type=Path, default=paths.RESULTS / "scale_keyness.csv")
    asked = parser.parse_args()
    data = paths.data()
    if data is None or not (data / "big").is_dir():
        raise SystemExit("the optional data folder is absent: set DISCOURSE_DATA")
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="keyness-") as name:
        for copies, part in COPIES.items():
            folder = Path(name) / str(copies)
            folder.mkdir()
            table = repeated(collection(data / "big", asked.share * part), copies)
            pq.write_table(table, folder / "texts.parquet")
            once = in_process("build", folder)
            rows += [{**once, **row, "copies": copies} for row in in_process("ask", folder)]
    out = pd.DataFrame(rows)
    out["date"] = datetime.date.today().isoformat()
    out["machine"] = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    packages = ("numpy", "scipy", "pandas", "pyarrow", "numba")
    out["versions"] = ", ".join(f"{p} {version(p)}" for p in packages)
    out.to_csv(asked.out, index=False, float_format="%.4g")
    print(out.drop(columns=["date", "machine", "versions"]).to_string(index=False))


def repeated(table: pa.Table, copies: int) -> pa.Table:
    """Return the documents `copies` times, under new ids."""
    place = table.column_names.index("doc_id")
    again = [
        table.set_column(
            place, "doc_id", pa.array([f"{i}-{n}" for i in table["doc_id"].to_pylist()])
        )
        for n in range(copies)
    ]
    return pa.concat_tables(again)


def in_process(task: str, folder: Path) -> Any:
    command = [sys.executable, "-m", "benchmarks.scale_keyness", task, str(folder)]
    environment = {**os.environ, "DISCOURSE_CACHE": str(folder / "cache")}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def build(folder: Path) -> dict[str, Any]:
    """Build the index, find the marks where they count, and count."""
    marked = folder.name != "1"
    start = time.perf_counter()
    corpus = opened(folder)
    if not marked:
        corpus.tokens.excluded()
    built = time.perf_counter() - start
    start = time.perf_counter()
    held = counts.postings_of(corpus, include_marked=marked)
    return {
        "documents": len(corpus), "words": len(corpus.tokens), "terms": len(held.terms),
        "postings": len(held.doc), "include_marked": marked, "built": built,
        "counted": time.perf_counter() - start, "built_peak_mb": peak(),
    }  # fmt: skip


def ask(folder: Path) -> list[dict[str, Any]]:
    """Compare documents drawn at random with all others."""
    marked = folder.name != "1"
    start = time.perf_counter()
    corpus = opened(folder)
    counts.postings_of(corpus, include_marked=marked)
    seconds = time.perf_counter() - start
    english = corpus.documents["language"].to_numpy() == "en"
    rows = []
    for share in DRAWN:
        side = np.where(np.random.default_rng(0).random(len(corpus)) < share, "yes", "no")
        both = corpus.assign(mine=side, english=np.where(english, side, ""))
        row: dict[str, Any] = {"drawn": share, "opened": seconds}
        for by, name in (("mine", "again"), ("english", "english")):
            timed = [times(both, by, marked) for _ in range(1 + REPEATS)]
            if by == "mine":
                row |= {"rows": timed[0][2], "first": timed[0][0], "cpu": min(t[1] for t in timed)}
            row[name] = min(t[0] for t in timed)
        rows.append({**row, "peak_mb": peak()})
    return rows


def times(corpus: corpora.Corpus, by: str, marked: bool) -> tuple[float, float, int]:
    """Return seconds, seconds of processor time and rows of one contrast."""
    wall, cpu = time.perf_counter(), time.process_time()
    rows = keyness(corpus, by=by, target="yes", n_boot=0, include_marked=marked)
    return time.perf_counter() - wall, time.process_time() - cpu, len(rows)


def opened(folder: Path) -> corpora.Corpus:
    corpora._LARGE = 0  # A small part would be held in memory.
    return corpora.load(folder / "texts.parquet")


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] in ("build", "ask"):
        print(json.dumps((build if sys.argv[1] == "build" else ask)(Path(sys.argv[2]))))
    else:
        main()
