"""N-grams: how often words follow each other, and how far beyond chance.

An n-gram is n words in a row within one sentence. Its association is that of its weakest cut: it
can be cut in two at n - 1 places, and of these the one counts at which chance explains most, so
that "north korea said" is not held up by "north korea" alone. Two words have one cut, and the
scores are the usual ones (Evert 2008) of the table of all windows of n words::

    o = windows that are the n-gram        r = windows that begin with the first piece
    s = windows that end with the second   N = windows;   expected = r s / N, highest at that cut

Counting is arithmetic on token numbers: an n-gram of k words is numbered by that of its first k - 1
and its last word. One that is rarer than `min_count` can be in none that is not, so it is dropped
before longer ones are counted.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import counts as counting
from analysis import query, resample
from analysis.measures import association, frequency
from analysis.results import LEVEL, DiscourseError, frame

if TYPE_CHECKING:
    from analysis.corpus import Corpus

SIZES = (2, 3, 4, 5)
ROWS = 1_000_000
"""Rows that one table may hold."""
SCORES = ("expected", "mi", "t", "ll4", "log_dice")
EXTRA = ("docs_with", *SCORES, "stop_word", "term_unit")
METHOD = (
    "{n} words in a row in one sentence, per 1,000 words; interval: bootstrap of documents "
    "({n_boot} samples, expanded percentile, pointwise); expected, mi, t, ll4, log_dice: of the "
    "weakest cut of the n-gram in two, among all windows of {n} words; {marked}"
)


def ngrams(
    corpus: "Corpus",
    *,
    n: int = 2,
    by: str | Sequence[str] = "language",
    unit: str = "word",
    pattern: str | None = None,
    min_count: int = 2,
    include_marked: bool = False,
    level: float = LEVEL,
    n_boot: int = resample.N_BOOT,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the rate and association of every n-gram in every group, zeros included.

    Parameters
    ----------
    corpus : Corpus
    n : {2, 3, 4, 5}
        Words of an n-gram.
    by : str or sequence of str
        Metadata column, or several, that make the groups. Always within one language.
    unit : {"word", "lemma"}
    pattern : str, optional
        Only n-grams that hold this word or phrase (clusters); ``*`` stands for any letters. It is
        held against words or lemmas, as `unit` says.
    min_count : int
        Leave out n-grams that occur less often in the corpus (of one language).
    include_marked : bool
        Also count inside marks that exclude; otherwise no n-gram reaches over one.
    level, n_boot, seed
        Coverage, number of resamples and random seed of the interval.

    Returns
    -------
    DataFrame
        Result rows: estimate = occurrences per 1,000 words, n = occurrences, docs_with = texts that
        have it (its range); expected, mi, t, ll4 (unsigned) and log_dice as the module says, NaN
        where it does not occur; stop_word: all its words are stop words.

    Raises
    ------
    DiscourseError
        If an argument is out of range, the pattern holds no word or more than n, or there would be
        too many rows.
    """
    wanted = _asked(n, unit, pattern, min_count, n_boot)
    resample.checked(level, n_boot, seed)
    by = counting.columns(by)
    keys = counting.keys(by, "language")
    cells = counting.monolingual(corpus.documents, by)
    ids, vocabulary = counting.terms_of(corpus, unit)
    chain = _chain(corpus, ids, len(vocabulary), n, min_count, include_marked)
    held = _holding(chain.words, [query.forms_of(word, vocabulary) for word in wanted])
    windows = _Windows(corpus, chain, [rows for *_, rows in cells])
    sizes = counting.words(corpus, include_marked=include_marked)
    language = counting.languages_of(corpus.documents)
    found = []
    for code in sorted({code for _, code, _ in cells}):
        total = np.asarray(windows.matrix[np.flatnonzero(language == code)].sum(axis=0)).ravel()
        use = held[total[held] >= min_count]
        if not len(use):
            continue
        own = [i for i, cell in enumerate(cells) if cell[1] == code]
        _bounded(len(use), len(own), n, min_count)
        terms = np.array([" ".join(vocabulary[w]) for w in chain.words[use]], dtype=object)
        first = np.array([cells[i][2][0] for i in own], dtype=np.int64)
        names = {c: corpus.documents[c].iloc[first].array for c in keys}
        names |= {"cell": np.array(own), "group": np.array([cells[i][0] for i in own], object)}
        rows = frequency.rates(
            counting.Counts(windows.matrix[:, use], terms, sizes, unit),
            [cells[i][2] for i in own], np.arange(len(use)), names,
            {"level": level, "n_boot": n_boot, "seed": seed},
        )  # fmt: skip
        at = use[pd.Index(terms).get_indexer(rows["term"])]
        small = counting.stop_words(vocabulary, unit, code)[chain.words[at]].all(axis=1)
        found.append(rows.assign(language=code, at=at, stop_word=small))
    out = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=["n_docs"])
    if len(out):
        out = out.assign(**windows.scores(*(out[c].to_numpy() for c in ("n", "cell", "at"))))
    method = METHOD.format(n=n, n_boot=n_boot, marked=counting.MARKED[include_marked])
    out = out.assign(
        by=counting.SEPARATOR.join(by), level=level, unit="per 1,000 words", term_unit=unit,
        method=method + resample.told(out["n_docs"]),
    )  # fmt: skip
    return frame(
        out, measure="ngrams", keys=("term", *keys, "language", "by", "group"), extra=EXTRA
    )


