"""Measure quotations and speakers: on the five seed texts, and on 200 sentences of other texts.

    python benchmarks/quotes.py

writes ``benchmarks/results/quotes.csv``: one row a data set, method, language and type (direct,
mixed, both, indirect) with precision, recall and F1 of the stretches and the share of right
speakers among the stretches found. A stretch is found when it shares half of its characters or more
with a gold one (intersection over union). A speaker is right when one name holds the other. The
uncertain rows of the gold count for neither side.

The five texts (development): the rules were written with these texts and this gold in view, so
expect less on other news. The rows ``words`` score what the shares are made of: whether a word is
somebody's, over all words of the texts but those of uncertain rows; found are the words that
``voices()`` counts. The gold lists of a mixed quotation the words in marks only, so the rest of a
clause around them, which ``voices()`` counts, too, is no hit there: ``words in marks or plain
clauses`` leaves those clauses out.

The sample (test; needs the optional data folder): 200 sentences of news and parliament that
``benchmarks/quote_sample.py`` drew. One reader coded them before any detector had been run on them,
then read 40 again; only ``also`` (below) was added after a first run, for every row. Intervals:
95 %, percentile bootstrap over sentences; exact where all or none are right. Whole documents are
searched; what is found is cut to the drawn sentence. Rules, where they go beyond those of the seed
texts (``seeds/README.md``):

- Offsets count from the start of the sentence; those of a speaker may lie outside it:
  ``speaker_note`` is ``named`` (in the sentence), ``before`` or ``after`` (in another one; the
  nearest mention), ``pronoun`` (nothing but the pronoun coded) or ``none`` (nobody is said to
  speak; offsets -1). A person's name stands without title; otherwise the noun phrase. ``also``
  is another name of the same speaker: the description beside the name ("…, minister of …"), or the
  nearest naming where that is another one. Either is right.
- The first person of the text itself is no reported voice: "ik vind" is not coded, "ich sage: …"
  is uncertain.
- A quotation or report within another is uncertain; the outer one is coded.
- A quotation whose opening mark is not in the data is uncertain.
- What is asked for, warned of or announced is indirect. Thought, hope and nouns of saying alone
  are uncertain; a refusal to speak is not coded.
- A short reporting clause in the middle of reported words stays within the stretch.
- Titles, terms and names in marks are ``scare``.

The rival, ``marks and saying verbs``, takes whatever stands between quotation marks, or after a
saying verb and "that", and names the nearest capitalised words.
"""

import datetime
import platform
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import quote_sample

from analysis import corpus, paths, resample
from analysis.measures import voices

GOLD = paths.ROOT / "tests" / "known" / "seed_quotes.csv"
GROUPS = {"direct": ["direct"], "mixed": ["mixed"], "direct or mixed": ["direct", "mixed"],
          "indirect": ["indirect"]}  # fmt: skip
ANY = ["direct", "mixed", "indirect"]
OVERLAP = 0.5
SEEN = "five seed texts, one reader, seen in development"
UNSEEN = "200 sentences of news and parliament, one reader, not seen in development"
RATES = ("precision", "recall", "f1", "speaker_accuracy")


def same(a: pd.Series, b: pd.Series) -> bool:
    """Whether two stretches share half of their joint length or more."""
    shared = min(a["end"], b["end"]) - max(a["start"], b["start"])
    return shared >= OVERLAP * (max(a["end"], b["end"]) - min(a["start"], b["start"]))


def pair(gold: pd.DataFrame, found: pd.DataFrame) -> list[tuple[int, int]]:
    """Match gold and found rows of one document one to one, in order of offset."""
    out, used = [], set()
    for g, row in gold.iterrows():
        for f, other in found.iterrows():
            if f not in used and same(row, other):
                out.append((g, f))
                used.add(f)
                break
    return out


def names(gold: str, found: str) -> bool:
    """Whether one name holds the other, case aside; two empty ones agree."""
    a, b = gold.casefold(), found.casefold()
    return a == b or (bool(a) and bool(b) and (a in b or b in a))


def speaks(row: pd.Series, found: str) -> bool:
    """Whether a found speaker is the gold one; where the text has a pronoun only, none is, too."""
    if not row["speaker"] or (row["speaker_note"] == "pronoun" and not found):
        return not found
    return any(names(name, found) for name in (row["speaker"], row["also"]) if name)


def tally(gold: pd.DataFrame, found: pd.DataFrame, types: list[str]) -> pd.DataFrame:
    """Count some types in every ``unit``: ``n_gold, n_found, n_right, n_speakers``."""
    mine = found[found["type"].isin(types)]
    sure = gold[gold["type"].isin(types) & (gold["certain"] == "yes")]
    open_rows = gold[gold["certain"] == "no"]
    rows = {}
    for unit in sorted({*gold["unit"], *found["unit"]}):
        g, f = sure[sure["unit"] == unit], mine[mine["unit"] == unit]
        pairs = pair(g, f)
        right = sum(speaks(g.loc[a], f["speaker"][b]) for a, b in pairs)
        rest = f.drop(index=[b for _, b in pairs])
        doubtful = len(pair(open_rows[open_rows["unit"] == unit], rest))
        rows[unit] = (len(g), len(f) - doubtful, len(pairs), right)
    columns = ["n_gold", "n_found", "n_right", "n_speakers"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns, dtype=int)


