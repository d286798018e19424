"""Models on words: planted topics found, order and company without effect, honest choice of K."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from analysis import corpus
from analysis.measures import _topic_naive as naive_
from analysis.measures import _topic_wordchoice as choice_
from analysis.measures import _topic_wordmodels as models
from analysis.measures import _topic_wordrefits as refits_
from analysis.measures import _topic_words as words_
from analysis.results import DiscourseError

every = pytest.mark.parametrize("method", models.METHODS)
K = 4


def planted(n_docs=16, per_doc=6, length=30, seed=0, k=K):
    """Draw counts from an LDA with k topics of 15 own words each, a tenth of the words shared."""
    rng = np.random.default_rng(seed)
    phi = np.full((k, 15 * k), 0.1 / (15 * k))
    for t in range(k):
        phi[t, 15 * t : 15 * (t + 1)] += 0.9 * rng.dirichlet(np.full(15, 2.0))
    theta = rng.dirichlet(np.full(k, 0.15), n_docs * per_doc)
    counts = np.array([rng.multinomial(length, t @ phi) for t in theta])
    groups = np.repeat([f"d{i:02}" for i in range(n_docs)], per_doc)
    return sparse.csr_array(counts), theta, phi, groups


def matched(found, true):
    """Return for each true topic the place of its match, by the words."""
    unit = [m / np.linalg.norm(m, axis=1, keepdims=True) for m in (true, found)]
    alike = unit[0] @ unit[1].T
    return alike.argmax(axis=1), alike.max(axis=1)


@every
def test_planted_topics_are_found(method):
    counts, theta, phi, _ = planted()
    membership, weights = models.decompose(counts, K, method=method)
    pair, alike = matched(models.probabilities(weights), phi)
    assert sorted(pair) == list(range(K))
    assert alike.min() > 0.9
    assert (membership[:, pair].argmax(axis=1) == theta.argmax(axis=1)).mean() > 0.9
    assert membership.sum(axis=1) == pytest.approx(1)
    assert (membership >= 0).all() and (weights >= 0).all()


@every
def test_the_order_of_stretches_and_a_second_run_change_nothing(method):
    counts, *_ = planted(n_docs=8)
    turn = np.random.default_rng(1).permutation(counts.shape[0])
    membership, weights = models.decompose(counts, K, method=method)
    for rows, order in ((counts, slice(None)), (counts[turn], turn)):
        again = models.decompose(rows, K, method=method)
        assert np.array_equal(again[1], weights)
        assert np.abs(again[0] - membership[order]).max() < 1e-12


def test_another_seed_is_another_fit():
    counts, *_ = planted(n_docs=8)
    first, second = (models.decompose(counts, K, seed=s)[1] for s in (0, 1))
    assert not np.allclose(first, second)


@every
def test_a_stretch_is_placed_alike_whatever_its_company(method):
    counts, *_ = planted(n_docs=8)
    membership, weights = models.decompose(counts, K, method=method)
    assert np.array_equal(models.place(counts, weights, method=method), membership)
    for i in (0, 17, 30):
        alone = models.place(counts[[i]], weights, method=method)
        assert np.abs(alone[0] - membership[i]).max() < 1e-12


def test_placing_is_what_gensim_infers():
    from gensim.matutils import Sparse2Corpus
    from gensim.models import LdaModel

    counts, *_ = planted()
    bags = list(Sparse2Corpus(sparse.csc_matrix(counts.T)))
    names = {i: str(i) for i in range(counts.shape[1])}
    lda = LdaModel(bags, num_topics=K, id2word=names, random_state=0, passes=5, iterations=200)
    gamma = lda.inference(bags)[0]
    theirs = gamma / gamma.sum(axis=1, keepdims=True)
    ours = models.place(counts, lda.state.get_lambda().astype(float), method="lda")
    assert np.abs(ours - theirs).max() < 0.01


def test_placing_is_what_scikit_learn_transforms():
    from sklearn.decomposition import LatentDirichletAllocation

    counts, *_ = planted()
    lda = LatentDirichletAllocation(K, random_state=0, max_iter=5, max_doc_update_iter=200)
    theirs = lda.fit_transform(sparse.csr_matrix(counts))
    ours = models.place(counts, lda.components_, method="lda-sklearn")
    assert np.abs(ours - theirs).max() < 0.01


def test_placing_solves_the_least_squares_of_nmf():
    counts, *_ = planted(n_docs=3)
    membership, weights = models.decompose(counts, K, method="nmf")
    from scipy.optimize import nnls

    for row, found in zip(counts.toarray(), membership, strict=True):
        whole = nnls(weights.T, np.where(row > 0, 1 + np.log(np.maximum(row, 1)), 0))[0]
        assert found == pytest.approx(whole / whole.sum(), abs=1e-5)


@pytest.mark.no_cover
@every
def test_refits_find_clear_topics_again(method):
    counts, *_, groups = planted(n_docs=12)
    membership, _ = models.decompose(counts, K, method=method)
    found = refits_.refits(counts, membership, groups, method=method)
    assert found.shape == (refits_.REFITS, len(groups)) and set(np.unique(found)) == set(range(K))
    assert (found == membership.argmax(axis=1)).mean() > 0.6
    turn = np.random.default_rng(1).permutation(len(groups))
    again = refits_.refits(counts[turn], membership[turn], groups[turn], method=method)
    assert np.array_equal(again, found[:, turn])


def test_a_sample_too_small_for_the_topics_finds_none():
    counts = sparse.csr_array(np.eye(3, dtype=int) + 1)
    membership, _ = models.decompose(counts, 3, method="nmf")
    found = refits_.refits(counts, membership, np.array(["a", "b", "c"]), method="nmf")
    whole = (found >= 0).all(axis=1)
    assert whole.sum() < refits_.REFITS and (found[~whole] == -1).all()


@every
def test_new_stretches_of_the_same_topics_are_placed_right(method):
    counts, theta, phi, _ = planted()
    half = len(theta) // 2
    _, weights = models.decompose(counts[:half], K, method=method)
    pair, _ = matched(models.probabilities(weights), phi)
    new = models.place(counts[half:], weights, method=method)[:, pair]
    assert (new.argmax(axis=1) == theta[half:].argmax(axis=1)).mean() > 0.9


@every
def test_a_stretch_without_words_has_all_topics_alike(method):
    counts, *_ = planted(n_docs=5)
    counts = sparse.csr_array(sparse.vstack([counts, sparse.csr_array((1, counts.shape[1]))]))
    membership, weights = models.decompose(counts, K, method=method)
    assert membership[-1] == pytest.approx(np.full(K, 1 / K))
    none = models.place(counts[:0], weights, method=method)
    assert none.shape == (0, K)


@every
def test_copies_of_one_stretch_are_no_obstacle(method):
    counts = sparse.csr_array(np.tile([[3, 1, 0, 2]], (50, 1)))
    membership, _ = models.decompose(counts, 3, method=method)
    assert np.isfinite(membership).all()
    assert np.ptp(membership, axis=0).max() < 1e-12


def test_bad_requests_are_refused():
    counts, *_ = planted(n_docs=2)
    for call, message in (
        (lambda: models.decompose(counts, 2, method="x"), "method='x'"),
        (lambda: models.decompose(counts, 0), "k=0"),
        (lambda: models.decompose(counts[:, :0], 2), "no words"),
        (lambda: models.decompose(counts[:0], 2), "no words"),
        (lambda: models.decompose(0 * counts, 2), "no words"),
    ):
        with pytest.raises(DiscourseError, match=message):
            call()


def test_top_words_are_those_of_greatest_weight():
    weights = np.array([[1, 3, 3, 0], [0, 0, 0, 0.0]])
    words = np.array(["d", "c", "b", "a"])
    assert models.top_words(weights, words, 2) == [["b", "c"], ["a", "b"]]
    assert models.probabilities(weights).sum(axis=1) == pytest.approx(1)


@pytest.fixture(scope="module")
def texts():
    """English texts on two themes, and one German text."""
    rng = np.random.default_rng(0)
    themes = [
        ["bank", "money", "market", "price", "profit", "stock", "loan", "credit"],
        ["doctor", "patient", "hospital", "nurse", "fever", "drug", "surgery", "clinic"],
    ]
    rows = []
    for i in range(12):
        lines = []
        for _ in range(4):
            own = rng.choice(themes[i % 2], 7, replace=False)
            lines.append("The " + " and the ".join([*own, f"{rng.integers(100, 999)}"]) + ".")
        rows.append({"doc_id": f"d{i:02}", "language": "en", "text": " ".join(lines)})
    rows.append({"doc_id": "g", "language": "de", "text": "Die Bank verdient viel Geld im Markt."})
    return corpus.from_rows(pd.DataFrame(rows))


def test_words_are_counted_without_function_words_or_rare_ones(texts):
    stretches = words_.units(texts)
    counts, words = models.counts_of(texts, stretches)
    assert list(words) == sorted(words)
    assert {"bank", "fever"} <= set(words)
    assert not {"the", "and", "verdient"} & set(words)
    assert not any(w[0].isdigit() for w in words)
    assert (np.asarray((counts > 0).sum(axis=0)) >= models.MIN_UNITS).all()
    column = list(words).index("fever")
    spans = [s.casefold().split() for s in texts.spans(stretches)]
    assert counts[:, [column]].toarray().ravel().tolist() == [s.count("fever") for s in spans]
    assert "the" in models.counts_of(texts, stretches, all_words=True)[1]


def test_a_given_vocabulary_is_counted_as_it_stands(texts):
    stretches = words_.units(texts)
    counts, words = models.counts_of(texts, stretches)
    wanted = np.array(["zebra", "market", "aardvark", "bank"])
    found, same = models.counts_of(texts, stretches, wanted)
    assert same is wanted
    for i, word in enumerate(wanted):
        whole = counts[:, [list(words).index(word)]].sum() if word in words else 0
        assert found[:, [i]].sum() >= whole > -1
    assert found[:, [0]].sum() == found[:, [2]].sum() == 0
    again, _ = models.counts_of(texts, stretches, words)
    assert (again != counts).nnz == 0
    empty, _ = models.counts_of(texts, stretches.iloc[:0], wanted)
    assert empty.shape == (0, 4)


@pytest.mark.no_cover
def test_held_out_likelihood_is_best_at_the_planted_number():
    counts, _, _, groups = planted(n_docs=20, k=3)
    means = {}
    for k in (1, 2, 3, 8):
        score = choice_.held_out(counts, k, groups=groups, method="lda-sklearn", folds=3)
        means[k] = score["log_likelihood"].sum() / score["n_words"].sum()
        assert score["doc_id"].tolist() == sorted(set(groups))
    assert max(means, key=means.get) == 3


@pytest.mark.no_cover
def test_held_out_likelihood_nears_that_of_the_truth_and_beats_chance():
    counts, theta, phi, groups = planted()
    score = choice_.held_out(counts, K, groups=groups, method="lda", folds=3)
    mean = score["log_likelihood"].sum() / score["n_words"].sum()
    rows, columns = counts.nonzero()
    weight = counts[rows, columns]
    truth = (weight * np.log((theta @ phi)[rows, columns])).sum() / weight.sum()
    share = np.asarray(counts.sum(axis=0)) / counts.sum()
    unigram = (weight * np.log(share[columns])).sum() / weight.sum()
    assert unigram + 0.5 * (truth - unigram) < mean < truth


def test_half_of_the_words_is_scored_and_order_does_not_matter():
    counts, _, _, groups = planted(n_docs=8)
    score = choice_.held_out(counts, 2, groups=groups, method="lda-sklearn", folds=2)
    assert score["n_words"].between(6 * 15 - 2, 6 * 15).all(), "words new to a fold do not count"
    turn = np.random.default_rng(2).permutation(len(groups))
    again = choice_.held_out(counts[turn], 2, groups=groups[turn], method="lda-sklearn", folds=2)
    pd.testing.assert_frame_equal(score, again)


def test_the_likelihood_of_nmf_does_not_exist():
    counts, _, _, groups = planted(n_docs=4)
    score = choice_.held_out(counts, 2, groups=groups, method="nmf")
    assert score["log_likelihood"].isna().all()
    with pytest.raises(DiscourseError, match="one document"):
        choice_.held_out(counts, 2, groups=np.full(len(groups), "a"))


def test_planted_topics_are_stable_and_noise_is_not():
    clear, _, _, groups = planted(n_docs=20)
    noise = sparse.csr_array(np.random.default_rng(0).poisson(0.5, clear.shape))
    found = []
    for counts in (clear, noise):
        weights = models.decompose(counts, K, method="nmf")[1]
        about = {"groups": groups, "method": "nmf", "n_boot": 5}
        found.append(choice_.stability(counts, weights, **about).mean())
    assert found[0] > 0.95 > 0.85 > found[1]


@pytest.mark.parametrize("method", ["lda-sklearn", "nmf"])
def test_the_choice_is_a_table_with_one_choice(texts, method):
    table = choice_.choose_words(texts, language="en", ks=[6, 2], method=method, n_boot=2)
    assert table["k"].tolist() == [2, 6]
    assert table["chosen"].sum() == 1
    assert table["stability"].between(0, 1.001).all()
    assert table[["c_v", "c_npmi", "u_mass"]].notna().all(axis=None)
    if method == "nmf":
        assert table.loc[table["chosen"], "k"].iloc[0] == 2
        assert table[["heldout", "heldout_lo", "perplexity"]].isna().all(axis=None)
        assert "c_npmi" in table["rule"].iloc[0]
    else:
        assert (table["heldout_lo"] < table["heldout"]).all()
        assert table["perplexity"].to_numpy() == pytest.approx(np.exp(-table["heldout"]))
        assert "standard error" in table["rule"].iloc[0]


def test_the_rule_takes_the_fewest_topics_that_do_as_well():
    def score(values):
        values = np.array(values, dtype=float)
        return pd.DataFrame({"log_likelihood": values, "n_words": np.full(len(values), 10)})

    best, near, far = [-50, -60, -55, -52], [-51, -59, -56, -52], [-60, -70, -66, -62]
    scores = [score(far), score(near), score(best)]
    held = [s["log_likelihood"].sum() / s["n_words"].sum() for s in scores]
    table = pd.DataFrame({"heldout": held, "c_npmi": [0.1, 0.3, 0.2]})
    assert choice_.rule(table, scores) == 1
    assert choice_.rule(table.iloc[[0, 2]], [scores[0], scores[2]]) == 1
    assert choice_.rule(table.assign(heldout=np.nan), scores) == 1
    assert choice_.rule(table.assign(heldout=np.nan, c_npmi=np.nan), scores) == 0


def test_a_choice_that_cannot_be_made_is_refused(texts):
    for arguments, message in (
        ({"language": "en", "ks": []}, "ks: name"),
        ({"language": "en", "ks": [1, 2]}, "at least 2"),
        ({"language": "de", "ks": [2]}, "two texts or more, not 1"),
        ({"language": "xx", "ks": [2]}, "two texts or more, not 0"),
        ({"language": "en", "ks": [999]}, "too many"),
        ({"language": "en", "ks": [2], "method": "x"}, "method='x'"),
    ):
        with pytest.raises(DiscourseError, match=message):
            choice_.choose_words(texts, **arguments)


def test_topics_within_a_language_are_its_themes(texts):
    for model in models.METHODS:
        found = naive_.within(texts, k=2, language="en", model=model)
        theme = found["doc_id"].str[1:].astype(int) % 2
        assert found.groupby(theme)["topic"].nunique().eq(1).all()
        assert found["method"].str.contains("on en words, function words left out").all()


def test_models_beside_ours_have_as_many_topics_whatever_their_numbers(texts):
    units = words_.units(texts)
    numbers = np.resize([0, 3, 9], len(units))
    found = naive_.beside(texts, units.assign(topic=numbers, share=1.0))
    assert found.loc[found["model"] == "nmf", "topic"].isin([1, 2]).all()


def test_stretches_in_no_topic_do_not_count_in_alignment():
    frame = pd.DataFrame(
        {"topic": [4, 4, 9, 9, 0], "language": list("aabbb"), "doc_id": list("xyxyz")}
    )
    found = naive_.language_alignment(frame).set_index("with")
    assert found.loc["language", "nmi"] == pytest.approx(1)
    assert found.loc["language", ["n", "k"]].tolist() == [4, 2]
    none = naive_.language_alignment(frame.iloc[4:])
    assert none.empty


def test_each_language_is_told_even_of_an_empty_corpus():
    empty = corpus.from_rows(pd.DataFrame({"doc_id": ["a"], "text": [" "], "language": ["en"]}))
    found = naive_.each_language(empty, k=2)
    assert found["verdict"].eq("one text: no model of its own").all()
