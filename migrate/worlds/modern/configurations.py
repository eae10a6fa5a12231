"""Classes and configurations of a capsule's records, as Keras 3 and the author's code have them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

import keras

from migrate.capsule.model import Config, Layer
from migrate.dialects.keras3.arguments import rejected
from migrate.findings import MigrationError
from migrate.formats.own_names import ACTIVATION_KEYS, OWN
from migrate.worlds.guest.framework_types import UserObject

Objects = Mapping[str, UserObject]
"""The author's classes and functions by name."""
_HELPERS = ("initializers", "regularizers", "constraints", "layers")
_OF_FUNCTIONS = frozenset({"function_type", "module", "output_shape_type", "output_shape_module"})
"""What Keras 2 writes beside the name of a Lambda's function."""
_REGISTERED = re.compile(r"\w+>\w+")
"""``package>name``, as ``register_keras_serializable`` builds it."""


def layer_class(record: Layer, objects: Objects) -> UserObject:
    """The class of a record: the user's own by registered or plain name, else Keras'."""
    for name in (record.registered_name, record.class_name):
        for found in (name, (name or "").rpartition(">")[2]):
            if found and found in objects:
                return objects[found]
    if record.registered_name and (own := keras.saving.get_registered_object(record.registered_name)):
        registered: UserObject = own
        return registered
    cls: UserObject | None = getattr(keras.layers, record.class_name, None)
    if cls is None or record.registered_name:
        shapes = {role: list(array.shape) for role, array in record.weights.items()}
        raise MigrationError(
            "CFG005",
            f"layer {record.name!r} is a {record.registered_name or record.class_name}, which is not part of Keras; "
            f"configuration {dict(record.config)!r}, weights {shapes or 'none'}",
            f"Supply the class with --custom-objects FILE.py (it must define {record.class_name}).",
            place=record.name,
        )
    return cls


def without_rejected(config: dict[str, object], record: Layer, cls: UserObject) -> dict[str, object]:
    """The configuration without what the author's base class took in Keras 2, and takes no more.

    Raises:
        MigrationError: ``CFG041`` when the value has an effect.
    """
    own = [base for base in cls.__mro__ if not base.__module__.startswith("keras.")]
    if cls not in own:
        return config  # the rules know Keras' classes
    named = {
        name
        for base in own
        if "__init__" in vars(base)
        for name in inspect.signature(base.__init__).parameters
    }
    bases = [base.__name__ for base in cls.__mro__ if base not in own]
    dropped = {key for key in rejected(record, bases) if key not in named}
    return {key: value for key, value in config.items() if key not in dropped}


def modern_config(record: Layer, objects: Objects) -> dict[str, object]:
    """The configuration with the author's functions in place of their names: Keras 3 looks up none by itself."""
    config = {key: _modern_value(value, objects) for key, value in record.config.items()}
    for key in ACTIVATION_KEYS & config.keys():
        name = config[key]
        if not isinstance(name, str) or _is_activation(name):
            continue
        if name not in objects:
            raise MigrationError(
                "CFG005",
                f"layer {record.name!r} has the activation {name!r}, which is not part of Keras",
                f"Supply the code that defines {name} with --source DIR or --custom-objects FILE.py.",
                place=record.name,
            )
        config[key] = objects[name]
    function = config.get("function")
    if record.class_name == "Lambda" and isinstance(function, str) and function in objects:
        config = {key: value for key, value in config.items() if key not in _OF_FUNCTIONS}
        config["function"] = objects[function]
    return config


def _is_activation(name: str) -> bool:
    """Whether Keras 3 itself knows an activation of this name."""
    try:
        keras.activations.get(name)
    except ValueError:
        return False
    return True


def _modern_value(value: object, objects: Objects) -> object:
    """Objects inside a configuration get the module that Keras 3 looks them up by; the author's are made."""
    if isinstance(value, Mapping):
        if set(value) >= {"class_name", "config"} and "module" not in value:
            return _modern_object(value, objects)
        return {key: _modern_value(item, objects) for key, item in value.items()}
    if isinstance(value, list):
        return [_modern_value(item, objects) for item in value]
    if isinstance(value, str) and _REGISTERED.fullmatch(value):
        found = objects.get(value) or objects.get(value.rpartition(">")[2])
        found = found or keras.saving.get_registered_object(value)
        if found is None:
            raise MigrationError(
                "CFG005",
                f"the model uses the registered object {value!r}, which is not part of Keras",
                "Supply its definition with --source DIR or --custom-objects FILE.py.",
            )
        return found
    return value


def _modern_object(value: Mapping[str, Any], objects: Objects) -> object:
    name = value.get("registered_name") or value["class_name"]
    bare = name.rpartition(">")[2]
    own = objects.get(bare)
    if own is not None and inspect.isclass(own) and (name.startswith(f"{OWN}>") or not _is_stock(bare)):
        return (
            own.from_config(dict(value["config"])) if hasattr(own, "from_config") else own(**value["config"])
        )
    for module in _HELPERS:
        if hasattr(getattr(keras, module), bare):
            return {
                "module": f"keras.{module}",
                "class_name": bare,
                "config": _modern_value(value["config"], objects),
                "registered_name": None,
            }
    return dict(value)


def _is_stock(name: str) -> bool:
    return any(hasattr(getattr(keras, module), name) for module in _HELPERS)


_KINDS = {
    "activation": keras.activations,
    "constraint": keras.constraints,
    "initializer": keras.initializers,
    "regularizer": keras.regularizers,
}
"""Last word of an argument to where Keras looks its value up."""


def must_know_objects(record: Layer, config: Config, objects: Objects) -> None:
    """Refuse a function or an object that neither Keras nor the user's files define.

    Raises:
        MigrationError: ``CFG005``.
    """
    function = config.get("function")
    if record.class_name == "Lambda" and isinstance(function, str) and function not in objects:
        raise MigrationError(
            "CFG005",
            f"layer {record.name!r} calls the function {function!r}, which is not part of Keras",
            f"Supply its definition with --source DIR or --custom-objects FILE.py (it must define {function}).",
            place=record.name,
        )
    for key, value in config.items():
        kind = key.rsplit("_", 1)[-1]
        name = value.get("class_name") if isinstance(value, Mapping) else value
        if name == "function" and isinstance(value, Mapping):
            name = value.get("config")
        if kind not in _KINDS or not isinstance(name, str) or _is_known(kind, name, objects):
            continue
        raise MigrationError(
            "CFG005",
            f"layer {record.name!r} uses the {kind} {name!r}, which is not part of Keras",
            f"Supply its definition with --custom-objects FILE.py (it must define {name}).",
            place=record.name,
        )


def _is_known(kind: str, name: str, objects: Objects) -> bool:
    if name in objects or hasattr(_KINDS[kind], name) or hasattr(keras.layers, name):
        return True
    if keras.saving.get_registered_object(name) is not None:
        return True
    try:
        return callable(_KINDS[kind].get(name))
    except (TypeError, ValueError):
        return False
