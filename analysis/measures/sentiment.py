"""Sentiment: the tone of sentences, from -1 (negative) to 1 (positive), and its mean by group.

What a model was trained on, and how right it is where, stands in its card in ``models/``.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import classifier, embeddings, resample
from analysis import counts as counting
from analysis.results import LEVEL, ONE_TEXT, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus

DEFAULT = "portable"
BUCKETS = 2**17
EXTREMES = 3
MANY_WORDS = 200
COLUMNS = (*classifier.CLASSES, "score", "label")
METHOD = (
    "mean of P(positive) - P(negative) over sentences, model {model}; interval: bootstrap of "
    "documents ({n_boot} samples, sampling error only); {marked}"
)
EXTRA = (
    "share_negative", "share_neutral", "share_positive", "abstained", "sentences",
)  # fmt: skip


def classify(
    texts: Sequence[str], languages: Sequence[str], *, model: str | None = None
) -> pd.DataFrame:
    """Judge the tone of single sentences.

    Parameters
    ----------
    texts, languages : sequence of str
        Sentences and their language codes.
    model : str, optional
        ``models/sentiment-<model>.npz``; "portable" by default.

    Returns
    -------
    DataFrame
        ``negative, neutral, positive`` (probabilities), ``score`` = positive - negative and
        ``label`` (-1, 0, 1). NaN in all of them is an abstention: no letters in the text, or a
        language the model was not made for.
    """
    trained = classifier.load(f"sentiment-{model or DEFAULT}")
    if not len(texts):
        return pd.DataFrame(columns=list(COLUMNS), dtype=float)
    cut = [clip(t) for t in texts]
    p = trained.probabilities(*features(cut, languages))
    judged = trained.labels(p, languages)
    judged[[not any(map(str.isalpha, t)) for t in cut]] = np.nan
    out = pd.DataFrame(p, columns=list(classifier.CLASSES), dtype=float)
    out["score"] = out["positive"] - out["negative"]
    out["label"] = judged
    out.loc[out["label"].isna(), :] = np.nan
    return out


def clip(text: str) -> str:
    """Return the first 200 words, white space collapsed: what a model reads of a sentence.

    Half a surrogate pair, which no encoder takes, becomes a question mark.
    """
    whole = str(text).encode("utf-8", "replace").decode("utf-8")
    return " ".join(whole.split()[:MANY_WORDS])


def features(texts: Sequence[str], languages: Sequence[str]) -> tuple[list[np.ndarray], Any]:
    """Return what the model sees: vectors [(n, 512)] and hashed n-gram counts (n, 2^17), csr.

    Character n-grams of 2 to 5 within words and word n-grams of 1 and 2, case-folded.
    """
    from sklearn.feature_extraction.text import HashingVectorizer

    plain = {"n_features": BUCKETS, "norm": None, "alternate_sign": False, "lowercase": False}
    small = [t.casefold() for t in texts]
    shapes = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5), **plain)
    words = HashingVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)\w+", **plain)
    counts = shapes.transform(small) + words.transform(small)
    return [embeddings.encode(list(texts), list(languages))], counts


def sentiment(
    corpus: "Corpus",
    *,
    by: str = "doc_id",
    model: str | None = None,
    include_marked: bool = False,
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the mean tone of each group's sentences.

    Parameters
    ----------
    corpus : Corpus
    by : str
        "doc_id", or a metadata column that makes the groups.
    model : str, optional
        As in :func:`classify`.
    include_marked : bool
        Also count sentences inside marks that exclude.
    level, n_boot, seed
        Coverage, number of resamples and random seed of the document bootstrap.

    Returns
    -------
    DataFrame
        Result rows: estimate on -1..1, n = sentences judged; ``share_negative``,
        ``share_neutral``, ``share_positive``, ``abstained`` (sentences not judged) and
        ``sentences``, the ids of the most negative and most positive ones. One document: no
        interval. The interval leaves out the model's own errors; see its card.
    """
    resample.tails(level, 2)
    judged = sentences(corpus, model=model, include_marked=include_marked)
    rows = [
        {**keys, **_row(judged[judged["doc"].isin(docs)], docs, level, n_boot, seed)}
        for keys, docs in groups(corpus, by)
    ]
    method = METHOD.format(
        model=model or DEFAULT, n_boot=n_boot, marked=counting.MARKED[include_marked]
    )
    out = pd.DataFrame(rows).assign(method=method, unit="from -1 to 1", level=level)
    return frame(out, measure="sentiment", keys=key_columns(by), extra=EXTRA)


