"""A difference is caught wherever it arises, and named."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from migrate.capsule.store import save_arrays
from migrate.findings import MigrationError
from migrate.parity.golden import find_golden, read_golden
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.progress import ReferenceRun
from migrate.pipeline.proof import Comparator, compare_layers, must_agree
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.pipeline.training import _losses_apart, make_batch
from migrate.worlds.host.pool import Slot


def test_the_first_layer_that_differs_is_named() -> None:
    same, other = np.ones((2, 3), "float32"), np.full((2, 3), 2.0, "float32")
    expected = {"a/0": same, "b/0": same, "c/0": same}
    actual = {"a/0": same, "b/0": other, "c/0": other}
    profile, first = compare_layers(["a/0", "b/0", "c/0"], expected, actual, Comparator(["y"]))
    assert first == "b"
    assert [p.layer for p in profile] == ["a", "b", "c"]


def test_a_difference_is_a_refusal() -> None:
    judge = Comparator(["scores"])
    comparisons = judge.compare({"0/0": np.ones(3, "float32")}, {"0/0": np.zeros(3, "float32")})
    with pytest.raises(MigrationError) as caught:
        must_agree(comparisons, "compared with a recording", "dense_1")
    assert caught.value.code == "PAR001"
    assert "scores" in caught.value.message
    assert caught.value.place == "dense_1"


def test_recordings_are_found_by_name(tmp_path: Path) -> None:
    for name in ("model.golden.npz", "x_inputs_and_outputs.h5"):
        (tmp_path / name).touch()
    for source in ("model.h5", "model.weights.h5", "model.ckpt-3.index"):
        assert find_golden(tmp_path / source) == tmp_path / "model.golden.npz"
    assert find_golden(tmp_path / "x_weights.h5") == tmp_path / "x_inputs_and_outputs.h5"
    assert find_golden(tmp_path / "other.h5") is None


def test_a_recording_without_outputs_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "m.golden.npz", **{"inputs/0": np.zeros(2)})
    with pytest.raises(MigrationError) as caught:
        read_golden(tmp_path / "m.golden.npz")
    assert caught.value.code == "PAR003"


def test_targets_suit_the_loss(tmp_path: Path) -> None:
    save_arrays(tmp_path / "probes", {"0/0": np.zeros((3, 4), "float32")})
    witness = ReferenceRun("original", "w", tmp_path / "probes", {"0/0": np.zeros((3, 5), "float32")})
    sparse = make_batch(witness, {"compile": {"loss": "sparse_categorical_crossentropy"}})["y/0"]
    assert sparse.shape == (3,)
    assert sparse.dtype.kind == "i"
    onehot = make_batch(witness, {"compile": {"loss": "categorical_crossentropy"}})["y/0"]
    np.testing.assert_array_equal(onehot.sum(axis=-1), 1.0)


@pytest.mark.slow
def test_a_wrong_recording_stops_the_migration(legacy_models: Path, slot: Slot, tmp_path: Path) -> None:
    source = legacy_models / "keras-2.2.4" / "siamese" / "model.h5"
    with np.load(source.with_name("model.golden.npz")) as file:
        arrays = {name: file[name] for name in file.files}
    arrays["outputs/0"] = arrays["outputs/0"] + np.float32(0.01)
    np.savez(tmp_path / "wrong.npz", **arrays)
    request = ArtifactRequest(source, "model.h5", tmp_path / "out", "model", tmp_path / "wrong.npz")
    result = migrate_artifact(request, Options(), slot)
    assert result.status == "failed"
    assert result.findings[-1].code == "PAR001"
    assert not (tmp_path / "out" / "model").exists()


@pytest.mark.slow
def test_what_training_needs_is_kept_and_one_step_agrees(
    legacy_models: Path, slot: Slot, tmp_path: Path
) -> None:
    source = legacy_models / "tf.keras-2.8" / "train_adam" / "model.h5"
    request = ArtifactRequest(source, "model.h5", tmp_path, "model")
    result = migrate_artifact(request, Options(targets=frozenset({Target.KERAS})), slot)
    assert result.training is not None
    assert (result.training.optimizer, result.training.slots) == ("kept", "kept")
    record = json.loads((tmp_path / "model" / "migration.json").read_text(encoding="utf-8"))
    assert record["training"]["step"]["state"] == "equal"


def test_losses_part_where_no_step_before_explains_it() -> None:
    assert _losses_apart([0.5, 0.25, math.nan], [0.5, 0.25 + 1e-5, math.nan]) == ""
    assert "step 2" in _losses_apart([0.5, 0.25], [0.5, 0.26])
    assert _losses_apart([0.5], [math.nan])


@pytest.mark.slow
@pytest.mark.parametrize("case", ["tf.keras-2.8/train_adam", "tf.keras-2.11/train_two_outputs_lists"])
def test_as_many_steps_as_asked_for_are_compared(
    legacy_models: Path, slot: Slot, tmp_path: Path, case: str
) -> None:
    request = ArtifactRequest(legacy_models / case / "model.h5", "model.h5", tmp_path, "model")
    options = Options(targets=frozenset({Target.KERAS}), prove_training=3, seed=2)
    migrate_artifact(request, options, slot)
    record = json.loads((tmp_path / "model" / "migration.json").read_text(encoding="utf-8"))
    assert record["training"]["step"]["state"] == "equal", record["training"]["step"]
    assert "3 further steps agree" in record["training"]["step"]["note"]


@pytest.mark.slow
def test_a_stateful_model_is_called_several_times_in_a_row(
    legacy_models: Path, slot: Slot, tmp_path: Path
) -> None:
    source = legacy_models / "tf.keras-2.8" / "stateful" / "model.h5"
    result = migrate_artifact(ArtifactRequest(source, "model.h5", tmp_path, "model"), Options(seed=1), slot)
    assert result.status == "migrated"
    assert result.parity is not None
    assert result.parity.cases >= 3 * 4
