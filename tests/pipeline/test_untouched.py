"""What is said of a file in stock Keras 3 is what stock Keras 3 did with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from migrate.findings import Status
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.results import Untouched, UntouchedOutcome
from migrate.worlds.host.pool import Slot
from tests.conftest import LEGACY_MODELS

pytestmark = pytest.mark.slow


def migrated(slot: Slot, out: Path, case: str, options: Options) -> Untouched | None:
    folder = LEGACY_MODELS / case
    artifact = json.loads((folder / "case.json").read_text(encoding="utf-8"))["artifact"]
    request = ArtifactRequest(folder / artifact, artifact, out, "model")
    result = migrate_artifact(request, options, slot)
    assert result.status is Status.MIGRATED, result.findings
    return result.untouched


@pytest.mark.parametrize(
    ("case", "outcome"),
    [
        ("keras-2.2.4/activation_names", UntouchedOutcome.DIFFERS),
        ("keras-2.2.4/merging", UntouchedOutcome.EQUAL),
        ("keras-2.2.4/activation_layers", UntouchedOutcome.DOES_NOT_LOAD),
        ("keras-2.2.4/mlp", UntouchedOutcome.DOES_NOT_RUN),
    ],
)
def test_outcomes(slot: Slot, tmp_path: Path, case: str, outcome: UntouchedOutcome) -> None:
    found = migrated(slot, tmp_path, case, Options())
    assert found is not None
    assert found.outcome is outcome
    assert (found.max_rel is not None) is (outcome in (UntouchedOutcome.EQUAL, UntouchedOutcome.DIFFERS))
    assert bool(found.reason) is (outcome is not UntouchedOutcome.EQUAL)


def test_it_can_be_left_out(slot: Slot, tmp_path: Path) -> None:
    assert migrated(slot, tmp_path, "keras-2.2.4/siamese", Options(skip_untouched=True)) is None
