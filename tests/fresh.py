"""What nbval leaves out: every output, picture, message and figure is what is stored.

``python -m pytest -p tests.fresh --nbval-lax --nbval-current-env notebooks`` runs the notebooks
once, alone or beside other tests; stored results are compared byte for byte on Linux x86-64 with
Python 3.11 only.
"""

import platform
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from analysis import paths
from analysis.execute import STEADY

EXACT = (sys.platform, platform.machine(), *sys.version_info[:2]) == ("linux", "x86_64", 3, 11)
STALE = "is not what is stored: run `make notebooks` and look at the diff"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    """Start the kernel of a notebook as `make notebooks` does, its figures in their own folder."""
    if not hasattr(item, "cell") or item.parent.kernel is not None:
        return (yield)
    item.config.option.cov_source = None  # or nbval counts lines in the kernel, too
    item.parent.figures = tempfile.mkdtemp(prefix="figures-")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (STEADY | {"DISCOURSE_FIGURES": item.parent.figures}).items():
            patch.setenv(name, value)
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Compare a cell's outputs with the stored ones, and after the last cell the figures."""
    result = yield
    if not hasattr(item, "cell"):
        return result
    made = [plain(output) for output in item.test_outputs]
    if any(output.get("name") == "stderr" for output in made):
        item.raise_cell_error("The cell wrote to stderr")
    if EXACT and made != [plain(output) for output in item.cell.outputs]:
        item.raise_cell_error(f"What the cell says {STALE}")
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """Compare the figures with the stored ones when a notebook has run to its end."""
    result = yield
    if not hasattr(item, "cell"):
        return result
    if nextitem is None or nextitem.parent is not item.parent:
        folder = Path(item.parent.figures)
        written = {file.name: file.read_bytes() for file in folder.iterdir()}
        shutil.rmtree(folder)
        number = item.parent.path.stem.split("-")[0]
        stored = {f.name: f.read_bytes() for f in paths.FIGURES.glob(f"{number}-*")}
        assert sorted(written) == sorted(stored), f"The set of figures {STALE}"
        differ = [name for name in stored if stored[name] != written[name]]
        assert not (EXACT and differ), f"{', '.join(differ)}: the figure {STALE}"
    return result


def plain(output):
    """Return an output without what says only when it was made."""
    return {key: value for key, value in output.items() if key != "execution_count"}