def _asked(n: int, unit: str, pattern: str | None, min_count: int, n_boot: int) -> list[str]:
    """Check the arguments; return the words of the pattern."""
    if n not in SIZES or isinstance(n, float):
        raise DiscourseError(f"n={n!r}: an n-gram has 2, 3, 4 or 5 words")
    if unit not in ("word", "lemma"):
        raise DiscourseError(f"unit={unit!r}: n-grams are made of 'word' or 'lemma'")
    if min_count < 1 or n_boot < 1:
        raise DiscourseError("min_count and n_boot must be at least 1")
    wanted = [] if pattern is None else query.words_of(pattern)
    if len(wanted) > n:
        told = query.short(str(pattern))
        raise DiscourseError(f"pattern {told} has {len(wanted)} words, n-grams {n}: use a larger n")
    return wanted


def _bounded(n_grams: int, n_groups: int, n: int, min_count: int) -> None:
    if n_grams * n_groups > ROWS:
        raise DiscourseError(
            f"{n_grams:,} n-grams of {n} words in {n_groups:,} groups are too many rows: use a "
            f"pattern or a min_count above {min_count}"
        )


class _Chain(NamedTuple):
    """N-grams of 1 to n words.

    Attributes
    ----------
    codes : list of ndarray of int32, shape (n_tokens,)
        For every length, the number of the n-gram that begins at a token; -1 where none does, or a
        rare one.
    words : ndarray of int64, shape (n_ngrams, n)
        Word ids of each of the longest.
    """

    codes: list[np.ndarray]
    words: np.ndarray


