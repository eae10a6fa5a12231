"""Modules of TF Hub: the first format without tags, reusable SavedModels without signatures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from migrate.findings import Status
from migrate.parity.golden import read_golden
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.results import ArtifactResult
from migrate.worlds.host.pool import Slot
from tests.conftest import LEGACY_MODELS

pytestmark = pytest.mark.slow
CALL = """
import json, sys
import numpy as np
import tensorflow as tf
module = tf.saved_model.load(sys.argv[1])
x = tf.constant(np.load(sys.argv[2]))
print(json.dumps({
    "called": module(x).numpy().tolist(),
    "trained": bool(np.any(module(x, training=True).numpy() == 0.0)),
    "variables": [len(module.variables), len(module.trainable_variables)],
    "penalty": float(module.regularization_losses[0]()),
}))
"""


def migrate(path: str, slot: Slot, out: Path) -> ArtifactResult:
    source = LEGACY_MODELS / path / "saved_model"
    return migrate_artifact(ArtifactRequest(source, path, out, "model"), Options(), slot)


def test_module_without_signatures_is_served_and_called_as_before(slot: Slot, tmp_path: Path) -> None:
    path = "tf.keras-2.11/hub_reusable"
    result = migrate(path, slot, tmp_path)
    assert result.status is Status.MIGRATED, result.findings
    assert [f.code for f in result.findings] == ["EXP015"]
    assert result.parity is not None
    assert (result.parity.evidence, result.parity.cases) == ("golden", 5)
    golden = read_golden(LEGACY_MODELS / path / "saved_model.golden.npz")
    np.save(tmp_path / "x.npy", golden.inputs[0])
    program = [
        sys.executable,
        "-c",
        CALL,
        str(tmp_path / "model/saved_model"),
        str(tmp_path / "x.npy"),
    ]
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    printed = subprocess.run(program, check=True, capture_output=True, text=True, env=environment).stdout
    found = json.loads(printed.splitlines()[-1])
    np.testing.assert_allclose(found["called"], golden.outputs[0], rtol=1e-5)
    assert found["trained"]
    assert found["variables"] == [2, 1]
    assert found["penalty"] > 0


def test_module_of_the_first_format_gets_the_tag_and_keeps_its_signatures(slot: Slot, tmp_path: Path) -> None:
    result = migrate("tf.keras-1.15/hub_module", slot, tmp_path)
    assert result.status is Status.MIGRATED, result.findings
    assert [f.code for f in result.findings] == ["EXP010", "EXP014"]
    assert result.parity is not None
    assert (result.parity.evidence, result.parity.cases) == ("golden", 10)
    assert result.parity.max_rel < 1e-5
