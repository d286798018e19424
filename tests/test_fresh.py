"""The plugin that compares what notebooks say with what is stored: it must be able to fail."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from nbformat import v4

from tests import fresh

SAID = v4.new_output("execute_result", data={"text/plain": "yes"}, execution_count=3)
PICTURE = v4.new_output("display_data", data={"image/png": "YQ=="})
SMALLER = v4.new_output("display_data", data={"image/png": "YQ=="}, metadata={"width": 3})
WARNING = v4.new_output("stream", name="stderr", text="careful")

exactly = pytest.mark.skipif(not fresh.EXACT, reason="bytes are not compared here")


class Stale(Exception):
    pass


def through(hook, *arguments):
    """Run a hook around nothing."""
    steps = hook(*arguments)
    next(steps)
    with pytest.raises(StopIteration):
        steps.send(None)


def run(made, stored):
    def fail(message):
        raise Stale(message)

    cell = SimpleNamespace(outputs=stored)
    item = SimpleNamespace(test_outputs=made, cell=cell, raise_cell_error=fail)
    through(fresh.pytest_runtest_call, item)


def test_what_is_stored_passes_whatever_its_number():
    run([{**SAID, "execution_count": 1}, PICTURE], [SAID, PICTURE])


@exactly
@pytest.mark.parametrize(
    ("made", "stored"),
    [
        ([{**SAID, "data": {"text/plain": "no"}}], [SAID]),
        ([{**PICTURE, "data": {"image/png": "Yg=="}}], [PICTURE]),
        ([SMALLER], [PICTURE]),
        ([], [PICTURE]),
        ([SAID, PICTURE], [SAID]),
        ([PICTURE, SAID], [SAID, PICTURE]),
    ],
)
def test_anything_else_fails(made, stored):
    with pytest.raises(Stale, match="is not what is stored"):
        run(made, stored)


def test_a_message_fails_even_when_it_is_stored():
    with pytest.raises(Stale, match="stderr"):
        run([WARNING], [WARNING])


@pytest.mark.parametrize("change", ["none", "more", "fewer", pytest.param("other", marks=exactly)])
def test_figures_are_compared_after_the_last_cell(change, tmp_path, monkeypatch):
    stored, made = tmp_path / "figures", tmp_path / "made"
    for folder in (stored, made):
        folder.mkdir()
        (folder / "01-a.svg").write_text("<svg>")
    (stored / "02-other.svg").write_text("of another notebook")
    if change == "more":
        (made / "01-b.svg").write_text("<svg>")
    elif change == "fewer":
        (made / "01-a.svg").unlink()
    elif change == "other":
        (made / "01-a.svg").write_text("<svg/>")
    monkeypatch.setattr(fresh.paths, "FIGURES", stored)
    book = SimpleNamespace(figures=str(made), path=Path("01-corpus.ipynb"))
    item, other = SimpleNamespace(parent=book, cell=None), SimpleNamespace(parent=None)
    through(fresh.pytest_runtest_teardown, item, item)
    if change == "none":
        through(fresh.pytest_runtest_teardown, item, other)
    else:
        with pytest.raises(AssertionError, match="is not what is stored"):
            through(fresh.pytest_runtest_teardown, item, other)
    assert not made.exists()


def test_a_kernel_starts_in_the_settings_of_notebooks_and_no_other_test_does(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    config = SimpleNamespace(option=SimpleNamespace(cov_source=[True]))
    item = SimpleNamespace(cell=None, parent=SimpleNamespace(kernel=None), config=config)
    steps = fresh.pytest_runtest_setup(item)
    next(steps)
    assert os.environ["MPLBACKEND"] == fresh.STEADY["MPLBACKEND"]
    assert config.option.cov_source is None
    assert os.environ["DISCOURSE_FIGURES"] == item.parent.figures
    with pytest.raises(StopIteration):
        steps.send(None)
    assert os.environ["MPLBACKEND"] == "agg"
    Path(item.parent.figures).rmdir()
