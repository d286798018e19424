"""What is installed with this project: licences, hashes, known weaknesses.

    python scripts/audit.py            check, then ask pip-audit, where the network lets it
    python scripts/audit.py --write    write the table of packages in THIRD_PARTY.md anew

Every package of requirements.lock is named with a hash, has a licence that may be used here, and
stands in the table with its version and the licence that its own metadata declare.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK, PAGE = ROOT / "requirements.lock", ROOT / "THIRD_PARTY.md"
BEGIN, END = "<!-- packages: written by scripts/audit.py -->", "<!-- end of packages -->"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)([^\n]*(?:\n[ ]+--hash=[^\n]*)*)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")

# What anyone may use, change and pass on, on terms that a user of this project keeps by installing
# the packages as they are. GPL is allowed by name only, below.
ALLOWED = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD", "BSD-2-Clause", "BSD-3-Clause",
    "CC0-1.0", "CNRI-Python", "ISC", "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-or-later",
    "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Zlib",
}  # fmt: skip
GPL = {"krippendorff": "GPL-3.0-or-later"}
"""Used by the tests alone; nothing that is shipped imports it."""
# Of packages for other systems, and of those whose metadata do not say it in a known way.
STATED = {
    "appnope": "BSD-2-Clause", "colorama": "BSD-3-Clause", "pywinpty": "MIT",
    "docutils": "BSD-2-Clause", "locate": "MIT",
}  # fmt: skip
_CLASSES = {
    "Apache Software License": "Apache-2.0", "BSD License": "BSD", "MIT License": "MIT",
    "ISC License (ISCL)": "ISC", "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}  # fmt: skip
_WRITTEN = [(r"BSD[ -]3", "BSD-3-Clause"), (r"BSD[ -]2", "BSD-2-Clause"), (r"\bBSD\b", "BSD"),
            (r"Apache", "Apache-2.0"), (r"\bMIT\b", "MIT"), (r"ISC", "ISC")]  # fmt: skip


def locked() -> dict[str, tuple[list[str], int]]:
    """Return every package of the lock: its versions, and the hashes of the pin with fewest."""
    out: dict[str, tuple[list[str], int]] = {}
    for name, version, rest in _PIN.findall(LOCK.read_text(encoding="utf-8")):
        versions, fewest = out.get(name, ([], sys.maxsize))
        out[name] = ([*versions, version], min(fewest, len(_HASH.findall(rest))))
    return out


def licence(name: str) -> str:
    """Return the licence that a package declares, as an SPDX expression; "" if none is known.

    Its expression is taken first, then what it writes, then its classifier.
    """
    if name in STATED:
        return STATED[name]
    try:
        declared = distribution(name).metadata
    except PackageNotFoundError:
        return ""
    if declared.get("License-Expression"):
        return str(declared["License-Expression"])
    written = " ".join((declared.get("License") or "").split())[:80]
    if written in ALLOWED or written in GPL.values():
        return written
    classes = [c.rpartition(" :: ")[2] for c in declared.get_all("Classifier") or []]
    known = [_CLASSES[c] for c in classes if c in _CLASSES]
    said = next((spdx for pattern, spdx in _WRITTEN if re.search(pattern, written)), "")
    # "BSD 3-Clause License" says more than the classifier "BSD License".
    return said if said and (not known or said.startswith(known[0])) else next(iter(known), "")


def allowed(name: str, expression: str) -> bool:
    """Tell whether a licence may be used: of what is joined by OR, one; by AND, each."""
    if GPL.get(name) == expression:
        return True
    choices = [choice.split(" AND ") for choice in expression.split(" OR ")]
    return any(all(part in ALLOWED for part in choice) for choice in choices)


def table() -> str:
    """Return the table of packages, a line each, as Markdown."""
    rows = [f"| {name} | {', '.join(versions)} | {licence(name) or '?'} |"
            for name, (versions, _) in sorted(locked().items())]  # fmt: skip
    head = ["| package | version | licence |", "|---|---|---|"]
    return "\n".join([BEGIN, "", *head, *rows, "", END])


def stored() -> dict[str, tuple[str, str]]:
    """Return the table as THIRD_PARTY.md has it: package → versions, licence."""
    _, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    found = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", rest.partition(END)[0], re.M)
    return {name: (versions, said) for name, versions, said in found if name != "package"}


def wrong() -> list[str]:
    """Return what is wrong with the lock and the table, a sentence each."""
    page, out = stored(), []
    for name, (versions, hashes) in locked().items():
        versions_said, said = page.pop(name, ("", ""))
        if not hashes:
            out.append(f"{name} has no hash in {LOCK.name}")
        if versions_said != ", ".join(versions):
            out.append(f"{name}: {PAGE.name} says {versions_said or 'nothing'}, not {versions}")
        if not allowed(name, said):
            out.append(f"{name}: its licence {said or 'unknown'!r} is not one of those allowed")
        declared = licence(name)
        if declared and said and declared != said:
            out.append(f"{name}: {PAGE.name} says {said}, the package {declared}")
    return out + [f"{name} stands in {PAGE.name} but is not locked" for name in page]


def write() -> None:
    """Write the table into THIRD_PARTY.md, in the place of the one there."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    PAGE.write_text(before + table() + rest.partition(END)[2], encoding="utf-8")


def advisories() -> int:
    """Ask pip-audit, which is fetched for it, for weaknesses that are known of the lock."""
    with tempfile.TemporaryDirectory() as folder:
        pip = (sys.executable, "-m", "pip", "install", "-q", "--target", folder, "pip-audit")
        if subprocess.run(pip, cwd=ROOT).returncode:
            print("pip-audit cannot be fetched here; nothing was asked")
            return 1
        ask = ("-m", "pip_audit", "-r", str(LOCK), "--disable-pip", "--no-deps", "--strict")
        return subprocess.run((sys.executable, *ask), env={"PYTHONPATH": folder}).returncode


def main() -> None:
    """Check or write; the exit status is 1 where anything is wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the table anew")
    parser.add_argument("--offline", action="store_true", help="do not ask pip-audit")
    given = parser.parse_args()
    if given.write:
        write()
    found = wrong()
    print("\n".join(found) or f"{len(locked())} packages: hashes, licences and table are in order")
    status = 0 if given.offline or given.write else advisories()
    sys.exit(1 if found or status else 0)


if __name__ == "__main__":
    main()
