"""Stance: what is said of an actor, from -1 (against) to 1 (in favour), by the text and its voices.

A sentence is judged once for each actor named in it: the name is replaced by a mark word and the
model sees the sentence, the words before and the words after the mark. What a quoted or reported
voice says is kept apart from the text's own words.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import classifier, embeddings, resample
from analysis import counts as counting
from analysis.measures.sentiment import COLUMNS, document_mean, groups, key_columns
from analysis.results import LEVEL, ONE_TEXT, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus

DEFAULT = "portable"
BUCKETS = 2**18
MARK = "XXX"
SIDE, NEAR, REACH = 8, 5, 60
CUT = 2000  # characters on either side that can hold REACH words
OWN, QUOTED = "own", "quoted"
METHOD = (
    "mean of P(positive) - P(negative) toward the actor over sentences that name it, own and "
    "quoted voices together, model {model}; interval: bootstrap of documents ({n_boot} samples, "
    "sampling error only); {marked}"
)
EXTRA = (
    "own_voice", "quoted", "n_own", "n_quoted", "share_negative", "share_neutral",
    "share_positive", "abstained", "sentences",
)  # fmt: skip
_WORD = re.compile(r"\w[\w'’-]*|[^\w\s]")


def classify(
    texts: Sequence[str],
    spans: Sequence[tuple[int, int]],
    languages: Sequence[str],
    *,
    model: str | None = None,
) -> pd.DataFrame:
    """Judge what single sentences say of their target.

    Parameters
    ----------
    texts, languages : sequence of str
        Sentences and their language codes.
    spans : sequence of (start, end)
        Where the target stands in its sentence; (-1, -1) where it does not.
    model : str, optional
        ``models/stance-<model>.npz``; "portable" by default.

    Returns
    -------
    DataFrame
        ``negative, neutral, positive`` (probabilities), ``score`` = positive - negative and
        ``label`` (-1, 0, 1). NaN in all of them is an abstention: the target is not in the
        sentence, nothing stands beside it, or the model was not made for the language.
    """
    trained = classifier.load(f"stance-{model or DEFAULT}")
    if not len(texts):
        return pd.DataFrame(columns=list(COLUMNS), dtype=float)
    texts = [t.encode("utf-8", "replace").decode("utf-8") for t in texts]  # half surrogate pairs
    sides = [split(t, s) for t, s in zip(texts, spans, strict=True)]
    p = trained.probabilities(*features(sides, languages))
    label = trained.labels(p, languages)
    inside = [0 <= s < e <= len(t) for t, (s, e) in zip(texts, spans, strict=True)]
    told = [any(map(str.isalpha, left + right)) for left, right in sides]
    label[~(np.array(inside, dtype=bool) & np.array(told, dtype=bool))] = np.nan
    out = pd.DataFrame(p, columns=list(classifier.CLASSES), dtype=float)
    out["score"] = out["positive"] - out["negative"]
    out["label"] = label
    out.loc[out["label"].isna(), :] = np.nan
    return out


def split(text: str, span: tuple[int, int]) -> tuple[str, str]:
    """Return what stands before and after the target, at most 60 words of each."""
    start, end = max(0, span[0]), max(0, span[1])
    # Cut before splitting, or a line of a million words would be split once for every name in it.
    before, after = text[max(0, start - CUT) : start].split(), text[end : end + CUT].split()
    left, right = " ".join(before[-REACH:]), " ".join(after[:REACH])
    return (
        left + " " * text[:start].endswith((" ", "\n", "\t")),
        " " * text[end:].startswith((" ", "\n", "\t")) + right,
    )


def features(
    sides: Sequence[tuple[str, str]], languages: Sequence[str]
) -> tuple[list[np.ndarray], Any]:
    """Return what the model sees: four blocks of vectors (n, 512) and hashed counts (n, 2^18).

    The blocks: the sentence with the target masked; the eight words before and the mark; the mark
    and the eight words after; five words on either side of it.
    """
    from sklearn.feature_extraction import FeatureHasher

    before = [left.split() for left, _ in sides]
    after = [right.split() for _, right in sides]
    pairs = list(zip(before, after, strict=True))
    views = (
        [left + MARK + right for left, right in sides],
        [" ".join([*b[-SIDE:], MARK]) for b in before],
        [" ".join([MARK, *a[:SIDE]]) for a in after],
        [" ".join([*b[-NEAR:], MARK, *a[:NEAR]]) for b, a in pairs],
    )
    blocks = [embeddings.encode(view, list(languages)) for view in views]
    hasher = FeatureHasher(BUCKETS, input_type="string", alternate_sign=False)
    return blocks, hasher.transform([list(_grams(*s)) for s in sides])


def _grams(left: str, right: str) -> Iterator[str]:
    """Yield words, word pairs and word beginnings, with and without their side of the target."""
    sides = (("l", _words(left)[::-1]), ("r", _words(right)))
    for side, words in sides:
        for i, word in enumerate(words):
            yield f"w {word}"
            yield f"{side} {word}"
            if i < 4:
                yield f"{side}n {word}"
            if len(word) > 5:
                yield f"{side}p {word[:5]}"
            if i + 1 < len(words):
                pair = (word, words[i + 1]) if side == "r" else (words[i + 1], word)
                yield f"b {pair[0]} {pair[1]}"
                if i < SIDE:
                    yield f"{side}b {pair[0]} {pair[1]}"


def _words(text: str) -> list[str]:
    return [w.casefold() for w in _WORD.findall(text)][: REACH * 2]


def stance(
    corpus: "Corpus",
    *,
    by: str = "doc_id",
    model: str | None = None,
    include_marked: bool = False,
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the mean stance toward each actor in each group of documents.

    Parameters
    ----------
    corpus : Corpus
    by : str
        "doc_id", or a metadata column that makes the groups.
    model : str, optional
        As in :func:`classify`.
    include_marked : bool
        Also count mentions inside marks that exclude.
    level, n_boot, seed
        Coverage, number of resamples and random seed of the document bootstrap.

    Returns
    -------
    DataFrame
        Result rows, one a group and actor named in it: estimate on -1..1 over all its sentences
        (``n`` of them, each voice's share of a sentence counted once), ``own_voice`` and
        ``quoted``, the means over what the text says itself and what it quotes or reports, with
        ``n_own`` and ``n_quoted``; shares of labels, ``abstained``, and the ``sentences`` behind
        it. One document: no interval. The interval leaves out the model's own errors.
    """
    resample.tails(level, 2)
    judged = sentence_stance(corpus, model=model, include_marked=include_marked)
    rows = []
    for keys, docs in groups(corpus, by):
        part = judged[judged["doc"].isin(docs)]
        for actor, found in part.groupby("actor", sort=True):
            rows.append({**keys, "actor": actor, **_row(found, docs, level, n_boot, seed)})
    method = METHOD.format(
        model=model or DEFAULT, n_boot=n_boot, marked=counting.MARKED[include_marked]
    )
    out = pd.DataFrame(rows).assign(method=method, unit="from -1 to 1", level=level)
    first, *rest = key_columns(by)
    keys_ = (first, "actor", *rest) if by == "doc_id" else ("actor", first, *rest)
    return frame(out, measure="stance", keys=keys_, extra=EXTRA)


