"""Voices: who is quoted or reported in a text, and how much of it is theirs.

``share = words of a voice / words``. The words of a voice are those in its quotation marks and in
the clauses reported from it; where one voice is quoted inside another's clause, the words in marks
are the quoted one's. What is left is the text's own voice. Shares are pooled over the documents of
a group; the interval resamples documents (percentile bootstrap). How often stretches and speakers
are right is measured in ``benchmarks/quotes.py``.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import counts, languages, lexicons, resample
from analysis.cues import cues
from analysis.measures._quotes import SCARE, read
from analysis.measures._speakers import labels, statement
from analysis.measures._voice_words import OTHERS as OTHERS
from analysis.measures._voice_words import OWN as OWN
from analysis.measures._voice_words import VoiceWords
from analysis.results import LEVEL, DiscourseError, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus

COLUMNS = (
    "doc", "doc_id", "start", "end", "text", "speaker", "speaker_start", "speaker_end", "verb",
    "type", "affiliation", "speaker_actor", "about",
)  # fmt: skip
UNNAMED = "no speaker named"
AROUND = "clause around a quotation"
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
        A lexicon of actors. A speaker stands under an actor's id where it is that actor: the bare
        name of a country or capital, its government or ministry, their spokesman, or a person of
        the lexicon. Somebody described only ("a US official") stays under the text's words,
        whatever the article or case; "the statement" goes to the one speaker of the sentence
        before it.
    level : float
        Level of the document-bootstrap interval, 0 < level < 1.
    n_boot, seed : int
        Resamples and their seed.

    Returns
    -------
    DataFrame
        Result rows, for each group the text's own voice and every speaker in it, by falling
        share. ``estimate`` = share of the group's words, ``n`` = quotations (rows of
        :func:`quotes`; :func:`stretches` lists all that is counted). Extra columns:
        ``words``, ``share_of_quoted`` (of all words that are not the text's own; NaN for its own),
        ``actor`` (id, "" for none), ``named_as`` (how the text calls the speaker, most frequent
        first), ``sentences`` (ids). The own voice's verdict says "at most", since reported speech
        is found only in part. A group that quotes nobody has one row and a verdict that says so,
        one without words (estimate NaN) too.

    Raises
    ------
    DiscourseError
        If `by` is no metadata column or `level` lies outside (0, 1).
    """
    _check(level)
    table = VoiceWords(corpus, _said(corpus, lexicon), include_marked)
    rows: list[dict[str, Any]] = []
    for keys, docs in _groups(corpus, by):
        found = table.speakers(docs, level=level, n_boot=n_boot, seed=seed)
        rows += [row | keys for row in found]
    return frame(rows, measure="voices", keys=["speaker", "voice", *_keys(by)], extra=EXTRA)


