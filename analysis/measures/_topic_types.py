"""What a topic model is: one frozen value that every part of the suite reads."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

NO_TOPIC = 0
"""Number of stretches whose topic was dropped."""
METHODS = {
    "vectors": "spherical clusters of {model} sentence vectors (fixed language vectors subtracted) "
    "and of words compared across languages, neighbours averaged",
    "lda": "topics of LDA (gensim) on the words of one language",
    "lda-sklearn": "topics of LDA (scikit-learn) on the words of one language",
    "nmf": "topics of NMF (scikit-learn) on tf-idf weights of the words of one language",
}
"""The models behind :func:`analysis.measures.topics.fit`, and how each is told."""


@dataclass(frozen=True, eq=False)
class WordSpace:
    """What places stretches by their words; see :mod:`analysis.measures._topic_space`.

    Attributes
    ----------
    language, form : ndarray of str, shape (n_words,)
        Case-folded words that count, and the language each is of; sorted.
    weights : ndarray of float32, shape (n_words, n_axes)
        Log counts of a stretch times these are its place, but for length.
    lean : float
        How far a stretch leans on its document: 0 not at all.
    """

    language: np.ndarray
    form: np.ndarray
    weights: np.ndarray
    lean: float


@dataclass(frozen=True, eq=False)
class TopicModel:
    """A fitted topic model; never changes.

    Topics are numbered 1 … k by size when a model is fitted. The numbers stay theirs: after topics
    were merged, split or dropped there are gaps, never other topics under an old number. Column j
    of `membership` and row j of `centres` and `topics` belong to ``numbers[j]``.

    Attributes
    ----------
    numbers : tuple of int
    seed : int
    units : DataFrame
        A row a stretch of text: ``doc, doc_id, language, start, end, sentences, n_words, topic``
        (the number of its main topic; 0: that topic was dropped), ``share`` (its membership in
        that topic), ``fitted`` (False for headings, which neither shape topics nor count in
        shares).
    membership : ndarray, shape (n_units, k)
        Soft assignment; rows add up to 1, less what dropped topics held.
    centres : ndarray of float32, shape (k, d)
        Directions of the mean sentence vectors of its stretches; rows of length 1.
    refits : ndarray of int16, shape (n_refits, n_units)
        The model's own uncertainty: the main topic of every stretch in models fitted to bootstrap
        samples of the documents (of the stretches where there are fewer than ten documents), under
        the number of the topic it matches best; 0 for none.
    topics : DataFrame
        ``topic, label, top_words, n_units, languages, stability`` (mean Jaccard similarity with
        the matching topics of `refits`), ``similarity`` (mean cosine with them), ``verdict``
        ("stable" or "unstable topic"), ``warning`` (may be empty), ``doubtful`` (unstable, or
        warned of), ``n_docs`` (documents with the topic), ``n_tokens`` (words in it), ``n``
        (stretches), ``sentences`` (ids, nearest the centre first, from every language of the
        topic).
    terms : DataFrame
        Topic × language × term, see :func:`analysis.measures._topic_terms.terms`.
    shares : DataFrame
        Document × topic, index doc_id: words in stretches whose main topic it is, as a share of
        the document's words that count; zeros kept, rows add up to 1 less what is in no topic.
    corpus_hash : str
    model : str
        The sentence encoder.
    n_all : int
        Stretches of the corpus that count (no headings); `units` may be a sample of them, see
        :attr:`extent`.
    method_name : str
        A key of :data:`METHODS`.
    words : tuple of (ndarray, ndarray), optional
        Vocabulary and weights, shape (k, n_words), of a model on words.
    history : tuple of str
        What was merged, split, dropped or renumbered since the model was fitted, in sentences.
    versions : dict of str to str
    anchors : tuple of (ndarray, ndarray), optional
        What stretches are placed by, and the number of the topic each leads to (0: none). Rows of
        shape (m, d + n_axes) in the space of vectors and words; or (m, n_words) of a model on
        words whose topics were merged or dropped, else the weights of `words`.
    space : WordSpace, optional
        Of a model on vectors.
    unit : str
        "paragraph" or "sentence".
    largest : int
        The largest number that a topic of it ever had (0: that of `numbers`).
    """

    numbers: tuple[int, ...]
    seed: int
    units: pd.DataFrame
    membership: np.ndarray
    centres: np.ndarray
    refits: np.ndarray
    topics: pd.DataFrame
    terms: pd.DataFrame
    shares: pd.DataFrame
    corpus_hash: str
    model: str
    n_all: int
    method_name: str = "vectors"
    words: tuple[np.ndarray, np.ndarray] | None = None
    history: tuple[str, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)
    anchors: tuple[np.ndarray, np.ndarray] | None = None
    space: WordSpace | None = None
    unit: str = "paragraph"
    largest: int = 0

    @property
    def k(self) -> int:
        """Return the number of topics."""
        return len(self.numbers)

    @property
    def method(self) -> str:
        """Say in one line how the topics were found."""
        how = METHODS[self.method_name].format(model=self.model)
        drawn = f"; {self.extent}" if self.sampled else ""
        changed = "".join(f"; {h}" for h in self.history)
        return (
            f"{self.k} {how}; seed {self.seed}; share of the words in stretches whose main topic "
            f"it is; headings and marked parts left out{drawn}{changed}"
        )

    @property
    def sampled(self) -> bool:
        """Say whether the model saw a sample of the stretches, not all of them."""
        return self.n_all > len(self.units)

    @property
    def extent(self) -> str:
        """Say what the model was fitted to: all stretches of text, or how many of them."""
        drawn = f"{int(self.units['fitted'].sum()):,}"
        if not self.sampled:
            return f"all {drawn} stretches of the texts"
        return (
            f"a sample of {drawn} of {self.n_all:,} stretches, drawn evenly over sources and texts"
        )
