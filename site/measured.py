"""Tables of the pages on methods, made from the measured results whenever the site is built.

A page says ``<!-- measured: NAME -->``; :func:`fill` puts there what the function of that name in
:data:`MADE` returns, so that no figure on a page is older than its file.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from pathlib import Path

import pandas as pd

from analysis import accuracy, languages, paths
from analysis.resample import MIN_DOCS

HERE = re.compile(r"<!-- measured: (\w+) -->")
NONE = "*Not measured yet.*"
ENDS = ("lo", "hi")
OWN = "and codes and groups"
"""The interval that is shipped, in ``tone_intervals.csv``."""
PLAIN = "documents"


def fill(text: str) -> str:
    """Replace every place that names a table by the table."""
    return HERE.sub(lambda found: MADE[found.group(1)](), text)


def files() -> list[Path]:
    """Return what the tables are made from."""
    return [*sorted(paths.RESULTS.glob("*.csv")), *cards()]


def cards() -> list[Path]:
    """Return the model cards."""
    return sorted(paths.MODELS.glob("*.md"))


def all_cards() -> str:
    """Return every model card, its headings one level lower."""
    return "\n\n".join(
        re.sub(r"^#", "##", card.read_text(encoding="utf-8").strip(), flags=re.M)
        for card in cards()
    )


def card_list() -> str:
    """Return a line a card, that leads to it."""
    titles = [card.read_text(encoding="utf-8").split("\n", 1)[0].lstrip("# ") for card in cards()]
    return "\n".join(f"- [{title}](cards.md#{_anchor(title)})" for title in titles)


def sentiment() -> str:
    """Return how right the methods of tone are."""
    return _agreement("sentiment")


def stance() -> str:
    """Return how right the methods of stance are."""
    return _agreement("stance")


def _agreement(task: str) -> str:
    """Return accuracy, macro-F1, alpha, chance and calibration by method and set of texts."""
    rows = _read("accuracy.csv")
    rows = rows[rows["task"].eq(task)]
    keys = ["language", "genre", "dataset", "method"]
    out = []
    for (code, genre, dataset, method), own in rows.groupby(keys, sort=True):
        by = own.drop_duplicates("metric").set_index("metric")
        if not {"accuracy", "macro_f1", "majority"} <= set(by.index):
            continue
        clears = (
            by.loc["accuracy", "lo"] > by.loc["majority", "value"]
            and by.loc["macro_f1", "value"] >= accuracy.BAR_MACRO_F1
        )
        figures = [_figure(by, metric) for metric in ("accuracy", "macro_f1", "alpha")]
        plain = [_figure(by, metric) for metric in ("majority", "ece")]
        out.append([method, _name(code), f"{genre}: {dataset}", f"{int(own['n'].iloc[0]):,}",
                    *figures, *plain, "yes" if clears else "no"])  # fmt: skip
    heads = ("method", "language", "texts: how measured", "n", "accuracy", "macro-F1", "α",
             "always the commonest", "calibration error", "clears the bar")  # fmt: skip
    return _table(heads, out)


def _figure(by: pd.DataFrame, metric: str) -> str:
    return _number(*by.loc[metric, ["value", *ENDS]]) if metric in by.index else "–"


def bar() -> str:
    """Say what a method must reach before a chart goes without a warning."""
    return (
        "the lower end of its accuracy lies above always guessing the commonest code, and its "
        f"macro-F1 reaches {accuracy.BAR_MACRO_F1:.2f}"
    )


def few() -> str:
    """Say how many documents are few."""
    return str(MIN_DOCS)


def invariance() -> str:
    """Return whether translations of the same sentences get the same scores."""
    rows = _read("accuracy.csv")
    rows = rows[rows["dataset"].str.contains("ntrex", case=False) & rows["metric"].eq("r")]
    out = []
    for task, method in rows[["task", "method"]].drop_duplicates().itertuples(index=False):
        for a, b in combinations(sorted(languages.codes()), 2):
            found = accuracy.invariance(task, a, b, method=method)
            if found.r == found.r:
                figures = [f"{v:.2f}" for v in (found.r, found.gap_sd, found.mean_gap_sd)]
                out.append([task, method, f"{_name(a)} and {_name(b)}", *figures,
                            "compared" if found.holds else "refused"])  # fmt: skip
    at_least = f"at least {accuracy.BAR_R:.2f}"
    most = [f"at most {bar:.2f}" for bar in (accuracy.BAR_GAP_SD, accuracy.BAR_MEAN_GAP_SD)]
    if out:
        out.append(["*needed*", "", "", at_least, *most, ""])
    heads = ("task", "method", "languages", "correlation", "mean absolute gap (SD)",
             "gap of the means (SD)", "differences are")  # fmt: skip
    return _table(heads, out)


def intervals() -> str:
    """Return how often intervals of a mean hold the coders' mean."""
    rows = _read("tone_intervals.csv")
    rows = rows[rows["half"].eq("test") & rows["validated"].eq("all")]
    shown = (
        ("as here: halfway", "halfway", OWN),
        ("labels as they are, documents only", "labels", PLAIN),
        ("scores as they are, documents only", "scores", PLAIN),
        ("calibrated labels", "calibrated", OWN),
        ("labels moved by the mean error", "moved", OWN),
        ("confusion matrix inverted", "inverted", OWN),
    )
    groups = list(dict.fromkeys(rows["groups"]))
    out = []
    for name, method, interval in shown:
        own = rows[rows["method"].eq(method) & rows["interval"].eq(interval)]
        held = own.groupby("groups")["coverage"].agg(["min", "max"]).reindex(groups)
        out.append([name, *(_range(*ends) for ends in held.to_numpy()),
                    _range(*own["width"].agg(["min", "max"]))])  # fmt: skip
    return _table(("mean and interval", *groups, "width"), out)


