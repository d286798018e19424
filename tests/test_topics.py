"""Topics: themes across languages, stable numbers, planted truth, refusals."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from analysis import corpus, embeddings
from analysis.evidence import evidence
from analysis.measures import _topic_choice as choice_
from analysis.measures import _topic_labels as labels_
from analysis.measures import _topic_model as model_
from analysis.measures import _topic_naive as naive_
from analysis.measures import _topic_words as words_
from analysis.measures import topics as topics_
from analysis.measures._topic_wordmodels import METHODS, decompose
from analysis.measures.coherence import coherence
from analysis.results import ComparabilityError, DiscourseError, check

PLANTED = {
    "football": {
        "en": [
            "The striker scored twice in the football match.",
            "The goalkeeper saved a penalty in the final.",
            "The club won the football league this season.",
        ],
        "nl": [
            "De spits scoorde twee keer in de voetbalwedstrijd.",
            "De keeper stopte een strafschop in de finale.",
            "De club won dit seizoen de voetbalcompetitie.",
        ],
        "de": [
            "Der Stürmer traf zweimal im Fußballspiel.",
            "Der Torwart hielt einen Elfmeter im Finale.",
            "Der Verein gewann in dieser Saison die Fußballliga.",
        ],
    },
    "medicine": {
        "en": [
            "The doctors treated the patients in the hospital.",
            "The new vaccine protects children against the disease.",
            "The nurse gave the patient his medicine.",
        ],
        "nl": [
            "De artsen behandelden de patiënten in het ziekenhuis.",
            "Het nieuwe vaccin beschermt kinderen tegen de ziekte.",
            "De verpleegster gaf de patiënt zijn medicijn.",
        ],
        "de": [
            "Die Ärzte behandelten die Patienten im Krankenhaus.",
            "Der neue Impfstoff schützt Kinder gegen die Krankheit.",
            "Die Krankenschwester gab dem Patienten seine Medizin.",
        ],
    },
    "money": {
        "en": [
            "The central bank raised interest rates to fight inflation.",
            "Shares fell on the stock market after the announcement.",
            "The company reported lower profits this quarter.",
        ],
        "nl": [
            "De centrale bank verhoogde de rente om de inflatie te bestrijden.",
            "De aandelen daalden op de beurs na de aankondiging.",
            "Het bedrijf meldde dit kwartaal lagere winsten.",
        ],
        "de": [
            "Die Zentralbank erhöhte die Zinsen, um die Inflation zu bekämpfen.",
            "Die Aktien fielen an der Börse nach der Ankündigung.",
            "Das Unternehmen meldete in diesem Quartal niedrigere Gewinne.",
        ],
    },
}


def build(chosen: dict[str, tuple[str, ...]]) -> corpus.Corpus:
    """One document a theme and language, each sentence a paragraph."""
    rows = [
        {"doc_id": f"{theme}-{code}", "text": "\n".join(by_language[code]), "language": code}
        | {"source": "AB"[i % 2], "year": 2020 + i}
        for i, (theme, by_language) in enumerate(PLANTED.items())
        for code in chosen[theme]
    ]
    return corpus.from_rows(pd.DataFrame(rows))


@pytest.fixture(scope="module")
def planted():
    return build(dict.fromkeys(PLANTED, ("en", "nl", "de")))


@pytest.fixture(scope="module")
def fitted(planted):
    return topics_.fit(planted, k=3)


@pytest.fixture(scope="module")
def seed_model(seeds):
    return topics_.fit(seeds, k=6)


def test_planted_themes_are_found_in_every_language(fitted):
    theme = fitted.units["doc_id"].str.split("-").str[0]
    assert (pd.crosstab(theme, fitted.units["topic"]) > 0).sum(axis=1).eq(1).all()
    assert fitted.units.groupby("topic")["language"].nunique().eq(3).all()


def test_a_sentence_and_its_translations_share_a_topic(fitted):
    place = fitted.units.groupby("doc_id").cumcount()
    theme = fitted.units["doc_id"].str.split("-").str[0]
    assert fitted.units.groupby([theme, place])["topic"].nunique().eq(1).all()


def test_themes_stay_apart_where_languages_differ_in_theme():
    """With the corpus's own language means subtracted, each language would lose its theme."""
    apart = build({"football": ("de",), "medicine": ("en", "nl"), "money": ("nl",)})
    found = topics_.fit(apart, k=3)
    theme = found.units["doc_id"].str.split("-").str[0]
    assert (pd.crosstab(theme, found.units["topic"]) > 0).sum(axis=1).eq(1).all()


