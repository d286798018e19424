"""Are topics of real speeches found again, and do their words stand together?

    python -m benchmarks.real_topics [un] [bundestag] [mixed]

Speeches in the UN General Debate, Bundestag speeches on foreign policy, and both with a day of the
Dutch parliament: every n-th document of each, so that a run takes minutes. The whole model is
fitted again to samples of the documents, drawn with replacement within each source, from the
outside: ``topics.fit`` sees nothing of the first fit but its number of topics. A document drawn
twice is held once, as a copy is no further text (about 63 % of the documents are in a sample).
Every fit places the same stretches; a topic's direction is the mean of its own, in the space of
the first fit. gensim's LDA and scikit-learn's NMF are fitted to the words of the same stretches, as
many topics, stop words left out, and go through the first of these samples; their directions are
weights of words. c_npmi is over all speeches of the collections, not only those that were taken.
Writes ``benchmarks/results/real_topics.csv``.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from analysis import corpus as corpus_
from analysis import paths
from analysis.corpus import Corpus
from analysis.measures import _topic_choice as choice
from analysis.measures import _topic_model as model_
from analysis.measures import _topic_wordmodels as wordmodels
from analysis.measures import _topic_words as words_
from analysis.measures import topics
from analysis.measures.coherence import coherence, words_of
from benchmarks.language_vectors import stamp

FILES = {
    "un": ("ungdc_sub_en/speeches_20_countries_1990_2024.csv", "country_iso3"),
    "bundestag": ("bundestag20_sub_de/foreign_policy_speeches.csv", "party"),
    "handelingen": ("handelingen_nl/tk_2017_2018_70.csv", "party"),
}
CASES = {
    "un": {"un": 80},
    "bundestag": {"bundestag": 280},
    "mixed": {"un": 40, "bundestag": 140, "handelingen": 177},
}
"""Documents of each collection, taken evenly from all of it, ordered by source and place."""
SAMPLES = range(10)
SEEDS = range(3)
"""Starts of LDA and NMF, whose coherence is their mean; they go through so many samples."""
TOP = 10
DRAWN = "documents drawn, other seeds"
RIVALS = {"lda": "LDA (gensim)", "nmf": "NMF (scikit-learn)"}


@dataclass(frozen=True)
class Fitted:
    """A model of any kind: topics as directions, the topic of every reference stretch, top words.

    Attributes
    ----------
    centres : ndarray, shape (k, d)
        Rows of length 1.
    main : ndarray of int, shape (n_units,)
        Row of `centres` that each stretch of the first fit belongs to; -1 for none.
    words : list of set of (language, word)
    """

    centres: np.ndarray
    main: np.ndarray
    words: list[set[tuple[str, str]]]


def evenly(table: pd.DataFrame, n: int) -> pd.DataFrame:
    """Take `n` rows, evenly over sources and, in each, over its length."""
    ordered = table.sort_values("source", kind="stable")
    return ordered.iloc[np.unique(np.linspace(0, len(ordered) - 1, n).astype(int))]


def load(name: str) -> Corpus:
    """Read all speeches of a collection."""
    folder = paths.data()
    if folder is None:
        sys.exit("the optional data folder is not there: set DISCOURSE_DATA to run this benchmark")
    file, source = FILES[name]
    return corpus_.load(folder / file, source=source)


def read(case: str) -> Corpus:
    """Read the documents of a case."""
    parts = []
    for name, n in CASES[case].items():
        own = evenly(load(name).documents, n)
        parts.append(
            own.assign(doc_id=f"{name}-" + own["doc_id"], source=f"{name} " + own["source"])
        )
    return corpus_.from_rows(pd.concat(parts, ignore_index=True))


def samples(corpus: Corpus) -> Iterator[np.ndarray]:
    """Draw documents with replacement within each source; True for those drawn."""
    source = corpus.documents["source"].to_numpy(dtype=str)
    for i in SAMPLES:
        rng = np.random.default_rng(10_000 + i)  # Never the seed of a model's own samples.
        drawn = np.zeros(len(source), dtype=bool)
        for name in np.unique(source):
            own = np.flatnonzero(source == name)
            drawn[rng.choice(own, len(own))] = True
        yield drawn


def ours(view: "View", drawn: np.ndarray, seed: int) -> Fitted:
    """Fit the model to a sample and place the stretches of the reference in its topics."""
    return view.of(topics.fit(view.corpus.subset(drawn), k=view.reference.k, seed=seed))


class View:
    """The stretches of a first fit, in which every other is looked at.

    Parameters
    ----------
    corpus : Corpus
    reference : TopicModel
    """

    def __init__(self, corpus: Corpus, reference: topics.TopicModel) -> None:
        self.corpus, self.reference = corpus, reference
        self._counted = reference.units["fitted"].to_numpy(dtype=bool)
        self._vectors = self._placed(reference)[0]

    def _placed(self, found: topics.TopicModel) -> tuple[np.ndarray, np.ndarray]:
        """Return vectors of the stretches as a model sees them, and their basis."""
        vectors, _, basis = choice.placed(
            self.corpus, self.reference.units, found.space, model=found.model, seed=found.seed
        )
        return vectors, basis

    def of(self, found: topics.TopicModel) -> Fitted:
        """Place the stretches in the topics of a model."""
        assert found.anchors is not None
        vectors, basis = self._placed(found)
        main = (vectors @ (found.anchors[0] @ basis.T).T).argmax(axis=1)
        inside = (main == np.arange(found.k)[:, None]) & self._counted
        words = [top_words(found, t) for t in found.numbers]
        return Fitted(model_.unit(inside @ self._vectors), main[self._counted], words)


def top_words(found: topics.TopicModel, topic: int) -> set[tuple[str, str]]:
    """Return a topic's first words in each language."""
    own = found.terms[found.terms["topic"] == topic].groupby("language", sort=True).head(TOP)
    return set(zip(own["language"], own["term"].str.casefold(), strict=True))


