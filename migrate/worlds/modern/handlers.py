"""Functions that the modern worker answers calls with. One model is held between the calls of an artifact."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import keras
import tensorflow as tf
from tensorflow.python.eager import context as eager

from migrate.capsule.ends import DescribedModel
from migrate.capsule.model import Array
from migrate.capsule.store import load_model
from migrate.dialects.keras3_minors.versions import DEFAULT, parse_readers
from migrate.worlds.contracts import modern as asked
from migrate.worlds.contracts.call import Nothing, handlers_of
from migrate.worlds.contracts.models import (
    Activations,
    ArraysFile,
    LayerOutputs,
    Predict,
    Release,
    Shares,
    Step,
)
from migrate.worlds.guest.custom import load_custom_objects
from migrate.worlds.guest.drawn import TENSORFLOW_RANDOM, replaced
from migrate.worlds.guest.draws import fixed_in
from migrate.worlds.guest.framework_types import LiveLayer, LiveModel, Nested, Tensor, Variable
from migrate.worlds.guest.kernels import clear_names
from migrate.worlds.guest.modes import calm_training
from migrate.worlds.guest.runner import (
    Forward,
    cases_of,
    describe,
    dtype_name,
    flatten,
    run_cases,
    to_numpy,
    write_arrays,
)
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


@dataclass(slots=True)
class _Held:
    """What lives between the calls of an artifact.

    Attributes:
        live: the model; None before one is built.
        covered: what its cases covered so far.
        variables: those of a model of the author's own class, by the numbers of their objects in the file.
    """

    live: LiveModel | None = None
    covered: Covered = field(default_factory=Covered)
    variables: Mapping[str, Variable] = field(default_factory=dict)

    @property
    def model(self) -> LiveModel:
        """The model.

        Raises:
            LookupError: none was built.
        """
        if self.live is None:
            raise LookupError("no model is held")
        return self.live

    def hold(self, model: LiveModel, variables: Mapping[str, Variable] | None = None) -> None:
        """Keep a model in place of the one before."""
        self.live, self.covered, self.variables = model, Covered(), variables or {}


_held = _Held()
_FIXED = partial(replaced, fixed_in(keras.random, *TENSORFLOW_RANDOM))


def build(call: asked.Build, scratch: Path) -> DescribedModel:
    """Build the model of a capsule and set its weights by role."""
    _clear()
    objects = load_custom_objects(call.custom_objects)
    record = with_modules_lifted(load_model(call.folder, call.stem))
    model = build_model(record, objects, frozenset(call.without))
    assign_model(model, record)
    _held.hold(model)
    return describe(model)


def lift_graph(call: asked.LiftGraph, scratch: Path) -> DescribedModel:
    """Build the model that a frozen graph computes."""
    _clear()
    _held.hold(lift.lift(lift.of_file(call.path), scratch))
    return describe(_held.model)


def lift_signature(call: asked.LiftSignature, scratch: Path) -> DescribedModel:
    """Build the model that a signature of a SavedModel computes."""
    _clear()
    _held.hold(lift.lift(lift.of_signature(call), scratch))
    return describe(_held.model)


def build_subclassed(call: asked.BuildSubclassed, scratch: Path) -> asked.How:
    """Build a model of the user's own class and say how it is called."""
    _clear()
    model, how, variables = subclassed.build(call)
    _held.hold(model, variables)
    return how


def _clear() -> None:
    clear_names(keras.utils.clear_session, eager.context(), free_memory=False)


def predict_subclassed(call: asked.PredictSubclassed, scratch: Path) -> ArraysFile:
    """Outputs of the held model of the user's class, in its signature's order."""
    return subclassed.predict(_held.model, call, scratch)


def predict(call: Predict, scratch: Path) -> ArraysFile:
    """Outputs of the held model for every case."""
    model = _held.model
    forward = caller(
        model, cases_of(call.probes), nullcontext if call.draw else _FIXED, training=call.training
    )
    with calm_training(model) if call.training else nullcontext():
        return run_cases(forward, call, scratch)


def caller(
    model: LiveModel,
    cases: Sequence[Sequence[Array]],
    draws: Callable[[], AbstractContextManager[None]] = _FIXED,
    *,
    training: bool = False,
) -> Forward:
    """A forward pass at inference time, for these cases; a ``fresh`` one starts from zero states.

    ``draws`` says how random numbers are drawn: they are fixed ones unless it does. ``training`` asks for that mode.
    """

    def forward(tensors: list[Tensor]) -> Nested:
        return model(arrange_inputs(model, tensors), training=training)

    run = traced(model, forward) if is_long(model, cases) else forward

    def call(inputs: list[Array], /, *, fresh: bool = True) -> Nested:
        if fresh:
            reset_states(model)
        with draws():
            return run(
                [tf.convert_to_tensor(a, dtype=t.dtype) for a, t in zip(inputs, model.inputs, strict=True)]
            )

    return call


