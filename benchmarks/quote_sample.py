"""Draw 200 sentences of the optional data folder, and read how a reader coded them.

    python benchmarks/quote_sample.py

writes ``tests/known/sample_sentences.csv``: data set, document, language, the offsets of the
sentence in its document and a checksum, no text. The codes stand in
``tests/known/sample_quotes.csv``; the docstring of ``benchmarks/quotes.py`` has their rules.

Two sentences in three hold a quotation mark or a word of ``SAYING``; one in three is any sentence.
The detector was developed without these documents: ``ntrex`` documents and parliament turns with an
even number, ``gerntsa`` rows with an odd one, the two development files of ``newsmtsc``. No
``ntrex`` document serves two languages, since its three are translations of one text.
"""

import hashlib
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from analysis import corpus, paths
from analysis.results import DiscourseError

TARGET = paths.ROOT / "tests" / "known" / "sample_sentences.csv"
CODES = paths.ROOT / "tests" / "known" / "sample_quotes.csv"
SIZES = {
    ("ntrex", "nl"): 50, ("handelingen_nl", "nl"): 20,
    ("ntrex", "de"): 25, ("gerntsa", "de"): 25, ("bundestag20_sub_de", "de"): 15,
    ("ntrex", "en"): 30, ("newsmtsc", "en"): 35,
}  # fmt: skip
TURNS = 120  # speeches of the Bundestag that sentences are drawn from
SHORTEST = 4  # words; greetings and cries are left out
MARKS = re.compile(r"[\"“”„«»‹›‚‘]|(?<!\w)['’](?=\w)")
SAYING = re.compile(
    r"\b(?:say|says|said|saying|tell|tells|told|according to|claim\w*|warn\w*|argu\w+|announc\w+"
    r"|add(?:s|ed)|stat(?:es|ed)|wrote|writes|call(?:s|ed)|ask(?:s|ed)|insist\w*|den(?:y|ies|ied)"
    r"|zeg|zegt|zeggen|zei|zeiden|gezegd|volgens|aldus|stel(?:t|de|den|len)|verkla(?:ar\w*|rde\w*)"
    r"|meld(?:t|de|den|en)|gemeld|schrijf\w*|schreef|vertel\w*|noem(?:t|de|den|en)|genoemd"
    r"|waarschuw\w*|vind|vindt|vraagt|vroeg|voegde|liet weten|meen(?:t|de)|bewe(?:ert|erde|ren)"
    r"|sag(?:e|t|en|te|ten)|gesagt|laut|zufolge|erklär\w*|so der|so die|meint\w*|betont\w*"
    r"|teilt\w* mit|warnt\w*|behaupt\w+|schr(?:eibt|ieb|ieben)|berichte\w*|nennt|nannte|fordert\w*"
    r"|forderte\w*|sei|seien|habe|hieß|heißt es|kündigt\w*|fragt\w*)\b",
    re.IGNORECASE,
)


def documents(folder: Path) -> pd.DataFrame:
    """Return the documents to draw from: ``dataset, doc_id, language, text`` and ``starts``.

    ``starts`` holds the offsets of the sentences where the data set says where they begin;
    otherwise it is None.
    """
    rows = [*_ntrex(folder), *_rows_of_news(folder), *_parliaments(folder)]
    return pd.DataFrame(rows, columns=["dataset", "doc_id", "language", "text", "starts"])


def _ntrex(folder: Path) -> list[tuple]:
    """News documents with an even number, each in one language: nl, de, nl, en in turn."""
    table = pd.read_csv(folder / "ntrex" / "open_dev.csv").sort_values(["doc_id", "sent_no"])
    out = []
    for i, doc_id in enumerate(sorted(table["doc_id"].unique())[::2]):
        language = ("nl", "de", "nl", "en")[i % 4]
        text, starts = "", []
        for line in table.loc[table["doc_id"].eq(doc_id), language].str.strip():
            starts.append(len(text))
            # A headline ends its paragraph; where the others ended, the data set does not say.
            text += line + (" " if re.search(r"[.!?][\"”“’»‘']*$", line) else "\n")
        out.append(("ntrex", doc_id, language, text.rstrip(), starts))
    return out


def _rows_of_news(folder: Path) -> list[tuple]:
    """Single sentences of German and English news; a sentence that stands twice is left out."""
    german = pd.read_json(folder / "gerntsa" / "open_dev.jsonl", lines=True)
    seen = {*german["sentence"][::2]}
    odd = german[1::2].drop_duplicates("sentence")
    odd = odd[~odd["sentence"].isin(seen)]
    out = [("gerntsa", i, "de", s, [0]) for i, s in odd[["id", "sentence"]].to_numpy()]
    files = [folder / "newsmtsc" / f"open_dev_{part}.jsonl" for part in ("rw", "mt")]
    english = pd.concat([pd.read_json(file, lines=True) for file in files])
    english = english.drop_duplicates("sentence")
    # The id without the name and place of the target: those of the article and the sentence.
    english["gid"] = english["gid"].str.extract(r"^([a-z0-9_]+?_-?\d+_-?\d+)_", expand=False)
    english = english.drop_duplicates("gid")
    return out + [("newsmtsc", i, "en", s, [0]) for i, s in english[["gid", "sentence"]].to_numpy()]


