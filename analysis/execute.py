"""Run notebooks from top to bottom so that the same inputs give the same bytes.

``python -m analysis.execute -j 2 notebooks`` runs all in place; :func:`run` runs copies on a
user's own corpus and builds the site and figures from them.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from analysis import disk, paths, places, resume
from analysis.results import DiscourseError

# One BLAS thread and a fixed hash seed: sums and sets come in one order.
STEADY = {
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}
TIMEOUT = 600  # seconds a cell may take
PARTS = ("notebooks", "figures", "site")
_UNFINISHED = ".unfinished"


def execute(
    path: str | Path,
    *,
    out: str | Path | None = None,
    parameters: Mapping[str, Any] | None = None,
    figures: str | Path | None = None,
) -> Path:
    """Run one notebook and write it with its outputs.

    Parameters
    ----------
    path : str or Path
    out : str or Path, optional
        Where to write; in place without it. Nothing is written if a cell fails.
    parameters : mapping, optional
        Names and values set after the cell tagged ``parameters``.
    figures : str or Path, optional
        The folder that figures are exported to; ``figures/`` without it.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    DiscourseError
        If a cell fails or writes to stderr; names the notebook and the cell's first line.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    path, out = Path(path), Path(out or path)
    book = nbformat.read(path, as_version=4)
    _inject(book, parameters or {})
    folder = {"DISCOURSE_FIGURES": str(Path(figures).resolve())} if figures else {}
    sockets = _sockets()
    client = NotebookClient(
        book,
        _kernel(sockets.name),
        timeout=TIMEOUT,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.owns_km = True  # else the kernel would live on after the last cell
    try:
        _run_cells(client, {**os.environ, **STEADY, **folder})
    except CellExecutionError as error:
        if error.ename == places.PlaceError.__name__:
            raise places.PlaceError(f"{path.name}:", error.evalue) from error
        cause = f"{error.ename}: {error.evalue}".splitlines()[0]
        raise DiscourseError(f"{path.name}: a cell failed with {cause}") from error
    except (CellTimeoutError, DeadKernelError) as error:
        cause = str(error).splitlines()[0]
        raise DiscourseError(f"{path.name}: a cell did not end: {cause}") from error
    finally:
        sockets.cleanup()
    _check_stderr(book, path)
    places.write({out: written(book)})
    return out


def _run_cells(client: Any, env: Mapping[str, str]) -> None:
    """Run the cells; Ctrl-C stops the kernel and is passed on.

    In the main thread nbclient takes Ctrl-C for itself, and ends in errors of its own.
    """
    if threading.current_thread() is not threading.main_thread():
        client.execute(env=env)
        return
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(client.execute, env=env)
        try:
            job.result()
        except KeyboardInterrupt:
            while not job.done():
                process = getattr(getattr(client.km, "provisioner", None), "process", None)
                if process is not None:
                    process.kill()
                wait([job], timeout=0.2)
            raise


def _sockets() -> tempfile.TemporaryDirectory[str]:
    """Make a folder with a path that is short enough for sockets."""
    try:
        return tempfile.TemporaryDirectory(prefix="dx-")
    except OSError as error:
        why = f"cannot be written: {error.strerror}; name another by TMPDIR"
        raise places.PlaceError("the folder of temporary files", why) from error


def _kernel(folder: str) -> Any:
    """Return a kernel manager; on Linux its sockets are files of its own folder.

    No port is opened then, no kernel warns of one, and kernels side by side cannot collide.
    """
    from jupyter_client.manager import AsyncKernelManager

    if sys.platform == "linux":
        return AsyncKernelManager(kernel_name="python3", transport="ipc", ip=f"{folder}/k")
    return AsyncKernelManager(kernel_name="python3")


def _inject(book: Any, parameters: Mapping[str, Any]) -> None:
    """Put a cell that sets the parameters after the one tagged ``parameters``."""
    from nbformat.v4 import new_code_cell

    if not parameters:
        return
    source = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    tagged = [i for i, c in enumerate(book.cells) if "parameters" in c.metadata.get("tags", ())]
    place = tagged[0] + 1 if tagged else 0
    tags = {"tags": ["injected-parameters", "hide-input"]}
    book.cells.insert(place, new_code_cell(source, metadata=tags))


def _check_stderr(book: Any, path: Path) -> None:
    for cell in book.cells:
        for output in cell.get("outputs", ()):
            if output.get("name") == "stderr":
                first = output["text"].strip().splitlines()[0]
                raise DiscourseError(f"{path.name}: a cell wrote to stderr: {first}")


def written(book: Any) -> bytes:
    """Return a notebook as it is stored, without what differs between runs or machines.

    Which is timings, versions, widget state and ids.
    """
    import nbformat

    book.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(book.cells):
        cell.metadata.pop("execution", None)
        cell["id"] = f"cell-{number}"
    return nbformat.writes(book).rstrip("\n").encode() + b"\n"


def run(corpus: Path, out: Path, columns: Mapping[str, str]) -> None:
    """Run copies of all notebooks on a corpus; write notebooks, figures and site under `out`.

    All three are made in ``out/.unfinished`` and put in their places when they are whole, so until
    then `out` holds what an earlier run left there. A run that was stopped goes on where it
    stopped when it is started again with the same corpus, settings and code; one that has ended,
    or whose corpus has changed, is made anew.

    Parameters
    ----------
    corpus : Path
        What :func:`analysis.corpus.load` reads.
    out : Path
        Made if need be; holds ``notebooks/``, ``figures/`` and ``site/`` afterwards.
    columns : mapping
        Names of a table's columns.

    Raises
    ------
    DiscourseError
        If a notebook fails, another run is at work in `out`, or it cannot be written to.
    """
    # What kind of texts these are only their owner knows, so no accuracy is claimed for them.
    kind = {"GENRE": "texts of an unknown kind"}
    parameters = {"CORPUS": str(corpus.resolve()), "COLUMNS": dict(columns), **kind}
    books = sorted(paths.NOTEBOOKS.glob("*.ipynb"))
    work = out / _UNFINISHED
    try:
        out.mkdir(parents=True, exist_ok=True)
        with places.alone(out), _stoppable():
            _notebooks(books, work, parameters)
            _site_of(books, work)
            disk.settle(work)
            resume.forget(work)  # Part of it may be in place from here on; what is not, is not.
            for part in PARTS:
                places.put(work / part, out / part)
            shutil.rmtree(work, ignore_errors=True)
    except OSError as error:
        raise places.PlaceError(error.filename or out, error) from error


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let the signal to end stop a run as Ctrl-C does: kernels end, what is whole stays."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _notebooks(books: Sequence[Path], work: Path, parameters: Mapping[str, Any]) -> None:
    """Run the notebooks that an unfinished run of the same has not run yet."""
    code = (paths.ROOT / "analysis", paths.NOTEBOOKS, paths.SEEDS, paths.MODELS)
    inputs = [Path(parameters["CORPUS"]), *code]
    key = resume.key(parameters, inputs, leave_out=work.parent)
    done = resume.done(work, key)
    if not done:
        shutil.rmtree(work, ignore_errors=True)
    (work / "figures").mkdir(parents=True, exist_ok=True)
    for number, book in enumerate(books, 1):
        start, target = time.monotonic(), work / "notebooks" / book.name
        if book.name not in done or not target.exists():
            execute(book, out=target, parameters=parameters, figures=work / "figures")
        done = sorted({*done, book.name})
        resume.keep(work, key, done)
        _tell(number, len(books), book, time.monotonic() - start)


def _site_of(books: Sequence[Path], work: Path) -> None:
    """Build the site of the notebooks, anew and in a place of its own."""
    source = work / "source"
    for rest in (source, work / "site"):
        shutil.rmtree(rest, ignore_errors=True)
    skip = shutil.ignore_patterns("_build", "__pycache__")
    shutil.copytree(paths.ROOT / "site", source / "site", ignore=skip)
    (source / "notebooks").mkdir()
    for book in books:
        shutil.copy(work / "notebooks" / book.name, source / "notebooks")
    site(source, work / "site")


def site(source: Path, out: Path) -> None:
    """Build the site from a folder that holds ``site/`` and ``notebooks/``; warnings are errors.

    Raises
    ------
    DiscourseError
        With the first lines of what Sphinx had to say.
    """
    # -P: a module in the folder that the command is given in is none of ours.
    command = [sys.executable, "-P", "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"]
    doctrees = out.parent / f".{out.name}-doctrees"
    place = ["-c", str(source / "site"), "-d", str(doctrees), str(source), str(out)]
    done = subprocess.run([*command, *place], capture_output=True, text=True)
    for rest in (doctrees, out.parent / "jupyter_execute"):
        shutil.rmtree(rest, ignore_errors=True)
    if done.returncode:
        raise DiscourseError(f"the site could not be built: {' '.join(done.stderr.split()[:60])}")


def _tell(number: int, total: int, book: Path, seconds: float) -> None:
    print(f"[{number}/{total}] {book.stem}  {seconds:.0f} s", file=sys.stderr, flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Run notebooks in place; return 0, or 1 if one failed."""
    parser = argparse.ArgumentParser(prog="python -m analysis.execute")
    parser.add_argument("notebooks", nargs="+", type=Path, help="files, or a folder of them")
    parser.add_argument("-j", "--jobs", type=int, default=1, help="so many at a time")
    options = parser.parse_args(argv)
    books: list[Path] = []
    for path in options.notebooks:
        books += sorted(path.glob("*.ipynb")) if path.is_dir() else [path]
    start = time.monotonic()
    failed = False
    print(f"Running {len(books)} notebooks", file=sys.stderr, flush=True)
    with ThreadPoolExecutor(options.jobs) as pool:
        jobs = {pool.submit(execute, book): book for book in books}
        for number, job in enumerate(as_completed(jobs), 1):
            try:
                job.result()
                _tell(number, len(books), jobs[job], time.monotonic() - start)
            except (DiscourseError, OSError) as error:
                print(f"{jobs[job]}: {error}" if isinstance(error, OSError) else error,
                      file=sys.stderr)  # fmt: skip
                failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
