"""What costs a model nothing, and what blocks it for want of the user's own code."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import h5py
import numpy as np
import pytest

from migrate.capsule.ends import Signature, TensorSpec
from migrate.findings import MigrationError, Status
from migrate.formats.hdf5 import read_hdf5
from migrate.pipeline import saved_model
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.progress import Progress, ReferenceRun
from migrate.pipeline.reference import refused_architecture
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.pipeline.signatures import must_be_dense
from migrate.results import ArtifactResult
from migrate.worlds.host.ends import WorldError
from migrate.worlds.host.environment import World
from migrate.worlds.host.pool import Slot
from migrate.worlds.host.protocol import RemoteError


def _copy(legacy_models: Path, case: str, tmp_path: Path) -> Path:
    return Path(shutil.copy(legacy_models / case / "model.h5", tmp_path / "model.h5"))


def _move_counter_to_root(file: h5py.File) -> None:
    """As Keras 2.0 wrote it: h5py stores a name that begins with a slash at the root of the file."""
    group = file["optimizer_weights"]
    names = [name.decode() for name in group.attrs["weight_names"]]
    file["iterations"] = group[names[0]][()]
    del group[names[0]]
    group.attrs["weight_names"] = np.array([b"/iterations", *(name.encode() for name in names[1:])])


def _break_optimizer(file: h5py.File) -> None:
    group = file["optimizer_weights"]
    del group[group.attrs["weight_names"][0]]


@pytest.fixture
def migrate(legacy_models: Path, slot: Slot, tmp_path: Path) -> Callable[..., ArtifactResult]:
    """Migrate a case after a change of its file."""

    def run(case: str, change: Callable[[h5py.File], None]) -> ArtifactResult:
        path = _copy(legacy_models, case, tmp_path)
        with h5py.File(path, "r+") as file:
            change(file)
        request = ArtifactRequest(path, "model.h5", tmp_path / "out", "model")
        return migrate_artifact(request, Options(targets=frozenset({Target.KERAS}), seed=1), slot)

    return run


def test_a_counter_at_the_root_of_a_file_is_found(legacy_models: Path, tmp_path: Path) -> None:
    path = _copy(legacy_models, "keras-2.2.4/train_adam", tmp_path)
    before = read_hdf5(path)
    with h5py.File(path, "r+") as file:
        _move_counter_to_root(file)
    after = read_hdf5(path)
    assert [a.name for a in after.optimizer_weights][1:] == [a.name for a in before.optimizer_weights][1:]
    assert after.optimizer_weights[0].array == before.optimizer_weights[0].array


@pytest.mark.slow
def test_an_optimizer_that_cannot_be_read_never_costs_the_model(
    migrate: Callable[..., ArtifactResult],
) -> None:
    result = migrate("keras-2.2.4/train_adam", _break_optimizer)
    assert result.status is Status.MIGRATED
    assert "OPT015" in {finding.code for finding in result.findings}


def _renamed(old: str, new: str) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        config = file.attrs["model_config"]
        text = config.decode() if isinstance(config, bytes) else config
        assert old in text
        file.attrs["model_config"] = text.replace(old, new)

    return change


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new"),
    [('"activation": "relu"', '"activation": "softplus2"'), ('"VarianceScaling"', '"OwnScaling"')],
)
def test_names_that_keras_does_not_have_are_asked_for(
    migrate: Callable[..., ArtifactResult], old: str, new: str
) -> None:
    result = migrate("keras-2.2.4/mlp", _renamed(old, new))
    assert result.status is Status.BLOCKED
    [finding] = [f for f in result.findings if f.severity == "error"]
    assert new.rpartition('"')[0].rpartition('"')[2] in finding.message
    assert "--custom-objects" in finding.hint


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (
            "Unknown layer: 'Densest'. Please ensure you are using a `keras.utils.custom_object_scope`",
            "CFG005",
        ),
        ("Could not interpret activation function identifier: softplus2", "CFG005"),
        ("Unknown initializer: 'Own'. Please ensure", "CFG005"),
        ("tuple index out of range", "CFG099"),
    ],
)
def test_what_tf_keras_says_to_an_architecture(message: str, code: str) -> None:
    refused = refused_architecture(WorldError(World.LEGACY, RemoteError("ValueError", message, "")))
    assert refused.code == code
    assert refused.hint


@pytest.mark.parametrize(
    ("said", "what"),
    [
        (
            "Graph execution error: No OpKernel was registered to support Op 'BoostedTreesBucketize' used by {{node}}",
            "BoostedTreesBucketize",
        ),
        (
            "Detected at node pool: Default MaxPoolingOp only supports NHWC on device type CPU",
            "MaxPoolingOp over",
        ),
        ("Default Pooling3DOp only supports NDHWC on device type CPU [[{{node pool}}]]", "Pooling3DOp over"),
        ("The Conv2D op currently only supports the NHWC tensor format on the CPU. The op", "Conv2D over"),
        ("CPU implementation of Conv3D currently only supports the NHWC tensor format.", "Conv3D over"),
        ("Conv2DCustomBackpropInputOp only supports NHWC.", "Conv2DCustomBackpropInputOp over"),
        ("Depthwise convolution on CPU is only supported for NHWC format", "Depthwise convolution over"),
    ],
)
def test_an_operation_without_a_kernel_is_a_reason_of_its_own(said: str, what: str) -> None:
    error = WorldError(World.LEGACY, RemoteError("InvalidArgumentError", said, ""))
    assert error.code == "EXP029"
    assert what in error.message


def test_sparse_signatures_are_refused_by_name() -> None:
    parts = tuple(TensorSpec(name, (None,), "float32") for name in ("fare_indices", "fare_values"))
    loaded = {"transform": Signature(parts, (), stateful=False)}
    must_be_dense({"other": {"inputs": ["x"], "outputs": []}}, loaded)
    with pytest.raises(MigrationError) as caught:
        must_be_dense({"transform": {"inputs": ["fare"], "outputs": []}}, loaded)
    assert (caught.value.code, caught.value.place) == ("EXP030", "transform")
    assert "fare" in caught.value.message


@pytest.mark.parametrize(("code", "told"), [("", "EXP004"), ("RUN002", "RUN002")])
def test_a_signature_that_the_export_does_not_run(
    code: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: object, **kwargs: object) -> None:
        raise WorldError(World.STOCK, RemoteError("FailedPreconditionError", "Table not initialized.", code))

    monkeypatch.setattr(saved_model, "outputs_of", fails)
    signature = Signature(
        (TensorSpec("x", (None,), "float32"),), (TensorSpec("y", (None,), "float32"),), stateful=False
    )
    witness = ReferenceRun("original", "signature", Path("probes"), {})
    slot = cast(Slot, SimpleNamespace(stock=None))
    with pytest.raises(MigrationError) as caught:
        saved_model._compare_served(slot, Path("out"), "serve", signature, witness, Options(), Progress())
    assert caught.value.code == told
    assert "Table not initialized" in caught.value.message
