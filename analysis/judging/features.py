"""What the trained models see of a sentence: vectors of it and of its parts, and hashed n-grams."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from analysis import embeddings

TONE_BUCKETS, STANCE_BUCKETS = 2**17, 2**18
MANY_WORDS = 200
LOUD, FEW_LETTERS = 0.8, 10  # a text is in capitals if so large a share of its letters is
MARK = "XXX"
SIDE, NEAR, REACH = 8, 5, 60
CUT = 2000  # characters on either side that can hold REACH words
_WORD = re.compile(r"\w[\w'’-]*|[^\w\s]")


def clip(text: str) -> str:
    """Return the first 200 words, white space collapsed: what a model reads of a sentence.

    Half a surrogate pair, which no encoder takes, becomes a question mark.
    """
    whole = str(text).encode("utf-8", "replace").decode("utf-8")
    return " ".join(whole.split()[:MANY_WORDS])


def calm(text: str) -> str:
    """Return a text in capitals in small letters: shouted words are no words to an encoder."""
    letters = [c for c in text if c.isalpha()]
    loud = sum(c.isupper() for c in letters) >= LOUD * max(1, len(letters))
    return text.lower() if loud and len(letters) > FEW_LETTERS else text


def tone(texts: Sequence[str], languages: Sequence[str]) -> tuple[list[np.ndarray], Any]:
    """Return what the model sees: vectors [(n, 512)] and hashed n-gram counts (n, 2^17), csr.

    Character n-grams of 2 to 5 within words and word n-grams of 1 and 2, case-folded.
    """
    from sklearn.feature_extraction.text import HashingVectorizer

    plain = {"n_features": TONE_BUCKETS, "norm": None, "alternate_sign": False, "lowercase": False}
    small = [t.casefold() for t in texts]
    shapes = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5), **plain)
    words = HashingVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)\w+", **plain)
    counts = shapes.transform(small) + words.transform(small)
    return [embeddings.encode(list(texts), list(languages))], counts


def clip_line(text: str) -> str:
    """Return a sentence with every white space as one blank of the same length."""
    return re.sub(r"\s", " ", text)


def split(text: str, span: tuple[int, int]) -> tuple[str, str]:
    """Return what stands before and after the target, at most 60 words of each."""
    start, end = max(0, span[0]), max(0, span[1])
    # Cut before splitting, or a line of a million words would be split once for every name in it.
    before, after = text[max(0, start - CUT) : start].split(), text[end : end + CUT].split()
    left, right = " ".join(before[-REACH:]), " ".join(after[:REACH])
    blanks = (" ", "\n", "\t")
    return (
        left + " " * text[max(0, start - 1) : start].endswith(blanks),
        " " * text[end : end + 1].startswith(blanks) + right,
    )


def stance(
    sides: Sequence[tuple[str, str]], languages: Sequence[str]
) -> tuple[list[np.ndarray], Any]:
    """Return what the model sees: four blocks of vectors (n, 512) and hashed counts (n, 2^18).

    The blocks: the sentence with the target masked; the eight words before and the mark; the mark
    and the eight words after; five words on either side of it.
    """
    from sklearn.feature_extraction import FeatureHasher

    before = [left.split() for left, _ in sides]
    after = [right.split() for _, right in sides]
    pairs = list(zip(before, after, strict=True))
    views = (
        [left + MARK + right for left, right in sides],
        [" ".join([*b[-SIDE:], MARK]) for b in before],
        [" ".join([MARK, *a[:SIDE]]) for a in after],
        [" ".join([*b[-NEAR:], MARK, *a[:NEAR]]) for b, a in pairs],
    )
    blocks = [embeddings.encode(view, list(languages)) for view in views]
    hasher = FeatureHasher(STANCE_BUCKETS, input_type="string", alternate_sign=False)
    return blocks, hasher.transform([list(_grams(*s)) for s in sides])


def _grams(left: str, right: str) -> Iterator[str]:
    """Yield words, word pairs and word beginnings, with and without their side of the target."""
    sides = (("l", _words(left)[::-1]), ("r", _words(right)))
    for side, words in sides:
        for i, word in enumerate(words):
            yield f"w {word}"
            yield f"{side} {word}"
            if i < 4:
                yield f"{side}n {word}"
            if len(word) > 5:
                yield f"{side}p {word[:5]}"
            if i + 1 < len(words):
                pair = (word, words[i + 1]) if side == "r" else (words[i + 1], word)
                yield f"b {pair[0]} {pair[1]}"
                if i < SIDE:
                    yield f"{side}b {pair[0]} {pair[1]}"


def _words(text: str) -> list[str]:
    return [w.casefold() for w in _WORD.findall(text)][: REACH * 2]
