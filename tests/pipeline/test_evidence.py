"""A reference that says nothing is no evidence, however well it agrees."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from migrate.capsule.store import save_arrays
from migrate.dialects.registry import before_the_reference
from migrate.dialects.rule import Step, registered
from migrate.findings import Severity, Status
from migrate.parity.compare import compare_arrays
from migrate.pipeline.evidence import COVERED, weigh
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.progress import Progress, ReferenceRun
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.results import ArtifactResult, Coverage
from migrate.worlds.host.pool import Slot

RNG = np.random.default_rng(0)
VALUES = RNG.normal(size=(3, 2)).astype("float32")
DEAD = np.zeros((3, 2), "float32")


@pytest.fixture
def progress_of(tmp_path: Path) -> Callable[..., Progress]:
    """What a migration collected when the given witnesses (kind to outputs) agreed."""

    def make(**witnesses: list[np.ndarray]) -> Progress:
        progress = Progress(signatures={"new": {"output_names": ["a", "b"]}})
        save_arrays(tmp_path / "probes", {"0/0": VALUES})
        for kind, outputs in witnesses.items():
            named = {f"0/{n}": output for n, output in enumerate(outputs)}
            progress.witnesses.append(ReferenceRun(kind, kind, tmp_path / "probes", named))
            progress.comparisons += [compare_arrays("y", output, output) for output in outputs]
        return progress

    return make


def test_evidence_is_that_of_the_weakest_output(progress_of: Callable[..., Progress]) -> None:
    progress = progress_of(golden=[VALUES, DEAD], original=[VALUES, VALUES])
    assert weigh(progress) is Status.MIGRATED
    assert progress.evidence == "original"
    [finding] = progress.findings
    assert (finding.code, finding.severity, finding.place) == ("PAR008", Severity.INFO, "b")


@pytest.mark.parametrize(
    "witnesses", [{"original": [VALUES, DEAD]}, {"golden": [VALUES]}, {"golden": [DEAD, DEAD]}]
)
def test_an_output_without_evidence_is_not_called_migrated(
    progress_of: Callable[..., Progress], witnesses: dict[str, list[np.ndarray]]
) -> None:
    progress = progress_of(**witnesses)
    assert weigh(progress) is Status.UNVERIFIED
    assert {f.code for f in progress.findings if f.severity is Severity.WARNING} == {"PAR008"}


def test_labels_are_proven_by_what_they_are_made_of(progress_of: Callable[..., Progress]) -> None:
    labels = np.ones((3, 1), "int64")
    assert weigh(progress_of(original=[VALUES, labels])) is Status.MIGRATED
    assert weigh(progress_of(original=[labels, labels])) is Status.UNVERIFIED


def test_outputs_that_depend_on_too_little_prove_nothing(progress_of: Callable[..., Progress]) -> None:
    progress = progress_of(original=[VALUES, VALUES])
    progress.coverage = Coverage(COVERED / 2, 4, 1, uncovered=["head/kernel"])
    assert weigh(progress) is Status.UNVERIFIED
    [finding] = progress.findings
    assert finding.code == "PAR010"
    assert "head/kernel" in finding.message


def test_what_both_sides_assume_is_named() -> None:
    late = "SIL045"  # of the Keras 3 side alone
    assert before_the_reference([late, "PAR001"]) == []
    fired = [code for code, (_, step) in registered().items() if step is Step.KERAS_1][:2]
    assert before_the_reference([*fired, late, *fired]) == fired


@pytest.fixture
def migrate(legacy_models: Path, slot: Slot, tmp_path: Path) -> Callable[..., ArtifactResult]:
    """Migrate a small model after ``change`` was made to its file, with a recording beside it."""

    def run(
        change: Callable[[h5py.File], None] | None = None, **recording: np.ndarray | None
    ) -> ArtifactResult:
        source = legacy_models / "keras-2.2.4" / "mlp" / "model.h5"
        path = Path(shutil.copy(source, tmp_path / "model.h5"))
        if change is not None:
            with h5py.File(path, "r+") as file:
                change(file)
        if recording:
            with np.load(source.with_name("model.golden.npz")) as recorded:
                arrays = {name: recorded[name] for name in recorded.files} | recording
            kept = {name: array for name, array in arrays.items() if array is not None}
            np.savez(path.with_name("model.golden.npz"), **kept)
        request = ArtifactRequest(path, "model.h5", tmp_path / "out", "model")
        return migrate_artifact(request, Options(targets=frozenset({Target.KERAS})), slot)

    return run


def _fill(value: float) -> Callable[[h5py.File], None]:
    def fill(file: h5py.File) -> None:
        def visit(name: str, item: h5py.Dataset | h5py.Group) -> None:
            if isinstance(item, h5py.Dataset) and "model_weights" in name:
                item[...] = value

        file.visititems(visit)

    return fill


@pytest.mark.slow
@pytest.mark.parametrize("value", [np.nan, 0.0])
def test_weights_that_answer_nothing(migrate: Callable[..., ArtifactResult], value: float) -> None:
    result = migrate(_fill(value))
    assert result.status is Status.UNVERIFIED
    assert result.outputs.keras is not None
    assert "PAR008" in {finding.code for finding in result.findings}


@pytest.mark.slow
def test_recordings_that_say_nothing_leave_it_to_other_evidence(
    migrate: Callable[..., ArtifactResult], legacy_models: Path
) -> None:
    with np.load(legacy_models / "keras-2.2.4" / "mlp" / "model.golden.npz") as recorded:
        inputs, outputs = recorded["inputs/0"], recorded["outputs/0"]
    result = migrate(**{"inputs/0": inputs[:0], "outputs/0": outputs[:0]})
    assert result.status is Status.MIGRATED
    assert result.parity is not None
    assert result.parity.evidence in ("original", "reconstructed")
    assert "PAR008" in {finding.code for finding in result.findings}


@pytest.mark.slow
def test_a_file_that_only_looks_like_a_recording_does_not_cost_the_model(
    migrate: Callable[..., ArtifactResult],
) -> None:
    result = migrate(**{"outputs/0": None})
    assert result.status is Status.MIGRATED
    assert "PAR003" in {finding.code for finding in result.findings}
