"""Metadata: what every document has, completed where it can be and reported where it cannot."""

import pandas as pd

from analysis import languages

COLUMNS = (
    "doc_id", "file", "title", "source", "source_type", "alignment", "language", "date",
    "date_precision", "year", "translation",
)  # fmt: skip


def complete(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Complete the metadata: what is missing is detected, read off, or "unknown".

    Returns
    -------
    documents : DataFrame
        :data:`COLUMNS`, ``text`` and the rest; documents that cannot be used are left out.
    notes : list of (problem, reason)
        For each row what was repaired and, if it was left out, why; "" for nothing.
    """
    out = rows.copy().reset_index(drop=True)
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
    again = out["doc_id"].duplicated()
    notes = [_note(*n) for n in zip(out["language"], given, out["doc_id"], again, strict=True)]
    use = [not reason for _, reason in notes]
    rest = [c for c in out.columns if c not in (*COLUMNS, "text")]
    return out.loc[use, [*COLUMNS, "text", *rest]].reset_index(drop=True), notes


def _note(code: str, given: str, doc_id: str, again: bool) -> tuple[str, str]:
    if again:
        return "", f"another document has the doc_id {doc_id!r}"
    if code not in languages.codes():
        wanted = ", ".join(languages.codes())
        return "", f"its language {code or 'unknown'!r} is not one of {wanted}"
    return ("", "") if given else (f"language guessed: {code}", "")


def _years(documents: pd.DataFrame) -> pd.Series:
    """Year from the column ``year``, else the first four-digit year of ``date``."""
    given = pd.to_numeric(documents["year"], errors="coerce")
    dated = pd.to_numeric(documents["date"].str.extract(r"(?<!\d)(\d{4})(?!\d)")[0])
    years = given.where(given.notna(), dated)
    whole = years.where((years >= 1) & (years <= 9999) & (years % 1 == 0))
    return whole.astype("Int64")


def reported(
    rows: pd.DataFrame, report: pd.DataFrame | None, notes: list[tuple[str, str]]
) -> pd.DataFrame:
    """Return the importer's report (made up where there is none) with the notes added."""
    if report is None or report["kept"].sum() != len(notes):
        files = rows["file"].astype(str) if "file" in rows else ""
        report = pd.DataFrame({"doc_id": rows["doc_id"].astype(str), "file": files})
        report = report.assign(problems="", kept=True, reason="")
    report = report.reset_index(drop=True).astype({"problems": object, "reason": object})
    for i, (problem, reason) in zip(report.index[report["kept"]], notes, strict=True):
        told = [p for p in (report.at[i, "problems"], problem) if p]
        report.at[i, "problems"] = "; ".join(dict.fromkeys(told))
        if reason:
            report.at[i, "kept"], report.at[i, "reason"] = False, reason
    return report
