"""Generated documents with a planted difference: it is found, and no more than it.

Words come in bursts (gamma-Poisson), as words do; every term is an independent trial. Larger runs
of the same, over more settings, are in ``benchmarks/results/keyness.csv``.
"""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from analysis import corpus, postings, rates, resample
from analysis.measures import topics
from analysis.measures._columns import contrasts
from analysis.measures._contrast import SAID
from analysis.measures.pairs import Pair

TERMS = 400


def planted(
    rng: np.random.Generator,
    docs: tuple[int, int],
    log_ratio: np.ndarray,
    *,
    rate: float = 0.005,
    burst: float = 1.0,
    lengths: tuple[tuple[int, int], tuple[int, int]] = ((200, 800), (200, 800)),
) -> tuple[list[sparse.csc_array], list[np.ndarray]]:
    """Draw counts of two groups; `burst` is the shape of the documents' gamma (small: bursty)."""
    sizes = [rng.integers(*span, n) for span, n in zip(lengths, docs, strict=True)]
    rates = [rate * 2.0**log_ratio, np.full(len(log_ratio), rate)]
    sides = []
    for n, r in zip(sizes, rates, strict=True):
        mood = rng.gamma(burst, 1 / burst, (len(n), len(r)))
        sides.append(sparse.csc_array(rng.poisson(n[:, None] * r * mood)))
    return sides, sizes


def compared(sides: list[sparse.csc_array], sizes: list[np.ndarray], measures=()):
    """Send planted counts through keyness itself; rows in the order of the terms."""
    n = [len(s) for s in sizes]
    terms = np.array([f"t{i:04}" for i in range(sides[0].shape[1])])
    stacked = sparse.csr_array(sparse.vstack(sides))
    held = postings.of_matrix(stacked, terms, np.concatenate(sizes), "word")
    rows, side = np.arange(sum(n)), np.repeat([0, 1], n)
    pair = Pair("a", "b", "xx", "xx", rows[side == 0], rows[side == 1], True)
    ids = [f"{row:04}" for row in rows]
    documents = pd.DataFrame({"doc_id": ids, "source": np.array(["a", "b"])[side]})
    settings = {"level": 0.95, "n_boot": 499, "seed": 0, "min_count": 1}
    found = pd.DataFrame(contrasts(held, [pair], documents, measures, settings)[0])
    found["verdict"] = np.array(SAID)[found["verdict"]]
    return found.sort_values("number").reset_index(drop=True)


def share_covered(
    docs: tuple[int, int], effect: float, *, contrasts: int = 1, seed: int = 11, **kind
) -> float:
    """Return how often the interval holds what was planted."""
    rng, held = np.random.default_rng(seed), []
    for _ in range(contrasts):
        rows = compared(*planted(rng, docs, np.full(TERMS, effect), **kind))
        held.append((rows["lo"] <= effect) & (effect <= rows["hi"]))
    return float(np.mean(held))


@pytest.mark.parametrize("effect", [0.0, 1.0, 2.5])
@pytest.mark.parametrize("burst", [1.0, 0.3])
def test_of_fifty_documents_a_side_the_interval_covers_93_to_97_of_100(
    burst: float, effect: float
) -> None:
    covered = share_covered((50, 50), effect, contrasts=4, burst=burst)
    error = 3 * np.sqrt(0.05 * 0.95 / (4 * TERMS))
    assert 0.93 - error <= covered <= 0.97 + error


def test_more_documents_than_are_resampled_singly_cover_as_well() -> None:
    covered = share_covered((50, 2 * resample.POOLS), 1.0, contrasts=2)
    assert 0.93 - 0.02 <= covered <= 0.97 + 0.02


def test_lengths_of_texts_as_unlike_as_can_be_are_covered() -> None:
    lengths = ((2000, 8000), (200, 800))
    for spans in (lengths, lengths[::-1]):
        covered = share_covered((50, 50), 1.0, contrasts=2, lengths=spans)
        assert 0.93 - 0.02 <= covered <= 0.97 + 0.02


@pytest.mark.parametrize("effect", [0.0, 1.0])
@pytest.mark.parametrize(("docs", "least"), [((5, 5), 0.93), ((20, 20), 0.92)])
def test_of_few_documents_the_interval_is_rather_too_wide(docs, least: float, effect) -> None:
    assert share_covered(docs, effect) >= least


