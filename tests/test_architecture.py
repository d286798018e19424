"""Who may import whom, and what no room may do; read from the source, nothing is run."""

import ast

import pytest

from analysis import paths

ROOMS = sorted((paths.ROOT / "analysis").rglob("*.py"))
SKINS = ("cli", "execute")

# A room (or a folder of rooms) → what it must not reach, directly or through others.
FORBIDDEN = {
    "paths": {"analysis."},
    "results": {"analysis."},
    "languages": {"analysis.corpus", "analysis.measures", "analysis.plots", "analysis.export"},
    "tokens": {"analysis.corpus", "analysis.measures", "analysis.plots", "analysis.export"},
    "resample": {"analysis.corpus", "analysis.measures", "analysis.plots", "analysis.export"},
    "importers": {"analysis.measures", "analysis.plots", "analysis.export", "analysis.tables"},
    "corpus": {"analysis.measures", "analysis.plots", "analysis.export", "analysis.tables"},
    "measures": {
        "analysis.plots", "analysis.tables", "analysis.export", "analysis.style", "analysis.cli",
        "analysis.execute", "matplotlib", "seaborn",
    },
    "plots": {
        "analysis.measures", "analysis.corpus", "analysis.counts", "analysis.embeddings",
        "analysis.export", "analysis.cli", "sklearn", "gensim", "scipy",
    },
    "style": {"analysis.measures", "analysis.corpus", "analysis.plots", "analysis.export"},
    "tables": {"analysis.measures", "analysis.corpus", "analysis.plots", "matplotlib", "seaborn"},
    "export": {"analysis.measures", "analysis.corpus", "analysis.plots"},
}  # fmt: skip
EVERYWHERE = {"IPython", "notebooks", "pickle", "requests", "urllib", "urllib3", "httpx", "socket"}


def name(path):
    return ".".join(path.relative_to(paths.ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(tree, *, types=False):
    """Yield (module, line) of every import; those for type checkers only on request."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test) and not types:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)
        else:
            yield from imports(node, types=types)


def reaches(module, part):
    return module == part.rstrip(".") or module.startswith(part.rstrip(".") + ".")


def breaches(room, tree):
    """Name every rule of imports that a module of `room` breaks."""
    banned = set(EVERYWHERE)
    for part, names in FORBIDDEN.items():
        if reaches(room, f"analysis.{part}"):
            banned |= names
    for module, line in imports(tree):
        for ban in sorted(banned):
            if reaches(module, ban) and not (ban == "analysis." and module == "analysis"):
                yield f"{room}:{line} imports {module}"


def misdeeds(room, tree):
    """Name every call and comparison that no room may hold."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            called = node.func.id
            if called in ("eval", "exec") or (
                called == "print" and room.split(".")[-1] not in SKINS
            ):
                yield f"{room}:{node.lineno} calls {called}()"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            loose = [k for k in node.keywords if k.arg == "allow_pickle"]
            if any(getattr(k.value, "value", True) is not False for k in loose):
                yield f"{room}:{node.lineno} allows pickles"
        if isinstance(node, ast.Compare) and room != "analysis.languages":
            yield from _language(room, node)


def _language(room, node):
    """A language is data: no room asks which one it has in hand."""
    sides = [node.left, *node.comparators]
    codes = {"nl", "de", "en"}
    constants = [s.value for s in ast.walk(node) if isinstance(s, ast.Constant)]
    asks = any("lang" in (getattr(s, "id", "") or getattr(s, "attr", "")) for s in sides)
    if asks and codes & {c for c in constants if isinstance(c, str)}:
        yield f"{room}:{node.lineno} compares a language with its code"


def at_import(tree):
    """Yield calls that run when the module is imported, by their dotted name."""
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.If)):
            continue
        for part in ast.walk(node):
            if isinstance(part, ast.Call):
                yield ast.unparse(part.func), part.lineno


READERS = ("open", "load", "read_csv", "read_text", "read_bytes", "read_parquet", "glob", "rglob")


@pytest.mark.parametrize("path", ROOMS, ids=name)
def test_imports_run_downwards(path):
    assert list(breaches(name(path), ast.parse(path.read_text()))) == []


@pytest.mark.parametrize("path", ROOMS, ids=name)
def test_no_eval_no_pickle_no_printing_no_language_codes(path):
    assert list(misdeeds(name(path), ast.parse(path.read_text()))) == []


@pytest.mark.parametrize("path", ROOMS, ids=name)
def test_nothing_is_read_at_import(path):
    calls = at_import(ast.parse(path.read_text()))
    assert [c for c in calls if c[0].split(".")[-1] in READERS] == []


def test_rooms_do_not_import_one_another_in_a_circle():
    rooms = {name(p): ast.parse(p.read_text()) for p in ROOMS}
    below = {
        room: {m for m in rooms for i, _ in _top(tree) if i == m or i.rpartition(".")[0] == m}
        - {room, "analysis"}
        for room, tree in rooms.items()
    }
    done = set()

    def visit(room, trail):
        assert room not in trail, " → ".join([*trail, room])
        if room not in done:
            for other in sorted(below[room]):
                visit(other, [*trail, room])
            done.add(room)

    for room in rooms:
        visit(room, [])


def _top(tree):
    """Imports that run when the module is imported."""
    body = [n for n in tree.body if isinstance(n, (ast.Import, ast.ImportFrom))]
    return imports(ast.Module(body=body, type_ignores=[]))


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("analysis.measures.x", "from analysis.plots import dots"),
        ("analysis.measures.x", "def f():\n    import seaborn"),
        ("analysis.plots.x", "from analysis.measures.keyness import keyness"),
        ("analysis.plots.x", "from analysis import corpus"),
        ("analysis.results", "from analysis import paths"),
        ("analysis.tables", "from IPython.display import display"),
        ("analysis.corpus", "import pickle"),
    ],
)
def test_the_import_rules_catch(room, source):
    assert list(breaches(room, ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "eval('1')",
        "print('x')",
        "numpy.load(f, allow_pickle=True)",
        "if language == 'nl':\n    pass",
        "x = row.language in ('de', 'en')",
    ],
)
def test_the_other_rules_catch(source):
    assert list(misdeeds("analysis.measures.x", ast.parse(source)))


def test_reading_at_import_is_caught():
    calls = at_import(ast.parse("WORDS = pandas.read_csv(paths.SEEDS / 'x.csv')"))
    assert [c for c, _ in calls if c.split(".")[-1] in READERS] == ["pandas.read_csv"]
