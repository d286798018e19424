"""A folder with ``metadata.csv`` and texts, or with .txt files alone."""

import io
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.importers import REPORT, ColumnError, Imported, decode, named
from analysis.results import DiscourseError


def read(path: Path, names: Mapping[str, str | None] | None = None) -> Imported:
    """Read the documents that ``metadata.csv`` lists, or every .txt file where there is none.

    `names` gives the column of ``metadata.csv`` that plays each part, None for its own name.

    ``metadata.csv`` names texts by ``file``, relative to itself; nothing else in the folder is
    read as text, and nothing outside the folder is read at all.
    """
    metadata = _renamed(_metadata(path), names or {})
    rows, report = [], []
    for position, record in enumerate(metadata.to_dict("records")):
        file = record["file"]
        doc_id = record.get("doc_id") or Path(file).stem or f"row-{position + 1}"
        text, problems, reason = _text(path, file)
        report.append((doc_id, file, "; ".join(problems), not reason, reason))
        if not reason:
            rows.append({**record, "doc_id": doc_id, "text": text})
    columns = ["doc_id", "text", *(c for c in metadata.columns if c not in ("doc_id", "text"))]
    return Imported(pd.DataFrame(rows, columns=columns), pd.DataFrame(report, columns=list(REPORT)))


def _metadata(path: Path) -> pd.DataFrame:
    listing = path / "metadata.csv"
    if not listing.is_file():
        files = sorted(f.relative_to(path).as_posix() for f in path.rglob("*.txt"))
        if not files:
            raise DiscourseError(
                f"folder {path.name!r} has neither metadata.csv nor .txt files; add one of them"
            )
        return pd.DataFrame({"file": files})
    try:
        content, _ = decode(listing.read_bytes())
        metadata = pd.read_csv(io.StringIO(content), dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise DiscourseError(f"metadata.csv cannot be read as a table: {error}") from error
    if "file" not in metadata:
        raise DiscourseError("metadata.csv has no column 'file'; add it, with paths to the texts")
    return metadata


def _renamed(metadata: pd.DataFrame, names: Mapping[str, str | None]) -> pd.DataFrame:
    """Give the columns the user named the names of their parts; they win over a namesake."""
    if names.get("text"):
        raise ColumnError("a folder's texts are the files its metadata.csv lists; leave out --text")
    for part, name in names.items():
        if name is not None and named(metadata, name, "metadata.csv") != part:
            metadata = metadata.assign(**{part: metadata[name]})
    return metadata


def _text(folder: Path, file: str) -> tuple[str, list[str], str]:
    """Return text, problems and, where the file cannot be used, the reason."""
    target = (folder / file).resolve()
    if Path(file).is_absolute() or not target.is_relative_to(folder.resolve()):
        return "", [], "the file lies outside the corpus folder"
    if not target.is_file():
        return "", [], "there is no such file"
    try:
        raw = target.read_bytes()
    except OSError as error:
        return "", [], f"the file cannot be read: {error.strerror}"
    if b"\0" in raw[:1024] and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "", [], "the file is not text"
    text, problems = decode(raw)
    if not any(c.isalnum() for c in text):
        return "", problems, "the file holds no words"
    return text, problems, ""
