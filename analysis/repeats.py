"""What a text says twice: leads and pull quotes, as the press prints them.

A speech repeats itself too, but as rhetoric. A text that mostly speaks to its hearers (`I`, `we`,
`ladies and gentlemen`) has no leads, and no opening that speaks in the first person is one.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

from analysis import paths
from analysis.languages import Language

Row = tuple[int, int, str, str, int, int]
"""One mark: start, end, kind, note, like_start, like_end."""

# A lead repeats the body: each of its sentences finds this share of its content words within
# three neighbouring sentences of the body …
_REPEATED = 0.75
# … or, where it sums up the whole text in one short paragraph, this share anywhere in the body.
# In a long text most content words come again somewhere by chance.
_SUMMED_UP = 0.8
_SUMMARY_WORDS = 60
_SUMMED_BODY = 1_000  # words
# Sentences glued together ("stability.The") show that a paragraph break was lost between a lead
# and the body; with that sign a third of the words is enough.
_GLUED_LEAD = 1 / 3
_LONGEST_LEAD = 2_000  # characters
_LONGEST_TITLE = 18  # words
_MOST_LEADS = 5
_PULL_QUOTE = 0.8  # share of a short paragraph's content words found in one other sentence
_LONGEST_PULL_QUOTE = 250  # characters
_FEWEST_WORDS = 5  # content words of a pull quote
_REFRAIN = 50  # sentences with the same rare stem: a refrain, not a pull quote
_SPOKEN = 12  # words of address in 1,000, outside of which the texts of the press keep
_BEGINNING = 20_000  # characters from which it is told
_WORD = re.compile(r"[^\W_]+(?:(?:[-‐‑'’]|(?<=\d)[.,](?=\d))[^\W_]+)*")  # as in analysis.tokens
_QUOTED = re.compile(r"[“„«\"‘‚][^“”„»\"’]{1,1000}[”“»\"’]")
_ENDS = ".!?…”’\"'"


class Text:
    """One document on its way to its marks: sentences as (start, end), grouped by line.

    What few documents need is worked out when it is asked for.
    """

    def __init__(
        self,
        text: str,
        language: Language,
        lines: Sequence[tuple[int, int]],
        sentences: Sequence[tuple[int, int]],
        line_of: Sequence[int],
    ) -> None:
        self.text, self.language = text, language
        self.lines, self.sentences, self.line_of = lines, sentences, line_of

    @cached_property
    def first(self) -> list[int]:
        """For each line the position of its first sentence, and the number of sentences."""
        out = [0] * (len(self.lines) + 1)
        for line in self.line_of:
            out[line + 1] += 1
        for line in range(len(self.lines)):
            out[line + 1] += out[line]
        return out

    @cached_property
    def stems(self) -> list[frozenset[str]]:
        """Content words of every sentence."""
        return [content(self.text[s:e], self.language) for s, e in self.sentences]

    @cached_property
    def spoken(self) -> bool:
        """Whether the text mostly speaks to its hearers."""
        words = self.text[:_BEGINNING].split()
        address = _speech(self.language.code)
        return sum(map(address.__contains__, words)) * 1_000 > _SPOKEN * len(words)

    def sentence_ids(self, line: int) -> list[int]:
        """Return the positions of a line's sentences."""
        return list(range(self.first[line], self.first[line + 1]))


def mark(start: int, end: int, kind: str, note: str = "", like: tuple[int, int] = (-1, -1)) -> Row:
    """Return one mark as a row."""
    return start, end, kind, note, *like


def content(text: str, language: Language) -> frozenset[str]:
    """Content words, cut to six letters so that most inflections fall together."""
    stop = language.stop_words
    return frozenset([w[:6] for w in _WORD.findall(text.casefold()) if w not in stop])


@lru_cache(maxsize=8)
def _speech(code: str) -> frozenset[str]:
    """Words of someone who speaks to others, as written inside and at the start of a sentence."""
    file = paths.SEEDS / "languages" / code / "speech.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    words = {line.strip() for line in lines if line.strip() and not line.startswith("#")}
    return frozenset(words | {w.capitalize() for w in words})


def _speaks(doc: Text, start: int, end: int) -> bool:
    """Tell whether a stretch speaks in the first or second person outside quotation marks."""
    own = _WORD.findall(_QUOTED.sub(" ", doc.text[start:end]))
    return not _speech(doc.language.code).isdisjoint(own)


def leads(doc: Text) -> Iterator[Row]:
    """Opening paragraphs that the body says again, word for word or in other words."""
    for line in range(min(len(doc.lines) - 1, _MOST_LEADS + 1)):
        start, end = doc.lines[line]
        if end - start > _LONGEST_LEAD or doc.spoken or doc.text[end - 1] in ",;-–":
            return
        if line == 0 and _is_title(doc.text[start:end]):
            continue
        own = doc.sentence_ids(line)
        found = _repeated(doc, own, _REPEATED, _SUMMED_UP)
        if found:
            yield found
            continue
        glued = [k for k, i in enumerate(own[1:], 1) if _is_glued(doc, i)]
        found = _repeated(doc, own[: glued[0]], _GLUED_LEAD, 1.0) if glued else None
        if found:
            yield found
        return


