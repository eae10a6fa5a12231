"""What an architecture says about its model, without building it: layers, inputs, outputs, custom objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from migrate.formats.layer_config import is_operation, layer_name, layers_of
from migrate.formats.limits import MAX_DEPTH
from migrate.formats.stock import ACTIVATIONS, TRAINING, TRAINING_FUNCTIONS, is_stock_class


class TensorRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """An input, output or variable: shape with None for dynamic dimensions, None for an unknown rank."""

    name: str
    shape: list[int | None] | None = None
    dtype: str = ""


class LayerRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One layer: path of names, class, number of stored values, their arrays, and the layers that it takes from."""

    path: str
    class_name: str
    parameters: int = 0
    weights: list[TensorRecord] = []
    inputs: list[str] = []


def walk_layers(
    model: dict[str, Any], prefix: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every layer of an architecture with its path, nested models before their layers."""
    if len(prefix) > MAX_DEPTH:
        return
    for layer in layers_of(model) or []:
        path = (*prefix, layer_name(layer))
        yield path, layer
        if layers_of(layer) is not None:
            yield from walk_layers(layer, path)


def layer_inputs(model: dict[str, Any], prefix: tuple[str, ...] = ()) -> dict[tuple[str, ...], list[str]]:
    """Paths of the layers that each layer of an architecture takes its arguments from, as far as they are positional.

    A Sequential model stores none: each of its layers takes from the one before.
    """
    found: dict[tuple[str, ...], list[str]] = {}
    if len(prefix) > MAX_DEPTH:
        return found
    above = "".join(f"{name}/" for name in prefix)
    chained = "input_layers" not in _config(model)
    before = ""
    for layer in layers_of(model) or []:
        name = layer_name(layer)
        names = ([before] if before else []) if chained else endpoint_names(layer.get("inbound_nodes"))
        found[(*prefix, name)] = [f"{above}{one}" for one in dict.fromkeys(names)]
        if layers_of(layer) is not None:
            found |= layer_inputs(layer, (*prefix, name))
        before = name
    return found


def model_inputs(model: dict[str, Any]) -> list[TensorRecord]:
    """The inputs of an architecture, as far as its configuration states them."""
    layers = layers_of(model) or []
    config = model.get("config")
    if isinstance(config, dict) and "input_layers" in config:
        by_name = {layer_name(layer): layer for layer in layers}
        return [
            _input_record(name, by_name[name]) if name in by_name else TensorRecord(name)
            for name in endpoint_names(config["input_layers"])
        ]
    if not layers:
        return []
    first = layers[0]
    while (inner := layers_of(first)) and "input_layers" not in _config(first):
        first = inner[0]
    if layers_of(first) is not None:
        return model_inputs(first)
    record = _input_record(layer_name(first), first)
    if record.shape is None and isinstance(config, dict):
        shape = _sizes(config.get("build_input_shape"))
        return [TensorRecord(record.name, shape, record.dtype)]
    return [record]


def model_outputs(model: dict[str, Any]) -> list[TensorRecord]:
    """The names of an architecture's outputs; their shapes are known once it is built."""
    config = model.get("config")
    if isinstance(config, dict) and "output_layers" in config:
        return [TensorRecord(name) for name in endpoint_names(config["output_layers"])]
    layers = layers_of(model)
    return [TensorRecord(layer_name(layers[-1]))] if layers else []


def endpoint_names(value: Any) -> list[str]:
    """Layer names of ``input_layers`` or ``output_layers``: a triple, or triples nested in lists and objects."""
    if isinstance(value, list) and value and isinstance(value[0], str):
        return [value[0]]
    children = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
    return [name for child in children if isinstance(child, list | dict) for name in endpoint_names(child)]


def custom_objects(architecture: dict[str, Any]) -> list[str]:
    """Classes and functions that an architecture names and Keras does not have, sorted.

    Functions are given as ``name()``; Python lambdas are not among them, they are a matter of their own (CFG017).
    """
    found: set[str] = set()
    todo: list[Any] = [architecture]
    while todo:
        node = todo.pop()
        if isinstance(node, list):
            todo.extend(node)
        if not isinstance(node, dict):
            continue
        name, registered = node.get("class_name"), node.get("registered_name")
        if isinstance(name, str) and "config" in node:
            stock = is_stock_class(name, registered if isinstance(registered, str) else None)
            stock |= is_operation(node) and registered in (None, name)
            if name == "function" and isinstance(node["config"], str):
                stock = True
                if node["config"].rpartition(">")[2] not in ACTIVATIONS:
                    found.add(f"{node['config']}()")
            if not stock:
                found.add(registered if isinstance(registered, str) and ">" in registered else name)
        for key in ("activation", "recurrent_activation", "inner_activation"):
            value = node.get(key)
            if isinstance(value, str) and value not in ACTIVATIONS:
                found.add(f"{value}()")
        if node.get("function_type") == "function" and isinstance(node.get("function"), str):
            found.add(f"{node['function']}()")
        todo.extend(value for key, value in node.items() if key != "compile_config")
    return sorted(found)


def custom_training(training: dict[str, Any]) -> list[str]:
    """Optimizers, losses and metrics of a training configuration that Keras does not have, sorted."""
    found: set[str] = set()
    todo: list[Any] = [
        (key, training.get(key)) for key in ("optimizer_config", "optimizer", "loss", "metrics")
    ]
    while todo:
        key, node = todo.pop()
        if isinstance(node, str):
            if key in ("loss", "metrics") and node not in TRAINING_FUNCTIONS and node not in TRAINING:
                found.add(f"{node}()")
        elif isinstance(node, list):
            todo.extend((key, child) for child in node)
        elif isinstance(node, dict) and isinstance(node.get("class_name"), str):
            # tf.keras 2.11 and later register their own optimizers under "Custom".
            name, registered = node["class_name"].removeprefix("Custom>"), node.get("registered_name")
            if name == "function":
                todo.append((key, str(node.get("config")).rpartition(">")[2]))
            elif name not in TRAINING and not is_stock_class(
                name, registered if isinstance(registered, str) else None
            ):
                found.add(registered if isinstance(registered, str) and ">" in registered else name)
        elif isinstance(node, dict):
            todo.extend((key, child) for child in node.values())
    return sorted(found)


def _input_record(name: str, layer: dict[str, Any]) -> TensorRecord:
    config = _config(layer)
    dtype = config.get("input_dtype") or config.get("dtype")
    shape = _sizes(config.get("batch_input_shape") or config.get("batch_shape"))
    if shape is None and (inner := _sizes(config.get("input_shape"))) is not None:
        shape = [None, *inner]
    if shape is None and isinstance(config.get("input_dim"), int) and layer.get("class_name") == "Dense":
        shape = [None, config["input_dim"]]
    return TensorRecord(name, shape, dtype if isinstance(dtype, str) else "")


def _sizes(value: Any) -> list[int | None] | None:
    if isinstance(value, dict) and value.get("class_name") in ("__tuple__", "TensorShape"):
        value = value.get("items")
    if not isinstance(value, list) or not all(v is None or isinstance(v, int) for v in value):
        return None
    return list(value)


def _config(layer: dict[str, Any]) -> dict[str, Any]:
    config = layer.get("config")
    return config if isinstance(config, dict) else {}
