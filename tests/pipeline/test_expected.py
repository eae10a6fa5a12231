"""A run makes of an artifact what was said of it beforehand, also where files stand beside it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from migrate.findings import Severity, Status
from migrate.inspection import expected, inspect
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.worlds.host.pool import Slot
from tests.conftest import LEGACY_MODELS

KERAS = frozenset({Target.KERAS})


@pytest.mark.slow
@pytest.mark.parametrize("near", [True, False])
def test_an_architecture_is_expected_to_become_what_it_becomes(
    tmp_path: Path, slot: Slot, near: bool
) -> None:
    source = LEGACY_MODELS / "tf.keras-2.15" / "keyword_names-json"
    shutil.copy(source / "model.json", tmp_path / "net.json")
    if near:
        shutil.copy(source / "model.weights.h5", tmp_path / "epoch_3.h5")
    told = expected(inspect(tmp_path / "net.json"))
    request = ArtifactRequest(tmp_path / "net.json", "net.json", tmp_path / "out", "net")
    result = migrate_artifact(request, Options(targets=KERAS), slot)
    assert told.status is result.status is (Status.UNVERIFIED if near else Status.MIGRATED), result.findings
    assert told.code == ("FMT027" if near else "")


@pytest.mark.slow
def test_an_architecture_for_a_whole_model_is_not_passed_over_silently(tmp_path: Path, slot: Slot) -> None:
    source = LEGACY_MODELS / "keras-2.2.4" / "mlp" / "model.h5"
    other = LEGACY_MODELS / "tf.keras-2.15" / "keyword_names-json" / "model.json"
    options = Options(targets=KERAS, architecture=str(other))
    result = migrate_artifact(ArtifactRequest(source, "model.h5", tmp_path, "mlp"), options, slot)
    assert result.status is Status.MIGRATED, result.findings
    warned = [f.code for f in result.findings if f.severity is Severity.WARNING]
    assert "FMT029" in warned
    assert "FMT029" in [f.code for f in inspect(source, other).obstacles]
