"""Candidate terms of each language: how often, where, in which spellings, and their vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import counts as counting
from analysis import languages, lexicons, query
from analysis.lemmas import POS
from analysis.patterns import PART, clean

if TYPE_CHECKING:
    from analysis.corpus import Corpus
    from analysis.lemmas import Lemmas

COLUMNS = ("language", "term", "lemma", "n", "docs_with", "patterns", "sentences", "known")
N_TERMS = 2000
N_SENTENCES = 20
COHESION = 0.05
"""Least Dice of the two words of a bigram: below it the pair is no term ("new country")."""
_SHORTEST = 3
_CLIP = 400  # characters of a sentence that are encoded; more say little about one word
_SPELLED = 20  # places looked at for the spelling of a form
_FORM_SHARE = 0.02  # rarer forms of a term are mostly errors of the lemmatiser
_NOUN, _ADJECTIVE = POS.index("N"), POS.index("A")


@dataclass(frozen=True)
class _Places:
    """Occurrences, sorted by term: its row in the table, numbers of its first and last token."""

    term: np.ndarray
    first: np.ndarray
    last: np.ndarray


def candidates(
    corpus: "Corpus", *, min_count: int, include_marked: bool, seed: int
) -> pd.DataFrame:
    """List the commonest nouns and noun phrases of two words of every language.

    Parameters
    ----------
    corpus : Corpus
    min_count : int
        Occurrences a term needs. Of each language the commonest :data:`N_TERMS` are taken.
    include_marked : bool
        Also count inside marks that exclude.
    seed : int
        Random seed of the sample of at most :data:`N_SENTENCES` sentences a term.

    Returns
    -------
    DataFrame
        ``language, term`` (its commonest spelling), ``lemma`` (of each word), ``n, docs_with,
        patterns`` (tuple of its spellings), ``sentences`` (tuple, sampled), ``known`` (the
        concepts that take the term already); sorted by language, count and lemma. Words inside
        mentions of actors, stop words and names are left out.
    """
    tokens, lemmas = corpus.tokens, corpus.lemmas()
    codes = counting.languages_of(corpus.documents).astype(str)
    names, code = np.unique(codes, return_inverse=True)
    use = np.ones(len(tokens), dtype=bool) if include_marked else np.asarray(tokens.kept)
    usable = use & ~_named(corpus) & _fit(names.tolist(), lemmas)[code[tokens.doc], lemmas.ids]
    drawn = _draw(corpus, seed)
    found = []
    for i, name in enumerate(names.tolist()):
        own = usable & (code[tokens.doc] == i)
        table, places = _counted(corpus, lemmas, own, min_count)
        table = _described(corpus, table, places, drawn)
        table = table.drop_duplicates("term")  # one spelling, two lemmas: the commoner
        known = [_known(term, name) for term in table["term"]]
        found.append(table.assign(language=name, known=known))
    filled = [table for table in found if len(table)]
    out = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(COLUMNS))
    return out[list(COLUMNS)]


def _fit(names: Sequence[str], lemmas: "Lemmas") -> np.ndarray:
    """Tell which lemmas may be part of a term in each language; (n_languages, n_lemmas)."""
    words = lemmas.vocabulary.tolist()
    spelled = [len(w) >= _SHORTEST and w.replace("-", "").isalpha() for w in words]
    stops = [languages.language(name).stop_words for name in names]
    fit = [[ok and w not in stop for w, ok in zip(words, spelled, strict=True)] for stop in stops]
    return np.array(fit, dtype=bool).reshape(len(names), len(words))


def _named(corpus: "Corpus") -> np.ndarray:
    """Tell which tokens stand in a mention of an actor."""
    found = lexicons.find(corpus, lexicons.load("actors"))
    return query.touched(corpus, found).cover(len(corpus.tokens))


def _known(form: str, code: str) -> str:
    """Name the concepts that take a spelling already, or say "" if none does."""
    found = lexicons.spans(form, lexicons.load("concepts"), language=code)
    return counting.SEPARATOR.join(sorted({span.key for span in found}))


def _draw(corpus: "Corpus", seed: int) -> np.ndarray:
    """Rank every sentence by chance, the same for any order of the documents.

    All terms prefer the same sentences, so that few have to be encoded.
    """
    first = corpus.arrays.doc_sentences
    sizes = np.diff(first)
    order = counting.order(corpus.documents)
    opens = np.empty(len(order), dtype=np.int64)
    opens[order] = np.cumsum(sizes[order]) - sizes[order]
    doc = np.repeat(np.arange(len(order)), sizes)
    place = np.arange(len(doc)) - first[:-1][doc] + opens[doc]
    return np.asarray(np.random.default_rng(seed).permutation(len(doc))[place])


def _counted(
    corpus: "Corpus", lemmas: "Lemmas", own: np.ndarray, min_count: int
) -> tuple[pd.DataFrame, _Places]:
    """Count nouns and phrases of two words; keep the commonest."""
    tokens, words, size = corpus.tokens, lemmas.vocabulary, len(lemmas.vocabulary)
    noun = own & (lemmas.pos == _NOUN)
    single = np.flatnonzero(noun)
    before = own & ((lemmas.pos == _NOUN) | (lemmas.pos == _ADJECTIVE))
    pair = np.flatnonzero(before[:-1] & noun[1:])
    near = tokens.start[pair + 1] - tokens.end[pair] == 1
    pair = pair[near & (tokens.sentence_of(pair) == tokens.sentence_of(pair + 1))]
    ids = lemmas.ids.astype(np.int64)
    key = np.concatenate([ids[single], (ids[pair] + 1) * size + ids[pair + 1]])
    kinds, where, n = np.unique(key, return_inverse=True, return_counts=True)
    head, tail = kinds // max(size, 1) - 1, kinds % max(size, 1)
    total = np.bincount(ids[own], minlength=size)
    dice = np.where(head < 0, 1, 2 * n / (total[np.maximum(head, 0)] + total[tail]))
    kept = np.flatnonzero((n >= min_count) & (dice >= COHESION))
    pairs = zip(head[kept].tolist(), tail[kept].tolist(), strict=True)
    terms = [str(words[t]) if h < 0 else f"{words[h]} {words[t]}" for h, t in pairs]
    table = pd.DataFrame({"lemma": pd.Series(terms, dtype=str), "n": n[kept], "kind": kept})
    table = table.sort_values(["n", "lemma"], ascending=[False, True]).head(N_TERMS)
    row = np.full(len(kinds), -1)
    row[table["kind"]] = np.arange(len(table))
    chosen = np.flatnonzero(row[where] >= 0)
    chosen = chosen[np.argsort(row[where[chosen]], kind="stable")]
    first, last = np.concatenate([single, pair]), np.concatenate([single, pair + 1])
    places = _Places(row[where[chosen]], first[chosen], last[chosen])
    return table.drop(columns="kind").reset_index(drop=True), places


def _described(
    corpus: "Corpus", table: pd.DataFrame, places: _Places, drawn: np.ndarray
) -> pd.DataFrame:
    """Add documents, spellings and sampled sentences to the table of terms."""
    doc = corpus.tokens.doc_of(places.first)
    sentence = corpus.tokens.sentence_of(places.first)
    edges = np.searchsorted(places.term, np.arange(len(table) + 1)).tolist()
    sampled, looked = [], []
    for a, b in pairwise(edges):
        order = a + np.lexsort((places.first[a:b], drawn[sentence[a:b]]))
        sampled.append(tuple(dict.fromkeys(sentence[order].tolist()))[:N_SENTENCES])
        looked.append(_forms(corpus, places, order))
    spelled = _spelled(corpus, places, looked)
    docs = [len(np.unique(doc[a:b])) for a, b in pairwise(edges)]
    columns = {"docs_with": docs, "term": [s[0] for s in spelled], "patterns": spelled,
               "sentences": sampled}  # fmt: skip
    return table.assign(**{k: pd.Series(v, dtype=object) for k, v in columns.items()})


def _forms(corpus: "Corpus", places: _Places, order: np.ndarray) -> list[np.ndarray]:
    """For each case-folded form of a term, the commonest first, some of its places."""
    ids = corpus.tokens.ids
    key = ids[places.first[order]].astype(np.int64) << 32 | ids[places.last[order]]
    _, where, n = np.unique(key, return_inverse=True, return_counts=True)
    ranked = np.argsort(-n, kind="stable")
    kept = [i for i in ranked.tolist() if n[i] >= max(2, _FORM_SHARE * len(order))]
    return [order[where == i][:_SPELLED] for i in kept or ranked[:1].tolist()]


def _spelled(
    corpus: "Corpus", places: _Places, looked: Sequence[Sequence[np.ndarray]]
) -> list[tuple[str, ...]]:
    """Return the spellings of every term, the commonest first."""
    if not looked:
        return []
    at = np.concatenate([part for parts in looked for part in parts])
    first, last = places.first[at], places.last[at]
    tokens = corpus.tokens
    spans = {"doc": tokens.doc_of(first), "start": tokens.start[first], "end": tokens.end[last]}
    texts = iter(corpus.spans(pd.DataFrame(spans)))
    return [
        tuple(dict.fromkeys(_spelling([" ".join(next(texts).split()) for _ in part])
                            for part in parts))
        for parts in looked
    ]  # fmt: skip


def _spelling(seen: Sequence[str]) -> str:
    """Choose the commonest spelling; with a capital where three places in four have one.

    A capital may be that of a sentence's beginning, so one place alone proves nothing; a noun's
    capital may be missing where the tagger took a verb for it.
    """
    if len(seen) < 2:
        return seen[0] if seen[0].isupper() else seen[0].lower()
    lower = [s for s in seen if s[0].islower()]
    upper = [s for s in seen if not s[0].islower()]
    fit = lower if 4 * len(lower) > len(seen) else [s for s in upper if not s.isupper()] or upper
    return min(set(fit), key=lambda s: (-fit.count(s), s))


def pattern(form: str) -> str:
    """Return a spelling as the lexicon pattern that takes it and nothing longer."""
    return " ".join(clean(part.group()) for part in PART.finditer(form))


def vectors(corpus: "Corpus", terms: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the encoder's vectors of the terms, and the means of their sentences' vectors.

    Parameters
    ----------
    corpus : Corpus
    terms : DataFrame
        See :func:`candidates`.

    Returns
    -------
    own, context : ndarray of float32, shape (n_terms, 512)
        Not centred; each language's fixed vector is subtracted.
    """
    from analysis import embeddings

    own = embeddings.encode(terms["term"].tolist(), terms["language"].tolist())
    wanted = sorted({s for row in terms["sentences"] for s in row})
    rows = corpus.sentences.iloc[wanted]
    codes = counting.languages_of(corpus.documents)[rows["doc"].to_numpy()].tolist()
    clipped = [" ".join(text.split())[:_CLIP] for text in corpus.spans(rows)]
    # Sorted, so that the encoder's batches do not depend on the order of the documents.
    pairs = list(zip(codes, clipped, strict=True))
    distinct = sorted(set(pairs))
    encoded = embeddings.encode([t for _, t in distinct], [c for c, _ in distinct])
    place = {pair: i for i, pair in enumerate(distinct)}
    row = dict(zip(wanted, (place[pair] for pair in pairs), strict=True))
    means = [encoded[[row[s] for s in own_]].mean(axis=0) for own_ in terms["sentences"]]
    return own, np.array(means, dtype=np.float32).reshape(len(terms), own.shape[1])
