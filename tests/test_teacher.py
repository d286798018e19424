"""The kept soft labels belong to the rows of the data sets, and can be made again."""

import sys

import numpy as np
import pandas as pd
import pytest

from benchmarks import teacher, training

ARRAYS = {
    f"{name}_{kind}": n
    for kind, names, n in (("tone", teacher.TONE, 6), ("stance", teacher.STANCE, 2))
    for name in names
}


@pytest.fixture(scope="module")
def kept():
    with np.load(training.SOFT, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def test_every_set_has_folds_and_the_labels_of_every_teacher(kept):
    folds = {f"{name}_fold" for name in teacher.TONE}
    assert set(kept) == {*ARRAYS, *folds, "sib200_tone"}
    assert kept["sib200_tone"].shape[0] == 6 and kept["sib200_tone"].shape[1] % 3 == 0
    for name, n in ARRAYS.items():
        folds = kept[f"{name.split('_')[0]}_fold"]
        assert kept[name].shape == (n, len(folds), 3)
        assert np.isfinite(kept[name]).all()
        assert set(folds) == set(range(teacher.N_FOLDS))


def test_labels_are_as_many_as_the_rows_of_the_files(kept, data):
    table = teacher.read()
    for name in teacher.TONE:
        rows = table[table["set"].eq(name)]
        assert rows["place"].tolist() == list(range(len(kept[f"{name}_fold"])))
        assert rows["fold"].tolist() == kept[f"{name}_fold"].tolist()


def test_a_teacher_learns_nothing_of_its_fold_nor_of_the_test_sets(data):
    table = teacher.read()
    learnt = teacher.learnt(table, 2)
    for rows in learnt.values():
        seen = table.iloc[rows.ravel()]
        assert not (seen["set"].isin(teacher.FOLDED) & seen["fold"].eq(2)).any()
        assert not seen["test"].any()
    versions = table.iloc[learnt["same"].ravel()]
    assert versions["language"].tolist() == list(training.LANGUAGES) * len(learnt["same"])
    assert (np.ptp(versions["place"].to_numpy().reshape(-1, 3), axis=1) == 0).all()


def test_packed_takes_each_rows_own_fold():
    table = pd.DataFrame({"set": [*teacher.TONE, "gerntsa"], "fold": [0, 1, 2, 3, 4]})
    table = table.assign(language="de", place=0)
    said = {
        k: {task: np.full((5, 3), -1.0 if k is None else k) for task in ("tone", "stance")}
        for k in (None, *range(teacher.N_FOLDS))
    }
    arrays = teacher.packed(table, said)
    assert arrays["gerntsa_tone"][:, 0, 0].tolist() == [-1, 0, 1, 2, 3, 4]
    assert arrays["gerntsa_stance"][:, :, 0].tolist() == [[-1, -1], [3, 4]]
    assert arrays["newsmtsc_stance"][:, 0, 0].tolist() == [-1, 2]  # 2: the mean of 0 to 4


def test_without_torch_one_sentence_says_so(monkeypatch):
    monkeypatch.setattr(teacher, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="torch"):
        teacher.main()
    assert "benchmarks.teacher_net" not in sys.modules
