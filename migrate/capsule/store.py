"""Pass models and arrays between processes: JSON and safetensors, never a pickle.

A model is written as ``STEM.json`` (records, tensor references as ``{"$ref": [layer, node, tensor]}``) and
``STEM.safetensors`` (arrays under ``path|role``). Strings, which safetensors does not support, are kept in its
metadata as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from migrate.capsule.model import Array, Layer, Model, Node, TensorRef, Topology, map_layers, map_structure

_REF = "$ref"


def save_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write arrays under their names; string arrays (dtype ``U``, ``S``, or objects of str or bytes) are allowed."""
    numeric: dict[str, Array] = {}
    strings: dict[str, Any] = {}
    for name, array in arrays.items():
        if array.dtype.kind in "OUS":
            flat = array.ravel().tolist()
            # Latin-1 maps bytes to characters one to one: serialised messages are not text.
            raw = any(isinstance(v, bytes) for v in flat)
            values = [v.decode("latin-1") if isinstance(v, bytes) else str(v) for v in flat]
            strings[name] = {"shape": list(array.shape), "values": values, "bytes": raw}
        else:
            numeric[name] = np.asarray(array, order="C")  # ascontiguousarray would make a scalar a vector
    save_file(numeric, path, metadata={"strings": json.dumps(strings)})


def load_arrays(path: Path) -> dict[str, Array]:
    """Read the output of :func:`save_arrays`; strings come back as object arrays of str, or of bytes if they were."""
    result: dict[str, Array] = {}
    with safe_open(path, framework="numpy") as file:
        strings = json.loads((file.metadata() or {}).get("strings", "{}"))
        for name in file.keys():  # noqa: SIM118 - not a mapping
            result[name] = file.get_tensor(name)
    for name, entry in strings.items():
        values = [v.encode("latin-1") for v in entry["values"]] if entry["bytes"] else entry["values"]
        result[name] = np.array(values, dtype=object).reshape(entry["shape"])
    return result


def save_model(model: Model, folder: Path, stem: str) -> None:
    """Write a model's records and weights into a folder."""
    arrays = {
        f"{'/'.join(path)}|{role}": array
        for path, layer in model.walk()
        for role, array in layer.weights.items()
    }
    save_arrays(folder / f"{stem}.safetensors", arrays)
    save_structure(model, folder, stem)


def save_structure(model: Model, folder: Path, stem: str) -> None:
    """Write only a model's records: shapes and dtypes of its weights, not their values."""
    (folder / f"{stem}.json").write_text(json.dumps(encode_model(model)), encoding="utf-8")


def load_structure(folder: Path, stem: str) -> Model:
    """Read a model's records; its weights have shape and dtype but no memory."""
    return decode_model(json.loads((folder / f"{stem}.json").read_text(encoding="utf-8")))


def load_model(folder: Path, stem: str) -> Model:
    """Read the output of :func:`save_model`."""
    return with_weights(load_structure(folder, stem), load_arrays(folder / f"{stem}.safetensors"))


def with_weights(model: Model, arrays: Mapping[str, Array]) -> Model:
    """The model with the arrays named ``path|role`` as its weights."""
    by_layer: dict[str, dict[str, Array]] = {}
    for key, array in arrays.items():
        path, _, role = key.rpartition("|")
        by_layer.setdefault(path, {})[role] = array

    def fill(path: tuple[str, ...], layer: Layer) -> Layer:
        weights = by_layer.get("/".join(path))
        if not weights:
            return layer
        # The file has the order of the records; arrays are read in the order of their names.
        order = [
            *(role for role in layer.weights if role in weights),
            *(weights.keys() - layer.weights.keys()),
        ]
        return replace(layer, weights={role: weights[role] for role in order})

    return map_layers(model, fill)


def encode_model(model: Model) -> dict[str, Any]:
    """A model without its weights as a JSON value."""
    return {
        "class_name": model.class_name,
        "name": model.name,
        "topology": model.topology.value,
        "trainable": model.trainable,
        "registered_name": model.registered_name,
        "inputs": _encode(model.inputs),
        "outputs": _encode(model.outputs),
        "layers": [_encode_layer(layer) for layer in model.layers],
    }


def decode_model(value: Mapping[str, Any]) -> Model:
    """The model for a JSON value created by :func:`encode_model`."""
    return Model(
        value["class_name"],
        value["name"],
        Topology(value["topology"]),
        tuple(_decode_layer(layer) for layer in value["layers"]),
        _decode(value["inputs"]),
        _decode(value["outputs"]),
        value["trainable"],
        value["registered_name"],
    )


def _encode_layer(layer: Layer) -> dict[str, Any]:
    return {
        "class_name": layer.class_name,
        "name": layer.name,
        "config": dict(layer.config),
        "weights": {role: [list(a.shape), a.dtype.str] for role, a in layer.weights.items()},
        "nodes": [{"args": _encode(list(n.args)), "kwargs": _encode(n.kwargs)} for n in layer.nodes],
        "children": {a: _encode_layer(c) for a, c in layer.children.items()},
        "model": encode_model(layer.model) if layer.model is not None else None,
        "registered_name": layer.registered_name,
    }


def _decode_layer(value: Mapping[str, Any]) -> Layer:
    return Layer(
        value["class_name"],
        value["name"],
        value["config"],
        tuple(Node(tuple(_decode(n["args"])), _decode(n["kwargs"])) for n in value["nodes"]),
        {role: _without_memory(shape, dtype) for role, (shape, dtype) in value["weights"].items()},
        {a: _decode_layer(c) for a, c in value["children"].items()},
        decode_model(value["model"]) if value["model"] is not None else None,
        value["registered_name"],
    )


def _encode(structure: Any) -> Any:
    return map_structure(structure, lambda ref: {_REF: [ref.layer, ref.node, ref.tensor]})


def _decode(value: Any) -> Any:
    if isinstance(value, Mapping):
        if set(value) == {_REF}:
            return TensorRef(*value[_REF])
        return {key: _decode(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_decode(item) for item in value]
    return value


def _without_memory(shape: list[int], dtype: str) -> Array:
    return np.broadcast_to(np.zeros((), np.dtype(dtype)), tuple(shape))
