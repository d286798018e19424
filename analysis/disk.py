"""What the system does with files beyond reading and writing: locks, waiting for the disk, swaps.

Each falls back on nothing where the system has no such thing; :mod:`analysis.places` says what
that means.
"""

import ctypes
import os
import sys
from pathlib import Path
from typing import Any

_HERE, _EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of linux/fcntl.h and linux/fs.h


class Replaced(OSError):
    """What was opened under a name is not there under it any more."""


def hold(place: Path, flags: int = os.O_RDONLY) -> int | None:
    """Lock a file or folder until the number returned is released; None where there are no locks.

    The lock ends with the process, however that ends.

    Raises
    ------
    BlockingIOError
        If another holds it.
    Replaced
        If it was renamed or removed by who held it before.
    """
    try:
        import fcntl
    except ImportError:  # Windows has no such locks.
        return None
    handle = os.open(place, flags, 0o666)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if place.exists() and os.path.samestat(os.fstat(handle), place.stat()):
            return handle
        raise Replaced
    except (BlockingIOError, Replaced, FileNotFoundError):
        os.close(handle)
        raise
    except OSError:  # Some network file systems have none either.
        os.close(handle)
        return None


def release(held: int | None) -> None:
    """End a lock."""
    if held is not None:
        os.close(held)


def settle(place: Path) -> None:
    """Wait till a file, or all files of a folder, are on the disk.

    Raises
    ------
    OSError
        If they cannot get there: some disks say only now that they are full.
    """
    if sys.platform == "win32":  # There, only what is open for writing can be waited for.
        return
    handle = os.open(place, os.O_RDONLY)
    try:
        if not place.is_dir():
            os.fsync(handle)
        elif (wait := _system("syncfs")) and wait(handle):  # File by file, each takes milliseconds.
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(place))
    finally:
        os.close(handle)


def exchange(left: Path, right: Path) -> bool:
    """Let two folders change their names at one stroke; False where the system cannot."""
    rename = _system("renameat2")
    both = os.fsencode(left), os.fsencode(right)
    return bool(rename) and rename(_HERE, both[0], _HERE, both[1], _EXCHANGE) == 0


def _system(name: str) -> Any:
    """Return a function of Linux's C library that Python does not offer, or None."""
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None, use_errno=True), name, None)
