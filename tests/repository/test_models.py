"""What a repository remembers of its models."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.findings import Finding, Severity, Status
from migrate.repository.models import _one
from migrate.results import ArtifactResult, Outputs, Parity, WrittenBy


@pytest.mark.parametrize(
    ("status", "evidence", "largest"), [(Status.MIGRATED, "original", 1.2e-7), (Status.UNVERIFIED, "", None)]
)
def test_the_comparison_behind_a_served_model_is_remembered(
    status: Status, evidence: str, largest: float | None, tmp_path: Path
) -> None:
    """A SavedModel that stays one has no new file beside the old one; what it was called migrated for is told."""
    parity = Parity("original", 3, 1e-6, 1.23e-7)
    outputs = Outputs(saved_model="served/saved_model")
    result = ArtifactResult("served", "", "saved-model", WrittenBy(), status, outputs, parity=parity)
    state = _one(tmp_path, tmp_path, result, set()).state
    assert (state.status, state.new, state.evidence, state.max_rel) == (status, "", evidence, largest)


@pytest.mark.parametrize("reason", ["PAR008", "PAR021", "CFG058", "FMT027"])
def test_what_left_a_model_unverified_is_its_reason(tmp_path: Path, reason: str) -> None:
    findings = [Finding(code, Severity.WARNING, code) for code in ("OPT021", reason)]
    findings.append(Finding("SIL035", Severity.SILENT, "a rule that fired"))
    result = ArtifactResult("m.h5", "", "h5", WrittenBy(), Status.UNVERIFIED, Outputs(), findings=findings)
    assert _one(tmp_path, tmp_path, result, set()).state.reasons == [reason]
