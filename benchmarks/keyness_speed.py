"""How fast is keyness of many groups, how much memory does it take, beside pycorpdiff?

    python -m benchmarks.keyness_speed [--rival PYTHON] [--documents 10000 50000] [--out FILE]

Writes benchmarks/results/keyness_speed.csv. The made-up corpora have 200 words a document, drawn
from 50,000 types by Zipf's law, in 40 groups; the real one, where the optional data folder is
there, is the UN General Debate: the 20 and the 40 countries with most words. Every number comes of
a process of its own, the fastest of REPEATS:

`indexed_s` seconds to count and mark the texts, once, and `opened_s` to open the finished index;
`seconds` and `cpu_s` of the call to keyness (pycorpdiff, which keeps no index, counts in it);
`peak_mb` the most memory that process held, mapped files included. `n_boot` 0 is keyness without
resampling, in its default columns; otherwise all columns there are. `contrasts` groups are each
compared with the rest; "two halves" is one contrast of two halves of the same corpus, since
pycorpdiff compares two. PYTHON is an interpreter that has pycorpdiff and pyarrow, such as that of
a virtual environment of its own; it reads the same texts and is told to resample as often and to
give dispersion too.
"""

# Run by the rival's interpreter too, which has neither the suite nor its packages: nothing but the
# standard library is imported at the top.
import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

TYPES, WORDS, GROUPS = 50_000, 200, 40
DOCUMENTS = (10_000, 50_000)  # 2 and 10 million words
COUNTRIES = (20, 40)
RIVAL_DOCUMENTS = 10_000  # it holds a number for every document and type: 4 GB, and copies of it
N_BOOT = 199
REPEATS = 2
COLUMNS = (
    "system", "corpus", "documents", "words", "groups", "contrasts", "n_boot", "indexed_s",
    "opened_s", "seconds", "cpu_s", "peak_mb", "rows",
)  # fmt: skip
PACKAGES = ("numpy", "scipy", "pandas", "pyarrow")


def main() -> None:
    from analysis import paths

    arguments = asked(paths.RESULTS / "keyness_speed.csv")
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="keyness-") as name:
        folder = Path(name)
        for n_docs in arguments.documents:
            file = made_up(n_docs, folder / f"zipf-{n_docs}.parquet")
            rows += contrasted(file, folder, "made up, Zipf", arguments.rival)
        if (paths.data() or folder).joinpath("big", "ungdc.parquet").is_file():
            for n in COUNTRIES:
                file = speeches(n, folder / f"speeches-{n}.parquet")
                rows += contrasted(file, folder, "UN General Debate", arguments.rival)
        else:
            print("the optional data folder is absent: no real corpus is measured")
    write(rows, arguments.out)


