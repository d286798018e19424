"""Where things are: every folder of the project, found from this file and never from the cwd."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT / "seeds"
FIGURES = ROOT / "figures"
MODELS = ROOT / "models"
NOTEBOOKS = ROOT / "notebooks"
RESULTS = ROOT / "benchmarks" / "results"


def cache() -> Path:
    """Return the folder for recomputable things, keyed by content hash; safe to delete.

    ``DISCOURSE_CACHE`` moves it, for a project folder that is read-only.
    """
    folder = Path(os.environ.get("DISCOURSE_CACHE") or ROOT / ".cache")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def data() -> Path | None:
    """Return the optional data folder (named by ``DISCOURSE_DATA``, or beside us), or None."""
    folder = Path(os.environ.get("DISCOURSE_DATA", ROOT.parent / "shared" / "data"))
    return folder if folder.is_dir() else None