def _chain(
    corpus: "Corpus", ids: np.ndarray, n_terms: int, n: int, min_count: int, include_marked: bool
) -> _Chain:
    codes = [np.array(ids, dtype=np.int32)]
    if not include_marked:
        codes[0][~corpus.tokens.kept] = -1
    words = np.arange(n_terms, dtype=np.int64)[:, None]
    for k in range(1, n):
        table, number = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        for _, key in _longer(corpus, codes[-1], codes[0], k, n_terms):
            more, times = np.unique(key, return_counts=True)
            both, place = np.unique(np.concatenate([table, more]), return_inverse=True)
            weights = np.concatenate([number, times])
            number = np.bincount(place, weights, minlength=len(both)).astype(np.int64)
            table = both
        table = table[number >= min_count]
        longer = np.full(len(ids), -1, dtype=np.int32)
        for at, key in _longer(corpus, codes[-1], codes[0], k, n_terms):
            place = np.searchsorted(table, key)
            known = place < len(table)
            known[known] = table[place[known]] == key[known]
            longer[at[known]] = place[known]
        codes.append(longer)
        words = np.column_stack([words[table // n_terms], table % n_terms])
    return _Chain(codes, words)


def _blocks(n_tokens: int) -> Iterator[np.ndarray]:
    for start in range(0, n_tokens, counting.BLOCK):
        yield np.arange(start, min(start + counting.BLOCK, n_tokens), dtype=np.int64)


def _longer(
    corpus: "Corpus", codes: np.ndarray, single: np.ndarray, k: int, n_terms: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield where n-grams of k + 1 words begin, and the pair of n-gram and word each is made of."""
    sentence = corpus.tokens.sentence
    for at in _blocks(len(codes) - k):
        at = at[(codes[at] >= 0) & (single[at + k] >= 0) & (sentence[at] == sentence[at + k])]
        yield at, codes[at] * np.int64(n_terms) + single[at + k]


def _holding(words: np.ndarray, wanted: Sequence[np.ndarray]) -> np.ndarray:
    """Return which n-grams hold a sequence of words; all hold an empty one."""
    size = len(wanted)
    held = np.zeros(len(words), dtype=bool)
    for shift in range(words.shape[1] - size + 1):
        own = [np.isin(words[:, shift + i], wanted[i]) for i in range(size)]
        held |= np.logical_and.reduce([np.ones(len(words), dtype=bool), *own])
    return np.flatnonzero(held)


class _Windows:
    """Counts of all windows of n words: n-grams by document, their pieces by group."""

    def __init__(self, corpus: "Corpus", chain: _Chain, groups: list[np.ndarray]) -> None:
        self.corpus, self.codes = corpus, chain.codes
        self.n = len(chain.codes)
        n_docs = len(corpus.documents)
        self.n_groups, self.group = len(groups), np.full(n_docs, -1, dtype=np.int64)
        for i, rows in enumerate(groups):
            self.group[rows] = i
        size = len(chain.words)
        self.matrix = self._count(np.arange(n_docs), chain.codes[-1], 0, (n_docs, size))
        self.place = np.zeros(size, dtype=np.int64)  # Where each n-gram stands, once.
        some = np.flatnonzero(chain.codes[-1] >= 0)
        self.place[chain.codes[-1][some]] = some

    def _whole(self, at: np.ndarray) -> np.ndarray:
        """Return at which tokens a window of n words begins."""
        at = at[at <= len(self.codes[0]) - self.n]
        sentence = self.corpus.tokens.sentence
        at = at[sentence[at] == sentence[at + self.n - 1]]
        for i in range(self.n):
            at = at[self.codes[0][at + i] >= 0]
        return at

    def _count(
        self, row: np.ndarray, codes: np.ndarray, shift: int, shape: tuple[int, int]
    ) -> sparse.csr_array:
        """Count the codes that stand `shift` words into windows, by the row of their document."""
        out = sparse.csr_array(shape, dtype=np.int64)
        for at in _blocks(len(codes)):
            at = self._whole(at)
            own, code = row[self.corpus.tokens.doc[at]], codes[at + shift]
            known = (own >= 0) & (code >= 0)
            pair, times = np.unique(own[known] * shape[1] + code[known], return_counts=True)
            rows, columns = np.divmod(pair, max(shape[1], 1))
            out = out + sparse.csr_array((times, (rows, columns)), shape=shape)
        return out

    def scores(self, o: np.ndarray, group: np.ndarray, which: np.ndarray) -> dict[str, np.ndarray]:
        """Score some n-grams in some groups, where they occur `o` times."""
        whole = self._count(self.group, np.zeros_like(self.codes[0]), 0, (self.n_groups, 1))
        total = whole.toarray().ravel()[group]
        r, s, most = np.zeros(len(o)), np.zeros(len(o)), np.full(len(o), -np.inf)
        for k in range(1, self.n):
            begins = self._pieces(self.codes[k - 1], 0, group, self.place[which])
            ends = self._pieces(self.codes[self.n - k - 1], k, group, self.place[which])
            expected = begins * ends / np.maximum(total, 1)
            weaker = expected > most
            r, s = np.where(weaker, begins, r), np.where(weaker, ends, s)
            most = np.where(weaker, expected, most)
        cell = (o, r, s, total)
        values = (
            association.expected(*cell[1:]), association.mutual_information(*cell),
            association.t_score(*cell), association.association_ll4(*cell),
            association.log_dice(o, r, s),
        )  # fmt: skip
        return {name: np.where(o > 0, v, np.nan) for name, v in zip(SCORES, values, strict=True)}

    def _pieces(
        self, codes: np.ndarray, shift: int, group: np.ndarray, place: np.ndarray
    ) -> np.ndarray:
        """Count, in the windows of a group, the piece that stands at `place` of an n-gram."""
        if not len(place):
            return np.zeros(0)
        size = int(codes.max()) + 1
        table = self._count(self.group, codes, shift, (self.n_groups, size))
        return np.asarray(table[group, codes[place + shift]], dtype=np.float64).ravel()
