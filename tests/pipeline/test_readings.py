"""A file that can be read in two ways is unverified until a recording or the user settles it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.proof import Comparator
from migrate.pipeline.readings import _apart, _Computed
from migrate.pipeline.request import ArtifactRequest, Backend, Options
from migrate.results import ArtifactResult, Status
from migrate.worlds.pool import Slot
from tests.conftest import LEGACY_MODELS

pytestmark = pytest.mark.slow


def migrated(case: str, slot: Slot, out: Path, backend: str | None = None) -> ArtifactResult:
    path = LEGACY_MODELS / "broken" / case / "model.h5"
    return migrate_artifact(
        ArtifactRequest(path, case, out, "model"),
        Options(backend=Backend(backend) if backend else None),
        slot,
    )


def test_both_readings_are_named_with_their_difference(slot: Slot, tmp_path: Path) -> None:
    result = migrated("backend_unsaid", slot, tmp_path)
    assert result.status is Status.UNVERIFIED
    (finding,) = [f for f in result.findings if f.code == "PAR020"]
    assert "tensorflow computes outputs that are" in finding.message
    assert "theano was used" in finding.message
    assert "--backend" in finding.hint


@pytest.mark.parametrize("backend", ["theano", "tensorflow"])
def test_the_word_of_the_user_settles_it(slot: Slot, tmp_path: Path, backend: str) -> None:
    result = migrated("backend_unsaid", slot, tmp_path, backend)
    assert result.status is Status.MIGRATED
    assert "PAR020" not in [f.code for f in result.findings]
    assert ("SIL003" in result.rules) is (backend == "theano")


def test_a_recording_settles_it(slot: Slot, tmp_path: Path) -> None:
    result = migrated("backend_recorded", slot, tmp_path)
    assert result.status is Status.MIGRATED
    (finding,) = [f for f in result.findings if f.code == "PAR020"]
    assert (finding.severity, "recording is theano's" in finding.message) == ("info", True)


def test_readings_whose_shapes_differ_are_not_infinitely_far_apart() -> None:
    here = _Computed({"0/0": np.zeros((3, 4), np.float32)}, ["y"])
    there = _Computed({"0/0": np.zeros((3, 5), np.float32)}, ["y"])
    said = _apart(Comparator(["y"]), {"tensorflow": here, "theano": there}, "tensorflow")
    assert said == "theano computes outputs that differ: the shape is [3, 5], expected [3, 4]"
