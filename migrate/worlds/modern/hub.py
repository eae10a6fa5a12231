"""TF Hub modules inside a model: the graph of the module's function becomes layers, nested where it was called."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import tensorflow as tf
from packaging.version import Version

from migrate.capsule.model import Array, Layer, Model, map_layers
from migrate.dialects.hub import CLASS, REGISTERED
from migrate.dialects.rule import Era
from migrate.findings import MigrationError
from migrate.lift.convert import convert
from migrate.lift.graph import Endpoint, Variable
from migrate.worlds.guest.hub import Module, load_module
from migrate.worlds.modern.lift import graph_of


def with_modules_lifted(model: Model) -> Model:
    """The model with each module as a nested model.

    Raises:
        MigrationError: ``EXP020`` and ``EXP021`` for what layers cannot express, ``WGT013`` for arrays of the file that
            are not of the module's shapes.
    """

    def lifted(path: tuple[str, ...], layer: Layer) -> Layer:
        if layer.class_name != CLASS or layer.registered_name != REGISTERED:
            return layer
        module = load_module(str(layer.config["module"]))
        inner = replace(_model(module, layer), name=layer.name)
        config = {key: layer.config[key] for key in ("name", "trainable") if key in layer.config}
        return replace(
            layer, class_name="Functional", registered_name=None, config=config, weights={}, model=inner
        )

    return map_layers(model, lifted)


def _model(module: Module, layer: Layer) -> Model:
    function = module.function
    if not isinstance(function.structured_outputs, tf.TensorSpec | tf.Tensor):
        raise MigrationError(
            "EXP020",
            f"the module of layer {layer.name!r} returns several tensors, and the layer used their structure",
            "Export the whole model as a SavedModel in its own framework and migrate that.",
            place=layer.name,
        )
    graph = function.graph
    captured = {placeholder.name for _, placeholder in graph.captures}
    inputs = {t.op.name: _endpoint(t) for t in graph.inputs if t.name not in captured}
    variables = _variables(module, layer)
    held = {id(variable.handle): variable for variable in graph.variables}
    by_tensor = {
        placeholder.name: variables[id(held[id(resource)])]
        for resource, placeholder in graph.captures
        if id(resource) in held
    }
    outputs = {"output": graph.outputs[0].name}
    taken = graph_of(graph.as_graph_def(), inputs, outputs, by_tensor)
    model = convert(taken, Era(Version("2.0"), tf_keras=True), layer.name)
    return replace(model, inputs=model.inputs[0], outputs=model.outputs[0])


def _endpoint(tensor: tf.Tensor) -> Endpoint:
    return Endpoint(
        tensor.name, tensor.dtype.name, tuple(tensor.shape.as_list()) if tensor.shape.rank else ()
    )


def _variables(module: Module, layer: Layer) -> dict[int, Variable]:
    """By the identity of the module's variables, with the arrays of the file where it has them."""
    ordered = [*module.trainable, *module.fixed]
    arrays: list[Array] = list(layer.weights.values()) or [np.asarray(v.numpy()) for v in ordered]
    if [array.shape for array in arrays] != [tuple(v.shape) for v in ordered]:
        raise MigrationError(
            "WGT013",
            f"the file contains arrays of {[list(a.shape) for a in arrays]} for layer {layer.name!r}, its module has "
            f"variables of {[list(v.shape) for v in ordered]}",
            "Supply the version of the module that the model was built with.",
            place=layer.name,
        )
    trained = {id(v) for v in module.trainable}
    known = {
        id(v): Variable(v.name.rpartition(":")[0] or v.name, array, id(v) in trained)
        for v, array in zip(ordered, arrays, strict=True)
    }
    for variable in module.function.graph.variables:  # those that the module does not list
        known.setdefault(id(variable), Variable(variable.name, np.asarray(variable.numpy()), False))
    return known
