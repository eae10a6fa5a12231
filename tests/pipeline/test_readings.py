"""A file that can be read in two ways is unverified until a recording or the user settles it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.proof import Comparator
from migrate.pipeline.readings import _apart, _Computed
from migrate.pipeline.request import ArtifactRequest, Backend, Options
from migrate.results import ArtifactResult, Status
from migrate.worlds.host.pool import Slot
from tests.conftest import LEGACY_MODELS

pytestmark = pytest.mark.slow


def migrated(case: str, slot: Slot, out: Path, backend: str | None = None) -> ArtifactResult:
    path = LEGACY_MODELS / "broken" / case / "model.h5"
    return migrate_artifact(
        ArtifactRequest(path, case, out, "model"),
        Options(backend=Backend(backend) if backend else None),
        slot,
    )


def test_both_readings_are_named_with_their_difference(slot: Slot, tmp_path: Path) -> None:
    result = migrated("backend_unsaid", slot, tmp_path)
    assert result.status is Status.UNVERIFIED
    (finding,) = [f for f in result.findings if f.code == "PAR020"]
    assert "tensorflow computes outputs that are" in finding.message
    assert "theano was used" in finding.message
    assert "--backend" in finding.hint


@pytest.mark.parametrize("backend", ["theano", "tensorflow"])
def test_the_word_of_the_user_settles_it(slot: Slot, tmp_path: Path, backend: str) -> None:
    result = migrated("backend_unsaid", slot, tmp_path, backend)
    assert result.status is Status.MIGRATED
    assert "PAR020" not in [f.code for f in result.findings]
    assert ("SIL003" in result.rules) is (backend == "theano")


def test_a_recording_settles_it(slot: Slot, tmp_path: Path) -> None:
    result = migrated("backend_recorded", slot, tmp_path)
    assert result.status is Status.MIGRATED
    (finding,) = [f for f in result.findings if f.code == "PAR020"]
    assert (finding.severity, "recording is theano's" in finding.message) == ("info", True)


_OWN = """
from keras import backend as K
from keras.engine.topology import Layer


class Bounded(Layer):
    def call(self, x, mask=None):
        return K.clip(x, K.constant(-1e9), K.max(K.cast(K.not_equal(x, x + 1.0), "float32")) * 1e9)
"""


def test_a_recording_settles_it_for_a_model_with_classes_of_its_author(slot: Slot, tmp_path: Path) -> None:
    case = LEGACY_MODELS / "broken" / "backend_recorded"
    for name in ("model.h5", "model.golden.npz"):
        shutil.copyfile(case / name, tmp_path / name)
    (tmp_path / "own.py").write_text(_OWN, encoding="utf-8")
    with h5py.File(tmp_path / "model.h5", "r+") as file:
        config = json.loads(file.attrs["model_config"])
        config["config"].append({"class_name": "Bounded", "config": {"name": "bounded_1", "trainable": True}})
        file.attrs["model_config"] = json.dumps(config)
        weights = file["model_weights"]
        weights.create_group("bounded_1").attrs["weight_names"] = np.array([], "S1")
        weights.attrs["layer_names"] = [*weights.attrs["layer_names"], b"bounded_1"]
    request = ArtifactRequest(tmp_path / "model.h5", "model.h5", tmp_path / "out", "model")
    result = migrate_artifact(request, Options(source=(tmp_path / "own.py",)), slot)
    assert result.status is Status.MIGRATED
    (finding,) = [f for f in result.findings if f.code == "PAR020"]
    assert (finding.severity, "recording is theano's" in finding.message) == ("info", True)


def test_readings_whose_shapes_differ_are_not_infinitely_far_apart() -> None:
    here = _Computed({"0/0": np.zeros((3, 4), np.float32)}, ["y"])
    there = _Computed({"0/0": np.zeros((3, 5), np.float32)}, ["y"])
    said = _apart(Comparator(["y"]), {"tensorflow": here, "theano": there}, "tensorflow")
    assert said == "theano computes outputs that differ: the shape is [3, 5], expected [3, 4]"
