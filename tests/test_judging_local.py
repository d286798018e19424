"""Models of one's own: what is asked of the library, what is refused; with a library made up."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from analysis.judging import local
from analysis.results import DiscourseError

LABELS = {0: "positive", 1: "NEUTRAL", 2: "Negative"}


class Numbers:
    """As much of a tensor as is asked for."""

    def __init__(self, values):
        self.values = np.asarray(values, dtype=np.float32)

    def float(self):
        return self

    def cpu(self):
        return self

    def numpy(self):
        return self.values


class Library:
    """A made-up transformers: a model that counts good and bad in what it reads."""

    def __init__(self, labels=LABELS, made="BertForSequenceClassification", error=None):
        self.labels, self.made, self.error, self.asked, self.read = labels, made, error, {}, []

    def loader(self, kind, result):
        def from_pretrained(name, **options):
            self.asked[kind] = options
            if self.error and kind == "model":
                raise self.error
            return result

        return SimpleNamespace(from_pretrained=from_pretrained)

    def tokenizer(self, texts, pairs=None, **options):
        self.options = options
        self.read += list(zip(texts, pairs or [""] * len(texts), strict=True))
        return {"texts": texts, "pairs": pairs}

    def network(self, texts, pairs):
        rows = []
        for i, text in enumerate(texts):
            low = text.lower()
            if pairs:  # only the word right before the target counts
                low = low.split(pairs[i].lower())[0][-5:]
            good, bad = low.count("good"), low.count("bad")
            scores = [4.0 * good, 1.0, 4.0 * bad]
            rows.append(scores + [0.0] * (len(self.labels) - 3))
        return SimpleNamespace(logits=Numbers(rows))

    def install(self, monkeypatch):
        network = SimpleNamespace(eval=lambda: None)
        holder = type("Net", (), {"__call__": lambda _, **k: self.network(**k),
                                  "eval": lambda _: network})()  # fmt: skip
        transformers, torch = ModuleType("transformers"), ModuleType("torch")
        config = SimpleNamespace(id2label=self.labels, architectures=[self.made])
        transformers.AutoConfig = self.loader("config", config)
        transformers.AutoTokenizer = self.loader("tokenizer", self.tokenizer)
        transformers.AutoModelForSequenceClassification = self.loader("model", holder)
        torch.no_grad = lambda: __import__("contextlib").nullcontext()
        monkeypatch.setitem(sys.modules, "transformers", transformers)
        monkeypatch.setitem(sys.modules, "torch", torch)
        local._load.cache_clear()
        return self


@pytest.fixture
def library(monkeypatch):
    yield Library().install(monkeypatch)
    local._load.cache_clear()


def test_labels_are_read_by_name_not_by_place(library):
    out = local.sentiment(["good", "plain", "so bad"], ["en", "nl", "de"], model="mine")
    assert out["label"].tolist() == [1, 0, -1]
    assert out[["negative", "neutral", "positive"]].sum(axis=1).tolist() == pytest.approx([1] * 3)
    assert out["score"].tolist() == pytest.approx((out["positive"] - out["negative"]).tolist())
    assert out["positive"][0] == pytest.approx(np.exp(4) / (np.exp(4) + np.e + 1))


def test_nothing_is_fetched_run_or_unpickled(library):
    local.sentiment(["good"], ["en"], model="mine")
    assert set(library.asked) == {"config", "tokenizer", "model"}
    for options in library.asked.values():
        assert options["local_files_only"] is True
        assert options["trust_remote_code"] is False
    assert library.asked["model"]["use_safetensors"] is True
    assert library.options["truncation"]
    assert library.options["max_length"] <= 512


def test_stance_reads_the_target_and_swaps_with_it(library):
    text = "good A meets bad Q"
    out = local.stance([text, text], [(5, 6), (17, 18)], ["en", "en"], model="mine")
    assert out["label"].tolist() == [1, -1]
    assert library.read == [(text, "A"), (text, "Q")]


def test_what_cannot_be_judged_is_an_abstention(library):
    texts = ["", "😀 12", "tout est good", "good \ud83d"]
    out = local.sentiment(texts, ["en", "en", "fr", "en"], model="mine")
    assert out.iloc[:3].isna().all(axis=None)
    assert out["label"][3] == 1
    assert [text for text, _ in library.read] == ["good ?"]
    spans = [(-1, -1), (0, 99), (2, 2), (0, 4), (4, 5)]
    out = local.stance(["good A"] * 5, spans, ["en"] * 5, model="mine")
    assert out["label"].isna().tolist() == [True, True, True, False, True]


def test_many_rows_keep_their_places(library):
    texts = ["good", "x" * 50, "bad " * 9] * 30
    out = local.sentiment(texts, ["en"] * 90, model="mine")
    assert out["label"].tolist() == [1, 0, -1] * 30
    assert local.sentiment([], [], model="mine").shape == (0, 5)


def test_finer_labels_are_added_up(monkeypatch):
    stars = {i: f"{i + 1} star{'s' * (i > 0)}" for i in range(5)}
    Library(labels=stars).install(monkeypatch)
    out = local.sentiment(["good"], ["en"], model="stars")
    assert out[["negative", "neutral", "positive"]].sum(axis=1)[0] == pytest.approx(1)
    assert out["label"][0] == -1  # its first output says one star
    very = {0: "Very Negative", 1: "Negative", 2: "Neutral", 3: "Positive", 4: "Very Positive"}
    assert local._meaning("m", very) == (0, 0, 1, 2, 2)


@pytest.mark.parametrize(
    "labels",
    [{0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2"}, {0: "negative", 1: "positive"},
     {0: "joy", 1: "anger", 2: "neutral"}],
)  # fmt: skip
def test_labels_that_say_nothing_are_refused(monkeypatch, labels):
    Library(labels=labels).install(monkeypatch)
    with pytest.raises(DiscourseError, match="id2label"):
        local.sentiment(["good"], ["en"], model="mine")


def test_an_encoder_needs_a_head(monkeypatch, tmp_path):
    Library(made="XLMRobertaModel").install(monkeypatch)
    with pytest.raises(DiscourseError, match=r"train_sentiment --model mine"):
        local.sentiment(["good"], ["en"], model="mine")
    with pytest.raises(DiscourseError, match=r"train_stance --model mine"):
        local.stance(["good A"], [(5, 6)], ["en"], model="mine")
    (tmp_path / "modules.json").write_text("[]")
    with pytest.raises(DiscourseError, match="gives vectors"):
        local.sentiment(["good"], ["en"], model=str(tmp_path))


@pytest.mark.parametrize("error", [OSError("no file named model.safetensors.\nmore"),
                                   ValueError("requires you to execute code")])  # fmt: skip
def test_what_cannot_be_read_is_one_sentence(monkeypatch, error):
    Library(error=error).install(monkeypatch)
    with pytest.raises(DiscourseError, match="safetensors") as caught:
        local.sentiment(["good"], ["en"], model="mine")
    assert "\n" not in str(caught.value)


def test_a_missing_package_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", ModuleType("torch"))
    monkeypatch.setitem(sys.modules, "transformers", None)
    local._load.cache_clear()
    with pytest.raises(DiscourseError, match="transformers") as caught:
        local.sentiment(["good"], ["en"], model="mine")
    assert "portable" in str(caught.value)


def test_lengths_must_agree(library):
    with pytest.raises(DiscourseError, match="2 texts and 1 languages"):
        local.sentiment(["good", "bad"], ["en"], model="mine")
