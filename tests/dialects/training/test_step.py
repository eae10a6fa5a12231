"""One more training step gives the weights that the original framework recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from migrate.capsule.model import Array, Model
from migrate.capsule.store import load_arrays, save_arrays, save_model
from migrate.dialects import registry  # noqa: F401 - registers every rule
from migrate.dialects.config_parser import parse_model
from migrate.dialects.rule import Era, Notes, Step
from migrate.dialects.training import State, plan_training, save_plan
from migrate.dialects.training.frozen import freeze_by_slots
from migrate.dialects.training.variables import roles_in_order
from migrate.dialects.translate import era_of
from migrate.dialects.upgrade import upgrade
from migrate.dialects.weight_matching import assign_weights
from migrate.formats.artifact import LegacyArtifact, SavedArray
from migrate.formats.read import read
from migrate.worlds.contracts.modern import Build, CompileModel, TrainStep
from migrate.worlds.host.custom_names import names_in
from migrate.worlds.host.custom_source import write_custom_objects
from migrate.worlds.host.pool import Slot
from tests.conftest import LEGACY_MODELS

INEXACT = {
    "train_nadam": "OPT009, OPT014: the momentum schedule of old Nadams cannot be expressed",
    "train_recurrent": "OPT012: weights are scaled",
    "train_clips": "OPT011: Keras 3 clips in one way",
    "train_addons_radam": "OPT005: Keras has no optimizer with this update",
    "own_composite": "LOSS002: its loss is a function that another one makes",
}


def cases() -> list[Any]:
    found = []
    for file in sorted(LEGACY_MODELS.glob("*/*/case.json")):
        case = json.loads(file.read_text(encoding="utf-8"))
        if "subclassed" in case["traits"]:
            continue  # no layers to translate: tests/saved_models/test_subclassed_training.py
        if case["kind"] in ("h5", "keras", "saved_model") and case.get("step"):
            found.append(pytest.param(file.parent, case, id=f"{file.parent.parent.name}/{file.parent.name}"))
    return found


def assigned(artifact: LegacyArtifact, era: Era) -> Model:
    model = upgrade(parse_model(artifact.architecture or {}, Notes()), era, (Step.GRAMMAR,), Notes())
    return freeze_by_slots(assign_weights(model, artifact.weights, era), artifact, era, Notes())


def modern(model: Model, era: Era) -> Model:
    return upgrade(model, era, (Step.KERAS_1, Step.KERAS_2, Step.KERAS_3), Notes())


def by_path(model: Model) -> dict[str, Array]:
    return {"/".join((*path, role)): a for path, layer in model.walk() for role, a in layer.weights.items()}


def after_step(artifact: LegacyArtifact, era: Era, recorded: Mapping[str, Array]) -> dict[str, Array]:
    """The recorded weights, taken through the same rules as the file's."""
    named = {str(n).split(":")[0]: recorded[f"weights/{i}"] for i, n in enumerate(recorded["names"])}
    flat = [array for entry in artifact.weights for array in entry.arrays]
    known = all(array.name.split(":")[0] in named for array in flat)
    ranks = made_in_order(artifact, era)
    values = [
        named[a.name.split(":")[0]] if known else recorded[f"weights/{ranks[i]}"] for i, a in enumerate(flat)
    ]
    rest = iter(values)
    weights = [
        replace(entry, arrays=[SavedArray(a.name, next(rest)) for a in entry.arrays])
        for entry in artifact.weights
    ]
    return by_path(modern(assigned(replace(artifact, weights=weights), era), era))


def made_in_order(artifact: LegacyArtifact, era: Era) -> list[int]:
    """Of each array of the file its place in ``model.weights``; archives list the parts of an attention by name."""
    flat = [id(saved.array) for _, saved in artifact.arrays()]
    ranks = list(range(len(flat)))
    for _, layer in assigned(artifact, era).walk():
        if layer.class_name == "MultiHeadAttention":
            made = [flat.index(id(layer.weights[role])) for role in roles_in_order(layer)]
            for place, position in zip(made, sorted(made), strict=True):
                ranks[place] = position
    return ranks


@pytest.mark.slow
@pytest.mark.parametrize(("folder", "case"), cases())
def test_step_is_the_recorded_one(folder: Path, case: dict[str, Any], slot: Slot) -> None:
    artifact = read(folder / case["artifact"])
    era = era_of(artifact)
    old = assigned(artifact, era)
    new = modern(old, era)
    given = folder.glob("custom_objects.py")
    objects = [str(slot.stage_code(file.name, file.read_bytes())) for file in given]
    pieces = write_custom_objects(new, slot.inputs)
    objects += [str(pieces)] if pieces else []
    plan = plan_training(artifact, era, old, new, frozenset(names_in(objects)))
    name = folder.name.removesuffix("-keras").removesuffix("-savedmodel")
    if plan.optimizer.state is State.LOST or plan.loss.state is State.LOST:
        assert name in INEXACT
        return
    save_model(new, slot.inputs, "modern")
    with np.load(folder / case["step"]) as file:
        recorded = {key: file[key] for key in file.files}
    save_arrays(slot.inputs / "batch", {k: a for k, a in recorded.items() if k[:2] in ("x/", "y/")})
    slot.modern.ask(Build(slot.inputs, objects))
    compiled = slot.modern.ask(CompileModel(slot.inputs, *save_plan(plan, slot.inputs), objects))
    assert compiled.slots == sum(len(arrays) for arrays in plan.slots.values())
    reply = slot.modern.ask(TrainStep(slot.inputs, slot.inputs / "batch"))
    result = load_arrays(Path(reply.file))
    expected = after_step(artifact, era, recorded)
    assert set(expected) <= set(result)
    errors = {key: float(np.abs(expected[key] - result[key]).max()) for key in expected}
    if name in INEXACT:
        inexact = {plan.optimizer.state, plan.slot_state.state}
        assert inexact & {State.MAPPED, State.LOST}
    elif plan.slot_state.state is State.LOST:
        assert "contains no optimizer state" in plan.slot_state.note
        assert "legacy" in (artifact.training or {})["optimizer"]["module"]
    else:
        assert max(errors.values()) <= 1e-5, errors