def sentence_stance(
    corpus: "Corpus", *, model: str | None = None, include_marked: bool = False
) -> pd.DataFrame:
    """Judge every sentence once for each actor named in it and each voice that names it.

    Returns
    -------
    DataFrame
        ``doc, doc_id, sentence, start, end`` (the sentence), ``actor, voice`` ("own" or "quoted":
        inside a direct, mixed or indirect quotation), ``mentions`` (how many), ``score`` (mean
        over them, -1..1) and ``label`` (that of the mention with the strongest score); NaN where
        the model abstained.
    """
    from analysis import lexicons

    found = lexicons.find(corpus, lexicons.load("actors"))
    found = found[(found["sentence"] >= 0) & (found["kept"] | include_marked)]
    bounds = corpus.sentences.loc[found["sentence"], ["start", "end"]].to_numpy(dtype=int)
    spans = found[["start", "end"]].to_numpy(dtype=int) - bounds[:, :1]
    at = pd.DataFrame({"doc": found["doc"].to_numpy(), "start": bounds[:, 0], "end": bounds[:, 1]})
    spoken = counting.languages_of(corpus.documents)[at["doc"].to_numpy(dtype=int)]
    judged = classify(
        [clip_line(t) for t in corpus.spans(at)], list(map(tuple, spans)), spoken, model=model
    )
    judged = judged.assign(
        doc=at["doc"], doc_id=found["doc_id"].to_numpy(), sentence=found["sentence"].to_numpy(),
        start=at["start"], end=at["end"], actor=found["key"].to_numpy(),
        voice=np.where(_quoted(corpus, found), QUOTED, OWN),
    )  # fmt: skip
    return _by_sentence(judged)


def clip_line(text: str) -> str:
    """Return a sentence with every white space as one blank of the same length."""
    return re.sub(r"\s", " ", text)


def _by_sentence(judged: pd.DataFrame) -> pd.DataFrame:
    keys = ["doc", "doc_id", "sentence", "start", "end", "actor", "voice"]
    judged = judged.assign(strength=judged["score"].abs())
    strongest = judged.sort_values("strength", ascending=False, kind="stable")
    grouped = judged.groupby(keys, sort=True)
    out = pd.DataFrame({"mentions": grouped.size(), "score": grouped["score"].mean()})
    out["label"] = strongest.groupby(keys, sort=True)["label"].first()
    return out.reset_index()


def _quoted(corpus: "Corpus", found: pd.DataFrame) -> np.ndarray:
    """Return whether each mention lies inside a quotation, shape (n_mentions,)."""
    from analysis.measures.voices import quotes

    said = {d: f[["start", "end"]].to_numpy(dtype=int) for d, f in quotes(corpus).groupby("doc")}
    nothing = np.zeros((0, 2), dtype=int)
    return np.array(
        [
            bool(((said.get(d, nothing)[:, 0] <= s) & (said.get(d, nothing)[:, 1] >= e)).any())
            for d, s, e in zip(found["doc"], found["start"], found["end"], strict=True)
        ],
        dtype=bool,
    )


def _row(
    found: pd.DataFrame, docs: np.ndarray, level: float, n_boot: int, seed: int
) -> dict[str, Any]:
    kept = found.dropna(subset=["score"])
    many = kept["doc"].nunique()
    row: dict[str, Any] = {"n": len(kept), "n_docs": many, "abstained": len(found) - len(kept)}
    row |= document_mean(kept["score"], kept["doc"], docs, level=level, n_boot=n_boot, seed=seed)
    for voice, mean, n in ((OWN, "own_voice", "n_own"), (QUOTED, "quoted", "n_quoted")):
        part = kept.loc[kept["voice"].eq(voice), "score"]
        row[mean], row[n] = float(part.mean()) if len(part) else np.nan, len(part)
    for value, name in zip((-1, 0, 1), classifier.CLASSES, strict=True):
        row[f"share_{name}"] = float(kept["label"].eq(value).mean()) if len(kept) else np.nan
    row["sentences"] = tuple(sorted(set(found["sentence"].tolist())))
    row["verdict"] = "no sentence judged" if not many else ONE_TEXT if many == 1 else ""
    return row
