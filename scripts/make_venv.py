"""Create the virtual environment and install the lock into it, with or without ensurepip."""

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit("Python 3.11, 3.12 or 3.13 is needed; name one with make PYTHON=python3.12")

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path(sys.argv[1])
PYTHON = FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def run(*command: object, env: dict[str, str] | None = None, quiet: bool = False) -> int:
    """Run a command from the project's root and return its exit status."""
    words = [str(word) for word in command]
    stderr = subprocess.DEVNULL if quiet else None
    return subprocess.run(words, cwd=ROOT, env=env, stderr=stderr).returncode


def create() -> None:
    """Make an empty environment; Debian's venv may lack ensurepip, then virtualenv does it."""
    try:
        import ensurepip  # noqa: F401

        venv.EnvBuilder(with_pip=True, clear=True).create(FOLDER)
    except (ImportError, subprocess.CalledProcessError, SystemExit):
        with tempfile.TemporaryDirectory() as folder:
            pip = (sys.executable, "-m", "pip", "install", "-q", "--target", folder, "virtualenv")
            if run(*pip):
                sys.exit(
                    "Neither venv nor pip works here; install them (python3-venv, python3-pip)"
                )
            path = {**os.environ, "PYTHONPATH": folder}
            if run(sys.executable, "-m", "virtualenv", "-q", "--clear", FOLDER, env=path):
                sys.exit("The virtual environment could not be made; see the lines above")


def install() -> None:
    """Install the hashed lock (with uv where it can be had: a quarter of the time), then us."""
    pip = (PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "-q")
    lock = ("--no-deps", "--require-hashes", "-r", "requirements.lock")
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "PYTHONPATH": folder}
        uv = (PYTHON, "-m", "uv", "pip", "install", "-q", "--python", PYTHON)
        # Compiled once here, and not by every process that imports a package for the first time.
        quick = (*uv, "--compile-bytecode", *lock)
        done = run(*pip, "--target", folder, "uv", quiet=True) == 0 and (
            run(*quick, env=env, quiet=True) == 0
        )
    if not done and run(*pip, *lock):
        sys.exit("Installing requirements.lock failed; see the lines above")
    if run(*pip, "--no-deps", "--no-build-isolation", "-e", "."):
        sys.exit("Installing this project into its environment failed; see the lines above")


print(f"[1/2] virtual environment in {FOLDER}", flush=True)
create()
print("[2/2] packages of requirements.lock (about 180, one to three minutes)", flush=True)
install()
