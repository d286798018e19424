"""Tables of the pages on methods, made from the measured results whenever the site is built.

A page says ``<!-- measured: NAME -->``; :func:`fill` puts there what the function of that name in
:data:`MADE` returns, so that no figure on a page is older than its file.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path

import pandas as pd

from analysis import accuracy, languages, paths, tables
from analysis.resample import MIN_DOCS

HERE = re.compile(r"<!-- measured: (\w+) -->")
NONE = "*Not measured yet.*"
ENDS = ("lo", "hi")
OWN = "and codes and groups"
"""The interval that is shipped, in ``tone_intervals.csv``."""
PLAIN = "documents"


def fill(text: str) -> str:
    """Replace every place that names a table by the table."""
    filled = HERE.sub(lambda found: MADE[found.group(1)](), text)
    return f"{filled}\n\n<style>{tables.CSS}</style>\n"


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
    """Return a table a set of texts: accuracy, macro-F1, alpha and calibration of each method."""
    rows = _read("accuracy.csv")
    rows = rows[rows["task"].eq(task)]
    heads = ("model", "accuracy", "macro-F1", "α", "calibration error", "clears the bar")
    out = []
    for (code, genre, dataset), texts in rows.groupby(["language", "genre", "dataset"], sort=True):
        lines, known = [], texts.iloc[0]
        for method, own in texts.groupby("method", sort=True):
            by = own.drop_duplicates("metric").set_index("metric")
            if not {"accuracy", "macro_f1", "majority"} <= set(by.index):
                continue
            known = by.loc["majority"]
            clears = (
                by.loc["accuracy", "lo"] > known["value"]
                and by.loc["macro_f1", "value"] >= accuracy.BAR_MACRO_F1
            )
            figures = [_figure(by, metric) for metric in ("accuracy", "macro_f1", "alpha", "ece")]
            lines.append([method, *figures, "yes" if clears else "no"])
        if lines:
            chance = f"always guessing the commonest code: {known['value']:.2f} right"
            note = f"{dataset}; {int(known['n']):,} sentences; {chance}"
            out.append(_table(heads, lines, f"{accuracy.name(code)}, {genre}", note))
    return "\n\n".join(out) or NONE


def _figure(by: pd.DataFrame, metric: str) -> str:
    return _number(*by.loc[metric, ["value", *ENDS]]) if metric in by.index else tables.DASH


def bar() -> str:
    """Say what a method must reach before a chart goes without a warning."""
    return (
        "the lower end of its accuracy lies above always guessing the commonest code, and its "
        f"macro-F1 reaches {accuracy.BAR_MACRO_F1:.2f}"
    )


def few() -> str:
    """Say how many documents are few."""
    return str(MIN_DOCS)


def enough() -> str:
    """Say how many sentences of a language are coded enough to correct by them."""
    return str(accuracy.ENOUGH)


def invariance() -> str:
    """Return whether translations of the same sentences get the same scores."""
    rows = _read("accuracy.csv")
    judged = rows[rows["dataset"].str.contains("ntrex", case=False) & rows["metric"].eq("r")]
    most = [f"at most {bar:.2f}" for bar in (accuracy.BAR_GAP_SD, accuracy.BAR_MEAN_GAP_SD)]
    out = [["needed", "", "", f"at least {accuracy.BAR_R:.2f}", *most, ""]]
    for task in ("sentiment", "stance"):
        methods = list(dict.fromkeys(judged.loc[judged["task"].eq(task), "method"]))
        out += [line for method in methods for line in _pairs(task, method)]
        if not methods:
            out.append([task, "every", "all", *[tables.DASH] * 3, "refused: never measured"])
    heads = ("task", "model", "languages", "correlation", "mean absolute gap (SD)",
             "gap of the means (SD)", "differences are")  # fmt: skip
    return _table(heads, out, "Translations of the same sentences")


def _pairs(task: str, method: str) -> Iterator[list[str]]:
    for a, b in combinations(sorted(languages.codes()), 2):
        found = accuracy.invariance(task, a, b, method=method)
        if found.r == found.r:
            pair = f"{accuracy.name(a)} and {accuracy.name(b)}"
            figures = [f"{v:.2f}" for v in (found.r, found.gap_sd, found.mean_gap_sd)]
            yield [task, method, pair, *figures, "compared" if found.holds else "refused"]


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
    return _table(
        ("mean and interval", *groups, "width"),
        out,
        "Share of intervals that hold the coders' mean",
    )


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
    return _table(heads, out, "Share of made-up sentences that are judged right, or put in order")


def readers() -> str:
    """Return how far two readers of the five texts agree, and the method with them."""
    rows = _read("seed_stance.csv")
    rows = rows[rows["part"].isin(["all", "second reader"])]
    out = [
        [row["value"].replace("all", "model and first, all sentences"), str(int(row["n"])),
         *(_number(row[m], row[f"{m}_lo"], row[f"{m}_hi"]) for m in ("accuracy", "alpha"))]
        for row in rows.to_dict("records")
    ]  # fmt: skip
    return _table(("who", "n", "agreement", "α"), out, "Readers of the five texts, and the method")


def references() -> str:
    """Return the precision of references that are no names, and of predications."""
    rows = _read("references.csv")
    rows = rows[rows["set"].eq("test")]
    rows = rows[rows["class"].eq("all") | rows["language"].eq("all")]
    out = [
        [row["task"], accuracy.name(row["language"]), row["class"], str(int(row["n"])),
         _number(row["precision"], row["lo"], row["hi"])]
        for row in rows.sort_values(["task", "class"], kind="stable").to_dict("records")
    ]  # fmt: skip
    heads = ("what", "language", "class", "n", "precision")
    return _table(heads, out, "References that are no names, and what is said of actors")


def quotes() -> str:
    """Return how well quotations and their speakers are found, a table a set of texts."""
    rows = _read("quotes.csv")
    own = rows["language"].eq("all") | (rows["method"].eq("rules") & rows["n_sentences"].notna())
    rows = rows[own & rows["type"].isin(["direct or mixed", "indirect"]) & rows["n_gold"].gt(0)]
    heads = ("how", "kind", "language", "n", "precision", "recall", "right speaker")
    out = []
    for dataset, found in rows.groupby("dataset", sort=True):
        found = found.sort_values(["method", "type", "language"], ascending=[False, True, True])
        lines = [
            [row["method"], row["type"], accuracy.name(row["language"]), str(int(row["n_gold"])),
             *(_number(row[m], row[f"{m}_lo"], row[f"{m}_hi"])
               for m in ("precision", "recall", "speaker_accuracy"))]
            for row in found.to_dict("records")
        ]  # fmt: skip
        out.append(_table(heads, lines, f"Quotations in {dataset}"))
    return "\n\n".join(out)


def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(paths.RESULTS / name)


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


def _anchor(title: str) -> str:
    """Return the address of a heading, as MyST makes it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], caption: str, note: str = ""
) -> str:
    """Return a table as the notebooks have them; a line of words where there is no row."""
    if not rows:
        return NONE
    frame = pd.DataFrame(rows, columns=list(heads))
    return tables.table(frame, columns=heads, caption=caption, footnote=note).html


