"""Where an archive keeps the weights of each layer.

Source: ``_save_state`` and ``_save_container_state`` of ``saving_lib.py`` in Keras 3: a layer of a model is stored as
``layers/CLASS``, ``layers/CLASS_1``, …, numbered by its class among the layers of that model, operations left out; what
a wrapper holds as ``layer`` below it. The variables of a layer are ``vars/0``, ``vars/1``, ….
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from migrate.dialects.keras3_minors.archives import inside, layers_of
from migrate.formats.layer_config import OPERATIONS, to_snake_case

Config = dict[str, Any]


def with_layers(model: Config, change: Callable[[Config, str], Config], group: str = "") -> Config:
    """The same model with every layer in it changed, inner ones first.

    Args:
        model: a model, or a wrapper around a layer.
        change: from a layer's entry and the name of its group in the file of weights.
        group: of the model itself.
    """

    def changed(entry: Config, name: str) -> Config:
        path = f"{group}/{name}" if group else name
        return change(with_layers(entry, change, path), path)

    config = dict(inside(model))
    wrapped = config.get("layer")
    if isinstance(wrapped, dict):
        config["layer"] = changed(wrapped, "layer")
    if layers_of(model):
        names = group_names(config["layers"])
        config["layers"] = [
            changed(entry, name) if name else entry
            for entry, name in zip(config["layers"], names, strict=True)
        ]
    return {**model, "config": config} if config != inside(model) else model


def group_names(entries: list[Any]) -> list[str]:
    """The group of each entry; empty for an operation, which has no weights."""
    found: Counter[str] = Counter()
    names = []
    for entry in entries:
        if not isinstance(entry, dict) or str(entry.get("module")).startswith(OPERATIONS):
            names.append("")
            continue
        name = to_snake_case(str(entry.get("class_name")))
        names.append(f"layers/{name}_{found[name]}" if found[name] else f"layers/{name}")
        found[name] += 1
    return names
