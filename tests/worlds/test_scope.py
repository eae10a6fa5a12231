"""The legacy world reads classes back that tf-keras exports and does not list."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from migrate.findings import Status
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.worlds.pool import Slot
from tests.conftest import LEGACY_MODELS

pytestmark = pytest.mark.slow


def test_spectral_normalization_has_a_reference_without_a_recording(slot: Slot, tmp_path: Path) -> None:
    path = Path(
        shutil.copy(LEGACY_MODELS / "tf.keras-2.15/addons_normalization/model.h5", tmp_path / "model.h5")
    )
    options = Options(targets=frozenset({Target.KERAS}))
    result = migrate_artifact(ArtifactRequest(path, "model.h5", tmp_path / "out", "model"), options, slot)
    assert result.status is Status.MIGRATED, result.findings
    assert result.parity is not None
    assert result.parity.evidence == "reconstructed"
