"""Which groups of documents may be compared with which: like with like."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis import counts as counting
from analysis.results import ComparabilityError, DiscourseError, and_, choices

REST = "rest"
NO_GROUP = "nothing to compare with: no other group"
NO_LANGUAGE = "nothing of its own language to compare with"
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

    def alone(self, unit: str) -> str:
        """Say in a verdict why there is nothing to compare the target with."""
        return NO_GROUP if unit in counting.ACROSS else NO_LANGUAGE

    def speaking(self, n_tokens: np.ndarray) -> "Pair":
        """Return the pair without documents that have no words (:func:`counts.speaking`)."""
        target, against = (counting.speaking(r, n_tokens) for r in (self.target, self.against))
        return replace(self, target=target, against=against)

    def seeds(self, seed: int) -> tuple[int, int]:
        """Return the random seeds of target and reference."""
        one, two = (int(s) for s in np.random.SeedSequence(seed).generate_state(2))
        return (one, two) if self.first else (two, one)


def pairs(
    documents: pd.DataFrame,
    by: str | Sequence[str],
    unit: str,
    target: Name | Sequence[str | int] = None,
    reference: Name = None,
    *,
    pairwise: bool = False,
) -> Iterator[Pair]:
    """Yield the comparisons asked for, each within a language unless the unit crosses languages.

    Parameters
    ----------
    documents : DataFrame
    by : str or sequence of str
        Metadata column; of several each combination is a group ("USA · 1990"). Documents without
        a value are left out.
    unit : str
        See :data:`analysis.results.UNITS`.
    target : str, int or sequence of them, optional
        One group, or each of several in turn; all without it.
    reference : str or int, optional
        What one target is compared with; the rest without it.
    pairwise : bool
        Compare every two groups, each pair once and in the order of their names; or each target
        with every other group by itself. A group without a partner of its language is yielded
        once, with nothing against it.

    Raises
    ------
    ComparabilityError
        If target and reference share no language and the unit does not cross languages.
    DiscourseError
        If a column or group is unknown, target and reference are the same, or a reference is
        given where every pair is asked for.
    """
    if pairwise and reference is not None:
        raise DiscourseError("pairwise compares every two groups: leave out reference, or pairwise")
    group, language = counting.labels(documents, by), counting.languages_of(documents)
    order = counting.order(documents)
    order = order[pd.notna(group)[order]]
    code, found = pd.factorize(group[order], sort=True)
    names = [str(n) for n in found]
    chosen = _chosen(target, names, by)
    second = _named("reference", reference, names, by)
    if second is not None and len(chosen or ()) != 1:
        raise DiscourseError("reference needs a target: name one of each, or neither")
    if second is not None and chosen == [second]:
        raise DiscourseError(f"target and reference are both {second!r}: name two different groups")
    groups = _Groups(names, order, code, language, unit in counting.ACROSS)
    if second is not None and chosen is not None:
        groups.check(chosen[0], second, unit)
    done: set[str] = set()
    for name in names if chosen is None else chosen:
        for tongue in groups.tongues(name):
            if not pairwise:
                yield groups.pair(name, second, tongue)
                continue
            others = groups.others(name, tongue)
            for other in others:
                if other not in done:
                    yield groups.pair(name, other, tongue)
            if not others:
                yield groups.pair(name, None, tongue)
        done.add(name)


class _Groups:
    """The documents of every group, sorted out by language once for all pairs."""

    def __init__(
        self,
        names: list[str],
        order: np.ndarray,
        code: np.ndarray,
        language: np.ndarray,
        across: bool,
    ) -> None:
        spoken, codes = pd.factorize(language[order], sort=True)
        self.number = {name: i for i, name in enumerate(names)}
        self.rank = np.empty(len(language), dtype=np.int64)
        self.rank[order] = np.arange(len(order))
        self.rest = REST if REST not in self.number else f"{REST} (all others)"
        self.across = across
        tongue = np.zeros(len(order), dtype=np.int64) if across else spoken
        self.pools = {
            "" if across else str(codes[t]): (order[tongue == t], code[tongue == t])
            for t in range(min(1, len(order)) if across else len(codes))
        }
        self.members = {
            t: dict(counting.members(np.array(names, dtype=object)[of], np.arange(len(of))))
            for t, (_, of) in self.pools.items()
        }
        self.languages: dict[str, set[str]] = {name: set() for name in names}
        for both in np.unique(code * max(1, len(codes)) + spoken).tolist():
            self.languages[names[both // len(codes)]].add(str(codes[both % len(codes)]))

    def tongues(self, name: str) -> list[str]:
        """Return the pools that a group has documents in."""
        return [t for t, held in self.members.items() if name in held]

    def others(self, name: str, tongue: str) -> list[str]:
        """Return the other groups of a pool, in order."""
        return [other for other in self.members[tongue] if other != name]

    def check(self, first: str, second: str, unit: str) -> None:
        """Refuse words of two groups that share no language."""
        one, two = self.languages[first], self.languages[second]
        if not self.across and not one & two:
            raise ComparabilityError(
                f"{first} is in {and_(sorted(one))} and {second} in {and_(sorted(two))}: their "
                f"{unit}s differ because the languages do; compare concepts instead "
                "(unit='concept')"
            )

    def pair(self, name: str, other: str | None, tongue: str) -> Pair:
        """Put a group and another, or the rest, side by side."""
        rows, of = self.pools[tongue]
        held = self.members[tongue]
        none = np.zeros(0, dtype=np.int64)
        mine = rows[held[name]]
        against = rows[of != self.number[name] if other is None else held.get(other, none)]
        code = tongue
        if self.across:
            meet = [name, *(self.others(name, tongue) if other is None else [other])]
            code = "+".join(sorted(set().union(*(self.languages[g] for g in meet))))
        ahead = not len(against) or bool(self.rank[mine[0]] < self.rank[against[0]])
        return Pair(
            name, other or self.rest, "" if "+" in code else code, code, mine, against, ahead
        )


def _named(role: str, value: Name, names: list[str], by: str | Sequence[str]) -> str | None:
    if value is None:
        return None
    if str(value) not in names:
        among = choices(names) or "nothing: no document has a value"
        of = counting.SEPARATOR.join(counting.columns(by))
        raise DiscourseError(
            f"{role}={choices([value])!r} is no group of {of}: choose among {among}"
        )
    return str(value)


def _chosen(
    target: Name | Sequence[str | int], names: list[str], by: str | Sequence[str]
) -> list[str] | None:
    if target is None:
        return None
    several = [target] if isinstance(target, (str, int)) else list(target)
    if not several:
        raise DiscourseError("target is empty: name at least one group, or leave it out")
    return list(dict.fromkeys(str(_named("target", one, names, by)) for one in several))
