"""The evidence says how much of the model it would have noticed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from migrate.findings import Status
from migrate.pipeline.coverage import goes_on, summarise
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.results import ArtifactResult, Coverage
from migrate.worlds.host.pool import Slot


def test_arrays_count_alike_and_what_is_not_covered_is_named() -> None:
    arrays = {"a/kernel": 1.0, "a/bias": 0.5, "b/kernel": 0.0}
    branches = {"a/activation": [False, True], "ids/compute_mask": [True, True, False]}
    coverage = summarise(arrays, branches, 2)
    assert coverage == Coverage(
        weights=0.5,
        arrays=3,
        noticed=2,
        branches=5,
        met=3,
        rounds=2,
        uncovered=["b/kernel", "a/activation: below", "ids/compute_mask: a row that is hidden"],
    )


def test_a_model_without_weights_is_covered() -> None:
    assert summarise({}, {}, 0).weights == 1.0


@pytest.fixture
def migrate(legacy_models: Path, slot: Slot, tmp_path: Path) -> Callable[..., ArtifactResult]:
    """Migrate a case, its file changed where ``change`` says how, without its recording."""

    def run(case: str, change: Callable[[h5py.File], None] | None = None) -> ArtifactResult:
        path = Path(shutil.copy(legacy_models / case / "model.h5", tmp_path / "model.h5"))
        if change is not None:
            with h5py.File(path, "r+") as file:
                change(file)
        request = ArtifactRequest(path, "model.h5", tmp_path / "out", "model")
        return migrate_artifact(request, Options(targets=frozenset({Target.KERAS}), seed=7), slot)

    return run


def _coverage(result: ArtifactResult) -> Coverage:
    assert result.parity is not None
    assert result.parity.coverage is not None
    return result.parity.coverage


@pytest.mark.slow
def test_attention_is_covered_but_for_the_bias_that_changes_nothing(
    migrate: Callable[..., ArtifactResult],
) -> None:
    result = migrate("tf.keras-2.8/attention_over_padding")
    coverage = _coverage(result)
    assert (coverage.weights, coverage.noticed) == (1.0, coverage.arrays)
    met = "steps kept and hidden, a row that is hidden, and three pieces of what a recurrent layer reads"
    assert coverage.met == coverage.branches == 6, met
    assert result.status is Status.MIGRATED
    assert result.parity is not None
    assert result.parity.seed == 7


@pytest.mark.slow
def test_layers_behind_a_dead_one_make_a_model_unverified(migrate: Callable[..., ArtifactResult]) -> None:
    def kill(file: h5py.File) -> None:
        def visit(name: str, item: h5py.Dataset | h5py.Group) -> None:
            if isinstance(item, h5py.Dataset) and item.ndim == 2 and "optimizer" not in name:
                item[...] = np.float32(1e-9) * item[()]

        file["model_weights"].visititems(visit)

    result = migrate("keras-2.2.4/mlp", kill)
    assert result.status is Status.UNVERIFIED
    assert {f.code for f in result.findings} & {"PAR008", "PAR010"}


@pytest.mark.slow
def test_further_probes_reach_what_the_first_leave_out(migrate: Callable[..., ArtifactResult]) -> None:
    result = migrate("tf.keras-2.8/rnn_options")
    coverage = _coverage(result)
    assert coverage.rounds > 0
    assert result.parity is not None
    assert result.parity.cases > 4


@pytest.mark.parametrize(
    ("before", "after", "on"),
    [
        pytest.param((0.0, 1), (0.003, 1), True, id="all values so far saturate the outputs"),
        pytest.param((0.3, 1), (0.6, 1), True, id="the round covered more weights"),
        pytest.param((0.8, 1), (0.8, 2), True, id="the round met another branch"),
        pytest.param((0.8, 1), (0.8, 1), False, id="the round covered nothing more"),
    ],
)
def test_rounds_go_on_while_they_help_or_little_is_covered(
    before: tuple[float, int], after: tuple[float, int], on: bool
) -> None:
    was, now = (
        Coverage(weights=weights, arrays=9, noticed=9, branches=3, met=met, rounds=0, uncovered=[])
        for weights, met in (before, after)
    )
    assert goes_on(was, now) is on
