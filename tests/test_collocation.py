import numpy as np
import pandas as pd
import pytest

from analysis import corpus as corpora
from analysis import counts, lexicons, postings, query, resample
from analysis.evidence import evidence
from analysis.measures import _meetings, _windows, association
from analysis.measures import collocation as module
from analysis.measures.collocation import collocation
from analysis.measures.concordance import concordance
from analysis.results import DiscourseError

TEXTS = [
    ("en", "x", "A strict ban was lifted. The strict new ban holds. Cats sleep near it all day."),
    ("en", "x", "They want a strict ban now. Cats and dogs sleep."),
    ("en", "y", "No ban was ever so strict, a ban of bans. Sleep, cats."),
    ("nl", "x", "Een ban is streng en de ban is lang."),
]


@pytest.fixture(scope="module")
def corpus() -> corpora.Corpus:
    rows = [
        {"doc_id": f"d{i}", "language": c, "source": s, "year": 2024, "text": t}
        for i, (c, s, t) in enumerate(TEXTS)
    ]
    return corpora.from_rows(pd.DataFrame(rows))


def naive(corpus: corpora.Corpus, node: str, window: int, docs: list[int]) -> dict[str, int]:
    """Count window by window in plain Python."""
    tokens, seen = corpus.tokens, {}
    forms = tokens.forms
    for i in range(len(forms)):
        if tokens.doc[i] not in docs or forms[i] == node:
            continue
        near = range(max(0, i - window), min(len(forms), i + window + 1))
        if any(forms[j] == node and tokens.sentence[j] == tokens.sentence[i] for j in near):
            seen[forms[i]] = seen.get(forms[i], 0) + 1
    return seen


@pytest.mark.parametrize("window", [1, 3, 50])
def test_windows_stop_at_sentences_and_count_each_word_once(corpus, window: int) -> None:
    rows = collocation(corpus, "ban", window=window, min_count=1)
    english = rows[rows["language"] == "en"]
    got = dict(zip(english["collocate"], english["n"], strict=True))
    assert got == naive(corpus, "ban", window, [0, 1, 2])
    assert "cats" not in got
    assert "ban" not in got


def test_scores_are_those_of_the_table(corpus) -> None:
    rows = collocation(corpus, "ban", window=3, min_count=1)
    row = rows[(rows["collocate"] == "strict") & (rows["language"] == "en")].iloc[0]
    tokens = corpus.tokens
    english = np.isin(tokens.doc, [0, 1, 2])
    n_words = int(english.sum())
    near = sum(naive(corpus, "ban", 3, [0, 1, 2]).values())
    assert (row["n_node"], row["n_collocate"], row["n_tokens"]) == (5, 4, n_words)
    cell = (row["n"], near, 4, n_words - 5)
    assert row["estimate"] == pytest.approx(association.log_dice(row["n"], 5, 4))
    assert row["mi"] == pytest.approx(association.mutual_information(*cell))
    assert row["ll4"] == pytest.approx(association.association_ll4(*cell))
    assert row["t"] == pytest.approx(association.t_score(*cell))
    assert row["delta_p_from_node"] == pytest.approx(association.delta_p(*cell)[0])


def test_sentences_hold_node_and_collocate(corpus) -> None:
    rows = collocation(corpus, "ban", by="source", min_count=1)
    for row in rows.itertuples():
        assert 1 <= len(row.sentences) <= row.n
        for text in corpus.spans(corpus.sentences.loc[list(row.sentences)]):
            assert "ban" in text.casefold() and row.collocate in text.casefold()


def test_groups_and_one_text(corpus) -> None:
    rows = collocation(corpus, "ban", by="source", min_count=1)
    assert set(zip(rows["group"], rows["language"], strict=True)) == {
        ("x", "en"), ("x", "nl"), ("y", "en")}  # fmt: skip
    single = rows[rows["n_docs"] == 1]
    assert single["lo"].isna().all()
    assert single["verdict"].str.contains("one text").all()


