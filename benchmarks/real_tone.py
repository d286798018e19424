"""Does measured tone and stance say what a specialist knows? Three real collections are the test.

    python -m benchmarks.real_tone [headlines] [bundestag] [un]

Reads the optional data folder: Dutch economic headlines of February to July 2015 (outlet x month),
speeches of the 20th German Bundestag on foreign policy (party x year) and speeches in the UN
General Debate (country x decade). Tone is measured, and stance toward some actors in the
speakers' own voice: by source, by time, and by both. What a specialist expects stands in
``EXPECTED`` with its reason, written on 23 November 2026 before tone or stance of these collections
had been looked at, and is then looked up. Three in four of the headlines were coded by students
and the model was trained on them: their mean codes are written beside the method's, and the
method's of the headlines without a code, of which it saw the words only. Writes
``benchmarks/results/real_tone.csv``.
"""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from analysis import corpus as corpus_
from analysis import counts, paths, resample
from analysis.corpus import Corpus
from analysis.measures.sentiment import sentiment
from analysis.measures.stance import stance
from benchmarks.language_vectors import stamp

FILE = paths.RESULTS / "real_tone.csv"
PARTIES = ("AfD", "BSW", "BÜNDNIS 90/DIE GRÜNEN", "CDU/CSU", "Die Linke", "FDP", "SPD",
           "Regierung/Bundesrat")  # fmt: skip
ACTORS = {
    "bundestag": ("RU", "UA", "CN", "US"),
    "un": ("US", "RU", "CN", "UA", "JP", "IL", "IR", "DPRK"),
}
DRAWN = ("US", "RU")  # of the states in the UN, toward whom stance is kept by state and decade
MOST = {1: 15_000, 2: 30_000}  # sentences judged, by one column and by two: a run takes minutes
COLUMNS = (
    "collection", "kind", "by", "cell", "relation", "compared_with", "measure", "actor", "source",
    "time", "estimate", "lo", "hi", "n", "n_docs", "n_all", "coded", "coded_lo", "coded_hi",
    "n_coded", "verdict", "coded_verdict", "note", "date", "machine", "versions", "cpu_seconds",
)  # fmt: skip
ZERO = "0"
SPLITS = 100

