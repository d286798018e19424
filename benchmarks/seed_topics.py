"""Hold the topic model against a reader's coding of the five texts by theme.

Run as python -m benchmarks.seed_topics; writes benchmarks/results/seed_topics.csv.

The coding
----------
``tests/known/seed_topics.csv`` holds a row for every kept sentence, headings too: ``doc_id, file,
start, end`` (code points), ``theme``, ``also`` (a second theme or empty), ``begins`` (the first 40
characters, as a check). One reader read the five texts whole, in Dutch, English and German, and
coded them before any topic model's output on them was seen. The codebook is :data:`THEMES`. Rules:

- What the sentence is about, not which words stand in it: «nuclear submarine» is *deployments*.
- The main theme is what the sentence says; the second is what it says it for, or about whom.
- Sentences are read in their paragraph: *this*, *he*, a list's items take the theme they point to.
- Damaged sentences are coded by what can be made out; tails of sentences like their beginnings.

Scoring
-------
A stretch's words count for their sentence's main theme, and half for its second. A stretch's gold
is the theme with most words in it. Precision is the share of a topic's words that are of the theme,
recall the share of the theme's words that are in the topic; the topic with the best F1 holds it.
No method sees the coding. The reader's own golds, scored in the same way, are the ceiling that the
length of the stretches allows; the floor are the model's topics shuffled within each language.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_mutual_info_score, normalized_mutual_info_score
from threadpoolctl import threadpool_limits

from analysis import corpus, embeddings, paths
from analysis.corpus import Corpus
from analysis.measures import topics
from analysis.measures._topic_words import units
from analysis.results import DiscourseError
from benchmarks.language_vectors import stamp

KNOWN = paths.ROOT / "tests" / "known"
THEMES = {
    "sanctions": "sanctions, blockade and isolation: imposed, evaded, watched over, lifted",
    "nuclear": "North Korea's nuclear weapons and missiles, tests, denuclearisation; deterrence",
    "deployments": "missile defence, US troops, weapons, alliances and exercises in Asia",
    "partnership": "Russia and North Korea: treaty, visits, what either gets out of it",
    "pressure": "US pressure and Trump's policy: threats, blackmail, change of regime",
    "china": "China's position, China and Russia together, blocs",
    "inter_korean": "North and South Korea: dialogue, détente, reconciliation",
    "diplomacy": "talks, offers, Security Council sessions, what diplomacy should do",
    "ukraine": "the war in Ukraine and the West's weapons for it",
    "arms": "weapons and military technology that North Korea or Russia deliver or sell",
    "economy": "trade, investment, labour, ports and bridges",
    "war": "the danger of war: escalation, attack, catastrophe",
    "russia": "what Russia wants and is afraid of",
    "history": "what was long ago",
    "other": "none of these: a heading, a remark on how things may go on",
}
LEFT = ("history", "other")
"""No topic is expected of these."""
SEEDS = range(10)
KS: tuple[int | None, ...] = (None, 8, 10, 12)
FOUND = 0.5
"""F1 from which a topic holds a theme; recall within a language from which it is found there."""
FEWEST = 2
"""A theme occurs in a language where it is the main theme of so many sentences."""
SHUFFLED = 5
OURS = "discourse"
Assign = Callable[[int, int], np.ndarray]


@dataclass(frozen=True, eq=False)
class Gold:
    """The coding of stretches.

    Attributes
    ----------
    stretches : DataFrame
        Those of a model that count.
    mass : DataFrame, shape (n_stretches, n_themes)
        Words of each theme, second themes at half.
    main : ndarray
        The theme with most words.
    occurs : DataFrame of bool
        Theme × language.
    """

    stretches: pd.DataFrame
    mass: pd.DataFrame
    main: np.ndarray
    occurs: pd.DataFrame


def coded(texts: Corpus) -> pd.DataFrame:
    """Return the reader's codes, index the sentence, after checking that they fit the texts."""
    rows = pd.read_csv(KNOWN / "seed_topics.csv", keep_default_na=False)
    kept = texts.sentences[texts.sentences["kept"]]
    keys = ["doc_id", "start", "end"]
    found = kept[keys].reset_index().merge(rows, on=keys, how="outer", indicator=True)
    if not found["_merge"].eq("both").all():
        raise DiscourseError("seed_topics.csv: codes and kept sentences differ; code them again")
    found = found.set_index("index").sort_index()
    begins = [text[:40] for text in texts.spans(kept)]
    if begins != found["begins"].tolist() or not set(found["theme"]) <= set(THEMES):
        raise DiscourseError("seed_topics.csv: a text or a theme is another; code it again")
    return found.assign(language=texts.documents["language"].to_numpy()[kept["doc"]])


