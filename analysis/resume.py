"""What a stopped run has done already, so that the next one goes on from there."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis import places

_FILE = "done.json"


def key(parameters: Mapping[str, Any], inputs: Sequence[Path], *, leave_out: Path) -> str:
    """Return a hash of all that a run depends on.

    Parameters
    ----------
    parameters : mapping
        Settings; what JSON can hold.
    inputs : sequence of Path
        Files and folders, known by their names, sizes and times of change; hidden folders and
        compiled code do not count.
    leave_out : Path
        A folder that the run itself writes to.
    """
    digest = hashlib.sha256(json.dumps(parameters, sort_keys=True).encode("utf-8", "replace"))
    for root in inputs:
        for file in _files(root, leave_out.resolve()):
            about = os.lstat(file)
            line = f"{file}\0{about.st_size}\0{about.st_mtime_ns}\n"
            digest.update(line.encode("utf-8", "replace"))
    return digest.hexdigest()


def _files(root: Path, leave_out: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
    for folder, folders, files in os.walk(root):
        own = [f for f in sorted(folders) if not f.startswith((".", "__"))]
        folders[:] = [f for f in own if Path(folder, f).resolve() != leave_out]
        yield from (Path(folder, f) for f in sorted(files))


def done(folder: Path, key: str) -> list[str]:
    """Name the parts that an unfinished run with this key has done; none if there is no such."""
    try:
        state = json.loads((folder / _FILE).read_bytes())
        return [str(name) for name in state["done"]] if state["key"] == key else []
    except (OSError, ValueError, KeyError, TypeError):
        return []


def keep(folder: Path, key: str, done: Sequence[str]) -> None:
    """Write down what a run has done."""
    places.write({folder / _FILE: json.dumps({"key": key, "done": list(done)}).encode()})


def forget(folder: Path) -> None:
    """Say that nothing is unfinished any more."""
    (folder / _FILE).unlink(missing_ok=True)
