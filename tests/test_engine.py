"""Work done here, and the same work on a cluster of two worker processes."""

import gc
import os
import signal
from functools import partial

import numpy as np
import pandas as pd
import pytest

from analysis import arrays, cli, counts, embeddings, engine
from analysis.measures import topics
from analysis.measures._topic_placing import placed
from analysis.measures.collocation import collocation
from analysis.measures.dispersion import dispersion
from analysis.measures.keyness import keyness
from analysis.measures.sentiment import sentiment
from analysis.measures.stance import stance
from analysis.results import DiscourseError

distributed = pytest.importorskip("distributed", reason="dask[distributed] is not installed")


@pytest.fixture(scope="module")
def cluster():
    """Two worker processes, which are started anew when they die."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as made:
        yield made


@pytest.fixture(scope="module")
def there(cluster):
    """The engine of the cluster."""
    made = engine.of(cluster.scheduler_address)
    yield made
    made.client.close()


def fails(number):
    if number == 3:
        raise DiscourseError("three is no number for this")
    return number


def total(rows):
    return os.getpid(), int(rows.read().sum())


def killed_once(folder, number):
    """Return the square of a number; the first worker that is asked for that of five dies."""
    mark = folder / "worker"
    if number == 5 and not mark.exists():
        mark.write_text(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGKILL)
    return number**2, os.getpid()


def killed(folder, work, item):
    """Do a task of a measure; the first worker that is given one dies when it is half done."""
    result = work(item)
    mark = folder / "worker"
    if not mark.exists():
        mark.write_text(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGKILL)
    return result


class Dying(engine.Engine):
    """A cluster one worker of which is killed in the middle of the work."""

    def __init__(self, real, folder):
        self.real, self.folder, self.rows = real, folder, real.rows

    def map(self, work, items):
        return self.real.map(partial(killed, self.folder, work), items)


class Noting(engine.Engine):
    """A cluster, and how often it was given work."""

    def __init__(self, real):
        self.real, self.sent, self.rows = real, 0, real.rows

    def map(self, work, items):
        self.sent += 1
        return self.real.map(work, items)


def fresh(whole):
    """Return a corpus of which nothing but its marks was asked yet."""
    return whole.part(np.arange(len(whole)))


def marks(texts):
    vars(texts).pop("marks")
    return texts.marks


def same(one, other):
    """Counts and words are equal, other numbers to 1e-9."""
    pd.testing.assert_frame_equal(one, other, check_exact=False, rtol=1e-9, atol=1e-9)
    whole = [c for c in one if pd.api.types.is_integer_dtype(one[c].dtype)]
    pd.testing.assert_frame_equal(one[whole], other[whole], check_exact=True)


def test_results_come_in_the_order_of_the_items():
    assert list(engine.HERE.map(abs, range(-50, 50))) == [abs(n) for n in range(-50, 50)]
    assert list(engine.HERE.map(abs, [])) == []


def test_few_items_are_read_ahead():
    read = []
    items = (read.append(n) or n for n in range(10_000))
    results = engine.HERE.map(abs, items)
    assert next(results) == 0
    assert len(read) <= engine.AHEAD * (os.cpu_count() or 1)
    results.close()


def test_an_error_of_a_task_is_raised_as_it_is():
    with pytest.raises(DiscourseError, match="three is no number"):
        list(engine.HERE.map(fails, range(10)))


def test_a_cluster_gives_the_same_in_the_same_order(there):
    assert list(there.map(abs, range(-50, 50))) == [abs(n) for n in range(-50, 50)]
    with pytest.raises(DiscourseError, match="three is no number"):
        list(there.map(fails, range(10)))


def test_rows_travel_as_a_place_in_a_file_where_workers_see_it(there, tmp_path):
    array = arrays.keep(tmp_path / "array.arrow", np.arange(1000))
    held = [
        there.rows(array, 10, 20, file=tmp_path / "array.arrow"),
        there.rows(array, 10, 20, file=tmp_path / "elsewhere.arrow"),
        there.rows(array, 10, 20),
    ]
    assert [rows.values is None for rows in held] == [True, False, False]
    for process, found in there.map(total, held):
        assert found == sum(range(10, 20)) and process != os.getpid()
    assert total(engine.HERE.rows(array, 10, 20)) == (os.getpid(), sum(range(10, 20)))


def test_the_job_completes_when_a_worker_is_killed_half_way(there, tmp_path):
    found = list(there.map(partial(killed_once, tmp_path), range(40)))
    assert [square for square, _ in found] == [n**2 for n in range(40)]
    dead = int((tmp_path / "worker").read_text())
    assert dead != os.getpid() and dict(found)[25] != dead


MEASURES = {
    "counts": lambda c: pd.DataFrame(counts.count(c).matrix.toarray()),
    "keyness": lambda c: keyness(c, by="source", min_count=1),
    "dispersion": lambda c: dispersion(c, by="source", parts="sentence"),
    "collocates": lambda c: collocation(c, "*a*", min_count=1),
    "sentiment": lambda c: sentiment(c, by="source", n_boot=99),
    "stance": lambda c: stance(c, by="source", n_boot=99),
    "marks": marks,
}


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_is_the_same_on_a_cluster(made_up, there, name):
    doer = Noting(there)
    same(MEASURES[name](fresh(made_up).on(doer)), MEASURES[name](fresh(made_up)))
    assert doer.sent


def test_a_measure_is_the_same_when_a_worker_is_killed(made_up, there, tmp_path):
    lossy = fresh(made_up).on(Dying(there, tmp_path))
    same(MEASURES["keyness"](lossy), MEASURES["keyness"](fresh(made_up)))
    assert int((tmp_path / "worker").read_text()) != os.getpid()


def test_vectors_are_the_same_to_the_last_bit(there, monkeypatch, tmp_path):
    texts = [f"Sentence {i} about peace." for i in range(300)]
    found = []
    for name, doer in (("a", engine.HERE), ("b", Noting(there))):
        monkeypatch.setenv("DISCOURSE_CACHE", str(tmp_path / name))
        found.append(embeddings.encode(texts, ["en"] * 300, engine=doer))
    assert (found[0] == found[1]).all()


def test_texts_are_placed_in_the_same_topics(made_up, there):
    model = topics.fit(made_up, k=2, unit="sentence")
    doer = Noting(there)
    same(placed(made_up.on(doer), model), placed(made_up, model))
    assert doer.sent


def test_the_command_does_its_work_on_a_cluster(cluster, tmp_path, capsys):
    table = tmp_path / "t.csv"
    rows = {"text": ["Peace and war.", "War and war."], "source": ["A", "B"], "language": "en"}
    pd.DataFrame(rows).to_csv(table)
    argv = ["keywords", str(table), "--by", "source"]
    assert cli.main(argv) == 0
    here = capsys.readouterr().out
    assert cli.main([*argv, "--scheduler", cluster.scheduler_address]) == 0
    assert capsys.readouterr().out == here


def test_a_client_that_is_connected_will_do(cluster, made_up):
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        assert made_up.on(client).engine.client is client


@pytest.mark.parametrize(
    ("scheduler", "says"),
    [("tcp://127.0.0.1:9", "no scheduler answers"), ("peace", "is no address"),
     ("smoke://x:1", "no scheduler answers"),
     ("tls://127.0.0.1:9", "no scheduler answers"), (3, "is no address")],
)  # fmt: skip
def test_a_scheduler_that_is_none_is_told_in_a_sentence(monkeypatch, scheduler, says):
    monkeypatch.setattr(engine, "WAIT", 0.2)
    with pytest.raises(engine.ClusterError, match=says) as told:
        engine.of(scheduler)
    assert "\n" not in str(told.value)
    # One that is neither would be waited for when the process ends.
    clients = [c for c in gc.get_objects() if isinstance(c, distributed.Client)]
    assert {c.status for c in clients} <= {"running", "closed"}


def test_a_cluster_without_workers_is_told(monkeypatch):
    monkeypatch.setattr(engine, "WAIT", 0.2)
    with (
        distributed.LocalCluster(n_workers=0, processes=False, dashboard_address=":0") as empty,
        pytest.raises(engine.ClusterError, match="has no worker"),
    ):
        engine.of(empty.scheduler_address)


def test_another_version_of_the_suite_is_refused(there, monkeypatch):
    monkeypatch.setattr(there, "fingerprint", "of another version")
    with pytest.raises(DiscourseError, match="another version of the suite"):
        list(there.map(abs, [1]))


def test_the_command_refuses_a_scheduler_as_bad_usage(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(engine, "WAIT", 0.2)
    assert cli.main(["check", str(tmp_path), "--scheduler", "tcp://127.0.0.1:9"]) == cli.USAGE
    assert "no scheduler answers" in capsys.readouterr().err


def test_any_documents_are_made_a_group(made_up):
    mine = made_up.documents["doc_id"].isin(["nl-0", "en-1"])
    grouped = made_up.assign(mine=np.where(mine, "yes", "no"))
    assert grouped.hash != made_up.hash
    found = keyness(grouped, by="mine", target="yes", min_count=1)
    assert set(found["group"]) == {"yes"}
    with pytest.raises(DiscourseError, match="is a column of the documents already"):
        made_up.assign(year=1)
    with pytest.raises(DiscourseError, match="one for each of 6 documents"):
        made_up.assign(mine=[1, 2])


@pytest.mark.parametrize("rows", [[0, 1, 2, 3, 4, 5], [5, 2, 0], [3], []])
def test_a_part_of_a_corpus_is_what_its_documents_are(made_up, rows):
    part = made_up.part(np.array(rows, dtype=np.int64))
    alone = made_up.documents.iloc[rows]
    assert part.documents["doc_id"].tolist() == alone["doc_id"].tolist()
    whole = made_up.tokens
    forms = [whole.forms[a:b] for a, b in zip(whole.doc_start, whole.doc_start[1:], strict=False)]
    assert part.tokens.forms.tolist() == [form for row in rows for form in forms[row]]
    of = [made_up.sentences[made_up.sentences["doc"] == row] for row in rows]
    texts = [text for own in of for text in made_up.spans(own)]
    assert part.spans(part.sentences) == texts
    assert part.tokens.sentence[part.tokens.doc_start[:-1]].tolist() == [
        sum(len(own) for own in of[:i]) for i in range(len(rows))
    ]
    lines = part.paragraphs.loc[part.sentences["paragraph"], ["start", "end"]].to_numpy()
    inside = part.sentences[["start", "end"]].to_numpy()
    assert (lines[:, 0] <= inside[:, 0]).all() and (inside[:, 1] <= lines[:, 1]).all()