EXPECTED = (
    # Headlines. Tone: of the economy, -1 to 1.
    ("headlines", "2015-03", "above", "2015-02",
     "Statistics Netherlands, 19 March: consumer confidence from -7 to +2, above zero for the "
     "first time since 2007"),
    ("headlines", "2015-06", "below", "2015-03",
     "Greece and its creditors did not agree; capital controls from 28 June"),
    ("headlines", "2015-07", "below", "2015-03",
     "Greece missed its payment, held the referendum of 5 July, and its exchange was closed"),
    ("headlines", "NOS.nl · 2015-07", "below", "NOS.nl · 2015-03",
     "the broadcaster's site followed the Greek crisis most"),
    ("headlines", "telegraaf.nl · 2015-07", "below", "telegraaf.nl · 2015-03",
     "its site runs the exchange, at its highest in seven years in spring, falling in summer"),
    ("headlines", "FD", "above", "Telegraaf",
     "popular newspapers put bad news first; a financial daily serves investors"),
    ("headlines", "FD", "above", "AD",
     "popular newspapers put bad news first; a financial daily serves investors"),
    ("headlines", "FD", "above", "NOS.nl",
     "hard news of crises against news of companies and markets"),
    ("headlines", "NRC", "above", "Telegraaf",
     "quality newspapers dramatise less than popular ones"),
    ("headlines", "NoordelijkDagblad", "below", "FD",
     "a region of unemployment and of earthquakes by gas extraction"),
    ("headlines", "NOS.nl", "below", "0", "negativity bias of general economic news"),
    ("headlines", "Telegraaf", "below", "0", "negativity bias of general economic news"),
    ("headlines", "AD", "below", "0", "negativity bias of general economic news"),
    ("headlines", "Volkskrant", "below", "0", "negativity bias of general economic news"),
    # Bundestag. Stance in the speakers' own voice.
    ("bundestag", "RU: 2022", "below", "0", "Russia invaded Ukraine on 24 February 2022"),
    ("bundestag", "RU: AfD · 2022", "below", "0", "even it called the attack a breach of law"),
    ("bundestag", "RU: BÜNDNIS 90/DIE GRÜNEN · 2022", "below", "0", "the invasion"),
    ("bundestag", "RU: CDU/CSU · 2022", "below", "0", "the invasion"),
    ("bundestag", "RU: Die Linke · 2022", "below", "0",
     "its leaders called the attack a breach of international law"),
    ("bundestag", "RU: FDP · 2022", "below", "0", "the invasion"),
    ("bundestag", "RU: SPD · 2022", "below", "0", "the chancellor's turn of 27 February"),
    ("bundestag", "RU: AfD", "above", "RU: BÜNDNIS 90/DIE GRÜNEN",
     "it opposed sanctions and wanted the gas; the Greens had warned of the pipeline"),
    ("bundestag", "RU: AfD", "above", "RU: CDU/CSU", "it opposed sanctions and wanted the gas"),
    ("bundestag", "RU: AfD", "above", "RU: FDP", "it opposed sanctions and wanted the gas"),
    ("bundestag", "RU: Die Linke", "above", "RU: BÜNDNIS 90/DIE GRÜNEN",
     "it opposed arms for Ukraine and wanted talks"),
    ("bundestag", "RU: BSW", "above", "RU: BÜNDNIS 90/DIE GRÜNEN",
     "founded against arms for Ukraine"),
    ("bundestag", "UA: BÜNDNIS 90/DIE GRÜNEN", "above", "0", "for arms and accession"),
    ("bundestag", "UA: FDP", "above", "0", "for arms and accession"),
    ("bundestag", "UA: CDU/CSU", "above", "0", "for arms and accession"),
    ("bundestag", "UA: SPD", "above", "0", "for support, with hesitation on some arms"),
    ("bundestag", "UA: AfD", "below", "UA: BÜNDNIS 90/DIE GRÜNEN", "against arms and payments"),
    ("bundestag", "UA: AfD", "below", "UA: FDP", "against arms and payments"),
    ("bundestag", "UA: Die Linke", "below", "UA: FDP", "against arms"),
    ("bundestag", "UA: BSW", "below", "UA: BÜNDNIS 90/DIE GRÜNEN", "against arms and payments"),
    ("bundestag", "UA: 2022", "above", "RU: 2022", "the attacked and the attacker"),
    ("bundestag", "UA: BÜNDNIS 90/DIE GRÜNEN", "above", "RU: BÜNDNIS 90/DIE GRÜNEN",
     "the attacked and the attacker"),
    ("bundestag", "UA: FDP", "above", "RU: FDP", "the attacked and the attacker"),
    ("bundestag", "UA: CDU/CSU", "above", "RU: CDU/CSU", "the attacked and the attacker"),
    ("bundestag", "UA: SPD", "above", "RU: SPD", "the attacked and the attacker"),
    ("bundestag", "US: AfD", "below", "US: CDU/CSU",
     "it says the United States blew up the pipeline and sell their own gas"),
    ("bundestag", "US: Die Linke", "below", "US: CDU/CSU", "against NATO and its wars"),
    ("bundestag", "US: BSW", "below", "US: CDU/CSU", "against missiles of the United States"),
    ("bundestag", "US: 2025", "below", "US: 2023",
     "Vance at Munich on 14 February, Trump and Zelensky on 28 February"),
    ("bundestag", "US: CDU/CSU", "above", "RU: CDU/CSU", "ally and aggressor"),
    ("bundestag", "US: FDP", "above", "CN: FDP", "ally and systemic rival"),
    ("bundestag", "US: CDU/CSU", "above", "CN: CDU/CSU", "ally and systemic rival"),
    ("bundestag", "US: BÜNDNIS 90/DIE GRÜNEN", "above", "CN: BÜNDNIS 90/DIE GRÜNEN",
     "ally, and human rights in Xinjiang"),
    ("bundestag", "CN: BÜNDNIS 90/DIE GRÜNEN", "below", "0", "human rights in Xinjiang"),
    # UN General Debate. Stance in the speakers' own voice.
    ("un", "US: PRK", "below", "0", "'hostile policy' is its standing phrase"),
    ("un", "JP: PRK", "below", "0", "crimes of the colonial past"),
    ("un", "US: IRN", "below", "0", "the revolution of 1979, sanctions"),
    ("un", "IL: IRN", "below", "0", "it does not recognise the state"),
    ("un", "IR: ISR", "below", "0", "yearly warnings of Iran's nuclear programme"),
    ("un", "DPRK: USA", "below", "0", "nuclear weapons; 'axis of evil'"),
    ("un", "IR: USA", "below", "0", "nuclear programme; 'axis of evil'"),
    ("un", "DPRK: KOR", "below", "0", "nuclear tests and attacks"),
    ("un", "DPRK: JPN", "below", "0", "abductions and missiles"),
    ("un", "RU: UKR", "below", "0", "Crimea 2014 and the invasion of 2022"),
    ("un", "RU: UKR", "below", "RU: BLR", "the attacked and the ally"),
    ("un", "US: PRK", "below", "US: KOR", "enemy and ally"),
    ("un", "US: PRK", "below", "US: GBR", "enemy and ally"),
    ("un", "US: IRN", "below", "US: GBR", "enemy and ally"),
    ("un", "US: RUS", "below", "US: GBR", "rival and ally"),
    ("un", "IL: IRN", "below", "IL: USA", "enemy and ally"),
    ("un", "JP: JPN", "above", "0", "states present themselves well"),
    ("un", "US: USA", "above", "0", "states present themselves well"),
    ("un", "RU: 2020s", "below", "RU: 1990s", "the invasion of 2022 against the hopes of 1991"),
    ("un", "RU: UKR · 2020s", "below", "RU: UKR · 1990s",
     "the invasion of 2022 against the treaty of 1997"),
    ("un", "RU: USA · 2020s", "below", "RU: USA · 1990s", "invasion against end of cold war"),
    ("un", "US: RUS · 2020s", "below", "US: RUS · 1990s", "invasion against end of cold war"),
)  # fmt: skip
"""Collection, cell, relation, what it is compared with, and the fact outside the texts.

A cell is a source, a time or both, after the actor whose stance it is.
"""


