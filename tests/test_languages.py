"""Languages: sentences, lemmas, detection; the same tests for every entry."""

import pytest

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


def test_boundaries(code):
    text, n = SENTENCES[code]
    cuts = languages.language(code).boundaries([text, "Een. Twee", text])
    assert len(cuts[0]) == n - 1
    assert cuts[0] == cuts[2]
    assert cuts[1] == [5]


def test_many_texts_at_once_are_split_like_each_by_itself(code):
    # The splitter loses a gap now and then in texts of more than 10,000 characters.
    texts = [f"{SENTENCES[code][0]} Number {i} is here. “Yes. No,” he said." for i in range(400)]
    own = languages.language(code)
    assert own.boundaries(texts) == [own.boundaries([t])[0] for t in texts]


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
