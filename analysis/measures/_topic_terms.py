"""The words and the sentences that describe topics, language by language."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import embeddings, languages
from analysis.counts import tabulate
from analysis.measures._topic_leaks import leaks
from analysis.measures._topic_words import FEWEST_WORDS, LONGEST_WORD, stretch_vectors, vectors
from analysis.measures.association import weighted_log_odds

if TYPE_CHECKING:
    from analysis.corpus import Corpus

CONTENT = ("N", "PN", "A")
FLOOR = 5
"""A word describes topics if so many stretches of its language hold it."""
PER_FLOOR = 40
"""A language of fewer stretches than FLOOR times this asks for one in so many (at least one)."""
N_TERMS = 12
N_FIRST = 10
"""The first words, by whose company the choice is judged."""
STARTS = 10
"""Words that the choice begins with in turn."""
CANDIDATES = 70
"""Content words of the highest score, of which those that stand together are chosen."""
SEEN = 3
"""Places in which a word's part of speech and lemma are looked up; most of them decide."""
BEFORE, AFTER = 5, 4
"""Words about a place that the tagger is shown."""
AT_ONCE = 20
"""So many words are looked up together."""
WRITTEN = 50
"""Places in which it is looked up how a word is written."""


def terms(
    corpus: "Corpus", stretches: pd.DataFrame, *, model: str = embeddings.DEFAULT
) -> pd.DataFrame:
    """Find the words that set each topic apart from the others, language by language.

    Case-folded forms of nouns, names and adjectives that at least :data:`FLOOR` stretches of the
    language hold, scored by the weighted log-odds z of the topic against all other topics *of the
    same language* (Monroe, Colaresi & Quinn 2008), with the language's own counts as prior, times
    the square root of the number of the topic's stretches that hold the word. Of the best
    :data:`CANDIDATES`, each next word is the one with the greatest score × mean normalised
    pointwise mutual information (Bouma 2009, over the language's stretches) with those chosen
    before; one word of a lemma. Where a language has too few
    stretches to tell which words stand together, the score is weighted by how near the word's own
    vector is to the topic instead.

    Parameters
    ----------
    corpus : Corpus
    stretches : DataFrame
        The columns of :func:`analysis.measures._topic_words.units` and ``topic`` (1 … k).
    model : str

    Returns
    -------
    DataFrame
        ``topic, language, term`` (as most often written within sentences), ``score`` (z),
        ``closeness`` (cosine of word and mean vector of the topic's stretches), ``count,
        elsewhere, stretches`` (of the topic that hold it), ``pos`` (N, PN for a name, A),
        ``warning``; the first :data:`N_FIRST` by their score, then as chosen.
    """
    middle = _middles(vectors(corpus, stretches, model=model), stretches["topic"].to_numpy())
    tables = [
        _language(corpus, own, str(code), middle, model=model)
        for code, own in stretches.groupby("language", sort=True)
    ]
    columns = ["topic", "language", "term", "score", "closeness", "count", "elsewhere", "stretches",
               "pos"]  # fmt: skip
    rows = [row for table in tables for row in table]
    out = pd.DataFrame(rows, columns=columns).astype({"topic": int, "score": float})
    out = out.astype({"closeness": float, "count": int, "elsewhere": int, "stretches": int})
    out = out.sort_values(["topic", "language"], kind="stable").reset_index(drop=True)
    out["warning"] = leaks(corpus, stretches, out)
    return out


def _middles(held: np.ndarray, topic: np.ndarray) -> np.ndarray:
    """Return the mean vector of each topic's stretches; rows of length 1, row 0 for none."""
    total = np.zeros((1 + int(topic.max(initial=0)), held.shape[1]), dtype=np.float64)
    np.add.at(total, topic.astype(int), held)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return total / np.where(length > 0, length, 1)


