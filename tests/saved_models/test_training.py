"""Training state of SavedModels: optimizer slots by variable, metrics of the author's own.

That the next training step is the one that the framework recorded is a matter of ``tests/dialects/training``.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from migrate.findings import Status
from migrate.formats.saved_model.keras import read_keras_saved_model
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.results import ArtifactResult, Training
from migrate.worlds.host.pool import Slot
from tests.conftest import LEGACY_MODELS

ADAM = "tf.keras-2.4/train_adam-savedmodel"
PEAK = "tf.keras-2.8/custom_metric-savedmodel"


def migrate(path: str, slot: Slot, out: Path, *classes: Path) -> ArtifactResult:
    source = LEGACY_MODELS / path / "saved_model"
    return migrate_artifact(
        ArtifactRequest(source, path, out, "model"), Options(custom_objects=classes), slot
    )


def compiled(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        config: dict[str, Any] = json.loads(archive.read("config.json"))["compile_config"]
    return config


def slots_of(path: Path) -> list[Any]:
    with (
        zipfile.ZipFile(path) as archive,
        archive.open("model.weights.h5") as stored,
        h5py.File(stored) as file,
    ):
        arrays = file["optimizer/vars"]
        return [np.asarray(arrays[name]) for name in sorted(arrays, key=int)]


def test_slots_are_called_after_their_variables() -> None:
    artifact = read_keras_saved_model(LEGACY_MODELS / ADAM / "saved_model")
    names = [array.name for array in artifact.optimizer_weights]
    assert "iter:0" in [name.rpartition("/")[2] for name in names]
    kernels = [a for w in artifact.weights for a in w.arrays if a.name.endswith("kernel:0")]
    for kernel in kernels:
        slot = f"optimizer/{kernel.name.removesuffix(':0')}/m:0"
        assert slot in names
        (stored,) = (a for a in artifact.optimizer_weights if a.name == slot)
        assert stored.array.shape == kernel.array.shape
    order = [name for name in names if name.endswith("/m:0")]
    weights = [a.name for w in artifact.weights for a in w.arrays]
    assert order == [f"optimizer/{n.removesuffix(':0')}/m:0" for n in weights if "moving" not in n]


@pytest.mark.slow
def test_slots_stand_in_the_archive(slot: Slot, tmp_path: Path) -> None:
    result = migrate(ADAM, slot, tmp_path)
    assert result.status is Status.MIGRATED, result.findings
    assert result.training == Training("kept", "kept", "kept", "kept")
    saved = {
        a.name: a.array
        for a in read_keras_saved_model(LEGACY_MODELS / ADAM / "saved_model").optimizer_weights
    }
    written = slots_of(tmp_path / "model" / "model.keras")
    assert int(written[0]) == 3
    slots = [array for name, array in saved.items() if name.endswith(("/m:0", "/v:0"))]
    assert len(written) == 2 + len(slots)
    for array in slots:
        assert any(array.shape == other.shape and np.array_equal(array, other) for other in written)


@pytest.mark.slow
def test_metric_of_the_author_is_carried_with_its_class(slot: Slot, tmp_path: Path) -> None:
    result = migrate(PEAK, slot, tmp_path, LEGACY_MODELS / PEAK / "custom_objects.py")
    assert result.training == Training("kept", "kept", "kept", "kept")
    (metric,) = compiled(tmp_path / "model" / "model.keras")["metrics"]
    assert (metric["class_name"], metric["config"]["name"]) == ("Peak", "peak")


@pytest.mark.slow
def test_metric_of_the_author_is_left_out_and_named_without_it(slot: Slot, tmp_path: Path) -> None:
    result = migrate(PEAK, slot, tmp_path)
    assert result.training == Training("kept", "kept", "kept", "lost")
    assert "MET003" in result.rules
    assert not compiled(tmp_path / "model" / "model.keras")["metrics"]
