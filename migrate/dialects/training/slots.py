"""Read the optimizer's state of any era: which slot of which variable each saved array is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from migrate.capsule.model import Array
from migrate.dialects.training.optimizers import Kind
from migrate.dialects.training.variables import Variable
from migrate.formats.artifact import SavedArray

NAMES: Mapping[str, Mapping[str, str]] = {
    "SGD": {"momentum": "momentum", "m": "momentum"},
    "RMSprop": {
        "rms": "velocity",
        "velocity": "velocity",
        "momentum": "momentum",
        "mg": "average_gradient",
        "average_gradient": "average_gradient",
    },
    "Adagrad": {"accumulator": "accumulator"},
    "Adadelta": {
        "accum_grad": "accumulated_grad",
        "accum_var": "accumulated_delta_var",
        "accumulated_grad": "accumulated_grad",
        "accumulated_delta_var": "accumulated_delta_var",
    },
    **{
        name: {"m": "momentum", "v": "velocity", "vhat": "velocity_hat", "velocity_hat": "velocity_hat"}
        for name in ("Adam", "AdamW", "Lamb", "Nadam")
    },
    "Adamax": {"m": "momentum", "v": "norm", "u": "norm"},
    "Ftrl": {"accumulator": "accumulator", "linear": "linear"},
    "Lion": {"m": "momentum"},
    "Adafactor": {"r": "row", "c": "column", "v": "velocity"},
}
"""Optimizer to its slots' names in files; the names on the right are this project's."""
POSITIONAL: Mapping[str, tuple[str, ...]] = {
    "SGD": ("momentum",),
    "RMSprop": ("velocity",),
    "Adagrad": ("accumulator",),
    "Adadelta": ("accumulated_grad", "accumulated_delta_var"),
    "Adam": ("momentum", "velocity", "velocity_hat"),
    "Adamax": ("momentum", "norm"),
    "Nadam": ("momentum", "velocity"),
}
"""Order of the groups in stand-alone Keras: one group of all variables after the other."""
_MAY_BE_LEFT_OUT = {"Adam": 1}
"""Groups at the end that some releases do not have: AMSGrad came with Keras 2.1.3."""
SQUARED = frozenset({"velocity", "velocity_hat", "accumulator", "accumulated_grad", "accumulated_delta_var"})
"""Slots that hold squares."""
FACTORS = frozenset({"row", "column"})
"""Slots of Adafactor that hold means of the squares over the last axis, and over the one before it."""
_AVERAGE = "average"
_SLASH = re.compile(r"_\d+$")


class SlotsUnreadableError(Exception):
    """The optimizer's arrays do not fit the trainable variables; the message says how."""


@dataclass(slots=True)
class OptimizerState:
    """Iterations, slots by variable and single numbers."""

    iterations: int | None = None
    slots: dict[str, dict[str, Array]] = field(default_factory=dict)
    extras: dict[str, float] = field(default_factory=dict)

    def put(self, slot: str, variable: Variable, array: Array) -> None:
        """Enter one array, whose shape must be the slot's."""
        expected = _shape_of(slot, variable)
        if array.shape != expected:
            raise SlotsUnreadableError(
                f"the slot {slot} of {variable.key} has the shape {list(array.shape)}, expected {list(expected)}"
            )
        self.slots.setdefault(slot, {})[variable.key] = array


def _shape_of(slot: str, variable: Variable) -> tuple[int, ...]:
    """The shape of a slot of a variable: the variable's own, but for factors."""
    shape = variable.array.shape
    if slot not in FACTORS:
        return shape
    return shape[:-1] if slot == "row" else (*shape[:-2], shape[-1])


def read_state(
    saved: Sequence[SavedArray],
    optimizer: str,
    config: Mapping[str, Any],
    kind: Kind,
    variables: Sequence[Variable],
) -> OptimizerState:
    """Match saved arrays with variables.

    Args:
        saved: the optimizer's arrays in file order.
        optimizer: its class name.
        config: as the file has it.
        kind: which implementation saved it.
        variables: trainable variables in the writer's order and layout.

    Raises:
        SlotsUnreadableError: numbers, names or shapes contradict each other.
    """
    # A loss-scaling wrapper lists its inner optimizer's variables as its own, and again below `_optimizer`.
    numbered = [item for item in saved if re.fullmatch(r"vars/\d+", item.name)]
    if numbered:
        return _from_archive(numbered, optimizer, config, variables)
    if kind is Kind.STANDALONE:
        return _by_position(saved, optimizer, variables)
    return _by_name(saved, optimizer, kind, variables)


