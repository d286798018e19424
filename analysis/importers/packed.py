"""An archive as a corpus, or as a folder in one: its files read as if they lay in a folder."""

import unicodedata
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from analysis.importers import (
    TABLES,
    Imported,
    archives,
    columns,
    formats,
    gather,
    listing,
    table,
)
from analysis.importers.archives import Inside, Member
from analysis.importers.file_names import Pattern
from analysis.importers.formats import DOCUMENTS, Unreadable
from analysis.importers.listing import Listed, id_of, shown
from analysis.results import DiscourseError

_NESTED = "an archive within an archive is not opened: unpack it"
_TABLE = "a table is a corpus of its own: give its path, or that of an archive with nothing else"
Found = list[tuple[Listed, int | None]]  # files of an archive, each with its number in it


def batches(
    path: Path, names: Mapping[str, str | None], pattern: Pattern | None
) -> Iterator[Imported]:
    """Read an archive of documents, with ``metadata.csv`` or without, or of one table.

    Raises
    ------
    DiscourseError
        If it cannot be listed, or there is nothing in it that this suite reads.
    """
    try:
        members, told = archives.members(path)
    except (Unreadable, OSError) as error:
        raise DiscourseError(f"corpus {shown(path.name)!r} cannot be used: {error}") from error
    visible = [m for m in members if not listing.hidden(m.name)]
    own = _metadata(visible)
    kinds = {m: PurePosixPath(m.name).suffix.lower() for m in visible}
    tables = [m for m, kind in kinds.items() if kind in TABLES]
    if own is None and not any(kind in DOCUMENTS for kind in kinds.values()):
        if len(tables) != 1:
            packs = sum(archives.is_archive(m.name) for m in visible)
            if not visible:
                raise DiscourseError(f"archive {shown(path.name)!r} is empty; name another")
            raise DiscourseError(
                f"archive {shown(path.name)!r} holds neither {listing.NAME}, nor texts, nor one "
                f"table alone, but {len(tables)} tables, {packs} archives, which are not opened, "
                f"and {len(visible) - len(tables) - packs} other files; unpack it and give what "
                "is to be read"
            )
        return _one_table(path, tables[0], [m for m in visible if m is not tables[0]], told, names,
                          pattern)  # fmt: skip
    if names.get("text"):
        raise columns.ColumnError("an archive's texts are its files; leave out --text")
    if own is None:
        gather.check_names(names, pattern)
    found = _listed(path, f"{path.name}/", visible, names)
    files = _read(path, found, _note(path.name, told))
    return gather.batches(files, names, pattern)


def within(
    path: Path, one: Listed, names: Mapping[str, str | None]
) -> Iterator[tuple[Listed, bytes]]:
    """Read the files of an archive that lies in a folder; what is known of it holds for each."""
    try:
        members, told = archives.members(path)
        visible = [m for m in members if not listing.hidden(m.name)]
        found = _listed(path, f"{one.file}/", visible, names)
    except (DiscourseError, OSError) as error:
        yield failed(one, str(error)), b""
        return
    if not found:
        yield failed(one, "the archive holds no file"), b""
    known = [(replace(f, metadata={**f.metadata, **one.metadata}), n) for f, n in found]
    yield from _read(path, known, _note(one.file, told))


def failed(one: Listed, reason: str) -> Listed:
    """Return a file as one that is not read."""
    return replace(one, reason=reason)


def _one_table(
    path: Path,
    member: Member,
    others: list[Member],
    told: str,
    names: Mapping[str, str | None],
    pattern: Pattern | None,
) -> Iterator[Imported]:
    file = f"{path.name}/{member.name}"
    if pattern is not None:
        raise columns.ColumnError(
            f"the names of files say nothing of the rows of {shown(file)!r}; leave out --names"
        )
    if member.reason:
        raise DiscourseError(f"{shown(file)!r} cannot be read: {member.reason}")
    yield from table.batches(Inside(path, member.number, shown(file)), names)
    found = listing.unnamed([m.name for m in others], [m.reason for m in others])
    report = [gather.left_out(replace(one, file=f"{path.name}/{one.file}")) for one in found]
    report += [gather.left_out(one) for one in _note(path.name, told)]
    if report:
        yield gather.imported([], report)


def _note(file: str, told: str) -> list[Listed]:
    """Return the row of the report for what of an archive is not even listed."""
    stem = archives.bare(f"{file}/").strip("/")
    return [Listed(file, id_of(PurePosixPath(stem).name), reason=told)] if told else []


def _read(path: Path, found: Found, last: list[Listed]) -> Iterator[tuple[Listed, bytes]]:
    """Read files of an archive in its order, which is the only one that costs one reading."""
    wanted = {n for one, n in found if n is not None and not one.reason}
    opened = archives.contents(path, wanted)
    for one, number in sorted(found, key=lambda f: -1 if f[1] is None else f[1]):
        if one.reason or number not in wanted:
            yield one, b""
            continue
        try:
            _, stream = next(opened)
            yield one, archives.whole(stream, formats.most(one.file))
        except Unreadable as error:
            yield failed(one, str(error)), b""
        except (OSError, StopIteration):  # The archive has changed since it was listed.
            yield failed(one, "the archive can no longer be read"), b""
    yield from ((one, b"") for one in last)


def _base(members: list[Member]) -> PurePosixPath:
    """Return the folder that holds everything: archives are often made of one folder."""
    folders = [PurePosixPath(m.name).parent for m in members if not m.reason]
    base = folders[0] if folders else PurePosixPath()
    while any(base != f and base not in f.parents for f in folders):
        base = base.parent
    return base


def _metadata(members: list[Member]) -> Member | None:
    """Return ``metadata.csv``, which lies in the folder that holds everything."""
    name = str(_base(members) / listing.NAME)
    return next((m for m in members if m.name == name and not m.reason), None)


def _listed(
    path: Path, before: str, members: list[Member], names: Mapping[str, str | None]
) -> Found:
    """Choose the files that are read; `before` is what stands before their names."""
    own = _metadata(members)
    if own is None:
        faults = [m.reason or _fault(m.name) for m in members]
        found = listing.unnamed([before + m.name for m in members], faults)
        return [(one, m.number) for one, m in zip(found, members, strict=True)]
    base = _base(members)
    there = {m.name: m for m in members if m is not own}

    def place(file: str) -> tuple[Hashable | None, str]:
        if not file:
            return None, "no file is named"
        for form in ("NFC", "NFD"):
            named = archives.named(0, unicodedata.normalize(form, file))
            if named.reason:
                return None, "the file lies outside the archive"
            if member := there.get(str(base / named.name)):
                return member.number, member.reason or _fault(file)
        return None, "there is no such file"

    out, places = listing.listed(
        Inside(path, own.number, before + own.name), names, place, f"{before}{_prefix(base)}"
    )
    numbers = [n if isinstance(n, int) else None for n in places]
    folders = {PurePosixPath(m.name).parent for m in members if m.number in numbers} | {base}
    beside = [(listing.unlisted(before + m.name), m.number) for m in members
              if m.number not in numbers and PurePosixPath(m.name).parent in folders]  # fmt: skip
    return [*zip(out, numbers, strict=True), *((one, n) for one, n in beside if one)]


def _prefix(base: PurePosixPath) -> str:
    return "" if base == PurePosixPath() else f"{base}/"


def _fault(file: str) -> str:
    if archives.is_archive(file):
        return _NESTED
    return _TABLE if PurePosixPath(file).suffix.lower() in TABLES else ""
