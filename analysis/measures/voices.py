"""Voices: who is quoted or reported in a text, and how much of it is theirs.

``share = words of a voice / words``. The words of a voice are those in its quotation marks and in
the clauses reported from it; where one voice is quoted inside another's clause, the words in marks
are the quoted one's. What is left is the text's own voice. Shares are pooled over the documents of
a group; the interval resamples documents (percentile bootstrap). How often stretches and speakers
are right is measured in ``benchmarks/quotes.py``.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import counts, languages, lexicons, resample
from analysis.cues import cues
from analysis.measures._quotes import SCARE, read
from analysis.results import LEVEL, ONE_TEXT, DiscourseError, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus

COLUMNS = (
    "doc", "doc_id", "start", "end", "text", "speaker", "speaker_start", "speaker_end", "verb",
    "type",
)  # fmt: skip
OWN = "own voice"
OTHERS = "quoted or reported"
UNNAMED = "no speaker named"
EXTRA = ("words", "share_of_quoted", "actor", "named_as", "sentences")


def voices(
    corpus: "Corpus",
    *,
    by: str = "doc_id",
    include_marked: bool = False,
    lexicon: str = "actors",
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure how much of the text each voice gets.

    Parameters
    ----------
    corpus : Corpus
    by : str
        A metadata column (source, year, language …) or "doc_id". Documents without a value of
        `by` are left out.
    include_marked : bool
        Count repeated leads, menus and the like, too.
    lexicon : str
        A lexicon of actors: a speaker whose name or title holds an actor stands under its id.
    level : float
        Level of the document-bootstrap interval, 0 < level < 1.
    n_boot, seed : int
        Resamples and their seed.

    Returns
    -------
    DataFrame
        Result rows, for each group the text's own voice and every speaker in it, by falling
        share. ``estimate`` = share of the group's words, ``n`` = quotations. Extra columns:
        ``words``, ``share_of_quoted`` (of all words that are not the text's own; NaN for its own),
        ``actor`` (id, "" for none), ``named_as`` (how the text calls the speaker),
        ``sentences`` (ids). A group that quotes nobody has one row and a verdict that says so.

    Raises
    ------
    DiscourseError
        If `by` is no metadata column or `level` lies outside (0, 1).
    """
    if not 0 < level < 1:
        raise DiscourseError(f"level={level} is no probability between 0 and 1; use 0.95")
    groups = counts.labels(corpus.documents, by)
    said = _speakers(corpus, _rows(corpus), lexicons.load(lexicon))
    table = _Words(corpus, said, include_marked)
    own_id = by == "doc_id"
    rows: list[dict[str, Any]] = []
    for group in sorted({g for g in groups if g is not None}):
        docs = counts.order(corpus.documents)
        docs = docs[groups[docs] == group]
        for row in table.rows(docs, level=level, n_boot=n_boot, seed=seed):
            rows.append(row | {"by": by, "group": group} | ({"doc_id": group} if own_id else {}))
    keys = ["speaker", "voice", *(["doc_id"] if own_id else []), "by", "group"]
    return frame(rows, measure="voices", keys=keys, extra=EXTRA)


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


def _speakers(corpus: "Corpus", rows: pd.DataFrame, lexicon: lexicons.Lexicon) -> pd.DataFrame:
    """Add ``who`` (actor id or fullest name in the document) and ``actor`` to quotations."""
    said = rows[rows["type"] != SCARE].reset_index(drop=True)
    codes = corpus.documents["language"].tolist()
    who, actors = [], []
    for doc, own in said.groupby("doc", sort=True):
        full = _fullest(own["speaker"].tolist())
        for name in own["speaker"]:
            actor = _actor(name, lexicon, codes[int(doc)])
            actors.append(actor)
            who.append(actor or full.get(name, name) or UNNAMED)
    return said.sort_values("doc", kind="stable").assign(who=who, actor=actors)


def _actor(name: str, lexicon: lexicons.Lexicon, code: str) -> str:
    """The actor a speaker's name or title holds, persons first; "" for none."""
    found = list(lexicons.spans(name, lexicon, language=code)) if name else []
    persons = [s for s in found if s[3] == "person"]
    several = "," in name and len({s[2] for s in found}) > 1  # an enumeration speaks for no one
    return str((persons or found)[0][2]) if found and not several else ""


