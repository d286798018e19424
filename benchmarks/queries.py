"""How long does a question to 50 or 100 million words take, beside Conc?

    python -m benchmarks.queries [--rival PYTHON] [--keep FOLDER] [--millions 48.2 100.5]

Writes benchmarks/results/queries.csv. The corpora are all of the big sets in the optional data
folder (UN General Debate in English, Bundestag speeches in German; 44.4 million words); to reach
more, documents are repeated from the first on with new ids, and `repeated` says how many. Every
row comes of a process of its own:

`first_s` is the first call after opening, `again_s` the median of REPEATS more, `cpu_s` the
processor time of that median; `peak_mb` the most memory the process held, mapped files included.
The rows called build are made once: the index; marks, which repeats are found for; postings, which
hold how often each document uses each word; occurrences, where each word stands. Nothing is
resampled (n_boot=0), as Conc resamples nothing. `marked` says whether repeats count: where Conc is
asked too, they do.

PYTHON is an interpreter that has Conc 0.1.13, such as that of a virtual environment of its own. It
reads the same texts, with its own tokeniser (spaCy's for English, all other parts of which it
switches off, so that none needs to be installed), and is asked what it has a function for: a
concordance of words and phrases, collocates, keywords of two corpora. Its documented calls are
timed with the corpus loaded, as ours are; its corpora take minutes to build, so FOLDER keeps them,
and ours, for the next run. It is asked up to 50 million words, keywords of the corpus's two halves.
"""

# Run by the rival's interpreter too, which has neither the suite nor its packages: nothing but the
# standard library is imported at the top.
import argparse
import datetime
import json
import logging
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

MILLIONS = (48.2, 100.5)
OF_BOTH = 44.42  # millions of words in both sets
MOST = 50.0  # millions of words up to which the rival is asked: its corpora take minutes to build
REPEATS = 5
LINES, WINDOW, MIN_COUNT = 1000, 5, 2
QUERIES: dict[str, list[dict[str, Any]]] = {
    "keyness": [
        {"by": "source", "target": "USA"}, {"by": "source", "target": "CDU/CSU"},
        {"by": "decade", "target": "2010s"}, {"by": "half", "target": "first"},
    ],
    "concordance": [{"pattern": p} for p in ("sanctions", "peace", "united nations", "sanct*")],
    "collocates": [{"pattern": p} for p in ("armistice", "sanctions", "peace")],
}  # fmt: skip
COLUMNS = (
    "query", "of", "marked", "documents", "repeated", "words", "first_s", "again_s", "cpu_s",
    "peak_mb", "rows", "rival", "rival_words", "rival_first_s", "rival_again_s", "rival_cpu_s",
    "rival_peak_mb", "rival_rows", "ratio_first", "ratio_again",
)  # fmt: skip


def main() -> None:
    from analysis import paths

    asked = arguments(paths.RESULTS / "queries.csv")
    data = paths.data()
    if data is None or not (data / "big").is_dir():
        raise SystemExit("the optional data folder is absent: set DISCOURSE_DATA")
    rows: list[dict[str, Any]] = []
    kept = nullcontext(asked.keep) if asked.keep else tempfile.TemporaryDirectory(prefix="queries-")
    with kept as name:
        for millions in asked.millions:
            folder = Path(name) / f"{millions:g}"
            folder.mkdir(parents=True, exist_ok=True)
            rows += asked_of(data / "big", folder, millions, asked.rival)
    write(rows, asked.out)