def test_phrases_wildcards_and_lemmas(corpus) -> None:
    phrase = collocation(corpus, "strict ban", min_count=1)
    assert set(phrase["n_node"]) == {2}
    assert not set(phrase["collocate"]) & {"strict", "ban"}
    stars = collocation(corpus, "ban*", min_count=1)
    assert stars[stars["language"] == "en"]["n_node"].iloc[0] == 6
    lemma = collocation(corpus, "ban", unit="lemma", min_count=1)
    assert "be" in set(lemma["collocate"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"pattern": "*"}, "every word"),
        ({"pattern": "?!"}, "no word"),
        ({"pattern": "ban", "window": 0}, "at least 1"),
        ({"pattern": "ban", "unit": "concept"}, "word"),
        ({"pattern": "ban", "by": "colour"}, "colour"),
        ({"pattern": "ban", "by": ()}, "by is empty"),
        ({"pattern": "ban", "node": "topic"}, "topic"),
        ({"pattern": "sanctoins", "node": "concept"}, "nearest are sanctions"),
    ],
)
def test_bad_input(corpus, arguments, says: str) -> None:
    with pytest.raises(DiscourseError, match=says):
        collocation(corpus, **arguments)


def test_a_node_that_occurs_nowhere_has_no_collocates(corpus) -> None:
    assert len(collocation(corpus, "olifant")) == 0


def test_a_window_may_be_the_whole_sentence(corpus) -> None:
    whole = collocation(corpus, "ban", window=None, min_count=1)
    wide = collocation(corpus, "ban", window=10**30, min_count=1)
    told = ["method"]
    pd.testing.assert_frame_equal(whole.drop(columns=told), wide.drop(columns=told))
    english = whole[whole["language"] == "en"]
    assert dict(zip(english["collocate"], english["n"], strict=True)) == naive(
        corpus, "ban", 10_000, [0, 1, 2]
    )
    assert whole["method"].str.contains("in the sentence of the node").all()


def test_a_node_may_be_a_lemma(corpus) -> None:
    rows = collocation(corpus, "ban", node="lemma", min_count=1)
    english = rows[rows["language"] == "en"]
    lemmas = corpus.lemmas()
    spoken = np.isin(corpus.tokens.doc, [0, 1, 2])
    assert set(english["n_node"]) == {(lemmas.vocabulary[lemmas.ids] == "ban")[spoken].sum()} == {6}
    assert "bans" not in set(english["collocate"])
    assert set(rows["term_unit"]) == {"lemma"}


@pytest.mark.parametrize(("node", "key"), [("concept", "sanctions"), ("actor", "DPRK")])
def test_a_node_may_be_a_concept_or_an_actor_in_every_language(seeds, node: str, key: str) -> None:
    rows = collocation(seeds, key, node=node, window=3, min_count=1, n_boot=9)
    found = lexicons.find(seeds, lexicons.load(f"{node}s"))
    found = found[(found["key"] == key) & found["kept"]]
    spoken = set(seeds.documents["language"].iloc[found["doc"]])
    assert set(rows["language"]) == spoken and len(spoken) > 1
    for row in rows.groupby("language").head(5).to_dict("records"):
        places = evidence(seeds, row, n=None)
        assert set(places["sentence"]) == set(row["sentences"]) <= set(found["sentence"])
        assert (places["node_start"] >= 0).all()


def test_several_columns_make_groups(seeds) -> None:
    rows = collocation(seeds, "korea*", by=("source", "year"), min_count=1, n_boot=9)
    assert "RIAC · 2018" in set(rows["group"])
    assert set(rows.loc[rows["group"] == "RIAC · 2018", "year"].astype(int)) == {2018}
    assert set(rows["by"]) == {"source · year"}


