"""Which groups of documents may be compared with which: like with like."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis import counts as counting
from analysis.results import ComparabilityError, DiscourseError, and_

REST = "rest"
Name = str | int | None


@dataclass(frozen=True)
class Pair:
    """Two sets of documents to compare.

    Attributes
    ----------
    group, reference : str
        What the two sides are called.
    language : str
        Code; empty where several languages meet.
    languages : str
        All of them, joined by "+".
    target, against : ndarray of int
        Row numbers in documents, in the order of doc_id; `against` is empty where nothing may
        be compared with the target.
    first : bool
        Whether the target's documents come first; decides which side draws which random numbers,
        so that swapping the sides mirrors the result.
    """

    group: str
    reference: str
    language: str
    languages: str
    target: np.ndarray
    against: np.ndarray
    first: bool

    def seeds(self, seed: int) -> tuple[int, int]:
        """Return the random seeds of target and reference."""
        one, two = (int(s) for s in np.random.SeedSequence(seed).generate_state(2))
        return (one, two) if self.first else (two, one)


def pairs(
    documents: pd.DataFrame,
    by: str,
    unit: str,
    target: Name | Sequence[str | int] = None,
    reference: Name = None,
) -> Iterator[Pair]:
    """Yield the comparisons asked for, each within a language unless the unit crosses languages.

    Parameters
    ----------
    documents : DataFrame
    by : str
        Metadata column; documents without a value are left out.
    unit : str
        See :data:`analysis.counts.UNITS`.
    target : str, int or sequence of them, optional
        One group, or each of several in turn; all without it.
    reference : str or int, optional
        What one target is compared with; the rest without it.

    Raises
    ------
    ComparabilityError
        If target and reference share no language and the unit does not cross languages.
    DiscourseError
        If a column or group is unknown or target and reference are the same.
    """
    group, language = counting.labels(documents, by), counting.languages_of(documents)
    names = sorted({g for g in group if g is not None})
    chosen = None if target is None else _several(target, names, by)
    first = chosen[0] if chosen and len(chosen) == 1 else None
    second = _named("reference", reference, names, by)
    if second is not None and first is None:
        raise DiscourseError("reference needs a target: name one of each, or neither")
    if second is not None and first == second:
        raise DiscourseError(f"target and reference are both {first!r}: name two different groups")
    across = unit in counting.ACROSS
    if second is not None and not across:
        _comparable(group, language, str(first), second, unit)
    order = np.array([i for i in counting.order(documents) if group[i] is not None], dtype=np.int64)
    for name in names if chosen is None else chosen:
        mine = order[group[order] == name]
        others = order[(group[order] != name) if second is None else (group[order] == second)]
        for code, one, two in _split(language, mine, others, across):
            ahead = not len(two) or bool(
                np.flatnonzero(order == one[0])[0] < np.flatnonzero(order == two[0])[0]
            )
            one_code = "" if "+" in code else code
            yield Pair(name, second or REST, one_code, code, one, two, ahead)


def _split(
    language: np.ndarray, mine: np.ndarray, others: np.ndarray, across: bool
) -> list[tuple[str, np.ndarray, np.ndarray]]:
    if across:
        return [("+".join(sorted({*language[mine], *language[others]})), mine, others)]
    return [
        (code, mine[language[mine] == code], others[language[others] == code])
        for code in sorted(set(language[mine]))
    ]


def _named(role: str, value: Name, names: list[str], by: str) -> str | None:
    if value is None:
        return None
    if str(value) not in names:
        choices = and_(names) or "nothing: no document has a value"
        raise DiscourseError(f"{role}={str(value)!r} is no group of {by}: choose among {choices}")
    return str(value)


def _several(target: Name | Sequence[str | int], names: list[str], by: str) -> list[str]:
    several = [target] if isinstance(target, (str, int)) or target is None else list(target)
    return [str(_named("target", one, names, by)) for one in several]


def _comparable(
    group: np.ndarray, language: np.ndarray, first: str, second: str, unit: str
) -> None:
    one, two = (set(language[group == name]) for name in (first, second))
    if not one & two:
        raise ComparabilityError(
            f"{first} is in {and_(sorted(one))} and {second} in {and_(sorted(two))}: their {unit}s "
            "differ because the languages do; compare concepts instead (unit='concept')"
        )
