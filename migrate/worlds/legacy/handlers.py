"""Functions that the legacy worker answers calls with. One model is held between the calls of an artifact."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import tensorflow as tf
import tf_keras
from tensorflow.python.eager import context as eager

from migrate.capsule.model import Array
from migrate.capsule.store import load_model, load_structure, save_arrays
from migrate.parity.rounding import nudged
from migrate.worlds.contracts.call import handlers_of
from migrate.worlds.guest.drawn import replaced
from migrate.worlds.guest.framework_types import LiveLayer, LiveModel, Tensor
from migrate.worlds.guest.kernels import clear_names
from migrate.worlds.guest.modes import calm_training
from migrate.worlds.guest.runner import cases_of, describe, nest_like, run_cases, to_numpy
from migrate.worlds.guest.tracing import is_long, traced
from migrate.worlds.guest.variables import assign_model, collect_model
from migrate.worlds.legacy import draws, proving, saved_model
from migrate.worlds.legacy.builders import architectures_of
from migrate.worlds.legacy.scope import scope
from migrate.worlds.legacy.training import load_compiled, step_of

_held: dict[str, Any] = {}
_FIXED = partial(replaced, draws.FIXED)


def load_original(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Load the untouched file with tf-keras.

    ``architecture``: a JSON file when the source holds weights only. ``trust`` allows Python bytecode.
    """
    clear_names(tf_keras.backend.clear_session, eager.context())
    source = params["source"]
    with scope(params.get("custom_objects", [])):
        if params.get("architecture"):
            text = Path(params["architecture"]).read_text(encoding="utf-8")
            model = tf_keras.models.model_from_json(text)
            restored = model.load_weights(source)
            if restored is not None:  # a checkpoint: what it does not fit keeps its random values silently
                restored.assert_existing_objects_matched()
        else:
            model = tf_keras.models.load_model(
                source, compile=False, safe_mode=not params.get("trust", False)
            )
    _held["model"] = model
    return describe(model)


def build(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Build from a capsule's final Keras 2 configuration and set its weights by role.

    ``initialised`` names a file instead: the weights are drawn, the same ones each time, and written there.
    """
    clear_names(tf_keras.backend.clear_session, eager.context())
    tf_keras.utils.set_random_seed(0)
    folder = Path(params["folder"])
    config = json.loads((folder / params["config"]).read_text(encoding="utf-8"))
    with scope(params.get("custom_objects", [])):
        model = tf_keras.models.model_from_json(json.dumps(config))
    _held["model"] = model
    if params.get("initialised"):
        out = scratch / params["initialised"]
        save_arrays(out, collect_model(model, load_structure(folder, params["stem"])))
        return {**describe(model), "file": str(out)}
    assign_model(model, load_model(folder, params["stem"]))
    return describe(model)


def predict(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Outputs of the held model for every case."""
    return _answer(_held["model"], params, scratch)


def _answer(model: LiveModel, params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    probes, out = Path(params["probes"]), scratch / params["out"]
    draw = nullcontext if params.get("draw") else _FIXED
    calls = params.get("calls", 1)
    training = bool(params.get("training"))
    call = caller(model, cases_of(probes), draw, training=training)
    with (
        _nudged_weights(model, params.get("nudge"), params.get("compute", "")),
        calm_training(model) if training else nullcontext(),
    ):
        return {**run_cases(call, probes, out, calls), "file": str(out)}


@contextmanager
def _nudged_weights(model: LiveModel, seed: int | None, compute: str) -> Iterator[None]:
    """Have half of the weights' numbers one unit in the last place further from zero, for a while; None for none."""
    if seed is None:
        yield
        return
    variables = {str(number): variable for number, variable in enumerate(model.weights)}
    before = {key: variable.numpy() for key, variable in variables.items() if variable.dtype.is_floating}
    for key, values in nudged(before, seed, compute).items():
        variables[key].assign(values)
    try:
        yield
    finally:
        for key, values in before.items():
            variables[key].assign(values)


def caller(
    model: LiveModel,
    cases: Sequence[Sequence[Array]],
    draw: Callable[[], AbstractContextManager[None]] = _FIXED,
    *,
    training: bool = False,
) -> Callable[..., Any]:
    """A forward pass at inference time, for these cases; a ``fresh`` one starts from zero states.

    ``draw`` says how the noise of Lambdas is drawn: it is fixed numbers unless it does. ``training``: in that mode.
    """
    nested = getattr(model, "_nested_inputs", None)
    structure = nested if nested is not None else model.inputs

    def forward(tensors: list[Tensor]) -> Any:
        return model(nest_like(structure, tensors), training=training)

    run = traced(model, forward) if is_long(model, cases) else forward

    def call(inputs: list[Array], *, fresh: bool = True) -> Any:
        if fresh and getattr(model, "stateful", False):
            model.reset_states()
        with draw():
            return run(
                [tf.convert_to_tensor(a, dtype=t.dtype) for a, t in zip(inputs, model.inputs, strict=True)]
            )

    return call


def activations(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Output of every layer of the held model for one case, as ``layer/output`` in order of computation."""
    model = _held["model"]
    names: list[str] = []
    tensors: list[Tensor] = []
    for layer in model.layers:
        if not getattr(layer, "_inbound_nodes", None) or type(layer).__name__ == "InputLayer":
            continue
        try:
            output = layer.get_output_at(_last_node(model, layer))
        except (AttributeError, RuntimeError, ValueError):
            continue
        for position, tensor in enumerate(tf.nest.flatten(output)):
            names.append(f"{layer.name}/{position}")
            tensors.append(tensor)
    inspector = tf_keras.Model(model.inputs, tensors)
    inputs = cases_of(Path(params["probes"]))[params["case"]]
    outputs = tf.nest.flatten(caller(inspector, [inputs])(inputs))
    out = scratch / params["out"]
    save_arrays(out, {n: to_numpy(o) for n, o in zip(names, outputs, strict=True)})
    return {"layers": names, "file": str(out)}


def _last_node(model: LiveModel, layer: LiveLayer) -> int:
    """The first call of the layer that belongs to this model, not to one that it was made from."""
    for number in range(len(layer._inbound_nodes)):
        if f"{layer.name}_ib-{number}" in getattr(model, "_network_nodes", ()):
            return number
    return 0


def release(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Forget the held model, and give its memory back."""
    _held.clear()
    tf_keras.backend.clear_session()
    gc.collect()
    return {}


def compile_model(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Load the untouched file with its training; it is held until the step."""
    _held["compiled"] = load_compiled(params)
    steps = getattr(_held["compiled"].optimizer, "iterations", None)
    return {"iterations": None if steps is None else int(steps)}


def predict_compiled(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Outputs of the compiled model for every case: what a training step made of it."""
    return _answer(_held["compiled"], params, scratch)


def train_step(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """One training step of the compiled model; its weights change."""
    return step_of(_held["compiled"], params, scratch)


HANDLERS = {
    "load_original": load_original,
    "build": build,
    **handlers_of(architectures_of),
    "predict": predict,
    "activations": activations,
    "compile_model": compile_model,
    "predict_compiled": predict_compiled,
    "train_step": train_step,
    "release": release,
    **proving.HANDLERS,
    **saved_model.HANDLERS,
}
