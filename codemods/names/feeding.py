"""Whose results models are given: the functions that the arguments of ``fit`` and its relatives call."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.names.resolver import Module
from codemods.names.scopes import Scope
from codemods.names.values import Definition, Receiver

_OF_MODELS = frozenset({"fit_generator", "evaluate_generator", "predict_generator"})
"""Methods that nothing but a model has."""
TAKERS = _OF_MODELS | {"fit", "evaluate", "predict"}
"""Methods of models that take generators."""
Fed = tuple[str, str, str]
"""The dotted name of a module, a class of it (empty for a function of the module), and the function."""


def fed_to_models(module: Module) -> frozenset[Fed]:
    """The functions and methods of the repository whose results a file gives to models, directly or by a name."""
    found: set[Fed] = set()
    for call, scope in module.index.calls:
        if _takes_batches(module, call, scope):
            for given in (*call.args, *(keyword.value for keyword in call.keywords)):
                found.update(_maker(module, given, scope))
    return frozenset(found)


def _takes_batches(module: Module, call: ast.Call, scope: Scope) -> bool:
    method = call.func
    if not isinstance(method, ast.Attribute) or method.attr not in TAKERS:
        return False
    owner = module.value(method.value, scope)
    known = isinstance(owner, Receiver) and "keras.Model" in owner.classes
    return known or (owner is None and method.attr in _OF_MODELS)


def _maker(module: Module, node: ast.expr, scope: Scope) -> Iterator[Fed]:
    """What an argument calls: ``batches()``, ``source.batches()``, or a name that is bound once to one of these."""
    if isinstance(node, ast.Name):
        home = scope.find(node.id)
        bindings = home.bindings[node.id] if home is not None else []
        value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
        if isinstance(value, ast.Call):
            yield from _maker(module, value, bindings[0].scope)
    elif isinstance(node, ast.Call):
        owner = module.value(node.func.value, scope) if isinstance(node.func, ast.Attribute) else None
        if isinstance(node.func, ast.Attribute) and isinstance(owner, Receiver):
            if owner.definition is not None:
                cls = getattr(owner.definition.node, "name", "")
                yield _name_of(owner.definition), cls, node.func.attr
        elif isinstance(callee := module.value(node.func, scope), Definition):
            yield _name_of(callee), "", getattr(callee.node, "name", "")


def _name_of(definition: Definition) -> str:
    return str(getattr(definition.module, "name", ""))