def main() -> None:
    """Measure the collections named, or all; the others keep the rows they have."""
    data = paths.data()
    if data is None:
        sys.exit("the optional data folder is not there: set DISCOURSE_DATA to run this benchmark")
    runs: dict[str, Callable[[Path], pd.DataFrame]] = {
        "headlines": headlines, "bundestag": bundestag, "un": un,
    }  # fmt: skip
    named = sys.argv[1:] or list(runs)
    found = []
    with threadpool_limits(1):
        for name in named:
            began = time.process_time()
            rows = runs[name](data)
            rows = pd.concat([rows, expected(name, rows)], ignore_index=True)
            spent = round(time.process_time() - began)
            found.append(rows.assign(collection=name))
            run = {"collection": name, "kind": "run", **stamp(), "cpu_seconds": spent}
            found.append(pd.DataFrame([run]))
    out = pd.concat(found, ignore_index=True)
    if FILE.is_file():
        before = pd.read_csv(FILE, dtype={"time": str, "compared_with": str})
        out = pd.concat([before[~before["collection"].isin(named)], out], ignore_index=True)
    out = out.reindex(columns=list(COLUMNS))
    out.to_csv(FILE, index=False, lineterminator="\n", float_format="%.5g")
    shown = out[out["kind"].isin(["expected", "check", "run"]) & out["collection"].isin(named)]
    columns = ["cell", "relation", "compared_with", "estimate", "lo", "hi", "verdict",
               "coded_verdict", "cpu_seconds"]  # fmt: skip
    sys.stdout.write(shown[columns].to_string(max_colwidth=60) + "\n")