def arguments(out: Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.queries")
    default = os.environ.get("DISCOURSE_RIVAL") or None
    parser.add_argument("--rival", metavar="PYTHON", default=default)
    parser.add_argument("--keep", metavar="FOLDER", help="keep the corpora there")
    parser.add_argument("--millions", type=float, nargs="+", default=MILLIONS)
    parser.add_argument("--out", type=Path, default=out)
    return parser.parse_args()


def asked_of(big: Path, folder: Path, millions: float, rival: str | None) -> list[dict[str, Any]]:
    """Return the rows of one corpus."""
    repeated = collection(big, folder, millions, rival is not None and millions <= MOST)
    ours = [sys.executable, "-m", "benchmarks.queries"]
    rows = build(ours, folder, repeated)
    theirs = [rival, str(Path(__file__))] if rival and millions <= MOST else None
    if theirs is None:
        print(f"Conc is not measured at {millions:g} million words")
    else:
        built = once(folder / "rival.json", [*theirs, "rival-build", str(folder)], folder)
        rows[0] |= {f"rival_{k}": built["texts"][k] for k in ("words", "first_s", "peak_mb")}
        rows[0]["rival"] = built["system"]
    for query, asked in QUERIES.items():
        for what in asked:
            for marked in (True, False) if query != "concordance" else (True,):
                order = [str(folder), query, json.dumps(what)]
                row = run([*ours, "suite", *order, str(int(marked))], folder)
                row |= {
                    "of": " ".join(what.values()),
                    "marked": "counted" if marked else "left out",
                }
                if theirs and marked and answered(query, what, millions):
                    other = run([*theirs, "rival", *order], folder)
                    row |= {f"rival_{k}": v for k, v in other.items() if k != "system"}
                    row |= {"rival": other["system"]}
                    row |= {f"ratio_{k}": row[f"rival_{k}_s"] / row[f"{k}_s"]
                            for k in ("first", "again")}  # fmt: skip
                rows.append({**row, "query": query, "repeated": repeated})
                print(json.dumps(rows[-1]), flush=True)
    return rows


def answered(query: str, what: dict[str, str], millions: float) -> bool:
    """Tell whether Conc has a function for a question; its patterns have no stars."""
    if query == "keyness":
        return what["by"] == "half" and millions <= MOST
    return "*" not in what["pattern"]


def collection(big: Path, folder: Path, millions: float, tables: bool) -> int:
    """Write the texts, and as tables for the rival; return how many documents are repeats."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv
    import pyarrow.parquet as pq

    parts, repeated = [], 0
    for name in ("ungdc", "bundestag20"):
        whole, left, number = pq.read_table(big / f"{name}.parquet"), millions / OF_BOTH, 0
        while left > 0:
            part = whole.slice(0, max(1, round(len(whole) * min(1.0, left))))
            if number:
                again, dash = (pa.scalar(t, pa.large_string()) for t in (f"again{number}", "-"))
                ids = pc.binary_join_element_wise(part["doc_id"], again, dash)
                part = part.set_column(part.column_names.index("doc_id"), "doc_id", ids)
                repeated += len(part)
            parts.append(part)
            left, number = left - 1.0, number + 1
    table = pa.concat_tables(parts)
    if not (folder / "texts.parquet").exists():
        pq.write_table(table, folder / "texts.parquet")
    if tables and not (folder / "texts.csv").exists():
        pyarrow.csv.write_csv(table, folder / "texts.csv")
        if millions <= MOST:
            for name in ("first", "second"):
                own = table.filter(pa.array(halves(len(table)) == name))
                pyarrow.csv.write_csv(own, folder / f"{name}.csv")
    return repeated


def halves(n_docs: int) -> Any:
    """Deal documents to two halves at random."""
    import numpy as np

    return np.where(np.random.default_rng(0).random(n_docs) < 0.5, "first", "second")


def build(ours: list[str], folder: Path, repeated: int) -> list[dict[str, Any]]:
    """Return what is made once of a corpus, each in a process of its own."""
    steps = ("index", "marks", "postings", "occurrences")
    rows = [once(folder / f"{s}.json", [*ours, "build", str(folder), s], folder) for s in steps]
    return [
        {**row, "query": "build", "of": step, "repeated": repeated}
        for row, step in zip(rows, steps, strict=True)
    ]


def once(file: Path, command: list[str], folder: Path) -> dict[str, Any]:
    """Run a command, or read what it said when it was run in this folder."""
    if not file.exists():
        file.write_text(json.dumps(run(command, folder)), encoding="utf-8")
    return dict(json.loads(file.read_text(encoding="utf-8")))


def run(command: list[str], folder: Path) -> dict[str, Any]:
    environment = {**os.environ, "DISCOURSE_CACHE": str(folder / "cache")}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def made(folder: Path, step: str) -> dict[str, Any]:
    from analysis import corpus, counts, occurrences

    loaded = None if step == "index" else corpus.load(folder / "texts.parquet")
    start, cpu = time.perf_counter(), time.process_time()
    if loaded is None:
        loaded = corpus.load(folder / "texts.parquet")
    elif step == "marks":
        loaded.tokens.excluded()
    elif step == "occurrences":
        occurrences.kept(loaded)
    else:
        for marked in (True, False):
            counts.postings_of(loaded, include_marked=marked)
    size = {"documents": len(loaded), "words": len(loaded.tokens)}
    return size | told(time.perf_counter() - start, cpu=time.process_time() - cpu)


def suite(folder: Path, query: str, what: dict[str, str], marked: bool) -> dict[str, Any]:
    """Ask the suite."""
    from analysis import corpus
    from analysis.measures.collocation import collocation
    from analysis.measures.concordance import concordance
    from analysis.measures.keyness import keyness

    loaded = corpus.load(folder / "texts.parquet")
    size = {"documents": len(loaded), "words": len(loaded.tokens)}
    if query == "keyness":
        loaded = loaded.assign(half=halves(len(loaded)))
        options: dict[str, Any] = {"n_boot": 0, "include_marked": marked, **what}
        ask = partial(keyness, loaded, **options)
    elif query == "concordance":
        ask = partial(concordance, loaded, what["pattern"], n=LINES)
    else:
        ask = partial(
            collocation, loaded, what["pattern"], window=WINDOW, min_count=MIN_COUNT, n_boot=0,
            include_marked=marked,
        )  # fmt: skip
    return size | timed(ask, len)


def rival_build(folder: Path) -> dict[str, Any]:
    """Build the rival's corpora of the texts and, where they are there, their halves."""
    import spacy

    model = folder / "english"
    if not model.exists():
        english = spacy.blank("en")
        # It switches these parts off by name before it reads a text.
        for name in (
            "tok2vec",
            "tagger",
            "parser",
            "senter",
            "attribute_ruler",
            "lemmatizer",
            "ner",
        ):
            english.add_pipe("sentencizer", name=name)
        english.to_disk(model)
    out: dict[str, Any] = {"system": system()}
    for file in (f for n in ("texts", "first", "second") if (f := folder / f"{n}.csv").exists()):
        command = [sys.executable, str(Path(__file__)), "rival-one", str(folder), file.stem]
        out[file.stem] = once(folder / f"rival-{file.stem}.json", command, folder)
    return out


def rival_one(folder: Path, name: str) -> dict[str, Any]:
    from conc.corpus import Corpus

    shutil.rmtree(folder / "rival" / f"{name}.corpus", ignore_errors=True)  # cut off
    start, cpu = time.perf_counter(), time.process_time()
    built = Corpus(name=name).build_from_csv(
        str(folder / f"{name}.csv"), str(folder / "rival"), model=str(folder / "english"),
        metadata_columns=["doc_id"],
    )  # fmt: skip
    seconds = told(time.perf_counter() - start, cpu=time.process_time() - cpu)
    return {"words": built.word_token_count, **seconds}


def rival(folder: Path, query: str, what: dict[str, str]) -> dict[str, Any]:
    """Ask Conc."""
    logging.disable(logging.WARNING)
    from conc.collocates import Collocates
    from conc.concordance import Concordance
    from conc.corpus import Corpus
    from conc.keyness import Keyness

    def loaded(name: str) -> Any:
        return Corpus().load(str(folder / "rival" / f"{name}.corpus"))

    if query == "keyness":
        corpus, rest = loaded("first"), loaded("second")
        keyness = Keyness(corpus, rest)
        ask = partial(keyness.keywords, exclude_negative_keywords=False, page_size=0)
    elif query == "concordance":
        corpus = loaded("texts")
        lines = Concordance(corpus)
        ask = partial(lines.concordance, what["pattern"], context_length=10, page_size=LINES)
    else:
        corpus = loaded("texts")
        near = Collocates(corpus)
        ask = partial(
            near.collocates, what["pattern"], context_length=WINDOW,
            min_collocate_frequency=MIN_COUNT, page_size=0,
        )  # fmt: skip
    return {"system": system(), "words": corpus.word_token_count} | timed(ask, lambda r: len(r.df))


def system() -> str:
    from importlib.metadata import version

    return f"Conc {version('conc')}"


def timed(ask: Callable[[], Any], size: Callable[[Any], int]) -> dict[str, Any]:
    """Ask once, then again and again."""
    taken = []
    for _ in range(1 + REPEATS):
        start, cpu = time.perf_counter(), time.process_time()
        found = ask()
        taken.append((time.perf_counter() - start, time.process_time() - cpu))
    (first, _), *more = taken
    again, cpu = (statistics.median(values) for values in zip(*more, strict=True))
    return told(first, again=again, cpu=cpu, rows=size(found))


def told(first: float, *, cpu: float, again: float | None = None, rows: int | None = None,
         ) -> dict[str, Any]:  # fmt: skip
    found = {"first_s": first, "again_s": again, "cpu_s": cpu, "peak_mb": peak(), "rows": rows}
    return {name: value for name, value in found.items() if value is not None}


def peak() -> float:
    """Return the most memory this process held, in MB; Linux tells it of the program alone."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1000


def write(rows: list[dict[str, Any]], file: Path) -> None:
    from importlib.metadata import version

    import pandas as pd

    out = pd.DataFrame(rows, columns=list(COLUMNS))
    out["date"] = datetime.date.today().isoformat()
    out["machine"] = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    packages = ("numpy", "scipy", "pandas", "pyarrow")
    out["versions"] = ", ".join(f"{p} {version(p)}" for p in packages)
    out.to_csv(file, index=False, float_format="%.4g")
    shown = ["query", "of", "marked", "words", "first_s", "again_s", "peak_mb", "rival_first_s",
             "rival_again_s", "ratio_first", "ratio_again"]  # fmt: skip
    print(out[shown].to_string(index=False))


if __name__ == "__main__":
    tasks: dict[str, Callable[..., dict[str, Any]]] = {
        "build": made, "rival-build": rival_build, "rival-one": rival_one,
        "suite": lambda f, q, w, m: suite(f, q, json.loads(w), m == "1"),
        "rival": lambda f, q, w: rival(f, q, json.loads(w)),
    }  # fmt: skip
    if len(sys.argv) > 2 and sys.argv[1] in tasks:
        print(json.dumps(tasks[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])))
    else:
        main()
