"""Where an input is NaN or infinite, the record says whether the models still agree."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from migrate.findings import Status
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.worlds.pool import Slot

pytestmark = pytest.mark.slow


def _said(case: str, legacy_models: Path, slot: Slot, folder: Path) -> list[str]:
    path = Path(shutil.copy(legacy_models / case / "model.h5", folder / "model.h5"))
    request = ArtifactRequest(path, "model.h5", folder / "out", "model")
    result = migrate_artifact(request, Options(targets=frozenset({Target.KERAS}), seed=7), slot)
    assert result.status is Status.MIGRATED
    return [finding.message for finding in result.findings if finding.code == "PAR011"]


def test_a_layer_that_multiplied_by_zero_is_named(legacy_models: Path, slot: Slot, tmp_path: Path) -> None:
    said = _said("keras-2.2.4/activation_layers", legacy_models, slot, tmp_path)
    assert any("minus infinity" in message for message in said), said


def test_models_that_agree_everywhere_have_no_such_finding(
    legacy_models: Path, slot: Slot, tmp_path: Path
) -> None:
    assert _said("keras-2.2.4/mlp", legacy_models, slot, tmp_path) == []
