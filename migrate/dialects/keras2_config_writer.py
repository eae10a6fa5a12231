"""Write a model in the Keras 2.15 format, from which tf-keras builds the ``reconstructed`` reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.config_parser import PRESERVE_STRUCTURE, node_offset


def emit_keras2(model: Model) -> dict[str, Any]:
    """The root object that ``tf_keras.models.model_from_json`` reads.

    The model must be in the final Keras 2 dialect.
    """
    return {"class_name": _keras2_class(model), "config": _model_config(model)}


def _keras2_class(model: Model) -> str:
    return "Sequential" if model.topology is Topology.SEQUENTIAL else "Functional"


def _model_config(model: Model) -> dict[str, Any]:
    if model.topology is Topology.SEQUENTIAL:
        return {"name": model.name, "layers": [_layer_object(layer) for layer in model.layers]}
    offsets = {layer.name: node_offset(layer) for layer in model.layers}
    layers = []
    for layer in model.layers:
        nodes = [_node(layer, node, offsets) for node in layer.nodes]
        layers.append({**_layer_object(layer), "name": layer.name, "inbound_nodes": nodes})
    return {
        "name": model.name,
        "trainable": model.trainable,
        "layers": layers,
        "input_layers": _endpoints(model.inputs, offsets),
        "output_layers": _endpoints(model.outputs, offsets),
    }


def _layer_object(layer: Layer) -> dict[str, Any]:
    class_name = layer.registered_name or layer.class_name
    if layer.model is not None:
        return {
            "class_name": _keras2_class(layer.model),
            "config": {**_model_config(layer.model), "name": layer.name},
        }
    config: dict[str, Any] = {**layer.config, "name": layer.name}
    stacked: dict[str, list[Any]] = {}
    for attribute, child in layer.children.items():
        key, _, index = attribute.partition("/")
        if index:
            stacked.setdefault(key, []).append(_layer_object(child))
        else:
            config["layer" if key == "forward_layer" else key] = _layer_object(child)
    return {"class_name": class_name, "config": {**config, **stacked}}


def _triple(ref: TensorRef, offsets: Mapping[str, int]) -> list[Any]:
    return [ref.layer, ref.node + offsets[ref.layer], ref.tensor]


def _node(layer: Layer, node: Node, offsets: Mapping[str, int]) -> Any:
    def keyword(value: Any) -> Any:
        if isinstance(value, TensorRef):
            return _triple(value, offsets)
        if isinstance(value, Mapping):
            return {key: keyword(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [keyword(item) for item in value]
        return value

    kwargs = {key: keyword(value) for key, value in node.kwargs.items()}

    def first(value: Any) -> Any:
        if isinstance(value, TensorRef):
            return [*_triple(value, offsets), kwargs]
        if isinstance(value, Mapping):
            return {key: first(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [first(item) for item in value]
        return ["_CONSTANT_VALUE", -1, value, kwargs]

    data = first(node.args[0])
    is_single = isinstance(node.args[0], TensorRef)
    return [data] if is_single and layer.class_name not in PRESERVE_STRUCTURE else data


def _endpoints(value: Any, offsets: Mapping[str, int]) -> Any:
    if isinstance(value, TensorRef):
        return [_triple(value, offsets)]
    return _endpoint_items(value, offsets)


def _endpoint_items(value: Any, offsets: Mapping[str, int]) -> Any:
    if isinstance(value, TensorRef):
        return _triple(value, offsets)
    if isinstance(value, Mapping):
        return {key: _endpoint_items(item, offsets) for key, item in value.items()}
    return [_endpoint_items(item, offsets) for item in value]
