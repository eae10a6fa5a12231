"""Which builder's model a repository loads a file into: ``net = predict_model(); net.load_weights("net.h5")``."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from migrate.own_code.scopes import CallSite, assignments
from migrate.own_code.values import Evaluator, UnknownValueError


def loaded_into(name: str, sites: Mapping[str, Sequence[CallSite]], evaluator: Evaluator) -> frozenset[str]:
    """Functions and classes whose results load the weights of a file.

    Args:
        name: of the file; folders before it say nothing, because checkouts are moved.
        sites: calls of the sources.
        evaluator: of their arguments.
    """
    found: set[str] = set()
    for site in sites.get("load_weights", ()):
        function = site.node.func
        if not isinstance(function, ast.Attribute) or not site.node.args:
            continue
        try:
            value = evaluator.value(site.node.args[0], site.scope)
        except UnknownValueError:
            continue
        if isinstance(value, str) and PurePosixPath(value.replace("\\", "/")).name == name:
            found |= _made_by(function.value, site)
    return frozenset(found)


def _made_by(receiver: ast.expr, site: CallSite) -> set[str]:
    """What makes the object that a method is called on, by name."""
    if isinstance(receiver, ast.Call):
        return {_called(receiver)}
    inside = site.scope.function
    body = inside.body if inside is not None else [s.node for s in site.scope.module.statements]
    made = list(assignments(body, ast.unparse(receiver), site.scope.line))
    return {_called(node) for node, _, _ in made[-1:] if isinstance(node, ast.Call)}


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
