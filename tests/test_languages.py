"""Languages: sentences, lemmas, detection; the same tests for every entry."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import languages
from analysis.results import DiscourseError

SENTENCES = {
    "nl": ("Dhr. Jansen sprak 1.000 woorden. Hij zweeg! ‘Echt?’ vroeg zij.", 3),
    "de": ("Dr. Müller kam am 3. Mai an. Er schwieg. „Wirklich?“, fragte sie.", 3),
    "en": ("Mr. Smith spoke to the U.S. Senate. He sat down. “Really?” she asked.", 3),
}
LEMMAS = {
    "nl": (["De", "sancties", "werden", "opgelegd"], "sanctie"),
    "de": (["Die", "Sanktionen", "wurden", "verhängt"], "sanktion"),
    "en": (["The", "sanctions", "were", "imposed"], "sanction"),
}
DETECTED = {
    "nl": "De ministers hebben gisteren over de sancties gesproken.",
    "de": "Die Minister haben gestern über die Sanktionen gesprochen.",
    "en": "The ministers talked about the sanctions yesterday.",
}


@pytest.fixture(params=languages.codes())
def code(request):
    return request.param


def test_sentences(code):
    text, n = SENTENCES[code]
    bounds = languages.language(code).sentences(text)
    assert [text[s:e].strip() for s, e in bounds] == [text[s:e] for s, e in bounds]
    assert len(bounds) == n


def test_a_glued_sentence_is_split(code):
    text = "Stabiliteit.Het bezoek"
    assert languages.language(code).sentences(text) == [(0, 12), (12, 22)]


@given(st.sampled_from(languages.codes()), st.text(st.characters(exclude_characters="\n")))
def test_sentences_hold_everything_but_white_space(code, text):
    bounds = languages.language(code).sentences(text)
    held = {i for s, e in bounds for i in range(s, e)}
    assert all(i in held for i, c in enumerate(text) if not c.isspace())
    assert all(first[1] <= second[0] for first, second in pairwise(bounds))


def test_lemmas(code):
    words, lemma = LEMMAS[code]
    tagged = languages.language(code).lemmas([words, []])
    assert [len(t) for t in tagged] == [4, 0]
    assert tagged[0][1] == (lemma, "N")
    assert tagged[0][3][1] == "V"


def test_detect(code):
    assert languages.detect(DETECTED[code]) == code


def test_a_language_the_suite_does_not_know_is_not_taken_for_one_it_does():
    text = "Le ministre a déclaré hier que les sanctions resteraient en place cette année encore."
    assert languages.detect(text) == "fr"


def test_detect_says_nothing_of_a_text_without_letters():
    assert languages.detect("12 — 34") == ""


def test_word_lists_are_there(code):
    lang = languages.language(code)
    assert lang.negators <= lang.stop_words
    assert len(lang.reporting) > 20
    assert lang.quote_pairs and lang.according_to and lang.furniture


def test_an_unknown_language_is_an_error_that_names_the_known():
    with pytest.raises(DiscourseError, match="'fr' is not known; use one of de, en, nl"):
        languages.language("fr")
