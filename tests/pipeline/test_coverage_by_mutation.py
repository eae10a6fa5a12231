"""What the coverage calls covered is what a comparison notices, number by number of one model."""

from __future__ import annotations

import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

from migrate.findings import Status
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.worlds.host.pool import Slot
from scripts.coverage_by_mutation import Subject, damage_weights
from tests.conftest import LEGACY_MODELS

pytestmark = pytest.mark.slow
DAMAGES = 40


def test_damages_are_noticed_where_the_coverage_says_so_and_nowhere_else(slot: Slot, tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    shutil.copy(LEGACY_MODELS / "keras-2.2.4/mlp/model.h5", path)
    with h5py.File(path, "r+") as file:
        kernels: list[h5py.Dataset] = []
        file["model_weights"].visititems(
            lambda name, item: kernels.append(item) if name.endswith("kernel:0") else None
        )
        last = min(kernels, key=lambda kernel: int(kernel.shape[1]))
        last[: last.shape[0] // 2] = 0.0  # nothing that the units before compute gets any further
    request = ArtifactRequest(path, path.name, tmp_path / "out", "model")
    result = migrate_artifact(request, Options(targets=frozenset({Target.KERAS}), seed=3), slot)
    assert result.status is Status.MIGRATED, result.findings
    found = list(damage_weights(Subject(slot, tmp_path), np.random.default_rng(0), DAMAGES))
    assert {said for said, _ in found} == {True, False}
    assert [said for said, _ in found] == [noticed for _, noticed in found]
