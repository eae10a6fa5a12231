"""Signatures over serialised examples are compared without a recording."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from migrate.findings import Status
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.worlds.host.pool import Slot
from tests.conftest import LEGACY_MODELS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("path", "signatures"),
    [("tf.keras-1.15/estimator", 4), ("tf.keras-2.11/module_parsing", 1)],
)
def test_examples_are_made_up(path: str, signatures: int, slot: Slot, tmp_path: Path) -> None:
    source = tmp_path / "alone"
    shutil.copytree(LEGACY_MODELS / path / "saved_model", source)
    result = migrate_artifact(ArtifactRequest(source, path, tmp_path / "out", "model"), Options(), slot)
    assert result.status is Status.MIGRATED, result.findings
    assert not [f for f in result.findings if f.code == "PAR005"]
    assert result.parity is not None
    assert (result.parity.evidence, result.parity.cases) == ("original", 4 * signatures)
    assert result.parity.max_rel < 1e-5


def test_pictures_are_made_up(slot: Slot, tmp_path: Path) -> None:
    """The signature decodes the bytes of files: words would not do."""
    path = "tf.keras-2.8/module_image_bytes"
    source = tmp_path / "alone"
    shutil.copytree(LEGACY_MODELS / path / "saved_model", source)
    result = migrate_artifact(ArtifactRequest(source, path, tmp_path / "out", "model"), Options(), slot)
    assert result.status is Status.MIGRATED, result.findings
    assert not result.findings
    assert result.parity is not None
    assert (result.parity.evidence, result.parity.cases) == ("original", 4)
