"""Killed at every step, a full disk at every step, several processes: files are old or new, whole.

A process is killed here by letting the k-th call that changes the disk fail, and every one after
it, so that nothing is cleaned up either; a write that is hit leaves half of what it had to write.
The same with real kills, at random moments and of the whole command: benchmarks/crashes.py.
"""

import ast
import errno
import io
import json
import os
import random
import shutil
import signal
import subprocess
import time
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from analysis import (
    cli,
    disk,
    execute,
    export,
    importers,
    interchange,
    lemmas,
    paths,
    places,
    segments,
    vector_store,
)  # fmt: skip
from analysis import corpus as corpora
from analysis.results import DiscourseError

CALLS = ("replace", "rename", "mkdir", "unlink", "remove", "rmdir", "fsync", "ftruncate")
GROW = ("mkdir", "fsync")  # what a full disk refuses; names can be taken away from it


class Killed(BaseException):
    """The process is no more."""


class Faults:
    """Calls that change the disk, counted; from the one numbered `at` on they fail."""

    def __init__(self):
        self.at = self.error = None
        self.done = 0

    def __call__(self, *, grows):
        """Count a call; fail if its time has come."""
        if self.at is None or (self.error and not grows):
            return
        self.done += 1
        if self.done > self.at:
            raise OSError(self.error, os.strerror(self.error)) if self.error else Killed

    def run(self, job, at, error=None):
        """Do a job with the fault; return the error it ended in, if any."""
        self.at, self.error, self.done = at, error, 0
        try:
            job()
        except (Killed, DiscourseError) as ended:
            return ended
        finally:
            self.at = None
        return None


