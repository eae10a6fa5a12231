"""Every authentic model has the outcome that its case promises, against what its framework recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.report.records import Status
from migrate.worlds.pool import Slot
from tests.conftest import LEGACY_MODELS

KINDS = {"h5", "h5+json", "h5+yaml", "keras", "weights+json"}


def cases() -> list[Any]:
    """One parameter per case folder of the kinds that hold layers."""
    found = []
    for file in sorted(LEGACY_MODELS.glob("*/*/case.json")):
        case = json.loads(file.read_text(encoding="utf-8"))
        if case["kind"] in KINDS:
            found.append(pytest.param(file.parent, case, id=f"{file.parent.parent.name}/{file.parent.name}"))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("folder", "case"), cases())
def test_outcome_is_the_promised_one(folder: Path, case: dict[str, Any], slot: Slot, tmp_path: Path) -> None:
    request = ArtifactRequest(folder / case["artifact"], folder.name, tmp_path, "model")
    result = migrate_artifact(request, Options(), slot)
    reasons = [f"{f.code}: {f.message}" for f in result.findings]
    assert result.status == case["expect"]["status"], reasons
    if result.status is Status.MIGRATED:
        assert result.parity is not None
        assert (tmp_path / "model" / "model.keras").is_file()
        assert (tmp_path / "model" / "saved_model" / "saved_model.pb").is_file()
        assert (tmp_path / "model" / "migration.json").is_file()
        if case.get("golden"):
            assert result.parity.evidence == "golden"
    else:
        assert not (tmp_path / "model").exists()
        assert all(f.hint or f.severity == "info" for f in result.findings), "a refusal says what to do next"
