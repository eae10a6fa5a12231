"""Compile the held model as a training plan says, restore the optimizer's state, and take one step."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from migrate.capsule.model import Array, Layer, Model
from migrate.capsule.store import load_arrays, load_model, save_arrays
from migrate.findings import MigrationError
from migrate.worlds.guest.custom import load_custom_objects
from migrate.worlds.guest.framework_types import LiveLayer, LiveModel
from migrate.worlds.guest.runner import to_numpy
from migrate.worlds.guest.tracing import is_long
from migrate.worlds.guest.variables import assign_variable, child_of, own_variables, variables_for
from migrate.worlds.modern.export import arrange_inputs

SLOTS: Mapping[str, Mapping[str, str]] = {
    "SGD": {"momentum": "momentums"},
    "RMSprop": {
        "velocity": "_velocities",
        "momentum": "_momentums",
        "average_gradient": "_average_gradients",
    },
    "Adagrad": {"accumulator": "_accumulators"},
    "Adadelta": {
        "accumulated_grad": "_accumulated_grads",
        "accumulated_delta_var": "_accumulated_delta_vars",
    },
    **{
        name: {"momentum": "_momentums", "velocity": "_velocities", "velocity_hat": "_velocity_hats"}
        for name in ("Adam", "AdamW", "Lamb", "Nadam")
    },
    "Adamax": {"momentum": "_m", "norm": "_u"},
    "Ftrl": {"accumulator": "_accumulators", "linear": "_linears"},
    "Lion": {"momentum": "_momentums"},
    "Adafactor": {"row": "_r", "column": "_c", "velocity": "_v"},
}
"""Class to slot to the attribute that lists its variables in Keras 3."""
_AVERAGES = "_model_variables_moving_average"


def compile_held(model: LiveModel, params: dict[str, Any]) -> dict[str, Any]:
    """Compile a live model and restore the optimizer's state.

    Args:
        model: built, with its weights.
        params: ``plan`` (JSON file: ``compile``, ``iterations``, ``extras``), ``slots`` (arrays named
            ``slot|path``), ``folder`` and ``stem`` of the records, ``custom_objects``.

    Returns:
        How many slots were set, and how many variables the optimizer has.
    """
    plan = json.loads(Path(params["plan"]).read_text(encoding="utf-8"))
    _compile(model, plan["compile"], load_custom_objects(params.get("custom_objects", [])))
    if plan["compile"]["optimizer"] is None:
        return {"slots": 0, "variables": 0}
    record = load_model(Path(params["folder"]), params["stem"])
    by_path = dict(variables_of(model, record))
    return restore_state(model, by_path, plan, load_arrays(Path(params["slots"])))


def compile_class(model: LiveModel, variables: Mapping[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    """The same for a model of the user's own class.

    Args:
        model: built, with its weights.
        variables: by the numbers of their objects in the file, which the slots have as their paths.
        params: ``plan`` and ``slots`` as above, ``how`` (``order`` and ``keys`` of the model's outputs),
            ``custom_objects``.

    Raises:
        MigrationError: ``OPT002`` when not every slot of the file has found its place.
    """
    plan = json.loads(Path(params["plan"]).read_text(encoding="utf-8"))
    compiled = dict(plan["compile"])
    for part in ("loss", "loss_weights", "metrics", "weighted_metrics"):
        compiled[part] = _as_answered(compiled.get(part), params["how"])
    _compile(model, compiled, load_custom_objects(params["custom_objects"]))
    if compiled["optimizer"] is None:
        return {"slots": 0, "variables": 0}
    slots = load_arrays(Path(params["slots"]))
    done = restore_state(model, variables, plan, slots)
    if done["slots"] != len(slots):
        raise MigrationError(
            "OPT002", f"{len(slots)} slots are in the file, {done['slots']} have a counterpart in Keras 3"
        )
    return done


def _as_answered(values: Any, how: Mapping[str, Any]) -> Any:
    """What a plan lists in the order of the signature's outputs, as the class returns its outputs."""
    order, keys = how["order"], how["keys"]
    if not isinstance(values, list) or len(order) < 2 or len(values) != len(order):
        return values
    arranged = [values[position] for position in order]
    return dict(zip(keys, arranged, strict=True)) if keys else arranged


def _compile(model: LiveModel, compiled: Mapping[str, Any], objects: Mapping[str, Any]) -> None:
    model.compile(
        optimizer=make_optimizer(compiled["optimizer"]) if compiled["optimizer"] else "sgd",
        loss=_made(compiled["loss"], keras.losses, objects),
        loss_weights=compiled.get("loss_weights"),
        metrics=_made(compiled.get("metrics"), keras.metrics, objects),
        weighted_metrics=_made(compiled.get("weighted_metrics"), keras.metrics, objects),
    )


def make_optimizer(config: Mapping[str, Any]) -> Any:
    """A live optimizer of a plan's ``{"class_name", "config"}``; its rate may be a schedule."""
    arguments = dict(config["config"])
    rate = arguments.get("learning_rate")
    if isinstance(rate, Mapping):
        arguments["learning_rate"] = getattr(keras.optimizers.schedules, rate["class_name"])(**rate["config"])
    return getattr(keras.optimizers, config["class_name"])(**arguments)


def _made(value: Any, module: Any, objects: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_made(item, module, objects) for item in value]
    if isinstance(value, Mapping):
        if "custom" in value:
            if value["custom"] not in objects:
                raise MigrationError("LOSS002", f"{value['custom']} is not among the custom objects")
            found = objects[value["custom"]]
            make = getattr(found, "from_config", None)
            return make(value.get("config", {})) if make is not None else found
        if "class_name" in value:
            return getattr(module, value["class_name"])(**value["config"])
        return {key: _made(item, module, objects) for key, item in value.items()}
    return value


def restore_state(
    model: LiveModel, by_path: Mapping[str, Any], plan: Mapping[str, Any], slots: Mapping[str, Array]
) -> dict[str, Any]:
    """Build the compiled optimizer and set step count and slots by the paths of ``by_path``'s variables.

    Raises:
        MigrationError: ``OPT002`` when a slot has no variable, ``WGT013`` when shapes differ.
    """
    optimizer = model.optimizer
    optimizer.build(model.trainable_variables)
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    if plan["iterations"] is not None:
        optimizer.iterations.assign(plan["iterations"])
    attributes = SLOTS.get(type(optimizer).__name__, {})
    done = 0
    for key, array in slots.items():
        slot, _, path = key.partition("|")
        attribute = _AVERAGES if slot == "average" else attributes.get(slot)
        listed = getattr(optimizer, attribute, None) if attribute else None
        if not listed:
            continue  # a slot that the optimizer does not use as it is configured: momentum of plain SGD
        if path not in by_path:
            raise MigrationError(
                "OPT002", f"the slot {slot} belongs to {path}, which the model does not have", place=path
            )
        target = listed[optimizer._get_variable_index(by_path[path])]
        assign_variable(target, array, f"{slot} of {path}")
        done += 1
    if "u_product" in plan["extras"] and hasattr(optimizer, "_u_product"):
        optimizer._u_product.assign(plan["extras"]["u_product"])
    return {"slots": done, "variables": len(model.trainable_variables)}


def variables_of(live: LiveLayer, record: Model, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every variable of a live model with the path that its record has."""
    for layer in record.layers:
        if layer.class_name not in ("Op", "InputLayer"):
            yield from _of_layer(live.get_layer(layer.name), layer, f"{prefix}{layer.name}")


def _of_layer(live: LiveLayer, record: Layer, path: str) -> Iterator[tuple[str, Any]]:
    if record.model is not None:
        yield from variables_of(live, record.model, f"{path}/")
        return
    for attribute, child in record.children.items():
        yield from _of_layer(child_of(live, attribute), child, f"{path}/{attribute}")
    found = own_variables(live) if record.children else variables_for(live, record).items()
    for role, variable in found:
        yield f"{path}/{role}", variable


def step_held(model: LiveModel, params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """One training step of the held, compiled model on fixed data.

    Args:
        model: compiled.
        params: ``batch`` (arrays ``x/0`` …, ``y/0`` …), ``folder`` and ``stem`` of the records, ``out``.
        scratch: folder for the result.

    Returns:
        ``file``: every variable after the step by its path; ``loss``.
    """
    batch = load_arrays(Path(params["batch"]))
    inputs = _numbered(batch, "x")
    tensors = [tf.convert_to_tensor(a, dtype=t.dtype) for a, t in zip(inputs, model.inputs, strict=True)]
    targets = _numbered(batch, "y")
    # Eagerly: one step must not wait for a trace, unless it would wait longer; and XLA would reorder the sums.
    model.run_eagerly, model.jit_compile = not is_long(model, [inputs]), False
    logs = model.train_on_batch(
        arrange_inputs(model, tensors), targets if len(targets) > 1 else targets[0], return_dict=True
    )
    record = load_model(Path(params["folder"]), params["stem"])
    values = {path: to_numpy(variable) for path, variable in variables_of(model, record)}
    out = scratch / params["out"]
    save_arrays(out, values)
    return {"file": str(out), "loss": float(np.asarray(logs["loss"]))}


def _numbered(arrays: Mapping[str, Array], prefix: str) -> list[Array]:
    names = sorted((n for n in arrays if n.startswith(f"{prefix}/")), key=lambda n: int(n.split("/")[1]))
    return [arrays[name] for name in names]