def test_shares_add_up(fitted, planted):
    assert fitted.membership.sum(axis=1) == pytest.approx(1)
    assert fitted.shares.sum(axis=1).to_numpy() == pytest.approx(1)
    assert list(fitted.shares.index) == list(planted.documents["doc_id"])


def test_numbers_never_change_silently(planted, fitted):
    turned = corpus.from_rows(planted.documents.iloc[::-1].reset_index(drop=True))
    again = topics_.fit(turned, k=3)
    columns = ["doc_id", "start", "topic"]
    assert fitted.units[columns].equals(again.units[columns])
    assert fitted.topics["label"].tolist() == again.topics["label"].tolist()
    sizes = fitted.units.groupby("topic")["n_words"].sum()
    assert sizes.is_monotonic_decreasing


def test_words_describe_each_topic_in_its_language(fitted):
    found = fitted.terms
    number = fitted.units.loc[fitted.units["doc_id"] == "medicine-nl", "topic"].iloc[0]
    dutch = found[(found["topic"] == number) & (found["language"] == "nl")]["term"].str.lower()
    assert {"vaccin", "ziekenhuis"} & set(dutch)
    assert not {"the", "and", "de", "die"} & set(found["term"].str.lower())


def test_rows_keep_the_contract_and_lead_to_their_sentences(planted, fitted):
    found = check(topics_.topics(planted, by="source", fitted=fitted, n_boot=199))
    assert len(found) == 6
    assert found.groupby("group")["estimate"].sum().to_numpy() == pytest.approx(1)
    assert found.groupby("group")["membership"].sum().to_numpy() == pytest.approx(1)
    assert found["estimate"].between(0.01, 0.99).sum() == 2
    assert (found["lo"] <= found["estimate"]).all() and (found["estimate"] <= found["hi"]).all()
    assert found[["lo", "hi"]].stack().between(0, 1).all()
    row = found[found["n"] > 0].iloc[0]
    shown = evidence(planted, row)
    assert len(shown)
    topic = fitted.units[fitted.units["topic"] == row["topic"]]
    assert set(shown["sentence"]) <= {s for ids in topic["sentences"] for s in ids}


def test_a_share_is_the_words_of_the_stretches_whose_main_topic_it_is(seeds, seed_model):
    units = seed_model.units[seed_model.units["fitted"]]
    words = units.pivot_table(
        index="doc_id", columns="topic", values="n_words", aggfunc="sum", fill_value=0
    )
    share = words.div(words.sum(axis=1), axis=0)
    found = topics_.topics(seeds, fitted=seed_model)
    wide = found.pivot_table(index="group", columns="topic", values="estimate")
    np.testing.assert_allclose(wide.to_numpy(), share.to_numpy())
    long = topics_.assign(seeds, fitted=seed_model)
    assert len(long) == len(found) == 5 * seed_model.k
    again = long.pivot_table(index="doc_id", columns="topic", values="share")
    np.testing.assert_allclose(again.to_numpy(), share.to_numpy())
    alone = found[found["languages"].map(len).eq(1)].merge(
        seeds.documents[["doc_id", "language"]], left_on="group", right_on="doc_id"
    )
    foreign = [code not in spoken for code, spoken in alone[["language", "languages"]].to_numpy()]
    assert alone.loc[foreign, "estimate"].eq(0).all()


def test_a_group_is_weighed_by_words_not_by_documents():
    rows = [
        {"doc_id": "long", "text": "\n".join(PLANTED["football"]["en"])},
        {"doc_id": "short", "text": PLANTED["medicine"]["en"][0]},
        {"doc_id": "other", "text": "\n".join(PLANTED["medicine"]["en"][1:])},
    ]
    made = corpus.from_rows(
        pd.DataFrame(rows).assign(language="en", source=["A", "A", "B"], year=2020)
    )
    model = topics_.fit(made, k=2)
    found = topics_.topics(made, fitted=model, by="source").set_index(["group", "topic"])
    main = model.units.groupby("doc_id")["topic"].first()
    words = model.units.groupby("doc_id")["n_words"].sum()
    assert main["long"] != main["short"] == main["other"]
    assert found.loc[("A", main["long"]), "estimate"] == pytest.approx(
        words["long"] / (words["long"] + words["short"])
    )
    assert found.loc[("B", main["long"]), "estimate"] == 0