def asked(out: Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.keyness_speed")
    parser.add_argument("--rival", metavar="PYTHON", help="an interpreter that has pycorpdiff")
    parser.add_argument("--documents", type=int, nargs="+", default=DOCUMENTS)
    parser.add_argument("--out", type=Path, default=out)
    return parser.parse_args()


def made_up(n_docs: int, file: Path) -> Path:
    """Write a corpus of documents drawn by Zipf's law, in 40 groups and in two halves."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(0)
    weight = 1 / np.arange(1, TYPES + 1)
    word = np.array([spelt(i) for i in range(TYPES)], dtype=object)
    ids = rng.choice(TYPES, size=(n_docs, WORDS), p=weight / weight.sum())
    number = np.arange(n_docs)
    rows = pd.DataFrame({
        "doc_id": [f"d{i:06}" for i in number],
        "source": [f"group {i:02}" for i in number % GROUPS],
        "half": np.where(number % 2, "second", "first"),
        "language": "en",
        "text": [" ".join(line) for line in word[ids]],
    })  # fmt: skip
    rows.to_parquet(file, index=False)
    return file


def spelt(number: int) -> str:
    """Return a word of four letters or more for a number: aaab, aaac, …"""
    letters = ""
    while number or len(letters) < 4:
        number, rest = divmod(number, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


def speeches(n: int, file: Path) -> Path:
    """Write the speeches of the `n` countries with most words."""
    import pandas as pd

    from analysis import paths

    rows = pd.read_parquet(Path(str(paths.data())) / "big" / "ungdc.parquet")
    size = rows["text"].str.count(r"\s+").groupby(rows["source"]).sum()
    chosen = size.sort_values(ascending=False, kind="stable").index[:n]
    rows = rows[rows["source"].isin(chosen)].sort_values("doc_id")
    half = ["first", "second"] * (len(rows) // 2 + 1)
    rows.assign(half=half[: len(rows)]).to_parquet(file, index=False)
    return file


def contrasted(file: Path, folder: Path, corpus: str, rival: str | None) -> list[dict[str, Any]]:
    """Return a row for each way in which one corpus is asked for its keywords."""
    cache = folder / f"cache-{file.stem}"
    built = run([sys.executable, "-m", "benchmarks.keyness_speed", "index", str(file)], cache)
    ours = [sys.executable, "-m", "benchmarks.keyness_speed", "suite", str(file)]
    ways = [("source", N_BOOT), ("source", 0), ("half", N_BOOT), ("half", 0)]
    rows = [best([*ours, by, str(n)], cache) | {"indexed_s": built["seconds"]} for by, n in ways]
    if rival is None:
        print("no --rival PYTHON: pycorpdiff is not measured")
    elif rows[0]["documents"] > RIVAL_DOCUMENTS:
        print(f"more than {RIVAL_DOCUMENTS:,} documents: pycorpdiff is not measured")
    else:
        theirs = [rival, str(Path(__file__)), "rival", str(file), "half"]
        rows += [best([*theirs, str(n)], cache) for n in (N_BOOT, 0)]
    return [{**row, "corpus": corpus} for row in rows]


def best(command: list[str], cache: Path) -> dict[str, Any]:
    """Run a command some times; the fastest counts, with the most memory any of them held."""
    found = [run(command, cache) for _ in range(REPEATS)]
    row = min(found, key=lambda r: r["seconds"])
    row["peak_mb"] = max(r["peak_mb"] for r in found)
    print(json.dumps(row), flush=True)
    return row


def run(command: list[str], cache: Path) -> dict[str, Any]:
    environment = {**os.environ, "DISCOURSE_CACHE": str(cache)}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def index(file: Path) -> dict[str, Any]:
    """Build the index and find the marks, so that no measured run does."""
    start = time.perf_counter()
    opened(file).tokens.excluded()
    return {"seconds": time.perf_counter() - start}


def opened(file: Path) -> Any:
    from analysis import corpus

    corpus._LARGE = 0  # the smallest would be held in memory
    return corpus.load(file)


def suite(file: Path, by: str, n_boot: int) -> dict[str, Any]:
    """Measure one call to keyness in this process."""
    from analysis.measures.keyness import MEASURES, keyness

    start = time.perf_counter()
    corpus = opened(file)
    corpus.tokens.excluded()
    seconds_opened = time.perf_counter() - start
    measures = MEASURES if n_boot else ()
    target = "first" if by == "half" else None
    start, cpu = time.perf_counter(), time.process_time()
    rows = keyness(corpus, by=by, target=target, n_boot=n_boot, measures=measures)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    return {
        "system": "the suite", "documents": len(corpus.documents), "words": len(corpus.tokens),
        "groups": corpus.documents[by].nunique(), "contrasts": rows["group"].nunique(),
        "n_boot": n_boot, "opened_s": seconds_opened, "seconds": seconds, "cpu_s": cpu,
        "peak_mb": peak(), "rows": len(rows),
    }  # fmt: skip


def rival(file: Path, by: str, n_boot: int) -> dict[str, Any]:
    """Measure one contrast of two halves by pycorpdiff in this process."""
    from importlib.metadata import version

    import pandas as pd
    import pycorpdiff

    table = pd.read_parquet(file, columns=["doc_id", "text", by])
    start = time.perf_counter()
    corpus = pycorpdiff.from_dataframe(table, id_col="doc_id", meta_cols=(by,))
    compared = pycorpdiff.compare(corpus.slice(**{by: "first"}), corpus.slice(**{by: "second"}))
    seconds_opened = time.perf_counter() - start
    options: dict[str, Any] = {"min_count": 3}
    if n_boot:
        options |= {"ci": "bootstrap", "n_boot": n_boot, "bootstrap_seed": 0, "dispersion": True}
    start, cpu = time.perf_counter(), time.process_time()
    found = compared.keyness(**options)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    return {
        "system": f"pycorpdiff {version('pycorpdiff')}", "documents": len(table),
        "words": int(found.n_a + found.n_b), "groups": 2, "contrasts": 1, "n_boot": n_boot,
        "opened_s": seconds_opened, "seconds": seconds, "cpu_s": cpu, "peak_mb": peak(),
        "rows": len(found.table),
    }  # fmt: skip


def peak() -> float:
    """Return the most memory this process held, in MB; Linux tells it of the program alone."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1000


def write(rows: list[dict[str, Any]], file: Path) -> None:
    from importlib.metadata import version

    import pandas as pd

    out = pd.DataFrame(rows, columns=list(COLUMNS))
    out["date"] = datetime.date.today().isoformat()
    out["machine"] = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    out["versions"] = ", ".join(f"{p} {version(p)}" for p in PACKAGES)
    out.to_csv(file, index=False, float_format="%.4g")
    print(out[list(COLUMNS)].to_string(index=False))


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] in ("index", "suite", "rival"):
        task, given, *more = sys.argv[1:]
        if task == "index":
            print(json.dumps(index(Path(given))))
        else:
            measured = suite if task == "suite" else rival
            print(json.dumps(measured(Path(given), more[0], int(more[1]))))
    else:
        main()