class Words:
    """A rival: a model on words of the reference's stretches.

    Parameters
    ----------
    corpus : Corpus
    reference : TopicModel
        Gives stretches and the number of topics.
    method : {"lda", "nmf"}
    """

    def __init__(self, corpus: Corpus, reference: topics.TopicModel, method: str) -> None:
        units = reference.units[reference.units["fitted"].to_numpy(dtype=bool)]
        self._matrix, self._vocabulary = wordmodels.counts_of(corpus, units)
        self._doc = units["doc"].to_numpy(dtype=int)
        self._k, self._method = reference.k, method

    def fit(self, drawn: np.ndarray, seed: int) -> Fitted:
        """Fit to the stretches of the drawn documents; place all."""
        rows = np.flatnonzero(drawn[self._doc])
        weights = wordmodels.decompose(self._matrix[rows], self._k, seed=seed, method=self._method)[
            1
        ]
        main = wordmodels.place(self._matrix, weights, method=self._method).argmax(axis=1)
        held = wordmodels.probabilities(weights)
        return Fitted(model_.unit(held), main, [{("", w) for w in t} for t in self.tops(held)])

    def tops(self, weights: np.ndarray) -> list[list[str]]:
        """Return the first words of every topic."""
        vocabulary = self._vocabulary
        return [list(vocabulary[np.lexsort((vocabulary, -w))[:TOP]]) for w in weights]


def compared(first: Fitted, others: list[Fitted]) -> dict[str, np.ndarray]:
    """Match the topics of every other fit by the cosine of centres; means over fits, shape (k,)."""
    k = len(first.centres)
    middle = first.centres.mean(axis=0)
    rows: dict[str, list[np.ndarray]] = {m: [] for m in ("cosine", "centred", "jaccard", "words")}
    for other in others:
        cosine = first.centres @ other.centres.T
        pair = model_.match(cosine)
        rows["cosine"].append(cosine[np.arange(k), pair])
        away = model_.unit(first.centres - middle), model_.unit(other.centres[pair] - middle)
        rows["centred"].append((away[0] * away[1]).sum(axis=1))
        rows["jaccard"].append(model_.jaccard(first.main, other.main, k)[np.arange(k), pair])
        both = zip(first.words, [other.words[p] for p in pair], strict=True)
        rows["words"].append(np.array([len(a & b) / max(1, len(a | b)) for a, b in both]))
    return {name: np.mean(values, axis=0) for name, values in rows.items()}


METRICS = {
    "cosine": "similarity of matched topics (cosine)",
    "centred": "similarity of matched topics (cosine, mean of all topics subtracted)",
    "jaccard": "stretches in both (Jaccard)",
    "words": "top 10 words in both (Jaccard)",
}


def stability_rows(
    base: dict, first: Fitted, others: list[Fitted], kept: np.ndarray | None = None
) -> list[dict]:
    """Rows by topic and over topics; `kept` by the model's own verdict, where it has one."""
    size = np.bincount(first.main[first.main >= 0], minlength=len(first.centres))
    between = first.centres @ first.centres.T - 2 * np.eye(len(size))
    groups = {"all topics": np.ones(len(size), dtype=bool)}
    if kept is not None:
        groups["kept topics"] = kept
    rows = []
    for short, values in compared(first, others).items():
        name = METRICS[short]
        rows += [
            {**base, "metric": name, "topic": j + 1, "value": v, "share_of_units": s,
             "kept": np.nan if kept is None else bool(kept[j])}
            for j, (v, s) in enumerate(zip(values, size / size.sum(), strict=True))
        ]  # fmt: skip
        for label, some in groups.items():
            value = float(values[some].mean()) if some.any() else np.nan
            held = float(size[some].sum() / size.sum())
            metric = f"{name}, {label}"
            rows.append({**base, "metric": metric, "value": value, "share_of_units": held})
    metric = "cosine with the nearest other topic of the same fit"
    return [*rows, {**base, "metric": metric, "value": float(between.max(axis=1).mean())}]


def company(tops: list[list[list[str]]], texts: list[list[str]]) -> list[np.ndarray]:
    """c_npmi of every topic of several models, which pass over the texts together."""
    found = coherence([words for model in tops for words in model], texts, n=TOP)
    return np.split(found, np.cumsum([len(model) for model in tops])[:-1])