def _fullest(names: list[str]) -> dict[str, str]:
    """Give every name the longest one in the document that ends in the same word ("Pak")."""
    longest: dict[str, str] = {}
    for name in sorted({n for n in names if n}, key=lambda n: (len(n), n)):
        longest[name.split()[-1].casefold()] = name
    return {n: longest[n.split()[-1].casefold()] for n in names if n}


class _Words:
    """Words of every voice in every document, and the sentences they stand in."""

    def __init__(self, corpus: "Corpus", said: pd.DataFrame, include_marked: bool) -> None:
        tokens = corpus.tokens
        self.method = (
            "words in quotation marks and reported clauses, by rules; "
            + ("all of the text" if include_marked else "excluded marks left out")
            + "; document bootstrap"
        )
        counted = np.ones(len(tokens), bool) if include_marked else tokens.kept
        self.names = sorted({*said["who"]})
        number = {name: i for i, name in enumerate(self.names)}
        voice = np.full(len(tokens), -1)
        bounds = np.searchsorted(tokens.doc, np.arange(len(corpus.documents) + 1))
        whose = np.array([number[w] for w in said["who"]], dtype=int)
        # Wide stretches first, so that words in marks win over the clause around them.
        order = np.argsort(-(said["end"] - said["start"]).to_numpy(), kind="stable")
        inside = np.zeros(len(said), bool)
        for i in order:
            doc, start, end = (int(said[c].iloc[i]) for c in ("doc", "start", "end"))
            first, last = bounds[doc], bounds[doc + 1]
            a, b = first + np.searchsorted(tokens.start[first:last], [start, end])
            voice[a:b] = whose[i]
            inside[i] = bool(counted[a:b].any())
        shape = (len(corpus.documents), len(self.names) + 1)
        self.words = counts.tabulate(tokens.doc[counted], voice[counted] + 1, shape).toarray()
        self.said = said[inside & ~said["holds"].to_numpy(bool)]
        self.voice, self.counted, self.tokens = voice, counted, tokens

    def rows(
        self, docs: np.ndarray, *, level: float, n_boot: int, seed: int
    ) -> list[dict[str, Any]]:
        words = self.words[docs]
        total = words.sum(axis=1)
        estimate, lo, hi = resample.ratio_interval(
            words, total, level=level, n_boot=n_boot, seed=seed
        )
        quoted = words[:, 1:].sum()
        own = self.said[self.said["doc"].isin(docs)]
        verdict = ONE_TEXT if len(docs) < 2 else ""
        if not quoted:
            verdict = f"{verdict}; quotes nobody" if verdict else "quotes nobody"
        out = []
        present = [j for j in range(words.shape[1]) if j == 0 or words[:, j].sum()]
        for j in sorted(present, key=lambda j: (j != 0, -words[:, j].sum(), j)):
            mine = own[own["who"] == self.names[j - 1]] if j else own.iloc[:0]
            spoken = int(words[:, j].sum())
            out.append(
                {
                    "speaker": self.names[j - 1] if j else OWN,
                    "voice": OTHERS if j else OWN,
                    "estimate": estimate[j],
                    "lo": lo[j],
                    "hi": hi[j],
                    "level": level,
                    "unit": "share of words",
                    "n_docs": len(docs),
                    "n_tokens": int(total.sum()),
                    "n": len(mine),
                    "method": self.method,
                    "verdict": verdict,
                    "words": spoken,
                    "share_of_quoted": spoken / quoted if j else np.nan,
                    "actor": mine["actor"].iloc[0] if len(mine) else "",
                    "named_as": "; ".join(dict.fromkeys(mine["speaker"])),
                    "sentences": self._sentences(docs, j - 1),
                }
            )
        return out

    def _sentences(self, docs: np.ndarray, voice: int) -> tuple[int, ...]:
        own = self.counted & np.isin(self.tokens.doc, docs) & (self.voice == voice)
        return tuple(int(i) for i in np.unique(self.tokens.sentence[own]))
