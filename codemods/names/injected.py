"""Modules of Keras that a function is handed at run time.

Packages of 2018 to 2020 that wanted to serve ``keras`` and ``tf.keras`` at once (keras_applications, efficientnet,
segmentation_models, classification_models) take them from their keyword arguments::

    backend, layers, models, keras_utils = get_submodules_from_kwargs(kwargs)
    backend = kwargs["backend"]

Beside Keras 3 both namespaces are the same modules, so such a name stands for the module of its name. Taken for one
only when the file asks it for nothing that the module did not have.
"""

from __future__ import annotations

import ast

from codemods.names.scopes import Binding, Scope
from codemods.names.values import Names, Symbol

_ORDER = ("backend", "layers", "models", "utils")
_KEYS = frozenset({*_ORDER, "losses", "metrics"})


def handed_over(binding: Binding) -> str:
    """The module of Keras that a binding gives its name, by the form alone; empty when it gives none."""
    value = binding.value
    if value.__class__ is ast.Subscript:
        return _keyed(binding, value.value, value.slice)
    if value.__class__ is not ast.Call:
        return ""
    assert isinstance(value, ast.Call)
    function = value.func
    called = getattr(function, "attr", getattr(function, "id", ""))
    if called.endswith("submodules_from_kwargs"):
        return _ORDER[binding.index] if 0 <= binding.index < len(_ORDER) else ""
    if called in {"get", "pop"} and isinstance(function, ast.Attribute) and value.args:
        return _keyed(binding, function.value, value.args[0])
    return ""


def _keyed(binding: Binding, mapping: ast.expr, key: ast.expr) -> str:
    """The key, when the mapping is the ``**kwargs`` of the function."""
    if binding.kind != "assign" or not isinstance(mapping, ast.Name) or not isinstance(key, ast.Constant):
        return ""
    arguments = getattr(binding.scope.node, "args", None)
    extra = arguments.kwarg if isinstance(arguments, ast.arguments) else None
    return key.value if extra is not None and extra.arg == mapping.id and key.value in _KEYS else ""


def injected(module: Names, binding: Binding, home: Scope) -> Symbol | None:
    """The module of Keras that a binding gives its name; None when its use speaks against it."""
    from codemods.catalogue import load

    name = handed_over(binding)
    if not name:
        return None
    asked = {
        _first(node)
        for node, scope in module.index.names.get(binding.name, ())
        if scope.find(binding.name) is home
    } - {"", "tf"}  # ``backend.tf`` was TensorFlow itself
    known = load()
    if not asked or any(known.symbol(f"keras.{name}.{attribute}") is None for attribute in asked):
        return None
    return Symbol(f"keras.{name}", "keras", direct=False)


def _first(node: ast.expr) -> str:
    """The attribute that is asked of the name a reference begins with."""
    attribute = ""
    while isinstance(node, ast.Attribute):
        attribute, node = node.attr, node.value
    return attribute