def lists(found: topics.TopicModel, code: str) -> list[list[str]]:
    """First words of every topic in one language, as in running text."""
    own = found.terms[found.terms["language"] == code]
    of = [own.loc[own["topic"] == t, "term"].head(TOP) for t in found.numbers]
    return [[w.casefold() for w in words] for words in of]


def references(case: str) -> dict[str, list[list[str]]]:
    """Stretches of all speeches of a case's collections, as words, by language."""
    out: dict[str, list[list[str]]] = {}
    for corpus in map(load, CASES[case]):
        every = words_.chosen(corpus, words_.cut(corpus))
        for code, own in every.groupby("language", sort=True):
            out.setdefault(str(code), []).extend(words_of(corpus, own))
    return out


def measured(case: str) -> list[dict]:
    """All rows of one case."""
    corpus = read(case)
    found = topics.fit(corpus)
    n_units = int(found.units["fitted"].sum())
    about = {"case": case, "n_docs": len(corpus), "n_units": n_units, "k": found.k}
    mine = {**about, "method": "discourse"}
    view = View(corpus, found)
    first = view.of(found)
    kept = found.topics["verdict"].eq("stable").to_numpy(dtype=bool)
    everything = np.ones(len(corpus), dtype=bool)
    runs: dict[str, list[Fitted]] = {
        DRAWN: [ours(view, d, i + 1) for i, d in enumerate(samples(corpus))],
        "all documents, other seeds": [ours(view, everything, i + 1) for i in SEEDS],
    }
    rows = []
    for name, others in runs.items():
        rows += stability_rows(
            {**mine, "refits": name, "n_refits": len(others)}, first, others, kept
        )
    return rows + coherence_rows(corpus, found, kept, about)


def coherence_rows(
    corpus: Corpus, found: topics.TopicModel, kept: np.ndarray, about: dict
) -> list[dict]:
    """Rows of c_npmi, and all rows of the rivals if the texts are in one language."""
    rows: list[dict] = []
    values = {}
    texts, codes = references(about["case"]), sorted(set(corpus.documents["language"]))
    for code in codes:
        tops = [lists(found, code)]
        rivals = RIVALS if len(codes) == 1 else {}
        for method, name in rivals.items():
            held, own = rival(Words(corpus, found, method), corpus, {**about, "method": name})
            rows, tops = rows + held, tops + own
        values[code], *others = company(tops, texts[code])
        for i, name in enumerate(rivals.values()):
            some = slice(i * len(SEEDS), (i + 1) * len(SEEDS))
            rows.append(over_seeds({**about, "method": name}, others[some]))
    mine = {**about, "method": "discourse"}
    for code, value in values.items():
        rows += [
            {**mine, "metric": f"c_npmi, {code}", "topic": j + 1, "value": v, "kept": bool(k)}
            for j, (v, k) in enumerate(zip(value, kept, strict=True))
        ]
    together = np.array(list(values.values()))
    every = np.ones(together.shape, dtype=bool)
    for label, asked in (("all topics", every), ("kept topics", kept & every)):
        mean = float(np.nanmean(together[asked]))
        rows.append({**mine, "metric": f"c_npmi, {label}", "value": mean})
    return rows


def over_seeds(about: dict, values: list[np.ndarray]) -> dict:
    """Row of a rival's c_npmi: the mean of its starts."""
    means = [float(np.nanmean(v)) for v in values]
    return {**about, "metric": "c_npmi, all topics", "value": np.mean(means),
            "sd_over_seeds": np.std(means, ddof=1), "seeds": len(means)}  # fmt: skip


def rival(model: Words, corpus: Corpus, about: dict) -> tuple[list[dict], list[list[list[str]]]]:
    """Rows of a model on words, and the first words of its topics from every start."""
    everything = np.ones(len(corpus), dtype=bool)
    started = [model.fit(everything, seed) for seed in SEEDS]
    others = [model.fit(d, i + 1) for i, d in zip(SEEDS, samples(corpus), strict=False)]
    base = {**about, "refits": DRAWN, "n_refits": len(others)}
    return stability_rows(base, started[0], others), [model.tops(f.centres) for f in started]


def main() -> None:
    """Measure the cases named, or all; other cases keep the rows they have."""
    began = time.process_time()
    file = Path(paths.RESULTS) / "real_topics.csv"
    named = sys.argv[1:] or list(CASES)
    with threadpool_limits(1):
        rows = pd.DataFrame([row for case in named for row in measured(case)])
    rows = rows.assign(**stamp(), cpu_seconds=round(time.process_time() - began))
    if file.is_file():
        before = pd.read_csv(file)
        rows = pd.concat([before[~before["case"].isin(named)], rows], ignore_index=True)
    rows.to_csv(file, index=False, lineterminator="\n", float_format="%.8g")
    shown = rows[rows["topic"].isna() & rows["case"].isin(named)]
    columns = ["case", "method", "refits", "metric", "value", "share_of_units", "k"]
    sys.stdout.write(shown[columns].to_string(max_colwidth=90) + "\n")


if __name__ == "__main__":
    main()
