"""What a file of a topic model may hold: every part is held to it before it is used.

ValueError says in a few words what is wrong.
"""

import io
import json
import math
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from analysis.measures._topic_types import NO_TOPIC

WHOLE, NUMBER, TEXT, TRUTH, SEVERAL = "whole", "number", "text", "truth", "several"
TABLES = {
    "units": {
        "doc": WHOLE, "doc_id": TEXT, "language": TEXT, "start": WHOLE, "end": WHOLE,
        "sentences": SEVERAL, "n_words": WHOLE, "fitted": TRUTH, "edge": TRUTH,
        "topic": WHOLE, "share": NUMBER,
    },
    "topics": {
        "topic": WHOLE, "label": TEXT, "top_words": TEXT, "n_units": WHOLE,
        "languages": SEVERAL, "stability": NUMBER, "similarity": NUMBER, "verdict": TEXT,
        "warning": TEXT, "doubtful": TRUTH, "n_docs": WHOLE, "n_tokens": WHOLE, "n": WHOLE,
        "sentences": SEVERAL,
    },
    "terms": {
        "topic": WHOLE, "language": TEXT, "term": TEXT, "score": NUMBER,
        "closeness": NUMBER, "count": WHOLE, "elsewhere": WHOLE, "stretches": WHOLE,
        "pos": TEXT, "warning": TEXT,
    },
}  # fmt: skip
"""Columns that a table must have, and what they hold; others may follow."""
_DTYPES = {WHOLE: "int64", NUMBER: "float64", TEXT: "str", TRUTH: "bool", SEVERAL: "object"}
LARGEST = int(np.iinfo(np.int16).max)
"""Numbers of topics stay below, so that `refits` can hold them."""


def parsed(content: bytes) -> dict[str, Any]:
    """Read JSON that is an object and holds finite numbers only."""

    def refuse(constant: str) -> NoReturn:
        raise ValueError(f"{constant} is no number")

    found = json.loads(content, parse_constant=refuse)
    if not isinstance(found, dict):
        raise ValueError("JSON that is no object")
    return found


def texts(name: str, values: Any) -> list[str]:
    """Return a list that holds texts only."""
    if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
        raise ValueError(f"{name} is no list of texts")
    return values


def numbers(given: list[Any]) -> tuple[int, ...]:
    """Return the numbers of topics: positive, each once, rising, small enough for `refits`."""
    sane = all(_is(WHOLE, n) and 0 < n <= LARGEST for n in given)
    if not given or not sane or sorted(set(given)) != given:
        raise ValueError("the numbers of its topics are no rising whole numbers")
    return tuple(given)


def unpacked(table: str, content: bytes, schema: dict[str, str]) -> pd.DataFrame:
    """Make a table of its columns, if those of `schema` are there and hold what they must."""
    columns = parsed(content)
    if not set(schema) <= set(columns):
        raise ValueError(f"{table} lacks columns")
    out = {}
    for name, held in columns.items():
        kind, values = held["kind"], held["values"]
        right = kind == schema.get(name, kind) and isinstance(values, list)
        if not right or not all(_is(kind, v) for v in values):
            raise ValueError(f"{table}: {name[:40]} holds values of the wrong kind")
        if kind == SEVERAL:
            values = [tuple(v) for v in values]
        out[name] = pd.Series(values, dtype=_DTYPES[kind])
    if len({len(values) for values in out.values()}) > 1:
        raise ValueError(f"{table} has columns of different lengths")
    return pd.DataFrame(out)


def _is(kind: str, value: Any) -> bool:
    """Tell whether a value read from JSON is of a kind."""
    if isinstance(value, bool):
        return kind == TRUTH
    if kind == WHOLE:
        return isinstance(value, int) and abs(value) < 2**62
    if kind == NUMBER:
        return value is None or (isinstance(value, (int, float)) and math.isfinite(value))
    if kind == SEVERAL:
        return isinstance(value, list) and any(all(_is(k, v) for v in value) for k in (WHOLE, TEXT))
    return kind == TEXT and isinstance(value, str)


def array(name: str, content: bytes) -> np.ndarray:
    """Read an array, if its header fits what follows; nothing is reserved before that is sure."""
    handle = io.BytesIO(content)
    if np.lib.format.read_magic(handle) != (1, 0):
        raise ValueError(f"{name} is of another format")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(handle)
    at = handle.tell()
    if fortran or dtype.str not in ("<f4", "<f8", "<i2", "<i8"):
        raise ValueError(f"{name} holds no plain numbers")
    if any(n < 0 for n in shape) or math.prod(shape) * dtype.itemsize != len(content) - at:
        raise ValueError(f"{name} is not as long as it says")
    found = np.frombuffer(content, dtype, offset=at).reshape(shape).copy()
    if not np.isfinite(found).all():
        raise ValueError(f"{name} holds numbers that are not finite")
    return found


def shapes_fit(
    arrays: dict[str, np.ndarray], numbers: tuple[int, ...], n_units: int, n_docs: int,
    n_words: int,
) -> None:  # fmt: skip
    """Refuse arrays that do not fit each other or the tables."""
    k, d, m = len(numbers), arrays["centres"].shape[-1], len(arrays["leads"])
    wanted = {
        "centres": ("f", (k, d)), "membership": ("f", (n_units, k)), "shares": ("f", (n_docs, k)),
        "refits": ("i", (len(arrays["refits"]), n_units)), "leads": ("i", (m,)),
        "anchors": ("f", (m, n_words if "weights" in arrays else d)),
    }  # fmt: skip
    if "word_weights" in arrays:
        axes = arrays["word_weights"].shape[-1]
        wanted |= {"word_weights": ("f", (n_words, axes)), "anchors": ("f", (m, d + axes))}
    if "weights" in arrays:
        wanted["weights"] = ("f", (k, n_words))
    for name, (kind, shape) in wanted.items():
        if arrays[name].dtype.kind != kind or arrays[name].shape != shape:
            raise ValueError(f"{name} does not fit {k} topics of {n_units} stretches")


def numbers_fit(
    arrays: dict[str, np.ndarray], tables: dict[str, pd.DataFrame], numbers: tuple[int, ...]
) -> None:
    """Refuse numbers of topics that there are not, and shares that are none."""
    if tables["topics"]["topic"].tolist() != list(numbers):
        raise ValueError("its table of topics does not fit their numbers")
    used = (
        tables["units"]["topic"].to_numpy(), tables["terms"]["topic"].to_numpy(),
        arrays["refits"], arrays["leads"],
    )  # fmt: skip
    if not all(np.isin(u, (NO_TOPIC, *numbers)).all() for u in used):
        raise ValueError("it names topics that it does not have")
    for name in ("membership", "shares"):
        if arrays[name].min(initial=0) < 0 or arrays[name].sum(axis=1).max(initial=0) > 1 + 1e-6:
            raise ValueError(f"{name} are no shares")
