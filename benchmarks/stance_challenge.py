"""Does the method see whom a sentence is about?  python -m benchmarks.stance_challenge

Sentences made up for this purpose, each built round one difficulty, in
tests/known/stance_challenge.csv: what a target is said to be (negation, irony, reported and quoted
words), to whom it is said (two targets of opposite fates, possessors, compounds) and what is no
stance at all (decisions, disasters). ``gold`` is the stance toward the target that the sentence
gives the reader; ``voice`` says whether the text itself takes it ("own") or somebody it reports
("quoted"). Rows without a target are coded for the tone of the sentence. Such sentences are harder
and more even than news: a score here tells what a method can see, not how right it is on a corpus.

Writes benchmarks/results/stance_challenge.csv: accuracy and macro-F1 by language and phenomenon,
beside two methods that cannot see the target: always neutral, and the tone of the whole sentence.
``ordered`` is the share of comparisons put in the right order by score. A comparison is two rows of
one pair (sentences that differ in little else) with different codes; of a target swap ("A praises
B, B attacks A") the two targets of one sentence, which no method that ignores the target can order.
``--model`` adds the rows of another model and keeps those already there.
"""

import argparse
from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd

from analysis import evaluate, paths
from analysis.measures import sentiment, stance

SET = paths.ROOT / "tests" / "known" / "stance_challenge.csv"
RESULTS = paths.RESULTS / "stance_challenge.csv"
SWAP, TONE = "target swap", "tone"
KEYS = ["task", "method", "language", "phenomenon"]
ALL = "all"


def sentences() -> pd.DataFrame:
    """Return the coded sentences, one row a sentence and target."""
    rows = pd.read_csv(SET, dtype={"from": "Int64", "to": "Int64"})
    return rows.fillna({"target": "", "pair": ""})


def neutral(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the judgement that nothing is ever said for or against anybody."""
    return pd.DataFrame({"score": 0.0, "label": 0.0}, index=rows.index)


def by_tone(rows: pd.DataFrame, model: str | None = None) -> pd.DataFrame:
    """Return the tone of every sentence, whomever it is about."""
    judged = sentiment.classify(rows["text"].tolist(), rows["language"].tolist(), model=model)
    return judged.set_axis(rows.index)


def by_stance(rows: pd.DataFrame, model: str | None = None) -> pd.DataFrame:
    """Return the stance of every sentence toward its target."""
    spans = list(zip(rows["from"].astype(int), rows["to"].astype(int), strict=True))
    judged = stance.classify(rows["text"].tolist(), spans, rows["language"].tolist(), model=model)
    return judged.set_axis(rows.index)


def comparisons(rows: pd.DataFrame) -> Iterator[tuple[int, int]]:
    """Yield (index of the lower code, of the higher) within pairs, of a swap within sentences."""
    paired = rows[rows["pair"].ne("")]
    within = paired["text"].where(paired["phenomenon"].eq(SWAP), "")
    for _, part in paired.groupby([paired["pair"], within], sort=True):
        ranked = part.sort_values("gold", kind="stable")
        for low, high in combinations(ranked.index, 2):
            if ranked["gold"][low] < ranked["gold"][high]:
                yield low, high


def scored(rows: pd.DataFrame, judged: pd.DataFrame, *, task: str, method: str) -> pd.DataFrame:
    """Return accuracy, macro-F1 and order of a method by language and phenomenon.

    Parameters
    ----------
    rows, judged : DataFrame
        Coded sentences and their ``score`` and ``label``, of the same index.
    task, method : str
        Written beside the scores.
    """
    out = []
    for language in (ALL, *sorted(rows["language"].unique())):
        own = rows if language == ALL else rows[rows["language"].eq(language)]
        kinds = sorted(own["phenomenon"].unique())
        for kind in (ALL, *kinds) if len(kinds) > 1 else kinds:
            part = own if kind == ALL else own[own["phenomenon"].eq(kind)]
            keys = dict(zip(KEYS, (task, method, language, kind), strict=True))
            out.append(keys | _scores(part, judged.loc[part.index]))
    return pd.DataFrame(out)


def _scores(rows: pd.DataFrame, judged: pd.DataFrame) -> dict[str, float]:
    told = evaluate.evaluate(rows["gold"], judged["label"]).set_index("metric")
    out: dict[str, float] = {"n": len(rows)}
    for metric in ("accuracy", "macro_f1"):
        out |= {metric: told["value"][metric], f"{metric}_lo": told["lo"][metric],
                f"{metric}_hi": told["hi"][metric]}  # fmt: skip
    right = [judged["score"][high] > judged["score"][low] for low, high in comparisons(rows)]
    out |= {"comparisons": len(right), "ordered": np.mean(right) if right else np.nan}
    return out | {"abstained": told["value"]["abstained"]}


def judged_by(model: str) -> pd.DataFrame:
    """Return the scores of a stance model and of the methods that it is held against."""
    rows = sentences()
    aimed, toned = rows[rows["phenomenon"].ne(TONE)], rows[rows["phenomenon"].eq(TONE)]
    return pd.concat([
        scored(aimed, by_stance(aimed, model), task="stance", method=model),
        scored(aimed, by_tone(aimed), task="stance", method="tone of the sentence"),
        scored(aimed, neutral(aimed), task="stance", method="always neutral"),
        scored(toned, by_tone(toned), task="sentiment", method=sentiment.DEFAULT),
        scored(toned, neutral(toned), task="sentiment", method="always neutral"),
    ])  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--model", default=stance.DEFAULT, help="a stance model by name")
    table = judged_by(options.parse_args().model)
    if RESULTS.exists():
        table = pd.concat([table, pd.read_csv(RESULTS)]).drop_duplicates(KEYS)
    table = table.sort_values(KEYS, kind="stable")
    table.to_csv(RESULTS, index=False, float_format="%.6g")
    shown = table[table["language"].eq(ALL)]
    print(
        shown[[*KEYS, "n", "accuracy", "macro_f1", "comparisons", "ordered"]]
        .round(3)
        .to_string(index=False)
    )


if __name__ == "__main__":
    main()
