"""A corpus on disk: columns in Arrow files, mapped into memory and built in a stream.

An index is a folder, named by the content it was made of::

    documents-0001.arrow …   metadata and texts as imported, some megabytes each
    ids, sentences …         one array a file: the words, sentences and paragraphs of all documents
    vocabulary, report       forms; what the importers kept, repaired and dropped
    corpus.json              the corpus's hash, size and segments; written last

What is computed of a run of documents (:mod:`analysis.segments`), offsets among it, is kept beside
the indexes under the hash of their texts. Documents that are added later, or a run that was
interrupted, therefore cost only what is new: the runs are cut where the content says so, not by
counting.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from analysis import arrays, engine, languages, paths, places, runs, segments
from analysis.importers import Imported
from analysis.results import DiscourseError
from analysis.segmentation import Splitter

VERSION = "4"
"""Changes when the arrays would come out differently, so that old ones are not used."""
Progress = Callable[[str], None]
_TOLD = 2.0  # seconds between two reports of progress


@dataclass(frozen=True, eq=False)
class Stored:
    """What an index holds, or what a small corpus has in memory.

    Attributes
    ----------
    documents, report : DataFrame
    hash : str
    arrays : Joined
    """

    documents: pd.DataFrame
    report: pd.DataFrame
    hash: str
    arrays: segments.Joined


def open_or_build(
    path: Path,
    batches: Callable[[], Iterator[Imported]],
    options: dict[str, str | None],
    progress: Progress,
) -> tuple[Stored, Path]:
    """Open the index of a corpus; build it first if there is none of this content.

    Parameters
    ----------
    path : Path
        The file or folder that the corpus comes from: its bytes name the index.
    batches : callable returning an iterator of Imported
        What to build of; called only then.
    options : dict
        How it is imported.
    progress : callable
        Is told now and then, in a sentence, how far the work is.

    Returns
    -------
    Stored
    folder : Path
        Where the index is.

    Raises
    ------
    DiscourseError
        If the index cannot be written.
    """
    home = Path("index")
    try:
        home = paths.cache() / "index"
        folder = home / _key(path, options)
        places.sweep(home)  # What a process that was killed leaves may be large.
        stored = _opened(folder)
        if stored is None:
            build(_steady(batches(), path, options, folder.name), folder, progress=progress)
            stored = read(folder)
        return stored, folder
    except OSError as error:
        raise DiscourseError(
            f"the index of {path.name!r} cannot be kept in {str(home)!r}: "
            f"{error.strerror or error}; free the space, or name another place by DISCOURSE_CACHE"
        ) from error


def _opened(folder: Path) -> Stored | None:
    """Map an index into memory; None where there is none, or a power cut has cut it off."""
    try:
        return read(folder)
    except (FileNotFoundError, ValueError, LookupError, TypeError):
        return None


def _steady(
    batches: Iterable[Imported], path: Path, options: dict[str, str | None], key: str
) -> Iterator[Imported]:
    """Hand batches on; refuse them if the corpus is at the end another than its key says."""
    yield from batches
    if _key(path, options) != key:
        raise DiscourseError(f"{path.name!r} was changed while it was read; start again")


def build(
    batches: Iterable[Imported], folder: Path, *, progress: Progress = lambda _: None
) -> None:
    """Build an index, or finish one that was interrupted.

    Nothing is there under the name `folder` before all of it is. Of several processes that build
    it at once, the last one's takes the place of the others', which are the same.

    Parameters
    ----------
    batches : iterable of Imported
    folder : Path
    progress : callable
    """
    shelf = folder.parent / "segments"
    shelf.mkdir(parents=True, exist_ok=True)
    places.sweep(shelf)
    with places.anew(folder) as building:
        reports: list[pd.DataFrame] = []
        found = runs.runs(runs.documents_of(batches, reports))
        names, digests = _segment_all(found, building, shelf, progress)
        progress("putting the index together")
        stored = [segments.Segment.of(arrays.read(shelf / name)) for name in names]
        joined = segments.join(
            stored,
            lambda name, array: _shaped(name, arrays.keep(building / f"{name}.arrow", array)),
        )
        forms = pa.table({"vocabulary": pa.array(joined.vocabulary, pa.string())})
        arrays.write(building / "vocabulary.arrow", forms, durable=False)
        report = pd.concat(reports, ignore_index=True)
        told = pa.Table.from_pandas(report, preserve_index=False)
        arrays.write(building / "report.arrow", told, durable=False)
        size = {"documents": len(digests), "words": len(joined.ids)}
        about = {"hash": runs.combined(digests), **size, "segments": names}
        (building / "corpus.json").write_text(json.dumps(about))


def read(folder: Path) -> Stored:
    """Map an index into memory."""
    about = json.loads((folder / "corpus.json").read_text(encoding="utf-8"))
    tables = [arrays.read(file) for file in sorted(folder.glob("documents-*.arrow"))]
    documents = pa.concat_tables(tables, promote_options="permissive").to_pandas()
    shelf = folder.parent / "segments"
    stored = [segments.Segment.of(arrays.read(shelf / name)) for name in about["segments"]]
    held: dict[str, Any] = {
        f.name: _array(folder, f.name)
        for f in fields(segments.Joined)
        if f.name not in ("start", "end", "vocabulary")
    }
    for name in ("start", "end"):
        held[name] = pa.chunked_array([getattr(s, name) for s in stored], pa.int32())
    forms = arrays.read(folder / "vocabulary.arrow").column(0)
    held["vocabulary"] = forms.to_numpy(zero_copy_only=False)
    report = arrays.read(folder / "report.arrow").to_pandas()
    return Stored(documents, report, about["hash"], segments.Joined(**held))


def in_memory(documents: pd.DataFrame, report: pd.DataFrame) -> Stored:
    """Compute the same for documents in memory.

    Parameters
    ----------
    documents : DataFrame
        As :func:`analysis.metadata.complete` gives them.
    report : DataFrame
    """
    texts = runs.utf8(documents["text"])
    spoken = documents["language"].tolist()
    made = segments.segment(texts, spoken, Splitter(languages.codes()))
    digests = [d for d, _ in runs.digests(documents, texts)]
    return Stored(documents, report, runs.combined(digests), segments.join([made]))


def _segment_all(
    found: Iterable[runs.Run], folder: Path, shelf: Path, progress: Progress
) -> tuple[list[str], list[bytes]]:
    """Write documents and segments of every run; return the segments' files, and all digests."""
    names: list[str] = []
    digests: list[bytes] = []

    def new() -> Iterator[tuple[list[bytes], list[str], Path]]:
        told = time.monotonic()
        for number, run in enumerate(found, 1):
            table = pa.Table.from_pandas(_storable(run.documents), preserve_index=False)
            arrays.write(folder / f"documents-{number:04}.arrow", table, durable=False)
            names.append(f"{run.key}-{VERSION}.arrow")
            digests.extend(run.digests)
            if not _sound(shelf / names[-1]):
                yield run.texts, run.documents["language"].tolist(), shelf / names[-1]
            if time.monotonic() - told > _TOLD:
                told = time.monotonic()
                progress(f"{len(digests):,} documents read")

    for _ in engine.HERE.map(partial(_segment, Splitter(languages.codes())), new()):
        pass
    return names, digests


