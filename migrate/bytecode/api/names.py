"""What names mean: modules by their conventional names, their members, and globals that every function has."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from migrate.bytecode.api import arrays, backend, builtin, layers, tensorflow
from migrate.bytecode.errors import Refused
from migrate.bytecode.values import UNLISTED, Module

_MODULES: Mapping[str, str] = {
    "tensorflow": "tf",
    "tensorflow.compat.v1": "tf",
    "tensorflow.compat.v2": "tf",
    "tensorflow.python": "tf",
    "tensorflow.python.framework.ops": "tf",
    "keras": "keras",
    "tensorflow.keras": "keras",
    "tensorflow.python.keras": "keras",
    "tf_keras": "keras",
    "keras.backend": "K",
    "keras.backend.tensorflow_backend": "K",
    "tensorflow.keras.backend": "K",
    "tensorflow.python.keras.backend": "K",
    "tf_keras.backend": "K",
    "keras.activations": "keras.activations",
    "tensorflow.keras.activations": "keras.activations",
    "keras.layers": "keras.layers",
    "tensorflow.keras.layers": "keras.layers",
    "numpy": "np",
    "math": "math",
}
"""Dotted names of imports to the names used here."""
_GLOBALS: Mapping[str, str] = {
    "tf": "tf",
    "tensorflow": "tf",
    "K": "K",
    "keras": "keras",
    "backend": "K",
    "np": "np",
    "numpy": "np",
    "math": "math",
}
"""Conventional names of modules. What they were bound to is not in the file; nobody binds these to anything else."""
_INSIDE: Mapping[str, str] = {
    "tf.keras": "keras",
    "tf.compat": "tf.compat",
    "tf.compat.v1": "tf",
    "tf.compat.v2": "tf",
    "tf.v1": "tf",
    "tf.contrib": "tf.contrib",
    "keras.backend": "K",
    "keras.activations": "keras.activations",
    "keras.layers": "keras.layers",
    "keras.backend.tf": "tf",
}
_TABLES: Mapping[str, Any] = {
    "tf": tensorflow.member,
    "K": backend.member,
    "np": arrays.member,
    "math": builtin.math_member,
    "keras": layers.member,
}


def global_value(name: str) -> Any:
    """The value of a global or built-in of that name; ``UNLISTED`` where it is not known."""
    if name in _GLOBALS:
        return Module(_GLOBALS[name])
    if name in ("True", "False"):  # globals of Python 2
        return name == "True"
    return builtin.BUILTINS.get(name, UNLISTED)


def member(path: str, name: str) -> Any:
    """A member of a module.

    Raises:
        Refused: it is not on the allow-list.
    """
    full = f"{path}.{name}"
    if full in _INSIDE:
        return Module(_INSIDE[full])
    root, _, rest = full.partition(".")
    found = _TABLES[root](rest)
    if found is UNLISTED:
        raise Refused(f"{full} is not on the allow-list")
    return found


def imported(name: str, members: bool) -> Any:
    """What ``import name`` binds; with ``members``, the module that ``from name import …`` takes from.

    Raises:
        Refused: it is no module of the allow-list.
    """
    path = _MODULES.get(name if members else name.partition(".")[0])
    if path is None or (not members and "." in name and name not in _MODULES):
        raise Refused(f"the module {name!r} is not on the allow-list")
    return Module(path)


def import_from(module: Any, name: str) -> Any:
    """``from module import name``; ``import a.b as c`` ends the same way.

    Raises:
        Refused: it is not on the allow-list.
    """
    if not isinstance(module, Module):
        raise Refused(f"imports {name!r} from something that is not a module")
    return member(module.path, name)


def is_module(name: str) -> bool:
    """Whether ``import name`` names a module of the allow-list, or a package on the way to one."""
    return any(module == name or module.startswith(f"{name}.") for module in _MODULES)


@cache
def known_names() -> frozenset[str]:
    """Every part of every name on the allow-list, as instructions name them one by one."""
    tables = (tensorflow.NAMES, backend.NAMES, arrays.NAMES, builtin.NAMES, layers.NAMES, _INSIDE, _MODULES)
    return frozenset(part for table in tables for name in table for part in name.split("."))
