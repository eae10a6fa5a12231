"""What a SavedModel offers to Python beside its signatures is kept, and what cannot be is said as it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from migrate.findings import Status
from migrate.parity.golden import read_golden
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.results import ArtifactResult
from migrate.worlds.host.pool import Slot
from tests.conftest import LEGACY_MODELS

pytestmark = pytest.mark.slow
CALL = """
import json, sys
import numpy as np
import tensorflow as tf
module = tf.saved_model.load(sys.argv[1])
line = tf.constant(np.load(sys.argv[2]))
code = module.encode(line)
said = {"keys": sorted(code) if isinstance(code, dict) else None}
code = code["output_0"] if isinstance(code, dict) else code
print(json.dumps({**said, "code": code.numpy().tolist(), "penalty": hasattr(module, "penalty")}))
"""


def migrate(path: str, slot: Slot, out: Path) -> ArtifactResult:
    options = Options(targets=frozenset({Target.SAVED_MODEL}))
    source = LEGACY_MODELS / path / "saved_model"
    result = migrate_artifact(ArtifactRequest(source, path, out, "model"), options, slot)
    assert result.status is Status.MIGRATED, result.findings
    return result


def called(path: str, out: Path) -> dict[str, Any]:
    """What a Python program gets from the exported object."""
    np.save(out / "line.npy", read_golden(LEGACY_MODELS / path / "saved_model.golden.npz").inputs[0])
    program = [sys.executable, "-c", CALL, str(out / "model/saved_model"), str(out / "line.npy")]
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    printed = subprocess.run(program, check=True, capture_output=True, text=True, env=environment).stdout
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    code = read_golden(LEGACY_MODELS / path / "saved_model.golden.npz").outputs[0]
    np.testing.assert_allclose(found.pop("code"), code, rtol=1e-5)
    return found


def test_functions_of_a_signatures_name_answer_what_they_answered(slot: Slot, tmp_path: Path) -> None:
    path = "tf.keras-2.13/module_functions"
    assert migrate(path, slot, tmp_path).findings == []
    assert called(path, tmp_path) == {"keys": None, "penalty": True}


def test_functions_that_become_signatures_are_named_apart_from_those_that_are_lost(
    slot: Slot, tmp_path: Path
) -> None:
    """The graph of a keyword's key is exported by tensors: functions of a signature's name stay, and answer dicts."""
    path = "tf.keras-2.8/module_functions"
    findings = {finding.code: finding for finding in migrate(path, slot, tmp_path).findings}
    assert findings.keys() == {"EXP012", "EXP016", "PAR009"}
    assert findings["EXP016"].message == (
        "Python can no longer call penalty of the loaded object; decode, encode of the loaded object became the "
        "signature of the same name, which returns a dict; the signatures are kept"
    )
    assert called(path, tmp_path) == {"keys": ["output_0"], "penalty": False}
