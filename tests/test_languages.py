"""Languages: sentences, lemmas, detection; the same tests for every entry."""

import pytest

from analysis import languages
from analysis.results import DiscourseError
from analysis.scan import fold

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


@pytest.mark.parametrize(
    ("code", "sentence", "lemmas"),
    [
        ("en", "The people’s voice and Poland's army", "the people voice and poland army"),
        ("en", "That's why they don't and can't", "that why they do and can"),
        ("en", "O'Brien is at the EU's door", "o'brien be at the eu door"),
        ("nl", "De foto’s van Trump's vrienden", "de foto van trump vriend"),
        ("de", "Nun geht’s um Putin's Reich", "nun gehen um putin reich"),
    ],
)
def test_what_is_written_on_to_a_word_is_no_part_of_its_lemma(code, sentence, lemmas):
    words = sentence.split()
    assert [lemma for lemma, _ in languages.language(code).lemmas([words])[0]] == lemmas.split()


def lemma_of(code, sentence, word):
    words = sentence.split()
    return languages.language(code).lemmas([words])[0][words.index(word)][0]


def test_acronyms_and_abbreviations_are_their_own_lemmas():
    assert lemma_of("en", "It is a member of the CIS today", "CIS") == "cis"
    assert lemma_of("nl", "Het kost 5 mln euro", "mln") == "mln"
    assert lemma_of("en", "NEW SANCTIONS AGAINST RUSSIA", "SANCTIONS") == "sanction"


def test_lemmas_keep_the_spelling_of_their_language():
    assert lemma_of("de", "Die großen Straßen sind leer", "Straßen") == "straße"
    assert lemma_of("de", "Viele Bürger*innen kamen", "Bürger*innen") == "bürger:in"
    assert lemma_of("nl", "De geachte afgevaardigde sprak", "geachte") == "geacht"
    assert lemma_of("nl", "De geachte afgevaardigde sprak", "afgevaardigde") == "afgevaardigde"


def test_stop_words_are_folded_as_words_are(code):
    assert all(fold(word) == word for word in languages.language(code).stop_words)
    assert {"außer", "daß"} <= languages.language("de").stop_words


@pytest.mark.parametrize("words", [["…"], [":"], ["'s"], ["n't"], ["*"] * 3, ["a"] * 2500])
def test_any_word_has_a_lemma(code, words):
    (tagged,) = languages.language(code).lemmas([words])
    assert len(tagged) == len(words)
    assert all(lemma for lemma, _ in tagged)


@pytest.mark.no_cover
def test_tags_are_those_of_the_package(code, seeds):
    """Searching among the tags that a word can have finds the same sequence."""
    from HanTa.HanoverTagger import HanoverTagger

    from analysis.tagging import tagger

    model = languages.language(code).tagger
    package = HanoverTagger(model)
    own = seeds.sentences[(seeds.documents["language"] == code)[seeds.sentences["doc"]].to_numpy()]
    sentences = [text.split() for text in seeds.spans(own.head(40))]
    assert len(sentences) > 10
    for words in [*sentences, ["qx", "ßß", "..."]]:
        assert tagger(model).tag(words) == [(lem, tag) for _, lem, tag in package.tag_sent(words)]
