"""Hold the stance model against a reader's codes of the five texts.

Run as python -m benchmarks.seed_stance, after benchmarks.train_stance.

Writes benchmarks/results/seed_stance.csv (agreement) and tests/known/seed_stance_misses.csv (every
code the model does not meet, so that a change in either direction is seen).

A second reader coded a third of the sentences, drawn at random, before seeing the first reader's
codes: tests/known/seed_stance_second.csv. The rows ``second reader`` of the table tell how far the
two agree, all in all and where the first was certain, and how far the model agrees with each on
the same sentences: no method can be asked for more than readers reach among themselves.
"""

import pandas as pd

from analysis import corpus, evaluate, paths
from analysis.measures import stance
from analysis.readings import compare
from benchmarks import train_stance, training

KNOWN = paths.ROOT / "tests" / "known"
GENRE = "foreign-policy reports and comment"
KEYS = ["doc_id", "actor", "start", "voice"]


def coded() -> pd.DataFrame:
    """Return the reader's codes of single sentences (those of whole texts left out)."""
    rows = pd.read_csv(paths.SEEDS / "readings-stance.csv")
    rows = rows[rows["phenomenon"].ne("whole text")].reset_index(drop=True)
    return rows.astype({"start": int, "end": int, "stance": int})


def agreement(rows: pd.DataFrame) -> pd.DataFrame:
    """Return agreement by language, voice, phenomenon, reader; and the commonest code's share."""
    parts = [("all", "all", rows)]
    for column in ("language", "voice", "phenomenon", "certain"):
        parts += [(column, str(name), part) for name, part in rows.groupby(column, sort=True)]
    out = [_agreement(*part) for part in parts]
    twice = rows.merge(second(), on=KEYS, validate="1:1")
    sure = twice[twice["certain"].eq("yes")]
    for value, part, one, other in (
        ("readers", twice, "stance", "second"),
        ("readers, first certain", sure, "stance", "second"),
        ("model and first", twice, "stance", "label"),
        ("model and first, first certain", sure, "stance", "label"),
        ("model and second", twice, "second", "label"),
    ):
        coded_twice = pd.DataFrame({"stance": part[one], "label": part[other]})
        out.append(_agreement("second reader", value, coded_twice))
    return pd.DataFrame(out)


def second() -> pd.DataFrame:
    """Return the second reader's codes as ``second``, beside what tells their sentences apart."""
    rows = pd.read_csv(KNOWN / "seed_stance_second.csv")
    return rows.rename(columns={"stance": "second"})[[*KEYS, "second"]]


def _agreement(part: str, value: str, rows: pd.DataFrame) -> dict[str, object]:
    scores = evaluate.evaluate(rows["stance"], rows["label"]).set_index("metric")
    row: dict[str, object] = {"part": part, "value": value, "n": len(rows)}
    for metric in ("accuracy", "macro_f1", "alpha"):
        row |= {metric: scores["value"][metric], f"{metric}_lo": scores["lo"][metric],
                f"{metric}_hi": scores["hi"][metric]}  # fmt: skip
    row["commonest"] = evaluate.majority(rows["stance"])
    row["not_judged"] = int(rows["label"].isna().sum())
    return row


def main() -> None:
    seeds = corpus.load()
    rows = compare(coded(), stance.sentence_stance(seeds))
    language = seeds.documents.set_index("doc_id")["language"]
    rows["language"] = rows["doc_id"].map(language)
    table = agreement(rows)
    table.to_csv(paths.RESULTS / "seed_stance.csv", index=False, float_format="%.6g")
    recorded = training.record(
        [
            training.scores(
                part["stance"].to_numpy(), part["label"].to_numpy(), method="portable",
                language=str(code), genre=GENRE, dataset="the five texts, one reader",
            )
            for code, part in rows.groupby("language", sort=True)
        ],
        task="stance",
    )  # fmt: skip
    own = recorded[recorded["task"].eq("stance") & recorded["method"].eq("portable")]
    training.card("stance-portable", own, more=train_stance.variants())
    misses = rows[rows["label"].ne(rows["stance"])].sort_values(KEYS, kind="stable")
    misses = misses.assign(label=misses["label"].astype("Int64"))
    columns = ["doc_id", "actor", "start", "voice", "stance", "label", "phenomenon"]
    misses[columns].to_csv(KNOWN / "seed_stance_misses.csv", index=False)
    print(table.round(3).to_string())


if __name__ == "__main__":
    main()