@pytest.mark.parametrize("text", ["", "…!"])
def test_a_corpus_without_words_has_no_collocates(text: str) -> None:
    rows = pd.DataFrame({"doc_id": ["a", "b"], "language": "en", "text": text})
    assert len(collocation(corpora.from_rows(rows), "*")) == 0


# --- the same as counting slowly --------------------------------------------------------------

WORDS = ["ban", "bans", "no", "a", "a", "the", "the", "new", "ban.", "talks", "Ban,", "war."]


def test_nodes_beside_each_other_are_as_many_as_the_concordance_has_lines() -> None:
    texts = ["We all want peace. Peace is what we want today.", "They longed for peace, peace."]
    rows = pd.DataFrame({"doc_id": ["a", "b"], "text": texts, "language": "en"})
    made = corpora.from_rows(rows)
    found = collocation(made, "peace", min_count=1, n_boot=0)
    assert found["n_node"].unique().tolist() == [len(concordance(made, "peace"))] == [4]


@pytest.fixture(scope="module")
def many() -> corpora.Corpus:
    """Documents enough to be pooled, two languages, groups of few, marks that overlap."""
    rng = np.random.default_rng(5)
    texts = [" ".join(rng.choice(WORDS, size=rng.integers(0, 40))) for _ in range(260)]
    rows = pd.DataFrame({"doc_id": [f"d{i:03}" for i in rng.permutation(260)], "text": texts})
    rows["language"] = np.where(np.arange(260) < 230, "en", "nl")
    rows["source"] = rng.choice(["x", "y", "z", ""], size=260, p=[0.9, 0.05, 0.04, 0.01])
    made = corpora.from_rows(rows)
    edges = made.tokens.doc_start
    long = np.flatnonzero(np.diff(edges) > 20)[::7]
    spans = [(edges[d] + a, edges[d] + b) for d in long for a, b in ((1, 6), (4, 9), (15, 16))]
    vars(made)["_left_out"] = np.array(spans)
    return made


def slow(corpus, near, node, rows, first) -> dict[str, dict[str, object]]:
    """Score one group in plain Python, from a flag on every word: near the node, in it."""
    tokens, forms = corpus.tokens, corpus.tokens.forms
    used = np.flatnonzero(tokens.kept & np.isin(tokens.doc, rows)).tolist()
    pool = dict(zip(rows.tolist(), range(len(rows)), strict=True))
    if len(rows) > resample.POOLS:
        dealt = np.random.default_rng(0).permutation(len(rows)) % resample.POOLS
        pool = dict(zip(rows.tolist(), dealt.tolist(), strict=True))
    size = min(len(rows), resample.POOLS)
    x, begun = np.zeros(size), {i for i in used if node[i]}
    np.add.at(x, [pool[tokens.doc[i]] for i in first if i in begun], 1)
    found = {}
    for term in sorted({forms[i] for i in used if near[i]}):
        own = [i for i in used if forms[i] == term and not node[i]]
        met = [i for i in own if near[i]]
        o, y = np.zeros(size), np.zeros(size)
        np.add.at(o, [pool[tokens.doc[i]] for i in met], 1)
        np.add.at(y, [pool[tokens.doc[i]] for i in own], 1)
        estimate = float(association.log_dice(len(met), x.sum(), len(own)))
        drawn = resample.weights(size, n_boot=19)
        fy, fo = np.maximum(drawn @ y, 1), np.maximum(drawn @ o, association.ZERO)
        samples = association.log_dice(fo, drawn @ x, fy)
        ends = resample.interval(samples[None], np.array([estimate]), n_docs=size)
        cell = (len(met), sum(near[i] for i in used), len(own), len(used) - len(begun))
        found[term] = {
            "estimate": estimate, "lo": ends[0][0], "hi": ends[1][0], "n": len(met),
            "n_node": x.sum(), "n_collocate": len(own), "n_docs": len(rows),
            "n_tokens": len(used), "docs_with": len({tokens.doc[i] for i in met}),
            "ll4": float(association.association_ll4(*cell)),
            "sentences": sorted({int(tokens.sentence[i]) for i in met}),
        }  # fmt: skip
    return found


