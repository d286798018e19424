"""The words of every voice in every document, and the rows made of them."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import counts, resample
from analysis.results import ONE_TEXT

if TYPE_CHECKING:
    from analysis.corpus import Corpus

OWN = "own voice"
OTHERS = "quoted or reported"
QUOTES_NOBODY = "quotes nobody"
AT_MOST = "at most"  # reported speech is found in part: what is missed counts as the text's own


class VoiceWords:
    """Counts every word once, for the innermost stretch around it.

    Parameters
    ----------
    corpus : Corpus
    said : DataFrame
        Stretches with ``doc, start, end, speaker, who, actor, holds``.
    include_marked : bool
    """

    def __init__(self, corpus: "Corpus", said: pd.DataFrame, include_marked: bool) -> None:
        tokens = corpus.tokens
        self.method = (
            "words in quotation marks and reported clauses, by rules; "
            + ("all of the text" if include_marked else "excluded marks left out")
            + "; what the rules miss counts as own voice; document bootstrap"
        )
        self.tokens = tokens
        self.counted = np.ones(len(tokens), bool) if include_marked else tokens.kept
        self.names = sorted({*said["who"]})
        number = {name: i for i, name in enumerate(self.names)}
        whose = np.array([number[w] for w in said["who"]], dtype=int)
        self.stretch, inside = self._stretches(said, len(corpus.documents))
        self.voice = np.full(len(tokens), -1)
        taken = self.stretch >= 0
        self.voice[taken] = whose[self.stretch[taken]]
        shape = (len(corpus.documents), len(self.names) + 1)
        voice = self.voice[self.counted] + 1
        self.words = counts.tabulate(tokens.doc[self.counted], voice, shape)
        self.all, self.inside = said, inside
        self.said = said[inside]

    def _stretches(self, said: pd.DataFrame, n_docs: int) -> tuple[np.ndarray, np.ndarray]:
        """The innermost stretch of every token (-1: none), and which hold a counted token."""
        innermost = np.full(len(self.tokens), -1)
        inside = np.zeros(len(said), bool)
        bounds = np.searchsorted(self.tokens.doc, np.arange(n_docs + 1))
        # Wide stretches first, so that words in marks win over the clause around them.
        doc, start, end = (said[c].to_numpy(np.int64) for c in ("doc", "start", "end"))
        for i in np.argsort(start - end, kind="stable"):
            first, last = bounds[doc[i]], bounds[doc[i] + 1]
            a, b = first + np.searchsorted(self.tokens.start[first:last], [start[i], end[i]])
            innermost[a:b] = i
            inside[i] = bool(self.counted[a:b].any())
        return innermost, inside

    def stretches(self) -> pd.DataFrame:
        """The stretches with a counted word, and ``words``: those counted for each."""
        own = self.stretch[self.counted & (self.stretch >= 0)]
        words = np.bincount(own, minlength=len(self.all))
        return self.all.assign(words=words)[self.inside]

    def speakers(
        self, docs: np.ndarray, *, level: float, n_boot: int, seed: int
    ) -> list[dict[str, Any]]:
        """Result rows of some documents: the text's own voice, then speakers by falling share."""
        spoken = np.asarray(self.words[docs].sum(axis=0)).ravel()
        present = [0, *(np.flatnonzero(spoken[1:]) + 1)]
        present = sorted(present, key=lambda j: (j != 0, -spoken[j], j))
        words = self.words[docs][:, present].toarray()
        rows = self._rows(words, docs, level=level, n_boot=n_boot, seed=seed)
        quoted = spoken[1:].sum()
        own = dict(list(self.said[self.said["doc"].isin(docs)].groupby("who")))
        out = []
        for j, row in zip(present, rows, strict=True):
            mine = own[self.names[j - 1]] if j else self.said.iloc[:0]
            out.append(
                row
                | {
                    "speaker": self.names[j - 1] if j else OWN,
                    "voice": OTHERS if j else OWN,
                    "n": _quotations(mine),
                    "share_of_quoted": row["words"] / quoted if j else np.nan,
                    "actor": mine["actor"].iloc[0] if len(mine) else "",
                    "named_as": "; ".join(_by_count(mine["speaker"])),
                    "sentences": self._sentences(docs, [j - 1]),
                }
            )
        return self._judged(out, docs, quoted)

    def totals(
        self, docs: np.ndarray, *, level: float, n_boot: int, seed: int
    ) -> list[dict[str, Any]]:
        """Result rows of some documents: the text's own voice and all others together."""
        total = np.asarray(self.words[docs].sum(axis=1)).ravel()
        own_words = self.words[docs][:, [0]].toarray().ravel()
        words = np.column_stack([own_words, total - own_words])
        own, others = self._rows(words, docs, level=level, n_boot=n_boot, seed=seed)
        mine = self.said[self.said["doc"].isin(docs)]
        voices = list(range(len(self.names)))
        own |= {"voice": OWN, "n": 0, "sentences": self._sentences(docs, [-1])}
        others |= {"voice": OTHERS, "n": _quotations(mine)}
        others |= {"sentences": self._sentences(docs, voices)}
        return self._judged([own, others], docs, words[:, 1].sum())

    def _rows(
        self, words: np.ndarray, docs: np.ndarray, *, level: float, n_boot: int, seed: int
    ) -> list[dict[str, Any]]:
        total = words.sum(axis=1)
        bounds = resample.ratio_interval(words, total, level=level, n_boot=n_boot, seed=seed)
        common = {"level": level, "unit": "share of words", "n_docs": len(docs),
                  "n_tokens": int(total.sum()), "method": self.method}  # fmt: skip
        return [
            {"estimate": e, "lo": lo, "hi": hi, "words": int(n)} | common
            for e, lo, hi, n in zip(*bounds, words.sum(axis=0), strict=True)
        ]

    def _judged(
        self, rows: list[dict[str, Any]], docs: np.ndarray, quoted: int
    ) -> list[dict[str, Any]]:
        said = [ONE_TEXT] if len(docs) < 2 else []
        said += [] if quoted else [QUOTES_NOBODY]
        own = {"verdict": "; ".join([*said, AT_MOST])}
        return [r | (own if r["voice"] == OWN else {"verdict": "; ".join(said)}) for r in rows]

    def _sentences(self, docs: np.ndarray, voices: list[int]) -> tuple[int, ...]:
        own = self.counted & np.isin(self.tokens.doc, docs) & np.isin(self.voice, voices)
        return tuple(int(i) for i in np.unique(self.tokens.sentence[own]))


def _quotations(said: pd.DataFrame) -> int:
    return int((~said["holds"].to_numpy(bool)).sum())


def _by_count(names: pd.Series) -> list[str]:
    """Each name once, the most frequent first, then by the alphabet."""
    counted = names[names != ""].value_counts()
    return sorted(counted.index, key=lambda n: (-counted[n], n))