def test_all_intervals_of_a_contrast_cover_at_once() -> None:
    rng, together, apart = np.random.default_rng(5), [], []
    effect = np.repeat([0.0, 1.0], 50)
    for _ in range(40):
        rows = compared(*planted(rng, (30, 30), effect), ("simultaneous",))
        together.append(((rows["lo_all"] <= effect) & (effect <= rows["hi_all"])).all())
        apart.append(((rows["lo"] <= effect) & (effect <= rows["hi"])).all())
    assert np.mean(together) >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / 40)
    assert np.mean(apart) < 0.5  # an interval of one term by itself promises no such thing


def test_two_documents_are_not_judged_by() -> None:
    rng = np.random.default_rng(3)
    sides, sizes = planted(rng, (2, 2), np.full(TERMS, 1.0))
    rows = compared(sides, sizes)
    assert set(rows["verdict"]) == {"too little text"}
    assert rows["q"].isna().all()


def test_planted_keywords_are_found_and_few_others() -> None:
    rng = np.random.default_rng(7)
    effect = np.zeros(TERMS)
    effect[:40] = 2.5
    sides, sizes = planted(rng, (20, 20), effect)
    rows = compared(sides, sizes)
    key = rows["verdict"].to_numpy() == "key"
    assert key[:40].mean() >= 0.9
    assert (rows["q"][40:] <= 0.05).sum() <= 0.1 * (rows["q"] <= 0.05).sum()
    assert rows["estimate"][:40].median() == pytest.approx(2.5, abs=0.2)


@pytest.mark.parametrize("docs", [(20, 20), (50, 50)])
def test_of_what_is_found_at_most_a_share_of_q_is_false(docs) -> None:
    rng, false = np.random.default_rng(23), []
    effect = np.zeros(TERMS)
    effect[:40] = np.repeat([1.5, 2.5], 20)
    for _ in range(12):
        rows = compared(*planted(rng, docs, effect))
        found = rows["verdict"].isin(("key", "key: used less")).to_numpy()
        assert found[20:40].mean() > 0.5
        false.append(found[40:].sum() / found.sum())
    assert np.mean(false) <= 0.05 + 2 * np.std(false) / np.sqrt(len(false))


@pytest.mark.parametrize(
    ("docs", "lengths"),
    [
        ((10, 10), ((200, 800), (200, 800))),
        ((10, 60), ((200, 800), (200, 800))),
        ((10, 60), ((200, 800), (2000, 8000))),
        ((10, 60), ((2000, 8000), (200, 800))),
    ],
)
def test_nothing_planted_nothing_found(docs, lengths) -> None:
    rng = np.random.default_rng(13)
    sides, sizes = planted(rng, docs, np.zeros(3 * TERMS), lengths=lengths)
    p = rates.ratio(*map(rates.of_matrix, sides, sizes)).p()
    assert np.nanmean(p <= 0.05) <= 0.09
    assert (resample.benjamini_hochberg(p) <= 0.05).sum() == 0


def test_bare_likelihood_would_find_much_where_nothing_is() -> None:
    """Why no verdict rests on ll2: on clustered words it cries at a third of them."""
    rng = np.random.default_rng(13)
    rows = compared(*planted(rng, (20, 20), np.zeros(TERMS)))
    assert (rows["ll2"] > 3.84).mean() > 0.2
    assert rows["verdict"].str.startswith("key").mean() < 0.02


def test_a_word_of_one_text_is_never_key() -> None:
    rng = np.random.default_rng(17)
    sides, sizes = planted(rng, (20, 20), np.zeros(TERMS))
    shout = sides[0].tolil()
    shout[0, :50] = rng.integers(40, 90, 50)
    rows = compared([sparse.csc_array(shout), sides[1]], sizes)
    assert (rows["verdict"][:50] != "key").all()
    assert (rows["ll2"][:50] > 10.8).mean() > 0.8


# -- topics ---------------------------------------------------------------------------------------

THEMES = {
    "sport": {
        "en": "striker goal match goalkeeper penalty final club league season referee stadium",
        "nl": "spits doelpunt wedstrijd doelman strafschop finale club competitie seizoen "
        "scheidsrechter stadion",
        "de": "Stürmer Tor Spiel Torwart Elfmeter Finale Verein Liga Saison Schiedsrichter Stadion",
    },
    "health": {
        "en": "doctor patient hospital vaccine disease nurse medicine surgery virus clinic symptom",
        "nl": "arts patiënt ziekenhuis vaccin ziekte verpleegster medicijn operatie virus kliniek "
        "symptoom",
        "de": "Arzt Patient Krankenhaus Impfstoff Krankheit Krankenschwester Medizin Operation "
        "Virus Klinik Symptom",
    },
    "money": {
        "en": "bank interest inflation shares market profit company investor budget debt currency",
        "nl": "bank rente inflatie aandelen markt winst bedrijf belegger begroting schuld munt",
        "de": "Bank Zinsen Inflation Aktien Markt Gewinn Unternehmen Anleger Haushalt Schulden "
        "Währung",
    },
}

