"""Are copies found, and how fast? Planted copies of real speeches, against MinHash; cost by size.

Reads the optional data folder (UN General Debate and Bundestag speeches); writes
benchmarks/results/copies.csv. Two kinds of rows. `task` planted: 500 speeches and one altered copy
of each beside the other speeches of the sample; recall is the share of copies that stand in a
cluster with their original, precision the share of documents put together that are copies (of the
speeches themselves none is counted, so real copies among them count against us). `task` size:
seconds of processor time and memory beyond the tokens for so many words.
"""

import datetime
import platform
import time
import tracemalloc
from importlib.metadata import version
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from analysis import copies, paths, shingles, tokens

PLANTED, OTHERS = 500, 1_500
CHANGED = (0, 0.05, 0.1, 0.2, 0.4)  # share of words replaced
PERMUTATIONS = 128
SIZES = (1_000_000, 5_000_000, 20_000_000, 50_000_000)


def main() -> None:
    data = paths.data()
    if data is None or not (data / "big").is_dir():
        raise SystemExit("the optional data folder is absent: set DISCOURSE_DATA")
    rows = [*planted(speeches(data / "big" / "bundestag20.parquet")), *sizes()]
    out = pd.DataFrame(rows)
    out["date"] = datetime.date.today().isoformat()
    out["machine"] = f"{platform.system()} {platform.machine()}"
    out["versions"] = f"numpy {version('numpy')}, scipy {version('scipy')}"
    out.to_csv(paths.RESULTS / "copies.csv", index=False, float_format="%.4g")


def speeches(file: object) -> list[list[str]]:
    texts = pq.read_table(file, columns=["text"])["text"].to_pandas()
    texts = texts.sample(4 * (PLANTED + OTHERS), random_state=0).tolist()
    words = [[t[s:e].casefold() for s, e in zip(*tokens.tokenize(t), strict=True)] for t in texts]
    return [w for w in words if len(w) >= 50][: PLANTED + OTHERS]


def alter(words: list[str], kind: str, rng: np.random.Generator, pool: list[str]) -> list[str]:
    if kind == "first half":
        return words[: len(words) // 2]
    if kind == "inside another":
        around = list(rng.choice(np.array(pool, dtype=object), 2 * len(words)))
        return [*around[: len(words)], *words, *around[len(words) :]]
    share = float(kind.split()[0]) / 100
    out = np.array(words, dtype=object)
    at = rng.random(len(out)) < share
    out[at] = rng.choice(np.array(pool, dtype=object), at.sum())
    return list(out)


def planted(originals: list[list[str]]) -> list[dict[str, object]]:
    rng = np.random.default_rng(0)
    pool = [w for words in originals[-200:] for w in words]
    rng.shuffle(pool)
    kinds = [f"{share * 100:g} % of words changed" for share in CHANGED]
    rows = []
    for kind in (*kinds, "first half", "inside another"):
        made = originals + [alter(w, kind, rng, pool) for w in originals[:PLANTED]]
        stream = as_tokens(made)
        for method, together in (
            ("containment", by_containment(stream, len(made), 1)),
            ("containment, 1 in 4", by_containment(stream, len(made), 4)),
            ("minhash", by_minhash(stream, len(made))),
        ):
            rows.append({"task": "planted", "method": method, "copies": kind, **score(together)})
    return rows


def score(label: np.ndarray) -> dict[str, float]:
    """Compare the groups found with the pairs planted."""
    n = len(label) - PLANTED
    right = label[n:] == label[:PLANTED]
    grouped = np.bincount(label)[label] > 1
    foreign = np.bincount(label[:n], minlength=label.max() + 1)[label[n:]] > right
    found = int(grouped[n:].sum())
    return {
        "n": PLANTED,
        "recall": float(right.mean()),
        "precision": float((right & ~foreign).sum() / found) if found else np.nan,
        "grouped_originals": int((np.bincount(label[:n])[label[:n]] > 1).sum()),
    }


def as_tokens(texts: list[list[str]]) -> SimpleNamespace:
    vocabulary, ids = np.unique([w for t in texts for w in t], return_inverse=True)
    doc = np.repeat(np.arange(len(texts), dtype=np.int32), [len(t) for t in texts])
    return SimpleNamespace(ids=ids.astype(np.int32), doc=doc, vocabulary=vocabulary)


def by_containment(stream: SimpleNamespace, n: int, sketch: int) -> np.ndarray:
    frame = pd.DataFrame({"doc_id": [f"{i:06}" for i in range(n)], "source": "", "date": ""})
    own = shingles.overlap(stream, n, sketch=sketch)
    found = copies.clusters(frame, stream, found=own)
    label = np.arange(n)
    label[found["doc"]] = found["first"]
    return label


def by_minhash(stream: SimpleNamespace, n: int, bands: int = 32) -> np.ndarray:
    """Resemblance of .8 or more by MinHash and banding (Broder 1997), for comparison."""
    hashes, docs = shingles._shingles(stream, shingles.WIDTH, 1)
    rng = np.random.default_rng(0)
    signs = np.full((n, PERMUTATIONS), np.iinfo(np.uint64).max, dtype=np.uint64)
    cuts = np.flatnonzero(np.diff(docs, prepend=-1))
    for k, (a, b) in enumerate(rng.integers(0, 2**63, (PERMUTATIONS, 2), dtype=np.uint64)):
        mixed = hashes * (a | np.uint64(1)) + b
        signs[docs[cuts], k] = np.minimum.reduceat(mixed ^ (mixed >> np.uint64(29)), cuts)
    near: set[tuple[int, int]] = set()
    for band in np.split(signs, bands, axis=1):
        keys = pd.Series([row.tobytes() for row in band])
        for own in keys.groupby(keys).indices.values():
            near |= {(own[0], x) for x in own[1:] if (signs[own[0]] == signs[x]).mean() >= 0.8}
    one, other = np.array(sorted(near), dtype=int).reshape(-1, 2).T
    return copies._components(one, other, n)


def sizes() -> list[dict[str, object]]:
    """Made-up words in speeches of 700, a tenth of them copies; the real ones are too few."""
    rows = []
    for n in SIZES:
        rng = np.random.default_rng(0)
        ids = np.minimum(rng.zipf(1.2, n), 200_000).astype(np.int32) - 1
        docs = np.minimum(np.arange(n) // 700, n // 700 - 1).astype(np.int32)
        tenth = n // 10 // 700 * 700
        ids[-tenth - n % 700 : n - n % 700] = ids[:tenth]
        stream = SimpleNamespace(
            ids=ids, doc=docs, vocabulary=np.array([f"w{i}" for i in range(200_000)])
        )
        count = int(docs[-1]) + 1
        frame = pd.DataFrame({"doc_id": np.arange(count).astype(str), "source": "", "date": ""})
        tracemalloc.start()
        began = time.process_time()
        found = copies.clusters(frame, stream)
        seconds = time.process_time() - began
        extra = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        rows.append(
            {"task": "size", "method": "containment", "n": n, "seconds": seconds,
             "extra_mb": extra, "found": len(found) / 2 / (tenth / 700)}
        )  # fmt: skip
    return rows


if __name__ == "__main__":
    main()
