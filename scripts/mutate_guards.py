"""Do the tests hold every guard of the rules? ``python scripts/mutate_guards.py [MODULE…] [--sample N] [--list]``.

A guard is an operand of ``and`` or ``or``, or the whole condition of an ``if``, in a module of ``codemods/rules`` or
``migrate/dialects``. Each is deleted once: an operand gives way to the others, a condition to the branch that goes on.

The fast tests that speak of these rules, or of all, run once while each guard notes the tests that reach it. Then each
mutant meets, in a fork of this process, the forty most specific of those tests. A mutant that fails none of them has
survived, and is printed with its line. Exit status 1 when less than ``--at-least`` percent were killed.

A module is named by its path, a folder stands for all below it, and a function may follow:
``codemods/rules/saving/registered:module_objects``. ``--sample`` draws that many guards at random, the same for the
same ``--seed``.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import functools
import gc
import os
import random
import re
import signal
import sys
import types
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TESTS = {"codemods/rules": "tests/codemods", "migrate/dialects": "tests/dialects"}
"""By the folder of rules: the folder of their tests."""
SECONDS = 60
"""After which a mutant counts as killed: it went in circles."""
MOST = 40
"""Tests that a mutant meets: those that reach the fewest other guards."""
sys.path.insert(0, str(ROOT))


@dataclass(frozen=True)
class Mutant:
    """One deleted guard: where it stood, what was deleted, and the function without it."""

    module: str
    function: str
    line: int
    guard: str
    place: tuple[object, ...]
    swap: tuple[ast.AST, ast.expr]
    """A node of the module, and the expression in its place."""

    def __str__(self) -> str:
        return f"{self.module}.py:{self.line} ({self.function}): {self.guard}"


def mutants(module: str, function: str = "") -> Iterator[Mutant]:
    """Every guard of a module (or of one function of it), deleted once each."""
    for defined in ast.walk(ast.parse(_text(module))):
        if not isinstance(defined, ast.FunctionDef) or function not in {"", defined.name}:
            continue
        for node in _within(defined):
            for guard, swap in _without(node):
                yield Mutant(module, defined.name, guard.lineno, ast.unparse(guard), _place(guard), swap)


@functools.cache
def _text(module: str) -> str:
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


class _Replace(ast.NodeTransformer):
    """Puts another expression in the place of a node, which is known by where it stands."""

    def __init__(self, old: ast.AST, new: ast.expr) -> None:
        self._place = _place(old)
        self._new = new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if _place(node) == self._place else self.generic_visit(node)


class _Watch(ast.NodeTransformer):
    """Makes each guard say that it was reached: ``guard`` becomes ``_guard_reached(3) or guard``."""

    def __init__(self, numbers: dict[tuple[object, ...], int]) -> None:
        self._numbers = numbers

    def visit(self, node: ast.AST) -> ast.AST:
        number = self._numbers.get(_place(node))
        seen = self.generic_visit(node)
        if number is None:
            return seen
        call = ast.Call(ast.Name("_guard_reached", ast.Load()), [ast.Constant(number)], [])
        return ast.BoolOp(ast.Or(), [call, seen])


def _place(node: ast.AST) -> tuple[object, ...]:
    names = ("lineno", "col_offset", "end_lineno", "end_col_offset")
    return type(node), *(getattr(node, name, -1) for name in names)


def _compile(module: str, transformer: ast.NodeTransformer) -> types.CodeType:
    path = ROOT / f"{module}.py"
    tree = transformer.visit(ast.parse(_text(module)))
    return compile(ast.fix_missing_locations(tree), str(path), "exec")


class _Finder(InspectLoader, MetaPathFinder):
    """Loads the modules of the mutants with guards that say when they are reached."""

    def __init__(self, chosen: list[Mutant]) -> None:
        self._numbers: dict[str, dict[tuple[object, ...], int]] = defaultdict(dict)
        for number, mutant in enumerate(chosen):
            self._numbers[mutant.module][mutant.place] = number

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        """The module, where it has guards to watch."""
        module = fullname.replace(".", "/")
        if module not in self._numbers:
            return None
        return spec_from_file_location(fullname, ROOT / f"{module}.py", loader=self)

    def get_source(self, fullname: str) -> str:
        """Its text as it stands in the file."""
        return _text(fullname.replace(".", "/"))

    def get_code(self, fullname: str) -> types.CodeType:
        """Its text, with the guards that speak."""
        module = fullname.replace(".", "/")
        return _compile(module, _Watch(self._numbers[module]))


class Killer:
    """A plugin of pytest that runs the tests once, and then those that reach a mutant against it."""

    def __init__(self, chosen: list[Mutant]) -> None:
        self._mutants = chosen
        self._reached: set[int] = set()
        self._failed = False
        self.survivors: list[Mutant] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note that a test failed."""
        self._failed |= report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run all tests on the rules as they are, and each mutant's on the mutant."""
        session.config.pluginmanager.unregister(name="terminalreporter")
        builtins._guard_reached = self._reached.add  # type: ignore[attr-defined]
        tests: dict[int, list[tuple[int, pytest.Item]]] = defaultdict(list)
        for item, later in zip(session.items, [*session.items[1:], None], strict=True):
            self._reached.clear()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=later)
            for number in self._reached:
                tests[number].append((len(self._reached), item))
        if self._failed:
            raise pytest.UsageError("the tests must pass before a guard is deleted")
        functions, caches = _functions(), _caches()
        gc.freeze()  # the forks share what there is
        for number, mutant in enumerate(self._mutants):
            specific = [item for _, item in sorted(tests[number], key=lambda test: test[0])[:MOST]]
            if not specific or self._survives(mutant, specific, functions, caches):
                self.survivors.append(mutant)
                print(f"{'survived' if specific else 'unreached'}  {mutant}", flush=True)
        return True

    def _survives(
        self,
        mutant: Mutant,
        items: list[pytest.Item],
        functions: dict[tuple[str, int, str], list[types.FunctionType]],
        caches: list[functools._lru_cache_wrapper[object]],
    ) -> bool:
        """Whether all tests pass on a mutant, in a process of its own."""
        child = os.fork()
        if not child:
            try:
                signal.alarm(SECONDS)
                _become(mutant, functions)
                for cache in caches:
                    cache.cache_clear()
                for item, later in zip(items, [*items[1:], None], strict=True):
                    item.config.hook.pytest_runtest_protocol(item=item, nextitem=later)
                    if self._failed:
                        os._exit(1)
                os._exit(0)
            finally:
                os._exit(1)
        return os.waitpid(child, 0)[1] == 0