def cover(call: asked.Cover, scratch: Path) -> Shares:
    """What the cases cover of the held model, beside what earlier calls covered."""
    model, cases = _held.model, cases_of(call.probes)
    run = caller(model, cases)
    coverage.cover(
        model, lambda inputs: flatten(run(inputs)), cases, _held.covered, (call.compute, call.relative)
    )
    return _held.covered.shares()


def reset_states(model: LiveModel) -> None:
    """Start stateful layers from zero states."""
    for layer in model._flatten_layers():
        if getattr(layer, "stateful", False) and hasattr(layer, "reset_state"):
            layer.reset_state()


def activations(call: Activations, scratch: Path) -> LayerOutputs:
    """Output of every layer of the held model for one case, as ``layer/output``."""
    model = _held.model
    names: list[str] = []
    tensors: list[Tensor] = []
    for layer in model.layers:
        if type(layer).__name__ == "InputLayer" or not getattr(layer, "_inbound_nodes", None):
            continue
        for position, tensor in enumerate(keras.tree.flatten(_output_in(model, layer))):
            names.append(f"{layer.name}/{position}")
            tensors.append(tensor)
    inspector = keras.Model(model.inputs, tensors)
    inputs = cases_of(call.probes)[call.case]
    outputs = keras.tree.flatten(caller(inspector, [inputs])(inputs))
    arrays = {n: to_numpy(o) for n, o in zip(names, outputs, strict=True)}
    return LayerOutputs(names, write_arrays(scratch / call.out, arrays).file)


def _output_in(model: LiveModel, layer: LiveLayer) -> Nested:
    """The layer's output in its first call inside this model."""
    functional = getattr(model, "_functional", None) or model
    for nodes in functional._nodes_by_depth.values():
        for node in nodes:
            if node.operation is layer:
                outputs: Nested = node.outputs
                return outputs
    return []


def save(call: asked.Save, scratch: Path) -> asked.Saved:
    """Write ``model.keras`` and, where asked for, ``saved_model`` into the scratch folder."""
    model = _held.model
    reset_states(model)  # what the comparisons left behind must not become the initial state of a server
    archive, exported = scratch / "model.keras", scratch / "saved_model"
    if call.keras:
        save_keras(model, archive, parse_readers(call.readers) if call.readers else DEFAULT)
    if call.saved_model:
        export_saved_model(model, exported, list(call.input_names), list(call.output_names))
    return asked.Saved(str(archive) if call.keras else None, str(exported) if call.saved_model else None)


def deploy(call: asked.Deploy, scratch: Path) -> asked.Deployed:
    """Write the held model in a deployment format."""
    return deployments.deploy(_held.model, call.format, scratch)


def run_deployed(call: asked.RunDeployed, scratch: Path) -> ArraysFile:
    """Outputs of what :func:`deploy` wrote, by the format's own runtime."""
    return deployments.run(_held.model, call, scratch)


def trace_torch(call: asked.TraceTorch, scratch: Path) -> ArraysFile:
    """Outputs of the layers of a written PyTorch source."""
    return torch.layers(call, [dtype_name(tensor) for tensor in _held.model.inputs], scratch)


def release(call: Release, scratch: Path) -> Nothing:
    """Forget the held model."""
    _held.live, _held.variables, _held.covered = None, {}, Covered()
    keras.utils.clear_session(free_memory=True)
    return Nothing()


def compile_model(call: asked.CompileModel, scratch: Path) -> asked.Restored:
    """Compile the held model as a plan says and restore the optimizer's state."""
    return compile_held(_held.model, call)


def compile_class_model(call: asked.CompileClass, scratch: Path) -> asked.Restored:
    """The same for a model of the user's own class."""
    return compile_class(_held.model, _held.variables, call)


def train_step(call: asked.TrainStep, scratch: Path) -> Step:
    """One training step of the held model; its weights change."""
    return step_held(_held.model, call, scratch)


HANDLERS = handlers_of(
    build,
    lift_graph,
    lift_signature,
    build_subclassed,
    predict_subclassed,
    predict,
    cover,
    activations,
    compile_model,
    compile_class_model,
    train_step,
    save,
    deploy,
    run_deployed,
    trace_torch,
    release,
    frozen.serve_graph,
    proving.prove_result,
    proving.run_in_lockstep,
    reexport.reexport,
    reference_variables.reexport_by_names,
)
