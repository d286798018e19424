"""How fast is the index of a large corpus built, opened and asked, beside CountVectorizer?

Reads the optional data folder (UN General Debate and Bundestag speeches, 286 million characters)
and parts of it; writes benchmarks/results/index.csv. Every number comes of a process of its own:
`built` seconds from the Parquet file to the index on disk; `words_s` words of ours per second;
`ratio` CountVectorizer's time on the same texts, which are in memory before its clock starts,
over ours; `peak_mb` the most memory the process held, mapped files included; `marks` seconds for
all marks and copies, once; `opened` seconds to load the finished index; `frequency` seconds for
three words by source and year, `concordance` for 1,000 lines of a word, both the first time and
again. `added` seconds when two in a hundred documents are new.
"""

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

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis import corpus, paths

SHARES = (0.025, 0.1, 0.35, 1.0)  # of the documents of both collections
REPEATS = 2  # the fastest of so many counts, of ours and of the rival alike
TERMS = ("peace", "frieden", "sanctions")


def main() -> None:
    data = paths.data()
    if data is None or not (data / "big").is_dir():
        raise SystemExit("the optional data folder is absent: set DISCOURSE_DATA")
    with tempfile.TemporaryDirectory(prefix="index-") as folder:
        rows = [measured(data / "big", Path(folder), share) for share in SHARES]
    out = pd.DataFrame(rows)
    out["date"] = datetime.date.today().isoformat()
    out["machine"] = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    packages = ("numpy", "pyarrow", "scikit-learn", "sentencex")
    out["versions"] = ", ".join(f"{p} {version(p)}" for p in packages)
    out.to_csv(paths.RESULTS / "index.csv", index=False, float_format="%.4g")
    print(out.drop(columns=["date", "machine", "versions"]).T.to_string())


def measured(big: Path, folder: Path, share: float) -> dict[str, Any]:
    """Return one row: everything about an evenly drawn part of the collections."""
    table = collection(big, share)
    file = folder / "part.parquet"
    pq.write_table(table, file)
    texts = table["text"]
    row: dict[str, Any] = {
        "documents": len(table), "characters": sum(len(t.as_py()) for t in texts)
    }  # fmt: skip
    ours, rival = [], []
    for number in range(REPEATS):
        cache = folder / f"cache-{share}-{number}"
        ours.append({**in_process("build", file, cache), "cache": cache})
        rival.append(in_process("rival", file, cache))
    best = min(ours, key=lambda r: r["built"])
    row |= {k: v for k, v in best.items() if k != "cache"}
    row |= min(rival, key=lambda r: r["rival"])
    row["ratio"] = row["rival"] / row["built"]
    row |= in_process("use", file, best["cache"])
    pq.write_table(collection(big, min(share * 1.02, 1.0)), file)
    row |= in_process("add", file, best["cache"])
    return row


def collection(big: Path, share: float) -> pa.Table:
    """Return an even part of both collections, with a column for the language."""
    tables = []
    for name in ("ungdc", "bundestag20"):
        table = pq.read_table(big / f"{name}.parquet")
        tables.append(table.slice(0, max(1, int(len(table) * share))))
    return pa.concat_tables(tables)


def in_process(task: str, file: Path, cache: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.index", task, str(file)]
    environment = {**os.environ, "DISCOURSE_CACHE": str(cache)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def build(file: Path) -> dict[str, Any]:
    corpus._LARGE = 0  # the smallest part would be held in memory
    start = time.perf_counter()
    made = corpus.load(file)
    seconds = time.perf_counter() - start
    words = len(made.tokens)
    return {
        "words": words, "sentences": len(made.arrays.sentences), "built": seconds,
        "words_s": words / seconds, "peak_mb": peak(),
    }  # fmt: skip


def add(file: Path) -> dict[str, Any]:
    corpus._LARGE = 0
    start = time.perf_counter()
    corpus.load(file)
    return {"added": time.perf_counter() - start}


def rival(file: Path) -> dict[str, Any]:
    from sklearn.feature_extraction.text import CountVectorizer

    texts = pq.read_table(file, columns=["text"])["text"].to_pylist()
    start = time.perf_counter()
    counts = CountVectorizer().fit_transform(texts)
    seconds = time.perf_counter() - start
    return {"rival": seconds, "rival_words": int(counts.sum()), "rival_peak_mb": peak()}


def use(file: Path) -> dict[str, Any]:
    from analysis.measures.concordance import concordance
    from analysis.measures.frequency import frequency

    out = {}
    corpus._LARGE = 0
    made, out["opened"] = timed(corpus.load, file)
    _, out["marks"] = timed(lambda: made.marks)
    made = corpus.load(file)
    for again in ("", "_again"):
        _, out[f"frequency{again}"] = timed(frequency, made, terms=TERMS, by=("source", "year"))
        _, out[f"concordance{again}"] = timed(concordance, made, "peace", n=1000)
    return out


def timed(work: Any, *args: Any, **options: Any) -> tuple[Any, float]:
    start = time.perf_counter()
    result = work(*args, **options)
    return result, time.perf_counter() - start


def peak() -> float:
    """Return the most memory this process held, in MB; Linux tells it of the program alone."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1000


if __name__ == "__main__":
    if len(sys.argv) > 1:
        tasks = {"build": build, "rival": rival, "use": use, "add": add}
        print(json.dumps(tasks[sys.argv[1]](Path(sys.argv[2]))))
    else:
        main()
