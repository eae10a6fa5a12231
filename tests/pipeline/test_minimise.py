"""Known faults of Keras 3 (docs/models.md), replayed by leaving out the rule that works around them, and shrunk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from migrate.capsule.model import Model
from migrate.dialects.graphs import to_functional
from migrate.pipeline.minimise import Trial, minimise, write_failure
from migrate.pipeline.recordings import recording_in
from migrate.pipeline.request import Options
from migrate.pipeline.staging import stage
from migrate.worlds.host.pool import Slot

pytestmark = pytest.mark.slow
DYNAMIC = "tf.keras-2.8/time_distributed_dynamic/model.h5"
GATES = "keras-2.2.4/rnn_defaults/model.h5"
ONE_CELL = "tf.keras-2.4/single_cells/model.h5"
EXTREMES = "tf.keras-2.8/ops_integers/model.h5"


def _classes(model: Model) -> list[str]:
    return [layer.class_name for layer in to_functional(model).layers]


def test_a_known_fault_comes_down_to_a_few_layers(legacy_models: Path, slot: Slot) -> None:
    """One of those that ``scripts/replay_faults.py`` replays, all of them."""
    options = Options()
    trial = Trial(slot, stage(legacy_models / DYNAMIC, options, slot), options, ("SIL026",))
    failure = minimise(trial, 0)
    assert failure is not None, f"{DYNAMIC} agrees without the rule"
    trial.build(failure.cut)
    assert _classes(trial.structure()) == ["InputLayer", "TimeDistributed"]
    assert {len(array) for array in failure.inputs.values()} == {1}, "one row shows it"
    assert not all(np.array_equal(a, b) for a, b in zip(failure.expected, failure.found, strict=True))


def test_what_keras_3_does_not_run_is_shrunk_and_shown(
    legacy_models: Path, slot: Slot, tmp_path: Path
) -> None:
    options = Options()
    trial = Trial(slot, stage(legacy_models / ONE_CELL, options, slot), options, ("CFG125",))
    failure = minimise(trial, 0)
    assert failure is not None
    assert "list index out of range" in failure.raised
    trial.build(failure.cut)
    assert _classes(trial.structure()) == ["InputLayer", "RNN"]
    write_failure(trial, failure, tmp_path / "found", {"keras": "3.x"})
    assert "list index out of range" in _reproduced(tmp_path / "found")
    assert "not computed, as in Keras 2" in (tmp_path / "found" / "issue.md").read_text()


def test_recorded_inputs_are_tried_where_no_probe_fits(legacy_models: Path, slot: Slot) -> None:
    options = Options()
    recorded = recording_in(slot, legacy_models / EXTREMES.replace(".h5", ".golden.npz"))
    trial = Trial(slot, stage(legacy_models / EXTREMES, options, slot), options, ("ops.argmin",), recorded)
    failure = minimise(trial, 0)
    assert failure is not None, "the model takes three rows only, and no probe has as many"
    trial.build(failure.cut)
    assert _classes(trial.structure()) == ["InputLayer", "TFOpLambda"]


def test_with_the_rule_nothing_differs(legacy_models: Path, slot: Slot) -> None:
    options = Options()
    trial = Trial(slot, stage(legacy_models / "keras-2.2.4/mlp/model.h5", options, slot), options)
    assert minimise(trial, 0) is None


def test_a_gate_comes_down_to_one_layer_and_the_script_shows_it(
    legacy_models: Path, slot: Slot, tmp_path: Path
) -> None:
    options = Options()
    trial = Trial(slot, stage(legacy_models / GATES, options, slot), options, ("SIL001",))
    failure = minimise(trial, 0)
    assert failure is not None
    trial.build(failure.cut)
    assert _classes(trial.structure()) == ["InputLayer", "LSTM"]
    folder = tmp_path / "found"
    write_failure(trial, failure, folder, {"keras": "3.x"})
    script = (folder / "reproduce.py").read_text()
    assert len(script.splitlines()) <= 20
    assert float(_reproduced(folder).split()[-1]) > 0
    issue = (folder / "issue.md").read_text()
    assert script in issue
    assert "LSTM" in issue


def _reproduced(folder: Path) -> str:
    """What the written script prints."""
    done = subprocess.run(
        [sys.executable, "reproduce.py"], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
