r"""A figure and its frame → the bundle that goes into a report, byte for byte the same each time.

``<name>.svg .png .pdf`` are the picture, ``.csv`` the frame that was drawn, ``.json`` what a
reader must know to trust it: caption, alt text, n, method, corpus, versions, seed; and the SHA-256
of the other four. It is written last, so a bundle that was interrupted between two of its files
is found out (:func:`whole`).
"""

import base64
import csv
import hashlib
import io
import json
import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis import __version__, paths, places, style, tables
from analysis.results import DiscourseError

KINDS = ("svg", "png", "pdf", "csv", "json")
PACKAGES = ("matplotlib", "numpy", "pandas", "seaborn", "scikit-learn", "gensim")
LEAST = 0.67
"""A figure shrinks to this share of its width and then scrolls in its box: it stays readable."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
Evidence: TypeAlias = (
    pd.DataFrame | Mapping[str, pd.DataFrame] | Callable[[pd.Series], pd.DataFrame]
)


@dataclass(frozen=True, repr=False)
class Figure(tables.Block):
    """A written figure, shown with its caption, alt text, sentences and file names."""

    files: tuple[Path, ...]
    facts: Mapping[str, Any]


def figure(
    ax: Axes,
    frame: pd.DataFrame,
    *,
    name: str,
    title: str,
    caption: str,
    alt: str,
    corpus: Any = None,
    seed: int = 0,
    folder: str | Path | None = None,
    evidence: Evidence | None = None,
    filters: str = "",
    correction: str = "",
    accuracy: str = "",
    warning: str = "",
) -> Figure:
    """Write a figure's bundle and return it for showing.

    Parameters
    ----------
    ax : Axes
        Any axes of the figure; the whole figure is written.
    frame : DataFrame
        The rows drawn; written as CSV, 8 significant digits, safe in a spreadsheet.
    name : str
        File name without ending, ``<notebook>-<slug>``: small letters, digits, ``-``.
    title, caption, alt : str
        Heading; what it shows and how to read it; the same for who cannot see it.
    corpus : Corpus, optional
        Its hash and number of documents (N) are recorded.
    seed : int
        The seed the frame was computed with.
    folder : path, optional
        Where to write; else ``DISCOURSE_FIGURES``, else ``figures/``.
    evidence : DataFrame, mapping or callable, optional
        Sentences to unfold below: one frame, heading → frame, or ``row -> frame`` for each row.
    filters, correction : str
        What was left out, and the correction for many comparisons.
    accuracy : str
        The method's measured accuracy, shown with the caption.
    warning : str
        Written above the axes in every file and in the page: the method is below the bar.

    Returns
    -------
    Figure
        Shows as HTML; `files` are the paths written, all or none.

    Raises
    ------
    DiscourseError
        If `name` is no file name, caption or alt text is empty, or the files cannot be written.
    """
    _check(name, caption=caption, alt=alt, title=title)
    if warning:
        style.band(ax, warning)
        alt = f"{alt.rstrip(' .')}. Warning: {warning}"
    facts = _facts(
        frame, corpus, name=name, title=title, caption=caption, alt=alt, filters=filters,
        correction=correction, accuracy=accuracy, warning=warning, seed=seed,
    )  # fmt: skip
    contents = {**_pictures(style.whole(ax), facts), "csv": to_csv(frame).encode("utf-8")}
    facts["sha256"] = {kind: _hash(content) for kind, content in contents.items()}
    told = json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    contents["json"] = told.encode()
    into = Path(folder or os.environ.get("DISCOURSE_FIGURES") or paths.FIGURES)
    files = tuple(into / f"{name}.{kind}" for kind in KINDS)
    places.write({file: contents[file.suffix[1:]] for file in files})
    shown = _html(contents["svg"], facts, files, _unfold(frame, evidence), style.whole(ax))
    return Figure(html=shown, text=f"{title}\n{caption}\n{alt}", files=files, facts=facts)


def whole(file: str | Path) -> bool:
    """Tell whether a bundle is of one state; ``file`` is its JSON file.

    It is not if the writing of it was interrupted, or a file was changed afterwards.
    """
    file = Path(file)
    said = json.loads(file.read_bytes())["sha256"]
    return all(_hash(file.with_suffix(f".{kind}").read_bytes()) == said[kind] for kind in said)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def to_csv(frame: pd.DataFrame) -> str:
    r"""Return a frame as CSV: floats with 8 significant digits, text that no spreadsheet runs.

    A text that begins with ``= + - @``, a tab or a carriage return gets an apostrophe before it;
    NaN is empty; sequences (sentence ids) are joined by spaces. Lines end in ``\n``.
    """
    plain = pd.DataFrame(
        {_safe(str(c)): [_plain(v) for v in frame[c]] for c in frame}, dtype=object
    )
    # The csv module quotes only its own line ending, and readers end a line at any.
    odd = any("\r" in v for c in plain for v in (c, *plain[c]) if isinstance(v, str))
    quoting = csv.QUOTE_ALL if odd else csv.QUOTE_MINIMAL
    return plain.to_csv(index=False, lineterminator="\n", quoting=quoting)


def latex(text: Any) -> str:
    """Return text that LaTeX prints as it is."""
    marks = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    marks |= {mark: f"\\{mark}" for mark in "&%$#_{}"}
    return "".join(marks.get(character, character) for character in str(text))


def _check(name: str, **texts: str) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        raise DiscourseError(f"name {name!r} is no file name; use small letters, digits and '-'")
    for parameter, text in texts.items():
        if not text.strip():
            raise DiscourseError(f"figure {name!r} has an empty {parameter}; say what it shows")


def _plain(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, (list, tuple, set, frozenset)):
        return " ".join(str(_plain(v)) for v in value)
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    if isinstance(value, float):
        return f"{value:.8g}"
    return _safe(value) if isinstance(value, str) else value


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _facts(frame: pd.DataFrame, corpus: Any, **said: Any) -> dict[str, Any]:
    """Collect what the JSON file holds; `n` counts rows drawn, `N` the corpus's documents."""
    drawn = frame["estimate"].notna() if "estimate" in frame else pd.Series(True, frame.index)
    return {
        **said,
        "n": int(drawn.sum()),
        "N": len(corpus.documents) if corpus is not None else tables.total(frame, "n_docs"),
        "n_docs": tables.total(frame, "n_docs"),
        "n_tokens": tables.total(frame, "n_tokens"),
        "measure": _distinct(frame, "measure"),
        "unit": _distinct(frame, "unit"),
        "level": _distinct(frame, "level"),
        "method": _distinct(frame, "method"),
        "corpus": getattr(corpus, "hash", None),
        "versions": {"discourse": __version__, **_versions()},
    }


