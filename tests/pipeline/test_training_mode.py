"""Both worlds are asked in training mode with dropout off, and what they compute otherwise is a finding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from migrate.capsule.ends import Ends
from migrate.capsule.model import Array
from migrate.findings import Severity, Status
from migrate.parity.input_specs import InputSpec
from migrate.pipeline import training_mode
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.probing import Loaders
from migrate.pipeline.progress import Progress
from migrate.pipeline.proof import Comparator, answers_of
from migrate.pipeline.reference import Reference
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.pipeline.training_mode import can_be_asked, compare_training_mode
from migrate.worlds.contracts.models import Predict
from migrate.worlds.host.pool import Slot
from tests.dialects.authentic import translated


@pytest.mark.parametrize(
    ("case", "asked"),
    [
        ("keras-2.2.4/frozen_normalization", True),
        ("tf.keras-2.15/tcn", True),
        ("keras-2.2.4/siamese", False),
        ("tf.keras-2.8/custom_layer", False),
    ],
)
def test_models_whose_mode_matters_and_draws_can_be_turned_off(case: str, asked: bool) -> None:
    assert can_be_asked(translated(case).modern) is asked


class World:
    """Answers every case with one array."""

    def __init__(self, answer: float) -> None:
        self.answer = answer

    def answers(self, *_: Any, training: bool = False) -> dict[str, Array]:
        assert training
        return {"0/0": np.array([[1.0, self.answer]], "float32")}


@pytest.mark.parametrize(("modern", "codes"), [(2.0, []), (2.0001, []), (2.1, ["PAR013"])])
def test_a_difference_is_a_warning(
    modern: float, codes: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Pair:
        inputs = tmp_path
        legacy = World(2.0)

    monkeypatch.setattr(Pair, "modern", World(modern), raising=False)
    monkeypatch.setattr(
        training_mode, "answers_of", lambda world, run, call: world.answers(run, training=call.training)
    )
    progress = Progress(modern=translated("keras-2.2.4/frozen_normalization").modern)
    reference = Reference("original", Ends((), ()), tmp_path, {}, (), (InputSpec("x", (None, 3), "float32"),))
    compare_training_mode(Pair, Comparator(["y"]), reference, Loaders(object, object), 0, progress)  # type: ignore[arg-type]
    assert [finding.code for finding in progress.findings] == codes
    assert all(finding.severity is Severity.WARNING for finding in progress.findings)


@pytest.mark.slow
def test_both_worlds_compute_in_that_mode_and_agree(
    legacy_models: Path, slot: Slot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network with BatchNormalization and Dropout: other numbers than at inference, the same in both worlds."""
    seen: list[tuple[dict[str, Array], dict[str, Array]]] = []

    def spy(worker: Any, run: Any, call: Predict) -> dict[str, Array]:
        answers = answers_of(worker, run, call)
        seen.append((answers, answers_of(worker, run)))
        return answers

    monkeypatch.setattr(training_mode, "answers_of", spy)
    path = legacy_models / "tf.keras-2.15" / "tcn" / "model.h5"
    options = Options(targets=frozenset({Target.KERAS}), seed=7, skip_untouched=True)
    result = migrate_artifact(ArtifactRequest(path, "model.h5", tmp_path, "model"), options, slot)
    assert result.status is Status.MIGRATED, result.findings
    assert "PAR013" not in [finding.code for finding in result.findings]
    assert len(seen) == 2
    for training, inference in seen:
        assert not np.allclose(training["0/0"], inference["0/0"], rtol=1e-2), "the mode had an effect"
