"""A graph of TensorFlow 1 fills its tables when it is loaded, and so does what is exported of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from migrate.findings import Status
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.worlds.host.pool import Slot

pytestmark = pytest.mark.slow


def test_the_export_fills_tables_that_functions_make(slot: Slot, tmp_path: Path) -> None:
    program = [sys.executable, str(Path(__file__).with_name("tables_in_functions.py")), str(tmp_path)]
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run(program, check=True, capture_output=True, env=environment)
    request = ArtifactRequest(tmp_path / "served", "served", tmp_path / "out", "served")
    result = migrate_artifact(request, Options(targets=frozenset({Target.SAVED_MODEL}), seed=1), slot)
    assert result.status is Status.MIGRATED, result.findings
    assert result.parity is not None
    assert (result.parity.evidence, result.parity.max_abs) == ("golden", 0.0)