def cluster() -> str:
    """Return what ten billion words cost, step by step, with the arithmetic."""
    rows = _read("cluster.csv")
    heads = ("step", "words a second, one worker", "core-hours", "two workers reach",
             "hours on 100 cores")  # fmt: skip
    lines = []
    for step, own in rows[rows["workers"] > 0].groupby("step", sort=False):
        one, two = (own[own["workers"] == n].iloc[0] for n in (1, 2))
        hours = one["core_hours"] / 100 / min(1.0, two["share"])
        lines.append((step, f"{one['words_s']:,.0f}", f"{one['core_hours']:,.1f}",
                      f"{two['share']:.0%} of twice that", f"{hours:,.2f}"))  # fmt: skip
    return _table(heads, lines, "Ten billion words on a cluster")


def before_cluster() -> str:
    """Return what one machine does before a cluster can help."""
    own = _read("cluster.csv").set_index("step").loc["index"]
    minutes = 1e10 / own["words_s"] / 60
    disk, memory = own["bytes_word"], own["memory_word"]
    return (
        f"To this comes what one machine does before: reading texts and cutting them into words, "
        f"{own['words_s']:,.0f} words a second here, {minutes:,.0f} minutes for ten billion, and "
        f"{disk:.0f} bytes a word of disk, {disk / 100:.1f} TB. Its memory must hold {memory:.1f} "
        f"bytes a word while counts are put together term by term, {memory * 10:.0f} GB, the "
        "metadata of all documents and the list of all different words."
    )


MADE: dict[str, Callable[[], str]] = {
    f.__name__: f
    for f in (all_cards, bar, before_cluster, card_list, challenge, cluster, enough, few, intervals,
              invariance, quotes, readers, references, sentiment, stance)
}  # fmt: skip
"""The tables by name."""
