"""Build a live Keras 3 model from a capsule's records.

The graph is built by calling layers, not by deserialising a configuration: calls with tensors among their
keyword arguments, constants, shared layers and operations all become ordinary calls.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import keras

from migrate.capsule.model import Layer, Model, TensorRef, Topology, map_structure
from migrate.dialects.workarounds import NAMES, keras_operation
from migrate.findings import MigrationError
from migrate.printable import one_line
from migrate.worlds.guest.framework_types import LiveLayer, LiveModel, Tensor
from migrate.worlds.modern.configurations import (
    Objects,
    layer_class,
    modern_config,
    must_know_objects,
    without_rejected,
)
from migrate.worlds.modern.operations import call_operation, concrete
from migrate.worlds.modern.operations.call import Made
from migrate.worlds.modern.operations.plain import plainly


def build_model(record: Model, objects: Objects, without: frozenset[str] = frozenset()) -> LiveModel:
    """A live ``keras.Model`` with the records' structure, names and configuration; weights are not set.

    Args:
        record: in the Keras 3 dialect.
        objects: the author's classes and functions by name.
        without: workarounds that are left out (:mod:`migrate.dialects.workarounds`), to see what they are for.

    Raises:
        MigrationError: ``CFG005`` for a class that Keras 3 and the custom objects lack, ``CFG009`` for a
            Sequential model without an input shape, ``CFG099`` when Keras 3 refuses the configuration or call.
    """
    if record.topology is Topology.SEQUENTIAL:
        return _build_sequential(record, objects, without)
    return _Graph(record, objects, without).build()


def _build_sequential(record: Model, objects: Objects, without: frozenset[str]) -> LiveModel:
    model: LiveModel = keras.Sequential(name=record.name)
    for layer in record.layers:
        live = _input(layer) if layer.class_name == "InputLayer" else make_layer(layer, objects, without)
        with _explained(layer):
            model.add(live)
    if not model.built:
        raise MigrationError(
            "CFG009",
            f"the Sequential model {record.name!r} does not store the shape of its input",
            "Pass the shape with --input-shape, or save the model again after a call.",
        )
    model.trainable = record.trainable
    return model


class _Graph:
    """Calls the layers of one Functional model in the order of their dependencies."""

    def __init__(self, record: Model, objects: Objects, without: frozenset[str]) -> None:
        self._record, self._without = record, without
        self._records = {layer.name: layer for layer in record.layers}
        self._objects = objects
        self._live: dict[str, LiveLayer] = {}
        self._outputs: dict[tuple[str, int], list[Made]] = {}

    def build(self) -> LiveModel:
        for layer in self._record.layers:
            for node in range(max(1, len(layer.nodes))):
                self._compute(layer.name, node)
        inputs = map_structure(self._record.inputs, self._tensor)
        outputs = map_structure(self._record.outputs, self._tensor)
        if NAMES not in self._without:
            _name_apart(keras.tree.flatten(outputs))
        with _explained(Layer(self._record.class_name, self._record.name)):
            model: LiveModel = _model_class(self._record, self._objects)(
                inputs, outputs, name=self._record.name
            )
        model.trainable = self._record.trainable
        return model

    def _tensor(self, ref: TensorRef) -> Any:
        return concrete(self._compute(ref.layer, ref.node)[ref.tensor])

    def _compute(self, name: str, number: int) -> list[Made]:
        """Output tensors of one call; the chain of calls below it is walked without recursion."""
        pending = [(name, number)]
        while pending:
            current = pending[-1]
            if current in self._outputs:
                pending.pop()
                continue
            layer = self._records[current[0]]
            if layer.class_name == "InputLayer":
                self._outputs[current] = [_input(layer)]
                continue
            node = layer.nodes[current[1]]
            missing = [(r.layer, r.node) for r in node.refs() if (r.layer, r.node) not in self._outputs]
            if missing:
                if any(m in pending for m in missing):
                    raise MigrationError("CFG051", "the graph of the model has a loop", place=layer.name)
                pending += missing
                continue
            self._outputs[current] = self._call(layer, node.args, node.kwargs, current[1])
        return self._outputs[(name, number)]

    def _call(self, layer: Layer, args: object, kwargs: object, number: int) -> list[Made]:
        def done(ref: TensorRef) -> Made:
            return self._outputs[(ref.layer, ref.node)][ref.tensor]

        if layer.class_name == "Op":
            with _explained(layer):
                layer = plainly(layer) if keras_operation(layer) in self._without else layer
                return call_operation(layer, map_structure(args, done), map_structure(kwargs, done), number)
        call = self._live.get(layer.name)
        if call is None:
            call = make_layer(layer, self._objects, self._without)
            self._live[layer.name] = call
        with _explained(layer):
            result = call(
                *map_structure(args, lambda ref: concrete(done(ref))),
                **map_structure(kwargs, lambda ref: concrete(done(ref))),
            )
        return list(keras.tree.flatten(result))


def _model_class(record: Model, objects: Objects) -> Callable[..., LiveModel]:
    """The author's class of a Functional model, whose training step or call may be its own; else Keras'."""
    own = objects.get((record.registered_name or record.class_name).rpartition(">")[2])
    made: Callable[..., LiveModel] = (
        own if inspect.isclass(own) and issubclass(own, keras.Model) else keras.Model
    )
    return made


def _name_apart(outputs: list[Tensor]) -> None:
    """Rename operations that Keras made and named by itself where a layer has the name.

    A merging layer computes the mask of its output by operations of the graph; one is called ``concatenate``, like
    the first Concatenate layer of most models.
    """
    pending: list[LiveLayer] = [
        t._keras_history.operation for t in outputs if isinstance(t, keras.KerasTensor)
    ]
    met: dict[int, LiveLayer] = {}
    while pending:
        operation = pending.pop()
        if id(operation) in met:
            continue
        met[id(operation)] = operation
        for node in operation._inbound_nodes:
            pending += [t._keras_history.operation for t in node.input_tensors]
    taken = {op.name for op in met.values() if isinstance(op, keras.layers.Layer)}
    for operation in met.values():
        if isinstance(operation, keras.layers.Layer):
            continue
        plain, number = operation.name, 1
        while operation.name in taken:
            operation.name, number = f"{plain}_op{number}", number + 1
        taken.add(operation.name)


def _input(layer: Layer) -> Tensor:
    config = layer.config
    made: Tensor = keras.Input(
        batch_shape=config["batch_shape"],
        dtype=config.get("dtype", "float32"),
        sparse=bool(config.get("sparse")) or None,
        name=layer.name,
    )
    return made


def make_layer(record: Layer, objects: Objects, without: frozenset[str] = frozenset()) -> LiveLayer:
    """A live layer; wrapped layers and nested models are built first and handed to the constructor."""
    if record.model is not None:
        model = build_model(record.model, objects, without)
        if record.config.get("trainable") is False:
            model.trainable = False
        return model
    cls = layer_class(record, objects)
    config = without_rejected(modern_config(record, objects), record, cls)
    config["name"] = record.name
    must_know_objects(record, config, objects)
    stacked: dict[str, list[LiveLayer]] = {}
    for attribute, child in record.children.items():
        key, _, index = attribute.partition("/")
        if index:
            stacked.setdefault(key, []).append(make_layer(child, objects, without))
        elif key == "backward_layer" and _is_mirror(record.children["forward_layer"], child):
            continue
        else:
            config["layer" if key == "forward_layer" else key] = make_layer(child, objects, without)
    with _explained(record), keras.saving.custom_object_scope(dict(objects)):
        if record.children or (cls is keras.layers.Lambda and callable(config.get("function"))):
            made: LiveLayer = cls(**config, **stacked)
        else:
            made = cls.from_config(config)
    return made


def _is_mirror(forward: Layer, backward: Layer) -> bool:
    """Whether the backward layer is the copy that Keras makes itself: of a layer that reads forwards."""
    if forward.config.get("go_backwards"):
        return False
    ignored = {"name", "go_backwards"}
    same = {k: v for k, v in forward.config.items() if k not in ignored} == {
        k: v for k, v in backward.config.items() if k not in ignored
    }
    return same and forward.class_name == backward.class_name and not forward.children


def _cause(error: Exception) -> str:
    """The reason alone: Keras puts the whole configuration in front of it, once for every level of nesting."""
    return one_line(str(error).rpartition("Exception encountered: ")[2], 400)


class _explained:  # noqa: N801 - reads as a phrase: with _explained(layer)
    """Turn what Keras raises for one layer into a refusal that names the layer."""

    def __init__(self, layer: Layer) -> None:
        self._layer = layer

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, MigrationError):
            raise MigrationError(
                "CFG099",
                f"Keras 3 refuses layer {self._layer.name!r} ({self._layer.class_name}): {_cause(error)}",
                "No rule translates this configuration yet; please report the model.",
                place=self._layer.name,
            ) from error
