"""What does a collection of ten billion words cost on a cluster?

Every step that a cluster shares is timed on an even part of the UN General Debate speeches of the
optional data folder, in one process with a thread for every core ("here") and on Dask clusters of
one and of two worker processes of one thread, on this machine. Writes
benchmarks/results/cluster.csv: `words_s` words a second, `core_hours` what ten billion words take
of one core of a worker at the rate of one worker (10^10 / words_s / 3600), `share` how much of
twice one worker's rate two of them reach. Steps see each text once, with empty caches. "index" is
what one machine does before, and `bytes_word` what that takes of its disk, texts included;
`memory_word` the bytes of its memory that the postings take while they are put together.
"""

import datetime
import os
import platform
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from analysis import corpus, counts, engine, paths
from analysis.corpus import Corpus
from analysis.measures import _topic_placing, topics
from analysis.measures.collocation import collocation
from analysis.measures.dispersion import dispersion
from analysis.measures.keyness import keyness
from analysis.measures.sentiment import sentiment

GOAL = 10_000_000_000
MANY, FEW = 3_000, 48  # documents for steps that count, and for steps that read sentences
FITTED = 40  # documents that the topics are learnt from


def main() -> None:
    data = paths.data()
    if data is None or not (data / "big").is_dir():
        raise SystemExit("the optional data folder is absent: set DISCOURSE_DATA")
    table = pq.read_table(data / "big" / "ungdc.parquet").to_pandas()
    held = {"many": spread(table, MANY), "few": spread(table, FEW), "other": spread(table[1:], FEW)}
    texts = {name: corpus.from_rows(rows) for name, rows in held.items()}
    with tempfile.TemporaryDirectory(prefix="cluster-") as folder:
        os.environ["DISCOURSE_CACHE"] = str(Path(folder) / "fit")
        model = topics.fit(corpus.from_rows(spread(table, FITTED)), k=8, unit="paragraph")
        rows = [
            row
            for workers in (0, 1, 2)
            for row in measured(workers, texts, model, Path(folder) / str(workers))
        ]
        rows.append(indexed(held["many"], Path(folder)))
    out = pd.DataFrame(rows)
    one = out[out["workers"] == 1].set_index("step")["words_s"]
    out["core_hours"] = (GOAL / out["step"].map(one) / 3600).where(out["workers"] == 1)
    out["share"] = (out["words_s"] / out["step"].map(one) / 2).where(out["workers"] == 2)
    out["date"] = datetime.date.today().isoformat()
    out["machine"] = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    out["versions"] = ", ".join(f"{p} {version(p)}" for p in ("dask", "numpy", "pyarrow"))
    out.to_csv(paths.RESULTS / "cluster.csv", index=False, float_format="%.4g")
    print(out.drop(columns=["date", "machine", "versions"]).to_string())


def spread(table: pd.DataFrame, n: int) -> pd.DataFrame:
    """Return so many documents, evenly spread over the collection."""
    return table.iloc[:: len(table) // n][:n].reset_index(drop=True)


def steps(model: topics.TopicModel) -> dict[str, tuple[str, Callable[[Corpus], Any]]]:
    """Return every step: the corpus it is timed on and what it does."""
    return {
        "marks": ("many", lambda c: c.marks),
        "counts": ("many", counts.count),
        "keyness": ("many", lambda c: keyness(c, by="decade", target="1990s")),
        "dispersion": ("many", lambda c: dispersion(c, by="decade")),
        "collocates": ("many", lambda c: collocation(c, "peace")),
        "topics": ("few", lambda c: _topic_placing.placed(c, model)),
        "sentiment": ("other", lambda c: sentiment(c, by="source")),
    }


def measured(
    workers: int, texts: dict[str, Corpus], model: topics.TopicModel, cache: Path
) -> list[dict[str, Any]]:
    """Return a row a step, done by so many workers; 0: here."""
    os.environ["DISCOURSE_CACHE"] = str(cache)  # Workers inherit it.
    if not workers:
        return [timed(name, 0, engine.HERE, texts, *step) for name, step in steps(model).items()]
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
    ) as made:
        there = engine.of(made.scheduler_address)
        # Workers import libraries and load models for a first text, which is not timed.
        for number in range(4 * workers):
            sentiment(texts["many"].part(np.array([number])).on(there), by="source", n_boot=9)
        found = [timed(name, workers, there, texts, *step) for name, step in steps(model).items()]
        there.client.close()
        return found


def indexed(table: pd.DataFrame, folder: Path) -> dict[str, Any]:
    """Time the reading of a table, and its cutting into words, to an index on disk."""
    os.environ["DISCOURSE_CACHE"] = str(folder / "index")
    table.to_parquet(folder / "table.parquet")
    corpus._LARGE = 0
    start = time.perf_counter()
    made = corpus.load(folder / "table.parquet")
    seconds, words = time.perf_counter() - start, len(made.tokens)
    held = sum(f.stat().st_size for f in (folder / "index").rglob("*") if f.is_file())
    found = counts.postings_of(made)
    memory = found.doc.nbytes + found.x.nbytes
    return {"step": "index", "workers": 0, "words": words, "seconds": seconds,
            "words_s": words / seconds, "bytes_word": held / words,
            "memory_word": 2 * memory / words}  # fmt: skip


def timed(
    name: str, workers: int, doer: engine.Engine, held: dict[str, Corpus], on: str,
    work: Callable[[Corpus], Any],
) -> dict[str, Any]:  # fmt: skip
    """Time a step on a corpus of which nothing was asked but its marks."""
    rows = held[on].documents.index.to_numpy()
    texts = held[on].part(rows).on(doer)
    if name == "marks":
        vars(texts).pop("marks")
    else:
        _ = texts.tokens.kept
    start = time.perf_counter()
    work(texts)
    seconds = time.perf_counter() - start
    words = len(texts.tokens)
    return {"step": name, "workers": workers, "words": words, "seconds": seconds,
            "words_s": words / seconds}  # fmt: skip


if __name__ == "__main__":
    main()
