"""The training of a model of the author's own class: its compilation in Keras 3's words, its slots by object.

The slots of optimizers up to 2.10 are tied to the variables' objects (``SlotVariableReference`` of
``trackable_object_graph.proto``). Those from 2.11 on own their variables and call each after the variable that it
belongs to (``Adam/m/two_towers/dense/kernel``); variables that share a name are told apart by their order among the
trainable ones, which is the order in which the optimizer was built.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from migrate.capsule.model import Array
from migrate.capsule.store import save_arrays
from migrate.dialects.config_parser import plain
from migrate.dialects.rule import Era, Notes
from migrate.dialects.training.losses import per_output, translate_losses
from migrate.dialects.training.metrics import translate_metrics
from migrate.dialects.training.optimizers import Kind, optimizer_kind, translate_optimizer, unwrapped
from migrate.dialects.training.plan import Outcome, Remarks, State, TrainingPlan
from migrate.dialects.training.slots import NAMES, nadam_product
from migrate.formats.checkpoint.bundle import Bundle
from migrate.formats.checkpoint.layers import VALUE
from migrate.formats.checkpoint.objects import ObjectGraph
from migrate.formats.checkpoint.reader import Checkpoint
from migrate.worlds.contracts.own_code import ClassTraining

_COUNTS = ("iter", "_iterations")
_PRODUCTS = ("momentum_cache",)
"""Nadam's product of momenta up to 2.10; the ``_u_product`` of later ones was multiplied once for each variable."""
_AVERAGE = "average"
_OWN = "_variables"


def write_class_training(
    training: Mapping[str, object],
    checkpoint: Checkpoint | None,
    era: Era,
    outputs: Sequence[str],
    custom: frozenset[str],
    folder: Path,
) -> ClassTraining:
    """Write ``class_training.json`` and ``.safetensors`` (``slot|object number``).

    Args:
        training: the file's training configuration.
        checkpoint: its variables; None for a model without any.
        era: who wrote it.
        outputs: keys of ``serving_default``'s outputs.
        custom: names that the user's files define.
        folder: to write to.
    """
    raw = plain(dict(training), Notes())
    remarks = {part: Remarks() for part in ("optimizer", "loss", "metrics")}
    stored = raw.get("optimizer_config") or raw.get("optimizer")
    stored = {"class_name": stored, "config": {}} if isinstance(stored, str) else stored
    inner = unwrapped(stored, Remarks()) if isinstance(stored, Mapping) else {}
    optimizer = None
    if inner:
        optimizer = translate_optimizer(unwrapped(stored, remarks["optimizer"]), era, remarks["optimizer"])
    compiled = {
        "optimizer": optimizer,
        "loss": translate_losses(raw.get("loss"), outputs, custom, remarks["loss"]),
        "loss_weights": per_output(
            raw.get("loss_weights"), outputs, lambda v: v, remarks["loss"], "loss_weights"
        ),
        **{
            key: translate_metrics(raw.get(key), outputs, custom, remarks["metrics"], key)
            for key in ("metrics", "weighted_metrics")
        },
    }
    if remarks["loss"].lost is not None:
        compiled["loss"] = compiled["loss_weights"] = None
    slots: dict[str, Array] = {}
    steps: int | None = None
    extras: dict[str, float] = {}
    kept = Outcome(State.LOST, "the file contains no optimizer state")
    if optimizer is not None and checkpoint is not None and checkpoint.graph is not None:
        steps, extras = counters(checkpoint.graph, checkpoint.bundle)
        slots, lost = slots_by_object(checkpoint.graph, checkpoint.bundle, optimizer["class_name"])
        if lost:
            slots, kept = {}, Outcome(State.LOST, lost)
        elif steps is not None:
            kept = Outcome(State.KEPT)
        if optimizer["class_name"] == "Nadam" and "u_product" not in extras and steps is not None:
            new = optimizer_kind(inner, era) is Kind.NEW
            decay = 1.0 if new else float(inner.get("config", {}).get("decay", 0.004))
            extras["u_product"] = nadam_product(inner.get("config", {}), steps, decay)
    plan = TrainingPlan(
        compile=compiled,
        iterations=steps if kept.state is State.KEPT else None,
        extras=extras,
        optimizer=remarks["optimizer"].outcome() if inner else Outcome(State.ABSENT),
        slot_state=kept if inner else Outcome(State.ABSENT),
        loss=remarks["loss"].outcome() if raw.get("loss") else Outcome(State.ABSENT),
        metrics=remarks["metrics"].outcome()
        if raw.get("metrics") or raw.get("weighted_metrics")
        else Outcome(State.ABSENT),
    )
    document = {"compile": plan.compile, "iterations": plan.iterations, "extras": dict(plan.extras)}
    (folder / "class_training.json").write_text(json.dumps(document), encoding="utf-8")
    save_arrays(folder / "class_training.safetensors", slots)
    return ClassTraining(folder / "class_training.json", folder / "class_training.safetensors", plan.states())


