"""Corpora that several tests share."""

from collections import Counter
from functools import cache

import pandas as pd
import pytest

from analysis import corpus, paths


@pytest.fixture(scope="session")
def seeds():
    """The five texts."""
    return corpus.load()


@pytest.fixture(scope="session")
def topics_of_seeds(seeds):
    """Return a function from k to the topic model of the five texts, fitted once."""
    from analysis.measures import topics

    return cache(lambda k: topics.fit(seeds, k=k))


@pytest.fixture(scope="session")
def made_up():
    """Six short made-up texts: two a language, two sources, two years."""
    texts = {
        "nl": [
            "Noord-Korea dreigt met oorlog. De sancties blijven, zei de minister.\nHet zwijgt.",
            "De handel met Rusland groeit. Moskou is tevreden over de nieuwe overeenkomst.",
        ],
        "de": [
            "Nordkorea droht mit Krieg. Die Sanktionen bleiben, sagte der Minister.\nEs schweigt.",
            "Der Handel mit Russland wächst. Moskau ist mit dem Abkommen zufrieden.",
        ],
        "en": [
            "North Korea threatens war. The sanctions remain, a minister said.\nIt is silent.",
            "Trade with Russia is growing. Moscow is pleased with the new agreement.",
        ],
    }
    rows = [
        {"doc_id": f"{code}-{i}", "text": t, "language": code, "source": "AB"[i], "year": 2020 + i}
        for code, pair in texts.items()
        for i, t in enumerate(pair)
    ]
    return corpus.from_rows(pd.DataFrame(rows))


@pytest.fixture(scope="session")
def data():
    """The optional data folder."""
    folder = paths.data()
    if folder is None:
        pytest.skip("the optional data folder is absent (set DISCOURSE_DATA)")
    return folder


# Files of the longest first, so that no worker is left with one at the end.
LONGEST = (
    "02-keywords", "03-topics", "05-actors-and-voices", "04-sentiment", "06-your-corpus",
    "00-start-here", "01-corpus", "test_site", "test_bad_input", "test_topic_tree", "test_voices",
    "test_cli", "test_measures_contract", "test_execute", "test_topics", "test_wordmodels",
    "test_cli_topics", "test_bad_input_tone", "test_bad_input_topics", "test_plot_tone",
    "test_topicmap",
)  # fmt: skip
PLACE = {name: place for place, name in enumerate(LONGEST)}
# What these run, the tests of single modules run as well.
REPEATING = ("test_planted_truth", "test_measures_contract")
COUNTED = 2
"""Cases of a test function whose lines are counted for coverage."""


@pytest.hookimpl(trylast=True)  # when Hypothesis has marked its tests
def pytest_collection_modifyitems(items):
    """Put the longest files first; count lines in the first cases of every test only.

    Counting takes as long again as running, and further cases of a test, hundreds of made-up
    corpora and the contract of all measures run the same lines with other data. What is covered is
    at least what is counted.
    """
    cases = Counter()
    for item in items:
        name = item.nodeid.partition("[")[0]
        cases[name] += 1
        if (
            cases[name] > COUNTED
            or item.get_closest_marker("hypothesis")
            or item.path.stem in REPEATING
        ):
            item.add_marker(pytest.mark.no_cover)
    items.sort(key=lambda item: PLACE.get(item.path.stem, len(PLACE)))
