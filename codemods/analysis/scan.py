"""The second gear: run every rule over a parsed file.

Rules are not called for each node. Their registrations are turned into tables by name, and the tables are asked
for the names that a file really uses.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from codemods.context import Context
from codemods.names.canonical import PACKAGES, canonical
from codemods.names.interest import interesting_names
from codemods.names.scopes import Scope
from codemods.names.trees import walk
from codemods.names.values import Symbol, ancestry
from codemods.rules._evidence import trust
from codemods.rules.api import Backend, Hook, Match, SourceRule, Target, hooks
from migrate.findings import Fix


class Dispatcher:
    """Registrations by what they want to see, for one destination."""

    def __init__(
        self, registered: Iterable[Hook], target: Target, version: Version, backend: Backend
    ) -> None:
        self.calls: dict[str, list[Hook]] = {}
        self.references: dict[str, list[Hook]] = {}
        self.prefixes: dict[str, list[Hook]] = {}
        self.packages: dict[str, list[Hook]] = {}
        self.methods: dict[str, list[Hook]] = {}
        self.attributes: dict[str, list[Hook]] = {}
        self.bases: dict[str, list[Hook]] = {}
        self.strings: list[Hook] = []
        self.modules: list[Hook] = []
        self.nodes: dict[type[ast.AST], list[Hook]] = {}
        self.rules = frozenset(
            rule.code
            for visit in registered
            for rule in visit.rules
            if applies(rule, target, version, backend)
        )
        for visit in registered:
            if not any(rule.code in self.rules for rule in visit.rules):
                continue
            for table, keys in (
                (self.calls, visit.calls),
                (self.references, visit.references),
                (self.prefixes, visit.prefixes),
                (self.packages, visit.packages),
                (self.methods, visit.methods),
                (self.attributes, visit.attributes),
                (self.bases, visit.bases),
            ):
                for key in keys:
                    table.setdefault(key, []).append(visit)
            for kind in visit.nodes:
                self.nodes.setdefault(kind, []).append(visit)
            if visit.strings:
                self.strings.append(visit)
            if visit.module:
                self.modules.append(visit)
        self.watched = frozenset(self.methods) | frozenset(self.attributes)


def applies(
    rule: SourceRule, target: Target, version: Version, backend: Backend = Backend.TENSORFLOW
) -> bool:
    """Whether a rule has anything to say for a destination."""
    return (
        target in rule.targets
        and backend in rule.backends
        and (not rule.destination or version in _specifier(rule.destination))
    )


@lru_cache(maxsize=64)
def _specifier(text: str) -> SpecifierSet:
    return SpecifierSet(text, prereleases=True)


@lru_cache(maxsize=8)
def dispatcher(target: Target, version: Version, backend: Backend = Backend.TENSORFLOW) -> Dispatcher:
    """The tables for a destination, built once a process."""
    return Dispatcher(hooks(), target, version, backend)


def scan(context: Context) -> Iterator[Match]:
    """Everything the rules see in a file, in no particular order."""
    tables = dispatcher(context.target, context.version, context.backend)
    index = context.module.index
    interesting = interesting_names(context.module)
    generates = "yield" in context.source_file.text
    if (
        not (interesting or generates)
        and tables.watched.isdisjoint(index.attributes)
        and not _derives(context)
    ):
        return
    for visit, place in _places(tables, context, interesting):
        for found in visit.check(place, context):
            if found.rule.code in tables.rules and not (found.rule.ambiguous and context.modern):
                yield found


def _derives(context: Context) -> bool:
    """Whether a class of a file that names no package derives from what other files give to its functions."""
    return any(context.module.bases(statement) for statement, _ in context.module.index.classes)


def _places(
    tables: Dispatcher, context: Context, interesting: frozenset[str]
) -> Iterator[tuple[Hook, ast.AST]]:
    index = context.module.index
    for visit in tables.modules:
        yield visit, index.tree
    yield from _aliases(tables, context)
    for root in sorted(interesting):
        for node, scope in index.names.get(root, ()):
            yield from _reference(tables, context, node, scope)
    for attribute in sorted(tables.watched & index.attributes.keys()):
        for member, scope in index.attributes[attribute]:
            yield from _attribute(tables, context, member, scope)
    for statement, scope in index.classes:
        names = [n for base in context.module.bases(statement) for n in (ancestry(base) or (base,))]
        context.remember(statement, scope)
        seen: set[Hook] = set()
        for name in names:
            for visit in tables.bases.get(name, ()):
                if visit not in seen:
                    seen.add(visit)
                    yield visit, statement
    if tables.strings:
        for literal, scope in index.strings:
            context.remember(literal, scope)
            for visit in tables.strings:
                yield visit, literal
    for imported, scope in index.imports:
        for visit in tables.nodes.get(type(imported), ()):
            context.remember(imported, scope)
            yield visit, imported
    rest = tables.nodes.keys() - {ast.Import, ast.ImportFrom}
    if rest and (ast.Yield not in rest or len(rest) > 1 or "yield" in context.source_file.text):
        for inner in walk(index.tree):
            for visit in tables.nodes.get(type(inner), ()) if type(inner) in rest else ():
                yield visit, inner


def _reference(
    tables: Dispatcher, context: Context, node: ast.expr, scope: Scope
) -> Iterator[tuple[Hook, ast.AST]]:
    current: ast.expr = node
    while True:  # from the outermost attribute inwards
        value = context.module.value(current, scope)
        if isinstance(value, Symbol):
            context.remember(current, scope)
            name = value.name
            if current is node:
                for visit in tables.packages.get(name.partition(".")[0], ()):
                    yield visit, current
            for visit in tables.references.get(name, ()):
                yield visit, current
            module, _, _ = name.rpartition(".")
            for visit in tables.prefixes.get(module + ".", ()):
                yield visit, current
            if name in tables.calls:
                call = context.module.index.callee_of.get(current)
                if call is not None:
                    context.remember(call, scope)
                    for visit in tables.calls[name]:
                        yield visit, call
        if not isinstance(current, ast.Attribute):
            return
        current = current.value


def _attribute(
    tables: Dispatcher, context: Context, node: ast.Attribute, scope: Scope
) -> Iterator[tuple[Hook, ast.AST]]:
    if isinstance(context.module.value(node.value, scope), Symbol):
        return
    context.remember(node, scope)
    for visit in tables.attributes.get(node.attr, ()):
        if _may_be(context, node.value, visit):
            yield visit, node
    if node.attr in tables.methods:
        call = context.module.index.callee_of.get(node)
        if call is not None:
            context.remember(call, scope)
            for visit in tables.methods[node.attr]:
                if _may_be(context, node.value, visit):
                    yield visit, call


def _may_be(context: Context, holder: ast.expr, visit: Hook) -> bool:
    """Whether an object is, or may be, of a class that a hook is about: nothing shows that it is another."""
    return not visit.of or trust(context, holder, *visit.of, unknown=Fix.UNSAFE) is not None


def _aliases(tables: Dispatcher, context: Context) -> Iterator[tuple[Hook, ast.AST]]:
    for statement, scope in context.module.index.imports:
        module = getattr(statement, "module", "") or ""
        if getattr(statement, "level", 0):
            continue
        for alias in statement.names:
            path = f"{module}.{alias.name}" if isinstance(statement, ast.ImportFrom) else alias.name
            head = path.partition(".")[0]
            if head not in PACKAGES or context.module.is_own(head):
                continue
            name = canonical(path).name
            context.remember(alias, scope)
            for visit in tables.packages.get(name.partition(".")[0], ()):
                yield visit, alias
            for visit in tables.references.get(name, ()):
                yield visit, alias
            for visit in tables.prefixes.get(name.rpartition(".")[0] + ".", ()):
                yield visit, alias
