"""Does keyness find what a specialist knows to be true? Three real collections are the test.

    python -m benchmarks.real_keyness [un] [bundestag] [headlines]

Reads the optional data folder: speeches in the UN General Debate (20 countries, 1990 to 2024),
every speech of the 20th German Bundestag, and Dutch economic headlines of 2015. For each, what a
specialist expects was written down with its reason (``EXPECTED``), and is looked up in the key
words of all. Writes ``benchmarks/results/real-*.csv`` (leading words and expectations), one figure
each to ``figures/``, a copy for the site, and the computed parts of site/larger-collections.md.
"""

import datetime
import os
import platform
import re
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from analysis import corpus, export, paths, places, results, style
from analysis.measures.crossed import crossed
from analysis.measures.frequency import frequency
from analysis.measures.keyness import SPREAD, keyness, leading
from analysis.plots.dots import dots
from analysis.plots.lines import lines

PAGE = paths.ROOT / "site" / "larger-collections.md"
PICTURES = paths.ROOT / "site" / "figures"
TOP = 25  # leading words a group that are written down
DRAWN = 5  # and that are drawn
BOUND = "q by Benjamini-Hochberg within each group, held to .05; intervals of 95 %, each by itself"

# collection, grouping, word, group, and the fact outside the texts that makes it expected
EXPECTED = (
    ("un", "year", "kuwait", "1990", "Iraq invaded Kuwait on 2 August 1990"),
    ("un", "year", "yugoslavia", "1992", "war in Bosnia began in April 1992"),
    ("un", "year", "ctbt", "1996", "the test-ban treaty was opened for signature in that session"),
    ("un", "year", "kosovo", "1999", "NATO bombed Yugoslavia from March to June 1999"),
    ("un", "year", "terrorism", "2001", "the debate came after the attacks of 11 September 2001"),
    ("un", "year", "iraq", "2002", "the United States brought the case of Iraq to the Assembly"),
    ("un", "year", "tsunami", "2005", "the Indian Ocean tsunami of 26 December 2004"),
    ("un", "year", "financial", "2009", "the world financial crisis after September 2008"),
    ("un", "year", "libya", "2011", "uprising and NATO intervention in Libya"),
    ("un", "year", "ebola", "2014", "the epidemic in West Africa"),
    ("un", "year", "2030", "2015", "the 2030 Agenda was adopted on 25 September 2015"),
    ("un", "year", "refugees", "2016", "the summit for refugees and migrants, 19 September 2016"),
    ("un", "year", "pandemic", "2020", "the first session after the outbreak of Covid-19"),
    ("un", "year", "vaccines", "2021", "the first vaccines were given from December 2020"),
    ("un", "year", "ukraine", "2022", "Russia invaded Ukraine on 24 February 2022"),
    ("un", "year", "gaza", "2024", "the war in Gaza since October 2023"),
    ("un", "source", "reunification", "PRK", "the state's declared aim until it dropped it"),
    ("un", "source", "armistice", "PRK", "it asks for the armistice of 1953 to be replaced"),
    (
        "un",
        "source",
        "inter-korean",
        "KOR",
        "the Republic of Korea's word for North-South relations",
    ),
    ("un", "source", "chernobyl", "BLR", "the country that the fall-out hit most"),
    ("un", "source", "amazon", "BRA", "most of the forest lies in Brazil"),
    ("un", "source", "taiwan", "CHN", "China claims the island"),
    ("un", "source", "kashmir", "IND", "the dispute with Pakistan"),
    ("un", "source", "ticad", "JPN", "Japan's own conference on Africa"),
    ("un", "source", "apartheid", "ZAF", "South Africa's past"),
    ("un", "source", "cyprus", "TUR", "Turkish troops have stood in the north since 1974"),
    ("bundestag", "source", "altparteien", "AfD", "its name for all other parties"),
    ("bundestag", "source", "kernenergie", "AfD", "it wanted the reactors to run on"),
    ("bundestag", "source", "steuerzahler", "AfD", "a party that argues for the taxpayer"),
    ("bundestag", "source", "waffenstillstand", "BSW", "founded against arms for Ukraine"),
    ("bundestag", "source", "klimakrise", "BÜNDNIS 90/DIE GRÜNEN", "its first issue and its word"),
    ("bundestag", "source", "ampel", "CDU/CSU", "the opposition's name for the coalition"),
    ("bundestag", "source", "übergewinnsteuer", "Die Linke", "its demand in the energy crisis"),
    ("bundestag", "source", "aufrüstung", "Die Linke", "it voted against the fund for the army"),
    ("bundestag", "source", "freiheit", "FDP", "the liberal value"),
    ("bundestag", "source", "schuldenbremse", "FDP", "it held the finance ministry and the brake"),
    ("bundestag", "source", "zusammenhalt", "SPD", "social cohesion, its word"),
    ("bundestag", "source", "minderheiten", "fraktionslos", "the member of the Danish minority"),
    ("bundestag", "year", "impfpflicht", "2022", "voted down on 7 April 2022"),
    ("bundestag", "year", "gasumlage", "2022", "announced in August, dropped in September 2022"),
    ("bundestag", "year", "hamas", "2023", "its attack on Israel on 7 October 2023"),
    ("bundestag", "year", "solingen", "2024", "the attack there on 23 August 2024"),
    ("bundestag", "year", "magdeburg", "2025", "the attack there on 20 December 2024"),
    ("headlines", "source", "beleggers", "FD", "the financial daily writes for investors"),
    ("headlines", "source", "ecb", "FD", "the financial daily follows the central bank"),
    ("headlines", "source", "beurs", "telegraaf.nl", "its site runs the exchange as it moves"),
    ("headlines", "source", "aex", "telegraaf.nl", "the index of Amsterdam's exchange"),
    ("headlines", "source", "griekenland", "NOS.nl", "the broadcaster's site ran the debt crisis"),
    ("headlines", "source", "dijsselbloem", "NOS.nl", "Dutch minister, head of the Eurogroup"),
    ("headlines", "source", "groningen", "NoordelijkDagblad", "a newspaper of the north"),
    ("headlines", "month", "blokker", "2015-02", "the chain of shops cut jobs that month"),
    ("headlines", "month", "belastingplan", "2015-06", "the government's tax plan"),
    ("headlines", "month", "referendum", "2015-07", "Greece voted on 5 July 2015"),
)

