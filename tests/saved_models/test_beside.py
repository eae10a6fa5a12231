"""What stands beside a model in a SavedModel costs it nothing: functions of the author's, processing in a signature."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.findings import Status
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.results import ArtifactResult
from migrate.worlds.host.pool import Slot

pytestmark = pytest.mark.slow


def _migrate(folder: Path, slot: Slot, out: Path) -> ArtifactResult:
    request = ArtifactRequest(folder / "saved_model", "saved_model", out, "model")
    return migrate_artifact(request, Options(seed=3), slot)


@pytest.mark.parametrize("era", ["tf.keras-2.8", "tf.keras-2.15"])
def test_a_function_that_owns_a_variable(legacy_models: Path, slot: Slot, tmp_path: Path, era: str) -> None:
    result = _migrate(legacy_models / era / "module_second_function", slot, tmp_path)
    assert result.status is Status.MIGRATED
    assert "EXP016" in {finding.code for finding in result.findings}, "it cannot be called any more"


def test_a_signature_that_does_more_than_the_model(legacy_models: Path, slot: Slot, tmp_path: Path) -> None:
    result = _migrate(legacy_models / "tf.keras-2.8" / "signature_around_model", slot, tmp_path)
    assert result.status is Status.MIGRATED
    assert result.outputs.keras is not None
    assert "EXP027" in {finding.code for finding in result.findings}
    assert result.parity is not None
    assert result.parity.coverage is not None
    assert result.parity.coverage.weights == 1.0
