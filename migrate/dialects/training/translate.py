"""Translate a file's training: configuration, slots, and what became of each part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from packaging.specifiers import SpecifierSet

from migrate.capsule.model import Array, Layer, Model, map_layers, structure_refs
from migrate.dialects.config_parser import plain
from migrate.dialects.rule import Era, Fired, Notes, Step
from migrate.dialects.training.losses import per_output, translate_losses
from migrate.dialects.training.metrics import translate_metrics
from migrate.dialects.training.optimizers import (
    ARGUMENTS,
    Kind,
    optimizer_kind,
    translate_optimizer,
    unwrapped,
)
from migrate.dialects.training.plan import Outcome, Remarks, State, TrainingPlan
from migrate.dialects.training.rules import RACING_ITERATIONS, SCALED_SLOTS, SLOT_ORDER
from migrate.dialects.training.slots import (
    FACTORS,
    SQUARED,
    OptimizerState,
    SlotsUnreadableError,
    nadam_product,
    read_state,
    without_unread,
)
from migrate.dialects.training.variables import Variable, stored_names, trainable_variables
from migrate.dialects.upgrade import upgrade
from migrate.formats.artifact import LegacyArtifact
from migrate.formats.own_names import mark_own_training

_STEPS = (Step.KERAS_1, Step.KERAS_2, Step.KERAS_3)


def plan_training(
    artifact: LegacyArtifact, era: Era, assigned: Model, final: Model, custom: frozenset[str] = frozenset()
) -> TrainingPlan:
    """What of the training is carried over, and in which words.

    Args:
        artifact: with ``training`` and ``optimizer_weights`` as read.
        era: who wrote it.
        assigned: the model in the writer's dialect with its weights in place.
        final: the same model in the Keras 3 dialect.
        custom: names that the user's custom objects define.
    """
    if not artifact.training:
        return TrainingPlan()
    raw = mark_own_training(plain(artifact.training, Notes()), artifact.writer)
    outputs = output_names(final)
    optimizer_remarks, loss_remarks, metric_remarks = Remarks(), Remarks(), Remarks()
    compiled: dict[str, Any] = {}
    stored = _stored_optimizer(raw)
    optimizer = _optimizer(stored, era, optimizer_remarks)
    compiled["optimizer"] = optimizer
    compiled["loss"] = translate_losses(raw.get("loss"), outputs, custom, loss_remarks)
    compiled["loss_weights"] = _loss_weights(raw.get("loss_weights"), outputs, loss_remarks)
    for key in ("metrics", "weighted_metrics"):
        compiled[key] = translate_metrics(raw.get(key), outputs, custom, metric_remarks, key)
    if metric_remarks.notes and not (compiled["metrics"] or compiled["weighted_metrics"]):
        metric_remarks.lost = "; ".join(metric_remarks.notes)
    if loss_remarks.lost is not None:
        compiled["loss"] = compiled["loss_weights"] = None
    state, slot_outcome, slot_fired = _slots(artifact, stored, optimizer, era, assigned, final)
    return TrainingPlan(
        compile=compiled,
        iterations=state.iterations,
        slots=state.slots,
        extras=state.extras,
        optimizer=optimizer_remarks.outcome() if stored else Outcome(State.ABSENT),
        slot_state=slot_outcome,
        loss=loss_remarks.outcome() if raw.get("loss") else Outcome(State.ABSENT),
        metrics=metric_remarks.outcome()
        if raw.get("metrics") or raw.get("weighted_metrics")
        else Outcome(State.ABSENT),
        fired=(*optimizer_remarks.fired, *loss_remarks.fired, *metric_remarks.fired, *slot_fired),
    )


def output_names(model: Model) -> list[str]:
    """Names of a model's outputs in order: of the layers that make them."""
    names = [ref.layer for ref in structure_refs(model.outputs)]
    return names or [model.layers[-1].name]


def _stored_optimizer(raw: Mapping[str, Any]) -> Any:
    """The optimizer as an object; ``compile("adam")``, of which archives keep the word, in any case of letters.

    Archives came with tf.keras 2.12, where the word means the new implementation (``get`` of ``optimizers`` of 2.15).
    """
    stored = raw.get("optimizer_config") or raw.get("optimizer")
    if not isinstance(stored, str):
        return stored
    known = {name.lower(): name for name in ARGUMENTS}
    return {"class_name": known.get(stored.lower(), stored), "config": {"use_ema": False}}


def _optimizer(stored: Any, era: Era, remarks: Remarks) -> dict[str, Any] | None:
    if not isinstance(stored, Mapping):
        return None
    return translate_optimizer(unwrapped(stored, remarks), era, remarks)


def _loss_weights(raw: Any, outputs: Sequence[str], remarks: Remarks) -> Any:
    if raw is None:
        return None
    if isinstance(raw, Mapping):
        # An output that the dict does not name counts once (``compile`` of Keras 1 to 2.15).
        raw = {name: raw.get(name, 1.0) for name in {*outputs, *raw}}
    return per_output(raw, outputs, lambda value: value, remarks, "loss_weights")


