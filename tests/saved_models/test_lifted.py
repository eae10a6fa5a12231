"""``--lift``: graphs of every kind become layers that a user can load and train."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from migrate.findings import Status
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.results import ArtifactResult
from migrate.worlds.host.pool import Slot
from tests.conftest import LEGACY_MODELS

pytestmark = pytest.mark.slow


def lift(path: str, slot: Slot, out: Path) -> ArtifactResult:
    source = LEGACY_MODELS / path
    return migrate_artifact(ArtifactRequest(source, path, out, "lifted"), Options(lift=True), slot)


@pytest.mark.parametrize(
    ("path", "layers"),
    [
        ("tf.keras-1.13/frozen/model.pb", {"Conv2D", "BatchNormalization", "Dense"}),
        ("tf.keras-1.15/frozen/model.pb", {"Conv2D", "BatchNormalization", "Dense"}),
        ("tf.keras-1.15/simple_save/saved_model", {"Conv2D", "BatchNormalization", "Dense"}),
        ("tf.keras-1.15/training_flag/saved_model", {"Dense", "BatchNormalization"}),
        ("tf.keras-2.8/module_recurrent/saved_model", {"LSTM", "GRU", "Dense"}),
        ("tf.keras-2.8/module_convolutional/saved_model", {"Conv2D", "DepthwiseConv2D", "Dense"}),
        ("tf.keras-2.11/module_plain/saved_model", {"Dense", "Embedding"}),
        ("tf.keras-2.11/hub_reusable/saved_model", {"Dense"}),
        ("tf.keras-2.15/subclassed-savedmodel/saved_model", {"Dense"}),
    ],
)
def test_lifted_model_gives_the_recorded_outputs(
    path: str, layers: set[str], slot: Slot, tmp_path: Path
) -> None:
    result = lift(path, slot, tmp_path)
    assert result.status is Status.MIGRATED, result.findings
    assert result.outputs.keras is not None
    assert result.parity is not None
    assert result.parity.evidence == "golden"
    assert result.parity.max_rel < 1e-5
    record = msgspec.json.decode((tmp_path / "lifted" / "migration.json").read_bytes())
    found = {layer["class_name"] for layer in record["layers"]}
    assert layers <= found
    assert sum(layer["parameters"] for layer in record["layers"]) > 0


def test_table_is_named_and_the_signatures_are_kept(slot: Slot, tmp_path: Path) -> None:
    result = lift("tf.keras-2.11/module_with_table/saved_model", slot, tmp_path)
    assert result.status is Status.MIGRATED
    assert result.outputs.keras is None
    assert result.outputs.saved_model is not None
    (finding,) = (f for f in result.findings if f.code == "EXP021")
    assert finding.place == "hash_table"


def test_loop_is_named_and_the_signatures_are_kept(slot: Slot, tmp_path: Path) -> None:
    result = lift("tf.keras-1.15/loop/saved_model", slot, tmp_path)
    assert result.status is Status.MIGRATED
    assert (result.outputs.keras, result.outputs.saved_model) == (None, "lifted/saved_model")
    (finding,) = result.findings
    assert (finding.code, finding.place) == ("EXP021", "while/Enter_1")


def test_pictures_are_decoded_in_a_loop_which_is_named(slot: Slot, tmp_path: Path) -> None:
    result = lift("tf.keras-2.8/module_image_bytes/saved_model", slot, tmp_path)
    assert (result.outputs.keras, result.outputs.saved_model) == (None, "lifted/saved_model")
    (finding,) = result.findings
    assert (finding.code, finding.place.rpartition("/")[2][:11]) == ("EXP021", "TensorArray")


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SavedModels of modules without Keras."""
    folder = tmp_path_factory.mktemp("graphs")
    program = [sys.executable, str(Path(__file__).with_name("graphs.py")), str(folder)]
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run(program, check=True, capture_output=True, env=environment)
    return folder


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("Text", {"Dense", "Embedding"}),
        ("Images", {"Conv2D", "DepthwiseConv2D", "BatchNormalization", "Dense"}),
        ("Attention", {"Embedding"}),
        ("Sequences", {"Dense"}),
        ("Activations", set()),
        ("Arithmetic", set()),
        ("Comparison", set()),
        ("Reductions", set()),
        ("Shaping", set()),
        ("Gathering", {"Embedding"}),
        ("Products", {"Dense"}),
        ("Convolutions", {"Conv2D", "Conv2DTranspose", "DepthwiseConv2D"}),
        ("Volumes", {"Conv3D"}),
        ("Pooling", set()),
        ("Normalisation", {"BatchNormalization"}),
        ("Positions", {"Embedding"}),
        ("Counts", set()),
        ("Sound", set()),
    ],
)
def test_module_without_keras_becomes_layers(
    name: str, layers: set[str], graphs: Path, slot: Slot, tmp_path: Path
) -> None:
    options = Options(targets=frozenset({Target.KERAS}), lift=True, seed=0)
    result = migrate_artifact(ArtifactRequest(graphs / name, name, tmp_path, "lifted"), options, slot)
    codes = {f.code for f in result.findings} - {"PAR009"}
    assert result.status is (Status.UNVERIFIED if "PAR010" in codes else Status.MIGRATED), result.findings
    assert result.outputs.keras is not None, result.findings
    assert codes - {"PAR010"} == {"EXP022"}  # a table that the probes asked little of is said to be
    assert result.parity is not None
    assert (result.parity.evidence, result.parity.cases) == ("original", 4)
    assert result.parity.max_rel < 1e-5
    record = msgspec.json.decode((tmp_path / "lifted" / "migration.json").read_bytes())
    assert layers <= {layer["class_name"] for layer in record["layers"]}
    assert "TensorFlowOpLayer" not in {layer["class_name"] for layer in record["layers"]}


@pytest.mark.parametrize("lifted", [False, True])
def test_what_holds_no_layers_is_not_told_to_lift_again(lifted: bool, slot: Slot, tmp_path: Path) -> None:
    source = LEGACY_MODELS / "tf.keras-2.11/module_parsing/saved_model"
    options = Options(lift=lifted, targets=frozenset({Target.KERAS}))
    result = migrate_artifact(ArtifactRequest(source, "served", tmp_path, "served"), options, slot)
    [refused] = [finding for finding in result.findings if finding.severity == "error"]
    assert (result.status, refused.code) == (Status.FAILED, "EXP001")
    assert "--to savedmodel" in refused.hint
    assert ("--lift" in refused.hint) is not lifted
