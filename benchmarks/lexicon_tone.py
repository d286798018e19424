"""Fit and measure the lexicon of tone: python -m benchmarks.lexicon_tone

For each language the valences of ``seeds/languages/<code>/valence.csv`` are fitted anew from their
column ``prior`` (values of published lists, and our own of war, diplomacy and the economy) and the
open coded sentences. An ordered logit whose features are the words of the list, each with the
factor that negation, degree and direction give it, is fitted with a ridge penalty towards

    g1 prior + g2 (the value that words near in meaning have)

where the second comes from a ridge regression of all priors on the vectors of single words. So a
word that the coded sentences hold often has the value that they give it, a rare one keeps its
prior. Dutch and German are measured by 5-fold cross-validation, everything fitted inside the folds;
English on sentences that nothing was fitted to. Words that a reader struck out of the lists (names
and matters of one year) are in :data:`STRUCK`.
"""

import csv
import json
from collections import Counter
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import optimize, sparse
from sklearn.linear_model import Ridge

from analysis import embeddings, languages, lexicons, paths
from analysis.judging import lexicon, valences
from analysis.scan import fold
from analysis.tokens import tokenize
from benchmarks import train_sentiment, training

NAME, METHOD = "sentiment-lexicon", "lexicon"
VALIDATION = ("task", "method", "language", "genre", "dataset", "gold", "predicted", "n")
SOURCES = {"nl": "ecosent", "en": "NewsMTSC", "de": "GerNTSA"}
PENALTY = {"nl": 1.5, "en": 4.0, "de": 8.0}
MIN_COUNT = {"nl": 3, "en": 3, "de": 6}
CURVATURE = 0.2
"""Of the log loss of one sentence, about: 1 / sqrt(penalty + .2 sum x^2) is a weight's standard
error. Learnt words whose weight is smaller than that are left out."""
STRUCK = {
    "nl": "aantal antwoord blokker bodem brusselse delta drachme duizend eurogroep eurozone "
    "gehate havas huawei jaar justitie kledingwinkel krant lente miss nationale-nederland "
    "niveau postnl raad recept reu schiereiland stopera stroomprijs telegraaf tien:duizend "
    "tmg trojka vakantiepark vrucht weg wereldbank woonbond woonwinkels",
    "de": "aktuell and anderer apa april aufklappen august autokorso autor bank beispiel bildplus "
    "boden box bundeskanzler bundesligaspiel center champions darunter detailansicht "
    "dezember dienstag dollar donnerstag dr eigen fc februar for formel foto frankfurter "
    "freitag freitagmorgen fußballbundesliga gasen gegenstand gutjahr haaren halten "
    "hamburger jahr jahresende januar juli juni kilometer kind klicken klingbeil kreisen "
    "krone kulisse kölner königin lady landkreis legend letzt liegen linie live mai "
    "mittwoch mittwochmorgen moderator moment monat montag montagabend morgenmagazin "
    "mutmaßlich märz nachfolger nacht nagelsmann name newsletter niedersächsisch norden "
    "november nummer nürnberger oktober partei pausen programm reaktion regierung "
    "regierungschef saison samstag schalken seite seitenende seitenlinie september "
    "silbereisen sitzen solcher sonntag spielen spieltag sports stehen tagen taliban team "
    "tennis tonne vater vergangen verstappen video welcher westen westfälisch westlich zoo "
    "zugang zuklappen",
    "en": "abortion astronaut bader ballroom blade bowe buzzfeed carney caucus-goer clip comey's "
    "comment corker digenova duck email ex-fbi fbi feature finger flake hotel institute "
    "lady lamb map mata megynkelly moment neck olive park pipe plaster podium rep replay "
    "slager slate spicer straw stump symptom telephone tobacco tubman video whoa",
}


class Fit(NamedTuple):
    """Weights of an ordered logit: one a word, and its two cut points."""

    weights: np.ndarray
    low: float
    high: float
    pull: np.ndarray


class Judged(NamedTuple):
    """Probabilities (n, 3) and labels (n,)."""

    p: np.ndarray
    label: np.ndarray