def gold(texts: Corpus, codes: pd.DataFrame, stretches: pd.DataFrame) -> Gold:
    """Add up the codes of sentences over stretches; headings are left out as in the model."""
    stretches = stretches[stretches["fitted"].to_numpy(dtype=bool)].reset_index(drop=True)
    n_words = np.bincount(texts.tokens.sentence, minlength=len(texts.sentences))
    mass = np.zeros((len(stretches), len(THEMES)))
    place = {theme: j for j, theme in enumerate(THEMES)}
    for i, ids in enumerate(stretches["sentences"]):
        for sentence in ids:
            theme, also = codes.loc[sentence, ["theme", "also"]]
            mass[i, place[theme]] += n_words[sentence]
            if also:
                mass[i, place[also]] += n_words[sentence] / 2
    main = np.array(list(THEMES))[mass.argmax(axis=1)]
    occurs = pd.crosstab(codes["theme"], codes["language"]) >= FEWEST
    return Gold(stretches, pd.DataFrame(mass, columns=list(THEMES)), main, occurs)


def by_theme(truth: Gold, topic: np.ndarray) -> pd.DataFrame:
    """Return, for every theme, the topic that holds it best: precision, recall, F1, languages."""
    names, column = np.unique(topic, return_inverse=True)
    inside = np.eye(len(names))[column]
    words = truth.stretches["n_words"].to_numpy(dtype=float)
    language = truth.stretches["language"].to_numpy(dtype=str)
    rows = []
    for theme in (t for t in THEMES if t not in LEFT):
        own = truth.mass[theme].to_numpy()
        held = own @ inside
        precision, recall = held / (words @ inside), held / own.sum()
        f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
        best = int(f1.argmax())
        there = [c for c in truth.occurs.columns if truth.occurs.loc[theme, c]]
        share = [own[language == c] @ inside[language == c, best] / max(1, own[language == c].sum())
                 for c in there]  # fmt: skip
        rows.append(
            {
                "theme": theme, "topic": names[best], "precision": precision[best],
                "recall": recall[best], "F1": f1[best], "languages": len(there),
                "languages_found": int(np.sum(np.array(share) >= FOUND)),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def score(truth: Gold, topic: np.ndarray) -> dict[str, float]:
    """Return every measure of one assignment of stretches to topics."""
    themes = by_theme(truth, topic)
    language = truth.stretches["language"].to_numpy(dtype=str)
    placed = truth.main != "other"
    table = pd.crosstab(topic, truth.main).to_numpy()
    several = themes[themes["languages"] > 1]
    return {
        "AMI of topic and theme": adjusted_mutual_info_score(truth.main[placed], topic[placed]),
        "NMI of topic and theme": normalized_mutual_info_score(truth.main[placed], topic[placed]),
        "AMI within languages": within(truth, topic),
        "adjusted Rand index of pairs across languages": across(truth, topic),
        "NMI of topic and language": normalized_mutual_info_score(language, topic),
        "purity": table.max(axis=1).sum() / table.sum(),
        "themes held (F1 of .5 or more)": int((themes["F1"] >= FOUND).sum()),
        "mean F1 of themes": themes["F1"].mean(),
        "languages in which themes of several are found": several["languages_found"].sum()
        / several["languages"].sum(),
        "topics of one language, their theme of several": alone(truth, topic),
        "topics": len(np.unique(topic)),
    }


def within(truth: Gold, topic: np.ndarray) -> float:
    """Return the AMI of topic and theme language by language, weighted by stretches.

    Themes and languages go together in five texts, so that a split by language alone agrees with
    the themes somewhat; here it counts for nothing.
    """
    language = truth.stretches["language"].to_numpy(dtype=str)
    placed = truth.main != "other"
    total = 0.0
    for code in np.unique(language):
        own = placed & (language == code)
        total += own.sum() * adjusted_mutual_info_score(truth.main[own], topic[own])
    return float(total / placed.sum())


def across(truth: Gold, topic: np.ndarray) -> float:
    """Return the agreement of same topic with same theme over pairs in different languages.

    Cohen's kappa of the two; over all pairs it would be the adjusted Rand index. 0 is chance.
    """
    language = truth.stretches["language"].to_numpy(dtype=str)
    first, second = np.triu_indices(len(topic), 1)
    pair = (language[first] != language[second]) & (truth.main[first] != "other")
    pair &= truth.main[second] != "other"
    theme = (truth.main[first] == truth.main[second])[pair]
    same = (topic[first] == topic[second])[pair]
    expected = theme.mean() * same.mean() + (1 - theme.mean()) * (1 - same.mean())
    return float(((theme == same).mean() - expected) / max(1 - expected, 1e-12))


def alone(truth: Gold, topic: np.ndarray) -> float:
    """Return the share of topics in a single language whose main theme occurs in others too."""
    language = truth.stretches["language"].to_numpy(dtype=str)
    wrong = []
    for name in np.unique(topic):
        own = topic == name
        theme = truth.mass[own].sum().idxmax()
        spread = theme not in LEFT and truth.occurs.loc[theme].sum() > 1
        wrong.append(len(np.unique(language[own])) == 1 and spread)
    return float(np.mean(wrong))


def shuffled(truth: Gold, topic: np.ndarray, seed: int) -> dict[str, float]:
    """Return the mean score of the same topics dealt out at random within each language."""
    rng = np.random.default_rng(seed)
    language = truth.stretches["language"].to_numpy(dtype=str)
    scores = []
    for _ in range(SHUFFLED):
        dealt = topic.copy()
        for code in np.unique(language):
            dealt[language == code] = rng.permutation(topic[language == code])
        scores.append(score(truth, dealt))
    return {m: float(v) for m, v in pd.DataFrame(scores).mean().items()}


def averaged(texts: Corpus, stretches: pd.DataFrame, *, centred: bool) -> np.ndarray:
    """Return the vector of every stretch; `centred`: fixed language vectors subtracted."""
    n_words = np.bincount(texts.tokens.sentence, minlength=len(texts.sentences))
    long = stretches[["language", "sentences"]].explode("sentences")
    ids = long["sentences"].to_numpy(dtype=int)
    codes = list(long["language"]) if centred else None
    found = embeddings.encode(texts.spans(texts.sentences.loc[ids]), codes)
    out = np.zeros((len(stretches), found.shape[1]))
    np.add.at(out, long.index.to_numpy(), found * n_words[ids, None])
    return out / np.linalg.norm(out, axis=1, keepdims=True)


def kmeans(vectors: np.ndarray, k: int, seed: int) -> np.ndarray:
    """Plain k-means, the best of ten starts."""
    return KMeans(k, n_init=10, random_state=seed).fit_predict(vectors)


def words(
    texts: Corpus, truth: Gold, k: int, seed: int, *, model: str, all_words: bool
) -> np.ndarray:
    """LDA or NMF on the mixed words of all languages, on the same stretches."""
    found = topics.naive(texts, k=k, seed=seed, model=model, all_words=all_words)
    found = found.set_index(["doc_id", "start"])["topic"]
    return found.loc[pd.MultiIndex.from_frame(truth.stretches[["doc_id", "start"]])].to_numpy()


def rivals(texts: Corpus, truth: Gold, unit: str) -> dict[str, Assign]:
    """Return what the model is measured against; models on words know paragraphs only."""
    raw = averaged(texts, truth.stretches, centred=False)
    centred = averaged(texts, truth.stretches, centred=True)
    out: dict[str, Assign] = {
        "k-means, raw vectors": partial(kmeans, raw),
        "k-means, fixed vectors subtracted": partial(kmeans, centred),
    }
    if unit == "paragraph":
        for model in ("lda", "nmf"):
            for kept, name in ((True, ""), (False, " without stop words")):
                out[f"{model.upper()}, mixed words{name}"] = partial(
                    words, texts, truth, model=model, all_words=kept
                )
    return out


def rows(
    scores: list[dict[str, float]], unit: str, method: str, k: int | None, n: int, theme: str = ""
) -> list[dict[str, object]]:
    """One line a measure: mean and spread over seeds."""
    table = pd.DataFrame(scores)
    return [
        {
            "unit": unit, "method": method, "k": "default" if k is None else k, "theme": theme,
            "metric": metric, "value": values.mean(),
            "sd_over_seeds": values.std() if len(values) > 1 else np.nan,
            "seeds": len(values), "n": n,
        }
        for metric, values in table.items()
    ]  # fmt: skip


def measured(texts: Corpus, codes: pd.DataFrame, unit: str) -> list[dict[str, object]]:
    """Score all methods at one unit of text."""
    truth = gold(texts, codes, units(texts, unit=unit))
    n = len(truth.stretches)
    out = rows([score(truth, truth.main)], unit, "reader (ceiling)", None, n)
    others = rivals(texts, truth, unit)
    for k in KS:
        found = [own_topics(texts, truth, k, seed, unit) for seed in SEEDS]
        out += rows([score(truth, f) for f in found], unit, OURS, k, n)
        floor = [shuffled(truth, f, s) for s, f in zip(SEEDS, found, strict=True)]
        out += rows(floor, unit, "discourse, shuffled within languages (floor)", k, n)
        if k is None:
            themes = pd.concat([by_theme(truth, f) for f in found])
            for theme, part in themes.groupby("theme", sort=True):
                values = part.drop(columns=["theme", "topic"]).to_dict("records")
                out += rows(values, unit, OURS, k, n, str(theme))
            continue
        for name, assign in others.items():
            out += rows([score(truth, assign(k, s)) for s in SEEDS], unit, name, k, n)
    return out


def own_topics(texts: Corpus, truth: Gold, k: int | None, seed: int, unit: str) -> np.ndarray:
    """Return the model's main topic of every stretch of the coding."""
    found = topics.fit(texts, k=k, seed=seed, unit=unit).units.set_index(["doc_id", "start"])
    keys = pd.MultiIndex.from_frame(truth.stretches[["doc_id", "start"]])
    return found.loc[keys, "topic"].to_numpy(dtype=int)


def main() -> None:
    began = time.process_time()
    texts = corpus.load()
    codes = coded(texts)
    with threadpool_limits(1):
        found = [row for unit in ("paragraph", "sentence") for row in measured(texts, codes, unit)]
    table = pd.DataFrame(found).assign(**stamp())
    table.to_csv(
        paths.RESULTS / "seed_topics.csv", index=False, float_format="%.6g", lineterminator="\n"
    )
    whole = table[table["theme"].eq("")]
    shown = whole.pivot_table(
        index=["unit", "k", "method"], columns="metric", values="value", sort=False
    )
    sys.stdout.write(f"{shown.round(3).to_string()}\n{time.process_time() - began:.0f} s\n")


if __name__ == "__main__":
    main()