# Left out of the figures, and said there: they name the speaker or the rubric, not the matter.
PARTY_NAMES = r"afd|spd|cdu|csu|fdp|grüne|bündnis|linke?n?$|linksfraktion|bsw|sahra|wagenknecht|" \
    r"sozialdemokrat|freien?$|demokraten$|liberale|union$|fraktion|alternative"  # fmt: skip
ADDRESS = r"kolleg|damen|herren|herrn?$|frau$|geehrte|verehrte|liebe|werte$|dank$|abgeordnete|" \
    r"präsident|minister|bundesminister|bundeskanzler|innen$|bürgerinnen|" \
    r"geschätzte|zuschauer|zuhörer|tribünen|staatssekretär"  # fmt: skip
PERSONS = r"olaf|nancy|annalena|robert$|wladimir|ursula|leyen|donald|christian$"
RUBRICS = r"column|commentaar|panel|kop$|brie|redactie|geachte|live$|agenda|kort$|vraag$|v$|" \
    r"amsterdam|haag|analyse|new$|york$|street"  # fmt: skip
NUMBER = r"[\d.,]+$"
EVENTS = {
    "terrorism": "terrorism",
    "iraq": "Iraq",
    "syria": "Syria",
    "climate": "climate",
    "pandemic": "pandemic",
    "ukraine": "Ukraine (but for its own speeches)",
}
PARTIES = ("AfD", "BSW", "BÜNDNIS 90/DIE GRÜNEN", "CDU/CSU", "Die Linke", "FDP", "SPD",
           "Regierung/Bundesrat")  # fmt: skip
OUTLETS = ("FD", "telegraaf.nl", "NOS.nl", "Nu.nl", "NRC", "NoordelijkDagblad")


def main() -> None:
    data = paths.data()
    if data is None or not (data / "ungdc_sub_en").is_dir():
        raise SystemExit("the optional data folder is absent: set DISCOURSE_DATA")
    runs = {"un": un, "bundestag": bundestag, "headlines": headlines}
    found = {name: runs[name](data) for name in sys.argv[1:] or runs}
    page = PAGE.read_text(encoding="utf-8")
    for name, blocks in found.items():
        for part, text in blocks.items():
            page = filled(page, f"{name}-{part}", text)
    places.write({PAGE: page.encode()})