def _from_archive(
    saved: Sequence[SavedArray], optimizer: str, config: Mapping[str, Any], variables: Sequence[Variable]
) -> OptimizerState:
    """``vars/0`` counts, then averages, then slots by variable (or by slot, where ``build`` has a loop each).

    Source: ``build`` of the optimizers in tf.keras 2.12 to 2.15.
    """
    arrays = [item.array for item in sorted(saved, key=lambda item: int(item.name.split("/")[1]))]
    state = OptimizerState(iterations=int(arrays[0]))
    expected: list[tuple[str, Variable]] = []
    if config.get("use_ema"):
        expected += [(_AVERAGE, variable) for variable in variables]
    together, after = _archive_order(optimizer, config)
    expected += [
        (slot, variable)
        for variable in variables
        for slot in together
        if slot not in FACTORS or variable.array.ndim > 1
    ]
    expected += [(slot, variable) for slot in after for variable in variables]
    if len(expected) != len(arrays) - 1:
        raise SlotsUnreadableError(
            f"{optimizer} has {len(expected)} slots for {len(variables)} trainable variables, "
            f"the file has {len(arrays) - 1}"
        )
    for (slot, variable), array in zip(expected, arrays[1:], strict=True):
        state.put(slot, variable, array)
    return state


def _archive_order(optimizer: str, config: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Slots created together for each variable, and those created in loops of their own."""
    hats = ("velocity_hat",) if config.get("amsgrad") else ()
    match optimizer:
        case "Adam" | "AdamW":
            return ("momentum", "velocity"), hats
        case "Nadam":
            return ("momentum", "velocity"), ()
        case "Adamax":
            return ("momentum", "norm"), ()
        case "Adadelta":
            return ("accumulated_grad", "accumulated_delta_var"), ()
        case "Ftrl":
            return ("accumulator", "linear"), ()
        case "RMSprop":
            momentum = ("momentum",) if config.get("momentum") else ()
            centered = ("average_gradient",) if config.get("centered") else ()
            return (), ("velocity", *momentum, *centered)
        case "SGD":
            return (), ("momentum",)  # also without momentum: nothing reads them then
        case "Adagrad":
            return (), ("accumulator",)
        case "Lion":
            return (), ("momentum",)
        case "Adafactor":
            return ("row", "column", "velocity"), ()
    raise SlotsUnreadableError(f"the order of the slots of {optimizer} is unknown")


def _by_position(
    saved: Sequence[SavedArray], optimizer: str, variables: Sequence[Variable]
) -> OptimizerState:
    """Stand-alone Keras named its slots by number; all of one kind follow each other."""
    state = OptimizerState()
    rest: list[Array] = []
    for item in saved:
        name = item.name.rsplit(":", 1)[0].rsplit("/", 1)[-1]
        if item.array.shape == () and name.startswith("m_schedule"):
            state.extras["u_product"] = float(item.array)
        elif item.array.shape == () and state.iterations is None:
            state.iterations = int(item.array)
        else:
            rest.append(item.array)
    groups = POSITIONAL.get(optimizer)
    if groups is None or not variables or len(rest) % len(variables):
        raise SlotsUnreadableError(
            f"{len(rest)} arrays of {optimizer} do not divide among {len(variables)} trainable variables"
        )
    least = len(groups) - _MAY_BE_LEFT_OUT.get(optimizer, 0)
    if rest and len(rest) // len(variables) < least:
        raise SlotsUnreadableError(
            f"{optimizer} stores {least} arrays or more for each variable; the file has {len(rest)} for "
            f"{len(variables)} trainable variables"
        )
    for number in range(len(rest) // len(variables)):
        part = rest[number * len(variables) : (number + 1) * len(variables)]
        if number >= len(groups):
            raise SlotsUnreadableError(f"{optimizer} has more groups of slots than are known")
        # Without AMSGrad, Keras 2.1.3 to 2.3 kept a number each in the place of the third group.
        if all(a.shape == (1,) for a in part) and any(v.array.shape != (1,) for v in variables):
            continue
        for variable, array in zip(variables, part, strict=True):
            state.put(groups[number], variable, array)
    return state


def _by_name(
    saved: Sequence[SavedArray], optimizer: str, kind: Kind, variables: Sequence[Variable]
) -> OptimizerState:
    """``Adam/dense/kernel/m:0`` (up to 2.10) and ``Adam/m/dense/kernel:0`` (2.11 on)."""
    state = OptimizerState()
    groups: dict[str, list[tuple[str, Array]]] = {}
    known = {**NAMES.get(optimizer, {}), **({_AVERAGE: _AVERAGE} if kind is Kind.NEW else {})}
    for item in saved:
        parts = item.name.rsplit(":", 1)[0].split("/")
        if item.array.shape == () and parts[-1] in ("iter", "iteration", "iterations"):
            state.iterations = int(item.array)
        elif item.array.shape == () and parts[-1] == "momentum_cache":
            state.extras["u_product"] = float(item.array)
        elif item.array.shape == ():
            continue  # hyperparameters kept as variables: learning_rate, decay, beta_1 …
        else:
            slot, variable = _slot_and_variable(parts, known, kind)
            groups.setdefault(slot, []).append((variable, item.array))
    for slot, entries in groups.items():
        for (_, array), target in zip(entries, _matched(slot, entries, variables), strict=True):
            state.put(slot, target, array)
    return state


def _slot_and_variable(parts: list[str], known: Mapping[str, str], kind: Kind) -> tuple[str, str]:
    if kind is Kind.NEW:
        position = next((i for i, part in enumerate(parts[:2]) if part in known), None)
        if position is not None:
            return known[parts[position]], "/".join(parts[position + 1 :])
    else:
        last = _SLASH.sub("", parts[-1])
        if last in known:
            return known[last], "/".join(parts[:-1])
    raise SlotsUnreadableError(f"the slot {'/'.join(parts)} is unknown")


def _matched(
    slot: str, entries: Sequence[tuple[str, Array]], variables: Sequence[Variable]
) -> list[Variable]:
    """The variable of each entry. Both are in the model's order; variables without a gradient have no slot."""
    matched: list[Variable] = []
    position = 0
    for name, array in entries:
        while position < len(variables) and not _fits(slot, name, array, variables[position]):
            position += 1
        if position == len(variables):
            raise SlotsUnreadableError(f"no variable is left for the slot {slot} of {name}")
        matched.append(variables[position])
        position += 1
    return matched


def _fits(slot: str, name: str, array: Array, variable: Variable) -> bool:
    base = _SLASH.sub("", name.rsplit("/", 1)[-1])
    role = variable.role.rsplit("/", 1)[-1]
    owner = variable.path[-1]
    named = owner in name.split("/") or len(variable.path) > 1 or not _names_layers(name)
    return base == role and array.shape == _shape_of(slot, variable) and named


def _names_layers(name: str) -> bool:
    return "/" in name


def without_unread(state: OptimizerState, optimizer: str, config: Mapping[str, Any]) -> OptimizerState:
    """The state without slots that the optimizer's formula does not read: momenta of plain SGD.

    tf.keras from 2.11 on makes them for every SGD (``SGD.build``).
    """
    if optimizer != "SGD" or config.get("momentum") or "momentum" not in state.slots:
        return state
    slots = {slot: arrays for slot, arrays in state.slots.items() if slot != "momentum"}
    return OptimizerState(state.iterations, slots, state.extras)


def nadam_product(config: Mapping[str, Any], iterations: int, decay: float) -> float:
    """The product of momenta after some steps, which Keras before 2.3 and tf.keras from 2.11 do not save."""
    steps = np.arange(1, iterations + 1, dtype=np.float64)
    return float(np.prod(config.get("beta_1", 0.9) * (1.0 - 0.5 * 0.96 ** (steps * decay))))
