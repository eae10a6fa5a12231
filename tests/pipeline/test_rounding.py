"""A model that magnifies rounding is migrated, and says so; a tolerance that the user gave is kept to."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from migrate.findings import Status
from migrate.parity.tolerance import DEFAULTS, Tolerance
from migrate.pipeline import comparison
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.results import ArtifactResult
from migrate.worlds.host.pool import Slot
from tests.conftest import LEGACY_MODELS

pytestmark = pytest.mark.slow
STRICT = 3e-6
CASES = ("keras-2.3.1/unet", "tf.keras-2.15/unet")


def migrate(case: str, slot: Slot, tmp_path: Path, options: Options) -> ArtifactResult:
    path = Path(shutil.copy(LEGACY_MODELS / case / "model.h5", tmp_path / "model.h5"))
    return migrate_artifact(ArtifactRequest(path, "model.h5", tmp_path / "out", "model"), options, slot)


@pytest.mark.parametrize("parameters", [comparison.SMALL_PARAMETERS, 0], ids=["small", "large"])
@pytest.mark.parametrize("case", CASES)
def test_rounding_is_allowed_for_and_named(
    case: str, parameters: int, slot: Slot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "SMALL_PARAMETERS", parameters)
    # Which probes move a U-Net by more than 1e-5 is a matter of their seed; all move it by more than this.
    monkeypatch.setitem(DEFAULTS, "float32", Tolerance(STRICT, 1e-7))
    result = migrate(case, slot, tmp_path, Options(seed=0))
    assert result.status is Status.MIGRATED, result.findings
    assert result.parity is not None
    assert STRICT < result.parity.max_rel < 1e-3
    findings = [f for f in result.findings if f.code == "PAR007"]
    assert findings
    assert all(finding.place.startswith("conv2d") for finding in findings)
    assert all((f.severity, "golden" in f.hint) == ("warning", True) for f in findings)


def test_a_given_tolerance_is_the_only_one(slot: Slot, tmp_path: Path) -> None:
    result = migrate(CASES[0], slot, tmp_path, Options(tolerance=STRICT, seed=0))
    assert result.status is Status.FAILED
    assert {f.code for f in result.findings} & {"PAR001", "PAR007"} == {"PAR001"}