def challenge() -> str:
    """Return what stance sees, by difficulty."""
    rows = _read("stance_challenge.csv")
    rows = rows[rows["task"].eq("stance") & rows["language"].eq("all")]
    methods = list(dict.fromkeys(rows["method"]))
    own = rows.set_index(["phenomenon", "method"])
    out = []
    for kind in dict.fromkeys(rows["phenomenon"]):
        n = int(own.loc[(kind, methods[0]), "n"])
        right = [_share(own, (kind, method), "accuracy") for method in methods]
        order = [_share(own, (kind, m), "ordered") for m in methods if m != "always neutral"]
        out.append([kind, str(n), *right, *order])
    heads = ("difficulty", "n", *(f"right: {m}" for m in methods),
             *(f"in order: {m}" for m in methods if m != "always neutral"))  # fmt: skip
    return _table(heads, out)


def readers() -> str:
    """Return how far two readers of the five texts agree, and the method with them."""
    rows = _read("seed_stance.csv")
    rows = rows[rows["part"].isin(["all", "second reader"])]
    out = [
        [row["value"].replace("all", "model and first, all sentences"), str(int(row["n"])),
         *(_number(row[m], row[f"{m}_lo"], row[f"{m}_hi"]) for m in ("accuracy", "alpha"))]
        for row in rows.to_dict("records")
    ]  # fmt: skip
    return _table(("who", "n", "agreement", "α"), out)


def references() -> str:
    """Return the precision of references that are no names, and of predications."""
    rows = _read("references.csv")
    rows = rows[rows["set"].eq("test")]
    rows = rows[rows["class"].eq("all") | rows["language"].eq("all")]
    out = [
        [row["task"], _name(row["language"]), row["class"], str(int(row["n"])),
         _number(row["precision"], row["lo"], row["hi"])]
        for row in rows.sort_values(["task", "class"], kind="stable").to_dict("records")
    ]  # fmt: skip
    return _table(("what", "language", "class", "n", "precision"), out)


def quotes() -> str:
    """Return how well quotations and their speakers are found."""
    rows = _read("quotes.csv")
    rows = rows[rows["language"].eq("all") & rows["type"].isin(["direct or mixed", "indirect"])]
    out = []
    for row in rows.to_dict("records"):
        figures = [_number(row[m], row[f"{m}_lo"], row[f"{m}_hi"])
                   for m in ("precision", "recall", "speaker_accuracy")]  # fmt: skip
        out.append([row["method"], row["type"], row["dataset"], str(int(row["n_gold"])), *figures])
    return _table(("method", "kind", "texts", "n", "precision", "recall", "right speaker"), out)


def _read(name: str) -> pd.DataFrame:
    file = paths.RESULTS / name
    return pd.read_csv(file) if file.exists() else pd.DataFrame()


def _share(rows: pd.DataFrame, key: tuple[str, str], column: str) -> str:
    value = rows[column].get(key, float("nan"))
    return "–" if value != value else f"{value:.2f}"


def _number(value: float, lo: float, hi: float) -> str:
    if value != value:
        return "–"
    return f"{value:.2f}" if lo != lo else f"{value:.2f} [{lo:.2f}, {hi:.2f}]"


def _range(lo: float, hi: float) -> str:
    if lo != lo:
        return "–"
    return f"{lo:.2f}" if f"{lo:.2f}" == f"{hi:.2f}" else f"{lo:.2f} to {hi:.2f}"


def _name(code: str) -> str:
    return languages.language(code).name if code in languages.codes() else code


def _anchor(title: str) -> str:
    """Return the address of a heading, as MyST makes it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; a line of words where there is no row."""
    lines = [[str(cell).replace("|", "/").replace("\n", " ") for cell in row] for row in rows]
    if not lines:
        return NONE
    return "\n".join(f"| {' | '.join(line)} |" for line in [heads, ["---"] * len(heads), *lines])


MADE: dict[str, Callable[[], str]] = {
    f.__name__: f
    for f in (all_cards, bar, card_list, challenge, few, intervals, invariance, quotes, readers,
              references, sentiment, stance)
}  # fmt: skip
"""The tables by name."""
