"""What an expression of a source is worth, told without running anything: literals and what is made of them.

Names are followed through assignments, attributes of ``self``, imports of the same repository, defaults of an
``ArgumentParser`` and of TensorFlow's flags. Whatever needs more than that is `UnknownValueError`.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from codemods.files.source import SourceError
from migrate.own_code.flags import defaults, parser_defaults
from migrate.own_code.modules import SourceModule
from migrate.own_code.repository import Repository
from migrate.own_code.scopes import Assigned, CallSite, Scope, assignments, bound, default_of, parameters_of

_MAX_DEPTH = 40
_MAX_TEXT = 10_000
_MAX_NUMBER = 1 << 40


class UnknownValueError(Exception):
    """An expression whose value only a run would tell; its arguments are the variables that it is of, where known."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Values that are read as attributes: a namespace of arguments, a configuration object."""

    values: Mapping[str, Any]


class Evaluator:
    """Values of expressions in the modules of one repository."""

    def __init__(
        self,
        repository: Repository,
        sites: Mapping[str, list[CallSite]],
        defined: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self._repository = repository
        self._sites = sites
        self.defined = defined
        """Values that the user gives by name, above whatever the sources say."""

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """The value of an expression.

        Raises:
            UnknownValueError: it cannot be told.
        """
        if scope.depth > _MAX_DEPTH:
            raise UnknownValueError
        inner = replace(scope, depth=scope.depth + 1)
        match node:
            case ast.Constant(value=value):
                return value
            case ast.List(elts=elements):
                return [self.value(e, inner) for e in elements]
            case ast.Tuple(elts=elements):
                return tuple(self.value(e, inner) for e in elements)
            case ast.Dict(keys=keys, values=values):
                return {self._key(k, inner): self.value(v, inner) for k, v in zip(keys, values, strict=True)}
            case ast.UnaryOp(op=op, operand=operand):
                return _unary(op, self.value(operand, inner))
            case ast.BinOp(left=left, op=op, right=right):
                return _binary(op, self.value(left, inner), self.value(right, inner))
            case ast.Subscript(value=base, slice=index):
                return _item(self.value(base, inner), self.value(index, inner))
            case ast.Attribute(value=base, attr=name):
                return self._attribute(base, name, inner)
            case ast.Name(id=name):
                return self._name(name, inner)
            case ast.Call():
                return self._call(node, inner)
        raise UnknownValueError

    def _key(self, node: ast.expr | None, scope: Scope) -> Any:
        if node is None:
            raise UnknownValueError
        key = self.value(node, scope)
        if not isinstance(key, str | int | float | bool | None):
            raise UnknownValueError
        return key

    def _name(self, name: str, scope: Scope) -> Any:
        if name in self.defined:
            return self.defined[name]
        if scope.function is not None:
            found = list(assignments(scope.function.body, name, scope.line))
            if found:
                return self._first(found, scope)
            default = default_of(scope.function, name)
            if default is not None:
                return self.value(default, replace(scope, function=None, line=1 << 30))
            names = [a.arg for a in parameters_of(scope.function)]
            if name in names:
                return self._passed(name, names, scope)
        return self._global(name, scope.module, scope)

    def _passed(self, name: str, names: list[str], scope: Scope) -> Any:
        """The value of a parameter: what the calls of its function pass, the first that can be told."""
        function = scope.function.name if scope.function is not None else ""
        for site in self._sites.get(function, []):
            node = bound(names[1:] if names[:1] == ["self"] else names, site.node).get(name)
            if node is not None and scope.depth < _MAX_DEPTH:
                try:
                    return self.value(node, replace(site.scope, depth=scope.depth + 1))
                except UnknownValueError:
                    continue
        raise UnknownValueError

    def _global(self, name: str, module: SourceModule, scope: Scope) -> Any:
        line = scope.line if scope.function is None and module is scope.module else 1 << 30
        at_top = Scope(module, line, depth=scope.depth + 1)
        body = [statement.node for statement in module.statements]
        found = list(assignments(body, name, line))
        if found:
            return self._first(found, at_top)
        imported = module.imports.get(name)
        wanted = [(imported, imported.name)] if imported is not None and imported.name is not None else []
        for source, there in wanted or [(star, name) for star in module.stars]:
            target = self._repository.resolve(module.path, source.module, source.level)
            if target is not None and at_top.depth < _MAX_DEPTH:
                try:
                    return self._global(there, self._module(target), at_top)
                except UnknownValueError:
                    continue
        raise UnknownValueError

    def _first(self, found: list[Assigned], scope: Scope) -> Any:
        """The value of the last assignment that can be told."""
        for node, place, line in reversed(found):
            try:
                value = self.value(node, replace(scope, line=line))
                return value if place is None else _item(value, place)
            except UnknownValueError:
                continue
        raise UnknownValueError

    def _module(self, path: Path) -> SourceModule:
        try:
            return self._repository.module(path)
        except (OSError, SourceError) as error:
            raise UnknownValueError from error

    def _attribute(self, base: ast.expr, name: str, scope: Scope) -> Any:
        if isinstance(base, ast.Name) and base.id == "self" and scope.owner is not None:
            return self._of_self(name, scope, scope.owner)
        if name == "FLAGS":
            return Settings(self._defaults(defaults(scope.module), scope))
        if isinstance(base, ast.Name) and (found := scope.module.imports.get(base.id)) is not None:
            path = f"{found.module}.{found.name}".strip(".") if found.name else found.module
            target = self._repository.resolve(scope.module.path, path, found.level)
            if target is not None:
                return self._global(name, self._module(target), scope)
        value = self.value(base, scope)
        if isinstance(value, Settings) and name in value.values:
            return value.values[name]
        raise UnknownValueError

    def _of_self(self, name: str, scope: Scope, owner: ast.ClassDef) -> Any:
        for method in owner.body:
            if isinstance(method, ast.FunctionDef):
                found = list(assignments(method.body, f"self.{name}", 1 << 30))
                if found:
                    try:
                        return self._first(found, replace(scope, function=method))
                    except UnknownValueError:
                        continue
        found = list(assignments(owner.body, name, 1 << 30))
        if not found:
            raise UnknownValueError
        return self._first(found, replace(scope, function=None))

    def _call(self, node: ast.Call, scope: Scope) -> Any:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("parse_args", "parse_known_args"):
            given = Settings(self._defaults(parser_defaults(scope.module, scope.function), scope))
            return given if name == "parse_args" else (given, [])
        if name in ("Namespace", "SimpleNamespace", "dict") and not node.args:
            values = {k.arg: self.value(k.value, scope) for k in node.keywords if k.arg}
            if len(values) != len(node.keywords):
                raise UnknownValueError
            return values if name == "dict" else Settings(values)
        if isinstance(node.func, ast.Attribute) and name == "copy" and not node.args:
            return self.value(node.func.value, scope)
        if name in _FUNCTIONS and len(node.args) == 1 and not node.keywords:
            return _applied(name, self.value(node.args[0], scope))
        if isinstance(node.func, ast.Name):
            return self._returned(node.func.id, scope)
        raise UnknownValueError

    def _returned(self, name: str, scope: Scope) -> Any:
        """What a function of the same module returns when it is called; of ``parse_args()`` of one's own."""
        for statement in scope.module.bindings.get(name, []):
            function = statement.node
            if isinstance(function, ast.FunctionDef):
                returns = [n for n in ast.walk(function) if isinstance(n, ast.Return) and n.value is not None]
                if len(returns) == 1 and returns[0].value is not None:
                    inside = Scope(scope.module, returns[0].lineno, function, depth=scope.depth + 1)
                    return self.value(returns[0].value, inside)
        raise UnknownValueError

    def _defaults(self, found: Mapping[str, ast.expr | None], scope: Scope) -> dict[str, Any]:
        values = {}
        for name, node in found.items():
            try:
                values[name] = None if node is None else self.value(node, scope)
            except UnknownValueError:
                continue
        return values


_OPERATIONS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "len": len,
    "list": list,
    "tuple": tuple,
    "abs": abs,
    "max": max,
    "min": min,
    "sum": sum,
    "eval": ast.literal_eval,
    "literal_eval": ast.literal_eval,
}


def _applied(name: str, value: Any) -> Any:
    if isinstance(value, Settings) or (isinstance(value, str) and len(value) > _MAX_TEXT):
        raise UnknownValueError
    try:
        return _FUNCTIONS[name](value)
    except (TypeError, ValueError, SyntaxError, OverflowError, MemoryError, RecursionError) as error:
        raise UnknownValueError from error


def _binary(op: ast.operator, left: Any, right: Any) -> Any:
    numbers = all(isinstance(v, int | float) and abs(v) < _MAX_NUMBER for v in (left, right))
    joined = isinstance(op, ast.Add) and isinstance(left, str | list | tuple) and type(left) is type(right)
    if not (numbers or joined) or type(op) not in _OPERATIONS:
        raise UnknownValueError
    try:
        return _OPERATIONS[type(op)](left, right)
    except ArithmeticError as error:
        raise UnknownValueError from error


def _unary(op: ast.unaryop, value: Any) -> Any:
    if isinstance(op, ast.USub) and isinstance(value, int | float):
        return -value
    if isinstance(op, ast.Not):
        return not value
    raise UnknownValueError


def _item(value: Any, index: Any) -> Any:
    try:
        return value[index]
    except (TypeError, LookupError) as error:
        raise UnknownValueError from error
