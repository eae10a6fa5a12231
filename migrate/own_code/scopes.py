"""Where expressions stand, the calls of a repository's functions, and which argument is for which parameter."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from migrate.own_code.modules import SourceModule
from migrate.own_code.repository import Repository


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands.

    Attributes:
        module: of the expression.
        line: of the expression; later assignments do not count.
        function: around it.
        owner: the class around that function.
        depth: how many expressions led here.
    """

    module: SourceModule
    line: int = 1 << 30
    function: ast.FunctionDef | None = None
    owner: ast.ClassDef | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class CallSite:
    """A call, and where it stands."""

    node: ast.Call
    scope: Scope

    def may_mean(self, file: Path, name: str, repository: Repository) -> bool:
        """Whether it calls what a file defines under a name; in doubt, as for methods, it does."""
        module, called = self.scope.module, self.node.func
        if module.path == file:
            return True
        head = called.value if isinstance(called, ast.Attribute) else called
        if not isinstance(head, ast.Name):
            return True
        found = module.imports.get(head.id)
        if found is None:
            return isinstance(called, ast.Attribute) or (
                head.id not in module.bindings and bool(module.stars)
            )
        inner = f"{found.module}.{found.name}".strip(".") if found.name else found.module
        targets = {repository.resolve(module.path, path, found.level) for path in (found.module, inner)}
        return file in targets or any(
            name in repository.module(target).imports for target in targets - {None} if target is not None
        )


def sites_of(modules: Sequence[SourceModule]) -> dict[str, list[CallSite]]:
    """Name of a function or class → its calls in modules."""
    found: dict[str, list[CallSite]] = {}
    for module in modules:
        for statement in module.statements:
            for node, function, owner in _calls(statement.node, None, None):
                name = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                scope = Scope(module, node.lineno, function, owner)
                found.setdefault(name, []).append(CallSite(node, scope))
    return found


def _calls(
    node: ast.AST, function: ast.FunctionDef | None, owner: ast.ClassDef | None
) -> Iterator[tuple[ast.Call, ast.FunctionDef | None, ast.ClassDef | None]]:
    if isinstance(node, ast.Call):
        yield node, function, owner
    inside = node if isinstance(node, ast.FunctionDef) else function
    within = node if isinstance(node, ast.ClassDef) else owner
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, inside, within)


def bound(names: Sequence[str], call: ast.Call) -> Mapping[str, ast.expr]:
    """Parameter → the argument that a call gives it; what stars hold is left out."""
    found: dict[str, ast.expr] = {}
    for name, node in zip(names, call.args, strict=False):
        if isinstance(node, ast.Starred):
            break
        found[name] = node
    return found | {k.arg: k.value for k in call.keywords if k.arg in names and k.arg is not None}


Assigned = tuple[ast.expr, int | None, int]
"""Value, place in the value for an unpacked tuple, and line of an assignment."""


def assignments(body: list[ast.stmt], name: str, before: int) -> Iterator[Assigned]:
    """Assignments to a name (``self.NAME`` for attributes) in statements, functions inside them left out."""
    todo: list[ast.AST] = list(reversed(body))
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(node, ast.Assign) and node.lineno < before:
            for target in node.targets:
                if ast.unparse(target) == name:
                    yield node.value, None, node.lineno
                elif isinstance(target, ast.Tuple):
                    yield from _unpacked(target, name, node)
        elif (
            isinstance(node, ast.AnnAssign)
            and node.value is not None
            and node.lineno < before
            and ast.unparse(node.target) == name
        ):
            yield node.value, None, node.lineno
        todo.extend(reversed(list(ast.iter_child_nodes(node))))


def _unpacked(target: ast.Tuple, name: str, node: ast.Assign) -> Iterator[Assigned]:
    for place, part in enumerate(target.elts):
        if ast.unparse(part) == name:
            value = node.value
            if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts):
                yield value.elts[place], None, node.lineno
            else:
                yield value, place, node.lineno


def parameters_of(function: ast.FunctionDef) -> list[ast.arg]:
    """Every parameter that has a name of its own; stars are none."""
    given = function.args
    return [*given.posonlyargs, *given.args, *given.kwonlyargs]


def default_of(function: ast.FunctionDef, name: str) -> ast.expr | None:
    """The default of a parameter; None where it has none."""
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    pairs = zip(positional[len(positional) - len(given.defaults) :], given.defaults, strict=True)
    found = {argument.arg: default for argument, default in pairs}
    found |= {a.arg: d for a, d in zip(given.kwonlyargs, given.kw_defaults, strict=True) if d is not None}
    return found.get(name)
