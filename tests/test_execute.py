import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import nbformat
import pytest
from nbformat import v4

from analysis import execute, paths
from analysis.results import DiscourseError


@pytest.fixture
def book(tmp_path):
    def make(*sources, name="book"):
        cells = [v4.new_markdown_cell("# Why?")]
        cells += [v4.new_code_cell(source) for source in sources]
        cells[1].metadata["tags"] = ["parameters"]
        path = tmp_path / f"{name}.ipynb"
        nbformat.write(v4.new_notebook(cells=cells), path)
        return path

    return make


SOURCE = (
    "LEVEL = 1",
    "import os\nprint({'a', 'b', 'c', 'd', 'e'}, LEVEL, os.environ['OMP_NUM_THREADS'])",
    "os.environ.get('DISCOURSE_FIGURES')",
)


def test_two_runs_write_the_same_bytes_and_nothing_of_the_machine(book, tmp_path):
    path = book(*SOURCE)
    first = execute.execute(path, out=tmp_path / "one.ipynb").read_bytes()
    assert execute.execute(path, out=tmp_path / "two.ipynb").read_bytes() == first
    stored = nbformat.reads(first.decode(), as_version=4)
    assert stored.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    assert [c["execution_count"] for c in stored.cells[1:]] == [1, 2, 3]
    assert len({c["id"] for c in stored.cells}) == len(stored.cells)
    # Run again on its own result: nothing changes, so a second `make` leaves no difference.
    again = execute.execute(tmp_path / "one.ipynb").read_bytes()
    assert again == first