def headlines(data: Path) -> pd.DataFrame:
    """Tone by outlet, month and both, beside the students' codes of three in four headlines."""
    loaded = corpus_.load(
        data / "ecosent" / "open_headlines_metadata.csv", source="medium", text="headline",
        date="date", year="year", id="id",
    )  # fmt: skip
    month = loaded.documents["date"].astype(str).str[:7]
    news = corpus_.from_rows(loaded.documents.assign(month=month), report=loaded.report)
    table = news.documents
    codes = pd.read_csv(data / "ecosent" / "open_train_student_coded.csv", dtype={"id": str})
    coded = table["doc_id"].map(codes.set_index("id")["value"])
    rows = []
    for by in groupings("month"):
        own = tidy(sentiment(news, by=by), by)
        human = codes_by(coded, counts.labels(table, by))
        rows.append(own.merge(human, left_on="cell", right_index=True, how="left"))
    unseen = tidy(sentiment(news.subset(coded.isna()), by="source"), "source")
    rows.append(unseen[unseen["kind"].eq("cell")].assign(kind="headlines not coded"))
    out = pd.concat(rows, ignore_index=True)
    same = halves(coded.dropna(), table.loc[coded.notna(), "source"])
    return pd.concat([out, agreement(out), same], ignore_index=True)


def bundestag(data: Path) -> pd.DataFrame:
    """Stance toward four states by party, year and both."""
    file = data / "bundestag20_sub_de" / "foreign_policy_speeches.csv"
    loaded = corpus_.load(file, source="party")
    return stances(loaded.subset(loaded.documents["source"].isin(PARTIES)), "bundestag", "year", 8)


def un(data: Path) -> pd.DataFrame:
    """Stance of twenty states toward eight of them and others, by state, decade and both."""
    file = data / "ungdc_sub_en" / "speeches_20_countries_1990_2024.csv"
    return stances(corpus_.load(file, source="country_iso3"), "un", "decade", 10)


def stances(corpus: Corpus, name: str, when: str, top: int) -> pd.DataFrame:
    """Own-voice stance toward the actors of a collection, by source, time and both."""
    own = {"own_voice": "estimate", "own_lo": "lo", "own_hi": "hi", "n_own": "n"}
    rows = []
    for by in groupings(when):
        found = stance(corpus, by=by, top=top, most=MOST[len(counts.columns(by))])
        kept = DRAWN if name == "un" and not isinstance(by, str) else ACTORS[name]
        found = found[found["actor"].isin(kept)].drop(columns=["estimate", "lo", "hi", "n"])
        rows.append(tidy(found.rename(columns=own), by))
    return pd.concat(rows, ignore_index=True)


def groupings(when: str) -> tuple[str | tuple[str, str], ...]:
    """By source, by time, and by both."""
    return ("source", when, ("source", when))


def tidy(rows: pd.DataFrame, by: str | Sequence[str]) -> pd.DataFrame:
    """Name every cell as ``EXPECTED`` does, keep what is drawn, and the method as a last row."""
    columns = counts.columns(by)
    parts = rows["group"].astype(str).str.split(counts.SEPARATOR, expand=True, regex=False)
    out = rows.assign(kind="cell", by=" x ".join("source" if c == "source" else "time"
                                                 for c in columns))  # fmt: skip
    for i, column in enumerate(columns):
        out["source" if column == "source" else "time"] = parts[i]
    out["cell"] = (out["actor"] + ": " if "actor" in out else "") + out["group"].astype(str)
    method = {"kind": "method", "by": out["by"].iloc[0], "measure": out["measure"].iloc[0],
              "note": out["method"].iloc[0]}  # fmt: skip
    return pd.concat([out[[c for c in COLUMNS if c in out]], pd.DataFrame([method])])


def codes_by(codes: pd.Series, label: np.ndarray) -> pd.DataFrame:
    """Mean code of every group, its bootstrap interval and n."""
    out = {}
    for name, own in codes.dropna().groupby(label[codes.notna()], sort=True):
        found = resample.ratio_interval(own.to_numpy(dtype=float)[:, None], np.ones(len(own)))
        out[name] = {**dict(zip(("coded", "coded_lo", "coded_hi"), np.ravel(found), strict=True)),
                     "n_coded": len(own)}  # fmt: skip
    return pd.DataFrame.from_dict(out, orient="index")


