"""Scopes and bindings of a module, and where each name is used.

Python's own scoping is followed: class bodies are invisible to the functions in them, ``global`` and ``nonlocal``
are honoured, a comprehension is a scope.
"""

from __future__ import annotations

import ast
from typing import Literal

ScopeKind = Literal["module", "class", "function", "comprehension"]
BindingKind = Literal["import", "assign", "item", "class", "function", "parameter", "other"]


class Binding:
    """One place where a name gets a value.

    Attributes:
        name: the name bound.
        kind: how; ``item`` is the element of an iterable or of an unpacked value.
        node: the statement or expression that binds.
        value: the expression assigned, if there is one.
        path: for imports the dotted path that the name stands for (leading dots for relative ones).
        scope: the scope bound in.
        index: for an unpacked target its position.
    """

    __slots__ = ("index", "kind", "line", "name", "node", "path", "scope", "value")

    def __init__(
        self,
        name: str,
        kind: BindingKind,
        node: ast.AST,
        scope: Scope,
        value: ast.expr | None = None,
        path: str = "",
        index: int = -1,
    ) -> None:
        self.name = name
        self.kind = kind
        self.node = node
        self.scope = scope
        self.value = value
        self.path = path
        self.index = index
        self.line: int = getattr(node, "lineno", 0)


class Scope:
    """A namespace: what is bound in it and which scope encloses it."""

    __slots__ = ("attributes", "bindings", "kind", "node", "outer", "parent", "returns", "stars")

    def __init__(self, kind: ScopeKind, node: ast.AST, parent: Scope | None) -> None:
        self.kind = kind
        self.node = node
        self.parent = parent
        self.bindings: dict[str, list[Binding]] = {}
        self.outer: dict[str, str] = {}
        """Names declared ``global`` or ``nonlocal``."""
        self.attributes: list[tuple[ast.Attribute, ast.expr]] = []
        """``self.x = value`` and the like."""
        self.returns: list[ast.expr] = []
        self.stars: list[tuple[str, ast.ImportFrom]] = []
        """Paths of ``from … import *``."""

    def find(self, name: str) -> Scope | None:
        """The scope in which ``name``, used here, is bound; None for builtins, stars and undefined names."""
        scope: Scope | None = self
        first = True
        while scope is not None:
            if first or scope.kind != "class":
                declared = scope.outer.get(name)
                if declared == "global":
                    module = scope.module
                    return module if name in module.bindings else None
                if declared is None and name in scope.bindings:
                    return scope
            first = False
            scope = scope.parent
        return None

    @property
    def module(self) -> Scope:
        """The outermost scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    @property
    def owner(self) -> ast.ClassDef | None:
        """The class whose method this scope is (or is nested in)."""
        scope: Scope | None = self
        while scope is not None:
            if scope.kind == "class":
                assert isinstance(scope.node, ast.ClassDef)
                return scope.node
            scope = scope.parent
        return None


class Index:
    """Everything one walk collects about a module."""

    __slots__ = (
        "_by_name",
        "annotations",
        "attributes",
        "callee_of",
        "calls",
        "classes",
        "functions",
        "imports",
        "module",
        "names",
        "scope_of",
        "strings",
        "tree",
    )

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.module = Scope("module", tree, None)
        self.scope_of: dict[ast.AST, Scope] = {tree: self.module}
        """The scope that a module, class, function or comprehension opens."""
        self.names: dict[str, list[tuple[ast.expr, Scope]]] = {}
        """By root name: each outermost ``root.a.b`` (or ``root``) that is read."""
        self.attributes: dict[str, list[tuple[ast.Attribute, Scope]]] = {}
        """By attribute: each ``something.attribute``."""
        self.callee_of: dict[ast.expr, ast.Call] = {}
        self.calls: list[tuple[ast.Call, Scope]] = []
        self.classes: list[tuple[ast.ClassDef, Scope]] = []
        self.functions: list[tuple[ast.FunctionDef | ast.AsyncFunctionDef, Scope]] = []
        self.imports: list[tuple[ast.Import | ast.ImportFrom, Scope]] = []
        self.strings: list[tuple[ast.Constant, Scope]] = []
        """String literals that are no docstrings and no annotations."""
        self.annotations: list[tuple[ast.Constant, Scope]] = []
        """Annotations written as strings."""
        self._by_name: dict[str, list[tuple[ast.Call, Scope]]] | None = None

    def calls_of(self, name: str) -> list[tuple[ast.Call, Scope]]:
        """The calls of what has this last name: ``name()`` and ``owner.name()``."""
        if self._by_name is None:
            self._by_name = {}
            for call, scope in self.calls:
                last = getattr(call.func, "attr", getattr(call.func, "id", ""))
                self._by_name.setdefault(last, []).append((call, scope))
        return self._by_name.get(name, [])