@pytest.mark.parametrize(
    ("pattern", "window", "by"),
    [("ban", 2, "language"), ("the*", 1, "source"), ("a ban", None, ("language", "source"))],
)
def test_the_same_comes_out_as_of_counting_slowly(many, monkeypatch, pattern, window, by) -> None:
    monkeypatch.setattr(_windows, "BLOCK", 300)  # several runs of documents
    monkeypatch.setattr(postings, "ENTRIES", 100)
    tokens, kept = many.tokens, many.tokens.kept
    node, near = np.zeros((2, len(tokens)), dtype=bool)
    places, at = query.find(many, pattern), np.arange(len(tokens))
    for first, last in zip(places.first, places.last, strict=True):
        if kept[first]:
            node[first : last + 1] = True
            far = len(tokens) if window is None else window
            reached = (at >= first - far) & (at <= last + far)
            near |= reached & (tokens.sentence == tokens.sentence[first])
    near &= ~node & kept
    rows = collocation(many, pattern, window=window, by=by, min_count=1, n_boot=19)
    assert not kept.all() and len(rows) > 5
    for name, code, members in counts.monolingual(many.documents, by):
        got = rows[(rows["group"] == name) & (rows["language"] == code)].set_index("collocate")
        want = slow(many, near, node & kept, members, places.first.tolist())
        assert set(got.index) == set(want)
        for term, row in got.to_dict("index").items():
            assert list(row["sentences"]) == want[term].pop("sentences")
            same = {column: row[column] for column in want[term]}
            assert same == pytest.approx(want[term], abs=1e-9, nan_ok=True)


def test_without_resamples_there_are_no_intervals_and_nothing_else_changes(many) -> None:
    rows, plain = (collocation(many, "ban", n_boot=n) for n in (9, 0))
    assert rows["lo"].notna().any() and plain["lo"].isna().all() and plain["hi"].isna().all()
    assert plain["method"].str.contains("no interval").all()
    apart = ["lo", "hi", "method"]
    pd.testing.assert_frame_equal(rows.drop(columns=apart), plain.drop(columns=apart))


def test_of_very_many_collocates_the_strongest_get_intervals(many, monkeypatch) -> None:
    every = collocation(many, "ban", n_boot=9)
    monkeypatch.setattr(_meetings, "MANY", 3)
    monkeypatch.setattr(module, "MANY", 3)
    some = collocation(many, "ban", n_boot=9)
    known = some.groupby(["language"])["lo"].apply(lambda lo: lo.notna().to_numpy().nonzero()[0])
    assert all(list(at) == [0, 1, 2] for at in known)
    assert some["method"].str.contains("only those with the highest logDice").all()
    held = some["lo"].notna()
    pd.testing.assert_series_equal(some.loc[held, "lo"], every.loc[held, "lo"])


def test_the_order_of_documents_changes_no_score(many) -> None:
    turned = corpora.from_rows(many.documents.iloc[::-1].reset_index(drop=True))
    options = {"by": "source", "n_boot": 9, "include_marked": True}
    one, two = (collocation(c, "ban", **options) for c in (many, turned))
    named = ["group", "language", "collocate", "estimate", "lo", "hi", "n", "n_collocate", "ll4"]
    pd.testing.assert_frame_equal(one[named], two[named])


def test_every_word_is_in_a_sentence_of_its_document(many, seeds, made_up) -> None:
    """What windows rely on: a sentence never reaches from one document into another."""
    for corpus in (many, seeds, made_up):
        first = corpus.tokens.doc_start[:-1][np.diff(corpus.tokens.doc_start) > 0]
        assert np.isin(first, corpus.tokens.sentence_start).all()