def rates(counts: np.ndarray) -> np.ndarray:
    """Turn counts into precision, recall, F1 and right speakers; shape (…, 4) both."""
    n_gold, n_found, hit, right = np.moveaxis(np.asarray(counts, dtype=float), -1, 0)
    with np.errstate(invalid="ignore"):
        shares = [hit / n_found, hit / n_gold, 2 * hit / (n_found + n_gold), right / hit]
    return np.stack(shares, axis=-1)


def score(gold: pd.DataFrame, found: pd.DataFrame, types: list[str]) -> dict[str, float]:
    """Precision, recall, F1 and right speakers for some types."""
    counts = tally(gold, found, types).sum()
    shares = dict(zip(RATES, rates(counts.to_numpy()), strict=True))
    return {**counts.drop("n_speakers").astype(int).to_dict(), **shares}


def intervals(counts: pd.DataFrame, n_units: int, *, seed: int = 0) -> dict[str, float]:
    """95 % intervals of the rates, units resampled.

    Where all are right, or none, resampling changes nothing: there the interval is the exact one
    of n draws (Clopper and Pearson 1934), ``[.025 ** (1 / n), 1]`` or its mirror image.
    """
    whole = np.zeros((n_units, 4))  # Units where nothing is coded and nothing found count, too.
    whole[: len(counts)] = counts.to_numpy()
    samples = rates(resample.weights(n_units, seed=seed) @ whole)
    n_gold, n_found, hit, _ = whole.sum(axis=0)
    of = (n_found, n_gold, max(n_found, n_gold), hit)
    out = {}
    for name, value, column, n in zip(RATES, rates(whole.sum(axis=0)), samples.T, of, strict=True):
        lo, hi = np.nan, np.nan
        if n and value in (0, 1):
            lo, hi = (0.025 ** (1 / n), 1.0) if value else (0.0, 1 - 0.025 ** (1 / n))
        elif n:
            lo, hi = np.nanquantile(column, [0.025, 0.975])
        out |= {f"{name}_lo": lo, f"{name}_hi": hi}
    return out


def score_words(texts: corpus.Corpus, gold: pd.DataFrame, found: pd.DataFrame) -> dict[str, float]:
    """Precision, recall, F1 of being somebody's word, and right speakers among the right words."""
    sure = gold[gold["certain"].eq("yes") & gold["type"].ne("scare")]
    theirs, mine = spread(texts, sure), spread(texts, found)
    unsure = (spread(texts, gold[gold["certain"].eq("no")]) >= 0) & (theirs < 0)
    a, b = (theirs >= 0), (mine >= 0) & ~unsure
    both = np.flatnonzero(a & b)
    right = sum(names(gold["speaker"][theirs[i]], found["speaker"][mine[i]]) for i in both)
    n_gold, n_found, hit = int(a.sum()), int(b.sum()), len(both)
    return {
        "n_gold": n_gold,
        "n_found": n_found,
        "n_right": hit,
        "precision": hit / n_found if n_found else float("nan"),
        "recall": hit / n_gold if n_gold else float("nan"),
        "f1": 2 * hit / (n_gold + n_found) if n_gold + n_found else float("nan"),
        "speaker_accuracy": right / hit if hit else float("nan"),
    }


def spread(texts: corpus.Corpus, rows: pd.DataFrame) -> np.ndarray:
    """The label of the narrowest row around every word, -1 for none; shape (n_tokens,)."""
    tokens, out = texts.tokens, np.full(len(texts.tokens), -1)
    ids = {doc_id: i for i, doc_id in enumerate(texts.documents["doc_id"])}
    width = (rows["end"] - rows["start"]).sort_values(ascending=False, kind="stable")
    for label in width.index:
        doc_id, start, end = rows.loc[label, ["doc_id", "start", "end"]]
        inside = (tokens.doc == ids[doc_id]) & (tokens.start >= start) & (tokens.start < end)
        out[inside] = label
    return out


def measure() -> pd.DataFrame:
    """Score every type in every language and in all together, on the five texts."""
    texts = corpus.load()
    gold = pd.read_csv(GOLD).fillna({"speaker": "", "verb": ""}).assign(also="", speaker_note="")
    gold, found = (rows.assign(unit=rows["doc_id"]) for rows in (gold, voices.quotes(texts)))
    language = texts.documents.set_index("doc_id")["language"]
    counted = voices.stretches(texts, include_marked=True)
    plain = counted[counted["type"] != voices.AROUND]
    by_words = {"words": counted, "words in marks or plain clauses": plain}
    rows = []
    for code in ["all", *sorted(language.unique())]:
        ids = language.index if code == "all" else language.index[language == code]
        for name, types in GROUPS.items():
            parts = [frame[frame["doc_id"].isin(ids)] for frame in (gold, found)]
            rows.append({"language": code, "type": name} | score(*parts, types))
        for name, found_words in by_words.items():
            parts = [frame[frame["doc_id"].isin(ids)] for frame in (gold, found_words)]
            rows.append({"language": code, "type": name} | score_words(texts, *parts))
    return _told(rows, "rules", SEEN)