def counters(graph: ObjectGraph, bundle: Bundle) -> tuple[int | None, dict[str, float]]:
    """Steps taken, None when the file does not tell, and single numbers of the optimizer's state."""
    root = graph.nodes[0].children.get("optimizer")
    children = graph.nodes[root].children if root is not None else {}
    keys = {
        name: graph.nodes[number].attributes[VALUE][0]
        for name, number in children.items()
        if VALUE in graph.nodes[number].attributes
    }
    counts = [int(bundle[keys[name]]) for name in _COUNTS if name in keys]
    products = [float(bundle[keys[name]]) for name in _PRODUCTS if name in keys]
    return (counts[0] if counts else None), ({"u_product": products[0]} if products else {})


def slots_by_object(graph: ObjectGraph, bundle: Bundle, optimizer: str) -> tuple[dict[str, Array], str]:
    """``slot|object number`` to array, and why not where the file's slots cannot be told apart."""
    known = {**NAMES.get(optimizer, {}), _AVERAGE: _AVERAGE}
    found: dict[str, Array] = {}
    entries = [*_referenced(graph), *_owned(graph)]
    for name, number, key in entries:
        if number is None:
            return {}, f"the slot {name} belongs to no variable of the class"
        if name not in known:
            return {}, f"the slot {name} of {optimizer} is unknown"
        found[f"{known[name]}|{number}"] = bundle[key]
    if len(found) != len(entries):
        return {}, "several slots belong to one variable"
    return found, ""


def _referenced(graph: ObjectGraph) -> list[tuple[str, int | None, str]]:
    """Slots that the graph ties to a variable: name, variable's object, key."""
    return [
        (name, original, graph.nodes[slot].attributes[VALUE][0])
        for node in graph.nodes
        for original, name, slot in node.slots
        if VALUE in graph.nodes[slot].attributes
    ]


def _owned(graph: ObjectGraph) -> list[tuple[str, int | None, str]]:
    """Variables of the optimizer that are called ``Optimizer/slot/variable``."""
    root = graph.nodes[0]
    optimizer = graph.nodes[root.children["optimizer"]] if "optimizer" in root.children else None
    if optimizer is None or _OWN not in optimizer.children:
        return []
    by_name: dict[str, list[int]] = {}
    trainable = root.children.get("trainable_variables")
    for _, number in sorted(_numbered(graph, trainable)):
        by_name.setdefault(graph.nodes[number].attributes[VALUE][1], []).append(number)
    used: dict[tuple[str, str], int] = {}
    entries: list[tuple[str, int | None, str]] = []
    for _, number in sorted(_numbered(graph, optimizer.children[_OWN])):
        key, full_name = graph.nodes[number].attributes.get(VALUE, ("", ""))
        _, _, rest = full_name.partition("/")
        slot, _, variable = rest.partition("/")
        if not variable:
            continue  # a counter
        place = used.get((slot, variable), 0)
        used[slot, variable] = place + 1
        owners = by_name.get(variable, [])
        entries.append((slot, owners[place] if place < len(owners) else None, key))
    return entries


def _numbered(graph: ObjectGraph, listing: int | None) -> list[tuple[int, int]]:
    """Position and object of each entry of a list; a list says of its entries nothing but their numbers."""
    children = graph.nodes[listing].children if listing is not None else {}
    return [(int(name), number) for name, number in children.items() if name.isdigit()]
