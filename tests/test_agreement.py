"""Krippendorff's α: published examples, another implementation, intervals over documents."""

import krippendorff
import numpy as np
import pytest

from analysis import agreement, evaluate
from analysis.results import DiscourseError

GONE = np.nan
# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, sections A to C.
MEG = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
OWEN = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
BEN, GERRY = "aabbdcccedda", "babbbccceddd"
FOUR = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, GONE, GONE, GONE],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, GONE, 3],
    [GONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, GONE],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, GONE],
]


def test_published_alpha_of_two_coders_and_two_codes():
    for metric in agreement.METRICS:
        assert agreement.alpha([MEG, OWEN], metric=metric) == pytest.approx(0.095, abs=5e-4)


def test_published_alpha_of_two_coders_and_five_codes():
    ratings = [["abcde".index(c) for c in own] for own in (BEN, GERRY)]
    assert agreement.alpha(ratings, metric="nominal") == pytest.approx(0.692, abs=5e-4)


def test_published_alpha_of_four_coders_with_codes_missing():
    assert agreement.alpha(FOUR, metric="nominal") == pytest.approx(0.743, abs=5e-4)
    assert agreement.alpha(FOUR, metric="interval") == pytest.approx(0.849, abs=5e-4)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("metric", agreement.METRICS)
def test_another_implementation_agrees(seed, metric):
    rng = np.random.default_rng(seed)
    truth = rng.choice([-1.0, 0, 1], 60)
    ratings = np.where(rng.random((2 + seed % 4, 60)) < 0.7, truth, rng.integers(-1, 2, 60))
    ratings[rng.random(ratings.shape) < 0.05 * seed] = np.nan
    want = krippendorff.alpha(ratings, level_of_measurement=metric)
    assert agreement.alpha(ratings, metric=metric) == pytest.approx(want)


def test_the_scores_of_a_method_use_the_same_alpha():
    gold, predicted = [-1, 0, 1, 0, 1, -1, 0], [-1, 0, 0, 0, 1, 1, -1]
    table = evaluate.evaluate(gold, predicted).set_index("metric")
    assert table["value"]["alpha"] == pytest.approx(agreement.alpha([gold, predicted]))


def test_interval_distance_forgives_what_lies_near():
    gold = [-1, 0, 1] * 10
    near, far = [0, *gold[1:]], [1, *gold[1:]]
    by = {m: [agreement.alpha([gold, p], metric=m) for p in (near, far)] for m in agreement.METRICS}
    assert by["interval"][0] > by["interval"][1]
    assert by["interval"][1] < by["nominal"][1]


def test_the_order_and_scale_of_coders_and_units_do_not_matter():
    ratings, value = np.array(FOUR), agreement.alpha(FOUR)
    turned = ratings[::-1, np.random.default_rng(0).permutation(12)]
    assert agreement.alpha(turned) == pytest.approx(value)
    assert agreement.alpha(ratings * -3 + 100) == pytest.approx(value)


@pytest.mark.parametrize(
    "ratings",
    [
        [[0, 0, 0], [0, 0, 0]],  # nothing to disagree about
        [[1, 0, GONE], [GONE, GONE, 1]],  # no unit is paired
        [[1, 0, 1]],  # one coder
        np.empty((2, 0)),
        np.full((3, 4), GONE),
    ],
)
def test_where_nothing_can_be_compared_alpha_is_undefined(ratings):
    assert np.isnan(agreement.alpha_interval(ratings)).all()


def test_units_of_one_document_are_drawn_together():
    rng = np.random.default_rng(1)
    truth = rng.choice([-1.0, 0, 1], 400)
    # The second coder is careless in every other document, ten units each.
    doc = np.repeat(np.arange(40), 10)
    second = np.where((doc % 2 == 0) & (rng.random(400) < 0.8), rng.permutation(truth), truth)
    alone = agreement.alpha_interval([truth, second])
    apart = agreement.alpha_interval([truth, second], documents=[f"d{d}" for d in doc])
    assert alone[0] == apart[0] == agreement.alpha([truth, second])
    assert apart[2] - apart[1] > 1.4 * (alone[2] - alone[1])
    assert apart[1] < apart[0] < apart[2]
    one = agreement.alpha_interval([truth, second], documents=["a"] * 400)
    assert one[0] == alone[0] and np.isnan(one[1:]).all()


def test_the_interval_covers_what_it_should():
    # Two coders of 60 documents with 3 units each; what they would agree on is known from many.
    def drawn(rng, n):
        doc = np.repeat(np.arange(n), 3)
        truth = rng.choice([-1.0, 0, 1], 3 * n)
        careless = (rng.random(n) < 0.3)[doc]
        random = rng.choice([-1.0, 0, 1], 3 * n)
        return [truth, np.where(careless, random, truth)], doc

    rng = np.random.default_rng(0)
    true = agreement.alpha(drawn(rng, 50_000)[0])
    inside = 0
    for _ in range(100):
        ratings, doc = drawn(rng, 60)
        _, lo, hi = agreement.alpha_interval(ratings, documents=doc, n_boot=300)
        inside += lo <= true <= hi
    assert inside >= 90


def test_bad_input_is_named():
    with pytest.raises(DiscourseError, match="ordinal"):
        agreement.alpha(FOUR, metric="ordinal")
    with pytest.raises(DiscourseError, match="one row"):
        agreement.alpha([1, 2, 3])