def _is_title(line: str) -> bool:
    return line[-1] not in _ENDS and len(line.split()) <= _LONGEST_TITLE


def _is_glued(doc: Text, sentence: int) -> bool:
    return doc.sentences[sentence - 1][1] == doc.sentences[sentence][0]


def _repeated(doc: Text, own: list[int], repeated: float, summed_up: float) -> Row | None:
    """Mark neighbouring sentences as a lead if enough of their content words come again."""
    words = sum(len(doc.stems[i]) for i in own)
    body = own[-1] + 1 if own else len(doc.stems)
    if words < 8 or body == len(doc.stems):
        return None
    start, end = doc.sentences[own[0]][0], doc.sentences[own[-1]][1]
    if _speaks(doc, start, end):
        return None
    where = _occurrences(doc, frozenset().union(*(doc.stems[i] for i in own)), body)
    near = [_nearest(doc.stems[i], where, body) for i in own]
    again = sum(s * len(doc.stems[i]) for (s, _), i in zip(near, own, strict=True)) / words
    summed = sum(sum(1 for w in doc.stems[i] if w in where) for i in own) / words
    short = len(doc.text[start:end].split()) <= _SUMMARY_WORDS and _is_short(doc, end)
    if again < repeated and not (short and summed >= summed_up):
        return None
    first = min(i for _, i in near)
    last = max(min(i + 2, len(doc.sentences) - 1) for _, i in near)
    share = max(again, summed)
    like = doc.sentences[first][0], doc.sentences[last][1]
    return mark(start, end, "lead", f"{share:.0%} of its content words come again", like)


def _is_short(doc: Text, end: int) -> bool:
    """Tell whether what follows is short enough for a summary's words not to recur by chance."""
    return len(doc.text[end : end + 12 * _SUMMED_BODY].split()) <= _SUMMED_BODY


def _occurrences(doc: Text, stems: frozenset[str], body: int) -> dict[str, list[int]]:
    """Return for each of some stems the sentences of the body that have it, in order."""
    where: dict[str, list[int]] = {}
    for sentence in range(body, len(doc.stems)):
        for stem in stems & doc.stems[sentence]:
            where.setdefault(stem, []).append(sentence)
    return where


def _nearest(own: frozenset[str], where: dict[str, list[int]], body: int) -> tuple[float, int]:
    """Best share of a sentence's content words within three neighbouring ones, and the first."""
    times: Counter[int] = Counter()
    for stem in own:
        windows = {i - k for i in where.get(stem, ()) for k in range(3) if i - k >= body}
        times.update(windows)
    if not times:
        return 0.0, body
    most = max(times.values())
    return most / len(own), min(i for i, n in times.items() if n == most)


def pull_quotes(doc: Text) -> Iterator[Row]:
    """A short paragraph, begun and ended like a sentence, that one later sentence says again."""
    short = [n for n in range(1, len(doc.lines)) if _looks_set_apart(doc, n)]
    if not short or doc.spoken:
        return
    where: dict[str, list[int]] = {}
    for i, stems in enumerate(doc.stems):
        for stem in stems:
            where.setdefault(stem, []).append(i)
    for line in short:
        own = doc.stems[doc.first[line]]
        if len(own) < _FEWEST_WORDS or _speaks(doc, *doc.lines[line]):
            continue
        share, sentence = _said_again(doc, own, where, doc.first[line + 1])
        if share >= _PULL_QUOTE:
            note = f"{share:.0%} of its words come again"
            yield mark(*doc.lines[line], "pull_quote", note, doc.sentences[sentence])


def _looks_set_apart(doc: Text, line: int) -> bool:
    start, end = doc.lines[line]
    if end - start > _LONGEST_PULL_QUOTE or doc.text[end - 1] not in _ENDS:
        return False
    if doc.first[line + 1] - doc.first[line] != 1 or doc.text[start].islower():
        return False
    # Inside a sentence that runs on over line ends nothing is set apart.
    return doc.text[doc.lines[line - 1][1] - 1] in ".!?…”’\"':"


def _said_again(
    doc: Text, own: frozenset[str], where: dict[str, list[int]], after: int
) -> tuple[float, int]:
    """Return the best share of a sentence's words in one later sentence, and which.

    A sentence that has enough of them has one of the rarest: with n words of which m must come
    again, one of any n - m + 1. Only those sentences are compared (Bayardo, Ma and Srikant 2007,
    "Scaling up all pairs similarity search").
    """
    least = -(-len(own) * 4 // 5)
    rarest = sorted(own, key=lambda stem: (len(where[stem]), stem))[: len(own) - least + 1]
    others: set[int] = set()
    for stem in rarest:
        begin = bisect_right(where[stem], after - 1)
        others.update(where[stem][begin : begin + _REFRAIN])
    best, sentence = 0.0, after
    for other in sorted(others):
        share = len(own & doc.stems[other]) / len(own)
        if share > best:
            best, sentence = share, other
    return best, sentence