def sentences(
    corpus: "Corpus", *, model: str | None = None, include_marked: bool = False
) -> pd.DataFrame:
    """Return the columns of :func:`classify` for every sentence, beside ``doc``; same index."""
    table = corpus.sentences
    if not include_marked:
        table = table[table["kept"].astype(bool)]
    spoken = counting.languages_of(corpus.documents)[table["doc"].to_numpy(dtype=int)]
    judged = classify(corpus.spans(table), spoken.tolist(), model=model)
    return judged.set_axis(table.index).assign(doc=table["doc"])


def groups(corpus: "Corpus", by: str) -> list[tuple[dict[str, Any], np.ndarray]]:
    """Return each group's key columns and its documents' row numbers, sorted by name."""
    documents = corpus.documents
    label, spoken = counting.labels(documents, by), counting.languages_of(documents)
    order = counting.order(documents)
    out = []
    for name in sorted({x for x in label if x}):
        docs = np.array([i for i in order if label[i] == name], dtype=int)
        keys = {"doc_id": name} if by == "doc_id" else {"by": by, "group": name}
        out.append(({**keys, "language": "+".join(sorted(set(spoken[docs])))}, docs))
    return out


def key_columns(by: str) -> tuple[str, ...]:
    """Return the key columns of rows grouped by a column."""
    return ("doc_id", "language") if by == "doc_id" else ("language", "by", "group")


def document_mean(
    values: pd.Series, doc: pd.Series, docs: np.ndarray, *, level: float, n_boot: int, seed: int
) -> dict[str, float]:
    """Return the mean of values that belong to documents, with its document bootstrap.

    Documents without a value take part in the resampling with weight nothing.
    """
    place = {d: i for i, d in enumerate(docs.tolist())}
    at = np.array([place[d] for d in doc], dtype=int)
    total = np.bincount(at, weights=values.to_numpy(dtype=float), minlength=len(docs))
    held = np.bincount(at, minlength=len(docs)).astype(float)
    use = held > 0
    estimate, lo, hi = resample.ratio_interval(
        total[use, None], held[use], level=level, n_boot=n_boot, seed=seed
    )
    return {"estimate": float(estimate[0]), "lo": float(lo[0]), "hi": float(hi[0])}


def _row(
    judged: pd.DataFrame, docs: np.ndarray, level: float, n_boot: int, seed: int
) -> dict[str, Any]:
    kept = judged.dropna(subset=["score"])
    many = kept["doc"].nunique()
    row: dict[str, Any] = {"n": len(kept), "abstained": len(judged) - len(kept)}
    row |= document_mean(kept["score"], kept["doc"], docs, level=level, n_boot=n_boot, seed=seed)
    for value, name in zip((-1, 0, 1), classifier.CLASSES, strict=True):
        row[f"share_{name}"] = float(kept["label"].eq(value).mean()) if len(kept) else np.nan
    ranked = kept["score"].sort_values(kind="stable").index.tolist()
    row["sentences"] = tuple(dict.fromkeys(ranked[:EXTREMES] + ranked[-EXTREMES:]))
    row["n_docs"] = many
    row["verdict"] = "no sentence judged" if not many else ONE_TEXT if many == 1 else ""
    return row
