"""Signs: remarks on single lines of a picture, set before their labels and explained below."""

import pandas as pd
from matplotlib.lines import Line2D

SIGNS = ("†", "‡", "§")


def signs(frame: pd.DataFrame, remark: str | None) -> dict[str, str]:
    """Return the sign of every remark.

    Parameters
    ----------
    frame : DataFrame
    remark : str, optional
        The column of remarks, missing where there is none. Of a category all have a sign, so that
        panels of one figure agree.
    """
    if remark is None:
        return {}
    column = frame[remark]
    kinds = column.cat.categories if column.dtype == "category" else column.dropna().unique()
    return dict(zip(map(str, kinds), SIGNS, strict=False))


def signed(name: object, remarks: pd.Series, known: dict[str, str]) -> str:
    """Return a label with the signs of its remarks before it."""
    before = "".join(known[r] for r in known if remarks.eq(r).any())
    return f"{before} {name}" if before else str(name)


def handles(known: dict[str, str]) -> list[Line2D]:
    """Return the legend entries that explain the signs."""
    return [Line2D([], [], linestyle="none", label=f"{s} {what}") for what, s in known.items()]
