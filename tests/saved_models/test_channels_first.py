"""Frozen graphs over channels first (NCHW), which TensorFlow's plain kernels for processors refuse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from migrate.findings import Status
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.results import ArtifactResult
from migrate.worlds.host.pool import Slot

pytestmark = pytest.mark.slow
WRITE = """
import sys
import numpy as np
import tensorflow as tf
v1 = tf.compat.v1
rng = np.random.default_rng(0)
def values(*shape):
    return tf.constant(rng.normal(size=shape).astype(np.float32))
def write(name, build, *shapes):
    with tf.Graph().as_default() as graph:
        given = [v1.placeholder(tf.float32, [None, *shape], name=f"x{n}") for n, shape in enumerate(shapes)]
        tf.identity(build(*given), name="y")
        open(f"{sys.argv[1]}/{name}.pb", "wb").write(graph.as_graph_def().SerializeToString())
def images(x, video):
    y = tf.nn.conv2d(x, values(3, 2, 2, 4), 1, [[0, 0], [0, 0], [1, 2], [1, 0]], data_format="NCHW")
    y = tf.nn.relu(tf.nn.bias_add(y, values(4), data_format="NC.."))
    y = tf.nn.depthwise_conv2d(y, values(3, 3, 4, 2), [1, 1, 2, 2], "SAME", data_format="NCHW")
    norm = dict(mean=values(8), variance=tf.abs(values(8)), data_format="NCHW", is_training=False)
    y = v1.nn.fused_batch_norm(y, values(8), values(8), **norm)[0]
    y = tf.nn.max_pool2d(y, [3, 2], [1, 2], "SAME", data_format="NCHW")
    y = tf.nn.conv2d_transpose(y, values(2, 2, 5, 8), [tf.shape(y)[0], 5, 12, 4], 2, "SAME", data_format="NCHW")
    y = tf.nn.avg_pool2d(y, 2, 2, "VALID", data_format="NCHW")
    film = tf.nn.conv3d(video, values(2, 2, 2, 2, 3), [1, 1, 1, 2, 1], "SAME", data_format="NCDHW")
    return tf.concat([tf.reduce_mean(y, [2, 3]), tf.reduce_mean(film, [2, 3, 4])], 1)
def loop(x):
    y = tf.nn.max_pool2d(x, 2, 2, "SAME", data_format="NCHW")
    return v1.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y - 0.1 * tf.tanh(y)), (tf.constant(0), y))[1]
v1.disable_control_flow_v2()
write("images", images, (2, 10, 6), (2, 4, 6, 5))
write("loop", loop, (2, 6, 4))
write("pool3d", lambda x: tf.nn.max_pool3d(x, 2, 2, "SAME", data_format="NCDHW"), (2, 4, 6, 4))
"""


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("channels_first")
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run([sys.executable, "-c", WRITE, str(path)], check=True, capture_output=True, env=environment)
    return path


def migrate(path: Path, slot: Slot, out: Path, *targets: Target) -> ArtifactResult:
    options = Options(targets=frozenset(targets or (Target.KERAS, Target.SAVED_MODEL)))
    return migrate_artifact(ArtifactRequest(path, path.name, out, "model"), options, slot)


def test_graph_is_compared_with_itself_and_becomes_layers_over_channels_last(
    graphs: Path, slot: Slot, tmp_path: Path
) -> None:
    result = migrate(graphs / "images.pb", slot, tmp_path)
    assert result.status is Status.MIGRATED, result.findings
    assert result.parity is not None
    assert result.parity.evidence == "original"
    assert not result.findings
    assert result.outputs.keras is not None
    with zipfile.ZipFile(tmp_path / result.outputs.keras) as archive:
        layers = json.loads(archive.read("config.json"))["config"]["layers"]
    assert {"Conv2D", "DepthwiseConv2D", "Conv2DTranspose", "Conv3D"} <= {one["class_name"] for one in layers}


def test_graph_that_keeps_channels_first_says_where_it_runs(graphs: Path, slot: Slot, tmp_path: Path) -> None:
    result = migrate(graphs / "loop.pb", slot, tmp_path)
    assert result.status is Status.MIGRATED, result.findings
    assert result.outputs.keras is None
    assert {f.code for f in result.findings if f.severity != "info"} == {"EXP021", "EXP031"}
    assert any("MaxPool" in f.message for f in result.findings if f.code == "EXP031")


def test_pooling_of_three_dimensions_has_no_reference(graphs: Path, slot: Slot, tmp_path: Path) -> None:
    """TensorFlow's layout optimizer does not turn it, so that nothing here runs the untouched graph."""
    result = migrate(graphs / "pool3d.pb", slot, tmp_path, Target.KERAS)
    assert result.status is Status.UNVERIFIED, result.findings
    (finding,) = [f for f in result.findings if f.code == "PAR005"]
    assert "NCHW" in finding.message