def test_headings_do_not_count(planted):
    text = planted.documents["text"].tolist()
    headed = corpus.from_rows(
        planted.documents.assign(text=["Open en bloot\n" + text[0], *text[1:]])
    )
    model = topics_.fit(headed, k=3)
    own = model.units[model.units["doc_id"] == headed.documents["doc_id"].iloc[0]]
    assert own["fitted"].tolist() == [False, True, True, True]
    assert model.shares.max(axis=1).to_numpy() == pytest.approx(1)
    assert model.topics["n"].sum() == len(model.units) - 1
    assert model.topics["n_tokens"].sum() == model.units.loc[model.units["fitted"], "n_words"].sum()
    alone = corpus.from_rows(
        pd.DataFrame({"doc_id": ["h"], "text": ["The football league"], "language": ["en"]})
    )
    assert topics_.assign(alone, fitted=model)["share"].sum() == pytest.approx(1)


def test_a_topic_is_shown_in_every_language_it_is_found_in(seeds, seed_model):
    sentences = seeds.sentences
    language = seeds.documents["language"].to_numpy()
    units = seed_model.units[seed_model.units["fitted"]]
    for row in seed_model.topics.itertuples():
        ids = list(row.sentences)
        assert set(language[sentences.loc[ids, "doc"].to_numpy(dtype=int)]) == set(row.languages)
        assert 1 <= len(ids) == len(set(ids)) <= 6
        own = units[units["topic"] == row.topic]
        assert set(ids) <= {s for held in own["sentences"] for s in held}
        assert (row.n, row.n_docs, row.n_tokens) == (
            len(own), own["doc_id"].nunique(), own["n_words"].sum()
        )  # fmt: skip
    several = seed_model.topics.iloc[0]
    shown = evidence(seeds, several)
    assert shown["doc_id"].nunique() > 2


def test_doubtful_topics_are_told_in_short_phrases(seed_model):
    about = seed_model.topics
    unsure = about["verdict"].ne("stable") | about["warning"].ne("")
    assert about["doubtful"].eq(unsure).all()
    assert about["doubtful"].dtype == bool
    assert not about["warning"].str.endswith((".", ";", ",")).any()


def test_a_label_does_not_say_one_word_twice(fitted):
    words = pd.DataFrame(
        {
            "language": ["en", "en", "nl", "nl"],
            "term": ["nuclear", "sanctions", "nucleaire", "troepen"],
            "score": [3.0, 1.0, 3.0, 1.0],
            "closeness": 0.3,
            "stretches": 1,
            "pos": "N",
            "warning": "",
        }
    )
    label = labels_.label(words, pd.Series({"en": 2, "nl": 1}), "", model=fitted.model)
    assert label == "nuclear · troepen · sanctions"


def test_measured_figures_are_told_from_the_benchmark(tmp_path):
    told = topics_.accuracy()
    assert "SIB-200" in told and "2,400" in told
    assert "never measured" in topics_.accuracy(folder=tmp_path)
    rows = [("NMI of topic and label", 0.25), ("NMI of topic and language", 0.5)]
    rows.append(("same topic in all three languages", 0.75))
    table = pd.DataFrame(rows, columns=["metric", "value"])
    table.assign(case="sib200", method="discourse", n=1234, k=3, seeds=2).to_csv(
        tmp_path / "topics.csv", index=False
    )
    told = topics_.accuracy(folder=tmp_path)
    assert all(part in told for part in ("1,234", "0.25", "0.5000", "75%"))


def test_agreement_with_a_reader_s_themes_is_told_of_the_default_model(tmp_path):
    ours = ("paragraph", "discourse", "default")
    alike, held, f1 = "AMI of topic and theme", "themes held (F1 of .5 or more)", "F1"
    rows = [
        (*ours, "", alike, 0.25), ("paragraph", "lda", "8", "", alike, 1),
        (*ours, "", held, 1.5), ("sentence", "discourse", "8", "", held, 9),
        (*ours, "war", f1, 0.5), ("paragraph", "lda", "8", "law", f1, 1),
        (*ours, "peace", f1, 0.1),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["unit", "method", "k", "theme", "metric", "value"])
    table.assign(seeds=4, n=100).to_csv(tmp_path / "seed_topics.csv", index=False)
    told = topics_.accuracy(folder=tmp_path)
    assert "beyond chance is 0.25 (" in told and "1.5 of the 2 themes" in told
    assert "mean of 4 seeds" in told and "first sorting" in told and "SIB" not in told


