"""Selection: which contrasts and which rows a page shows, and which text stands behind a row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import counts as counting
from analysis import lexicons, resample
from analysis.measures import design, dispersion
from analysis.measures import keyness as keyness_
from analysis.measures import wordshift as wordshift_
from analysis.measures.background import background
from analysis.measures.frequency import frequency
from analysis.measures.keyness import keyness, leading
from analysis.measures.pairs import REST
from analysis.results import choices, frame, number

if TYPE_CHECKING:
    from analysis.corpus import Corpus

KEYS = ("concept", "language", "by", "group", "reference")
ROOM = 4
"""Contrasts a page has room for."""
ALONE, MOSTLY = "one text alone has it", "one text has more than half of it"
SHARED = (
    "name", "n", "groups", "missing", "where", "lowest", "highest", "lowest_in", "highest_in",
    "least", "most", "dp", "term_unit",
)  # fmt: skip
NB = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Contrast:
    """Two sides to hold against each other.

    Attributes
    ----------
    by : str
        Metadata column.
    target : str
        Its value that makes the first side.
    reference : str or None
        The value of the second side; None: all other texts.
    n_docs, docs_reference : int
        Texts of the two sides.
    name : str
        Both sides in words.
    """

    by: str
    target: str
    reference: str | None
    n_docs: int
    docs_reference: int
    name: str

    @property
    def sides(self) -> dict[str, Any]:
        """What a measure takes to compare them."""
        return {"by": self.by, "target": self.target, "reference": self.reference}


def contrasts(
    corpus: "Corpus", columns: Sequence[str] = (), *, by: str | None = None
) -> list[Contrast]:
    """Choose what to hold against each other, where both sides have at least two texts.

    Parameters
    ----------
    corpus : Corpus
    columns : sequence of str
        Metadata columns; those that make no two sides are passed over. If none of them does, its
        years, or decades where there are many.
    by : str, optional
        Where the years make none either, the two groups of this column that have most texts are
        held against each other.

    Returns
    -------
    list of Contrast
        Of a column with two groups the later one in order v. the earlier; of one with more each
        group v. the rest. At most :data:`ROOM`, an equal number a column, the groups with most
        texts first.
    """
    documents, use = corpus.documents, counting.words(corpus) > 0
    known = counting.groupable(documents)
    found = [some for c in columns if c in known and (some := _of(documents, c, use))]
    if not found and "year" in known:
        found = [_of(documents, design.years(documents), use)]
    if not any(found) and by is not None:
        found = [_largest(documents, by, use)]
    found = [some for some in found if some]
    return [c for some in found for c in some[: max(1, ROOM // len(found))]][:ROOM]


def _sizes(documents: pd.DataFrame, by: str, use: np.ndarray) -> pd.Series:
    """Count the texts of every group, the largest first."""
    labels = pd.Series(counting.labels(documents, by), dtype=object)[use].dropna()
    return labels.value_counts().sort_index().sort_values(ascending=False, kind="stable")


def _largest(documents: pd.DataFrame, by: str, use: np.ndarray) -> list[Contrast]:
    sizes = _sizes(documents, by, use)
    sizes = sizes[sizes > 1].head(2)
    if len(sizes) < 2:
        return []
    (one, two), (n, m) = map(str, sizes.index), map(int, sizes)
    return [Contrast(by, one, two, n, m, f"{one} v. {two}")]


def _of(documents: pd.DataFrame, by: str, use: np.ndarray) -> list[Contrast]:
    sizes = _sizes(documents, by, use)
    if len(sizes) == 2:
        first, last = sorted(sizes.index)
        pairs = [(last, first, int(sizes[first]))]
    else:
        pairs = [(group, None, int(sizes.sum() - n)) for group, n in sizes.items()]
    found = [
        Contrast(by, group, other, int(sizes[group]), n, f"{group} v. {other or REST}")
        for group, other, n in pairs
    ]
    return [c for c in found if min(c.n_docs, c.docs_reference) > 1]


def compared(corpus: "Corpus", pairs: Sequence[Contrast], *, seed: int = 0) -> pd.DataFrame:
    """Return keyness of the concepts of some contrasts, with their names as ``contrast``."""
    asked: dict[str, Any] = {"unit": "concept", "seed": seed}
    if not pairs:
        return frame([], measure="keyness", keys=KEYS, extra=(*keyness_.EXTRA, "contrast"))
    found = [keyness(corpus, **pair.sides, **asked).assign(contrast=pair.name) for pair in pairs]
    return pd.concat(found, ignore_index=True)


def shifted(corpus: "Corpus", pairs: Sequence[Contrast], *, seed: int = 0) -> pd.DataFrame:
    """Return the word shift of the concepts of the first contrast; no rows where there is none."""
    asked: dict[str, Any] = {"unit": "concept", "kind": "jsd", "seed": seed}
    if not pairs:
        return frame([], measure="wordshift", keys=KEYS, extra=wordshift_.EXTRA)
    return wordshift_.wordshift(corpus, **pairs[0].sides, **asked)


def both_sides(rows: pd.DataFrame, n: int) -> pd.DataFrame:
    """Return the terms that each side of a contrast uses more, by the rule of `leading`.

    Parameters
    ----------
    rows : DataFrame
        What :func:`compared` returns.
    n : int
        Terms a side.

    Returns
    -------
    DataFrame
        Those rows: in each contrast the first side's with the largest log ratio on top, then the
        second side's. ``side`` names the one that uses the concept more, ``line`` the concept
        with its mentions on both sides.
    """
    turned = rows.assign(
        estimate=-rows["estimate"], lo=-rows["hi"], hi=-rows["lo"],
        verdict=rows["verdict"].replace({"key": "", "key: used less": "key"}),
        docs_with=rows["docs_with_reference"], n_docs=rows["docs_reference"],
        docs_reference=rows["n_docs"],
    )  # fmt: skip
    chosen = []
    for name in rows["contrast"].unique():
        own = rows["contrast"] == name
        both = [*leading(rows[own], n).index, *leading(turned[own], n).index]
        chosen += list(rows.loc[both, "estimate"].sort_values(ascending=False, kind="stable").index)
    out = rows.loc[chosen]
    side = out["group"].where(out["estimate"] > 0, out["reference"])
    counts = zip(out["concept"], out["n"], out["n_reference"], strict=True)
    return out.assign(
        side=out["contrast"].astype(str) + ", more in " + side.astype(str),
        line=[f"{name} ({n:,}{NB}:{NB}{other:,})" for name, n, other in counts],
    )


def beyond_general(rows: pd.DataFrame, n: int) -> pd.DataFrame:
    """Return the words that set each group apart most from its language in general.

    Parameters
    ----------
    rows : DataFrame
        What :func:`analysis.measures.background.background` returns.
    n : int
        Words a group: those that add most to its divergence from the language, function words
        left out; where the group has documents enough to tell, only what is sure.

    Returns
    -------
    DataFrame
        Those rows, in their order.
    """
    sure = (rows["n_docs"] < resample.MIN_DOCS) | (rows["verdict"] == "key")
    able = (rows["estimate"] > 0) & sure & ~rows["stop_word"].astype(bool)
    return rows[able].groupby("group").head(n)


def carried(corpus: "Corpus", rows: pd.DataFrame) -> pd.DataFrame:
    """Say of each contrast which text, if one, carries the side that uses the term more.

    Parameters
    ----------
    corpus : Corpus
        The corpus that `rows` were computed from.
    rows : DataFrame
        Rows of keyness or wordshift: ``by, group, reference, estimate, term_unit`` and the term.

    Returns
    -------
    DataFrame
        `rows` and ``carried``: :data:`ALONE`, :data:`MOSTLY` or missing; ``carrier`` and
        ``carrier_share``: the text that has most of the term's occurrences on that side, and its
        share of them; ``carrier_told``: both in words where `carried` is not missing, and ``sign``
        the same as the end of a sentence.
    """
    counted = {unit: counting.count(corpus, unit=unit) for unit in rows["term_unit"].unique()}
    labels = {by: counting.labels(corpus.documents, by) for by in rows["by"].unique()}
    ids, order = corpus.documents["doc_id"], counting.order(corpus.documents)
    found = []
    for row in rows.to_dict("records"):
        texts, most, part = _carrier(row, counted[row["term_unit"]], labels[row["by"]], order)
        found.append((texts, str(ids.iloc[most]), part))
    n_texts, carrier, share = (list(v) for v in zip(*found, strict=True)) if found else ([], [], [])
    marks = [ALONE if n == 1 else MOSTLY if s > 0.5 else None
             for n, s in zip(n_texts, share, strict=True)]  # fmt: skip
    told = ["" if mark is None else f"only {text}" if mark == ALONE else f"{text} ({part:.0%})"
            for mark, text, part in zip(marks, carrier, share, strict=True)]  # fmt: skip
    return rows.assign(
        carried=pd.Categorical(marks, categories=[ALONE, MOSTLY]), carrier=carrier,
        carrier_share=share, carrier_told=told, sign=[f"; {t}" if t else "" for t in told],
    )  # fmt: skip


def _carrier(
    row: dict, counted: counting.Counts, labels: np.ndarray, order: np.ndarray
) -> tuple[int, int, float]:
    """Return how many texts have the term, the row of the one with most of it, and its share."""
    first = row["type"] == "↑" if "type" in row else row["estimate"] > 0
    side = labels == row["group" if first else "reference"]
    if not side.any():  # The rest, whatever it is called.
        side = (labels != row["group"]) & pd.notna(labels)
    unit = counted.unit
    column = counting.position(counted.terms, row[unit if unit in counting.ACROSS else "term"])
    x = counted.matrix[:, [column]].toarray().ravel() * side
    most = order[np.argmax(x[order])]
    return int((x > 0).sum()), int(most), float(x[most] / max(1, x.sum()))


def shared(rates: pd.DataFrame) -> pd.DataFrame:
    """Return the concepts or actors that every group uses, and then those that all but one use.

    Parameters
    ----------
    rates : DataFrame
        What :func:`analysis.measures.frequency.frequency` returns for concepts or actors.

    Returns
    -------
    DataFrame
        The concept or actor and its ``name``, ``n`` in all, ``groups`` that have it, the one that
        is ``missing`` (or ""), ``lowest, lowest_in, highest, highest_in``: rates per 1,000 words
        of the groups that have it (in words ``least, most``), and ``dp``, the deviation of
        proportions over all groups: 0 where all use it at one rate. Those that no group uses
        seldom stand on top. Groups without words are left out; of fewer than three groups none
        may be missing.
    """
    unit = "actor" if "actor" in rates else "concept"
    rates = rates[rates["n_tokens"] > 0].reset_index(drop=True)
    wide = rates.pivot(index=unit, columns="group", values="estimate").astype(float)
    counts = rates.pivot(index=unit, columns="group", values="n").astype(float)
    use = (counts == 0).sum(axis=1) <= (1 if counts.shape[1] > 2 else 0)
    use &= counts.shape[1] > 1
    if not use.any():
        return pd.DataFrame(columns=[unit, *SHARED])
    wide, counts = wide[use], counts[use]
    sizes = rates.groupby("group")["n_tokens"].first().reindex(wide.columns)
    has, none = wide.where(counts > 0), (counts == 0).to_numpy()
    names = np.array([*wide.columns, ""], dtype=object)
    out = pd.DataFrame(
        {
            "n": counts.sum(axis=1).astype(int),
            "groups": (~none).sum(axis=1),
            "missing": names[np.where(none.any(axis=1), none.argmax(axis=1), -1)],
            "lowest": has.min(axis=1), "highest": has.max(axis=1),
            "lowest_in": names[has.fillna(np.inf).to_numpy().argmin(axis=1)],
            "highest_in": names[has.fillna(-1).to_numpy().argmax(axis=1)],
            "dp": dispersion.dp(counts.to_numpy().T, sizes.to_numpy(dtype=float)),
            "term_unit": unit,
        },
        index=wide.index,
    )  # fmt: skip
    out = out.reset_index().assign(name=lambda rows: lexicons.names(rows[unit]))
    for words, end in (("least", "lowest"), ("most", "highest")):
        pairs = zip(out[end], out[f"{end}_in"], strict=True)
        out[words] = [f"{number(rate)} in {group}" for rate, group in pairs]
    named = out["missing"].astype(str)
    return _by_share(out.assign(where=("not in " + named).where(named != "", "in all groups")))


def common(corpus: "Corpus", rates: pd.DataFrame, *, by: str, seed: int = 0) -> pd.DataFrame:
    """Return :func:`shared` of the concepts of `rates` and of the actors of the same groups."""
    actors = frequency(corpus, by=by, unit="actor", seed=seed)
    return _by_share(pd.concat([shared(rates), shared(actors)], ignore_index=True))


def _by_share(rows: pd.DataFrame) -> pd.DataFrame:
    order = ["groups", "lowest", "name"]
    return rows.sort_values(order, ascending=[False, False, True], ignore_index=True)


def everywhere(rows: pd.DataFrame, concepts: pd.DataFrame) -> pd.DataFrame:
    """Say what all groups use, and what they use equally often.

    Parameters
    ----------
    rows : DataFrame
        What :func:`common` returns.
    concepts : DataFrame
        Keyness of the concepts, each group against the rest.

    Returns
    -------
    DataFrame
        ``told``, one sentence a row.
    """
    names = choices(rows.loc[rows["missing"].eq(""), "name"]) or "nothing on the lists"
    said = [f"In all groups: {names}."]
    enough = concepts[["n_docs", "docs_reference"]].min(axis=1) >= resample.MIN_DOCS
    tested = concepts[enough]
    if tested.empty:
        said.append("Equally often in all: too few texts to show that of any.")
    else:
        lock = tested["verdict"].str.startswith("lockword").groupby(tested["concept"]).all()
        names = choices(lock.index[lock]) or "nothing on the lists"
        said.append(f"At much the same rate in every group that has texts enough: {names}.")
    return pd.DataFrame({"told": said})


def usual(
    corpus: "Corpus", groups: Sequence[str], *, by: str, n: int, min_count: int, seed: int = 0
) -> pd.DataFrame:
    """Return the words of some groups that set them apart from their language in general.

    Parameters
    ----------
    corpus : Corpus
    groups : sequence of str
    by : str
        The column that makes the groups.
    n : int
        Words a group.
    min_count, seed
        As :func:`analysis.measures.background.background` takes them.
    """
    if not len(groups):
        return pd.DataFrame(columns=["term", "group", "n", "rate", "rate_general", "estimate",
                                     "q", "verdict"])  # fmt: skip
    rows = background(corpus, by=by, min_count=min_count, seed=seed)
    return beyond_general(rows[rows["group"].isin(list(groups))], n)


def tally(held: pd.DataFrame) -> pd.DataFrame:
    """Count in each contrast the concepts that one text carries, and the differences that hold up.

    Parameters
    ----------
    held : DataFrame
        What :func:`carried` returns of rows of :func:`compared`.

    Returns
    -------
    DataFrame
        ``contrast, alone, mostly`` and ``told``: the same in words, with the text that carries
        most of them.
    """
    found = []
    for name, rows in held.groupby("contrast", sort=False):
        key = int(rows["verdict"].isin(["key", "key: used less"]).sum())
        few = rows[["n_docs", "docs_reference"]].min(axis=None) < resample.MIN_DOCS
        alone, mostly = (int(rows["carried"].eq(mark).sum()) for mark in (ALONE, MOSTLY))
        told = "of the one concept" if len(rows) == 1 else f"of {len(rows)} concepts"
        told += " listed, "
        if alone + mostly:
            texts = rows.loc[rows["carried"].notna(), "carrier"].value_counts().sort_index()
            told += f"one text alone has {alone} on the side that uses them more, and over half of "
            told += f"{mostly} others, most often {texts.idxmax()} ({texts.max()} of them). "
        else:
            told += "none is for more than half one text's on the side that uses it more. "
        told += "Too few texts to test these differences" if few else f"Holding up: {key}"
        found.append((name, alone, mostly, told))
    return pd.DataFrame(found, columns=["contrast", "alone", "mostly", "told"])


def against_chance(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the first row of a word shift, and as ``so`` whether chance alone does as much."""
    first = rows.head(1)
    more = first["whole"] > first["chance_hi"]
    return first.assign(so=more.map({True: "More than chance", False: "No more than chance"}))


def side_by_side(rows: pd.DataFrame, n: int) -> pd.DataFrame:
    """Return the `n` concepts used most, with what one line tells of each language.

    Parameters
    ----------
    rows : DataFrame
        What :func:`analysis.measures.across.across` returns.
    n : int

    Returns
    -------
    DataFrame
        Those rows and ``line``, the rate of the group in words.
    """
    most = rows[rows["concept"].isin(rows["concept"].unique()[:n])]
    rates = [
        number(r, lo, hi) for r, lo, hi in most[["estimate", "lo", "hi"]].astype(float).to_numpy()
    ]
    return most.assign(line=most["group"].astype(str) + " " + pd.Series(rates, index=most.index))
