"""The guards of a module, the module without one of them, and what notes that a guard decided.

A guard is an operand of ``and`` or ``or``, or the whole condition of an ``if``. Deleted, an operand gives way to the
others, and a condition to the branch that goes on. It decides where its value is the one that ends the evaluation, or
takes the other branch: elsewhere the code without it does the same, and no test could tell.
"""

from __future__ import annotations

import ast
import functools
import os
import re
import tempfile
import types
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Mutant:
    """One deleted guard: where it stood, what was deleted, and the function without it."""

    module: str
    function: str
    guard: ast.expr
    decisive: bool
    """The value of the guard without which its deletion changes nothing."""
    any_value: bool
    """Whether the guard may be the value of the whole, so that it decides in more ways than by its truth."""
    swap: tuple[ast.expr, ast.expr]
    """An expression of the module, and what stands in its place."""

    def __str__(self) -> str:
        return f"{self.module}.py:{self.guard.lineno} ({self.function}): {ast.unparse(self.guard)}"

    def decides(self, value: object) -> bool:
        """Whether the code without the guard may go another way, where the guard has this value."""
        return bool(value) is self.decisive or (self.any_value and not isinstance(value, bool))

    @functools.cached_property
    def text(self) -> str:
        """The text of the module without the guard; everything else stands where it stood."""
        old, new = self.swap
        lines = text_of(self.module).encode().splitlines(keepends=True)
        before = b"".join(lines[: old.lineno - 1]) + lines[old.lineno - 1][: old.col_offset]
        after = lines[(old.end_lineno or 0) - 1][old.end_col_offset :] + b"".join(lines[old.end_lineno :])
        lost = "\n" * ((old.end_lineno or old.lineno) - old.lineno)
        return (before + f"({ast.unparse(new)}{lost})".encode() + after).decode()


def mutants(module: str, function: str = "") -> Iterator[Mutant]:
    """Every guard of a module (or of one function of it), deleted once each."""
    for defined in ast.walk(ast.parse(text_of(module))):
        if not isinstance(defined, ast.FunctionDef) or function not in {"", defined.name}:
            continue
        for node in _within(defined):
            for guard, decisive, any_value, new in _without(node):
                old = node.test if isinstance(node, ast.If) else node
                assert isinstance(old, ast.expr)
                walrus = any(isinstance(part, ast.NamedExpr) for part in ast.walk(guard))
                yield Mutant(module, defined.name, guard, decisive, any_value or walrus, (old, new))


@functools.cache
def text_of(module: str) -> str:
    """The text of a module, which stays that of the start whatever is edited meanwhile."""
    return (ROOT / f"{module}.py").read_text("utf-8")


def _within(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """The nodes of a function, without those of functions in it, which have their own turn."""
    todo: list[ast.AST] = [*function.body]
    while todo:
        node = todo.pop(0)
        if not isinstance(node, ast.FunctionDef):
            yield node
            todo.extend(ast.iter_child_nodes(node))


def _without(node: ast.AST) -> Iterator[tuple[ast.expr, bool, bool, ast.expr]]:
    """The guards of a node: each with the value that decides, whether others may, and what stays without it."""
    if isinstance(node, ast.BoolOp):
        if _is_plain(node.values[-1]):
            return  # ``name or ""`` and ``given or {}`` give a value and guard nothing
        for operand in node.values:
            rest = [other for other in node.values if other is not operand]
            new = rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
            yield operand, isinstance(node.op, ast.Or), operand is node.values[-1], new
    elif isinstance(node, ast.If) and not isinstance(node.test, ast.BoolOp):
        leaves = isinstance(node.body[-1], (ast.Return, ast.Continue))
        yield node.test, leaves, False, ast.Constant(not leaves)


def _is_plain(value: ast.expr) -> bool:
    """Whether an expression is a constant, text, or an empty container."""
    empty = isinstance(value, (ast.Dict, ast.List, ast.Tuple)) and not any(ast.iter_child_nodes(value))
    return empty or isinstance(value, (ast.Constant, ast.JoinedStr))


class _Watch(ast.NodeTransformer):
    """Makes each guard say its value: ``guard`` becomes ``_guard_value(3, guard)``."""

    def __init__(self, numbers: dict[tuple[object, ...], int]) -> None:
        self._numbers = numbers

    def visit(self, node: ast.AST) -> ast.AST:
        number = self._numbers.get(place(node))
        seen = self.generic_visit(node)
        if number is None or not isinstance(seen, ast.expr):
            return seen
        return ast.Call(ast.Name("_guard_value", ast.Load()), [ast.Constant(number), seen], [])


def place(node: ast.AST) -> tuple[object, ...]:
    """Where a node stands, which tells it from all others of its module."""
    names = ("lineno", "col_offset", "end_lineno", "end_col_offset")
    return type(node), *(getattr(node, name, -1) for name in names)


class Finder(InspectLoader, MetaPathFinder):
    """Loads the modules of the mutants with guards that say their values to ``builtins._guard_value``."""

    def __init__(self, chosen: list[Mutant]) -> None:
        self._numbers: dict[str, dict[tuple[object, ...], int]] = defaultdict(dict)
        for number, mutant in enumerate(chosen):
            self._numbers[mutant.module][place(mutant.guard)] = number

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        """The module, where it has guards to watch."""
        module = fullname.replace(".", "/")
        if module not in self._numbers:
            return None
        return spec_from_file_location(fullname, ROOT / f"{module}.py", loader=self)

    def get_source(self, fullname: str) -> str:
        """Its text as it stands in the file."""
        return text_of(fullname.replace(".", "/"))

    def get_code(self, fullname: str) -> types.CodeType:
        """Its text, with the guards that speak."""
        module = fullname.replace(".", "/")
        tree = ast.parse(text_of(module))
        _Watch(self._numbers[module]).visit(tree)
        code: types.CodeType = compile(ast.fix_missing_locations(tree), str(ROOT / f"{module}.py"), "exec")
        return code


def needed_by_types(survivors: Iterable[Mutant]) -> set[Mutant]:
    """The mutants that mypy refuses: the guard narrows a type, and cannot be deleted unseen."""
    from mypy import api

    with tempfile.TemporaryDirectory() as name:
        files = {f"mutant{number}": mutant for number, mutant in enumerate(survivors)}
        for stem, mutant in files.items():
            (Path(name) / f"{stem}.py").write_text(mutant.text, "utf-8")
        if not files:
            return set()
        os.environ["MYPYPATH"] = str(ROOT)
        os.chdir(ROOT)
        output, errors, status = api.run([str(Path(name) / f"{stem}.py") for stem in files])
    if status not in {0, 1}:
        raise SystemExit(f"mypy failed: {errors or output}")
    lines = (
        re.search(r"(mutant\d+)\.py:\d+.* error: .*\[(?!unused-ignore)", line) for line in output.split("\n")
    )
    return {files[found[1]] for found in lines if found is not None}
