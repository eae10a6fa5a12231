"""Classes that a function is given and derives from: ``def make(parent): class Own(parent): …``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.names.scopes import Scope
from codemods.names.values import Definition, Names, Symbol


def handed_classes(module: Names, home: str, name: str, scope: Scope) -> Iterator[str]:
    """Canonical names of the classes that a parameter of a function of the module is given, in any file.

    Args:
        module: the file that defines the function.
        home: its dotted name.
        name: what may be a parameter.
        scope: where the name is used.
    """
    inner = scope.find(name)
    function = inner.node if inner is not None else None
    if not isinstance(function, ast.FunctionDef) or inner is None or inner.parent is not module.index.module:
        return
    if [binding.kind for binding in inner.bindings[name]] != ["parameter"]:
        return
    yield from classes_given(module, function, name)
    if module.repository is not None:
        yield from module.repository.classes_given(home, function, name)


def classes_given(module: Names, function: ast.FunctionDef, parameter: str) -> Iterator[str]:
    """The classes of packages that the calls in one file give a parameter of a function, whoever defines it."""
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    for call, place in module.index.calls_of(function.name):
        callee = module.value(call.func, place)
        if not isinstance(callee, Definition) or getattr(callee.node, "name", "") != function.name:
            continue
        given = next((keyword.value for keyword in call.keywords if keyword.arg == parameter), None)
        if given is None and parameter in names and names.index(parameter) < len(call.args):
            given = call.args[names.index(parameter)]
        value = module.value(given, place) if given is not None else None
        if isinstance(value, Symbol):
            yield value.name