def fit(x, y: np.ndarray, priors: np.ndarray, *, penalty: float) -> Fit:
    """Fit an ordered logit, weights pulled towards ``priors @ pull``; `pull` is fitted too.

    Minimises ``log loss + penalty / 2 |weights - priors pull|^2`` by L-BFGS.
    """
    k, m = priors.shape
    x = sparse.csr_matrix(x)
    back, through = x.T.tocsr(), np.asarray(x @ priors)

    def loss(t: np.ndarray) -> tuple[float, np.ndarray]:
        own, pull, low, width = t[:k], t[k : k + m], t[-2], np.exp(t[-1])
        eta = x @ own + through @ pull
        p = lexicon.probabilities(eta, low, low + width)
        right = np.maximum(p[np.arange(len(y)), y + 1], 1e-12)
        slope_low, slope_high = p[:, 0] * (1 - p[:, 0]), p[:, 2] * (1 - p[:, 2])
        by_eta = np.where(y < 0, slope_low, np.where(y > 0, -slope_high, slope_high - slope_low))
        by_eta = by_eta / right
        by_width = -np.where(y < 0, 0, np.where(y > 0, -slope_high, slope_high)) / right * width
        value = -np.log(right).sum() + penalty / 2 * own @ own + 0.05 * pull @ pull
        grad = [back @ by_eta + penalty * own, through.T @ by_eta + 0.1 * pull]
        return value, np.concatenate([*grad, [-by_eta.sum(), by_width.sum()]])

    start = np.zeros(k + m + 2)
    start[-2:] = -1, np.log(2)
    t = optimize.minimize(
        loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500, "gtol": 1e-4}
    ).x
    pull = t[k : k + m]
    return Fit(t[:k] + priors @ pull, t[-2], t[-2] + np.exp(t[-1]), pull)


def read() -> dict[str, pd.DataFrame]:
    """Return the coded sentences of each language (text, y), and English ones kept apart."""
    english = train_sentiment.read_sentences(["newsmtsc/open_train.jsonl"], "en")
    names = ["newsmtsc/open_dev_rw.jsonl", "newsmtsc/open_dev_mt.jsonl"]
    test = train_sentiment.read_sentences(names, "en")
    return {
        "nl": train_sentiment.read_dutch(),
        "en": english[~english["text"].isin(test["text"])].reset_index(drop=True),
        "de": train_sentiment.read_sentences(["gerntsa/open_dev.jsonl"], "de"),
        "test": test,
    }


def table(code: str) -> pd.DataFrame:
    """Return the word list of a language as it is stored."""
    file = paths.SEEDS / "languages" / code / "valence.csv"
    return pd.read_csv(file, dtype={"term": str}, keep_default_na=False, na_values={"prior": [""]})


def read_words(texts: list[str], code: str) -> list[list[tuple[str, bool]]]:
    """Return the folded words of every text, and which of them the tagger takes for names."""
    cut = []
    for text in texts:
        starts, ends = tokenize(text)
        cut.append([text[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)])
    tagged = languages.language(code).lemmas(cut)
    return [
        [(fold(word), kind == "PN") for word, (_, kind) in zip(*pair, strict=True)]
        for pair in zip(cut, tagged, strict=True)
    ]


def candidates(read: list[list[tuple[str, bool]]], code: str, priors: dict[str, float]) -> Counter:
    """Count the terms that may be learnt: no names, numbers, function words or struck words."""
    own, n, names = languages.language(code), Counter(), Counter()
    for form, is_name in (pair for words in read for pair in words):
        term = form if form in priors else valences.lemma(form, code)
        n[term] += 1
        names[term] += is_name
    barred = own.stop_words | own.negators | set(STRUCK[code].split())
    actors = lexicons.load("actors")
    return Counter({
        t: count for t, count in n.items()
        if t in priors or (count >= MIN_COUNT[code] and 2 * names[t] < count and t not in barred
                           and len(t) > 1 and not any(map(str.isdigit, t))
                           and not lexicons.spans(t.title(), actors, language=code)
                           and not lexicons.spans(t, actors, language=code))
    })  # fmt: skip


