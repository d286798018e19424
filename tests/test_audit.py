"""The lock and the table of licences: every package pinned by hash, named, and free to use."""

import re

import pytest

from scripts import audit

PIN = "made-up==1.0 \\\n    --hash=sha256:" + "a" * 64 + "\n"


def test_every_locked_package_has_a_hash_and_a_licence_that_may_be_used():
    assert audit.wrong() == []
    assert len(audit.locked()) == len(audit.stored()) > 150


def test_the_table_is_what_the_script_would_write():
    text = audit.PAGE.read_text(encoding="utf-8")
    found = text[text.index(audit.BEGIN) : text.index(audit.END) + len(audit.END)]
    for ours, made in zip(found.splitlines(), audit.table().splitlines(), strict=True):
        # Of what is for another system the metadata are not here to be read.
        assert ours == made or made.endswith("| ? |")


def test_every_requirement_is_named_in_words_too():
    """The upper table says what each package that we ask for is used for."""
    import tomllib

    project = tomllib.loads((audit.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [r for more in project["optional-dependencies"].values() for r in more]
    asked = {re.match(r"[\w.-]+", r)[0] for r in (*project["dependencies"], *extras)} - {
        "discourse"
    }
    text = audit.PAGE.read_text(encoding="utf-8").partition(audit.BEGIN)[0]
    named = set(re.findall(r"^\| ([\w.-]+) \|", text, re.MULTILINE))
    assert asked <= named


@pytest.fixture
def lock(tmp_path, monkeypatch):
    """A lock of one package, and its table."""
    monkeypatch.setattr(audit, "LOCK", tmp_path / "requirements.lock")
    monkeypatch.setattr(audit, "PAGE", tmp_path / "THIRD_PARTY.md")
    monkeypatch.setitem(audit.STATED, "made-up", "MIT")
    audit.LOCK.write_text(PIN)
    audit.PAGE.write_text(f"Before.\n{audit.BEGIN}\n{audit.END}\nAfter.\n")
    audit.write()


def test_writing_keeps_what_stands_around_and_can_be_done_again(lock):
    text = audit.PAGE.read_text()
    assert text.startswith("Before.\n") and text.endswith("\nAfter.\n")
    assert audit.stored() == {"made-up": ("1.0", "MIT")} and audit.wrong() == []
    audit.write()
    assert audit.PAGE.read_text() == text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda: audit.LOCK.write_text("made-up==1.0\n"), "has no hash"),
        (lambda: audit.LOCK.write_text(PIN.replace("1.0", "2.0")), "says 1.0"),
        (lambda: audit.LOCK.write_text(PIN + PIN.replace("made-up", "other")), "says nothing"),
        (lambda: audit.LOCK.write_text(""), "is not locked"),
        (lambda: audit.STATED.update({"made-up": "GPL-3.0-or-later"}), "the package GPL"),
    ],
)
def test_what_is_wrong_is_told(lock, change, said):
    change()
    assert any(said in told for told in audit.wrong())


@pytest.mark.parametrize(
    ("expression", "may"),
    [
        ("MIT", True), ("", False), ("AGPL-3.0-only", False), ("GPL-3.0-or-later", False),
        ("MPL-1.1 OR LGPL-2.1-or-later", True), ("MIT AND AGPL-3.0-only", False),
        ("Apache-2.0 WITH LLVM-exception AND BSD-2-Clause", True), ("Proprietary", False),
    ],
)  # fmt: skip
def test_licences_that_may_be_used(expression, may):
    assert audit.allowed("made-up", expression) is may
