"""Structure of the notebooks: what nbval does not see."""

import ast
import json
import re
from itertools import pairwise
from statistics import median

import nbformat
import pytest

from analysis import execute, paths

BOOKS = sorted(paths.NOTEBOOKS.glob("*.ipynb"))
NAMES = (
    "00-start-here", "01-corpus", "02-keywords", "03-topics", "04-sentiment",
    "05-actors-and-voices", "06-your-corpus",
)  # fmt: skip
LINES, MEDIAN, CELLS = 15, 4, 30
# Method may name these; a finding is never typed, it is produced by say().
SCALE = re.compile(r"100 ?%|1,000")


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def source(cell):
    return "".join(cell["source"])


def code(book):
    return [cell for cell in book["cells"] if cell["cell_type"] == "code"]


def tags(cell):
    return cell["metadata"].get("tags", [])


def told(cell):
    """Whether a cell's result is a statement in words."""
    return any("text/markdown" in out.get("data", {}) for out in cell.get("outputs", []))


def problems(book):
    """Name every rule a notebook breaks."""
    cells = book["cells"]
    return [
        *_frame(cells),
        *_code(code(book)),
        *_prose(cells),
        *_stored(code(book)),
    ]


def _frame(cells):
    first, last = cells[0], cells[-1]
    title = source(first).splitlines()[0] if first["cell_type"] == "markdown" else ""
    if not (title.startswith("# ") and title.endswith("?")):
        yield "the first cell is no title that asks a question"
    if last["cell_type"] != "markdown" or "cannot" not in source(last):
        yield "the last cell does not say what the page cannot show"
    if sum("parameters" in tags(cell) for cell in cells) != 1:
        yield "there is not exactly one cell tagged parameters"
    answers = [c for c in cells if c["cell_type"] == "code" and c.get("outputs")]
    if not answers or not told(answers[0]):
        yield "the first result is no statement in words"


def _code(cells):
    lengths = [len([line for line in source(c).splitlines() if line.strip()]) for c in cells]
    if len(cells) > CELLS:
        yield f"{len(cells)} code cells"
    if max(lengths) > LINES:
        yield f"a code cell of {max(lengths)} lines"
    # Settings and imports are lists, not logic.
    own = [n for n, c in zip(lengths, cells, strict=True) if not _is_setup(c)]
    if own and median(own) > MEDIAN:
        yield f"code cells of {median(own)} lines in the median"
    for cell in cells:
        try:
            tree = ast.parse(source(cell))
        except SyntaxError:
            yield f"no plain Python (magics and ! are not allowed): {source(cell)[:40]!r}"
            continue
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        if any(isinstance(node, kinds) for node in ast.walk(tree)):
            yield f"a definition in a cell: {source(cell)[:40]!r}"


def _is_setup(cell):
    return "parameters" in tags(cell) or "import " in source(cell)


def _prose(cells):
    for before, cell in pairwise(cells):
        # A statement in words is prose too; a cell without a result shows the reader nothing.
        shows = before["cell_type"] == "code" and before["outputs"] and not told(before)
        if cell["cell_type"] == "code" and shows:
            yield f"no words before the code {source(cell)[:40]!r}"
        if cell["cell_type"] == "markdown":
            found = re.findall(r"(?<![\w.])\d*[.,]?\d\d+", _plain(source(cell)))
            if found:
                yield f"a typed number in prose: {', '.join(found)}"


def _plain(text):
    """Prose without code, link targets, citations in brackets, and words of scale."""
    text = re.sub(r"`[^`]*`", "", text)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    text = re.sub(r"\([^()]*\b(1[89]|20)\d\d\)|\b[A-Z]\w+ \((1[89]|20)\d\d\)", "", text)
    return SCALE.sub("", text)


def _stored(cells):
    counts = [cell["execution_count"] for cell in cells]
    if counts != list(range(1, len(cells) + 1)):
        yield f"run out of order, or not at all: {counts}"
    for cell in cells:
        for output in cell["outputs"]:
            if output["output_type"] == "error":
                yield f"a stored error: {output['ename']}"
            if output.get("name") == "stderr":
                yield "a stored warning or message"
            text = "".join(output.get("text", [])) + json.dumps(output.get("data", {}))
            if re.search(r" at 0x[0-9a-f]+", text):
                yield "an address in memory in an output"


def test_the_seven_notebooks_are_there():
    assert [book.stem for book in BOOKS] == list(NAMES)


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_structure(path):
    assert list(problems(read(path))) == []


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_no_machine_in_the_metadata(path):
    metadata = read(path)["metadata"]
    assert metadata["language_info"] == {"name": "python"}
    assert set(metadata) == {"kernelspec", "language_info"}


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_it_is_stored_as_running_it_writes_it(path):
    book = nbformat.read(path, as_version=4)
    assert execute.written(book) == path.read_bytes()


def test_every_notebook_is_listed_on_the_front_page():
    index = (paths.ROOT / "site" / "index.md").read_text(encoding="utf-8")
    for path in BOOKS:
        assert f"notebooks/{path.stem}" in index, path.stem


def good():
    def prose(text):
        return {"cell_type": "markdown", "metadata": {}, "source": text}

    def run(text, number, tag="", data=None):
        outputs = [{"output_type": "execute_result", "data": data}] if data else []
        return {
            "cell_type": "code", "metadata": {"tags": [tag]}, "source": text,
            "execution_count": number, "outputs": outputs,
        }  # fmt: skip

    return {
        "cells": [
            prose("# Who speaks?"),
            prose("Settings, see [Dunning (1993)](../site/references.md); per 1,000 words."),
            run("N = 1", 1, "parameters"),
            prose("The answer, on a scale from -1 to 1."),
            run("say(x)", 2, data={"text/markdown": "yes"}),
            run("table(x)", 3, data={"text/html": "<p>"}),
            prose("## What this page cannot show"),
        ]
    }


def test_a_table_straight_after_a_table_is_caught():
    book = good()
    book["cells"].insert(6, {**book["cells"][5], "execution_count": 4})
    assert problems(book) == ["no words before the code 'table(x)'"]


def test_the_rules_let_a_good_notebook_pass():
    assert problems(good()) == []


@pytest.mark.parametrize(
    ("place", "field", "value", "says"),
    [
        (0, "source", "# Who speaks", "no title"),
        (1, "source", "Trump is named 38 times.", "typed number"),
        (1, "source", "The share is .38 here.", "typed number"),
        (2, "metadata", {}, "tagged parameters"),
        (4, "outputs", [{"output_type": "execute_result", "data": {"text/html": "x"}}], "no words"),
        (4, "execution_count", 7, "out of order"),
        (4, "source", "def f():\n    pass", "definition"),
        (4, "source", "%timeit 1", "no plain Python"),
        (4, "source", "!ls", "no plain Python"),
        (4, "source", "\n".join("abcdefghijklmnop"), "16 lines"),
        (4, "outputs", [{"output_type": "error", "ename": "ValueError"}], "stored error"),
        (5, "outputs", [{"output_type": "stream", "name": "stderr", "text": "w"}], "warning"),
        (5, "outputs", [{"output_type": "stream", "text": "<A at 0x7f3>"}], "address"),
        (6, "source", "## The end", "cannot show"),
    ],
)
def test_the_rules_catch_a_bad_notebook(place, field, value, says):
    book = good()
    book["cells"][place][field] = value
    found = " ".join(problems(book))
    assert says in found
