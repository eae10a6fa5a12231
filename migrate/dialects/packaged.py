"""The parts of an architecture, as stored in a file, that belong to a package with an adapter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrate.capsule.model import Layer
from migrate.dialects.foreign import foreign_of

_WRAPPED = frozenset({"layer", "cell", "cells", "layers", "backward_layer"})
_OBJECTS: dict[str, frozenset[str]] = {}
"""Initializers and activations of packages, by class name in files, with the keys of each."""
_FUNCTIONS: dict[str, tuple[frozenset[str], str]] = {}
"""Activations of packages: the classes that show that the name is theirs, and what is doubtful about it."""


def declare_object(class_name: str, keys: frozenset[str]) -> None:
    """Register an object that a package adds to the configuration of a layer and that a rule removes again.

    Args:
        class_name: of the initializer or activation, as files have it.
        keys: of its configuration.
    """
    _OBJECTS[class_name] = keys


def declare_function(name: str, beside: frozenset[str] = frozenset(), doubt: str = "") -> None:
    """Register an activation of a package, which an adapter treats as Keras' own or replaces.

    Args:
        name: in configurations.
        beside: classes in files, one of which must be in the architecture; empty if the name is sufficient.
        doubt: why it may be a function other than Keras' own, as a sentence that follows the name.
    """
    _FUNCTIONS[name] = (beside, doubt)


def functions_of_packages(root: Mapping[str, Any]) -> dict[str, str]:
    """Activations that belong to a package whose layers are in an architecture, and what is doubtful about each."""
    classes = {name.rpartition(">")[2] for name, _ in adapted(root)}
    return {name: doubt for name, (beside, doubt) in _FUNCTIONS.items() if not beside or beside & classes}


def adapted(root: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """The layers of an architecture that an adapter knows: class as spelled in the file, and name of the layer."""
    from migrate.dialects import registry  # noqa: F401 - importing it registers the adapters

    found: set[tuple[str, str]] = set()
    work: list[Any] = [root]
    while work:
        node = work.pop()
        if isinstance(node, list):
            work.extend(node)
        elif isinstance(node, Mapping):
            work.extend(node.values())
            name, config = node.get("class_name"), node.get("config")
            if isinstance(name, str) and isinstance(config, Mapping):
                registered = node.get("registered_name") if ">" not in name else name
                layer = Layer(name.rpartition(">")[2], "", config, registered_name=registered)
                if foreign_of(layer) is not None:
                    shown = registered if isinstance(registered, str) and ">" in registered else name
                    found.add((shown, str(node.get("name") or config.get("name") or "")))
    return frozenset(found)


_READ_WHOLE = frozenset({"DenseFeatures"})
"""Layers of TensorFlow whose rule reads, or refuses by name, every object in their configuration."""


def without_adapted(root: Any) -> Any:
    """An architecture in which a layer that an adapter knows contains only the layers that it wraps.

    Initializers and activations of packages that a rule removes are left out.
    """
    if isinstance(root, list):
        return [without_adapted(item) for item in root]
    if not isinstance(root, Mapping):
        return root
    if root.get("class_name") in _READ_WHOLE:
        return {"class_name": "Layer", "config": {}}
    keys, config = _OBJECTS.get(str(root.get("class_name"))), root.get("config")
    if keys is not None and isinstance(config, Mapping) and keys <= config.keys():
        return {"class_name": "Layer", "config": {}}
    if isinstance(config, Mapping) and adapted({**root, "config": _plain(config)}):
        wrapped = {key: without_adapted(value) for key, value in config.items() if key in _WRAPPED}
        return {"class_name": "Layer", "config": wrapped}
    return {key: without_adapted(value) for key, value in root.items()}


def _plain(config: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration without the objects in it, so that only the layer itself is checked."""
    return {key: None if isinstance(value, list | Mapping) else value for key, value in config.items()}
