"""Print one live Keras API as JSON: names, kinds, signatures, class members.

Runs as its own process, because Keras 2 and Keras 3 do not live together and both import TensorFlow::

    python scripts/catalogue/probe.py tf_keras                    # the Keras 2 API, tree v2
    python scripts/catalogue/probe.py tf_keras.api._v1.keras      # the Keras 2 API, tree v1
    python scripts/catalogue/probe.py keras                       # Keras 3
    python scripts/catalogue/probe.py keras._tf_keras.keras       # Keras 3 as ``tf.keras`` shows it

The answer maps each dotted name, relative to the root, to a record: ``kind`` (``module``, ``class``,
``function``, ``value``), ``object`` (identity: module and qualified name), ``parameters`` (list of
``[name, kind, default]``), ``inherited`` (argument names that ``**kwargs`` passes on to a base class), and
for classes ``bases`` and ``members`` (name to parameters, or null for anything that is not called).
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import sys
import types
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

_KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: "positional",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "both",
    inspect.Parameter.KEYWORD_ONLY: "keyword",
    inspect.Parameter.VAR_POSITIONAL: "args",
    inspect.Parameter.VAR_KEYWORD: "kwargs",
}


def default_text(value: object) -> str:
    """A default as stable text: literals as they are, functions and objects by their name."""
    if value is None or isinstance(value, bool | int | float | str | bytes | tuple | list | dict):
        return repr(value)
    name = getattr(value, "__name__", None) or type(value).__name__
    return f"<{name}>"


def parameters(function: Any) -> list[list[str | None]] | None:
    """The parameters of a callable without ``self``; None when Python cannot tell them."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    rows: list[list[str | None]] = []
    for parameter in signature.parameters.values():
        if parameter.name in {"self", "cls"} and not rows:
            continue
        default = None if parameter.default is inspect.Parameter.empty else default_text(parameter.default)
        rows.append([parameter.name, _KINDS[parameter.kind], default])
    # Keras 2 wraps RNN methods with wrapt, which shows the bound instance as a parameter.
    if rows and rows[0][0] == "instance":
        rows = rows[1:]
    return rows


def constructor(cls: type) -> tuple[list[list[str | None]] | None, list[str]]:
    """The own parameters of a class and the argument names its ``**kwargs`` hands to base classes."""
    own: list[list[str | None]] | None = None
    inherited: list[str] = []
    for base in cls.__mro__:
        if base is object or "__init__" not in vars(base):
            continue
        found = parameters(vars(base)["__init__"])
        if found is None:
            break
        if own is None:
            own = found
        else:
            inherited += [row[0] for row in found if row[1] in {"both", "keyword"} and row[0]]
        if not any(row[1] == "kwargs" for row in found):
            break
    names = {row[0] for row in own or []}
    return own, sorted(set(inherited) - names)


def members(cls: type) -> dict[str, Any]:
    """Public members that a class itself defines."""
    found: dict[str, Any] = {}
    for name, value in vars(cls).items():
        if name.startswith("_") and name not in {"__call__", "__getitem__", "__len__"}:
            continue
        inner = value.__func__ if isinstance(value, staticmethod | classmethod) else value
        found[name] = parameters(inner) if callable(inner) and not isinstance(inner, type) else None
    return found


def identity(value: Any) -> str:
    """Where an object was defined: equal for every alias of it."""
    module = getattr(value, "__module__", "") or ""
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", "") or type(value).__name__
    return f"{module}:{name}"


def own_part(name: str) -> bool:
    """Whether a module belongs to Keras itself."""
    return name.split(".", maxsplit=1)[0] in {"keras", "tf_keras"}


def record(value: Any, classes: dict[str, Any]) -> dict[str, Any]:
    """The record of one public object; classes are added to ``classes`` with all their bases."""
    if isinstance(value, type):
        own, inherited = constructor(value)
        for base in value.__mro__:
            key = identity(base)
            if key not in classes and own_part(base.__module__):
                classes[key] = {
                    "bases": [identity(b) for b in base.__mro__[1:] if own_part(b.__module__)],
                    "members": members(base),
                }
        return {"kind": "class", "object": identity(value), "parameters": own, "inherited": inherited}
    if callable(value):
        return {"kind": "function", "object": identity(value), "parameters": parameters(value)}
    return {"kind": "value", "object": identity(value)}


def walk(root: types.ModuleType) -> dict[str, Any]:
    """Every public dotted name below a root module."""
    names: dict[str, Any] = {}
    classes: dict[str, Any] = {}

    def visit(module: types.ModuleType, path: str, above: frozenset[int]) -> None:
        for name in sorted(dir(module)):
            if name.startswith("_") and name != "__internal__":
                continue
            try:
                value = getattr(module, name)
            except (AttributeError, ImportError):
                continue
            dotted = f"{path}.{name}" if path else name
            if not isinstance(value, types.ModuleType):
                names[dotted] = record(value, classes)
            elif own_part(value.__name__) and ".src" not in value.__name__ and id(value) not in above:
                names[dotted] = {"kind": "module"}
                visit(value, dotted, above | {id(value)})

    visit(root, "", frozenset({id(root)}))
    return {"version": getattr(root, "__version__", ""), "names": names, "classes": classes}


if __name__ == "__main__":
    json.dump(walk(importlib.import_module(sys.argv[1])), sys.stdout)