def un(data: Path) -> dict[str, str]:
    """Words of each year and country, and six words over 35 years."""
    speeches = corpus.load(
        data / "ungdc_sub_en" / "speeches_20_countries_1990_2024.csv", source="country_iso3"
    )
    checked = results_of("un", speeches, {"year": speeches, "source": speeches})
    others = speeches.subset(speeches.documents["source"] != "UKR")
    words = [w for w in EVENTS if w != "ukraine"]
    parts = [
        frequency(speeches, by="year", terms=words),
        frequency(others, by="year", terms=["ukraine"]),
    ]
    rows = pd.concat(parts, ignore_index=True)
    axes = style.panels(len(EVENTS), columns=2, width=style.DOUBLE, height=1.55)
    for ax, (word, title) in zip(axes, EVENTS.items(), strict=True):
        part = rows[rows["term"] == word]
        lines(part, x="group", group="term", ax=ax, title=title)
        shown = range(0, len(part), 5)  # 35 years do not fit under a panel
        ax.set_xticks(list(shown), [sorted(part["group"])[i] for i in shown])
    for legend in list(style.whole(axes[0]).legends):
        legend.remove()  # each panel is named above it
    axes[2].set_ylabel("occurrences per 1,000 words")
    peaks = rows.loc[rows.groupby("term")["estimate"].idxmax()]
    said = results.say(
        peaks.sort_values("group"),
        "*{term}* is used most in {group}: {estimate} times per 1,000 words "
        "({lo:.1f} to {hi:.1f}), in {docs_with} of {n_docs} speeches",
    )
    made = export.figure(
        axes[0], rows, name="real-un-events", corpus=speeches,
        title="What the UN General Debate was about, 1990 to 2024",
        caption="How often six words occur in the yearly speeches of 20 countries. Bars: 95 % "
        "intervals from resampling the speeches of a year, one a country; hollow: does not occur.",
        alt="Six panels over the years 1990 to 2024. "
        + and_peaks(peaks) + ".",
        filters="Ukraine's own speeches are left out of the panel on Ukraine",
        correction="none: intervals of 95 %, each by itself",
    )  # fmt: skip
    return {
        "figure": shown_on_page(made), "told": said, "expected": checked,
        "changed": changed(speeches),
    }  # fmt: skip


def changed(speeches: Any) -> str:
    """Say which concepts rose in a country and decade beyond what both by themselves say."""
    rows = crossed(speeches, factors=("source", "decade"), unit="concept")
    own = (rows["effect"] == "interaction") & (rows["verdict"] == "key") & (rows["docs_with"] >= 5)
    top = rows[own].sort_values(["lo", "concept"], ascending=[False, True], kind="stable")
    return results.say(
        top.head(8),
        "{group}: *{concept}*, {rate} per 1,000 words where country and decade by themselves "
        "would give {rate_reference} (log ratio {estimate}, {lo:.1f} to {hi:.1f}; {docs_with} of "
        "{n_docs} speeches)",
    )


def bundestag(data: Path) -> dict[str, str]:
    """Words of each party against all other speakers."""
    speeches = corpus.load(data / "big" / "bundestag20.parquet")
    rows: dict[str, pd.DataFrame] = {}
    checked = results_of("bundestag", speeches, {"source": speeches, "year": speeches}, rows)
    able = rows["source"]
    able = able[able["docs_with"] >= SPREAD * able["n_docs"]].sort_values("lo", ascending=False)
    drawn = chosen(able, PARTIES, f"{PARTY_NAMES}|{ADDRESS}|{PERSONS}|{NUMBER}")
    axes = grid(drawn, PARTIES, n="n", xlabel="log ratio: +1 is twice as often as others say it")
    made = export.figure(
        axes[0], drawn, name="real-bundestag-parties", corpus=speeches,
        title="What each party says more than all others, Bundestag 2021 to 2025",
        caption=f"Of the key words in at least {SPREAD:.0%} of a group's speeches the {DRAWN} "
        "whose interval lies furthest from no difference. Bars: 95 % intervals from resampling "
        "speeches; n: occurrences.",
        alt="Eight panels, one a group of speakers. " + and_words(drawn) + ".",
        filters="Names of parties and persons, forms of address and numbers are not drawn; they "
        "are in the results file",
        correction=BOUND,
    )  # fmt: skip
    return {"figure": shown_on_page(made), "told": told(drawn), "expected": checked}