def test_one_text_gets_no_interval(planted, fitted):
    found = topics_.topics(planted, fitted=fitted)
    assert found[["lo", "hi"]].isna().all(axis=None)
    assert found["verdict"].str.contains("one text").all()


def test_assign_lists_every_document_and_topic(planted, fitted):
    found = topics_.assign(planted, fitted=fitted)
    assert list(found.columns[:3]) == ["doc_id", "topic", "share"]
    assert len(found) == 9 * 3


def test_new_texts_are_assigned_to_an_old_model(fitted):
    new = corpus.from_rows(
        pd.DataFrame(
            {
                "doc_id": ["new"],
                "text": ["The striker missed a penalty in the football cup final."],
                "language": ["en"],
            }
        )
    )
    found = topics_.assign(new, fitted=fitted)
    best = found.loc[found["share"].idxmax(), "topic"]
    assert best == fitted.units.loc[fitted.units["doc_id"] == "football-en", "topic"].iloc[0]


def test_a_model_of_another_corpus_is_refused(made_up, fitted):
    with pytest.raises(DiscourseError, match="another corpus"):
        topics_.topics(made_up, fitted=fitted)


def test_no_topic_of_the_seeds_is_a_language(seeds, seed_model):
    aligned = topics_.language_alignment(seed_model.units).set_index("with")
    naive = topics_.naive(seeds, k=6, model="nmf")
    other = topics_.language_alignment(naive).set_index("with")
    assert aligned.loc["language", "ami"] < 0.6 * other.loc["language", "ami"]


def test_the_long_line_falls_into_several_stretches(seeds, seed_model):
    units = seed_model.units
    german = units[units["language"] == "de"]
    assert len(german) >= 4
    assert units["n_words"].max() < 160
    kept = seeds.sentences["kept"].to_numpy(dtype=bool)
    assert kept[[s for ids in units["sentences"] for s in ids]].all()
    texts = seeds.documents["text"]
    row = german.iloc[0]
    assert texts[row["doc"]][row["start"] : row["end"]] == seeds.spans(german.head(1))[0]


def test_the_choice_of_k_is_a_table_with_one_choice(planted):
    table = topics_.choose_k(planted, ks=[2, 3])
    assert table["chosen"].sum() == 1
    assert table["stability"].between(0, 1).all()
    assert table.loc[table["chosen"], "k"].iloc[0] in (2, 3)


def test_stability_tells_clear_topics_from_noise():
    rng = np.random.default_rng(0)
    centres = np.eye(3, 20)
    clear = model_.unit(np.repeat(centres, 40, axis=0) + rng.normal(0, 0.1, (120, 20)))
    noise = model_.unit(rng.normal(0, 1, (120, 20)))
    means = []
    for data in (clear, noise):
        smoothed = model_.smooth(data)
        samples = model_.resamples(data, np.arange(120), n_boot=5)
        centres = model_.cluster(smoothed, 3)
        refitted = model_.refits(smoothed, centres, samples)
        own = (smoothed @ centres.T).argmax(axis=1)
        found, _ = model_.found_again(smoothed, own, refitted, np.arange(3))
        means.append(found.mean())
    assert means[0] > 0.95
    assert means[1] < 0.8