def test_parameters_are_set_after_their_cell_and_figures_go_elsewhere(book, tmp_path):
    path = book(*SOURCE)
    before = path.read_bytes()
    done = execute.execute(
        path, out=tmp_path / "new" / "x.ipynb", parameters={"LEVEL": 7}, figures=tmp_path / "f"
    )
    cells = nbformat.read(done, as_version=4).cells
    assert cells[2].metadata["tags"][0] == "injected-parameters"
    assert cells[2].source == "LEVEL = 7"
    assert " 7 1" in cells[3].outputs[0]["text"]
    assert str(tmp_path / "f") in cells[4].outputs[0]["data"]["text/plain"]
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("raise ValueError('no such text')", "a cell failed with ValueError: no such text"),
        ("import sys\nsys.stderr.write('careful')", "a cell wrote to stderr: careful"),
    ],
)
def test_a_failing_cell_is_one_sentence_and_writes_nothing(book, source, says):
    path = book("LEVEL = 1", source)
    before = path.read_bytes()
    with pytest.raises(DiscourseError, match=says):
        execute.execute(path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_command_runs_a_folder_and_reports(book, tmp_path, capsys):
    book("1", name="a")
    book("1 / 0", name="b")
    assert execute.main(["-j", "2", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "Running 2 notebooks" in said
    assert "a  " in said
    assert "b.ipynb: a cell failed with ZeroDivisionError" in said


# --- a run on a user's corpus -----------------------------------------------------------------


@pytest.fixture
def suite(tmp_path, monkeypatch):
    """Three quick notebooks in the place of the suite's own, and a site that copies them."""
    books = tmp_path / "books"
    books.mkdir()
    for name in ("a", "b", "c"):
        cell = v4.new_code_cell("CORPUS = ''", metadata={"tags": ["parameters"]})
        nbformat.write(v4.new_notebook(cells=[cell]), books / f"{name}.ipynb")
    monkeypatch.setattr(execute.paths, "NOTEBOOKS", books)
    ran = []

    def quick(path, *, out, parameters, figures):
        ran.append(path.stem)
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps({"ran": len(ran), **parameters}))
        (figures / f"{path.stem}.svg").write_text(f"{len(ran)}")

    def site(source, out):
        assert (source / "site").is_dir()
        shutil.copytree(source / "notebooks", out)

    monkeypatch.setattr(execute, "execute", quick)
    monkeypatch.setattr(execute, "site", site)
    corpus = tmp_path / "corpus.csv"
    corpus.write_text("text\nEen zin.\n")
    return SimpleNamespace(ran=ran, quick=quick, site=site, corpus=corpus, out=tmp_path / "out")


def tree(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*"))


def contents(folder):
    return {
        name: (folder / name).read_bytes() for name in tree(folder) if (folder / name).is_file()
    }


PAGES = ["a.ipynb", "b.ipynb", "c.ipynb"]
WHOLE = [
    "figures", "figures/a.svg", "figures/b.svg", "figures/c.svg",
    "notebooks", *(f"notebooks/{p}" for p in PAGES), "site", *(f"site/{p}" for p in PAGES),
]  # fmt: skip


def test_a_run_leaves_pages_and_site_and_nothing_else(suite):
    for _ in range(2):  # a run that has ended is made anew
        execute.run(suite.corpus, suite.out, {"text": "text"})
        assert tree(suite.out) == WHOLE
    assert suite.ran == ["a", "b", "c"] * 2
    page = json.loads((suite.out / "site" / "c.ipynb").read_text())
    assert page["ran"] == 6 and page["COLUMNS"] == {"text": "text"}


@pytest.mark.parametrize("stop", [KeyboardInterrupt, DiscourseError("c.ipynb: a cell failed")])
def test_a_stopped_run_goes_on_where_it_stopped(suite, monkeypatch, stop):
    def halfway(path, **given):
        if path.stem == "c":
            raise stop
        suite.quick(path, **given)

    monkeypatch.setattr(execute, "execute", halfway)
    with pytest.raises((KeyboardInterrupt, DiscourseError)):
        execute.run(suite.corpus, suite.out, {})
    half = ["done.json", "figures", *WHOLE[1:3], "notebooks", *WHOLE[5:7]]
    assert tree(suite.out) == [".unfinished", *(f".unfinished/{name}" for name in half)]
    monkeypatch.setattr(execute, "execute", suite.quick)
    execute.run(suite.corpus, suite.out, {})
    assert suite.ran == ["a", "b", "c"]
    assert tree(suite.out) == WHOLE


@pytest.mark.parametrize("change", ["corpus", "columns", "notebook", "state", "page"])
def test_what_has_changed_is_run_again(suite, monkeypatch, change):
    def fail(source, out):
        raise DiscourseError("the site could not be built")

    monkeypatch.setattr(execute, "site", fail)
    with pytest.raises(DiscourseError):
        execute.run(suite.corpus, suite.out, {})
    monkeypatch.setattr(execute, "site", suite.site)
    if change == "corpus":
        suite.corpus.write_text("text\nEen andere zin.\n")
    elif change == "notebook":
        (execute.paths.NOTEBOOKS / "a.ipynb").write_text("{}")
    elif change == "state":
        (suite.out / ".unfinished" / "done.json").write_text("[]")
    elif change == "page":
        (suite.out / ".unfinished" / "notebooks" / "b.ipynb").unlink()
    execute.run(suite.corpus, suite.out, {"id": "x"} if change == "columns" else {})
    again = ["b"] if change == "page" else ["a", "b", "c"]
    assert suite.ran == ["a", "b", "c", *again]
    assert tree(suite.out) == WHOLE


def test_a_site_that_fails_leaves_the_one_before(suite, monkeypatch):
    execute.run(suite.corpus, suite.out, {})
    before = contents(suite.out)

    def fail(source, out):
        out.mkdir()
        (out / "half.html").write_text("<p>")
        raise KeyboardInterrupt

    monkeypatch.setattr(execute, "site", fail)
    with pytest.raises(KeyboardInterrupt):
        execute.run(suite.corpus, suite.out, {})
    assert {k: v for k, v in contents(suite.out).items() if ".unfinished" not in k} == before
    monkeypatch.setattr(execute, "site", suite.site)
    execute.run(suite.corpus, suite.out, {})
    assert tree(suite.out) == WHOLE


HOLD = """
import sys, time
from pathlib import Path
from analysis import places
with places.alone(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_two_runs_at_once_do_not_touch_each_other(suite):
    suite.out.mkdir()
    command = [sys.executable, "-c", HOLD, str(suite.out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=paths.ROOT) as other:
        assert other.stdout.readline() == b"held\n"
        says = rf"is being written to by another run \(process {other.pid}\); wait"
        with pytest.raises(DiscourseError, match=says):
            execute.run(suite.corpus, suite.out, {})
        assert tree(suite.out) == [".lock"]
        other.kill()
    # The lock of a process that was killed stands in nobody's way.
    assert (suite.out / ".lock").read_text() == str(other.pid)
    execute.run(suite.corpus, suite.out, {})
    assert tree(suite.out) == WHOLE


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_place_that_cannot_be_written_is_one_sentence(suite, monkeypatch, error):
    def full(path, **given):
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(execute, "execute", full)
    with pytest.raises(DiscourseError, match=f"cannot be written: {os.strerror(error)}; choose"):
        execute.run(suite.corpus, suite.out, {})
    (suite.out / "file").write_text("x")
    with pytest.raises(DiscourseError, match="cannot be written"):
        execute.run(suite.corpus, suite.out / "file", {})


SLEEP = """
import sys
from pathlib import Path
from analysis import execute
execute.execute = lambda *a, real=execute.execute, **k: (print("begun", flush=True), real(*a, **k))
execute.paths.NOTEBOOKS = Path(sys.argv[1])
try:
    execute.run(Path(sys.argv[2]), Path(sys.argv[3]), {})
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_kernel_ends_with_its_run(book, tmp_path, stop):
    path = book(f"open({str(tmp_path / 'pid')!r}, 'w').write(str(__import__('os').getpid()))",
                "__import__('time').sleep(60)")  # fmt: skip
    command = [sys.executable, "-c", SLEEP, path.parent, path, tmp_path / "out"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=paths.ROOT
    ) as run:
        assert run.stdout.readline() == b"begun\n"
        for _ in range(600):
            if (tmp_path / "pid").exists() and (tmp_path / "pid").read_text():
                break
            time.sleep(0.05)
        run.send_signal(stop)
        assert run.wait(timeout=30) == 130
        assert b"Traceback" not in run.stderr.read()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    assert tree(tmp_path / "out") == [".unfinished", ".unfinished/figures"]
