"""Every authentic model has the outcome that its case promises, against what its framework recorded."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from migrate.findings import Status
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.results import ArtifactResult
from migrate.worlds.host.pool import Slot
from tests.conftest import LEGACY_MODELS

KINDS = {"h5", "h5+json", "h5+yaml", "keras", "saved_model", "checkpoint", "frozen_graph", "tfjs"}


def cases() -> list[Any]:
    """One parameter per case folder of the kinds that hold layers.

    Of a case that several eras wrote the gate takes one, another era for each case; ``--full`` takes all.
    """
    folders: dict[str, list[Path]] = {}
    for file in sorted(LEGACY_MODELS.glob("*/*/case.json")):
        folders.setdefault(file.parent.name, []).append(file.parent)
    found = []
    for name, eras in folders.items():
        chosen = eras[zlib.crc32(name.encode()) % len(eras)]
        for folder in eras:
            case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
            if case["kind"] in KINDS:
                marks = [] if folder == chosen else [pytest.mark.full]
                found.append(pytest.param(folder, case, id=f"{folder.parent.name}/{name}", marks=marks))
    return found


def migrate(folder: Path, case: dict[str, Any], slot: Slot, out: Path, options: Options) -> ArtifactResult:
    """Migrate the artifact of a case."""
    path = folder / case["artifact"]
    if case["kind"] == "checkpoint" and not path.is_file():
        path = path.with_name(f"{path.name}.index")
    return migrate_artifact(ArtifactRequest(path, folder.name, out, "model"), options, slot)


@pytest.mark.slow
@pytest.mark.parametrize(("folder", "case"), cases())
def test_outcome_is_the_promised_one(folder: Path, case: dict[str, Any], slot: Slot, tmp_path: Path) -> None:
    result = migrate(folder, case, slot, tmp_path, Options(seed=1))
    reasons = [f"{f.code}: {f.message}" for f in result.findings]
    assert result.status == case["expect"]["status"], reasons
    if result.status is Status.MIGRATED:
        assert result.parity is not None
        if case["kind"] != "saved_model":
            assert (tmp_path / "model" / "model.keras").is_file()
        assert (tmp_path / "model" / "saved_model" / "saved_model.pb").is_file()
        assert (tmp_path / "model" / "migration.json").is_file()
        if case.get("golden") and "PAR008" not in {f.code for f in result.findings}:
            assert result.parity.evidence == "golden"
    elif result.status is Status.UNVERIFIED:
        assert case["expect"]["reason"] in {f.code for f in result.findings if f.severity == "warning"}
        assert (tmp_path / "model" / "migration.json").is_file()
    else:
        reason = case["expect"].get("reason", "")
        assert any(f.code.startswith(reason) for f in result.findings), reasons
        assert (tmp_path / "model").exists() is (result.status is Status.UNVERIFIED)
        assert all(f.hint or f.severity == "info" for f in result.findings), "a refusal says what to do next"


def custom_cases() -> list[Any]:
    """Cases whose classes stand beside them."""
    return [p for p in cases() if (p.values[0] / "custom_objects.py").is_file()]


@pytest.mark.slow
@pytest.mark.parametrize(("folder", "case"), custom_cases())
def test_with_its_classes_a_model_is_migrated(
    folder: Path, case: dict[str, Any], slot: Slot, tmp_path: Path
) -> None:
    if case["expect"]["status"] == "unsafe":
        pytest.skip("a question of trust, not of classes")
    if case["case"] == "subclassed-keras":
        pytest.skip("an archive of a class says nothing of its call; a SavedModel does")
    options = Options(custom_objects=(folder / "custom_objects.py",))
    result = migrate(folder, case, slot, tmp_path, options)
    assert result.status == "migrated", [f"{f.code}: {f.message}" for f in result.findings]
    assert result.outputs.keras is not None, [f"{f.code}: {f.message}" for f in result.findings]
    if case["kind"] == "saved_model":
        assert result.outputs.custom_objects is not None
