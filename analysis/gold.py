"""A table of coded sentences → what a method says of them, scored."""

import re
from collections.abc import Sequence

import pandas as pd

from analysis import languages
from analysis.evaluate import codes, evaluate
from analysis.results import LEVEL, DiscourseError


def score(
    gold: pd.DataFrame,
    *,
    task: str,
    text: str,
    label: str,
    target: str | None = None,
    language: str | None = None,
    model: str | None = None,
    level: float = LEVEL,
    seed: int = 0,
) -> pd.DataFrame:
    """Let a method judge a table of coded sentences, and score it.

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
    level, seed
        As in :func:`evaluate`. Documents are resampled where there is a column ``doc_id``.

    Returns
    -------
    DataFrame
        As of :func:`evaluate`.

    Raises
    ------
    DiscourseError
        For an unknown task, a missing column or label.
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
    known = codes(gold[label], name=f"column {label!r}")
    if not len(known) or (known < 0).any():
        raise DiscourseError(
            f"column {label!r}: {int((known < 0).sum())} of {len(known)} rows hold no code; "
            "code or drop them"
        )
    texts = gold[text].fillna("").astype(str).tolist()
    spoken = _languages(gold, texts, language)
    if target is None or task == "sentiment":
        judged = sentiment.classify(texts, spoken, model=model)
    else:
        judged = stance.classify(texts, _places(gold, texts, target), spoken, model=model)
    return evaluate(
        gold[label], judged["label"], documents=_documents(gold), level=level, seed=seed
    )


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
    begins, ends = (
        pd.to_numeric(gold[c], errors="coerce").fillna(-1).astype(int).tolist()
        if located
        else [-1] * len(gold)
        for c in ("from", "to")
    )
    names = gold[target].fillna("").astype(str)
    return [
        (b, e) if 0 <= b < e <= len(t) and t[b:e].strip() == name.strip() else _place(t, name)
        for t, name, b, e in zip(texts, names, begins, ends, strict=True)
    ]


def _place(text: str, target: str) -> tuple[int, int]:
    pattern = rf"(?<!\w){re.escape(target.strip())}(?!\w)"
    for flags in (re.NOFLAG, re.IGNORECASE):
        found = re.search(pattern, text, flags) if target.strip() else None
        if found:
            return found.span()
    return -1, -1