def _slots(
    artifact: LegacyArtifact,
    stored: Any,
    optimizer: Mapping[str, Any] | None,
    era: Era,
    assigned: Model,
    final: Model,
) -> tuple[OptimizerState, Outcome, list[Fired]]:
    saved = artifact.optimizer_weights
    if not saved:
        why = "the file contains no optimizer state" if stored else ""
        return OptimizerState(), Outcome(State.LOST if stored else State.ABSENT, why), []
    if optimizer is None:
        return OptimizerState(), Outcome(State.LOST, "the optimizer itself is lost"), []
    inner = unwrapped(stored, Remarks())
    kind = optimizer_kind(inner, era)
    name, config = optimizer["class_name"], inner.get("config", {})
    variables = trainable_variables(assigned, era, stored_names(artifact))
    try:
        state = without_unread(read_state(saved, name, config, kind, variables), name, config)
    except SlotsUnreadableError as error:
        return OptimizerState(), Outcome(State.LOST, str(error)), []
    remarks = Remarks()
    moved = _in_final_layout(state, assigned, final, era, remarks)
    if name == "Nadam" and "u_product" not in moved.extras and moved.iterations is not None:
        decay = 1.0 if kind is Kind.NEW else float(config.get("schedule_decay", config.get("decay", 0.004)))
        moved.extras["u_product"] = nadam_product(config, moved.iterations, decay)
    if moved.slots or moved.iterations is not None:
        remarks.apply(SLOT_ORDER.code, "optimizer", [a.name for a in saved[:3]], sorted(moved.slots))
    races = SpecifierSet(RACING_ITERATIONS.applies_to).contains(era.keras) and era.backend == "tensorflow"
    if kind is Kind.STANDALONE and races and moved.iterations and _counts_steps(name, config):
        note = "the writer used the stored step number or one more, in no fixed order; the stored one is kept"
        remarks.apply(RACING_ITERATIONS.code, "optimizer", None, None, note)
    if moved.iterations is None:
        remarks.notes.append("the file does not contain the number of steps; it starts at 0")
    return moved, remarks.outcome(), remarks.fired


def _counts_steps(name: str, config: Mapping[str, Any]) -> bool:
    """Whether an optimizer's formula depends on the number of steps."""
    return name in ("Adam", "Adamax", "Nadam") or bool(config.get("decay"))


def _in_final_layout(
    state: OptimizerState, assigned: Model, final: Model, era: Era, remarks: Remarks
) -> OptimizerState:
    """Slots in the layout of the migrated weights: they go through the same rules as the weights did.

    Rules that scale weights are told to leave them; how far the weights were scaled is measured by sending
    ones through, and the slots follow the gradients.
    """
    ones = {v.key: np.ones_like(v.array) for v in trainable_variables(assigned)}
    scale = _sent_through(ones, assigned, era)
    targets = {variable.key for variable in trainable_variables(final)}
    result = OptimizerState(iterations=state.iterations, extras=dict(state.extras))
    for slot, arrays in state.slots.items():
        if slot in FACTORS:
            factors = {
                key: array for key, array in arrays.items() if key in _unmoved(assigned, era) & targets
            }
            result.slots |= {slot: factors} if factors else {}
            if len(factors) < len(arrays):
                remarks.notes.append(f"the {slot} factors of weights that a rule changed start at zero")
            continue
        for key, array in _sent_through(arrays, assigned, replace(era, keep_weights=True)).items():
            factor = scale.get(key)
            if key not in targets or factor is None or factor.shape != array.shape:
                continue
            if not np.all(np.isfinite(factor)) or not np.all(factor):
                continue
            scaled = array
            if not np.all(factor == 1):
                note = "slots follow weights that a rule has scaled"
                remarks.apply(SCALED_SLOTS.code, key, None, None, note)
                scaled = (array / (factor**2 if slot in SQUARED else factor)).astype(array.dtype)
            result.slots.setdefault(slot, {})[key] = scaled
    missing = targets - {key for arrays in result.slots.values() for key in arrays}
    if missing and result.slots:
        remarks.notes.append(f"no slots for {', '.join(sorted(missing)[:5])}: they start at zero")
    return result


def _unmoved(assigned: Model, era: Era) -> set[str]:
    """Trainable variables that the rules leave as they are: every number in its place, and of its size."""
    numbered = {
        v.key: np.arange(1, v.array.size + 1, dtype=np.float64).reshape(v.array.shape)
        for v in trainable_variables(assigned)
    }
    moved = _sent_through(numbered, assigned, era)
    return {key for key, array in numbered.items() if np.array_equal(moved.get(key, ()), array)}


def _sent_through(arrays: Mapping[str, Array], assigned: Model, era: Era) -> dict[str, Array]:
    """Values of the trainable variables after the dialect's rules, by the migrated path."""

    def fill(path: tuple[str, ...], layer: Layer) -> Layer:
        if not layer.weights:
            return layer
        weights = {
            role: arrays.get("/".join((*path, role)), np.zeros_like(array) if _numeric(array) else array)
            for role, array in layer.weights.items()
        }
        return replace(layer, weights=weights)

    moved = upgrade(map_layers(assigned, fill), era, _STEPS, Notes())
    given = {id(array) for array in arrays.values()}
    found: dict[str, Array] = {}
    for variable in trainable_variables(moved):
        if id(variable.array) in given or _derived(variable, arrays):
            found[variable.key] = variable.array
    return found


def _numeric(array: Array) -> bool:
    return array.dtype.kind in "fiub"


def _derived(variable: Variable, arrays: Mapping[str, Array]) -> bool:
    """Whether a changed variable comes of a given one: every other trainable variable was filled with zeros."""
    return bool(arrays) and (bool(np.any(variable.array)) or variable.key in arrays)


__all__ = ["plan_training"]
