"""Frozen graphs: lifted without being asked, served where layers do not express them, refused without values."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from migrate.findings import Status
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.results import ArtifactResult
from migrate.worlds.host.pool import Slot
from tests.conftest import LEGACY_MODELS

pytestmark = pytest.mark.slow
LOOP = """
import sys
import tensorflow as tf
v1 = tf.compat.v1
v1.disable_control_flow_v2()
with tf.Graph().as_default() as graph:
    x = v1.placeholder(tf.float32, [None, 3], name="tower/in")
    _, y = v1.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, tf.tanh(y) + x), (tf.constant(0), x))
    tf.identity(y, name="tower/out")
    open(sys.argv[1], "wb").write(graph.as_graph_def().SerializeToString())
"""


POSITIONS = """
import sys
import numpy as np
import tensorflow as tf
v1 = tf.compat.v1
table = np.random.default_rng(0).normal(size=(16, 3)).astype(np.float32)
with tf.Graph().as_default() as graph:
    x = v1.placeholder(tf.float32, [None, None, 3], name="x")
    tf.identity(x + tf.constant(table)[: tf.shape(x)[1]], name="y")
    open(sys.argv[1], "wb").write(graph.as_graph_def().SerializeToString())
"""


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A frozen graph with a loop of TensorFlow 1 and names that no argument has."""
    path = tmp_path_factory.mktemp("loop") / "loop.pb"
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run([sys.executable, "-c", LOOP, str(path)], check=True, capture_output=True, env=environment)
    return path


def migrate(path: Path, slot: Slot, out: Path, options: Options | None = None) -> ArtifactResult:
    return migrate_artifact(ArtifactRequest(path, path.name, out, "model"), options or Options(), slot)


def test_graph_is_lifted_without_being_asked(slot: Slot, tmp_path: Path) -> None:
    result = migrate(LEGACY_MODELS / "tf.keras-1.13/frozen/model.pb", slot, tmp_path)
    assert result.status is Status.MIGRATED, result.findings
    assert (result.outputs.keras, result.outputs.saved_model) == ("model/model.keras", "model/saved_model")
    assert not result.findings


def test_loop_is_named_and_the_graph_is_served(loop: Path, slot: Slot, tmp_path: Path) -> None:
    result = migrate(loop, slot, tmp_path)
    assert result.status is Status.MIGRATED, result.findings
    assert (result.outputs.keras, result.outputs.saved_model) == (None, "model/saved_model")
    (finding,) = [one for one in result.findings if one.severity != "info"]
    assert finding.code == "EXP021"
    assert finding.place.startswith("while/")
    assert result.parity is not None
    assert (result.parity.evidence, result.parity.cases) == ("original", 4)


def test_loop_as_layers_alone_is_refused(loop: Path, slot: Slot, tmp_path: Path) -> None:
    result = migrate(loop, slot, tmp_path, Options(targets=frozenset({Target.KERAS})))
    assert result.status is Status.FAILED
    assert [f.code for f in result.findings] == ["EXP021"]


def test_graph_of_a_checkpoint_is_blocked(slot: Slot, tmp_path: Path) -> None:
    (meta,) = (LEGACY_MODELS / "tf.keras-1.15/checkpoint_graph").glob("*.meta")
    result = migrate(meta, slot, tmp_path)
    assert result.status is Status.BLOCKED
    assert [f.code for f in result.findings] == ["FMT028"]
    assert "--architecture" in result.findings[0].hint


def test_graph_with_variables_is_not_frozen_and_blocked(slot: Slot, tmp_path: Path) -> None:
    """``graph.pbtxt`` of an Estimator's folder: the program that was trained, without a value."""
    path = tmp_path / "graph.pbtxt"
    path.write_text(
        'node { name: "global_step" op: "VarHandleOp" attr { key: "dtype" value { type: DT_INT64 } } '
        'attr { key: "shape" value { shape { } } } }\n',
        encoding="utf-8",
    )
    result = migrate(path, slot, tmp_path / "out")
    assert result.status is Status.BLOCKED
    assert [(f.code, f.place) for f in result.findings] == [("FMT028", "global_step")]


def test_constant_positions_are_cut_to_the_length_of_the_input(slot: Slot, tmp_path: Path) -> None:
    path = tmp_path / "positions.pb"
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    program = [sys.executable, "-c", POSITIONS, str(path)]
    subprocess.run(program, check=True, capture_output=True, env=environment)
    result = migrate(path, slot, tmp_path / "out")
    assert result.status is Status.MIGRATED, result.findings
    assert result.outputs.keras is not None, result.findings
