"""Nested models that were frozen as models: only the number of the optimizer's slots tells."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from migrate.capsule.model import Model
from migrate.dialects.rule import Notes
from migrate.dialects.training import State, plan_training
from migrate.dialects.training.era_steps import step_differences
from migrate.dialects.training.frozen import freeze_by_slots
from migrate.dialects.training.variables import trainable_variables
from migrate.dialects.translate import era_of
from migrate.formats.artifact import SavedArray
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.worlds.host.pool import Slot
from tests.dialects.authentic import artifact, as_written, translated

GANS = ("keras-1.2.2/train_gan", "keras-2.2.4/train_gan", "keras-2.3.1/train_gan")


def frozen_parts(model: Model) -> list[str]:
    return [layer.name for layer in model.layers if layer.model is not None and not layer.model.trainable]


@pytest.mark.parametrize("case", GANS)
def test_the_judge_of_a_gan_stays_frozen(case: str) -> None:
    found = translated(case)
    for side in (found.assigned, found.legacy, found.modern):
        assert frozen_parts(side) == ["judge"]
    assert [fired.place for fired in found.notes.fired if fired.code == "OPT022"] == ["judge"]
    source = artifact(case)
    plan = plan_training(source, era_of(source), found.assigned, found.modern)
    assert plan.slot_state.state is not State.LOST
    assert {path.split("/")[0] for path in plan.slots["momentum"]} == {"maker"}


def test_slots_for_everything_freeze_nothing() -> None:
    found = translated("keras-2.2.4/train_nested")
    assert not any(fired.code == "OPT022" for fired in found.notes.fired)
    assert frozen_parts(found.modern) == []


def test_parts_that_fit_alike_are_left_alone() -> None:
    model, era = as_written("keras-2.2.4/train_gan")
    source = artifact("keras-2.2.4/train_gan")
    maker, judge = model.layer("maker"), model.layer("judge")
    assert judge.model is not None
    twin = replace(judge, name="twin", model=replace(judge.model, name="twin"))
    twins = replace(model, layers=(*model.layers, twin))
    count = len(trainable_variables(replace(model, layers=(maker, judge))))
    shapes = [variable.array.shape for variable in trainable_variables(replace(model, layers=(maker, judge)))]
    saved = [SavedArray("iterations:0", np.float32(3))]
    saved += [SavedArray(f"v{n}:0", np.zeros(shape, "float32")) for n, shape in enumerate(shapes * 2)]
    assert len(saved) == 2 * count + 1
    notes = Notes()
    assert freeze_by_slots(twins, replace(source, optimizer_weights=saved), era, notes) is twins
    assert not notes.fired


def test_statistics_inside_a_frozen_part_are_frozen() -> None:
    """A layer that says trainable inside a model that does not: the era normalised by the batch all the same."""
    model, era = as_written("keras-2.2.4/frozen_normalization")
    thawed = replace(
        model, layers=tuple(layer.with_config(trainable=True) for layer in model.layers), trainable=False
    )
    said = " ".join(finding.message for finding in step_differences(thawed, {"loss": "mse"}, era))
    assert "a frozen BatchNormalization normalised by the batch" in said


@pytest.mark.slow
def test_the_file_that_is_written_says_so(legacy_models: Path, slot: Slot, tmp_path: Path) -> None:
    path = legacy_models / "keras-2.2.4" / "train_gan" / "model.h5"
    request = ArtifactRequest(path, "model.h5", tmp_path, "gan")
    result = migrate_artifact(request, Options(targets=frozenset({Target.KERAS}), seed=1), slot)
    with zipfile.ZipFile(tmp_path / "gan" / "model.keras") as archive:
        written = json.loads(archive.read("config.json"))
    trainable = {
        part["name"]: [inner["config"].get("trainable", True) for inner in part["config"]["layers"]]
        for part in written["config"]["layers"]
        if "layers" in part["config"]
    }
    assert not any(flag for flag in trainable["judge"][1:]), "the first one is the input"
    assert all(trainable["maker"])
    assert result.training is not None
    record = json.loads((tmp_path / "gan" / "migration.json").read_text())
    assert "OPT022" in record["training"]["step"]["note"], "tf-keras would thaw it: its step is no evidence"
