"""The words of every voice in every document, and the rows made of them."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import counts, resample
from analysis.results import ONE_TEXT, reason

if TYPE_CHECKING:
    from analysis.corpus import Corpus

OWN = "own voice"
OTHERS = "quoted or reported"
QUOTES_NOBODY = "quotes nobody"
NO_WORDS = "no words"
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
        self.bounds = np.searchsorted(tokens.doc, np.arange(len(corpus.documents) + 1))
        self.width = len(corpus.sentences) + 1
        self.stretch, inside = self._stretches(said)
        self.voice = np.full(len(tokens), -1)
        taken = self.stretch >= 0
        self.voice[taken] = whose[self.stretch[taken]]
        shape = (len(corpus.documents), len(self.names) + 1)
        voice = self.voice[self.counted] + 1
        self.words = counts.tabulate(tokens.doc[self.counted], voice, shape)
        self.all, self.inside = said, inside
        self.said = said[inside]
        self.actor = dict(zip(said["who"], said["actor"], strict=True))

    def _stretches(self, said: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """The innermost stretch of every token (-1: none), and which hold a counted token."""
        innermost = np.full(len(self.tokens), -1)
        inside = np.zeros(len(said), bool)
        bounds = self.bounds
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
        words = self.words[docs][:, present]
        rows = self._rows(words, docs, level=level, n_boot=n_boot, seed=seed)
        quoted = spoken[1:].sum()
        mine = self._said_by(docs)
        where = self._sentences(docs)
        out = []
        for j, row in zip(present, rows, strict=True):
            called, n = mine.get(self.names[j - 1], ("", 0)) if j else ("", 0)
            out.append(
                row
                | {
                    "speaker": self.names[j - 1] if j else OWN,
                    "voice": OTHERS if j else OWN,
                    "n": n,
                    "share_of_quoted": row["words"] / quoted if j else np.nan,
                    "actor": self.actor.get(self.names[j - 1], "") if j else "",
                    "named_as": called,
                    "sentences": where.get(j - 1, ()),
                }
            )
        return self._judged(out, docs, spoken.sum(), quoted)

    def _said_by(self, docs: np.ndarray) -> dict[str, tuple[str, int]]:
        """How each speaker of some documents is called there, and how many quotations are its."""
        mine = self.said[np.isin(self.said["doc"].to_numpy(dtype=int), docs)]
        quotations = mine.groupby("who")["holds"].agg(lambda h: int((~h.astype(bool)).sum()))
        counted = mine[mine["speaker"] != ""].groupby(["who", "speaker"]).size().reset_index()
        counted = counted.sort_values([0, "speaker"], ascending=[False, True], kind="stable")
        called = counted.groupby("who", sort=False)["speaker"].agg("; ".join).to_dict()
        return {who: (called.get(who, ""), n) for who, n in quotations.items()}

    def totals(
        self, docs: np.ndarray, *, level: float, n_boot: int, seed: int
    ) -> list[dict[str, Any]]:
        """Result rows of some documents: the text's own voice and all others together."""
        total = np.asarray(self.words[docs].sum(axis=1)).ravel()
        own_words = self.words[docs][:, [0]].toarray().ravel()
        words = sparse.csr_array(np.column_stack([own_words, total - own_words]))
        own, others = self._rows(words, docs, level=level, n_boot=n_boot, seed=seed)
        n = int((~self.said["holds"].to_numpy(bool) & np.isin(self.said["doc"], docs)).sum())
        where = self._sentences(docs)
        quoted = sorted({s for voice, found in where.items() if voice >= 0 for s in found})
        own |= {"voice": OWN, "n": 0, "sentences": where.get(-1, ())}
        others |= {"voice": OTHERS, "n": n, "sentences": tuple(quoted)}
        return self._judged([own, others], docs, total.sum(), total.sum() - own_words.sum())

    def _rows(
        self, words: sparse.csr_array, docs: np.ndarray, *, level: float, n_boot: int, seed: int
    ) -> list[dict[str, Any]]:
        total = np.asarray(words.sum(axis=1)).ravel()
        bounds = resample.ratio_interval(words, total, level=level, n_boot=n_boot, seed=seed)
        common = {"level": level, "unit": "share of words", "n_docs": len(docs),
                  "n_tokens": int(total.sum()), "method": self.method}  # fmt: skip
        return [
            {"estimate": e, "lo": lo, "hi": hi, "words": int(n)} | common
            for e, lo, hi, n in zip(*bounds, words.sum(axis=0), strict=True)
        ]

    def _judged(
        self, rows: list[dict[str, Any]], docs: np.ndarray, words: int, quoted: int
    ) -> list[dict[str, Any]]:
        if not words:
            return [r | {"verdict": reason(NO_WORDS, len(docs))} for r in rows]
        said = [ONE_TEXT] if len(docs) < 2 else []
        said += [] if quoted else [QUOTES_NOBODY]
        own = {"verdict": "; ".join([*said, AT_MOST])}
        return [r | (own if r["voice"] == OWN else {"verdict": "; ".join(said)}) for r in rows]

    def _sentences(self, docs: np.ndarray) -> dict[int, tuple[int, ...]]:
        """The sentences of every voice in some documents (-1: the text's own), sorted."""
        bounds = self.bounds
        own = np.concatenate([np.arange(bounds[d], bounds[d + 1]) for d in docs.tolist()])
        own = own[self.counted[own]]
        pairs = np.unique(
            (self.voice[own] + 1) * self.width + self.tokens.sentence[own].astype(np.int64)
        )
        voice, sentence = pairs // self.width - 1, pairs % self.width
        names, first = np.unique(voice, return_index=True)
        parts = np.split(sentence, first[1:])[: len(names)]
        return {int(v): tuple(p.tolist()) for v, p in zip(names, parts, strict=True)}
