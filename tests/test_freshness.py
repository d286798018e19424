"""Rerun every notebook: what is stored is what the code says today, byte for byte."""

import platform
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from analysis import paths
from analysis.execute import execute

BOOKS = sorted(paths.NOTEBOOKS.glob("*.ipynb"))

pytestmark = pytest.mark.skipif(
    not (sys.platform == "linux" and platform.machine() == "x86_64")
    or sys.version_info[:2] != (3, 11),
    reason="stored results are compared byte for byte on Linux x86-64 with Python 3.11 only",
)


@pytest.fixture(scope="module")
def rerun(tmp_path_factory):
    """Every notebook run again, two at a time, into a folder of its own."""
    folder = tmp_path_factory.mktemp("rerun")

    def run(path):
        return execute(path, out=folder / path.name, figures=folder / path.stem)

    with ThreadPoolExecutor(2) as pool:
        jobs = {path.stem: pool.submit(run, path) for path in BOOKS}
    return jobs, folder


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_notebook_is_fresh(path, rerun):
    jobs, _ = rerun
    again = jobs[path.stem].result()
    assert again.read_bytes() == path.read_bytes(), "run `make notebooks` and look at the diff"


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_figures_are_fresh(path, rerun):
    jobs, folder = rerun
    jobs[path.stem].result()
    number = path.stem.split("-")[0]
    stored = {f.name: f.read_bytes() for f in paths.FIGURES.glob(f"{number}-*")}
    written = {f.name: f.read_bytes() for f in (folder / path.stem).glob("*")}
    assert sorted(stored) == sorted(written)
    assert [name for name in stored if stored[name] != written[name]] == []
