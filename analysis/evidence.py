"""From a number back to the sentences behind it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis import counts, query
from analysis.corpus import Corpus
from analysis.results import DiscourseError
from analysis.scan import fold

COLUMNS = ("doc", "doc_id", "sentence", "start", "end", "text", "node_start", "node_end")


def evidence(
    corpus: Corpus,
    row: Mapping[str, Any] | pd.Series,
    *,
    n: int | None = 5,
    seed: int = 0,
    include_marked: bool = False,
) -> pd.DataFrame:
    """Return the sentences behind a result row.

    Parameters
    ----------
    corpus : Corpus
        The corpus the row was computed from.
    row : mapping or Series
        A result row: it names its sentences itself (column ``sentences``), or a ``term`` (a word,
        lemma, n-gram or pattern), ``concept`` or ``actor``, and the documents by ``doc_id`` or by
        ``by`` and ``group``; or a line of a concordance.
    n : int, optional
        A seeded sample of so many sentences, in order of the text; None for all.
    seed : int
    include_marked : bool
        Also places inside marks that exclude, for rows that were counted with them.

    Returns
    -------
    DataFrame
        ``doc, doc_id, sentence, start, end, text, node_start, node_end``, where
        ``documents.text[start:end] == text``; the node is the word or name the row is about
        (-1 where it is about the whole sentence).

    Raises
    ------
    DiscourseError
        If the row says nothing that sentences could be found by.
    """
    hits = _hits(corpus, dict(row), include_marked).drop_duplicates("sentence")
    if n is not None and len(hits) > n:
        chosen = np.random.default_rng(seed).choice(len(hits), n, replace=False)
        hits = hits.iloc[np.sort(chosen)]
    found = corpus.sentences.loc[hits["sentence"], ["doc", "doc_id", "start", "end"]]
    out = found.rename_axis("sentence").reset_index()
    out["text"] = corpus.spans(out)
    out["node_start"], out["node_end"] = hits["start"].to_numpy(), hits["end"].to_numpy()
    return out[list(COLUMNS)]


def _hits(corpus: Corpus, row: dict[str, Any], include_marked: bool) -> pd.DataFrame:
    """Places the row is about: sentence, start, end (-1 for a whole sentence), in text order."""
    if "node" in row and {"sentence", "start", "end"} <= row.keys():
        line = {name: [int(row[name])] for name in ("sentence", "start", "end")}
        return pd.DataFrame(line, dtype="int64")
    named = row.get("sentences")
    given = sorted(set(named)) if isinstance(named, (tuple, list, np.ndarray)) else None
    places = _places(corpus, row, include_marked)
    if given is None:
        if places is None:
            raise DiscourseError(
                "no evidence can be found for a row without sentences, term, concept or actor"
            )
        return places
    whole = pd.DataFrame({"sentence": given, "start": -1, "end": -1}, dtype="int64")
    if places is None:
        return whole
    # The row's own sentences, with the node in those that hold it.
    found = places[places["sentence"].isin(given)].drop_duplicates("sentence")
    both = pd.concat([found, whole[~whole["sentence"].isin(found["sentence"])]])
    return both.sort_values("sentence", ignore_index=True)


def _places(corpus: Corpus, row: dict[str, Any], include_marked: bool) -> pd.DataFrame | None:
    """Places of the row's term, concept or actor in its documents; None where it has none."""
    for key, find in (("term", _terms), ("concept", _concepts), ("actor", _actors)):
        if isinstance(row.get(key), str) and row[key]:
            hits = find(corpus, row)
            docs = _documents(corpus, row)
            hits = hits[hits["doc"].isin(docs) & (hits["kept"] | include_marked)]
            return hits.sort_values(["sentence", "start"])[["sentence", "start", "end"]]
    return None


def _documents(corpus: Corpus, row: dict[str, Any]) -> np.ndarray:
    """Row numbers of the documents the row is about."""
    documents = corpus.documents
    known = counts.groupable(documents)
    chosen = np.ones(len(documents), dtype=bool)
    by, group = row.get("by"), row.get("group")
    named = by.split(counts.SEPARATOR) if isinstance(by, str) and by not in known else by
    pairs = [(named, group)] if named and set(counts.columns(named)) <= known else []
    pairs += [(c, row[c]) for c in ("doc_id", "source", "year", "language") if c in row]
    for column, value in pairs:
        if value is not None and not pd.isna(value) and value != "":
            chosen &= counts.labels(documents, column) == str(value)
    return np.flatnonzero(chosen)


def _terms(corpus: Corpus, row: dict[str, Any]) -> pd.DataFrame:
    tokens = corpus.tokens
    places = _term(corpus, str(row["term"]), row.get("term_unit"))
    start, end = places.spans(corpus)
    return pd.DataFrame(
        {
            "doc": tokens.doc_of(places.first),
            "sentence": tokens.sentence_of(places.first),
            "start": start,
            "end": end,
            "kept": tokens.kept_at(places.first) & tokens.kept_at(places.last),
        }
    )


def _term(corpus: Corpus, term: str, unit: Any) -> query.Places:
    """Find a term as it stands, word after word; failing that, as the pattern of a node."""
    if unit in counts.ACROSS:
        return query.find(corpus, term, unit=unit)
    units = (unit,) if unit in ("word", "lemma") else ("word", "lemma")
    places = _exact(corpus, term, units[0])
    for unit in units[1:]:
        places = places if len(places.first) else _exact(corpus, term, unit)
    if len(places.first):
        return places
    try:
        return query.find(corpus, term, unit=units[0])
    except DiscourseError:  # It holds no word.
        return places


def _exact(corpus: Corpus, term: str, unit: str) -> query.Places:
    ids, vocabulary = counts.terms_of(corpus, unit)
    forms = term.split(" ")  # One with a star is a pattern, and no word.
    found = [-1 if "*" in f else counts.position(vocabulary, fold(f)) for f in forms]
    wanted = [np.array([i for i in (at,) if i >= 0], dtype=np.int64) for at in found]
    return query.sequence(corpus, ids, wanted, len(vocabulary))


def _mentions(corpus: Corpus, name: str) -> pd.DataFrame:
    from analysis import lexicons

    return lexicons.find(corpus, lexicons.load(name))


def _concepts(corpus: Corpus, row: dict[str, Any]) -> pd.DataFrame:
    found = _mentions(corpus, "concepts")
    return found[found["key"] == row["concept"]]


def _actors(corpus: Corpus, row: dict[str, Any]) -> pd.DataFrame:
    found = _mentions(corpus, "actors")
    return found[found["key"] == row["actor"]]