def measure_sample(folder: Path) -> pd.DataFrame:
    """Score the detector and the rival on the sample, by language and type, with intervals."""
    texts, sentences, gold = quote_sample.read(folder)
    out = []
    for method, found in {
        "rules": voices.quotes(texts),
        "marks and saying verbs": rival(texts),
    }.items():
        mine, rows = within(found, sentences), []
        for code in ["all", *sorted(sentences["language"].unique())]:
            here = sentences if code == "all" else sentences[sentences["language"] == code]
            parts = [frame[frame["unit"].isin(here["sentence"])] for frame in (gold, mine)]
            for name, types in (GROUPS | {"any": ANY}).items():
                told = score(*parts, types) | {"n_sentences": len(here)}
                told |= intervals(tally(*parts, types), len(here))
                rows.append({"language": code, "type": name} | told)
        out.append(_told(rows, method, UNSEEN))
    return pd.concat(out, ignore_index=True)


def within(found: pd.DataFrame, sentences: pd.DataFrame) -> pd.DataFrame:
    """Cut stretches to the drawn sentences, each one's ``unit``; what lies outside is left out."""
    places = sentences[["sentence", "doc_id", "start", "end"]]
    both = found.merge(places, on="doc_id", suffixes=("", "_of"))
    both["start"] = both[["start", "start_of"]].max(axis=1)
    both["end"] = both[["end", "end_of"]].min(axis=1)
    both = both[both["end"] > both["start"]].rename(columns={"sentence": "unit"})
    return both.sort_values(["unit", "start", "end"], ignore_index=True)


def rival(texts: corpus.Corpus) -> pd.DataFrame:
    """Find quotations with two regular expressions; ``doc_id, start, end, type, speaker``."""
    name = re.compile(r"[A-ZÀ-Þ][\w.-]+(?: [A-ZÀ-Þ][\w-]+)*")
    marked = re.compile(
        r"[\"“”„«»](?P<a>[^\"“”„«»\n]{3,})[\"“”„«»]|(?<!\w)['‘‚](?P<b>[^‘’'\n]{3,})['’‘](?!\w)"
    )
    that = re.compile(quote_sample.SAYING.pattern + r",? (?:that|dat|dass) (?P<c>[^.!?\n]+)", re.I)
    rows = []
    for doc_id, text in texts.documents[["doc_id", "text"]].to_numpy():
        saying = list(quote_sample.SAYING.finditer(text))
        hits = [*marked.finditer(text), *that.finditer(text)]
        taken = [hit.span(hit.lastgroup) for hit in hits if hit.re is marked]
        named = [m for m in name.finditer(text) if not any(a <= m.start() < b for a, b in taken)]
        for hit in hits:
            start, end = hit.span(hit.lastgroup)
            whole = text[start].isupper() and len(text[start:end].split()) > 3
            verb = min(saying, key=lambda m: abs(m.start() - end), default=hit)
            near = min(named, key=lambda m: abs(m.start() - verb.start()), default=None)
            type_ = "indirect" if hit.re is that else "direct" if whole else "mixed"
            rows.append((doc_id, start, end, type_, near[0] if near else ""))
    return pd.DataFrame(rows, columns=["doc_id", "start", "end", "type", "speaker"])


def _told(rows: list[dict], method: str, dataset: str) -> pd.DataFrame:
    """Make a frame of scores that says what was measured, when and with what."""
    shown = ["n_gold", "n_found", "n_right", *RATES]
    frame = pd.DataFrame(rows).assign(task="quotes", method=method, dataset=dataset)
    first = ["task", "method", "language", "type", "dataset", *shown]
    return frame.reindex(columns=list(dict.fromkeys([*first, *frame]))).assign(
        date=datetime.date.today().isoformat(),
        machine=f"{platform.system()} {platform.machine()}",
        versions=f"python {platform.python_version()}, pandas {pd.__version__}",
    )


def main(target: Path = paths.RESULTS / "quotes.csv") -> None:
    """Write the results."""
    rows = measure()
    folder = paths.data()
    if folder is None:
        print("the sample is skipped: the optional data folder is absent (set DISCOURSE_DATA)")
    else:
        rows = pd.concat([rows, measure_sample(folder)], ignore_index=True)
    rows.to_csv(target, index=False, float_format="%.8g")
    shown = ["method", "language", "type", "n_gold", "n_found", "n_right", *RATES]
    print(rows[shown].to_string(index=False, float_format="%.3f"))


if __name__ == "__main__":
    main()
