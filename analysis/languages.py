"""What differs between languages, as data: one frozen :class:`Language` a code.

Word lists live in ``seeds/languages/<code>/``; adding a language means adding such a folder and
one entry in :data:`_KNOWN`. Nothing outside this module asks which language it is dealing with.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from analysis import paths
from analysis.results import DiscourseError
from analysis.scan import fold, one_spelling
from analysis.tagging import tagger

# What each language's tagger and lemma dictionary need: English name, model of the tagger, how its
# fine tags begin for proper names, nouns, verbs and adjectives, and whether the dictionary is
# preferred for nouns it knows (it is right more often on Dutch plurals, the tagger on German), and
# what its texts have as a word of its own where it is written on to another.
_KNOWN: dict[str, dict[str, Any]] = {
    "de": {
        "name": "German",
        "tagger": "morphmodel_ger.pgz",
        "tags": {"PN": ("NE",), "N": ("NN",), "V": ("V",), "A": ("ADJ(",)},
        "known_nouns": False,
        "clitics": (),
    },
    "en": {
        "name": "English",
        "tagger": "morphmodel_en.pgz",
        "tags": {"PN": ("NP",), "N": ("NN",), "V": ("V",), "A": ("AJ",)},
        "known_nouns": False,
        "clitics": ("n't", "'s", "'re", "'ve", "'ll", "'d", "'m"),
    },
    "nl": {
        "name": "Dutch",
        "tagger": "morphmodel_dutch.pgz",
        "tags": {"PN": ("N(eigen", "SPEC("), "N": ("N(",), "V": ("WW(",), "A": ("ADJ(",)},
        "known_nouns": True,
        "clitics": (),
    },
}
_VOWELS = frozenset("aeiouyæœøı")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ENOUGH = 10  # words from which a language is found among all
_BEGINNING = 2_000  # characters looked at; more cost time and tell nothing more
# Sentence ends that lack their space ("stabiliteit.Het"); initials and dotted abbreviations stay.
_GLUED = re.compile(r"(?<=[^\W\d_]{3}[.!?])(?=[A-ZÄÖÜ][^\W\d_]{2})")


@dataclass(frozen=True, eq=False)
class Language:
    """Everything the suite knows about one language.

    Attributes
    ----------
    code, name : str
        ISO 639-1 code and English name.
    stop_words, negators : frozenset of str
        Forms as words are counted (:func:`analysis.scan.fold`).
    reporting : dict of str to str
        Verbs of saying: inflected form → lemma.
    particles : dict of str to frozenset of str
        Separable particles of verbs of saying: form → particles ("fügte" → {"hinzu"}).
    according_to : tuple of (phrase, position)
        Prepositions of attribution and whether they stand before or after the speaker.
    quote_pairs : tuple of (open, close)
        Pairs of quotation marks in use, the most usual first.
    furniture : tuple of (kind, phrase)
        Words of page furniture (print and share buttons, paywall lines), case-folded.
    corrections : dict of str to (lemma, pos)
        Forms that the tagger or the dictionary gets wrong, as the suite counts lemmas.
    tagger : str
        File name of the part-of-speech model inside its package.
    tags : dict of str to tuple of str
        Coarse part of speech → how the tagger's fine tags for it begin.
    known_nouns : bool
        Whether the lemma dictionary is preferred to the tagger for nouns and adjectives it knows.
    clitics : tuple of str
        Endings with an apostrophe that the tagger takes for words ("people's", "don't").
    """

    code: str
    name: str
    stop_words: frozenset[str]
    negators: frozenset[str]
    reporting: dict[str, str]
    particles: dict[str, frozenset[str]]
    according_to: tuple[tuple[str, str], ...]
    quote_pairs: tuple[tuple[str, str], ...]
    furniture: tuple[tuple[str, str], ...]
    corrections: dict[str, tuple[str, str]]
    tagger: str
    tags: dict[str, tuple[str, ...]]
    known_nouns: bool
    clitics: tuple[str, ...]

    def boundaries(self, texts: Sequence[str]) -> list[list[int]]:
        """Find where sentences end inside texts of one line each.

        Parameters
        ----------
        texts : sequence of str
            Valid text; none is empty or holds a line feed.

        Returns
        -------
        list of list of int
            For each text, the code points where a further sentence begins.
        """
        whole = "\n\n".join(texts)
        ends = list(accumulate(len(text) + 2 for text in texts))
        found: list[list[int]] = [[] for _ in texts]
        number, first = 0, 0
        for at in self._starts(whole):
            while at >= ends[number]:
                number, first = number + 1, ends[number]
            if first < at < ends[number] - 2:
                found[number].append(at - first)
        return found

    def _starts(self, text: str) -> list[int]:
        """Return where sentences and the gaps between paragraphs begin."""
        import sentencex

        parts = sentencex.segment(self.code, text)
        if sum(map(len, parts)) == len(text):
            return [0, *accumulate(map(len, parts[:-1]))]
        # The quick call loses a gap now and then in texts of more than 10,000 characters.
        return [b["start_index"] for b in sentencex.get_sentence_boundaries(self.code, text)]

    def lemmas(self, sentences: Sequence[Sequence[str]]) -> list[list[tuple[str, str]]]:
        """Give every word of every sentence its lemma and coarse part of speech.

        Parameters
        ----------
        sentences : sequence of sequences of str
            Words as written.

        Returns
        -------
        list of list of (lemma, pos)
            Lemmas are folded as words are; pos is N, PN (proper name), V, A or O (other).
        """
        return [self._lemmas(s) for s in sentences]

    def _lemmas(self, words: Sequence[str]) -> list[tuple[str, str]]:
        if not words:
            return []
        # The taggers learnt from texts that have one apostrophe, and no sign within a word
        # before the ending of a gender; English ones have "people 's" as two words.
        hosts: list[int] = []
        parts: list[str] = []
        for word in words:
            host, *rest = self.parted(one_spelling(word).replace("/-", "").replace(":", "") or word)
            hosts.append(len(parts))
            parts += [host, *rest]
        tagged = tagger(self.tagger).tag(parts)
        capitals = sum(word.isupper() for word in words if len(word) > 1)
        shouted = 2 * capitals > sum(len(word) > 1 for word in words)
        return [
            _lemma(self, word, parts[host], *tagged[host], shouted)
            for word, host in zip(words, hosts, strict=True)
        ]

    def parted(self, word: str) -> tuple[str, ...]:
        """Take a word from what is written on to it ("people's", "don't")."""
        if "'" not in word:
            return (word,)
        low = word.lower()
        for end in self.clitics:
            if low.endswith(end) and len(word) > len(end):
                return word[: -len(end)], word[-len(end) :]
        return (word,)


@lru_cache(maxsize=500_000)
def _lemma(
    own: Language, word: str, host: str, lemma: str, tag: str, shouted: bool
) -> tuple[str, str]:
    """Return lemma and coarse part of speech, given what the tagger says of the `host`."""
    if (corrected := own.corrections.get(fold(host))) is not None:
        return corrected
    pos = next((p for p, begins in own.tags.items() if tag.startswith(begins)), "O")
    if ":" in (form := fold(word)) or "/-" in form:
        return form.removesuffix("nen"), pos
    if (
        pos == "PN"
        or any(c.isdigit() for c in host)
        or (pos in ("N", "O") and _is_abbreviation(host, shouted))
    ):
        lemma = host  # Names, numbers and acronyms are their own lemmas.
    elif own.known_nouns and pos in ("N", "A"):
        lemma = _dictionary_lemma(host, own.code) or lemma
    lemma = fold(lemma.replace("_", ""))
    return lemma.removesuffix("'s").rstrip("'") or lemma, pos


def _is_abbreviation(word: str, shouted: bool) -> bool:
    """Tell acronyms ("CIS", unless all is in capitals) and words without a vowel ("mln")."""
    if word.isupper() and len(word) > 1 and not shouted:
        return True
    letters = unicodedata.normalize("NFD", word).casefold()
    return word.isalpha() and _VOWELS.isdisjoint(letters)


@lru_cache(maxsize=100_000)
def _dictionary_lemma(word: str, code: str) -> str:
    import simplemma

    return simplemma.lemmatize(word, lang=code) if simplemma.is_known(word, lang=code) else ""


def codes() -> tuple[str, ...]:
    """Return the codes of all languages the suite knows, sorted."""
    return tuple(sorted(_KNOWN))


@lru_cache(maxsize=8)
def language(code: str) -> Language:
    """Return the language of a code.

    Raises
    ------
    DiscourseError
        If the suite has no such language; names those it has.
    """
    if code not in _KNOWN:
        raise DiscourseError(
            f"language {code!r} is not known; use one of {', '.join(codes())} in the metadata"
        )
    folder = paths.SEEDS / "languages" / code
    saying = _table(folder / "saying.csv")
    return Language(
        code=code,
        stop_words=_words(folder / "stop_words.txt"),
        negators=_words(folder / "negators.txt"),
        reporting={r["form"].casefold(): r["lemma"] for r in saying},
        particles={
            r["form"].casefold(): frozenset(
                p["particle"] for p in saying if p["form"] == r["form"] and p["particle"]
            )
            for r in saying
        },
        according_to=tuple(
            (r["phrase"], r["position"]) for r in _table(folder / "according_to.csv")
        ),
        quote_pairs=tuple((r["open"], r["close"]) for r in _table(folder / "quote_pairs.csv")),
        furniture=tuple(
            (r["kind"], r["phrase"].casefold()) for r in _table(folder / "furniture.csv")
        ),
        corrections={
            fold(r["form"]): (r["lemma"], r["pos"]) for r in _table(folder / "lemmas.csv")
        },
        **_KNOWN[code],
    )


def names(codes_: Iterable[str]) -> list[str]:
    """Return the English names of languages; a code that is not known stays."""
    return [str(_KNOWN[c]["name"]) if c in _KNOWN else c for c in codes_]


def detect(text: str) -> str:
    """Guess the language of a text.

    From ten words on any language can be found, also one the suite does not know (right for all
    of 2,088 speeches in Dutch, German and English of that length); a shorter text is held against
    the languages of the suite only. "" for a text without letters.
    """
    if not any(c.isalpha() for c in text):
        return ""
    beginning = text[:_BEGINNING]
    return str(_identifier(len(beginning.split()) >= _ENOUGH).classify(beginning)[0])


@lru_cache(maxsize=2)
def _identifier(every: bool) -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    if not every:
        identifier.set_languages(list(codes()))
    return identifier


def _words(file: Path) -> frozenset[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return frozenset(fold(w.strip()) for w in lines if w.strip() and not w.startswith("#"))


def _table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))
