"""Cases that rounding alone decides are left out, and only those."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from migrate.capsule.model import Array
from migrate.capsule.store import load_arrays, save_arrays
from migrate.findings import MigrationError
from migrate.pipeline import comparison, rounding
from migrate.pipeline.progress import Progress, ReferenceRun
from migrate.pipeline.proof import Comparator
from migrate.pipeline.rounding import UnsteadyError
from migrate.worlds.contracts.models import RunCases

STEADY, CHANGED = np.array([[0.5, 0.25]], np.float32), np.array([[0.5, 0.3]], np.float32)


class Worlds:
    """A slot whose legacy world answers nudged inputs as told, and whose modern world answers as told."""

    def __init__(self, folder: Path, nudged: dict[str, Array], modern: dict[str, Array]) -> None:
        self.inputs, self.legacy, self.modern = folder, "legacy", "modern"
        self._answers = {"legacy": nudged, "modern": modern}

    def answers(self, world: str, run: ReferenceRun, call: RunCases | None = None) -> dict[str, Array]:
        """What a world answers, in the order of the cases that the probes hold."""
        probes = run.probes if call is None else call.probes
        held = [str(int(array[0])) for _, array in sorted(load_arrays(probes).items())]
        return {f"{n}/0": self._answers[world][f"{case}/0"] for n, case in enumerate(held)}


@pytest.fixture
def compare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    def run(nudged: list[Array], modern: list[Array]) -> tuple[ReferenceRun, Progress]:
        worlds = Worlds(
            tmp_path,
            {f"{n}/0": array for n, array in enumerate(nudged)},
            {f"{n}/0": array for n, array in enumerate(modern)},
        )
        for module in (comparison, rounding):
            monkeypatch.setattr(module, "answers_of", worlds.answers)
        monkeypatch.setattr(comparison, "is_small", lambda _: False)
        monkeypatch.setattr(comparison, "profile_layers", lambda *_: ([], None))
        monkeypatch.setattr(comparison, "release", lambda *_: None)
        probes = tmp_path / "further1.safetensors"
        # The input of a case is its number plus a half, which a change in the last bit leaves alone.
        save_arrays(probes, {f"{n}/x": np.array([n + 0.5], np.float32) for n in range(len(nudged))})
        outputs = {f"{n}/0": STEADY for n in range(len(nudged))}
        witness = ReferenceRun("original", "round 1", probes, outputs)
        progress = Progress()
        judge = Comparator(["y"], "", None)
        slot: Any = SimpleNamespace(**vars(worlds))
        return comparison.compare_witness(slot, judge, progress, lambda: None, witness), progress

    return run


def test_a_case_that_rounding_decides_is_left_out_and_said(compare: Any) -> None:
    witness, progress = compare([CHANGED, STEADY, STEADY], [CHANGED, STEADY, STEADY])
    assert sorted(witness.outputs) == ["0/0", "1/0"]
    assert [array[0] for _, array in sorted(load_arrays(witness.probes).items())] == [1.5, 2.5]
    assert [finding.code for finding in progress.findings] == ["PAR022"]
    assert "1 of 3 cases" in progress.findings[0].message
    assert all(one.equal for one in progress.comparisons)


def test_an_unsteady_case_that_agrees_is_kept(compare: Any) -> None:
    witness, progress = compare([CHANGED, CHANGED, STEADY], [CHANGED, STEADY, STEADY])
    assert sorted(witness.outputs) == ["0/0", "1/0"]
    assert "1 of 3 cases" in progress.findings[0].message


@pytest.mark.parametrize(
    ("nudged", "modern"),
    [
        pytest.param([STEADY, STEADY], [CHANGED, STEADY], id="the original does not move"),
        pytest.param([CHANGED, STEADY], [CHANGED, CHANGED], id="another case differs too"),
        pytest.param([CHANGED, STEADY], [STEADY + 0.5, STEADY], id="the models differ by more than it moves"),
    ],
)
def test_a_difference_that_rounding_does_not_explain_stays_one(
    compare: Any, nudged: list[Array], modern: list[Array]
) -> None:
    with pytest.raises(MigrationError) as caught:
        compare(nudged, modern)
    assert caught.value.code == "PAR001"


def test_a_run_of_which_no_case_is_left_says_so(compare: Any) -> None:
    with pytest.raises(
        UnsteadyError, match="rounding alone decides the original's output for every probe"
    ) as caught:
        compare([CHANGED, CHANGED], [CHANGED, CHANGED])
    assert (caught.value.code, caught.value.note.code) == ("PAR001", "PAR022")


@pytest.fixture
def reload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Compare a SavedModel that gives ``written`` where the original moves to ``nudged``."""

    def run(written: Array, nudged: Array, **witness: Any) -> Progress:
        taken: list[str] = []

        def answers(world: str, run: ReferenceRun, *_: Any, **__: Any) -> dict[str, Array]:
            assert world != "legacy" or taken, "the original may have left memory"
            return {"0/0": nudged if world == "legacy" else written}

        for module in (comparison, rounding):
            monkeypatch.setattr(module, "answers_of", answers)
        monkeypatch.setattr(comparison, "release", lambda *_: None)
        probes = tmp_path / "probes.safetensors"
        save_arrays(probes, {"0/x": np.array([0.5], np.float32)})
        held = {"evidence": "original", "label": "the file", "probes": probes, "outputs": {"0/0": STEADY}}
        progress = Progress()
        progress.witnesses = [ReferenceRun(**{**held, **witness})]
        progress.legacy = SimpleNamespace(walk=list)  # type: ignore[assignment]
        slot: Any = SimpleNamespace(inputs=tmp_path, legacy="legacy", stock="stock")
        files = {"saved_model": tmp_path}
        judge = Comparator(["y"], "", None)
        comparison.compare_reloaded(slot, files, [], ["x"], judge, progress, lambda: taken.append("again"))
        return progress

    return run


def test_a_written_file_that_rounds_in_other_places_is_equal_and_said(reload: Any) -> None:
    progress = reload(STEADY + np.float32(2e-5), STEADY + np.float32(1e-5))
    assert [finding.code for finding in progress.findings] == ["PAR007"]
    assert all(one.equal for one in progress.comparisons)
    assert progress.witnesses[0].slack


@pytest.mark.parametrize(
    ("written", "nudged", "evidence"),
    [
        pytest.param(CHANGED, STEADY, "original", id="the original does not move"),
        pytest.param(CHANGED, STEADY + np.float32(1e-5), "original", id="it differs by more than rounding"),
        pytest.param(STEADY + np.float32(2e-5), STEADY + np.float32(1e-5), "golden", id="recorded outputs"),
    ],
)
def test_a_written_file_that_differs_is_refused(
    reload: Any, written: Array, nudged: Array, evidence: str
) -> None:
    with pytest.raises(MigrationError) as caught:
        reload(written, nudged, evidence=evidence)
    assert caught.value.code == "PAR001"