def features(texts: list[str], own: valences.Lexicon):
    """Return each text's words of a list, with their factors, over sqrt(1 + k); csr."""
    place = {term: i for i, term in enumerate(own.values)}
    rows, columns, factors = [], [], []
    for at, text in enumerate(texts):
        found = valences.found(text, own)
        rows += [at] * len(found)
        columns += [place[row.term] for row in found]
        factors += [row.factor / np.sqrt(1 + len(found)) for row in found]
    return sparse.csr_matrix((factors, (rows, columns)), shape=(len(texts), len(place)))


def borrowed(terms: list[str], code: str, ridge: Ridge) -> np.ndarray:
    """Return the valence that words near in meaning have."""
    return ridge.predict(embeddings.encode(terms, [code] * len(terms)))


def neighbours() -> Ridge:
    """Fit the priors of all languages on the vectors of single words."""
    lists = {code: table(code).dropna(subset="prior") for code in training.LANGUAGES}
    vectors = [embeddings.encode(t["term"].tolist(), [c] * len(t)) for c, t in lists.items()]
    return Ridge(alpha=1.0).fit(
        np.vstack(vectors), np.concatenate([t["prior"] for t in lists.values()])
    )


def learn(
    texts: list[str], y: np.ndarray, read: list[list[tuple[str, bool]]], code: str, ridge: Ridge
) -> tuple[valences.Lexicon, Fit, Counter]:
    """Fit a word list: all candidates first, then those that came out worth keeping."""
    known = table(code).dropna(subset="prior").set_index("term")["prior"].to_dict()
    count = candidates(read, code, known)
    own = replace(valences.load(code), values=dict.fromkeys(sorted({*count, *known}), 1.0))
    for _ in range(2):
        terms = list(own.values)
        priors = np.column_stack([[known.get(t, 0.0) for t in terms], borrowed(terms, code, ridge)])
        x = features(texts, own)
        fitted = fit(x, y, priors, penalty=PENALTY[code])
        size = np.abs(fitted.weights)
        held = np.asarray(x.multiply(x).sum(axis=0)).ravel()
        sure = size * np.sqrt(PENALTY[code] + CURVATURE * held) >= 1
        values = np.round(fitted.weights / size.max(), 3).tolist()
        kept = zip(terms, values, sure.tolist(), strict=True)
        own = replace(own, values={t: v for t, v, ok in kept if ok or t in known})
    return own, fitted, count


def held_out(rows: pd.DataFrame, read, code: str, ridge: Ridge) -> np.ndarray:
    """Return the strength s of every sentence by lists fitted without it; 5 folds."""
    texts, y = rows["text"].tolist(), rows["y"].to_numpy()
    s = np.zeros(len(y))
    for train, held in training.folds(y, rows["text"].str.casefold()):
        own = learn([texts[i] for i in train], y[train], [read[i] for i in train], code, ridge)[0]
        s[held] = strength([texts[i] for i in held], own)
    return s


def strength(texts: list[str], own: valences.Lexicon) -> np.ndarray:
    """Return s of every text by a list."""
    return features(texts, own) @ np.array(list(own.values.values()))


