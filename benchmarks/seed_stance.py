"""Hold the stance model against a reader's codes of the five texts.

Run as python -m benchmarks.seed_stance, after benchmarks.train_stance.

Writes benchmarks/results/seed_stance.csv (agreement) and tests/known/seed_stance_misses.csv (every
code the model does not meet, so that a change in either direction is seen).
"""

import numpy as np
import pandas as pd

from analysis import corpus, evaluate, paths
from analysis.measures import stance
from benchmarks import train_stance, training

KNOWN = paths.ROOT / "tests" / "known"
GENRE = "foreign-policy reports and comment"
KEYS = ["doc_id", "actor", "start", "voice"]


def coded() -> pd.DataFrame:
    """Return the reader's codes of single sentences (those of whole texts left out)."""
    rows = pd.read_csv(paths.SEEDS / "readings-stance.csv")
    rows = rows[rows["phenomenon"].ne("whole text")].reset_index(drop=True)
    return rows.astype({"start": int, "end": int, "stance": int})


def compare(reader: pd.DataFrame, judged: pd.DataFrame) -> pd.DataFrame:
    """Add the model's ``label`` to the reader's rows, NaN where it named no such actor there.

    The model's row is the one of the same actor whose sentence overlaps the reader's most, of the
    same voice where it has one.
    """
    found = []
    for row in reader.to_dict("records"):
        near = judged[judged["doc_id"].eq(row["doc_id"]) & judged["actor"].eq(row["actor"])]
        shared = np.minimum(near["end"], row["end"]) - np.maximum(near["start"], row["start"])
        near = near.assign(shared=shared, same=near["voice"].eq(row["voice"]))[shared > 0]
        near = near.sort_values(["same", "shared", "sentence"], ascending=[False, False, True])
        found.append(near["label"].iloc[0] if len(near) else np.nan)
    return reader.assign(label=found)


def agreement(rows: pd.DataFrame) -> pd.DataFrame:
    """Return agreement by language, voice and phenomenon: n, agreement, commonest code's share."""
    parts = [("all", "all", rows)]
    for column in ("language", "voice", "phenomenon", "certain"):
        parts += [(column, str(name), part) for name, part in rows.groupby(column, sort=True)]
    out = []
    for column, name, part in parts:
        scores = evaluate.evaluate(part["stance"], part["label"]).set_index("metric")
        row = {"part": column, "value": name, "n": len(part)}
        for metric in ("accuracy", "macro_f1", "alpha"):
            row |= {metric: scores["value"][metric], f"{metric}_lo": scores["lo"][metric],
                    f"{metric}_hi": scores["hi"][metric]}  # fmt: skip
        row["commonest"] = evaluate.majority(part["stance"])
        row["not_judged"] = int(part["label"].isna().sum())
        out.append(row)
    return pd.DataFrame(out)


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
