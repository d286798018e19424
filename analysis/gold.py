"""A table of coded sentences → what a method says of them, scored."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis import languages
from analysis.evaluate import codes, evaluate
from analysis.results import LEVEL, DiscourseError

_FAR = 1e9  # No sentence is so long.
_NOWHERE = (-1, -1)


def judge(
    gold: pd.DataFrame,
    *,
    task: str,
    text: str,
    label: str,
    target: str | None = None,
    language: str | None = None,
    model: str | None = None,
) -> pd.DataFrame:
    """Let a method judge a table of coded sentences.

    Parameters
    ----------
    gold : DataFrame
        One coded sentence a row.
    task : {"sentiment", "stance"}
    text, label : str
        Names of the columns of sentences and of codes (as in :func:`codes`).
    target : str, optional
        For stance: the column of targets, any string that stands in the sentence. Columns ``from``
        and ``to`` say where; without them the first whole-word occurrence is taken. A target that
        is not in its sentence is an abstention.
    language : str, optional
        A language code; else the column ``language``, else detected row by row.
    model : str, optional
        As in the measure; the default runs everywhere.

    Returns
    -------
    DataFrame
        For every row ``gold`` (its code as given), ``label`` (-1, 0, 1; NaN for an abstention),
        ``why`` (of an abstention; "" elsewhere), for stance ``moved`` (True where the target is not
        at its ``from, to``, and where it stands first was judged) and ``doc_id``, where the table
        has it of all.

    Raises
    ------
    DiscourseError
        For an unknown task, a missing column or label, or a table without rows.
    """
    from analysis.measures import sentiment, stance

    if task not in ("sentiment", "stance"):
        raise DiscourseError(f"task={task!r} is unknown; use sentiment or stance")
    if task == "stance" and target is None:
        raise DiscourseError("stance needs the column of targets; name it with target (--target)")
    for column in filter(None, (text, label, target)):
        if column not in gold:
            raise DiscourseError(
                f"the table has no column {column!r}; it has {', '.join(map(str, gold.columns))}"
            )
    if not len(gold):
        raise DiscourseError("the table holds no rows; code some first")
    known = codes(gold[label], name=f"column {label!r}")
    if (known < 0).any():
        raise DiscourseError(
            f"column {label!r}: {int((known < 0).sum())} of {len(known)} rows hold no code; "
            "code or drop them"
        )
    texts = gold[text].fillna("").astype(str).tolist()
    spoken = _languages(gold, texts, language)
    places: list[tuple[int, int] | None] = [None] * len(texts)
    more = {}
    if target is None or task == "sentiment":
        judged = sentiment.classify(texts, spoken, model=model)["label"]
    else:
        spans = _places(gold, texts, target)
        judged = stance.classify(texts, spans, spoken, model=model)["label"]
        places = list(spans)
        more["moved"] = _moved(gold, spans)
    why = [
        _why(*row) if silent else ""
        for silent, *row in zip(judged.isna(), texts, spoken, places, strict=True)
    ]
    out = pd.DataFrame({"gold": gold[label].tolist(), "label": judged.tolist(), "why": why, **more})
    named = _documents(gold)
    return out if named is None else out.assign(doc_id=named)


def score(judged: pd.DataFrame, *, level: float = LEVEL, seed: int = 0) -> pd.DataFrame:
    """Score what :func:`judge` gave, as :func:`analysis.evaluate.evaluate` does.

    Documents are resampled where there is a column ``doc_id``.
    """
    documents = judged["doc_id"].tolist() if "doc_id" in judged else None
    return evaluate(judged["gold"], judged["label"], documents=documents, level=level, seed=seed)


def unjudged(judged: pd.DataFrame) -> list[str]:
    """Say how many rows a method did not judge, and why, and how many elsewhere than they say."""
    silent = judged.loc[judged["label"].isna(), "why"].value_counts()
    told = [
        f"{n:,} of {len(judged):,} rows not judged, counted as wrong: {why}"
        for why, n in sorted(silent.items())
    ]
    if "moved" in judged and judged["moved"].any():
        told.append(
            f"{judged['moved'].sum():,} of {len(judged):,} rows: the target is not where the "
            "columns from and to say; judged where it stands first in the sentence"
        )
    return told


def _why(text: str, code: str, place: tuple[int, int] | None) -> str:
    """Say why a sentence could not be judged."""
    if not any(map(str.isalpha, text)):
        return "no words"
    if code not in languages.codes():
        return f"unknown language {code[:20]!r}"
    if place == _NOWHERE:
        return "the target is not in its sentence"
    return "nothing beside the target" if place else "none of this method's languages"


def _documents(gold: pd.DataFrame) -> list[str] | None:
    """Return the document of each row, None where they are not known of all."""
    if "doc_id" not in gold:
        return None
    named = gold["doc_id"].fillna("").astype(str).str.strip()
    return named.tolist() if named.ne("").all() else None


def _languages(gold: pd.DataFrame, texts: Sequence[str], language: str | None) -> list[str]:
    if language is not None:
        languages.language(language)
        return [language] * len(texts)
    if "language" in gold:
        return gold["language"].fillna("").astype(str).tolist()
    return [languages.detect(t) for t in texts]


def _places(gold: pd.DataFrame, texts: Sequence[str], target: str) -> list[tuple[int, int]]:
    """Return where each target stands in its sentence, (-1, -1) where it does not."""
    located = "from" in gold and "to" in gold
    offsets = gold.reindex(columns=["from", "to"]).apply(pd.to_numeric, errors="coerce")
    offsets = offsets.astype("float64")
    begins, ends = (
        [int(x) if abs(x) < _FAR else -1 for x in offsets[c]] if located else [-1] * len(gold)
        for c in ("from", "to")
    )
    names = gold[target].fillna("").astype(str)
    return [
        (b, e) if 0 <= b < e <= len(t) and t[b:e].strip() == name.strip() else _place(t, name)
        for t, name, b, e in zip(texts, names, begins, ends, strict=True)
    ]


def _moved(gold: pd.DataFrame, places: Sequence[tuple[int, int]]) -> np.ndarray:
    """Return which targets were found elsewhere than their row says, if it says anything."""
    if not {"from", "to"} <= set(gold):
        return np.zeros(len(gold), dtype=bool)
    said = gold[["from", "to"]]
    given = said.fillna("").astype(str).ne("").any(axis=1).to_numpy()
    at = said.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    found = np.array(places)
    return np.asarray(given & (found >= 0).all(axis=1) & (at != found).any(axis=1))


def _place(text: str, target: str) -> tuple[int, int]:
    pattern = rf"(?<!\w){re.escape(target.strip())}(?!\w)"
    for flags in (re.NOFLAG, re.IGNORECASE):
        found = re.search(pattern, text, flags) if target.strip() else None
        if found:
            return found.span()
    return _NOWHERE
