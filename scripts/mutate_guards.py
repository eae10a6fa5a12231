"""Do the tests hold every guard of the source rules? ``python scripts/mutate_guards.py [MODULE…] [--list]``.

A guard is an operand of ``and`` or ``or``, or the whole condition of an ``if``, in a module of ``codemods/rules``. Each
is deleted once: an operand gives way to the others, a condition to the branch that goes on. Then the fast tests of the
rules run in a fork of this process that sees the changed module; a mutant that fails no test has survived, and is
printed with its line. Exit status 1 when less than ``--at-least`` percent were killed.

A module is named by its path below ``codemods/rules``, and a function may follow it:
``saving/registered:module_objects``. All of ``codemods/rules`` takes hours; a module takes minutes.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import importlib.util
import io
import os
import re
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "codemods" / "rules"
TESTS = ROOT / "tests" / "codemods" / "rules"
SECONDS = 600
"""After which a mutant counts as killed: it went in circles."""
sys.path.insert(0, str(ROOT))


@dataclass(frozen=True)
class Mutant:
    """One deleted guard: the module, the line, what was deleted, and the source without it."""

    module: str
    function: str
    line: int
    guard: str
    source: str


def mutants(module: str, function: str = "") -> Iterator[Mutant]:
    """Every guard of a module (or of one function of it), deleted once each."""
    text = (RULES / f"{module}.py").read_text("utf-8")
    tree = ast.parse(text)
    for defined in tree.body:
        if not isinstance(defined, ast.FunctionDef) or function not in {"", defined.name}:
            continue
        for node in ast.walk(defined):
            for guard, replaced in _without(node):
                source = ast.unparse(_Swap(*replaced).visit(ast.parse(text)))
                yield Mutant(module, defined.name, guard.lineno, ast.unparse(guard), source)


def _without(node: ast.AST) -> Iterator[tuple[ast.expr, tuple[ast.AST, ast.expr]]]:
    """The guards of a node, each with the node to replace and what replaces it."""
    if isinstance(node, ast.BoolOp):
        if isinstance(node.values[-1], (ast.Constant, ast.JoinedStr)):
            return  # ``name or ""`` gives a value and guards nothing
        for operand in node.values:
            rest = [other for other in node.values if other is not operand]
            yield operand, (node, rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest))
    elif isinstance(node, ast.If) and not isinstance(node.test, ast.BoolOp):
        leaves = isinstance(node.body[-1], (ast.Return, ast.Continue))
        yield node.test, (node.test, ast.Constant(not leaves))


class _Swap(ast.NodeTransformer):
    """Puts another expression in the place of a node, which is known by where it stands."""

    def __init__(self, old: ast.AST, new: ast.expr) -> None:
        self._place = _place(old)
        self._kind = type(old)
        self._new = new

    def visit(self, node: ast.AST) -> ast.AST:
        if type(node) is self._kind and _place(node) == self._place:
            return self._new
        return self.generic_visit(node)


def _place(node: ast.AST) -> tuple[int, ...]:
    names = ("lineno", "col_offset", "end_lineno", "end_col_offset")
    return tuple(getattr(node, name, -1) for name in names)


def killed(mutant: Mutant) -> bool:
    """Whether a test fails on a mutant, in a process of its own."""
    child = os.fork()
    if not child:
        status = 1
        try:
            signal.alarm(SECONDS)
            status = _run(mutant)
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1] != 0


def _run(mutant: Mutant) -> int:
    """Put a mutant in the place of its module, and run the tests: 0 when all pass."""
    import pytest

    name = f"codemods.rules.{mutant.module.replace('/', '.')}"
    spec = importlib.util.find_spec(name)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    exec(compile(mutant.source, str(RULES / f"{mutant.module}.py"), "exec"), module.__dict__)
    silence = io.StringIO()
    options = ["-q", "-x", "-p", "no:randomly", "-p", "no:cacheprovider", "-m", "not slow"]
    with contextlib.redirect_stdout(silence), contextlib.redirect_stderr(silence):
        # One file after the other: those that mention the rules of the module come first, and most mutants end there.
        return next((1 for file in _tests(mutant.module) if pytest.main([*options, file]) not in {0, 5}), 0)


def _tests(module: str) -> list[str]:
    codes = set(re.findall(r'code="([A-Z]{3}\d{3})"', (RULES / f"{module}.py").read_text("utf-8")))
    files = sorted(TESTS.glob("test_*.py"))
    return [str(f) for f in sorted(files, key=lambda f: -sum(f.read_text().count(code) for code in codes))]


def main() -> None:
    """Delete the guards one after the other and say which no test holds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("modules", nargs="*", metavar="MODULE[:FUNCTION]")
    parser.add_argument("--at-least", type=float, default=95.0, metavar="PERCENT")
    parser.add_argument("--list", action="store_true", help="only print the guards")
    args = parser.parse_args()
    wanted = args.modules or sorted(
        file.relative_to(RULES).with_suffix("").as_posix()
        for file in RULES.glob("*/*.py")
        if not file.stem.startswith("_")
    )
    # What the forks share: everything that does not register rules.
    for name in ("libcst", "pytest", "codemods.edit.apply", "codemods.edit.importing", "codemods.catalogue"):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    importlib.import_module("codemods.catalogue").load()
    total = dead = 0
    for name in wanted:
        module, _, function = name.partition(":")
        for mutant in mutants(module, function):
            place = f"{module}.py:{mutant.line} ({mutant.function}): {mutant.guard}"
            if args.list:
                print(place)
                continue
            total += 1
            if killed(mutant):
                dead += 1
            else:
                print(f"survived  {place}", flush=True)
    if total:
        print(f"{dead} of {total} killed ({100 * dead / total:.1f} %)")
        sys.exit(100 * dead < args.at_least * total)


if __name__ == "__main__":
    main()
