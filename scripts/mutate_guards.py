"""Do the tests hold every guard of the rules? ``python scripts/mutate_guards.py [MODULE…] [--sample N] [--list]``.

A guard is an operand of ``and`` or ``or``, or the whole condition of an ``if``, in a module of ``codemods/rules`` or
``migrate/dialects``. Each is deleted once: an operand gives way to the others, a condition to the branch that goes on.
Then the fast tests of these rules run in a fork of this process that sees the changed module; a mutant that fails no
test has survived, and is printed with its line. Exit status 1 when less than ``--at-least`` percent were killed.

A module is named by its path, a folder stands for all below it, and a function may follow:
``codemods/rules/saving/registered:module_objects``. Everything takes many hours, a module minutes; ``--sample`` draws
that many guards at random, the same for the same ``--seed``.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import importlib.util
import io
import os
import random
import re
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = {"codemods/rules": "tests/codemods/rules", "migrate/dialects": "tests/dialects"}
"""By the folder of rules: the folder of their tests."""
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
    text = (ROOT / f"{module}.py").read_text("utf-8")
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

    name = mutant.module.replace("/", ".")
    spec = importlib.util.find_spec(name)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    exec(compile(mutant.source, str(ROOT / f"{mutant.module}.py"), "exec"), module.__dict__)
    silence = io.StringIO()
    options = ["-q", "-x", "-p", "no:randomly", "-p", "no:cacheprovider", "-m", "not slow"]
    with contextlib.redirect_stdout(silence), contextlib.redirect_stderr(silence):
        # One file after the other: those that mention the rules of the module come first, and most mutants end there.
        return next((1 for file in _tests(mutant.module) if pytest.main([*options, file]) not in {0, 5}), 0)


def _tests(module: str) -> list[str]:
    """The test files of the rules: those that mention the codes of the module, or import it, come first."""
    text = (ROOT / f"{module}.py").read_text("utf-8")
    marks = {*re.findall(r'code="([A-Z]{3,4}\d{3})"', text), module.replace("/", ".")}
    folder = next(tests for rules, tests in TESTS.items() if module.startswith(rules))
    files = sorted((ROOT / folder).rglob("test_*.py"))
    return [str(f) for f in sorted(files, key=lambda f: -sum(f.read_text("utf-8").count(m) for m in marks))]


def _modules(wanted: list[str]) -> Iterator[tuple[str, str]]:
    """Each module that is asked for, with the function that is."""
    for name in wanted or TESTS:
        path, _, function = name.partition(":")
        files = sorted((ROOT / path).rglob("*.py")) if (ROOT / path).is_dir() else [ROOT / f"{path}.py"]
        for file in files:
            if file.name != "__init__.py" and "examples" not in file.parts:
                yield file.relative_to(ROOT).with_suffix("").as_posix(), function


def main() -> None:
    """Delete the guards one after the other and say which no test holds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("modules", nargs="*", metavar="PATH[:FUNCTION]")
    parser.add_argument("--at-least", type=float, default=95.0, metavar="PERCENT")
    parser.add_argument("--sample", type=int, metavar="N", help="only so many, drawn at random")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--list", action="store_true", help="only print the guards")
    args = parser.parse_args()
    chosen = [mutant for module, function in _modules(args.modules) for mutant in mutants(module, function)]
    if args.sample is not None and args.sample < len(chosen):
        chosen = random.Random(args.seed).sample(chosen, args.sample)
    # What the forks share: everything that does not register rules.
    for name in ("libcst", "pytest", "codemods.edit.apply", "codemods.edit.importing", "codemods.catalogue"):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    importlib.import_module("codemods.catalogue").load()
    total = dead = 0
    for mutant in chosen:
        place = f"{mutant.module}.py:{mutant.line} ({mutant.function}): {mutant.guard}"
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