NAMES = {
    "sport": {"en": "football", "nl": "voetbal", "de": "Fußball"},
    "health": {"en": "health care", "nl": "gezondheidszorg", "de": "Gesundheitswesen"},
    "money": {"en": "the economy", "nl": "de economie", "de": "die Wirtschaft"},
}
ABOUT = {"en": "A report on", "nl": "Een bericht over", "de": "Ein Bericht über"}


def written(rng: np.random.Generator, n_docs: int = 18) -> pd.DataFrame:
    """Documents in three languages, three quarters of the paragraphs of each on its own theme."""
    rows, themes = [], list(THEMES)
    for i in range(n_docs):
        code = ("en", "nl", "de")[i // 3 % 3]
        own = [themes[i % 3]] * 3 + [themes[(i + 1) % 3]]
        drawn = [rng.choice(THEMES[t][code].split(), 6, replace=False) for t in own]
        text = "\n".join(
            f"{ABOUT[code]} {t}: {', '.join(words)}."
            for words, t in zip(drawn, (NAMES[t][code] for t in own), strict=True)
        )
        rows.append({"doc_id": f"d{i:02}", "text": text, "language": code, "theme": themes[i % 3]})
    return pd.DataFrame(rows).assign(source="A", year=2020)


@pytest.fixture(scope="module")
def documents() -> pd.DataFrame:
    return written(np.random.default_rng(0))


@pytest.fixture(scope="module")
def found(documents):
    return topics.fit(corpus.from_rows(documents), k=3)


def told(model) -> pd.DataFrame:
    """What a model says of every stretch, whatever order the documents were in."""
    return model.units[["doc_id", "start", "end", "topic", "share"]]


def assert_same_topics(one, other) -> None:
    pd.testing.assert_frame_equal(told(one), told(other), check_exact=True)
    columns = ["topic", "label", "top_words", "stability", "similarity", "verdict", "n_tokens"]
    pd.testing.assert_frame_equal(one.topics[columns], other.topics[columns], check_exact=True)
    assert np.array_equal(one.refits, other.refits)
    shares = other.shares.loc[one.shares.index]
    pd.testing.assert_frame_equal(one.shares, shares, check_exact=True)


def test_planted_topics_are_found_in_every_language(documents, found) -> None:
    """The main topic of nearly every document is its theme's, and no topic is a language's."""
    own = documents.set_index("doc_id")["theme"]
    main = found.shares.idxmax(axis=1)
    table = pd.crosstab(own[main.index].to_numpy(), main.to_numpy())
    assert table.idxmax(axis=1).is_unique and len(table) == 3
    assert table.max(axis=1).sum() >= 0.85 * len(documents)
    assert found.topics["languages"].map(len).eq(3).all()
    aligned = topics.language_alignment(found.units).set_index("with")
    assert aligned.loc["language", "nmi"] < 0.05


@pytest.mark.parametrize("seed", [1, 2])
def test_documents_in_any_order_give_the_same_topics(documents, found, seed) -> None:
    again = documents.sample(frac=1, random_state=seed).reset_index(drop=True)
    assert_same_topics(found, topics.fit(corpus.from_rows(again), k=3))


@pytest.mark.parametrize("order", [["de", "en", "nl"], ["nl", "de", "en"]])
def test_languages_in_any_order_give_the_same_topics(documents, found, order) -> None:
    again = documents.sort_values(
        "language", key=lambda codes: codes.map(order.index), kind="stable", ignore_index=True
    )
    assert_same_topics(found, topics.fit(corpus.from_rows(again), k=3))


def test_other_names_of_documents_change_no_more_than_the_stability_says(documents, found) -> None:
    """Names decide which documents are drawn and in what order sums are taken, nothing else."""
    rng = np.random.default_rng(3)
    new = dict(zip(documents["doc_id"], rng.permutation(documents["doc_id"]), strict=True))
    again = topics.fit(corpus.from_rows(documents.assign(doc_id=documents["doc_id"].map(new))), k=3)
    one = found.units.assign(doc_id=found.units["doc_id"].map(new))
    both = one.merge(again.units, on=["doc_id", "start", "end"], suffixes=("", "_again"))
    assert len(both) == len(one)
    overlap = pd.crosstab(both["topic"], both["topic_again"])
    kept = overlap.max(axis=1) / both.groupby("topic").size()
    assert (kept.to_numpy() >= found.topics["stability"].to_numpy() - 1e-9).all()