def headlines(data: Path) -> dict[str, str]:
    """Words of each outlet against all other outlets."""
    loaded = corpus.load(
        data / "ecosent" / "open_headlines_metadata.csv", source="medium", text="headline",
        date="date", year="year", id="id",
    )  # fmt: skip
    month = loaded.documents["date"].astype(str).str[:7]
    news = corpus.from_rows(loaded.documents.assign(month=month), report=loaded.report)
    rows: dict[str, pd.DataFrame] = {}
    checked = results_of("headlines", news, {"source": news, "month": news}, rows)
    drawn = chosen(rows["source"], OUTLETS, f"{RUBRICS}|{NUMBER}")
    axes = grid(drawn, OUTLETS, n="n", xlabel="log ratio: +1 is twice as often as elsewhere")
    made = export.figure(
        axes[0], drawn, name="real-headlines-outlets", corpus=news,
        title="What each outlet's economic headlines say more than all others', 2015",
        caption=f"Up to {DRAWN} key words of each outlet with most evidence. Bars: 95 % "
        "intervals from resampling headlines; n: occurrences.",
        alt="Six panels, one an outlet. " + and_words(drawn) + ".",
        filters="Names of rubrics, datelines and numbers are not drawn; they are in the results "
        "file",
        correction=BOUND,
    )  # fmt: skip
    return {"figure": shown_on_page(made), "told": told(drawn), "expected": checked}


def results_of(
    name: str, texts: Any, by: dict[str, Any], keep: dict[str, pd.DataFrame] | None = None
) -> str:
    """Run keyness by every column, write what leads and what was expected; return a table."""
    leads, looked = [], []
    for column in by:
        rows = keyness(texts, by=column)
        ranked = leading(rows, len(rows)).sort_values("ll2", ascending=False, kind="stable")
        ranked = ranked.assign(rank=ranked.groupby("group").cumcount() + 1)
        if keep is not None:
            keep[column] = ranked
        leads.append(ranked[ranked["rank"] <= TOP].assign(kind="leading"))
        looked.append(expected(name, column, rows, ranked))
    table = pd.concat([*looked, *leads], ignore_index=True)
    columns = ["kind", "by", "group", "rank", "term", "estimate", "lo", "hi", "q", "n", "rate",
               "rate_reference", "docs_with", "n_docs", "docs_with_reference", "docs_reference",
               "without_one_text", "highest_in", "verdict", "fact"]  # fmt: skip
    table = table.sort_values(["kind", "by", "group", "rank"], kind="stable")
    write(name, table.reindex(columns=columns))
    return as_table(pd.concat(looked, ignore_index=True))


def expected(name: str, column: str, rows: pd.DataFrame, ranked: pd.DataFrame) -> pd.DataFrame:
    """Look every expected word up in its group."""
    found = []
    for _, by, term, group, fact in (e for e in EXPECTED if e[:2] == (name, column)):
        own = rows[(rows["term"] == term) & (rows["n_docs"] >= 5)]
        line = own[own["group"] == group].iloc[0].to_dict()
        place = ranked.loc[(ranked["term"] == term) & (ranked["group"] == group), "rank"]
        line["rank"] = int(place.iloc[0]) if len(place) else np.nan
        line["highest_in"] = own.sort_values("rate", kind="stable")["group"].iloc[-1]
        found.append({**line, "by": by, "fact": fact, "kind": "expected"})
    return pd.DataFrame(found)


def chosen(ranked: pd.DataFrame, groups: tuple[str, ...], left_out: str) -> pd.DataFrame:
    """Return the leading words of some groups that do not only name speaker or rubric."""
    plain = ranked[~ranked["term"].str.match(left_out) & ranked["group"].isin(groups)]
    plain = plain[~plain["term"].str.contains("fraktion")]
    top = plain.groupby("group").head(DRAWN)
    order = {g: i for i, g in enumerate(groups)}
    return top.sort_values("group", key=lambda g: g.map(order), kind="stable", ignore_index=True)


