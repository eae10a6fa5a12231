"""Compile the held model as a training plan says, restore the optimizer's state, and take one step."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

import keras
import msgspec
import numpy as np
import tensorflow as tf

from migrate.capsule.model import Array, Layer, Model
from migrate.capsule.store import load_arrays, load_model
from migrate.findings import MigrationError
from migrate.worlds.contracts import modern as asked
from migrate.worlds.contracts.call import from_message
from migrate.worlds.contracts.models import Step
from migrate.worlds.guest.custom import load_custom_objects
from migrate.worlds.guest.framework_types import LiveLayer, LiveModel, Optimizer, Variable
from migrate.worlds.guest.runner import numbered, to_numpy, write_arrays
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


class Named(msgspec.Struct, frozen=True):
    """An object of Keras 3: its class and configuration."""

    class_name: str
    config: dict[str, object]


class CompilePlan(msgspec.Struct, frozen=True):
    """Arguments of ``compile``; an object in them is a mapping of ``class_name`` or ``custom``, and ``config``."""

    optimizer: Named | None
    loss: object
    loss_weights: object = None
    metrics: object = None
    weighted_metrics: object = None


class Plan(msgspec.Struct, frozen=True):
    """What `migrate.dialects.training` writes: the arguments, the steps made, and single numbers of the optimizer."""

    compile: CompilePlan
    iterations: int | None
    extras: dict[str, float]


def compile_held(model: LiveModel, call: asked.CompileModel) -> asked.Restored:
    """Compile a live model, built and with its weights, and restore the optimizer's state."""
    plan = from_message(json.loads(call.plan.read_bytes()), Plan)
    _compile(model, plan.compile, load_custom_objects(call.custom_objects))
    if plan.compile.optimizer is None:
        return asked.Restored(0, 0)
    by_path = dict(variables_of(model, load_model(call.folder, call.stem)))
    return restore_state(model, by_path, plan, load_arrays(call.slots))


def compile_class(
    model: LiveModel, variables: Mapping[str, Variable], call: asked.CompileClass
) -> asked.Restored:
    """The same for a model of the user's own class.

    Args:
        model: built, with its weights.
        variables: by the numbers of their objects in the file, which the slots have as their paths.
        call: the plan, and how the model is called.

    Raises:
        MigrationError: ``OPT002`` when not every slot of the file has found its place.
    """
    plan = from_message(json.loads(call.plan.read_bytes()), Plan)
    parts = ("loss", "loss_weights", "metrics", "weighted_metrics")
    compiled = msgspec.structs.replace(
        plan.compile, **{part: _as_answered(getattr(plan.compile, part), call.how) for part in parts}
    )
    _compile(model, compiled, load_custom_objects(call.custom_objects))
    if compiled.optimizer is None:
        return asked.Restored(0, 0)
    slots = load_arrays(call.slots)
    done = restore_state(model, variables, plan, slots)
    if done.slots != len(slots):
        raise MigrationError(
            "OPT002", f"{len(slots)} slots are in the file, {done.slots} have a counterpart in Keras 3"
        )
    return done


def _as_answered(values: object, how: asked.How) -> object:
    """What a plan lists in the order of the signature's outputs, as the class returns its outputs."""
    if not isinstance(values, list) or len(how.order) < 2 or len(values) != len(how.order):
        return values
    arranged = [values[position] for position in how.order]
    return dict(zip(how.keys, arranged, strict=True)) if how.keys else arranged


def _compile(model: LiveModel, compiled: CompilePlan, objects: Mapping[str, object]) -> None:
    model.compile(
        optimizer=make_optimizer(compiled.optimizer) if compiled.optimizer else "sgd",
        loss=_made(compiled.loss, keras.losses, objects),
        loss_weights=compiled.loss_weights,
        metrics=_made(compiled.metrics, keras.metrics, objects),
        weighted_metrics=_made(compiled.weighted_metrics, keras.metrics, objects),
    )


def make_optimizer(named: Named) -> Optimizer:
    """A live optimizer; its rate may be a schedule."""
    arguments = dict(named.config)
    rate = arguments.get("learning_rate")
    if isinstance(rate, Mapping):
        arguments["learning_rate"] = getattr(keras.optimizers.schedules, rate["class_name"])(**rate["config"])
    made: Optimizer = getattr(keras.optimizers, named.class_name)(**arguments)
    return made


def _made(value: object, module: ModuleType, objects: Mapping[str, object]) -> object:
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
    model: LiveModel, by_path: Mapping[str, Variable], plan: Plan, slots: Mapping[str, Array]
) -> asked.Restored:
    """Build the compiled optimizer and set step count and slots by the paths of ``by_path``'s variables.

    Raises:
        MigrationError: ``OPT002`` when a slot has no variable, ``WGT013`` when shapes differ.
    """
    optimizer = model.optimizer
    optimizer.build(model.trainable_variables)
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    if plan.iterations is not None:
        optimizer.iterations.assign(plan.iterations)
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
    if "u_product" in plan.extras and hasattr(optimizer, "_u_product"):
        optimizer._u_product.assign(plan.extras["u_product"])
    return asked.Restored(done, len(model.trainable_variables))


def variables_of(live: LiveLayer, record: Model, prefix: str = "") -> Iterator[tuple[str, Variable]]:
    """Every variable of a live model with the path that its record has."""
    for layer in record.layers:
        if layer.class_name not in ("Op", "InputLayer"):
            yield from _of_layer(live.get_layer(layer.name), layer, f"{prefix}{layer.name}")


def _of_layer(live: LiveLayer, record: Layer, path: str) -> Iterator[tuple[str, Variable]]:
    if record.model is not None:
        yield from variables_of(live, record.model, f"{path}/")
        return
    for attribute, child in record.children.items():
        yield from _of_layer(child_of(live, attribute), child, f"{path}/{attribute}")
    found = own_variables(live) if record.children else variables_for(live, record).items()
    for role, variable in found:
        yield f"{path}/{role}", variable


def step_held(model: LiveModel, call: asked.TrainStep, scratch: Path) -> Step:
    """One training step of the held, compiled model on fixed data; the file has every variable by its path."""
    batch = load_arrays(call.batch)
    inputs = numbered(batch, "x")
    tensors = [tf.convert_to_tensor(a, dtype=t.dtype) for a, t in zip(inputs, model.inputs, strict=True)]
    targets = numbered(batch, "y")
    # Eagerly: one step must not wait for a trace, unless it would wait longer; and XLA would reorder the sums.
    model.run_eagerly, model.jit_compile = not is_long(model, [inputs]), False
    logs = model.train_on_batch(
        arrange_inputs(model, tensors), targets if len(targets) > 1 else targets[0], return_dict=True
    )
    record = load_model(call.folder, call.stem)
    values = {path: to_numpy(variable) for path, variable in variables_of(model, record)}
    return Step(write_arrays(scratch / call.out, values).file, float(np.asarray(logs["loss"])))