def shares(
    corpus: "Corpus",
    *,
    by: str = "doc_id",
    include_marked: bool = False,
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure how much of the text is its own voice and how much is quoted or reported.

    ``share = words / words of the group``, over all speakers together. Reported speech is found
    only in part (its recall stands in ``benchmarks/results/quotes.csv``) and what is missed counts
    as the text's own, so the share of the own voice is an upper bound: its verdict says "at most".

    Parameters
    ----------
    corpus, by, include_marked, level, n_boot, seed
        As in :func:`voices`.

    Returns
    -------
    DataFrame
        Two result rows a group, "own voice" and "quoted or reported", the latter with estimate 0
        and n 0 for a group that quotes nobody. ``n`` = quotations; ``words``; ``sentences`` (ids).

    Raises
    ------
    DiscourseError
        As in :func:`voices`.
    """
    _check(level)
    table = VoiceWords(corpus, _said(corpus, "actors"), include_marked)
    rows: list[dict[str, Any]] = []
    for keys, docs in _groups(corpus, by):
        found = table.totals(docs, level=level, n_boot=n_boot, seed=seed)
        rows += [row | keys for row in found]
    return frame(rows, measure="voices", keys=["voice", *_keys(by)], extra=("words", "sentences"))


def stretches(
    corpus: "Corpus", *, include_marked: bool = False, lexicon: str = "actors"
) -> pd.DataFrame:
    """List every stretch that :func:`voices` counts, and how many words it counts for whom.

    Parameters
    ----------
    corpus, include_marked, lexicon
        As in :func:`voices`.

    Returns
    -------
    DataFrame
        The rows of :func:`quotes` outside excluded marks, and the reported clauses that hold them
        (``type`` "clause around a quotation"). Further columns: ``counted_for`` (the speaker in
        :func:`voices`), ``actor`` (its id, "" for none) and ``words``, without those of a
        quotation inside the stretch: they add up to the words of :func:`voices`.
    """
    table = VoiceWords(corpus, _said(corpus, lexicon), include_marked)
    rows = table.stretches()
    rows["type"] = rows["type"].where(~rows["holds"].astype(bool), AROUND)
    wanted = [*COLUMNS, "counted_for", "actor", "words"]
    return rows.rename(columns={"who": "counted_for"})[wanted].reset_index(drop=True)


def quotes(corpus: "Corpus", *, lexicon: str = "actors") -> pd.DataFrame:
    """Find direct, mixed and indirect quotations with their speakers.

    Parameters
    ----------
    corpus : Corpus
    lexicon : str
        A lexicon of actors, for ``speaker_actor`` and ``about``.

    Returns
    -------
    DataFrame
        One row a quoted stretch (without its marks) or reported clause, in order: ``doc, doc_id,
        start, end, text, speaker, speaker_start, speaker_end, verb, type, affiliation,
        speaker_actor, about``. ``speaker`` is the
        name a pronoun stands for where the text gives it before, "" where it gives none; the
        offsets are those of the words the text uses there, -1 for none. ``verb`` is the lemma of
        the verb of saying or the attribution phrase. ``affiliation`` is the office, party or
        country the text gives with the speaker, ``speaker_actor`` the actor's id where the speaker
        is one (see :func:`voices`), ``about`` the sorted ids of the actors named in the stretch,
        joined by ";"; "" for none. A reported clause that holds quoted words is not a row of its
        own: the quoted words are.
    """
    rows = _said(corpus, lexicon)
    return rows.loc[~rows["holds"].astype(bool), list(COLUMNS)].reset_index(drop=True)


def marked_words(corpus: "Corpus") -> pd.DataFrame:
    """Find words in quotation marks that are nobody's: scare quotes, terms and titles.

    Returns
    -------
    DataFrame
        The columns of :func:`quotes`; ``type`` is "scare", ``speaker`` is "".
    """
    rows = _rows(corpus)
    rows = rows[rows["type"] == SCARE].reset_index(drop=True)
    rows = rows.assign(speaker_actor="", about=_about(corpus, rows, lexicons.load("actors")))
    return rows[list(COLUMNS)]


def _check(level: float) -> None:
    if not 0 < level < 1:
        raise DiscourseError(f"level={level} is no probability between 0 and 1; use 0.95")


def _keys(by: str) -> list[str]:
    return [*(["doc_id"] if by == "doc_id" else []), "by", "group"]


def _groups(corpus: "Corpus", by: str) -> Iterator[tuple[dict[str, str], np.ndarray]]:
    """Yield the key columns and the documents of every group."""
    groups = counts.labels(corpus.documents, by)
    order = counts.order(corpus.documents)
    for group in sorted({g for g in groups if g is not None}):
        own = {"doc_id": group} if by == "doc_id" else {}
        yield {"by": by, "group": group} | own, order[groups[order] == group]


def _rows(corpus: "Corpus") -> pd.DataFrame:
    """All stretches of a corpus, also those that are nobody's words."""
    return _read(corpus).copy(deep=False)


@lru_cache(maxsize=1)
def _read(corpus: "Corpus") -> pd.DataFrame:
    """Read a corpus once: shares, voices and stance on a page all ask for the same stretches."""
    documents, paragraphs, sentences = corpus.documents, corpus.paragraphs, corpus.sentences
    lines, inner = (list(zip(f["start"], f["end"], strict=True)) for f in (paragraphs, sentences))
    # Paragraphs stand in the order of documents, and sentences in the order of paragraphs.
    first = np.searchsorted(paragraphs["doc"], np.arange(len(documents) + 1)).tolist()
    within = np.searchsorted(sentences["paragraph"], np.arange(len(lines) + 1)).tolist()
    out = []
    for doc, (doc_id, text, code) in enumerate(
        zip(documents["doc_id"], documents["text"], documents["language"], strict=True)
    ):
        own = slice(first[doc], first[doc + 1])
        bounds = [inner[within[p] : within[p + 1]] for p in range(own.start, own.stop)]
        pairs = languages.language(code).quote_pairs
        for q in read(text, lines[own], bounds, cues(code), pairs):
            who = q.speaker
            place = (who.text, who.start, who.end) if who else ("", -1, -1)
            span = (doc, doc_id, q.start, q.end, text[q.start : q.end])
            given = who.affiliation if who else ""
            out.append((*span, *place, q.verb, q.type, given, q.holds))
    return pd.DataFrame(out, columns=[*COLUMNS[:-2], "holds"])


def _said(corpus: "Corpus", lexicon: str) -> pd.DataFrame:
    """All stretches that are somebody's words, and under ``who`` and ``actor`` they count."""
    rows = _rows(corpus)
    rows = rows[rows["type"] != SCARE].reset_index(drop=True)
    table = lexicons.load(lexicon)
    codes, known = corpus.documents["language"].tolist(), frozenset(table.keys)
    who = np.full(len(rows), UNNAMED, dtype=object)
    sentences = dict(list(corpus.sentences.groupby("doc")))
    for doc, own in rows.groupby("doc", sort=True):
        code = codes[int(doc)]
        names = [n for n in own["speaker"] if n.casefold() not in cues(code)["pronoun"]]
        named = labels(names, table, code)
        whose = [named.get(name, UNNAMED) for name in own["speaker"]]
        who[own.index] = _statements(own, whose, sentences[doc], code)
    who = _one_case(who)
    ids = [w if w in known else "" for w in who]
    rows = rows.assign(who=who, actor=ids, speaker_actor=ids, about=_about(corpus, rows, table))
    rows["affiliation"] = [
        _office(name, given, key, table, codes[doc])
        for name, given, key, doc in zip(
            rows["speaker"], rows["affiliation"], ids, rows["doc"], strict=True
        )
    ]
    return rows


def _office(name: str, given: str, key: str, table: lexicons.Lexicon, code: str) -> str:
    """The office of a speaker by what the lexicon knows of the name.

    What stands before a person's name is the office ("Secretary of State Ann Lee"); where the text
    gives no office, it is the one actor that describes the speaker ("ein *chinesischer* Experte").
    """
    if not name or (key and not given):
        return ""
    found = lexicons.spans(name, table, language=code)
    person = bool(found) and found[-1].kind == "person"
    if key and given and person and name.endswith(given):  # "Secretary of State Ann Lee"
        article = cues(code)["determiner"]
        before = name[: found[-1].start].split()
        whole = lexicons.names([key])[0].split()  # The lexicon may know the surname only.
        while before and before[-1] in whole:
            before.pop()
        return " ".join(before[1:] if before and before[0].casefold() in article else before)
    named = [s for s in found if s.kind != "person"]
    if given or not len(named) == len(found) == 1:
        return given
    return name[named[0].start : named[0].end]


def _about(corpus: "Corpus", rows: pd.DataFrame, table: lexicons.Lexicon) -> list[str]:
    """The actors named in each stretch: sorted ids, joined by ";"."""
    found = lexicons.find(corpus, table)
    keys, start, end = (found[c].to_numpy() for c in ("key", "start", "end"))
    bounds = np.searchsorted(found["doc"].to_numpy(), np.arange(len(corpus.documents) + 1))
    out = []
    for doc, a, b in zip(rows["doc"], rows["start"], rows["end"], strict=True):
        i, j = bounds[doc], bounds[doc + 1]
        first, past = i + np.searchsorted(start[i:j], [a, b])
        inside = {keys[k] for k in range(first, past) if end[k] <= b}
        out.append(";".join(sorted(inside)))
    return out


def _one_case(names: np.ndarray) -> np.ndarray:
    """Put "Die Regierung", which opens a sentence, under "die Regierung" where both occur."""
    small = {n: n[:1].lower() + n[1:] for n in names}
    held = set(names)
    return np.array([small[n] if small[n] in held else n for n in names], dtype=object)


def _statements(
    own: pd.DataFrame, whose: list[str], sentences: pd.DataFrame, code: str
) -> list[str]:
    """Give "the statement" to the speaker of the sentence before it, where there is just one."""
    said = own["speaker_start"].where(own["speaker_start"] >= 0, own["start"])
    at = np.searchsorted(sentences["start"].to_numpy(), said.to_numpy(), side="right") - 1
    paragraphs = sentences["paragraph"].to_numpy()
    out = list(whose)
    for i in np.argsort(at, kind="stable"):
        if at[i] > 0 and statement(own["speaker"].iloc[i], code):
            before = {out[j] for j in np.flatnonzero(at == at[i] - 1)}
            same = paragraphs[at[i]] == paragraphs[at[i] - 1]
            if same and len(before) == 1 and UNNAMED not in before:
                out[i] = next(iter(before))
    return out
