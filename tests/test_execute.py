import nbformat
import pytest
from nbformat import v4

from analysis import execute
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
