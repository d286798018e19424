"""A topic model as one file: arrays and JSON tables, never pickle."""

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.results import DiscourseError

if TYPE_CHECKING:
    from analysis.measures.topics import TopicModel

FORMAT = 4
TABLES = ("units", "topics", "terms", "shares")


def save(model: "TopicModel", file: str | Path) -> None:
    """Write a model to an ``.npz`` file with its corpus hash, versions and seed.

    Parameters
    ----------
    model : TopicModel
    file : str or Path
        Written in full or not at all.
    """
    about = {
        "format": FORMAT, "numbers": model.numbers, "seed": model.seed,
        "corpus_hash": model.corpus_hash, "model": model.model, "n_all": model.n_all,
        "versions": model.versions, "method_name": model.method_name,
        "history": model.history,
    }  # fmt: skip
    tables: dict[str, Any] = {
        t: np.array(getattr(model, t).to_json(orient="split", double_precision=15)) for t in TABLES
    }
    held = io.BytesIO()
    np.savez_compressed(
        held, centres=model.centres, membership=model.membership, refits=model.refits,
        about=np.array(json.dumps(about, sort_keys=True)), **tables,
    )  # fmt: skip
    target = Path(file)
    temporary = target.with_name(target.name + ".part")
    temporary.write_bytes(held.getvalue())
    temporary.replace(target)


def load(file: str | Path) -> "TopicModel":
    """Read a model written by :func:`save`.

    Raises
    ------
    DiscourseError
        If the file is no topic model, or one of a later format.
    """
    from analysis.measures.topics import TopicModel

    try:
        with np.load(file, allow_pickle=False) as held:
            about = json.loads(str(held["about"]))
            tables = {t: _table(str(held[t])) for t in TABLES}
            arrays = {name: held[name] for name in ("centres", "membership", "refits")}
    except (OSError, ValueError, KeyError) as error:
        raise DiscourseError(f"{file}: is no saved topic model; save one again") from error
    if about.pop("format") != FORMAT:
        raise DiscourseError(f"{file}: was saved by another version; fit and save it again")
    for name, column in (("units", "sentences"), ("topics", "languages"), ("topics", "sentences")):
        tables[name][column] = [tuple(value) for value in tables[name][column]]
    tables["shares"].columns = pd.Index(tables["shares"].columns.astype(int), name="topic")
    tables["shares"].index.name = "doc_id"
    about["numbers"], about["history"] = tuple(about["numbers"]), tuple(about["history"])
    return TopicModel(**about, **tables, **arrays)


def _table(text: str) -> pd.DataFrame:
    return pd.DataFrame(**json.loads(text))