def _segment(splitter: Splitter, job: tuple[list[bytes], list[str], Path]) -> None:
    texts, spoken, file = job
    arrays.write(file, segments.segment(texts, spoken, splitter).table(), durable=False)


def _sound(file: Path) -> bool:
    """Tell whether a segment is there and was not cut off by a power cut."""
    try:
        segments.Segment.of(arrays.read(file))
    except (FileNotFoundError, ValueError, LookupError):
        return False
    return True


def _storable(documents: pd.DataFrame) -> pd.DataFrame:
    """Write columns that hold things of several kinds as text, as Arrow holds one kind each."""
    odd = [c for c in documents.columns if documents[c].dtype == object]
    return documents.assign(**{c: documents[c].map(_text).astype("str") for c in odd})


def _text(value: Any) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    return str(value).encode("utf-8", "replace").decode("utf-8")


def _key(path: Path, options: dict[str, str | None]) -> str:
    """Return the name of the index of a corpus: a hash of its bytes and of how it is read."""
    whole = hashlib.sha256(json.dumps([VERSION, sorted(options.items())], default=str).encode())
    files = sorted(f for f in path.rglob("*") if f.is_file()) if path.is_dir() else [path]
    for file in files:
        name = file.relative_to(path).as_posix() if path.is_dir() else path.name
        whole.update(name.encode("utf-8", "surrogateescape") + b"\0")
        try:
            with file.open("rb") as handle:
                whole.update(hashlib.file_digest(handle, "sha256").digest())
        except OSError:
            whole.update(b"unreadable")  # The importer says so; here it is only not the same.
    return whole.hexdigest()[:32]


def _array(folder: Path, name: str) -> np.ndarray:
    return _shaped(name, arrays.mapped(folder / f"{name}.arrow"))


def _shaped(name: str, flat: np.ndarray) -> np.ndarray:
    return flat.reshape(-1, segments.WIDTHS[name]) if name in segments.WIDTHS else flat
