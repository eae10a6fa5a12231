"""What a rule can query about the file that it examines."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from packaging.version import Version

from codemods.files.source import Source
from codemods.names.canonical import canonical
from codemods.names.islands import Hold
from codemods.names.regions import Regions
from codemods.names.resolver import Module
from codemods.names.scopes import Scope
from codemods.names.trees import parents_of, walk
from codemods.names.uses import exported, imported_path
from codemods.names.values import TENSOR, Receiver, Symbol, Value, ancestry
from codemods.target import Backend, Target


class Arguments:
    """The arguments of a call, by name.

    Args:
        call: the call.
        parameters: names of the positional parameters, in order, as far as relevant.
    """

    __slots__ = ("_parameters", "call", "keywords", "opaque", "positional", "star")

    def __init__(self, call: ast.Call, parameters: tuple[str, ...] = ()) -> None:
        self.call = call
        self.star = any(isinstance(argument, ast.Starred) for argument in call.args)
        """Whether there is an ``*args``: then positions mean nothing."""
        self.opaque = self.star or any(keyword.arg is None for keyword in call.keywords)
        """Whether there is an ``*args`` or ``**kwargs`` that may hide anything."""
        self.positional: tuple[ast.expr, ...] = tuple(call.args)
        self.keywords: dict[str, ast.keyword] = {k.arg: k for k in call.keywords if k.arg is not None}
        self._parameters = parameters

    def get(self, name: str) -> ast.expr | None:
        """The value given for a parameter, by keyword or by position."""
        keyword = self.keywords.get(name)
        if keyword is not None:
            return keyword.value
        index = self.index(name)
        return None if index is None else self.positional[index]

    def index(self, name: str) -> int | None:
        """The position at which a parameter was given, None if it was not given by position."""
        if self.star or name not in self._parameters:
            return None
        index = self._parameters.index(name)
        return index if index < len(self.positional) else None

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None


class Context:
    """One file, one target: names, objects and surroundings of its nodes."""

    def __init__(
        self,
        source: Source,
        module: Module,
        target: Target,
        version: Version,
        hold: Hold | None = None,
        *,
        unmoved: bool = False,
        backend: Backend = Backend.TENSORFLOW,
    ) -> None:
        self.source_file = source
        self.hold = hold
        """Why the file stays on Keras 2; None if it may move."""
        self.unmoved = unmoved
        """Whether it is not changed at all, instead of importing ``tf_keras``."""
        self.module = module
        self.target = target
        self.version = version
        self.backend = backend
        self._scopes: dict[ast.AST, Scope] = {}
        self._parents: dict[ast.AST, ast.AST] = {}
        self._complete = False
        """Whether the parents of all nodes are known."""
        self.guarding: dict[ast.expr, bool] = {}
        """By test: whether it asks for a version; see `codemods.guards`."""
        self.guarded: dict[ast.AST, bool] = {}
        """By place: whether it stands in a branch for some versions."""
        self._assigned: dict[ast.ClassDef, dict[str, list[ast.Call]]] = {}
        self._regions: Regions | None = None
        self._modern: bool | None = None
        self._exported: frozenset[str] | None = None

    @property
    def path(self) -> Path:
        """The file."""
        return self.source_file.path

    @property
    def modern(self) -> bool:
        """Whether the file was evidently written for Keras 3 (it uses names that only Keras 3 has)."""
        if self._modern is None:
            self._modern = any(self._names_modern())
        return self._modern

    @property
    def stays(self) -> bool:
        """Whether the file chose to stay on Keras 2: it imports ``tf_keras`` and no other Keras."""
        heads = set()
        for statement, _ in self.module.index.imports:
            module = getattr(statement, "module", None)
            paths = [module] if module and not getattr(statement, "level", 0) else []
            if isinstance(statement, ast.Import):
                paths = [alias.name for alias in statement.names]
            heads |= {canonical(path).name.partition(".")[0] for path in paths}
            if module == "tensorflow" and any(alias.name == "keras" for alias in statement.names):
                heads.add("keras")
        return "tf_keras" in heads and "keras" not in heads

    def _names_modern(self) -> Iterator[bool]:
        for statement, _ in self.module.index.imports:
            for alias in statement.names:
                yield imported_path(statement, alias).startswith(_MODERN_PATHS)
        for nodes in (self.module.index.attributes.get(name, ()) for name in _MODERN_MODULES):
            for node, scope in nodes:
                value = self.module.value(node, scope)
                yield isinstance(value, Symbol) and value.origin == "keras" and value.name in _MODERN_NAMES

    def at_least(self, version: str) -> bool:
        """Whether the target is Keras ``version`` or later."""
        return self.version >= _version(version)

    @cached_property
    def quote(self) -> str:
        """The quotation mark of most string literals in the file; empty if none has the majority."""
        text = self.source_file.text
        marks = Counter(text[self.source_file.span(node)[1] - 1] for node, _ in self.module.index.strings)
        single, double = marks["'"], marks['"']
        return "" if single == double else "'" if single > double else '"'

    # Names and objects

    def exported(self, name: str, *, by_star: bool = True) -> bool:
        """Whether other files use a name of this one: it is in ``__all__`` or imported from here."""
        if self._exported is None:
            repository = self.module.repository
            wanted = repository.wanted(self.path.stem) if repository is not None else frozenset[str]()
            self._exported = wanted | exported(self.module.tree)
        return name in self._exported or (by_star and "*" in self._exported)

    def remember(self, node: ast.AST, scope: Scope) -> None:
        """Set the scope of a node that is about to be passed to a rule."""
        self._scopes[node] = scope

    def scope(self, node: ast.AST) -> Scope:
        """The scope of a node."""
        known = self._scopes.get(node)
        if known is not None:
            return known
        if isinstance(node, ast.expr):
            return self.module.scope_at(node)
        function = node if node in self.module.index.scope_of else self._opening(node)
        return self.module.index.scope_of.get(function, self.module.index.module)

    def _opening(self, node: ast.AST) -> ast.AST:
        current = self.parent(node)
        while current is not None and current not in self.module.index.scope_of:
            current = self.parent(current)
        return current or self.module.tree

    def value(self, node: ast.expr) -> Value | None:
        """Everything known about an expression."""
        return self.module.value(node, self.scope(node))

    def name(self, node: ast.AST) -> str | None:
        """The canonical name an expression refers to, None if it refers to no symbol of a package."""
        if not isinstance(node, ast.expr):
            return None
        value = self.value(node)
        return value.name if isinstance(value, Symbol) else None

    def direct(self, node: ast.expr) -> bool:
        """Whether an expression refers to a symbol through an import of this very file."""
        value = self.value(node)
        return isinstance(value, Symbol) and value.direct

    def origin(self, node: ast.expr) -> str:
        """The package a reference was written with: ``tf.keras``, ``keras``, ``tensorflow``, …"""
        value = self.value(node)
        return value.origin if isinstance(value, Symbol) else ""

    def receiver(self, node: ast.expr) -> Receiver | None:
        """The object that is the value of an expression, with the evidence for it."""
        value = self.value(node)
        return value if isinstance(value, Receiver) else None

    @staticmethod
    def isa(receiver: Receiver | None, cls: str) -> bool:
        """Whether an object is of a class or of one that derives from it."""
        return receiver is not None and cls in receiver.classes

    def symbolic(self, node: ast.expr) -> bool:
        """Whether an expression is a symbolic tensor of a functional model."""
        receiver = self.receiver(node)
        return receiver is not None and receiver.cls == TENSOR

    def bases(self, node: ast.ClassDef) -> tuple[str, ...]:
        """All known classes that a class derives from, nearest first, through classes of the repository."""
        direct = self.module.bases(node)
        return tuple(dict.fromkeys(name for base in direct for name in (ancestry(base) or (base,))))

    # Calls and literals

    @staticmethod
    def arguments(call: ast.Call, *parameters: str) -> Arguments:
        """The arguments of a call, positional ones by the names given."""
        return Arguments(call, parameters)

    @staticmethod
    def literal(node: ast.AST | None, default: Any = None) -> Any:
        """The value of a literal expression, ``default`` if it is not one."""
        if node is None:
            return default
        try:
            return ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            return default

    def source(self, node: ast.AST) -> str:
        """The text of a node."""
        return self.source_file.segment(node)

    # Surroundings

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The parent of a node."""
        if node not in self._parents and node is not self.module.tree:
            self._find_parents(node)
        return self._parents.get(node)

    def _find_parents(self, node: ast.AST) -> None:
        """Learn the parents in the top-level statement that a node stands in; those of all nodes where that is not told
        by its line (inside an f-string, or where it has none)."""
        body = self.module.tree.body
        at = bisect_right(self._starts, getattr(node, "lineno", 0)) - 1
        if at >= 0 and body[at] not in self._parents:
            self._parents.update(parents_of(body[at]))
            self._parents[body[at]] = self.module.tree
        if node not in self._parents and not self._complete:
            self._complete = True
            self._parents.update(parents_of(self.module.tree))

    @cached_property
    def _starts(self) -> list[int]:
        """The first line of each top-level statement, decorators included."""
        return [
            min(
                [
                    statement.lineno,
                    *(decorator.lineno for decorator in getattr(statement, "decorator_list", ())),
                ]
            )
            for statement in self.module.tree.body
        ]

    def parents(self, node: ast.AST) -> Iterator[ast.AST]:
        """The ancestors of a node, innermost first."""
        current = self.parent(node)
        while current is not None:
            yield current
            current = self.parent(current)

    def statement(self, node: ast.AST) -> ast.stmt | None:
        """The statement a node is part of."""
        current: ast.AST | None = node
        while current is not None and not isinstance(current, ast.stmt):
            current = self.parent(current)
        return current

    def block(self, statement: ast.stmt) -> list[ast.stmt]:
        """The statements that a statement stands among."""
        outer = self.parent(statement)
        blocks: list[list[ast.stmt]] = [getattr(outer, name, []) for name in ("body", "orelse", "finalbody")]
        return next(block for block in blocks if statement in block)

    def function(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The function whose body a node is in."""
        for outer in self.parents(node):
            if isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef)):
                return outer
        return None

    def class_of(self, node: ast.AST) -> ast.ClassDef | None:
        """The class whose body a node is in."""
        for outer in self.parents(node):
            if isinstance(outer, ast.ClassDef):
                return outer
        return None

    def assigned(self, cls: ast.ClassDef, attribute: str) -> list[ast.Call]:
        """The calls whose results are assigned to an attribute with this name in a class."""
        if cls not in self._assigned:
            found = self._assigned[cls] = {}
            for node in walk(cls):
                if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                    for target in node.targets:
                        if isinstance(target, ast.Attribute):
                            found.setdefault(target.attr, []).append(node.value)
        return self._assigned[cls].get(attribute, [])

    @staticmethod
    def uses(function: ast.AST, name: str) -> list[ast.Name]:
        """Every mention of a name below a node."""
        return [n for n in walk(function) if isinstance(n, ast.Name) and n.id == name]

    def callee(self, node: ast.expr) -> ast.Call | None:
        """The call that calls an expression, None if it is not called."""
        return self.module.index.callee_of.get(node)

    def keras_region(self, node: ast.expr) -> str:
        """Why a place is Keras code (``call`` of a layer, a loss, a functional graph); empty if it is not."""
        if self._regions is None:
            self._regions = Regions(self.module)
        return self._regions.reason(node, self.scope(node))


@lru_cache(maxsize=64)
def _version(text: str) -> Version:
    return Version(text)


_MODERN_MODULES = (
    "ops",
    "random",
    "tree",
    "distribution",
    "quantizers",
    "dtype_policies",
    "config",
    "Variable",
)
_MODERN_NAMES = frozenset(
    f"keras.{name}" for name in (*_MODERN_MODULES, "KerasTensor", "Operation", "Function")
)
_MODERN_PATHS = (
    *(f"keras.{name}" for name in _MODERN_MODULES),
    "keras.src",
    "keras.KerasTensor",
    "keras._tf_keras",
)
