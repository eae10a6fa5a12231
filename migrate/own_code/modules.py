"""One file as its top-level statements: what each binds, and which names of the module it needs."""

from __future__ import annotations

import ast
import builtins
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from codemods.files.source import Source, SourceError, parse
from migrate.own_code.files import SourceIndex, code_of, files_below
from migrate.own_code.python2 import as_python3, divides_as_python2, is_python2, with_old_division

_BUILTIN = frozenset(dir(builtins)) | {"__file__", "__name__", "__doc__"}
_CONTINUES = re.compile(r"(else|elif|except|finally)\b|[)\]}]")


@dataclass(frozen=True, slots=True)
class Statement:
    """One top-level statement.

    Attributes:
        node: its syntax.
        text: as written, decorators included.
        line: where it begins, from 1.
        binds: names that it gives the module.
        needs: names of the module (or built into Python) that it reads, now or when it is called.
    """

    node: ast.stmt
    text: str
    line: int
    binds: frozenset[str]
    needs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Import:
    """A name that an import statement binds: ``name`` of ``module``, or the module itself."""

    module: str
    level: int
    name: str | None
    alias: str
    statement: Statement


@dataclass
class SourceModule:
    """A parsed file.

    Attributes:
        path: of the file.
        text: its Python text.
        skipped: lines of statements that do not parse, left out.
    """

    path: Path
    text: str
    skipped: list[int] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> SourceModule:
        """Read and parse a file; of a notebook its code cells.

        Raises:
            SourceError: it is no text.
        """
        return cls(path, code_of(path))

    @cached_property
    def statements(self) -> list[Statement]:
        """Top-level statements in order."""
        text, old = self.text, is_python2(self.text)
        try:
            trees = [parse(text)]
        except SourceError:
            text, old = as_python3(text), True
            trees = list(self._parsed_apart(text))
        source = Source(self.path, text)
        found = [statement_of(node, source) for tree in trees for node in tree.body]
        return [_divided(s) for s in found] if old and divides_as_python2(text) else found

    def _parsed_apart(self, text: str) -> Iterator[ast.Module]:
        """Each top-level statement by itself: one that does not parse costs no other."""
        lines = text.split("\n")
        starts = [
            number
            for number, line in enumerate(lines)
            if line[:1].strip() and line[0] != "#" and not _CONTINUES.match(line)
        ]
        starts = [n for n in starts if not (n and lines[n - 1].startswith("@"))]
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
            try:
                yield parse("\n" * start + "\n".join(lines[start:end]))
            except SourceError:
                self.skipped.append(start + 1)

    @cached_property
    def bindings(self) -> dict[str, list[Statement]]:
        """Name → statements that bind it, imports left out."""
        found: dict[str, list[Statement]] = {}
        for statement in self.statements:
            if not isinstance(statement.node, ast.Import | ast.ImportFrom):
                for name in statement.binds:
                    found.setdefault(name, []).append(statement)
        return found

    @cached_property
    def imports(self) -> dict[str, Import]:
        """Name → where it is imported from; also from inside ``try`` and ``if`` at module level."""
        found: dict[str, Import] = {}
        for statement in self.statements:
            for node in ast.walk(statement.node):
                if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda):
                    break
                for entry in _imported(node, statement):
                    found.setdefault(entry.alias, entry)
        return found

    def around(self, line: int) -> ast.FunctionDef | None:
        """The top-level function that a line lies in."""
        for statement in self.statements:
            node = statement.node
            if isinstance(node, ast.FunctionDef) and node.lineno < line <= (node.end_lineno or 0):
                return node
        return None

    @cached_property
    def stars(self) -> list[Import]:
        """``from module import *``."""
        return [
            Import(node.module or "", node.level, "*", "*", statement)
            for statement in self.statements
            if isinstance(node := statement.node, ast.ImportFrom) and node.names[0].name == "*"
        ]


def _imported(node: ast.AST, statement: Statement) -> Iterator[Import]:
    if isinstance(node, ast.ImportFrom):
        for alias in node.names:
            if alias.name != "*":
                yield Import(node.module or "", node.level, alias.name, alias.asname or alias.name, statement)
    elif isinstance(node, ast.Import):
        for alias in node.names:
            bound = alias.asname or alias.name.split(".")[0]
            yield Import(alias.name if alias.asname else bound, 0, None, bound, statement)


def statement_of(node: ast.stmt, source: Source) -> Statement:
    """A statement of a text, with what it binds and needs."""
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    start = source.line_starts[first - 1]
    alone = source.offset(node.lineno, node.col_offset) if first == node.lineno else start
    _, end = source.span(node)
    text = source.text[alone:end]
    return Statement(node, text, first, frozenset(bound_by(node)), _needed(text))


def _divided(statement: Statement) -> Statement:
    """A statement of Python 2 with its divisions of integers kept."""
    text = with_old_division(statement.text)
    return statement if text == statement.text else replace(statement, text=text, needs=_needed(text))


def bound_by(node: ast.stmt) -> Iterator[str]:
    """Names that a statement binds in the block that it stands in."""
    todo: list[ast.AST] = [node]
    while todo:
        current = todo.pop()
        if isinstance(current, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield current.name
            continue
        if isinstance(current, ast.Import | ast.ImportFrom):
            yield from (entry.asname or entry.name.split(".")[0] for entry in current.names)
        elif isinstance(current, ast.Name) and isinstance(current.ctx, ast.Store):
            yield current.id
        todo.extend(ast.iter_child_nodes(current))


def _needed(text: str) -> frozenset[str]:
    """Global names that a statement reads, inside functions and classes, too."""
    try:
        table = symtable.symtable(text, "<statement>", "exec")
    except (SyntaxError, ValueError):
        return frozenset()
    found: set[str] = set()
    todo = [table]
    while todo:
        scope = todo.pop()
        todo.extend(scope.get_children())
        top = scope is table
        for symbol in scope.get_symbols():
            if (symbol.is_referenced() and (top or symbol.is_global())) or (symbol.is_global() and not top):
                found.add(symbol.get_name())
    return frozenset(found - _BUILTIN)


def modules_of(index: SourceIndex) -> Iterator[tuple[Path, SourceModule]]:
    """Root and module of every file that has statements; files that cannot be read are left out."""
    for root in index.roots:
        for file in files_below(root):
            try:
                module = SourceModule.read(file)
                if module.statements:
                    yield (root if root.is_dir() else root.parent), module
            except (OSError, SourceError):
                continue