class Handle(io.FileIO):
    """A file whose writing may be hit half-way."""

    def __init__(self, file, faults):
        faults(grows=True)
        super().__init__(file, "wb")
        self.faults = faults

    def write(self, content):
        try:
            self.faults(grows=True)
        except BaseException:
            super().write(bytes(content)[: len(content) // 2])
            raise
        return super().write(content)


@pytest.fixture
def faults(monkeypatch):
    """Faults in all that changes the disk."""
    faults, real_system = Faults(), disk._system

    def counted(name, real):
        def call(*given, **named):
            faults(grows=name in GROW)
            return real(*given, **named)

        return call

    for name in CALLS:  # Nothing is waited for: that takes time and shows nothing here.
        real = getattr(os, name) if name != "fsync" else lambda *_: None
        monkeypatch.setattr(os, name, counted(name, real))
    monkeypatch.setattr(disk, "_system", lambda n: None if "sync" in n else real_system(n))
    real = os.open

    def opened(path, flags, *given, **named):
        if flags & os.O_CREAT:
            faults(grows=True)
        return real(path, flags, *given, **named)

    monkeypatch.setattr(os, "open", opened)
    new = lambda file: io.BufferedWriter(Handle(file, faults))  # noqa: E731
    monkeypatch.setattr(places, "open_new", new)
    whole = disk.exchange
    swap = lambda *both: faults(grows=False) or whole(*both)  # noqa: E731
    monkeypatch.setattr(disk, "exchange", swap)
    return faults


def contents(folder):
    """All files with their bytes, unfinished ones among them."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def finished(folder):
    """The files a reader sees."""
    return {
        name: content
        for name, content in contents(folder).items()
        if not any(part.startswith(".") for part in name.split("/"))
    }


# --- what is written --------------------------------------------------------------------------


@pytest.fixture
def rows(tmp_path):
    """A table of two versions by the command's --out."""
    for name in ("old", "new"):
        (tmp_path / f"{name}.csv").write_text(f"text\nEen zin die {name} is.\n")

    def write(version, folder):
        out = folder / "rows.csv"
        if cli.main(["check", str(tmp_path / f"{version}.csv"), "--out", str(out)]):
            raise DiscourseError("No space left on device")  # the command has said so

    return write


@pytest.fixture
def bundle(monkeypatch):
    """A figure's five files; the pictures are not drawn."""
    ax = Figure().subplots()

    def write(version, folder):
        drawn = {kind: f"{version} {kind}".encode() * 9000 for kind in ("svg", "png", "pdf")}
        monkeypatch.setattr(export, "_pictures", lambda *_: dict(drawn))
        frame = pd.DataFrame({"estimate": [len(version)]})
        export.figure(ax, frame, name="a-b", title=version, caption="c", alt="d", folder=folder)

    return write


@pytest.fixture
def table(made_up):
    versions = {"old": made_up.subset(made_up.documents["year"] > 2020), "new": made_up}
    for corpus in versions.values():
        assert len(corpus.marks) >= 0  # found once

    def write(version, folder):
        for kind in ("csv", "parquet"):
            interchange.write(versions[version], folder / f"x.{kind}", format=kind)

    return write


@pytest.fixture
def texts(made_up):
    """A folder of texts, written where there was none."""

    def write(version, folder):
        if version == "new" and not (folder / "texts").exists():
            interchange.write(made_up, folder / "texts", format="txt")

    return write


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Notebooks, figures and site of a run; quick ones."""
    root = tmp_path / "suite"
    for name in ("books/a.ipynb", "books/b.ipynb", "site/conf.py", "analysis/x.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("{}")
    for name in ("ROOT", "SEEDS", "MODELS"):
        monkeypatch.setattr(execute.paths, name, root)
    monkeypatch.setattr(execute.paths, "NOTEBOOKS", root / "books")

    def quick(path, *, out, parameters, figures):
        said = json.dumps(parameters).encode()
        places.write({figures / f"{path.stem}.svg": said})
        places.write({out: said})

    def site(source, out):
        out.mkdir()
        for book in (source / "notebooks").iterdir():
            places.write({out / book.name: book.read_bytes()})

    monkeypatch.setattr(execute, "execute", quick)
    monkeypatch.setattr(execute, "site", site)

    def write(version, folder):
        corpus = tmp_path / f"{version}.csv"
        corpus.write_text("text\nEen zin.\n") if not corpus.exists() else None
        execute.run(corpus, folder, {"text": version})

    return write


JOBS = ("rows", "bundle", "table", "texts", "run")


@pytest.fixture(params=JOBS)
def job(request, tmp_path, faults):
    """Writes version "old" or "new" into a folder; what both are; a folder that holds the old."""
    write = request.getfixturevalue(request.param)
    made = {}
    for version in ("old", "new"):
        (tmp_path / version).mkdir()
        write(version, tmp_path / version)
        made[version] = finished(tmp_path / version)

    def start(name):
        return shutil.copytree(tmp_path / "old", tmp_path / name)

    return SimpleNamespace(name=request.param, write=write, start=start, **made)


def parts(job, files):
    """What must be of one state: the files of each folder of a run; else each file alone."""
    groups = {}
    for name, content in files.items():
        groups.setdefault(name.split("/")[0], {})[name] = content
    return groups


# --- kill -9 ----------------------------------------------------------------------------------


def test_killed_at_any_step_leaves_the_old_or_the_new_and_the_next_run_makes_the_new(job, faults):
    old, new = parts(job, job.old), parts(job, job.new)
    seen = set()
    for step in range(500):
        folder = job.start(f"at{step}")
        ended = faults.run(lambda f=folder: job.write("new", f), step)
        there = parts(job, finished(folder))
        for name in old.keys() | new.keys():
            assert there.get(name) in (old.get(name), new.get(name)), f"{name} at step {step}"
            seen |= {"old"} if there.get(name) == old.get(name) else {"new"}
        assert there.keys() <= old.keys() | new.keys()
        if job.name == "bundle":
            mixed = finished(folder) not in (job.old, job.new)
            assert export.whole(folder / "a-b.json") is not mixed
        job.write("new", folder)
        left = contents(folder).keys() - job.new.keys()
        assert finished(folder) == job.new and left == set(), f"at step {step}"
        if ended is None:
            break
    assert ended is None and step > 5 and seen == {"old", "new"}


def test_vectors_are_kept_whole_or_not_at_all(faults, tmp_path, monkeypatch):
    monkeypatch.setattr(vector_store, "MANY", 2)
    rng = np.random.default_rng(0)
    texts, vectors = [f"{i}" for i in range(8)], rng.random((8, 4)).astype(np.float32)
    held = vector_store.keys(texts)

    def add(folder):
        for i in range(0, 8, 2):
            vector_store.add(folder, held[i : i + 2], vectors[i : i + 2])

    def found(folder):
        out = np.full_like(vectors, np.nan)
        for place, own in vector_store.found(folder, held):
            out[place] = own
        return out

    for step in range(200):
        folder = tmp_path / f"at{step}"
        ended = faults.run(lambda f=folder: add(f), step)
        there = found(folder)
        known = ~np.isnan(there[:, 0])
        assert (there[known] == vectors[known]).all()
        add(folder)
        assert (found(folder) == vectors).all()
        add(folder)
        vector_store._join(folder, list(folder.glob("*.arrow")))
        assert not [name for name in contents(folder) if name.endswith(".tmp")]
        if ended is None:
            break
    assert ended is None and step > 20


def test_real_kills_leave_whole_files(tmp_path):
    """A process that writes bundle after bundle, killed five times at random moments."""
    texts = {str(n).encode() * 60_000 for n in (1, 2, 3)}
    draw = random.Random(0)
    for _ in range(5):
        process = os.fork()
        if process == 0:  # pragma: no cover
            while True:
                for text in texts:
                    places.write({tmp_path / name: text for name in ("a", "b")})
        time.sleep(0.02 + draw.random() / 8)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        there = finished(tmp_path)
        assert there and set(there.values()) <= texts
    places.write(dict.fromkeys([tmp_path / "a", tmp_path / "b"], b"end"))
    assert contents(tmp_path) == {"a": b"end", "b": b"end"}


@pytest.fixture
def large(tmp_path, monkeypatch):
    """A table that gets an index, in a cache of its own."""
    monkeypatch.setattr(corpora, "_LARGE", 0)
    file = tmp_path / "large.csv"
    file.write_text("id,language,text\na,nl,De minister zei niets.\nb,nl,Hij ging weg.\n")

    def load(cache, file=file):
        monkeypatch.setenv("DISCOURSE_CACHE", str(cache))
        return corpora.load(file).tokens.vocabulary.tolist()

    return SimpleNamespace(load=load, file=file)


def test_an_index_is_there_or_not_and_is_made_after_any_kill(large, faults, tmp_path):
    whole = large.load(tmp_path / "whole")
    expected = contents(tmp_path / "whole")
    for step in range(0, 300, 3):  # a build takes its time
        cache = tmp_path / f"at{step}"
        cache.mkdir()
        ended = faults.run(lambda c=cache: large.load(c), step)
        there = finished(cache)
        assert there == {name: expected[name] for name in there}
        assert not (folders := {n.split("/")[1] for n in there} - {"segments"}) or (
            there.keys() >= {n for n in expected if n.split("/")[1] in folders}
        )
        assert large.load(cache) == whole
        assert contents(cache) == expected
        if ended is None:
            break
    assert ended is None and step > 20


def test_a_damaged_index_beside_one_that_is_built_stays_out_of_its_way(
    large, tmp_path, monkeypatch
):
    """While one process builds, another finds the index of another corpus cut off, and mends it."""
    other = tmp_path / "other.csv"
    other.write_text(large.file.read_text().replace("minister", "president"))
    cache = tmp_path / "cache"
    large.load(cache, other)
    for file in cache.rglob("*.arrow"):
        file.write_bytes(file.read_bytes()[:-9])
    join, segment, made = segments.join, segments.segment, []

    def joined(*given):
        monkeypatch.setattr(segments, "join", join)
        assert "president" in large.load(cache, other)
        return join(*given)

    monkeypatch.setattr(segments, "join", joined)
    monkeypatch.setattr(segments, "segment", lambda *given: made.append(1) or segment(*given))
    assert "minister" in large.load(cache)
    assert "president" in large.load(cache, other)
    assert len(made) == 2  # nobody's work is done twice


def test_a_corpus_that_changes_while_it_is_read_is_refused(large, tmp_path, monkeypatch):
    real = importers.batches

    def batches(path, **options):
        yield from real(path, **options)
        path.write_text("text\nIets anders.\n")

    monkeypatch.setattr(importers, "batches", batches)
    with pytest.raises(DiscourseError, match="was changed while it was read"):
        large.load(tmp_path / "cache")
    assert all(name.startswith("index/segments/") for name in contents(tmp_path / "cache"))


# --- full disks -------------------------------------------------------------------------------


def test_a_disk_that_fills_up_at_any_step_is_one_sentence_and_leaves_the_old(job, faults, capsys):
    error = errno.EIO if job.name == "table" else errno.ENOSPC  # a disk that breaks is as bad
    for step in range(300):
        folder = job.start(f"at{step}")
        capsys.readouterr()
        ended = faults.run(lambda f=folder: job.write("new", f), step, error)
        if ended is None:
            break
        said = capsys.readouterr().err if job.name == "rows" else f"{ended}\n"
        assert said.count("\n") == 1 and os.strerror(error) in said and "choose" in said, said
        assert str(folder) in said
        if job.name == "table":  # three files, one after the other
            there = finished(folder)
            assert all(there[n] in (job.old[n], job.new[n]) for n in there)
        else:
            assert finished(folder) == job.old
        rest = {n for n in contents(folder) if not n.startswith(".unfinished/")}
        assert rest == job.old.keys()
        job.write("new", folder)
        assert finished(folder) == job.new
    assert ended is None and step > 3


def test_a_disk_that_is_really_full(tmp_path, rows, capsys):
    """A small disk in memory, where one may be made."""
    small = tmp_path / "small"
    small.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16k,nr_inodes=16", "none", str(small)]
    try:
        mounted = subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("only the system's administrator may make a small disk")
    try:
        rows("old", small)
        before = contents(small)
        (small / "fill").write_bytes(b"x" * 12288)
        capsys.readouterr()
        with pytest.raises(DiscourseError):
            rows("new", small)
        said = capsys.readouterr().err
        assert said.count("\n") == 1 and "No space left on device" in said
        assert {n: c for n, c in contents(small).items() if n != "fill"} == before
        (small / "fill").unlink()
        rows("new", small)
        assert contents(small).keys() == before.keys()
    finally:
        subprocess.run(["umount", str(small)], check=True)


# --- several processes ------------------------------------------------------------------------


def test_what_another_process_writes_now_is_left_alone(tmp_path):
    with places.new_file(tmp_path / "a") as mine:
        mine.write(b"mine")
        places.write({tmp_path / "a": b"theirs"})
        places.sweep(tmp_path)
        assert len(contents(tmp_path)) == 2
    assert contents(tmp_path) == {"a": b"mine"}


def test_only_what_is_ours_and_left_is_swept(tmp_path, monkeypatch):
    theirs = (".a.notes.tmp", ".a.12345678.bak", "a.12345678.tmp", ".ab.12345678.tmp")
    for name in (*theirs, ".a.12345678.tmp"):
        (tmp_path / name).touch()
    places.write({tmp_path / "a": b""})
    assert contents(tmp_path).keys() == {"a", *theirs}
    # Without locks, what is a day old counts as left.
    monkeypatch.setattr(disk, "hold", lambda *_: None)
    places.sweep(tmp_path)
    assert ".ab.12345678.tmp" in contents(tmp_path)
    os.utime(tmp_path / ".ab.12345678.tmp", (0, 0))
    places.sweep(tmp_path)
    assert contents(tmp_path).keys() == {"a", *theirs[:3]}
    with places.alone(tmp_path):
        places.write({tmp_path / "a": b"1"})
    assert contents(tmp_path)["a"] == b"1"


def test_names_as_long_as_any(tmp_path):
    for name in ("n" * 255, "ß" * 127, "[a]*"):
        places.write({tmp_path / name: b"x"})
    assert len(contents(tmp_path)) == 3


def test_folders_change_places_also_where_the_system_cannot_exchange_them(tmp_path, monkeypatch):
    monkeypatch.setattr(disk, "exchange", lambda *_: False)
    for version in ("1", "2", "3"):
        new = tmp_path / "new"
        new.mkdir()
        (new / "x").write_text(version)
        if version == "3":  # killed after the old one was put aside
            (tmp_path / "site").rename(tmp_path / ".site.before")
        places.put(new, tmp_path / "site")
        assert contents(tmp_path) == {"site/x": version.encode()}


# --- one place ----------------------------------------------------------------------------------

WRITERS = {"write_text", "write_bytes", "OSFile", "savez", "savez_compressed", "tofile",
           "to_parquet", "mkdtemp", "mkstemp", "NamedTemporaryFile"}  # fmt: skip


def writing(tree):
    """Yield calls that write a file, as far as their names and modes say."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        given = [a.value for a in node.args if isinstance(a, ast.Constant)]
        first = node.args[0] if node.args else None
        to_handle = isinstance(first, ast.Name) and first.id == "handle"
        if name in WRITERS and not to_handle and None not in given:
            yield f"{name}, line {node.lineno}"
        modes = [g for g in given if isinstance(g, str) and set(g) <= set("rwaxbt+")]
        if name == "open" and any(set(mode) & set("wax+") for mode in modes):
            yield f"open, line {node.lineno}"


def test_a_writer_of_files_is_caught():
    for line in ("p.open('w')", "open(p, 'ab')", "f.write_text('')", "frame.to_parquet(file)"):
        assert list(writing(ast.parse(line)))
    for line in ("open(p)", "p.open('rb')", "frame.to_parquet(None)", "np.savez(handle, a=a)"):
        assert not list(writing(ast.parse(line)))


def test_files_are_written_in_one_place():
    allowed = {"places.py": 1, "index.py": 1}  # corpus.json, in a folder that has no name yet
    for path in sorted((paths.ROOT / "analysis").rglob("*.py")):
        found = list(writing(ast.parse(path.read_text(encoding="utf-8"))))
        assert len(found) <= allowed.get(path.name, 0), (path.name, found)


def test_lemmas_that_are_cut_off_are_refused(made_up, tmp_path):
    file = tmp_path / "x.arrow"
    lemmas.write(file, made_up.lemmas())
    whole = file.read_bytes()
    for cut in (0, 9, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:cut])
        with pytest.raises((OSError, ValueError, KeyError)):
            lemmas.read(file)