def _parliaments(folder: Path) -> list[tuple]:
    """Turns with an even number; those with broken characters are left out."""
    dutch = pd.read_csv(folder / "handelingen_nl" / "tk_2017_2018_70.csv")[::2]
    german = pd.read_csv(folder / "bundestag20_sub_de" / "foreign_policy_speeches.csv")[::2]
    german = german.sample(TURNS, random_state=0).sort_values("speech_id")
    dutch = [("handelingen_nl", f"turn-{i}", "nl", text, None) for i, text in dutch["text"].items()]
    return [row for row in dutch if not re.search("[Ãâ]", row[3])] + [
        ("bundestag20_sub_de", i, "de", text, None)
        for i, text in german[["speech_id", "text"]].to_numpy()
    ]


def sentences(found: pd.DataFrame) -> pd.DataFrame:
    """Return all sentences of the documents: ``dataset, doc_id, language, start, end, text``."""
    split = found[found["starts"].isna()]
    parts = corpus.from_rows(split[["doc_id", "language", "text"]]).sentences
    own = {doc_id: rows["start"].tolist() for doc_id, rows in parts.groupby("doc_id")}
    out = []
    for row in found.itertuples():
        starts = own.get(row.doc_id, []) if row.starts is None else row.starts
        for start, end in zip(starts, [*starts[1:], len(row.text)], strict=True):
            told = row.text[start:end].rstrip()
            out.append((row.dataset, row.doc_id, row.language, start, start + len(told), told))
    return pd.DataFrame(out, columns=["dataset", "doc_id", "language", "start", "end", "text"])


def draw(found: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """Draw the sample: two thirds with a sign of quotation, one third any sentence."""
    found = found[found["text"].str.split().str.len() >= SHORTEST]
    rng, out = np.random.default_rng(seed), []
    for (dataset, language), n in SIZES.items():
        rows = found[found["dataset"].eq(dataset) & found["language"].eq(language)]
        any_kind = rows.iloc[np.sort(rng.choice(len(rows), round(n / 3), replace=False))]
        rest = rows.drop(index=any_kind.index)
        signs = rest["text"].map(lambda text: bool(MARKS.search(text) or SAYING.search(text)))
        rest = rest[signs]
        with_sign = rest.iloc[np.sort(rng.choice(len(rest), n - len(any_kind), replace=False))]
        out += [any_kind.assign(drawn="any"), with_sign.assign(drawn="sign")]
    return pd.concat(out).sort_values(["dataset", "language", "doc_id", "start"], ignore_index=True)


def checksum(text: str) -> str:
    """Tell one wording of a sentence from another."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def read(folder: Path) -> tuple[corpus.Corpus, pd.DataFrame, pd.DataFrame]:
    """Return the documents of the sample, its sentences and their codes.

    Returns
    -------
    Corpus
        Whole documents: the sentence before may hold the speaker.
    DataFrame
        ``sentence, dataset, doc_id, language, start, end, drawn, check``; offsets in the document.
    DataFrame
        ``unit`` (the sentence), ``doc_id, language, start, end, type, speaker, also, speaker_note,
        certain``; offsets in the document, ``speaker`` and ``also`` the words at the coded offsets.

    Raises
    ------
    DiscourseError
        If a sentence of the data folder is not the one that was coded.
    """
    drawn = pd.read_csv(TARGET)
    found = documents(folder)
    found = found[found["doc_id"].isin(drawn["doc_id"])]
    text = found.set_index("doc_id")["text"]
    for row in drawn.itertuples():
        if checksum(text.get(row.doc_id, "")[row.start : row.end]) != row.check:
            raise DiscourseError(
                f"{row.dataset}: sentence {row.sentence} ({row.doc_id}) is not as it was coded; "
                "use the data that the sample was drawn from"
            )
    codes = pd.read_csv(CODES).merge(
        drawn[["sentence", "doc_id", "language", "start"]].rename(columns={"start": "at"}),
        on="sentence",
    )
    places = [c for c in codes if c.endswith(("start", "end"))]
    codes[places] = codes[places].add(codes["at"], axis=0)
    codes.loc[codes["speaker_note"].eq("none"), ["speaker_start", "speaker_end"]] = np.nan
    for name in ("speaker", "also"):
        spans = codes[["doc_id", f"{name}_start", f"{name}_end"]].to_numpy()
        codes[name] = ["" if a != a else text[i][int(a) : int(b)] for i, a, b in spans]
    texts = corpus.from_rows(found[["doc_id", "language", "text"]].reset_index(drop=True))
    return texts, drawn, codes.rename(columns={"sentence": "unit"}).drop(columns="at")


def main(target: Path = TARGET) -> None:
    """Write the drawn sentences."""
    folder = paths.data()
    if folder is None:
        print("the optional data folder is absent (set DISCOURSE_DATA)")
        return
    drawn = draw(sentences(documents(folder)))
    drawn["check"] = drawn.pop("text").map(checksum)
    drawn.insert(0, "sentence", np.arange(1, len(drawn) + 1))
    drawn.to_csv(target, index=False)
    print(drawn.groupby(["dataset", "language", "drawn"]).size().to_string())


if __name__ == "__main__":
    main()
