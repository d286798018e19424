"""A coding sheet that was filled in, by people and through spreadsheets → codes of sentences."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import counts, evaluate
from analysis.importers import table
from analysis.results import DiscourseError
from analysis.sheet import digest, plain

if TYPE_CHECKING:
    from analysis.corpus import Corpus

_ID = re.compile(r"s([0-9a-f]{12})-(\d{1,12})-(\d{1,12})(?:-(\d{1,6})-(\d{1,6})-(.+))?")
_CODER = re.compile(r"code([_.]\w+)?")


def read(files: str | Path | Sequence[str | Path], corpus: "Corpus") -> pd.DataFrame:
    """Read a sheet that was coded, and check it against its corpus.

    Rows and columns may stand in any order, rows may be missing or not coded yet, and any table
    format will do. Places are taken from ``id``, so that a spreadsheet may spoil other columns.

    Parameters
    ----------
    files : path, or several
        What :func:`analysis.sheet.sheet` gave, with codes in ``code``, of further coders in
        ``code_2``, …; or several such sheets, each with the codes of other coders.
    corpus : Corpus
        The one that the sheet was drawn from.

    Returns
    -------
    DataFrame
        Sorted by id: ``id, doc_id, start, end, language, text`` (as the corpus has them), for
        stance ``actor, from, to``, then ``gold`` (the code that most coders gave; of several the
        earlier coder's) and one column a coder, ``code, code_2, …``: -1, 0, 1, NaN where not coded.

    Raises
    ------
    DiscourseError
        Names the first row that is wrong: an unknown code, a text that is not the corpus's, one
        row twice with different codes; or says that nothing is coded.
    """
    paths = [files] if isinstance(files, (str, Path)) else list(files)
    places, codes = zip(*(_read(Path(file), corpus) for file in paths), strict=True)
    if len({"from" in place for place in places}) > 1:
        raise DiscourseError("the sheets are of sentiment and of stance; give those of one task")
    place = pd.concat(places).drop_duplicates("id").sort_values("id", ignore_index=True)
    given = pd.concat(codes, axis=1).reindex(place["id"])
    given.columns = ["code", *(f"code_{k}" for k in range(2, given.shape[1] + 1))]
    place["gold"] = _most(given.to_numpy())
    return place.join(given.reset_index(drop=True))


def _read(path: Path, corpus: "Corpus") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the places of one sheet's rows, and their codes under their ids."""
    raw = table.load(path)
    raw.columns = [re.sub(r"\s+", "_", str(c).strip().lower()) for c in raw.columns]
    missing = [c for c in ("id", "text") if c not in raw]
    coders = [c for c in raw.columns if _CODER.fullmatch(c)]
    if missing or not coders:
        lacks = ", ".join([*missing, *([] if coders else ["code"])])
        raise DiscourseError(f"{path.name!r} lacks the columns {lacks}; give a coded sheet")
    raw = raw.astype(object).where(raw.notna(), "")
    raw = raw[raw[["id", "text", *coders]].astype(str).ne("").any(axis=1)].reset_index(drop=True)
    place = _placed(raw, corpus, path.name)
    given = {c: evaluate.numbers(raw[c], name=f"{path.name!r}, column {c}") for c in coders}
    codes = pd.DataFrame(given, index=place["id"]).dropna(axis=1, how="all")
    if not codes.shape[1]:
        raise DiscourseError(f"{path.name!r} holds no code yet; fill in the column code")
    codes = codes[~codes.reset_index().duplicated().to_numpy()]
    twice = place["id"].isin(codes.index[codes.index.duplicated()]).to_numpy()
    _refuse(twice, raw, path.name, "there twice with different codes; keep one of each")
    return place, codes


def _placed(raw: pd.DataFrame, corpus: "Corpus", name: str) -> pd.DataFrame:
    """Find every row of a sheet in the corpus, and check its text."""
    known = {digest(d): row for row, d in enumerate(corpus.documents["doc_id"])}
    found = [_ID.fullmatch(str(i).strip()) for i in raw["id"]]
    bad = [str(i).strip()[:60] for i, m in zip(raw["id"], found, strict=True) if m is None]
    if bad:
        what = f"{bad[0]!r} is no id of a sheet" if bad[0] else "a row has no id"
        raise DiscourseError(f"{name!r}: {what}; restore it, or delete the row")
    parts = [m.groups() for m in found if m]
    doc = np.array([known.get(str(p[0]), -1) for p in parts], dtype=np.int64)
    _refuse(doc < 0, raw, name, "not of this corpus; give the one that the sheet was drawn from")
    out = pd.DataFrame({"id": [m[0] for m in found if m], "doc": doc})
    out["start"], out["end"] = ([int(p[k] or 0) for p in parts] for k in (1, 2))
    out["text"] = [plain(t) for t in corpus.spans(out)]
    same = [_same(a, str(b)) for a, b in zip(out["text"], raw["text"], strict=True)]
    changed = "not the text that the corpus has there; restore it, or delete the row"
    _refuse(~np.array(same, dtype=bool), raw, name, changed)
    out.insert(1, "doc_id", corpus.documents["doc_id"].to_numpy()[doc])
    out["language"] = counts.languages_of(corpus.documents)[doc]
    targets = {p[3] is not None for p in parts}
    if len(targets) > 1:
        raise DiscourseError(f"{name!r} mixes sentiment and stance; give one sheet of each")
    if True in targets:
        out["actor"] = [p[5] for p in parts]
        out["from"], out["to"] = ([int(p[k] or 0) for p in parts] for k in (3, 4))
        outside = (out["from"] >= out["to"]) | (out["to"] > out["text"].str.len())
        _refuse(outside.to_numpy(), raw, name, "about a place outside the sentence; restore the id")
    return out.drop(columns="doc")


def _refuse(wrong: np.ndarray, raw: pd.DataFrame, name: str, why: str) -> None:
    if wrong.any():
        first = str(raw["id"][wrong].iloc[0]).strip()
        n = int(wrong.sum())
        rows = "1 row is" if n == 1 else f"{n:,} rows are"
        raise DiscourseError(f"{name!r}: {rows} (the first: {first}) {why}")


def _same(own: str, given: str) -> bool:
    """Tell whether a text is the same but for what spreadsheets do to quotes, dashes, accents."""
    pair = [" ".join(unicodedata.normalize("NFC", t).split()).lstrip("' ") for t in (own, given)]
    bare = [re.sub(r"[^a-z0-9]", "", t.lower()) for t in pair]
    return pair[0] == pair[1] or (bare[0] == bare[1] != "")


def _most(codes: np.ndarray) -> np.ndarray:
    """Return the code that most coders gave, of several the earlier coder's; NaN where none."""
    tally = np.stack([(codes == v).sum(axis=1) for v in evaluate.VALUES], axis=1)
    out = np.full(len(codes), np.nan)
    for own in codes.T:
        votes = np.where(
            np.isnan(own), 0, tally[np.arange(len(own)), np.nan_to_num(own).astype(int) + 1]
        )
        take = np.isnan(out) & (votes > 0) & (votes == tally.max(axis=1))
        out[take] = own[take]
    return out