def _language(
    corpus: "Corpus", own: pd.DataFrame, code: str, middle: np.ndarray, *, model: str
) -> list[tuple[object, ...]]:
    """Return the rows of :func:`terms` in one language."""
    words = _Words(corpus, own, code)
    k, topic = len(middle) - 1, own["topic"].to_numpy(dtype=int)
    member = sparse.csr_array((np.ones(len(own)), (topic - 1, np.arange(len(own)))), (k, len(own)))
    counts, held = (member @ words.counts).toarray(), (member @ words.holds).toarray()
    total = counts.sum(axis=0)
    floor = min(FLOOR, max(1, len(own) // PER_FLOOR))
    frequent = words.holds.sum(axis=0) >= floor
    score = np.zeros_like(counts)
    best: dict[int, np.ndarray] = {}
    for j in np.flatnonzero(counts.sum(axis=1)).tolist():
        score[j] = weighted_log_odds(counts[j], total - counts[j], 0.01 + 0.2 * total)
        able = np.flatnonzero(frequent & (held[j] > 0) & (score[j] > 0))
        value = score[j, able] * np.sqrt(held[j, able])
        best[j] = able[np.lexsort((words.forms[able], -value))][: 2 * CANDIDATES]
    rows: list[tuple[object, ...]] = []
    for j, some in best.items():
        able = words.content(some)
        if not len(able):
            continue
        near = embeddings.encode(words.forms[able].tolist(), [code] * len(able), model=model)
        close = near @ middle[j + 1]
        value = score[j, able] * np.sqrt(held[j, able])
        together = _npmi(words.holds[:, able]) if floor == FLOOR else np.ones((len(able),) * 2)
        if floor < FLOOR:
            value = value * close.clip(min=0.02)
        chosen = _company(value, together, [words.lemma[i] for i in able.tolist()])
        for c in chosen:
            i = int(able[c])
            rows.append((j + 1, code, words.written(i), score[j, i], close[c], counts[j, i],
                         total[i] - counts[j, i], held[j, i], words.pos[i]))  # fmt: skip
    return rows


def _npmi(holds: sparse.csr_array) -> np.ndarray:
    """Normalised pointwise mutual information of words over stretches, shape (n, n), -1 … 1."""
    n = holds.shape[0]
    both = (holds.T @ holds).toarray() / n
    single = np.diag(both)
    joint = np.clip(both, 1e-12, 1 - 1e-12)  # In every stretch: as good as always together.
    return np.asarray(np.log(joint / np.outer(single, single)) / -np.log(joint))


def _company(value: np.ndarray, together: np.ndarray, lemmas: Sequence[str]) -> list[int]:
    """Choose words that score high and stand together, one of a lemma.

    From each of the :data:`STARTS` best words in turn, further ones are added one by one, each by
    score × mean of `together` with those added before; the start whose first words have the
    greatest mean score × mean of `together` is kept, and these come by their score.
    """
    lemma = np.array(lemmas, dtype=str)
    best: tuple[float, list[int]] = (-1.0, [])
    for start in np.argsort(-value, kind="stable")[:STARTS].tolist():
        chosen, free = [start], lemma != lemma[start]
        while len(chosen) < N_TERMS and free.any():
            gain = value * together[:, chosen].mean(axis=1).clip(min=0.001)
            chosen.append(int(np.where(free, gain, -1).argmax()))
            free &= lemma != lemma[chosen[-1]]
        first = chosen[:N_FIRST]
        pairs = together[np.ix_(first, first)][~np.eye(len(first), dtype=bool)]
        worth = float(value[first].mean() * max(0.001, pairs.mean() if len(pairs) else 1))
        if worth > best[0]:
            best = (worth, [*sorted(first, key=lambda i: (-value[i], i)), *chosen[N_FIRST:]])
    return best[1]


class _Words:
    """Forms of one language's stretches.

    Attributes
    ----------
    forms : ndarray of str, shape (n_forms,)
        Case-folded, sorted; stop words, single signs and what begins with a digit left out.
    counts, holds : csr_array, shape (n_stretches, n_forms)
        How often; whether at all.
    pos, lemma : dict of int to str
        Of the forms looked up.
    """

    def __init__(self, corpus: "Corpus", own: pd.DataFrame, code: str) -> None:
        tokens = corpus.tokens
        row = np.full(len(corpus.sentences), -1)
        for i, ids in enumerate(own["sentences"]):
            row[list(ids)] = i
        inside = np.flatnonzero(tokens.kept & (row[tokens.sentence] >= 0))
        short = np.array([len(f) <= LONGEST_WORD for f in tokens.vocabulary], dtype=bool)
        inside = inside[short[tokens.ids[inside]]]
        seen, column = np.unique(tokens.ids[inside], return_inverse=True)
        forms, stop = tokens.vocabulary[seen].astype(str), languages.language(code).stop_words
        usable = np.array([len(f) > 1 and f[0].isalpha() and f not in stop for f in forms.tolist()])
        usable = usable.astype(bool)
        stretch = row[tokens.sentence[inside]]
        matrix = tabulate(stretch, column, (len(own), len(forms)))
        # Places in the order of stretches, so that the order of documents decides nothing.
        order = np.lexsort((inside, stretch))
        self._at, self._column = inside[order], (np.cumsum(usable) - 1)[column[order]]
        self._column[~usable[column[order]]] = -1
        first = tokens.sentence[np.maximum(self._at - 1, 0)] != tokens.sentence[self._at]
        self._first = first | (self._at == 0)
        by_form = np.lexsort((np.arange(len(order)), self._first, self._column))
        self._by_form = by_form[np.searchsorted(self._column[by_form], 0) :]
        self._edges = np.searchsorted(self._column[self._by_form], np.arange(usable.sum() + 1))
        self._corpus, self._language = corpus, languages.language(code)
        self.forms, self.counts = forms[usable], sparse.csr_array(matrix[:, usable], dtype=float)
        self.holds = (self.counts > 0).astype(float)
        self._known = frozenset(self.forms.tolist())
        self.pos: dict[int, str] = {}
        self.lemma: dict[int, str] = {}

    def _places(self, form: int) -> np.ndarray:
        """Return where a form stands: within sentences, or at their beginning if nowhere else."""
        own = self._by_form[self._edges[form] : self._edges[form + 1]]
        within = own[~self._first[own]]
        return self._at[within if len(within) else own]

    def content(self, forms: np.ndarray) -> np.ndarray:
        """Return the first :data:`CANDIDATES` of some forms that are nouns, names or adjectives."""
        out: list[int] = []
        for first in range(0, len(forms), AT_ONCE):
            if len(out) >= CANDIDATES:
                break
            some = forms[first : first + AT_ONCE].tolist()
            self._look_up([form for form in some if form not in self.pos])
            out += [form for form in some if self.pos[form] in CONTENT]
        return np.array(out[:CANDIDATES], dtype=int)

    def _look_up(self, forms: list[int]) -> None:
        """Find part of speech and lemma of forms, by their neighbours in a few places."""
        places = {form: self._some(form, SEEN).tolist() for form in forms}
        votes: dict[int, Counter[tuple[str, str]]] = {form: Counter() for form in forms}
        for i in range(SEEN):  # No further place is looked at where more than half agree.
            left = [
                form
                for form, own in places.items()
                if i < len(own) and 2 * max(votes[form].values(), default=0) <= len(own)
            ]
            tagged = self._tagged(np.array([places[form][i] for form in left], dtype=int))
            for form, found in zip(left, tagged, strict=True):
                votes[form][found] += 1
        for form, seen in votes.items():
            lemma, self.pos[form] = min(seen, key=lambda v: (-seen[v], v))
            self.lemma[form] = self._stem(lemma)

    def _some(self, form: int, n: int) -> np.ndarray:
        """Return n of a form's places, evenly drawn."""
        places = self._places(form)
        return np.asarray(places[np.unique(np.linspace(0, len(places) - 1, n).astype(int))])

    def _tagged(self, places: np.ndarray) -> list[tuple[str, str]]:
        """Return lemma and part of speech of the words at places, seen among their neighbours."""
        tokens = self._corpus.tokens
        near = places[:, None] + np.arange(-BEFORE, AFTER + 1)
        inside = (near >= 0) & (near < len(tokens))
        near = near.clip(0, len(tokens) - 1)
        inside &= tokens.sentence[near] == tokens.sentence[places][:, None]
        written = iter(self._spelled(near[inside]))
        # A tagger takes the square of a word's length.
        rows = [[next(written)[:LONGEST_WORD] for _ in range(n)] for n in inside.sum(axis=1)]
        at = inside[:, :BEFORE].sum(axis=1).tolist()
        return [self._language.lemmas([words])[0][i] for words, i in zip(rows, at, strict=True)]

    def _spelled(self, places: np.ndarray) -> list[str]:
        tokens = self._corpus.tokens
        where = {c: getattr(tokens, c)[places] for c in ("doc", "start", "end")}
        return self._corpus.spans(pd.DataFrame(where))

    def _stem(self, lemma: str) -> str:
        """Take the ending of a genitive or plural from names, whose lemmas are as written."""
        lemma = lemma.replace("’", "'").removesuffix("'s").rstrip("'")
        return lemma[:-1] if lemma.endswith("s") and lemma[:-1] in self._known else lemma

    def written(self, form: int) -> str:
        """Return how a form is most often written."""
        spelled = Counter(self._spelled(self._some(form, WRITTEN)))
        return min(spelled, key=lambda f: (-spelled[f], f))


def nearest(
    corpus: "Corpus", stretches: pd.DataFrame, k: int, *, model: str, n: int = 6
) -> list[tuple[int, ...]]:
    """Find the sentences that show each topic best, over all documents and languages.

    Those nearest to the mean vector of the topic's sentences.

    Parameters
    ----------
    corpus : Corpus
    stretches : DataFrame
        The columns of :func:`analysis.measures._topic_words.units` and ``topic`` (1 … k).
    k : int
    model : str
    n : int
        About so many a topic, at least one of every language, at most three of one; the best of
        another document goes before the second best of the same.

    Returns
    -------
    list of tuple of int
        Sentence ids of each topic: the nearest of each language first, nearest of all in front.
    """
    found, of = stretch_vectors(corpus, stretches, model=model)
    n_words = np.bincount(corpus.tokens.sentence, minlength=len(corpus.sentences))
    long = stretches[["topic", "language", "doc_id", "sentences"]].explode("sentences")
    ids, topic = (long[c].to_numpy(dtype=int) for c in ("sentences", "topic"))
    held = found[of[ids]]
    middle = _middles(held * np.maximum(n_words[ids], 1)[:, None], topic)
    long["cosine"] = (held * middle[topic]).sum(axis=1).round(5)
    long["short"] = n_words[ids] < FEWEST_WORDS
    long = long.sort_values(["short", "cosine"], ascending=[True, False], kind="stable")
    long["place"] = long.groupby(["topic", "doc_id"]).cumcount()
    long = long.sort_values(["short", "place"], kind="stable")
    long["round"] = long.groupby(["topic", "language"]).cumcount()
    out = []
    for number in range(1, k + 1):
        own = long[long["topic"] == number].sort_values("round", kind="stable")
        most = max(1, min(3, n // max(1, own["language"].nunique())))
        out.append(tuple(int(i) for i in own.loc[own["round"] < most, "sentences"]))
    return out
