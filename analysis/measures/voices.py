"""Voices: who is quoted or reported in a text, and how much of it is theirs."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import languages
from analysis.attribution import cues
from analysis.measures._quotes import SCARE, read

if TYPE_CHECKING:
    from analysis.corpus import Corpus

COLUMNS = (
    "doc", "doc_id", "start", "end", "text", "speaker", "speaker_start", "speaker_end", "verb",
    "type",
)  # fmt: skip


def quotes(corpus: "Corpus") -> pd.DataFrame:
    """Find direct, mixed and indirect quotations with their speakers.

    Parameters
    ----------
    corpus : Corpus

    Returns
    -------
    DataFrame
        One row a quoted stretch (without its marks) or reported clause, in order: ``doc, doc_id,
        start, end, text, speaker, speaker_start, speaker_end, verb, type``. ``speaker`` is the
        name a pronoun stands for where the text gives it before, "" where it gives none; the
        offsets are those of the words the text uses there, -1 for none. ``verb`` is the lemma of
        the verb of saying or the attribution phrase. A reported clause that holds quoted words
        is not a row of its own: the quoted words are.
    """
    rows = _rows(corpus)
    wanted = (rows["type"] != SCARE) & ~rows["holds"]
    return rows.loc[wanted, list(COLUMNS)].reset_index(drop=True)


def marked_words(corpus: "Corpus") -> pd.DataFrame:
    """Find words in quotation marks that are nobody's: scare quotes, terms and titles.

    Returns
    -------
    DataFrame
        The columns of :func:`quotes`; ``type`` is "scare", ``speaker`` is "".
    """
    rows = _rows(corpus)
    return rows.loc[rows["type"] == SCARE, list(COLUMNS)].reset_index(drop=True)


def _rows(corpus: "Corpus") -> pd.DataFrame:
    documents = corpus.documents
    out = []
    paragraphs = dict(list(corpus.paragraphs.groupby("doc")))
    sentences = dict(list(corpus.sentences.groupby("doc")))
    for doc, (doc_id, text, code) in enumerate(
        zip(documents["doc_id"], documents["text"], documents["language"], strict=True)
    ):
        if doc not in paragraphs:
            continue
        bounds, inner = _bounds(paragraphs[doc], sentences.get(doc))
        for q in read(text, bounds, inner, cues(code), languages.language(code).quote_pairs):
            who = q.speaker
            place = (who.text, who.start, who.end) if who else ("", -1, -1)
            out.append(
                (
                    doc,
                    doc_id,
                    q.start,
                    q.end,
                    text[q.start : q.end],
                    *place,
                    q.verb,
                    q.type,
                    q.holds,
                )
            )
    return pd.DataFrame(out, columns=[*COLUMNS, "holds"])


def _bounds(
    paragraphs: pd.DataFrame, sentences: pd.DataFrame | None
) -> tuple[list[tuple[int, int]], list[list[tuple[int, int]]]]:
    spans = list(zip(paragraphs["start"].tolist(), paragraphs["end"].tolist(), strict=True))
    inner: dict[int, list[tuple[int, int]]] = {}
    if sentences is not None:
        for p, s, e in zip(
            sentences["paragraph"].tolist(), sentences["start"].tolist(), sentences["end"].tolist(),
            strict=True,
        ):  # fmt: skip
            inner.setdefault(p, []).append((s, e))
    return spans, [inner.get(p, []) for p in np.asarray(paragraphs.index).tolist()]
