"""Functions that the modern worker answers calls with. One model is held between the calls of an artifact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
from tensorflow.python.eager import context as eager

from migrate.capsule.model import Array
from migrate.capsule.store import load_model, save_arrays
from migrate.dialects.keras3_minors.versions import DEFAULT, parse_readers
from migrate.worlds.guest.custom import load_custom_objects
from migrate.worlds.guest.drawn import TENSORFLOW_RANDOM, replaced
from migrate.worlds.guest.draws import fixed_in
from migrate.worlds.guest.framework_types import LiveLayer, LiveModel, Tensor
from migrate.worlds.guest.kernels import clear_names
from migrate.worlds.guest.modes import calm_training
from migrate.worlds.guest.runner import cases_of, describe, run_cases, to_numpy
from migrate.worlds.guest.sensitivity import Covered
from migrate.worlds.guest.tracing import is_long, traced
from migrate.worlds.guest.variables import assign_model
from migrate.worlds.modern import (
    coverage,
    frozen,
    lift,
    proving,
    reexport,
    reference_variables,
    subclassed,
)
from migrate.worlds.modern.build import build_model
from migrate.worlds.modern.deployments import run as deployments
from migrate.worlds.modern.deployments import torch
from migrate.worlds.modern.export import arrange_inputs, export_saved_model, save_keras
from migrate.worlds.modern.hub import with_modules_lifted
from migrate.worlds.modern.training import compile_class, compile_held, step_held

_held: dict[str, Any] = {}
_FIXED = partial(replaced, fixed_in(keras.random, *TENSORFLOW_RANDOM))


def build(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Build the model of a capsule and set its weights by role."""
    clear_names(keras.utils.clear_session, eager.context(), free_memory=False)
    objects = load_custom_objects(params.get("custom_objects", []))
    record = with_modules_lifted(load_model(Path(params["folder"]), params["stem"]))
    model = build_model(record, objects, frozenset(params.get("without", ())))
    assign_model(model, record)
    _held["model"] = model
    _held.pop("covered", None)
    return describe(model)


