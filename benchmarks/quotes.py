"""Measure quotations and speakers on the close reading of the five seed texts.

    python benchmarks/quotes.py

writes ``benchmarks/results/quotes.csv``: one row a type (direct, mixed, both, indirect) and
language with precision, recall and F1 of the stretches and the share of right speakers among the
stretches found. A stretch is found when it shares half of its characters or more with a gold one
(intersection over union). The rows ``words`` score what the shares are made of: whether a word is
somebody's, over all words of the texts but those of uncertain rows; found are the words that
``voices()`` counts. The gold lists of a mixed quotation the words in marks only, so the rest of a
clause around them, which ``voices()`` counts, too, is no hit there: ``words in marks or plain
clauses`` leaves those clauses out. The gold is small and one reader's; its uncertain rows count for
neither side. The rules were written with these texts and this gold in view, so the scores are
those of a development set: expect less on other news.
"""

import datetime
import platform
import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from analysis import corpus, paths
from analysis.measures import voices

GOLD = paths.ROOT / "tests" / "known" / "seed_quotes.csv"
GROUPS = {"direct": ["direct"], "mixed": ["mixed"], "direct or mixed": ["direct", "mixed"],
          "indirect": ["indirect"]}  # fmt: skip
OVERLAP = 0.5


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


def score(gold: pd.DataFrame, found: pd.DataFrame, types: list[str]) -> dict[str, float]:
    """Precision, recall, F1 and right speakers for some types."""
    mine = found[found["type"].isin(types)]
    sure = gold[gold["type"].isin(types) & (gold["certain"] == "yes")]
    open_rows = gold[gold["certain"] == "no"]
    hit, right, doubtful = 0, 0, 0
    for doc_id in sorted({*gold["doc_id"]}):
        g, f = sure[sure["doc_id"] == doc_id], mine[mine["doc_id"] == doc_id]
        pairs = pair(g, f)
        hit += len(pairs)
        right += sum(names(g["speaker"][a], f["speaker"][b]) for a, b in pairs)
        rest = f.drop(index=[b for _, b in pairs])
        doubtful += len(pair(open_rows[open_rows["doc_id"] == doc_id], rest))
    n_found = len(mine) - doubtful
    precision = hit / n_found if n_found else float("nan")
    recall = hit / len(sure) if len(sure) else float("nan")
    f1 = 2 * hit / (n_found + len(sure)) if n_found + len(sure) else float("nan")
    return {
        "n_gold": len(sure),
        "n_found": n_found,
        "n_right": hit,
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "speaker_accuracy": right / hit if hit else float("nan"),
    }


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
    """Score every type in every language and in all together."""
    texts = corpus.load()
    gold = pd.read_csv(GOLD).fillna({"speaker": "", "verb": ""})
    found = voices.quotes(texts)
    language = texts.documents.set_index("doc_id")["language"]
    counted = voices.stretches(texts, include_marked=True)
    plain = counted[counted["type"] != voices.AROUND]
    by_words = {"words": counted, "words in marks or plain clauses": plain}
    told = {"task": "quotes", "method": "rules",
            "dataset": "five seed texts, one reader, seen in development"}  # fmt: skip
    rows = []
    for code in ["all", *sorted(language.unique())]:
        ids = language.index if code == "all" else language.index[language == code]
        for name, types in GROUPS.items():
            parts = [frame[frame["doc_id"].isin(ids)] for frame in (gold, found)]
            rows.append(told | {"language": code, "type": name} | score(*parts, types))
        for name, found_words in by_words.items():
            parts = [frame[frame["doc_id"].isin(ids)] for frame in (gold, found_words)]
            rows.append(told | {"language": code, "type": name} | score_words(texts, *parts))
    columns = ["task", "method", "language", "type", "dataset", *rows[0]]
    return pd.DataFrame(rows)[list(dict.fromkeys(columns))].assign(
        date=datetime.date.today().isoformat(),
        machine=f"{platform.system()} {platform.machine()}",
        versions=f"python {platform.python_version()}, pandas {pd.__version__}",
    )


def main(target: Path = paths.RESULTS / "quotes.csv") -> None:
    """Write the results."""
    rows = measure()
    rows.to_csv(target, index=False, float_format="%.8g")
    print(rows.iloc[:, 2:12].drop(columns="dataset").to_string(index=False))


if __name__ == "__main__":
    main()
