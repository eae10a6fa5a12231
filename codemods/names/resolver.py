"""Resolve expressions of one file: names through imports, scopes and assignments; objects by evidence."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.ecosystem import heads
from codemods.names.canonical import PACKAGES, canonical
from codemods.names.factories import handed_classes
from codemods.names.flow import last_of
from codemods.names.indexing import index_module
from codemods.names.injected import handed_over, injected
from codemods.names.objects import annotated, element_of, item_of, member_of, parameter_value, result_of
from codemods.names.scopes import Binding, Index, Scope
from codemods.names.trees import walk
from codemods.names.values import (
    TENSOR,
    Definition,
    Elements,
    Following,
    Part,
    Receiver,
    Symbol,
    Value,
    agree,
    either,
)

if TYPE_CHECKING:
    from codemods.names.values import Lookup

_BUILTINS = frozenset(dir(builtins))
_DEPTH = 24
"""How many steps a value is followed before it counts as unknown."""
_STEPS = 1_000
"""How many expressions one question may look at: names that are put together of each other branch without end."""


class Module:
    """A parsed file that can say what its expressions stand for.

    Args:
        tree: the syntax tree.
        name: dotted module name inside the repository, empty for a lone script.
        package: the package that relative imports start from.
        repository: the other files; None for a snippet.
    """

    def __init__(
        self, tree: ast.Module, name: str = "", package: str = "", repository: Lookup | None = None
    ) -> None:
        self.tree = tree
        self.name = name
        self.package = package
        self.repository = repository
        self.index: Index = index_module(tree)
        self._values: dict[ast.expr, Value | None] = {}
        self._symbols: dict[tuple[str, bool], Symbol] = {}
        self.busy: set[object] = set()
        self._steps = 0
        self.used_as: dict[tuple[Scope, str], set[str]] | None = None
        self.stores: dict[ast.ClassDef, dict[str, list[tuple[ast.expr, Scope]]]] = {}
        self.interesting: frozenset[str] | None = None
        """Names that may lead to a symbol; see `codemods.names.interest`."""
        self._scopes: dict[ast.expr, Scope] | None = None

    def close(self) -> None:
        """Break the reference cycles, so that a file that was dealt with leaves memory at once."""
        for scope in self.index.scope_of.values():
            scope.bindings.clear()
            scope.attributes.clear()
            scope.parent = None
        self.index.scope_of.clear()
        self.stores.clear()
        self.used_as = self._scopes = None
        self.forget()

    def forget(self) -> None:
        """Let go of what other files told."""
        self._values.clear()

    # Names

    def path_of(self, path: str) -> str:
        """An import path made absolute."""
        if not path.startswith("."):
            return path
        level = len(path) - len(path.lstrip("."))
        parts = self.package.split(".") if self.package else []
        parts = parts[: len(parts) - (level - 1)] if level > 1 else parts
        return ".".join(part for part in (*parts, path[level:]) if part)

    def imported(self, path: str, direct: bool = True) -> Value | None:
        """What an import path stands for: a symbol of a known package, or something of the repository."""
        known = self._symbols.get((path, direct))
        if known is not None:
            return known
        absolute = self.path_of(path)
        head = absolute.partition(".")[0]
        if head in PACKAGES and not path.startswith(".") and not self.is_own(head):
            name = canonical(absolute)
            self._symbols[path, direct] = Symbol(name.name, name.origin, direct)
            return self._symbols[path, direct]
        if self.repository is not None:
            found = self.repository.lookup(absolute)
            if found is None and self.repository.has(absolute):
                return Part(absolute, self.repository)
            return found
        return None

    def is_own(self, head: str) -> bool:
        """Whether a package of the ecosystem is this repository: its imports of itself are its own names."""
        return head in heads() and self.repository is not None and self.repository.is_own(head)

    def value(self, node: ast.expr, scope: Scope) -> Value | None:
        """What an expression stands for, or None when that is unknown."""
        if node in self._values:
            return self._values[node]
        if not self.busy:
            self._steps = 0
        self._steps += 1
        if node in self.busy or len(self.busy) > _DEPTH or self._steps > _STEPS:
            Following.cut += 1
            return None
        self.busy.add(node)
        before = Following.cut
        try:
            found = self._value(node, scope)
        finally:
            self.busy.discard(node)
        if found is not None or not self.busy or before == Following.cut:
            self._values[node] = found
        return found

    def _value(self, node: ast.expr, scope: Scope) -> Value | None:
        match node:
            case ast.Name():
                return self._name(node.id, scope, node.lineno)
            case ast.Attribute():
                return self._attribute(node, scope)
            case ast.Call():
                return result_of(self, node, scope)
            case ast.Tuple() | ast.List():
                return Elements(tuple(node.elts), self, scope)
            case ast.NamedExpr():
                return self.value(node.value, scope)
            case ast.IfExp():
                return agree(self.value(part, scope) for part in (node.body, node.orelse))
            case ast.Subscript():
                return element_of(self, node, scope)
            case ast.BinOp():
                sides = (self.value(node.left, scope), self.value(node.right, scope))
                return next((s for s in sides if isinstance(s, Receiver) and s.cls == TENSOR), None)
            case ast.UnaryOp():
                inner = self.value(node.operand, scope)
                return inner if isinstance(inner, Receiver) and inner.cls == TENSOR else None
            case ast.Await() | ast.Starred():
                return self.value(node.value, scope)
            case _:
                return None

    def _name(self, name: str, scope: Scope, line: int) -> Value | None:
        home = scope.find(name)
        if home is None:
            return self._star(name, scope)
        bindings = home.bindings[name]
        if len(bindings) > 1 and any(found.kind == "import" or handed_over(found) for found in bindings):
            # ``try: import tensorflow as tf`` with ``except ImportError: tf = None``
            bindings = [found for found in bindings if not _nothing(found)]
        if len(bindings) == 1:
            return self.bound_value(bindings[0])
        here = home is scope or (scope.kind == "comprehension" and scope.parent is home)
        if here and (home.kind == "function" or not all(found.kind == "import" for found in bindings)):
            latest = last_of(bindings, line)
            if latest[0].kind != "import":
                if len(latest) == 1:
                    return self.bound_value(latest[0])
                given = [found for found in latest if not _nothing(found)] or latest
                return either(self.bound_value(found) for found in given)
        return agree(self.bound_value(found) for found in bindings)

    def _star(self, name: str, scope: Scope) -> Value | None:
        """A name that only ``from … import *`` can have brought."""
        stars = scope.module.stars
        if not stars or (name in _BUILTINS):
            return None
        for path, _ in reversed(stars):
            absolute = self.path_of(path)
            if absolute.partition(".")[0] in PACKAGES and not path.startswith("."):
                from codemods.catalogue import load

                known = canonical(f"{absolute}.{name}")
                if known.name.startswith("keras.") and load().symbol(known.name) is not None:
                    return Symbol(known.name, known.origin)
            elif self.repository is not None:
                found = self.repository.lookup(f"{absolute}.{name}")
                if found is not None:
                    return found
        return None

    def bound_value(self, binding: Binding) -> Value | None:
        """What one binding gives its name."""
        if binding in self.busy or len(self.busy) > _DEPTH:
            Following.cut += 1
            return None
        self.busy.add(binding)
        try:
            return self._bound(binding)
        finally:
            self.busy.discard(binding)

    def _bound(self, binding: Binding) -> Value | None:
        node = binding.node
        if binding.kind == "import":
            return self.imported(binding.path)
        if binding.kind == "assign":
            if isinstance(node, ast.AnnAssign):
                said = annotated(self, node.annotation, binding.scope)
                if said is not None or node.value is None:
                    return said
            assert binding.value is not None
            given = self._injected(binding) if handed_over(binding) else None
            return given or self.value(binding.value, binding.scope)
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            return Definition(self, node)
        if binding.kind == "parameter":
            return parameter_value(self, binding)
        if binding.kind == "item" and binding.value is not None:
            given = self._injected(binding) if handed_over(binding) else None
            return given or item_of(self, binding)
        return None

    def _injected(self, binding: Binding) -> Symbol | None:
        return injected(self, binding, binding.scope.find(binding.name) or binding.scope)

    def scope_at(self, node: ast.expr) -> Scope:
        """The scope an expression stands in, found by a name in it; without a name no scope matters."""
        if self._scopes is None:
            self._scopes = {}
            for uses in self.index.names.values():
                for reference, scope in uses:  # the outermost attribute of a chain stands for all of it
                    current: ast.expr = reference
                    self._scopes[current] = scope
                    while isinstance(current, ast.Attribute):
                        current = current.value
                        self._scopes[current] = scope
        known = self._scopes
        if node in known:
            return known[node]
        return next((known[inner] for inner in walk(node) if inner in known), self.index.module)

    # Objects

    def bases(self, node: ast.ClassDef) -> tuple[str, ...]:
        """Canonical names of everything a class derives from that is not of the repository."""
        return tuple(dict.fromkeys(self.base_names(node)))

    def base_names(self, node: ast.ClassDef) -> Iterator[str]:
        """`bases`, with repetitions."""
        if node in self.busy:
            Following.cut += 1
            return
        self.busy.add(node)
        try:
            scope = self.index.scope_of[node].parent or self.index.module
            for base in node.bases:
                value = self.value(base, scope)
                if isinstance(value, Symbol):
                    yield value.name
                elif isinstance(value, Definition) and isinstance(value.node, ast.ClassDef):
                    yield from value.module.base_names(value.node)
                elif value is None and isinstance(base, ast.Name):
                    yield from handed_classes(self, self.name, base.id, scope)
        finally:
            self.busy.discard(node)

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Value | None:
        owner = self.value(node.value, scope)
        if isinstance(owner, Symbol):
            if owner.name.startswith(("keras.", "tf.")) or "." not in owner.name:
                return self._below(owner, node.attr)
            return Symbol(f"{owner.name}.{node.attr}", owner.origin, owner.direct)
        if isinstance(owner, Receiver):
            return member_of(self, owner, node)
        if isinstance(owner, Part):
            return self.imported(f"{owner.dotted}.{node.attr}", direct=False)
        return None

    def _below(self, owner: Symbol, attribute: str) -> Symbol:
        raw = {"tf": "tensorflow"}.get(owner.name, owner.name)
        if owner.name == "tf" or owner.name.startswith("tf."):
            raw = "tensorflow" + owner.name[2:]
        known = canonical(f"{raw}.{attribute}")
        origin = (
            owner.origin if known.name.partition(".")[0] == owner.name.partition(".")[0] else known.origin
        )
        return Symbol(known.name, origin, owner.direct)


def _nothing(binding: Binding) -> bool:
    return isinstance(binding.value, ast.Constant) and binding.value.value is None
