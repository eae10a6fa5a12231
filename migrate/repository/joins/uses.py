"""What a program does with a path: the expression is followed through names, attributes, parameters and calls.

Every way that is not known ends in `Use.UNKNOWN`: one use that is not understood is enough to change nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from codemods.context import Context
from codemods.files.source import Source, SourceError
from codemods.names.repository import Repository
from codemods.names.resolver import Module
from codemods.names.values import Definition
from codemods.options import Options
from codemods.rules._evidence import LOADERS
from codemods.run.notebooks import joined_code, with_code
from migrate.repository.joins.calls import ASKS, PATHS, TELLS, Use, destination_of, last_name, use_of

_DEPTH = 8
"""Assignments and calls that a path is followed through."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One use: the call or expression, in its file."""

    use: Use
    file: SourceFile
    node: ast.AST

    @property
    def from_file(self) -> bool:
        """Whether weights go into a model that is made from a file: of an architecture that Keras 3 may not read."""
        return self.use is Use.WEIGHTS and self.file.mentions("model_from_")

    @property
    def line(self) -> int:
        """Where it stands, from 1."""
        return int(getattr(self.node, "lineno", 0))


class SourceFile:
    """One Python file of the repository, or the code cells of a notebook; parsed when it is asked for."""

    def __init__(self, root: Path, path: str, repository: Repository) -> None:
        self.path = path
        self._whole = Source.read(root / path)
        self.source = self._whole
        if path.endswith(".ipynb"):
            self.source = Source((root / path).with_suffix(".py"), joined_code(self._whole))
        self._repository = repository

    def written(self, text: str) -> str:
        """The content of the file with another text of its code."""
        return text if self.source is self._whole else with_code(self._whole, text)

    @cached_property
    def context(self) -> Context:
        """Names, objects and surroundings of its nodes.

        Raises:
            SourceError: it does not parse.
        """
        tree = self.source.parse()
        module: Module = self._repository.module(tree, self.source.path)
        options = Options()
        return Context(self.source, module, options.target, options.version)

    def mentions(self, word: str) -> bool:
        """Whether a word stands anywhere in the text."""
        return word in self.source.text


