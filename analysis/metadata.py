"""Metadata: what every document has, completed where it can be and reported where it cannot."""

import pandas as pd

from analysis import languages

COLUMNS = (
    "doc_id", "file", "title", "source", "source_type", "alignment", "language", "date",
    "date_precision", "year", "translation",
)  # fmt: skip


def complete(rows: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, tuple[str, str]]]:
    """Complete the metadata: what is missing is detected, read off, or "unknown".

    Returns
    -------
    documents : DataFrame
        :data:`COLUMNS`, ``text`` and the rest; documents that cannot be used are left out.
    notes : dict
        doc_id → (problem, reason to drop or "").
    """
    out = rows.copy().reset_index(drop=True)
    notes: dict[str, tuple[str, str]] = {}
    out["doc_id"] = out["doc_id"].astype(str)
    for column in COLUMNS:
        if column not in out:
            out[column] = pd.NA if column == "year" else ""
    for column in (c for c in COLUMNS if c not in ("year", "doc_id")):
        out[column] = out[column].fillna("").astype(str)
    out["source"] = out["source"].where(out["source"] != "", "unknown")
    given = out["language"].str.strip().str.lower()
    out["language"] = [g or languages.detect(t) for g, t in zip(given, out["text"], strict=True)]
    out["year"] = _years(out)
    known = out["language"].isin(languages.codes())
    repeated = out["doc_id"].duplicated()
    for doc_id, code, was, ok, again in zip(
        out["doc_id"], out["language"], given, known, repeated, strict=True
    ):
        if again:
            notes[doc_id] = ("a second document has this doc_id; it was dropped", "")
        elif not ok:
            wanted = ", ".join(languages.codes())
            notes[doc_id] = ("", f"its language {code or 'unknown'!r} is not one of {wanted}")
        elif not was:
            notes[doc_id] = (f"language guessed: {code}", "")
    out = out[known & ~repeated].reset_index(drop=True)
    rest = [c for c in out.columns if c not in (*COLUMNS, "text")]
    return out[[*COLUMNS, "text", *rest]], notes


def _years(documents: pd.DataFrame) -> pd.Series:
    """Year from the column ``year``, else the first four-digit year of ``date``."""
    given = pd.to_numeric(documents["year"], errors="coerce")
    dated = pd.to_numeric(documents["date"].str.extract(r"(?<!\d)(\d{4})(?!\d)")[0])
    years = given.where(given.notna(), dated)
    whole = years.where((years >= 1) & (years <= 9999) & (years % 1 == 0))
    return whole.astype("Int64")


def reported(
    rows: pd.DataFrame, report: pd.DataFrame | None, notes: dict[str, tuple[str, str]]
) -> pd.DataFrame:
    """Return the importer's report (made up where there is none) with the notes added."""
    if report is None:
        files = rows["file"].astype(str) if "file" in rows else ""
        report = pd.DataFrame({"doc_id": rows["doc_id"].astype(str), "file": files})
        report = report.assign(problems="", kept=True, reason="")
    report = report.copy().reset_index(drop=True)
    for i, doc_id in enumerate(report["doc_id"]):
        problem, reason = notes.get(doc_id, ("", ""))
        before = report.at[i, "problems"]
        report.at[i, "problems"] = "; ".join(p for p in (before, problem) if p and p != before) or (
            before
        )
        if reason and report.at[i, "kept"]:
            report.at[i, "kept"], report.at[i, "reason"] = False, reason
    return report