def agreement(rows: pd.DataFrame) -> pd.DataFrame:
    """Correlation and mean gap of the method's means with the students', over cells."""
    cells = rows[rows["kind"].eq("cell")]
    human = cells.set_index("cell")["coded"]
    unseen = rows[rows["kind"].eq("headlines not coded")]
    pairs = {f"all headlines, {by}": own for by, own in cells.groupby("by")}
    pairs["headlines not coded, source"] = unseen.assign(coded=unseen["cell"].map(human))
    out = []
    for name, own in pairs.items():
        own = own[own["n"].ge(resample.MIN_DOCS) & own["coded"].notna()]
        gap = (own["estimate"] - own["coded"]).mean()
        out += [
            {"cell": f"{name}: correlation of cells", "n": len(own),
             "estimate": own["estimate"].corr(own["coded"])},
            {"cell": f"{name}: mean difference, method less students", "n": len(own),
             "estimate": gap},
        ]  # fmt: skip
    return pd.DataFrame(out).assign(kind="check")


def halves(codes: pd.Series, label: pd.Series) -> pd.DataFrame:
    """How alike the groups' mean codes are in two random halves: what a method could reach."""
    found = []
    for seed in range(SPLITS):
        side = np.random.default_rng(seed).random(len(codes)) < 0.5
        one, other = (codes[s].groupby(label[s]).mean() for s in (side, ~side))
        found.append(one.corr(other))
    name = "students' codes in two halves, source: correlation of cells"
    return pd.DataFrame([{"kind": "check", "cell": name, "estimate": np.mean(found),
                          "n": label.nunique()}])  # fmt: skip


def expected(collection: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Look every expectation up: by the method and, where there are codes, by the coders."""
    cells = rows[rows["kind"].eq("cell")].set_index("cell")
    out = []
    for first, relation, second, fact in (e[1:] for e in EXPECTED if e[0] == collection):
        row: dict[str, object] = {
            "kind": "expected", "cell": first, "relation": relation, "compared_with": second,
            "note": fact,
        }  # fmt: skip
        for prefix, names in (("", ("estimate", "lo", "hi")),
                              ("coded", ("coded", "coded_lo", "coded_hi"))):  # fmt: skip
            if names[0] not in cells:
                continue
            found = difference(cells, first, second, names)
            row |= dict(zip(names, found, strict=True))
            row[f"{prefix}_verdict".lstrip("_")] = verdict(found, relation)
        out.append(row)
    return pd.DataFrame(out)


def difference(
    cells: pd.DataFrame, first: str, second: str, names: Sequence[str]
) -> tuple[float, float, float]:
    """Difference of two cells with its interval, or a cell itself against zero.

    The interval is that of two independent estimates recovered from their own intervals (MOVER:
    Zou & Donner 2008, Statistics in Medicine 27:1693), so it need not be symmetric. What both
    share, as the method's own error, widens it: it is on the safe side.
    """
    one = estimate_of(cells, first, names)
    if second == ZERO:
        return one
    other = estimate_of(cells, second, names)
    gap = one[0] - other[0]
    down = float(np.hypot(one[0] - one[1], other[2] - other[0]))
    up = float(np.hypot(one[2] - one[0], other[0] - other[1]))
    return gap, gap - down, gap + up


def estimate_of(cells: pd.DataFrame, name: str, names: Sequence[str]) -> tuple[float, float, float]:
    """Estimate and interval of a cell; NaN where it rests on too few texts."""
    if name not in cells.index or cells.loc[name, "n_docs"] < resample.MIN_DOCS:
        return np.nan, np.nan, np.nan
    estimate, lo, hi = (float(cells.loc[name, n]) for n in names)
    return estimate, lo, hi


def verdict(found: tuple[float, float, float], relation: str) -> str:
    """Say whether the expectation is met, contradicted, or not to be told from no difference."""
    estimate, lo, hi = (-x for x in found) if relation == "below" else found
    lo, hi = min(lo, hi), max(lo, hi)
    if np.isnan(lo):
        return "too few texts"
    if lo > 0:
        return "met"
    if hi < 0:
        return "contradicted"
    return "right direction, not distinguishable" if estimate > 0 else (
        "other direction, not distinguishable")  # fmt: skip


if __name__ == "__main__":
    main()