class Program:
    """The Python files of a repository, and what they do with paths."""

    def __init__(self, root: Path, paths: list[str]) -> None:
        repository = Repository()
        self.files: list[SourceFile] = []
        self.unread: list[str] = []
        for path in paths:
            try:
                file = SourceFile(root, path, repository)
                _ = file.context
            except (OSError, SourceError):
                self.unread.append(path)
            else:
                self.files.append(file)

    def uses(self, node: ast.expr, file: SourceFile) -> list[Place]:
        """Every use of the value of an expression."""
        found: list[Place] = []
        self._follow(node, file, found, set(), _DEPTH)
        return found

    def _follow(
        self, node: ast.AST, file: SourceFile, found: list[Place], seen: set[ast.AST], depth: int
    ) -> None:
        if node in seen:
            return
        seen.add(node)
        context = file.context
        outer = context.parent(node)
        if depth == 0:
            found.append(Place(Use.UNKNOWN, file, node))
            return
        match outer:
            case ast.keyword():
                call = context.parent(outer)
                assert isinstance(call, ast.Call) or call is not None
                self._given(call, node, outer.arg, file, found, seen, depth)
            case ast.Call(func=func) if node is not func:
                self._given(outer, node, None, file, found, seen, depth)
            case ast.Attribute(attr="format"):
                called = context.parent(outer)
                self._follow(called or outer, file, found, seen, depth)
            case ast.Attribute(attr=name):
                use = Use.MENTION if name in ASKS | {"name", "parent", "stem", "suffix"} else Use.UNKNOWN
                found.append(Place(use, file, outer))
            case ast.BinOp(op=ast.Add() | ast.Div() | ast.Mod()) | ast.IfExp() | ast.BoolOp():
                self._follow(outer, file, found, seen, depth)
            case ast.FormattedValue():
                self._follow_message(outer, file, found)
            case ast.Assign(targets=targets, value=value) if value is node:
                for target in targets:
                    self._assigned(target, file, found, seen, depth)
            case ast.AnnAssign(target=target):
                self._assigned(target, file, found, seen, depth)
            case ast.arguments():
                self._default(outer, node, file, found, seen, depth)
            case ast.Compare() | ast.Expr() | ast.If() | ast.While() | ast.Assert():
                found.append(Place(Use.MENTION, file, node))
            case _:
                found.append(Place(Use.UNKNOWN, file, outer or node))

    def _follow_message(self, node: ast.AST, file: SourceFile, found: list[Place]) -> None:
        """A path inside of a longer text: harmless where the text is printed or raised."""
        for outer in file.context.parents(node):
            if isinstance(outer, ast.Raise) or (
                isinstance(outer, ast.Call) and last_name(outer.func) in TELLS
            ):
                found.append(Place(Use.MENTION, file, node))
                return
            if isinstance(outer, ast.stmt):
                break
        found.append(Place(Use.UNKNOWN, file, node))

    def _assigned(
        self, target: ast.expr, file: SourceFile, found: list[Place], seen: set[ast.AST], depth: int
    ) -> None:
        context = file.context
        if isinstance(target, ast.Attribute):
            self._attributes(target.attr, found, seen, depth)
        elif isinstance(target, ast.Name):
            function = context.function(target)
            cls = context.class_of(target)
            if function is None or _declared_global(function, target.id):
                self._global(target.id, file, found, seen, depth)
                if cls is not None:
                    self._attributes(target.id, found, seen, depth)
            else:
                self._loads(function, target.id, file, found, seen, depth)
        else:
            found.append(Place(Use.UNKNOWN, file, target))

    def _loads(
        self, within: ast.AST, name: str, file: SourceFile, found: list[Place], seen: set[ast.AST], depth: int
    ) -> None:
        for use in file.context.uses(within, name):
            if isinstance(use.ctx, ast.Load):
                self._follow(use, file, found, seen, depth - 1)

    def _global(
        self, name: str, file: SourceFile, found: list[Place], seen: set[ast.AST], depth: int
    ) -> None:
        """A name of a module: used in its own file, and imported by others or reached through the module."""
        self._loads(file.context.module.tree, name, file, found, seen, depth)
        for other in self.files:
            if other is file or not other.mentions(name):
                continue
            for node in ast.walk(other.context.module.tree):
                if isinstance(node, ast.ImportFrom):
                    for alias in node.names:
                        if alias.name == name:
                            tree = other.context.module.tree
                            self._loads(tree, alias.asname or name, other, found, seen, depth)
                elif isinstance(node, ast.Attribute) and node.attr == name and isinstance(node.ctx, ast.Load):
                    self._follow(node, other, found, seen, depth - 1)

    def _attributes(self, name: str, found: list[Place], seen: set[ast.AST], depth: int) -> None:
        """Every reading of an attribute of this name, of whatever object, that is not known to be another one's."""
        for other in self.files:
            if not other.mentions(name):
                continue
            for node in ast.walk(other.context.module.tree):
                if (
                    isinstance(node, ast.Attribute)
                    and node.attr == name
                    and isinstance(node.ctx, ast.Load)
                    and other.context.receiver(node.value) is None
                ):
                    self._follow(node, other, found, seen, depth - 1)

    def _default(
        self,
        arguments: ast.arguments,
        node: ast.AST,
        file: SourceFile,
        found: list[Place],
        seen: set[ast.AST],
        depth: int,
    ) -> None:
        function = file.context.parent(arguments)
        names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
        by_default = dict(zip(reversed(arguments.defaults), reversed(names), strict=False))
        by_default |= {
            d: a.arg
            for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
            if d is not None
        }
        name = by_default.get(node)  # type: ignore[call-overload]
        if function is None or name is None:
            found.append(Place(Use.UNKNOWN, file, node))
        else:
            self._loads(function, name, file, found, seen, depth)

    def _given(
        self, call: ast.AST | None, node: ast.AST, keyword: str | None, file: SourceFile, found: list[Place],
        seen: set[ast.AST], depth: int,
    ) -> None:  # fmt: skip
        """A path that is an argument of a call."""
        if not isinstance(call, ast.Call):
            found.append(Place(Use.UNKNOWN, file, node))
            return
        context = file.context
        last = last_name(call.func)
        if last in PATHS and (node is call.args[-1] if call.args else False):
            self._follow(call, file, found, seen, depth)
            return
        if last == "add_argument" and keyword == "default":
            name = destination_of(call, context)
            if name:
                self._attributes(name, found, seen, depth)
                return
        if last == "format" and isinstance(call.func, ast.Attribute):
            self._follow_message(call, file, found)
            return
        use = use_of(call, node, keyword, context)
        if use is not None:
            found.append(Place(use, file, call))
            return
        value = context.value(call.func)
        parameter = self._parameter(value, call, node, keyword) if isinstance(value, Definition) else None
        if parameter is None:
            found.append(Place(Use.UNKNOWN, file, call))
        else:
            where, function, name = parameter
            self._loads(function, name, where, found, seen, depth)

    def _parameter(
        self, definition: Definition, call: ast.Call, node: ast.AST, keyword: str | None
    ) -> tuple[SourceFile, ast.AST, str] | None:
        """The parameter of a function of the repository that an argument becomes."""
        file, function = self._home(definition)
        skipped = 0
        if isinstance(function, ast.ClassDef):
            init = [s for s in function.body if isinstance(s, ast.FunctionDef) and s.name == "__init__"]
            function, skipped = (init[0] if init else None), 1
        if file is None or not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return None
        names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        if keyword is not None:
            known = {*names, *(a.arg for a in function.args.kwonlyargs)}
            return (file, function, keyword) if keyword in known else None
        if any(isinstance(argument, ast.Starred) for argument in call.args):
            return None
        if names[:1] == ["self"] and isinstance(call.func, ast.Attribute):
            skipped = 1
        position = next((n for n, argument in enumerate(call.args) if argument is node), None)
        if position is None or position + skipped >= len(names):
            return None
        return file, function, names[position + skipped]

    def _home(self, definition: Definition) -> tuple[SourceFile | None, ast.AST | None]:
        """A definition in the trees of this program: the resolver may have parsed its file once more."""
        wanted = definition.node
        name = getattr(wanted, "name", None)
        for file in self.files:
            tree = file.context.module.tree
            if name is None or not file.mentions(name):
                continue
            for node in ast.walk(tree):
                if node is wanted or (
                    type(node) is type(wanted)
                    and getattr(node, "name", None) == name
                    and getattr(node, "lineno", 0) == wanted.lineno
                    and ast.dump(node) == ast.dump(wanted)
                ):
                    return file, node
        return None, None


def _declared_global(function: ast.AST, name: str) -> bool:
    return any(isinstance(node, ast.Global) and name in node.names for node in ast.walk(function))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def loads_open_paths(program: Program) -> Iterator[Place]:
    """Loads whose path only a run tells: an argument of the command, an entry of a configuration."""
    for file in program.files:
        for call, _ in file.context.module.index.calls:
            whole = file.context.name(call.func) in LOADERS
            if whole or (isinstance(call.func, ast.Attribute) and call.func.attr == "load_weights"):
                path = file.context.arguments(call, "filepath").get("filepath")
                if path is not None and not any(_is_text(n) for n in ast.walk(path)):
                    yield Place(Use.LOAD if whole else Use.WEIGHTS, file, call)
