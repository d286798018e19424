"""Part of speech and lemma of words in their sentence, by HanTa's models.

The models and what they know of a word by itself are HanTa's [1]_. The search for the best
sequence of tags is written anew: it gives what ``HanoverTagger.tag_sent`` gives, and looks only at
the tags that a word can have, where that goes through all the tags of the language.

.. [1] Wartena, C. (2019). A probabilistic morphology model for German lemmatization. KONVENS,
   40-49. https://doi.org/10.25968/opus-1527
"""

from collections.abc import Sequence
from functools import lru_cache

_REMEMBERED = 500_000  # words, in a position of the sentence
_LONGEST = 1_000  # words tagged together: sums of logarithms of more would leave HanTa's range
_BEAM = 5  # states kept beside those within `_NEAR` of the last of them, as HanTa has it
_NEAR = 1.0
State = tuple[int, int]


class Tagger:
    """One of HanTa's models.

    Parameters
    ----------
    model : str
        File name inside the package.
    """

    def __init__(self, model: str) -> None:
        from HanTa import HanoverTagger as hanta

        self._hanta = hanta.HanoverTagger(model)
        self._first: State = (hanta.EMPTY, hanta.START)
        self._end, self._unknown = hanta.END, hanta.UNKNOWN
        self._follow: dict[State, dict[int, float]] = self._hanta.LP_trans_word
        order = [tag for tag in next(iter(self._follow.values())) if tag != self._end]
        self._place = {tag: number for number, tag in enumerate(order)}
        # What it knows of a word by itself does not change; only the choice depends on the rest.
        # Its slow steps see the word in small letters.
        for slow in ("analyze_forward", "analyze_viterbi"):
            setattr(self._hanta, slow, lru_cache(_REMEMBERED)(getattr(self._hanta, slow)))
        self._candidates = lru_cache(_REMEMBERED)(self._possible)
        self._lemma = lru_cache(_REMEMBERED)(self._analysed)

    def tag(self, words: Sequence[str]) -> list[tuple[str, str]]:
        """Return lemma and fine tag of every word of a sentence.

        Parameters
        ----------
        words : sequence of str
            None is empty.
        """
        return [
            self._lemma(word, tag)
            for first in range(0, len(words), _LONGEST)
            for word, tag in self._tags(words[first : first + _LONGEST])
        ]

    def _possible(self, word: str, inside: bool) -> list[tuple[int, float]]:
        """Return the tags a word can have and log p(word | tag), in the order of the model."""
        known = dict(self._hanta._tag_word(word, cutoff=5, casesensitive=inside, conditional=True))
        known.pop(self._unknown, None)
        if not known:  # Anything goes.
            return [(tag, 0.0) for tag in self._place]
        own = [(tag, p) for tag, p in known.items() if tag in self._place]
        return sorted(own, key=lambda pair: self._place[pair[0]])

    def _analysed(self, word: str, tag: int) -> tuple[str, str]:
        return self._hanta._analyze(word, tag)[0], self._hanta.int2tag[tag]

    def _tags(self, words: Sequence[str]) -> list[tuple[str, int]]:
        """Find the most probable tags: Viterbi's algorithm over pairs of tags, with a beam."""
        row: dict[State, float] = {self._first: 0.0}
        back: list[dict[State, State]] = []
        for number, word in enumerate(words):
            possible = self._candidates(word, number > 0)
            lowest = sorted(row.values(), reverse=True)[_BEAM] - _NEAR if len(row) > _BEAM else None
            rows: dict[State, float] = {}
            came: dict[State, State] = {}
            for state, so_far in row.items():
                if lowest is not None and so_far < lowest:
                    continue
                follow, last = self._follow[state], state[1]
                for tag, p in possible:
                    sum_ = so_far + follow[tag] + p
                    new = (last, tag)
                    if new not in rows or sum_ > rows[new]:
                        rows[new] = sum_
                        came[new] = state
            row = rows
            back.append(came)
        state = max(row, key=lambda s: row[s] + self._follow[s][self._end])
        tags = []
        for came in reversed(back):
            tags.append(state[1])
            state = came[state]
        return list(zip(words, reversed(tags), strict=True))


@lru_cache(maxsize=4)
def tagger(model: str) -> Tagger:
    """Return the tagger of a model; it is read once."""
    return Tagger(model)
