"""Functions that the legacy worker answers calls with. One model is held between the calls of an artifact."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path

import tensorflow as tf
import tf_keras
from tensorflow.python.eager import context as eager

from migrate.capsule.ends import DescribedModel
from migrate.capsule.model import Array
from migrate.capsule.store import load_model, load_structure
from migrate.parity.rounding import nudged
from migrate.worlds.contracts import legacy as asked
from migrate.worlds.contracts.call import Nothing, handlers_of
from migrate.worlds.contracts.models import Activations, ArraysFile, LayerOutputs, Predict, Release, Step
from migrate.worlds.guest import graphs
from migrate.worlds.guest.drawn import replaced
from migrate.worlds.guest.framework_types import LiveLayer, LiveModel, Nested, Tensor
from migrate.worlds.guest.kernels import clear_names
from migrate.worlds.guest.modes import calm_training
from migrate.worlds.guest.runner import (
    Forward,
    cases_of,
    describe,
    nest_like,
    run_cases,
    to_numpy,
    write_arrays,
)
from migrate.worlds.guest.tracing import is_long, traced
from migrate.worlds.guest.variables import assign_model, collect_model
from migrate.worlds.legacy import draws, proving, saved_model
from migrate.worlds.legacy.builders import architectures_of
from migrate.worlds.legacy.scope import scope
from migrate.worlds.legacy.training import step_of

_held: dict[str, LiveModel] = {}
"""``model``, and ``compiled``: the one that was loaded with its training."""
_FIXED = partial(replaced, draws.FIXED)


def load_original(call: asked.LoadOriginal, scratch: Path) -> DescribedModel:
    """Load the untouched file with tf-keras."""
    _clear()
    with scope(call.custom_objects):
        if call.architecture is not None:
            model = tf_keras.models.model_from_json(call.architecture.read_text(encoding="utf-8"))
            restored = model.load_weights(str(call.source))
            if restored is not None:  # a checkpoint: what it does not fit keeps its random values silently
                restored.assert_existing_objects_matched()
        else:
            model = tf_keras.models.load_model(str(call.source), compile=False, safe_mode=not call.trust)
    _held["model"] = model
    return describe(model)


def reconstruct(call: asked.Reconstruct, scratch: Path) -> DescribedModel:
    """Build from a capsule's final Keras 2 configuration and set its weights by role."""
    model = _held["model"] = _built(call)
    assign_model(model, load_model(call.folder, call.stem))
    return describe(model)


def draw_weights(call: asked.DrawWeights, scratch: Path) -> ArraysFile:
    """Build the same, and write the weights that it was given: the same ones each time."""
    model = _held["model"] = _built(call)
    return write_arrays(scratch / call.out, collect_model(model, load_structure(call.folder, call.stem)))


def _built(call: asked.Reconstruct | asked.DrawWeights) -> LiveModel:
    _clear()
    tf_keras.utils.set_random_seed(0)
    config = json.loads((call.folder / call.config).read_text(encoding="utf-8"))
    with scope(call.custom_objects):
        model: LiveModel = tf_keras.models.model_from_json(json.dumps(config))
    return model


def _clear() -> None:
    clear_names(tf_keras.backend.clear_session, eager.context())


def predict(call: Predict, scratch: Path) -> ArraysFile:
    """Outputs of the held model for every case."""
    return _answer(_held["model"], call, scratch)


def predict_nudged(call: asked.PredictNudged, scratch: Path) -> ArraysFile:
    """The same with half of its weights moved by their last bit."""
    model = _held["model"]
    with _nudged_weights(model, call.seed, call.compute):
        return _answer(model, call, scratch)


def _answer(model: LiveModel, call: Predict, scratch: Path) -> ArraysFile:
    draw = nullcontext if call.draw else _FIXED
    forward = caller(model, cases_of(call.probes), draw, training=call.training)
    with calm_training(model) if call.training else nullcontext():
        return run_cases(forward, call, scratch)


@contextmanager
def _nudged_weights(model: LiveModel, seed: int, compute: str) -> Iterator[None]:
    """Have half of the weights' numbers one unit in the last place further from zero, for a while."""
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
) -> Forward:
    """A forward pass at inference time, for these cases; a ``fresh`` one starts from zero states.

    ``draw`` says how the noise of Lambdas is drawn: it is fixed numbers unless it does. ``training``: in that mode.
    """
    nested = getattr(model, "_nested_inputs", None)
    structure = nested if nested is not None else model.inputs

    def forward(tensors: list[Tensor]) -> Nested:
        return model(nest_like(structure, tensors), training=training)

    run = traced(model, forward) if is_long(model, cases) else forward

    def call(inputs: list[Array], /, *, fresh: bool = True) -> Nested:
        if fresh and getattr(model, "stateful", False):
            model.reset_states()
        with draw():
            return run(
                [tf.convert_to_tensor(a, dtype=t.dtype) for a, t in zip(inputs, model.inputs, strict=True)]
            )

    return call


def activations(call: Activations, scratch: Path) -> LayerOutputs:
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
    inputs = cases_of(call.probes)[call.case]
    outputs = tf.nest.flatten(caller(inspector, [inputs])(inputs))
    arrays = {n: to_numpy(o) for n, o in zip(names, outputs, strict=True)}
    return LayerOutputs(names, write_arrays(scratch / call.out, arrays).file)


def _last_node(model: LiveModel, layer: LiveLayer) -> int:
    """The first call of the layer that belongs to this model, not to one that it was made from."""
    for number in range(len(layer._inbound_nodes)):
        if f"{layer.name}_ib-{number}" in getattr(model, "_network_nodes", ()):
            return number
    return 0


def release(call: Release, scratch: Path) -> Nothing:
    """Forget the held model, and give its memory back."""
    _held.clear()
    tf_keras.backend.clear_session()
    gc.collect()
    return Nothing()


def load_compiled_model(call: asked.LoadCompiled, scratch: Path) -> asked.Compiled:
    """Load the untouched file with its training; it is held until the step."""
    _clear()
    with scope(call.custom_objects):
        model = tf_keras.models.load_model(str(call.source), compile=True, safe_mode=not call.trust)
    _held["compiled"] = model
    steps = getattr(model.optimizer, "iterations", None)
    return asked.Compiled(None if steps is None else int(steps))


def predict_compiled(call: asked.PredictCompiled, scratch: Path) -> ArraysFile:
    """Outputs of the compiled model for every case: what a training step made of it."""
    return _answer(_held["compiled"], call, scratch)


def step_compiled(call: asked.StepCompiled, scratch: Path) -> Step:
    """One training step of the compiled model; its weights change."""
    return step_of(_held["compiled"], call, scratch)


HANDLERS = handlers_of(
    load_original,
    reconstruct,
    draw_weights,
    architectures_of,
    predict,
    predict_nudged,
    activations,
    load_compiled_model,
    predict_compiled,
    step_compiled,
    release,
    proving.prove_reference,
    proving.run_in_lockstep,
    saved_model.load_saved_model,
    saved_model.predict_signature,
    saved_model.predict_call,
    saved_model.cover_signature,
    graphs.load_graph,
    graphs.predict_graph,
)
