"""Looking at layers in a configuration of any era."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

OPERATIONS = "keras.src.ops"
"""Package of Keras 3 whose classes are the operations of functional graphs."""


def layers_of(node: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The layer list of a model's configuration; None for anything that is no model.

    Raises nothing: malformed entries are left out.
    """
    config = node.get("config")
    found = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(found, list) or not all(isinstance(layer, dict) for layer in found):
        return None
    if isinstance(config, dict) and not (
        "input_layers" in config or class_of(node) == "Sequential" or "name" in config
    ):
        return None
    return found


def layer_name(node: dict[str, Any]) -> str:
    """The name of a layer in its configuration."""
    config = node.get("config")
    name = node.get("name") or (config.get("name") if isinstance(config, dict) else None)
    return str(name or to_snake_case(class_of(node)))


def class_of(node: dict[str, Any]) -> str:
    """The class of a layer in its configuration, empty when it has none."""
    return str(node.get("class_name") or "")


def is_operation(node: dict[str, Any]) -> bool:
    """Whether an entry of a Keras 3 graph is an operation (``x * x``), which is no layer and has no weights."""
    return str(node.get("module")).startswith(OPERATIONS)


def to_snake_case(class_name: str) -> str:
    """``MultiHeadAttention`` → ``multi_head_attention``: Keras' ``generic_utils.to_snake_case``."""
    name = re.sub(r"\W+", "", class_name.rsplit(">", 1)[-1])
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    name = re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
    return f"private{name}" if name.startswith("_") else name


def with_input_shape(root: dict[str, Any], shape: Sequence[int | None]) -> dict[str, Any]:
    """The architecture with the shape of one sample at the entrance of a Sequential model that does not store it.

    Any other architecture comes back as it is.

    Args:
        root: ``class_name`` and ``config`` of the model; the configuration of a Sequential may be a list (Keras 2.0).
        shape: without the batch; None for open sizes.
    """
    layers = layers_of(root)
    if class_of(root) != "Sequential" or not layers:
        return root
    first = layers[0]
    config = first.get("config")
    if class_of(first) == "InputLayer" or not isinstance(config, dict):
        return root
    if layers_of(first) is not None:
        entrance = with_input_shape(first, shape)
    elif {"batch_input_shape", "batch_shape"} & config.keys():
        return root
    else:
        entrance = {**first, "config": {**config, "batch_input_shape": [None, *shape]}}
    stored = root["config"]
    changed = [entrance, *layers[1:]]
    return {**root, "config": {**stored, "layers": changed} if isinstance(stored, dict) else changed}
