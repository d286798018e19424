"""Corpora that several tests share."""

import pandas as pd
import pytest

from analysis import corpus, paths


@pytest.fixture(scope="session")
def seeds():
    """The five texts."""
    return corpus.load()


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