def _distinct(frame: pd.DataFrame, column: str) -> list[Any]:
    values = frame[column].dropna().unique() if column in frame else []
    return sorted(v.item() if isinstance(v, np.generic) else v for v in values)


def _versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _pictures(canvas: Canvas, facts: Mapping[str, Any]) -> dict[str, bytes]:
    """Draw the three pictures; dates and library versions are kept out of them."""
    made = f"discourse {__version__}"
    source = f"corpus sha256:{facts['corpus']}" if facts["corpus"] else "no corpus"
    said = {"Title": facts["title"], "Source": source, "Description": facts["alt"]}
    metadata: dict[str, dict[str, Any]] = {
        "svg": {"Creator": made, "Source": source, "Date": None},
        "png": {**said, "Author": made, "Software": made},
        "pdf": {
            "Title": facts["title"], "Subject": facts["alt"], "Keywords": source,
            "Creator": made, "Producer": made, "CreationDate": None,
        },
    }  # fmt: skip
    out = {}
    with style.use():
        for kind, fields in metadata.items():
            buffer = io.BytesIO()
            canvas.savefig(buffer, format=kind, dpi=300 if kind == "png" else "figure",
                           metadata=fields)  # fmt: skip
            out[kind] = buffer.getvalue()
    out["svg"] = _speaking(out["svg"].decode(), facts["title"], facts["alt"]).encode()
    return out


def _speaking(svg: str, title: str, alt: str) -> str:
    """Give an SVG the role, title and description that a screen reader speaks."""
    svg = "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"
    words = f"<title>{tables.escape(title)}</title>\n <desc>{tables.escape(alt)}</desc>"
    return re.sub(
        r"<svg ([^>]*)>", lambda m: f'<svg role="img" {m.group(1)}>\n {words}', svg, count=1
    )


def _unfold(frame: pd.DataFrame, evidence: Evidence | None) -> str:
    if evidence is None:
        return ""
    if isinstance(evidence, pd.DataFrame):
        return tables.details(evidence, "The sentences behind this figure")
    if isinstance(evidence, Mapping):
        named = list(evidence.items())
    else:
        named = [(_name(row), evidence(row)) for _, row in frame.iterrows()]
    blocks = "".join(tables.details(found, name) for name, found in named if len(found))
    return f"<details><summary>The sentences behind this figure</summary>{blocks}</details>"


def _name(row: pd.Series) -> str:
    """Name a row by its keys: everything between `measure` and `estimate`."""
    keys = list(row.index[: list(row.index).index("estimate")]) if "estimate" in row else row.index
    return " · ".join(tables.show(row[k]) for k in keys if k != "measure" and row[k] == row[k])


def _html(
    svg: bytes, facts: Mapping[str, Any], files: tuple[Path, ...], sentences: str, canvas: Canvas
) -> str:
    # Letters of 7 points on paper are too small on a screen: a third larger there.
    pixels = round(canvas.get_figwidth() * 96 * 1.35)
    names = tables.escape(", ".join(file.name for file in files))
    data = base64.b64encode(svg).decode("ascii")
    notes = [facts["accuracy"], facts["filters"], facts["correction"], _size(facts)]
    note = tables.sentences(notes)
    return (
        f'<div class="dx"><figure><div class="dx-scroll" tabindex="0"><img width="{pixels}" '
        f'style="min-width:{round(pixels * LEAST)}px" alt="{tables.escape(facts["alt"])}" '
        f'src="data:image/svg+xml;base64,{data}"></div><figcaption><strong>'
        f"{tables.escape(facts['title'])}</strong> {tables.escape(facts['caption'])}</figcaption>"
        f'</figure><p class="dx-note">{tables.escape(note)}</p>{sentences}'
        f'<p class="dx-note">Files: {names}</p></div>'
    )


def _size(facts: Mapping[str, Any]) -> str:
    parts = [f"{facts['n']:,} {'estimates' if facts['measure'] else 'rows'} drawn"]
    if facts["N"] is not None and not math.isnan(facts["N"]):
        parts.append(f"{facts['N']:,} document{'s' if facts['N'] != 1 else ''}")
    return ", ".join(parts)