def lift_graph(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Build the model that a graph computes; its records stand in ``folder`` under ``stem``."""
    clear_names(keras.utils.clear_session, eager.context(), free_memory=False)
    model = _held["model"] = lift.lift(params, scratch)
    _held.pop("covered", None)
    return {**describe(model), "folder": str(scratch), "stem": "lifted"}


def build_subclassed(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Build a model of the user's own class and say how it is called."""
    clear_names(keras.utils.clear_session, eager.context(), free_memory=False)
    _held["model"], how, _held["variables"] = subclassed.build(params)
    return how


def predict_subclassed(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Outputs of the held model of the user's class, in its signature's order."""
    return subclassed.predict(_held["model"], params, scratch)


def predict(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Outputs of the held model for every case."""
    model = _held["model"]
    probes, out = Path(params["probes"]), scratch / params["out"]
    draws = nullcontext if params.get("draw") else _FIXED
    calls, training = params.get("calls", 1), bool(params.get("training"))
    call = caller(model, cases_of(probes), draws, training=training)
    with calm_training(model) if training else nullcontext():
        return {**run_cases(call, probes, out, calls), "file": str(out)}


def caller(
    model: LiveModel,
    cases: Sequence[Sequence[Array]],
    draws: Callable[[], AbstractContextManager[None]] = _FIXED,
    *,
    training: bool = False,
) -> Callable[..., Any]:
    """A forward pass at inference time, for these cases; a ``fresh`` one starts from zero states.

    ``draws`` says how random numbers are drawn: they are fixed ones unless it does. ``training`` asks for that mode.
    """

    def forward(tensors: list[Tensor]) -> Any:
        return model(arrange_inputs(model, tensors), training=training)

    run = traced(model, forward) if is_long(model, cases) else forward

    def call(inputs: list[Array], *, fresh: bool = True) -> Any:
        if fresh:
            reset_states(model)
        with draws():
            return run(
                [tf.convert_to_tensor(a, dtype=t.dtype) for a, t in zip(inputs, model.inputs, strict=True)]
            )

    return call


def cover(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """What the cases of ``probes`` cover of the held model, beside what earlier calls covered.

    ``compute`` and ``relative`` say what a comparison forgives; see :func:`migrate.parity.tolerance.tolerance_for`.
    """
    model, cases = _held["model"], cases_of(Path(params["probes"]))
    covered: Covered = _held.setdefault("covered", Covered())
    call = caller(model, cases)
    coverage.cover(
        model,
        lambda inputs: keras.tree.flatten(call(inputs)),
        cases,
        covered,
        (params["compute"], params["relative"]),
    )
    return covered.shares()


def reset_states(model: LiveModel) -> None:
    """Start stateful layers from zero states."""
    for layer in model._flatten_layers():
        if getattr(layer, "stateful", False) and hasattr(layer, "reset_state"):
            layer.reset_state()


def activations(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Output of every layer of the held model for one case, as ``layer/output``."""
    model = _held["model"]
    names: list[str] = []
    tensors: list[Tensor] = []
    for layer in model.layers:
        if type(layer).__name__ == "InputLayer" or not getattr(layer, "_inbound_nodes", None):
            continue
        for position, tensor in enumerate(keras.tree.flatten(_output_in(model, layer))):
            names.append(f"{layer.name}/{position}")
            tensors.append(tensor)
    inspector = keras.Model(model.inputs, tensors)
    inputs = cases_of(Path(params["probes"]))[params["case"]]
    outputs = keras.tree.flatten(caller(inspector, [inputs])(inputs))
    out = scratch / params["out"]
    save_arrays(out, {n: to_numpy(o) for n, o in zip(names, outputs, strict=True)})
    return {"layers": names, "file": str(out)}


def _output_in(model: LiveModel, layer: LiveLayer) -> Any:
    """The layer's output in its first call inside this model."""
    functional = getattr(model, "_functional", None) or model
    for nodes in functional._nodes_by_depth.values():
        for node in nodes:
            if node.operation is layer:
                return node.outputs
    return []


def save(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Write ``model.keras`` and, where asked for, ``saved_model`` into the scratch folder."""
    model = _held["model"]
    reset_states(model)  # what the comparisons left behind must not become the initial state of a server
    written: dict[str, Any] = {}
    if params.get("keras"):
        named = params.get("readers")
        save_keras(model, scratch / "model.keras", parse_readers(named) if named else DEFAULT)
        written["keras"] = str(scratch / "model.keras")
    if params.get("saved_model"):
        export_saved_model(model, scratch / "saved_model", params["input_names"], params["output_names"])
        written["saved_model"] = str(scratch / "saved_model")
    return written


def deploy_held(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Write the held model in a deployment format."""
    return deployments.deploy(_held["model"], params, scratch)


def run_deployed(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Outputs of what :func:`deploy_held` wrote, by the format's own runtime."""
    return deployments.run(_held["model"], params, scratch)


def trace_torch(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Outputs of the layers of a written PyTorch source."""
    dtypes = [str(tensor.dtype) for tensor in _held["model"].inputs]
    return torch.layers({**params, "dtypes": dtypes}, scratch)


def release(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Forget the held model."""
    _held.clear()
    keras.utils.clear_session(free_memory=True)
    return {}


def compile_model(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Compile the held model as a plan says and restore the optimizer's state."""
    return compile_held(_held["model"], params)


def compile_class_model(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """The same for a model of the user's own class."""
    return compile_class(_held["model"], _held["variables"], params)


def train_step(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """One training step of the held model; its weights change."""
    return step_held(_held["model"], params, scratch)


HANDLERS = {
    "build": build,
    "lift_graph": lift_graph,
    "build_subclassed": build_subclassed,
    "predict_subclassed": predict_subclassed,
    "predict": predict,
    "cover": cover,
    "activations": activations,
    "compile_model": compile_model,
    "compile_class": compile_class_model,
    "train_step": train_step,
    "save": save,
    "deploy": deploy_held,
    "run_deployed": run_deployed,
    "trace_torch": trace_torch,
    "release": release,
    **frozen.HANDLERS,
    **proving.HANDLERS,
    **reexport.HANDLERS,
    **reference_variables.HANDLERS,
}