def grid(drawn: pd.DataFrame, groups: tuple[str, ...], *, n: str, xlabel: str) -> list:
    """Draw one panel of dots a group, all on one scale."""
    axes = style.panels(len(groups), columns=2, width=style.DOUBLE, height=1.35)
    right = float(drawn["hi"].max()) + 0.3
    for i, (ax, group) in enumerate(zip(axes, groups, strict=True)):
        part = drawn[drawn["group"] == group]
        last = i >= len(groups) - 2
        dots(part, ax=ax, n=n, reference=0, xlabel=xlabel if last else " ", width=style.COLUMN)
        with style.use():
            ax.set_title(group)
        ax.set_xlim(-0.3, right)
    return axes


def told(drawn: pd.DataFrame) -> str:
    """Say the first word of every group."""
    first = drawn.groupby("group", sort=False).head(1)
    return results.say(
        first,
        "{group}: *{term}*, {rate} per 1,000 words against {rate_reference} elsewhere (log ratio "
        "{estimate}, {lo:.1f} to {hi:.1f}; {docs_with} of {n_docs} texts)",
    )


def and_peaks(peaks: pd.DataFrame) -> str:
    pairs = zip(peaks["term"], peaks["group"], strict=True)
    return "Peaks: " + results.and_(f"{t} {g}" for t, g in pairs)


def and_words(drawn: pd.DataFrame) -> str:
    return "; ".join(
        f"{g}: {results.and_(part['term'])}" for g, part in drawn.groupby("group", sort=False)
    )


def as_table(rows: pd.DataFrame) -> str:
    """Return the expectations as a Markdown table, with how many of them were met."""
    met = rows["rank"].notna()
    head = f"{int(met.sum())} of {len(rows)} expected words are ranked where they were expected"
    top = rows["highest_in"] == rows["group"]
    head += f"; {int(top.sum())} are used nowhere more than there."
    rare = ~met & rows["verdict"].eq("key")
    if rare.any():
        head += f" Key, but in under {SPREAD:.0%} of the texts, so not ranked: "
        head += f"{results.and_(rows.loc[rare, 'term'])}."
    if (~met & ~rare).any():
        head += f" Not key: {results.and_(rows.loc[~met & ~rare, 'term'])}."
    head += "\n\n"
    names = ("word", "expected of", "because", "its place among the key words", "log ratio",
             "verdict")  # fmt: skip
    lines_ = [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
    for row in rows.itertuples():
        place = "" if pd.isna(row.rank) else str(int(row.rank))
        ratio = results.number(row.estimate, row.lo, row.hi)
        ends = "" if pd.isna(row.lo) else f" ({row.lo:.1f} to {row.hi:.1f})"
        lines_.append(
            f"| {row.term} | {row.group} | {row.fact} | {place} | {ratio}{ends} | {row.verdict} |"
        )
    return head + "\n".join(lines_)


def shown_on_page(made: export.Figure) -> str:
    """Copy the picture to where the site finds it and return the directive that shows it."""
    picture = next(f for f in made.files if f.suffix == ".svg")
    places.write({PICTURES / picture.name: picture.read_bytes()})
    facts = made.facts
    return (
        f"```{{figure}} figures/{picture.name}\n:alt: {facts['alt']}\n:width: 100%\n\n"
        f"**{facts['title']}.** {facts['caption']} {facts['filters']}. {facts['N']:,} texts.\n```"
    )


def filled(page: str, name: str, text: str) -> str:
    """Put computed text between the two marks of its name."""
    marks = f"<!-- {name} -->", f"<!-- end of {name} -->"
    pattern = re.compile(f"{re.escape(marks[0])}.*?{re.escape(marks[1])}", re.S)
    if not pattern.search(page):
        raise SystemExit(f"{PAGE.name} lacks the marks of {name}")
    return pattern.sub(lambda _: f"{marks[0]}\n{text}\n\n{marks[1]}", page)


def write(name: str, table: pd.DataFrame) -> None:
    packages = ("numpy", "scipy", "pandas")
    stamped = table.assign(
        date=datetime.date.today().isoformat(),
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        versions=", ".join(f"{p} {version(p)}" for p in packages),
    )
    stamped.to_csv(paths.RESULTS / f"real-{name}.csv", index=False, float_format="%.6g")


if __name__ == "__main__":
    main()
