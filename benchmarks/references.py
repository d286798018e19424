"""Precision of descriptors' referents and of predications, read by hand.

    python -m benchmarks.references

scores ``tests/known/references_sample.csv``: random rows of what the rules found in open texts: UN
speeches (en), Bundestag speeches (de), and for Dutch one day of the Tweede Kamer, news of ntrex
(each document one paragraph), sentences of sib200, and broadcasters' sentences with those around
them. For each row one reader wrote whether it is right. ``references``: the government, leader or
descriptor is that of this actor. ``predication``: the text says this of the actor, in this role,
in this sense (a wrong lemma or "not" is wrong). The rows ``dev`` were read first and the rules
mended after them; the rows ``test`` were drawn after that, those of German after a second mending.
Small mendings after the test rows are not measured. In Dutch so few are found that the two sets
overlap. Recall is not measured: nobody marked what the rules miss.

Writes ``benchmarks/results/references.csv``: for every set, task, language and class of rules
``n``, ``right`` and ``precision`` with its 95 % interval (Wilson 1927, JASA).

    python -m benchmarks.references draw SEED nl de en

needs the optional data folder and prints new rows with their texts, to be read.
"""

import datetime
import platform
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import corpus, paths, references
from analysis.measures import predication

SAMPLE = paths.ROOT / "tests" / "known" / "references_sample.csv"
TARGET = paths.RESULTS / "references.csv"
NO_NAMES = (references.DESCRIPTOR, references.INSTITUTION, references.LEADER)
KEYS = ["task", "language", "doc_id", "start", "end", "actor", "class", "term"]
PER_LANGUAGE = 34
Z = 1.959964


def texts(folder: Path, code: str) -> corpus.Corpus:
    """Load the open texts of a language."""
    rows = {"en": english, "de": german, "nl": dutch}[code](folder)
    return corpus.from_rows(rows.assign(language=code))


def english(folder: Path) -> pd.DataFrame:
    """UN speeches of 20 countries."""
    table = pd.read_csv(folder / "ungdc_sub_en" / "speeches_20_countries_1990_2024.csv")
    return table.rename(columns={"country_iso3": "source"})[["doc_id", "source", "year", "text"]]


def german(folder: Path) -> pd.DataFrame:
    """Bundestag speeches on foreign policy."""
    table = pd.read_csv(folder / "bundestag20_sub_de" / "foreign_policy_speeches.csv")
    table = table.rename(columns={"speech_id": "doc_id", "party": "source"})
    return table[["doc_id", "source", "year", "text"]].assign(doc_id=table["doc_id"].astype(str))


def dutch(folder: Path) -> pd.DataFrame:
    """Turns of one day of the Tweede Kamer, and three sets of news and encyclopedic sentences."""
    day = pd.read_csv(folder / "handelingen_nl" / "tk_2017_2018_70.csv")
    news = pd.read_csv(folder / "ntrex" / "open_dev.csv")
    news = news.groupby("doc_id", sort=True)["nl"].agg(" ".join)
    cut = pd.read_csv(folder / "issuepositions_nl" / "open_npo_types_dev.csv").fillna("")
    cut = cut.drop_duplicates("sent_id")
    single = pd.read_csv(folder / "sib200" / "open_train_dev.csv")
    parts = {
        "handelingen": (np.arange(len(day)).astype(str), day["text"]),
        "ntrex": (news.index, news),
        "npo": (cut["sent_id"], cut["before"] + " " + cut["sent_text"] + " " + cut["after"]),
        "sib200": (single["index_id"].astype(str), single["nl"]),
    }
    return pd.concat(
        pd.DataFrame({"doc_id": [f"{name}-{i}" for i in ids], "source": name,
                      "text": list(held)})
        for name, (ids, held) in parts.items()
    )  # fmt: skip


def rows(held: corpus.Corpus, code: str) -> pd.DataFrame:
    """Return all rows that may be drawn: what the rules say of an actor without its name."""
    found = references.find(held)
    found = found[found["safe"] & found["kind"].isin(NO_NAMES)]
    found = found.rename(columns={"key": "actor", "kind": "class", "wording": "term"})
    said = predication.said(held).rename(columns={"role": "class"})
    both = pd.concat([found.assign(task="references"), said.assign(task="predication")])
    return both.assign(language=code)[[*KEYS, "doc", "sentence"]].reset_index(drop=True)


def draw(folder: Path, seed: int, codes: list[str]) -> None:
    """Print random rows of some languages with the text around."""
    for code in codes:
        held = texts(folder, code)
        found = rows(held, code)
        for task, own in found.groupby("task", sort=True):
            chosen = own.sample(min(PER_LANGUAGE, len(own)), random_state=seed)
            print(f"# {task} {code}: {len(own)} found; {own['class'].value_counts().to_dict()}")
            for row in chosen.sort_values(["doc", "start"]).itertuples():
                text = held.documents["text"].iloc[row.doc]
                back = 350 if task == "references" else 170
                print(",".join(str(getattr(row, c) if c != "class" else own.loc[row.Index, c])
                               for c in KEYS))  # fmt: skip
                print("   ", " ".join((text[max(0, row.start - back) : row.start] + ">>>"
                      + text[row.start : row.end] + "<<<"
                      + text[row.end : row.end + 90]).split()))  # fmt: skip


def wilson(right: int, n: int) -> tuple[float, float]:
    """Return the score interval of a share."""
    p, centre = right / n, right / n + Z**2 / (2 * n)
    half = Z * np.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    return (centre - half) / (1 + Z**2 / n), (centre + half) / (1 + Z**2 / n)


def measure(coded: pd.DataFrame) -> pd.DataFrame:
    """Score the coded rows by set, task, language and class."""
    out = []
    for columns in (["language"], ["class"], ["language", "class"]):
        for key, own in coded.groupby(["set", "task", *columns], sort=True):
            right, n = int(own["right"].sum()), len(own)
            lo, hi = wilson(right, n)
            named = {"set": "", "task": "", "language": "all", "class": "all"}
            named |= dict(zip(["set", "task", *columns], key, strict=True))
            out.append(named | {"n": n, "right": right, "precision": right / n, "lo": lo, "hi": hi})
    return pd.DataFrame(out).assign(
        date=datetime.date.today().isoformat(),
        machine=f"{platform.system()} {platform.machine()}",
        versions=f"python {platform.python_version()}, pandas {pd.__version__}",
    )


def main() -> None:
    """Write the results, or print rows to read."""
    if sys.argv[1:2] == ["draw"]:
        folder = paths.data()
        if folder is None:
            sys.exit("the optional data folder is absent (set DISCOURSE_DATA)")
        draw(folder, int(sys.argv[2]), sys.argv[3:])
        return
    out = measure(pd.read_csv(SAMPLE, keep_default_na=False))
    out.to_csv(TARGET, index=False, float_format="%.8g")
    print(out.iloc[:, :9].to_string(index=False))


if __name__ == "__main__":
    main()