def _functions() -> dict[tuple[str, int, str], list[types.FunctionType]]:
    """The functions of this process, by the place of their text."""
    found: dict[tuple[str, int, str], list[types.FunctionType]] = defaultdict(list)
    for function in gc.get_objects():
        if isinstance(function, types.FunctionType):
            found[_key(function.__code__)].append(function)
    return found


def _caches() -> list[functools._lru_cache_wrapper[object]]:
    """The caches that may hold what a guard decided."""
    return [
        value
        for name, module in list(sys.modules.items())
        if name.replace(".", "/").startswith(tuple(TESTS))
        for value in vars(module).values()
        if isinstance(value, functools._lru_cache_wrapper) and value.__module__ == name
    ]


def _become(mutant: Mutant, functions: dict[tuple[str, int, str], list[types.FunctionType]]) -> None:
    """Give the functions around a guard the text that lacks it."""
    for code in _codes(_compile(mutant.module, _Replace(*mutant.swap))):
        lines = [line for _, _, line in code.co_lines() if line is not None]
        if code.co_firstlineno <= mutant.line <= max(lines, default=0):
            for function in functions[_key(code)]:
                function.__code__ = code


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _key(code: types.CodeType) -> tuple[str, int, str]:
    return code.co_filename, code.co_firstlineno, code.co_qualname


def survivors(chosen: list[Mutant]) -> list[Mutant]:
    """The mutants that fail no test."""
    sys.meta_path.insert(0, _Finder(chosen))
    files = sorted({file for module in {mutant.module for mutant in chosen} for file in _tests(module)})
    killer = Killer(chosen)
    options = ["-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-m", "not slow"]
    status = pytest.main([*options, *files], plugins=[killer])
    if status is not pytest.ExitCode.OK:
        raise SystemExit(f"pytest ended with {status!r}")
    return killer.survivors


def _tests(module: str) -> list[str]:
    """The test files that speak of the rules of a module, and those that go over all rules."""
    folder = next(tests for rules, tests in TESTS.items() if module.startswith(rules))
    rules = {*re.findall(r'"([A-Z]{3,4}\d{3})"', _text(module)), module.replace("/", "."), "all_source_rules"}
    return [
        str(f) for f in (ROOT / folder).rglob("test_*.py") if any(r in f.read_text("utf-8") for r in rules)
    ]


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
    if args.list:
        print(*chosen, sep="\n")
    elif chosen:
        dead = len(chosen) - len(survivors(chosen))
        print(f"{dead} of {len(chosen)} killed ({100 * dead / len(chosen):.1f} %)")
        sys.exit(100 * dead < args.at_least * len(chosen))


if __name__ == "__main__":
    main()