def calibrated(s: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Fit slope and cut points of the ordered logit of s, and the two places of the labels."""
    found = fit(s[:, None], y, np.zeros((1, 1)), penalty=1e-6)
    below, above = np.quantile(s, [np.mean(y < 0), np.mean(y < 1)])
    below, above = min(below, -1e-4), max(above, 1e-4)  # no word, no tone
    about = {
        "slope": found.weights[0], "low": found.low, "high": found.high, "below": below,
        "above": above,
    }  # fmt: skip
    return {key: round(float(value), 4) for key, value in about.items()}


def judged(s: np.ndarray, about: dict[str, float]) -> Judged:
    p = lexicon.probabilities(about["slope"] * s, about["low"], about["high"])
    return Judged(p, lexicon.labels(s, about["below"], about["above"]).astype(int))


def crossed(s: np.ndarray, rows: pd.DataFrame) -> Judged:
    """Judge by held-out strengths, everything else fitted on the other folds."""
    y, out = rows["y"].to_numpy(), Judged(np.zeros((len(rows), 3)), np.zeros(len(rows), int))
    for train, held in training.folds(y, rows["text"].str.casefold()):
        found = judged(s[held], calibrated(s[train], y[train]))
        out.p[held], out.label[held] = found.p, found.label
    return out


def store(code: str, own: valences.Lexicon, count: Counter) -> None:
    """Write the word list of a language: priors as they were, values as fitted."""
    old = table(code).dropna(subset="prior").set_index("term")
    file = paths.SEEDS / "languages" / code / "valence.csv"
    temporary = file.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8", newline="") as handle:
        out = csv.writer(handle, lineterminator="\n")
        out.writerow(["term", "value", "prior", "source", "n"])
        for term in sorted(own.values):
            given = term in old.index
            prior, source = old.loc[term, ["prior", "source"]] if given else ("", SOURCES[code])
            out.writerow([term, own.values[term], prior, source, count[term]])
    temporary.replace(file)


def lists_alone(rows: pd.DataFrame, code: str) -> pd.DataFrame:
    """Score a published list by itself, under the same rules; slope and cut points fitted."""
    known = table(code).dropna(subset="prior")
    known = known[~known["source"].eq("own")]
    values = known.set_index("term")["prior"].to_dict()
    s = strength(rows["text"].tolist(), replace(valences.load(code), values=values))
    return table_of(rows, crossed(s, rows), f"published list: {known['source'].iloc[0]}", code)


def table_of(rows: pd.DataFrame, found: Judged, method: str, code: str) -> pd.DataFrame:
    return training.scores(
        rows["y"].to_numpy(), found.label, p=found.p, method=method, language=code,
        genre=train_sentiment.GENRE[code], dataset=train_sentiment.DATASET[code],
    )  # fmt: skip


def validation(rows: pd.DataFrame, found: Judged, code: str) -> pd.DataFrame:
    """Return gold x predicted counts, as benchmarks/results/validation.csv holds them."""
    pairs = pd.DataFrame({"gold": rows["y"].to_numpy(), "predicted": found.label})
    counted = pairs.value_counts().rename("n").sort_index().reset_index()
    return counted.assign(
        task="sentiment", method=METHOD, language=code, genre=train_sentiment.GENRE[code],
        dataset=train_sentiment.DATASET[code],
    )[list(VALIDATION)]  # fmt: skip


def record_validation(new: pd.DataFrame) -> None:
    """Put rows into validation.csv in place of this method's older ones."""
    file = paths.RESULTS / "validation.csv"
    if file.exists():
        old = pd.read_csv(file, dtype={"predicted": "Int64"})
        new = pd.concat([old[~(old["task"].eq("sentiment") & old["method"].eq(METHOD))], new])
    new = new.sort_values(list(VALIDATION[:-1]), kind="stable").astype({"predicted": "Int64"})
    temporary = file.with_suffix(".tmp")
    new.to_csv(temporary, index=False)
    temporary.replace(file)


def main() -> None:
    rows, ridge = read(), neighbours()
    about: dict[str, dict[str, float]] = {}
    tables, counts = [], []
    for code in training.LANGUAGES:
        own = rows[code]
        texts, y = own["text"].tolist(), own["y"].to_numpy()
        words = read_words(texts, code)
        s = held_out(own, words, code, ridge)
        about[code] = calibrated(s, y)
        final, _, count = learn(texts, y, words, code, ridge)
        test, found = (own, crossed(s, own)) if code != "en" else (rows["test"], None)
        if found is None:
            found = judged(strength(test["text"].tolist(), final), about[code])
        tables += [table_of(test, found, METHOD, code), lists_alone(test, code)]
        counts.append(validation(test, found, code))
        store(code, final, count)
    text = json.dumps({"languages": about, "made by": "benchmarks/lexicon_tone.py"}, indent=1)
    (paths.MODELS / f"{NAME}.json").write_text(text + "\n", "utf-8")
    table = training.record(tables, task="sentiment")
    record_validation(pd.concat(counts, ignore_index=True))
    mine = table["method"].eq(METHOD) | table["method"].str.startswith("published list")
    training.card(NAME, table[table["task"].eq("sentiment") & mine])
    print(table[mine & ~table["metric"].str.startswith("f1_")].iloc[:, 1:10].to_string())


if __name__ == "__main__":
    main()