def test_repetition_alone_forms_no_neighbours():
    rng = np.random.default_rng(1)
    data = model_.unit(rng.normal(0, 1, (60, 8)))
    repeated = np.concatenate([data, np.repeat(data[:1], 500, axis=0)])
    assert np.allclose(model_.smooth(repeated)[:60], model_.smooth(data), atol=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_word_models_find_planted_blocks(method):
    rng = np.random.default_rng(0)
    block = np.kron(np.eye(2), np.ones((30, 10)))
    counts = sparse.csr_array(rng.poisson(2 * block + 0.02))
    hard = decompose(counts, 2, method=method)[0].argmax(axis=1)
    assert len(set(hard[:30])) == len(set(hard[30:])) == 1
    assert hard[0] != hard[-1]


THEMES = {
    "sport": "striker goal match keeper penalty final club league season referee stadium coach",
    "health": "doctor patient hospital vaccine disease nurse medicine surgery virus clinic ward",
    "money": "bank rates inflation shares market profit company investor budget debt loan currency",
}


@pytest.fixture(scope="module")
def english():
    """Twelve English texts of one theme each, in turn; every line of words of that theme."""
    rng = np.random.default_rng(0)
    rows = []
    for i in range(12):
        own = list(THEMES.values())[i % 3].split()
        lines = [" ".join(["The", *rng.choice(own, 8)]) + "." for _ in range(5)]
        rows.append({"doc_id": f"d{i:02}", "text": "\n".join(["A heading", *lines])})
    return corpus.from_rows(
        pd.DataFrame(rows).assign(language="en", source=["A", "B"] * 6, year=2020)
    )


@pytest.mark.parametrize("method", METHODS)
def test_models_on_words_are_fitted_saved_and_assigned(english, method, tmp_path):
    model = topics_.fit(english, k=3, method=method)
    theme = model.units["doc_id"].str[1:].astype(int) % 3
    own = model.units[model.units["fitted"]]
    assert own.groupby(theme[own.index])["topic"].nunique().eq(1).all()
    assert set(own["topic"]) == {1, 2, 3}
    assert (model.topics["verdict"] == "stable").all()
    assert model.refits.shape == (10, len(model.units)) and set(np.unique(model.refits)) <= {
        *range(4)
    }
    vocabulary, weights = model.words
    assert weights.shape == (3, len(vocabulary)) and "heading" not in vocabulary
    assert "words of one language; seed 0" in model.method
    rows = check(topics_.topics(english, by="source", fitted=model, n_boot=99))
    assert rows.groupby("group")["estimate"].sum().to_numpy() == pytest.approx(1)
    topics_.save(model, tmp_path / "words.topics")
    again = topics_.load(tmp_path / "words.topics")
    new = english.subset(np.arange(12) >= 6)
    first = topics_.assign(new, fitted=model)
    pd.testing.assert_frame_equal(first, topics_.assign(new, fitted=again))
    seen = topics_.assign(english, fitted=model)
    seen = seen[seen["doc_id"].isin(first["doc_id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, seen)


def test_a_model_on_words_refuses_what_it_cannot_do(english, planted):
    with pytest.raises(ComparabilityError, match="one language"):
        topics_.fit(planted, k=2, method="lda")
    for arguments, message in (
        ({"method": "nmf"}, "no default number"),
        ({"method": "nmf", "k": 60}, "smaller k"),
        ({"method": "bert", "k": 2}, "method='bert'"),
    ):
        with pytest.raises(DiscourseError, match=message):
            topics_.fit(english, **arguments)


def test_a_model_on_words_is_for_texts_of_its_language(english, planted):
    model = topics_.fit(english, k=3, method="nmf")
    assert set(model.units["language"]) == {"en"} < set(planted.documents["language"])
    for call in (
        lambda: topics_.assign(planted, fitted=model),
        lambda: topics_.stretches(planted, model),
    ):
        with pytest.raises(ComparabilityError, match=r"words of en .* texts in de, nl"):
            call()


def test_headings_are_not_told_among_the_stretches(english):
    model = topics_.fit(english, k=3)
    n = int(model.units["fitted"].sum())
    assert n < len(model.units)
    assert model.n_all == n and not model.sampled
    assert model.extent == f"all {n} stretches of the texts"


def test_texts_in_languages_that_the_vectors_do_not_know_are_refused(planted, fitted, monkeypatch):
    monkeypatch.setattr(embeddings, "KNOWN", frozenset(["en"]))
    choice_.space.cache_clear()
    part = planted.subset(planted.documents["language"].to_numpy() != "en")
    for call in (
        lambda: topics_.fit(planted, k=3),
        lambda: topics_.choose_k(planted),
        lambda: topics_.assign(part, fitted=fitted),
    ):
        with pytest.raises(DiscourseError, match=r"does not know the language .*\(de, nl\)"):
            call()


def test_naive_topics_are_numbered_by_size(planted):
    found = topics_.naive(planted, k=3, model="nmf")
    assert found["topic"].value_counts().sort_index().is_monotonic_decreasing
    assert set(found.columns) >= {"doc_id", "language", "topic", "words"}
    assert found["method"].str.contains("function words kept").all()


def test_alignment_knows_the_two_ends():
    frame = pd.DataFrame(
        {"topic": [1, 1, 2, 2], "language": ["a", "a", "b", "b"], "doc_id": ["x", "y", "x", "y"]}
    )
    found = topics_.language_alignment(frame).set_index("with")
    assert found.loc["language", "nmi"] == pytest.approx(1)
    assert found.loc["document", "nmi"] == pytest.approx(0)
    assert found.loc["language", "n_alone"] == 2


def test_coherence_is_gensims():
    from gensim.test.utils import common_texts

    topics = [["human", "computer", "system", "interface"], ["graph", "minors", "trees", "eps"]]
    for measure, known in (
        ("u_mass", -7.105015580),
        ("c_v", 0.637082538),
        ("c_npmi", 0.0278230904),
    ):
        found = coherence(topics, common_texts, measure=measure)
        assert found.mean() == pytest.approx(known, abs=1e-6)


def test_a_language_with_one_text_gets_no_model_of_its_own(seeds):
    with pytest.raises(DiscourseError, match="across languages"):
        topics_.within(seeds, k=3, language="de")


def test_within_a_language_that_has_several_texts(seeds):
    found = topics_.within(seeds, k=2, language="nl", model="nmf")
    assert set(found["language"]) == {"nl"}
    assert found["doc_id"].nunique() == 3


def test_bad_requests_say_what_is_wrong(planted):
    same = corpus.from_rows(
        pd.DataFrame({"doc_id": ["a"], "text": ["\n".join(["It is the same line again."] * 9)]})
    )
    empty = corpus.from_rows(pd.DataFrame({"doc_id": ["a"], "text": [" "], "language": ["en"]}))
    lines = "The striker scored twice.\nDoctors treated several patients."
    apart = corpus.from_rows(pd.DataFrame({"doc_id": ["a"], "text": [lines], "language": ["en"]}))
    for call, message in (
        (lambda: topics_.fit(planted, k=1), "k=1"),
        (lambda: topics_.fit(planted, k=500), "smaller k"),
        (lambda: topics_.fit(planted, unit="page"), "unit='page'"),
        (lambda: topics_.fit(same, k=2), "is only 1 different stretch of text; add texts"),
        (lambda: topics_.fit(same), "too few"),
        (lambda: topics_.fit(empty), "no text"),
        (lambda: topics_.naive(planted, k=2, model="xyz"), "model='xyz'"),
        (lambda: topics_.naive(planted, k=999), "k=999"),
        (lambda: topics_.naive(apart, k=2), "two stretches"),
        (lambda: topics_.topics(planted, by="colour"), "colour"),
    ):
        with pytest.raises(DiscourseError, match=message):
            call()


def test_a_saved_model_comes_back_whole(planted, fitted, tmp_path):
    file = tmp_path / "model.npz"
    topics_.save(fitted, file)
    again = topics_.load(file)
    for table in ("units", "topics", "terms", "shares"):
        pd.testing.assert_frame_equal(getattr(again, table), getattr(fitted, table))
    assert (again.centres == fitted.centres).all()
    assert (again.numbers, again.seed, again.versions) == ((1, 2, 3), 0, fitted.versions)
    first = topics_.topics(planted, fitted=fitted, by="source", n_boot=99)
    pd.testing.assert_frame_equal(
        first, topics_.topics(planted, fitted=again, by="source", n_boot=99)
    )


def test_a_file_that_is_no_model_is_refused(tmp_path):
    file = tmp_path / "model.npz"
    file.write_bytes(b"nothing")
    with pytest.raises(DiscourseError, match=r"model\.npz"):
        topics_.load(file)


def test_each_language_says_where_a_model_is_refused(seeds):
    found = topics_.each_language(seeds, k=3).set_index(["language", "model"])
    assert found.loc["de", "coherence"].isna().all()
    assert found.loc["de", "verdict"].eq("one text: no model of its own").all()
    dutch = found.loc["nl"]
    assert dutch["coherence"].between(-1, 1).all()
    assert dutch["verdict"].str.contains("hardly").eq(dutch["coherence"] < 0).all()


def long_corpus(n_docs=12, copies=30):
    """Documents of the planted sentences, their words shuffled so that none is a copy."""
    texts = [sentence for by_language in PLANTED.values() for sentence in by_language["en"]]
    rng = np.random.default_rng(0)
    rows = [
        {"doc_id": f"d{i:02}", "language": "en", "source": "AB"[i % 2], "year": 2020}
        | {
            "text": "\n".join(
                " ".join(rng.permutation(texts[(i + j) % 9][:-1].split())).capitalize() + "."
                for j in range(copies)
            )
        }
        for i in range(n_docs)
    ]
    return corpus.from_rows(pd.DataFrame(rows))


def test_of_many_stretches_a_stated_sample_is_taken(monkeypatch):
    many = long_corpus()
    monkeypatch.setattr(choice_, "SENTENCES", 90)
    choice_.space.cache_clear()
    model = topics_.fit(many, k=3)
    assert model.sampled
    n_all = int(words_.cut(many)["fitted"].sum())
    assert (model.n_all, len(model.units)) == (n_all, 90)
    assert f"a sample of 90 of {n_all} stretches" in model.method
    assert model.units["doc_id"].nunique() >= 10
    found = check(topics_.topics(many, by="source", fitted=model, n_boot=99))
    assert found["n"].sum() == 90
    placed = topics_.assign(many, fitted=model)
    assert placed["topic"].value_counts().eq(placed["doc_id"].nunique()).all()
    assert placed.groupby("doc_id")["share"].sum().to_numpy() == pytest.approx(1)
    choice_.space.cache_clear()


def test_the_sample_does_not_depend_on_the_order_of_documents():
    many = long_corpus(copies=10)
    turned = corpus.from_rows(many.documents.iloc[::-1].reset_index(drop=True))
    columns = ["doc_id", "start", "end", "n_words", "edge"]
    first, second = (words_.units(c, sample=40, seed=3)[columns] for c in (many, turned))
    pd.testing.assert_frame_equal(first, second)
    assert not first.equals(words_.units(many, sample=40, seed=4)[columns])


def test_broken_lines_are_no_paragraphs():
    line = "The assembly of the nations\nmeets every year in the\nsame city by the river. "
    rows = pd.DataFrame({"doc_id": ["broken"], "text": [line * 4], "language": ["en"]})
    found = words_.units(corpus.from_rows(rows))
    assert len(found) == 1
    assert found["n_words"].iloc[0] == 60


def test_topics_of_openings_are_warned_of():
    own = pd.DataFrame({"edge": [True, True, False], "edges": 0.1, "n_words": [9, 10, 11]})
    words = pd.DataFrame({"term": ["trade"], "warning": [""]})
    assert "formula" in labels_._warning(own, words, ("en",), 1, 10)
    assert labels_._warning(own.assign(edge=False), words, ("en",), 1, 10) == ""
    short = labels_._warning(own.assign(edge=False), words, ("en",), 1, 30)
    assert short == "its stretches are short (10 words where others have 30): it may be a formula"


def test_one_language_is_not_compared_with_itself():
    frame = pd.DataFrame({"topic": [1, 2], "language": ["a", "a"], "doc_id": ["x", "y"]})
    assert topics_.language_alignment(frame)["with"].tolist() == ["document"]


def test_models_on_words_stand_beside_ours_only_where_there_are_languages(planted, fitted):
    found = topics_.beside(planted, fitted.units)
    assert list(dict.fromkeys(found["model"])) == [
        "lda", "nmf", "lda without function words", "vectors and words (this page)",
    ]  # fmt: skip
    english = fitted.units[fitted.units["language"] == "en"]
    alone = topics_.beside(planted, english)
    assert set(alone["model"]) == {"vectors and words (this page)"}
    assert len(alone) == len(english)


def test_a_sample_of_the_words_is_told(monkeypatch):
    monkeypatch.setattr(naive_, "SAMPLE", 60)
    found = topics_.within(long_corpus(), k=3, language="en", model="nmf")
    n_all = int(words_.cut(long_corpus())["fitted"].sum())
    assert len(found) == 60
    assert found["method"].iloc[0].endswith(f"a sample of 60 of {n_all} stretches")
