"""The configuration of a Keras 3 archive as plain JSON: its layers, what its inputs mean, its precision.

Source: ``saving_lib.py`` and ``functional.py`` of Keras 3.0 to 3.16. A node of a Functional model is
``{"args": […], "kwargs": {…}}``; a tensor in it is ``{"class_name": "__keras_tensor__", "config": {"keras_history":
[layer, node, tensor]}}``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrate.dialects.pass_through import PASS_THROUGH, hidden_value

Config = Mapping[str, Any]
TENSOR = "__keras_tensor__"
GRAPHS = frozenset({"Functional", "Model"})
_SOFTMAX = frozenset({"GroupedQueryAttention", "MultiHeadAttention", "Softmax"})
_HALF = ("bfloat16", "float16")


def layers_of(model: Config) -> list[dict[str, Any]]:
    """The entries of a Functional or Sequential model's layers; empty for anything else."""
    layers = inside(model).get("layers")
    return [entry for entry in layers if isinstance(entry, dict)] if isinstance(layers, list) else []


def inside(entry: Config) -> Config:
    """The arguments of a serialised object."""
    config = entry.get("config")
    return config if isinstance(config, Mapping) else {}


def is_graph(entry: Config) -> bool:
    """Whether an entry is a Functional model: its layers say how they are called."""
    return entry.get("class_name") != "Sequential" and any("inbound_nodes" in one for one in layers_of(entry))


def name_of(entry: Config) -> str:
    """A layer's name, which a Functional model also keeps beside its configuration."""
    return str(entry.get("name") or inside(entry).get("name"))


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Every serialised object in a configuration, outer ones first."""
    pending = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, dict):
            if "class_name" in current and "config" in current:
                yield current
            pending += reversed(list(current.values()))
        elif isinstance(current, list):
            pending += reversed(current)


def history(value: Any) -> tuple[str, int, int] | None:
    """Where a tensor of a node comes from; None for any other value."""
    if not isinstance(value, Mapping) or value.get("class_name") != TENSOR:
        return None
    name, node, tensor = inside(value)["keras_history"]
    return str(name), int(node), int(tensor)


def tensors_of(value: Any) -> Iterator[tuple[str, int, int]]:
    """Where every tensor among the arguments of a node comes from."""
    found = history(value)
    if found is not None:
        yield found
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from tensors_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from tensors_of(item)


def precision(model: Config) -> str:
    """The half precision in which a layer of the model computes, or an empty string."""
    for entry in walk(model):
        dtype = inside(entry).get("dtype")
        name = _policy_name(inside(dtype)) if isinstance(dtype, Mapping) else dtype
        for half in _HALF:
            if isinstance(name, str) and half in name:
                return half
    return ""


def _policy_name(policy: Config) -> Any:
    """The precision that a policy computes in; one that quantizes says it beside."""
    return policy.get("name") or policy.get("source_name")


def has_masks(model: Config) -> bool:
    """Whether a layer of the model makes a mask, or a call of its graph names one."""
    for entry in walk(model):
        if entry["class_name"] == "Masking" or inside(entry).get("mask_zero"):
            return True
        nodes = entry.get("inbound_nodes")
        for node in nodes if isinstance(nodes, list) else ():
            kwargs = node.get("kwargs") if isinstance(node, Mapping) else None
            if isinstance(kwargs, Mapping) and kwargs.get("mask") is not None:
                return True
    return False


def masks_softmax(model: Config) -> bool:
    """Whether a layer of the model may take a softmax over what is masked."""
    found = [entry for entry in walk(model) if entry["class_name"] in _SOFTMAX]
    return bool(found) and (has_masks(model) or any(_is_given_a_mask(entry) for entry in found))


def _is_given_a_mask(entry: Config) -> bool:
    """Whether a Softmax is called with a second tensor, which is its mask."""
    nodes = entry.get("inbound_nodes")
    calls = nodes if entry["class_name"] == "Softmax" and isinstance(nodes, list) else []
    return any(len(list(tensors_of(call))) > 1 for call in calls)


def uses_of_input(model: Config, name: str) -> dict[str, Any]:
    """What the layers behind an input want of it, by the names of ``InputSpec``: ``ids``, ``fill``.

    Args:
        model: Functional or Sequential.
        name: of an InputLayer of it.
    """
    found: dict[str, Any] = {}
    for entry in _readers(model, name):
        config = inside(entry)
        if entry.get("class_name") == "Embedding":
            size = int(config["input_dim"])
            found["ids"] = min(int(found.get("ids", size)), size)
        elif entry.get("class_name") == "Masking":
            found["fill"] = hidden_value(config)
        elif entry.get("class_name") == "CategoryEncoding" and config.get("num_tokens"):
            found["ids"] = int(config["num_tokens"])
    return found


def _readers(model: Config, name: str) -> Iterator[Config]:
    """Layers that are given an input as it is, or behind layers that leave ids what they are."""
    if not is_graph(model):
        for entry in layers_of(model):
            yield from _entering(entry)
            if entry.get("class_name") not in PASS_THROUGH:
                return
        return
    pending, seen = [name], {name}
    while pending:
        current = pending.pop()
        for entry in layers_of(model):
            for node in entry.get("inbound_nodes", ()):
                if all(source != current for source, _, _ in tensors_of(node)):
                    continue
                yield from _entering(entry)
                if entry.get("class_name") in PASS_THROUGH and name_of(entry) not in seen:
                    seen.add(name_of(entry))
                    pending.append(name_of(entry))


def _entering(entry: Config) -> Iterator[Config]:
    """A layer, or the layers that a nested model gives its inputs to."""
    inner = layers_of(entry)
    if not inner:
        yield entry
    for first in inner:
        if first.get("class_name") == "InputLayer":
            yield from _readers(entry, name_of(first))
            if not is_graph(entry):
                return
