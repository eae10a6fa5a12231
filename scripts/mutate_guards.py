"""Do the tests hold every guard of the rules? ``python scripts/mutate_guards.py [MODULE…] [--sample N] [--list]``.

Each guard of a module of ``codemods/rules`` or ``migrate/dialects`` is deleted once (scripts/guard_mutants.py).

The fast tests of the package run once while each guard notes the tests in which it decides. Then each mutant meets,
in a fork of this process, those tests, the most specific of each file first. A mutant that fails none of them has
survived, and is printed with its line: ``undecided`` where no test has a case in which the guard decides. Those that
mypy refuses, because the guard narrows a type, are counted apart. Exit status 1 when less than ``--at-least`` percent
of the others were killed.

A module is named by its path, a folder stands for all below it, and a function may follow:
``codemods/rules/saving/registered:module_objects``. ``--sample`` draws that many guards at random, the same for the
same ``--seed``.
"""

from __future__ import annotations

import argparse
import builtins
import functools
import gc
import os
import random
import signal
import sys
import types
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import pytest
from guard_mutants import ROOT, Finder, Mutant, mutants, needed_by_types

TESTS = {"codemods/rules": "tests/codemods", "migrate/dialects": "tests/dialects"}
"""By the folder of rules: the folder of their tests."""
SECONDS = 10
"""Of processor time for one test, after which a mutant counts as killed: it went in circles."""
MOST = 300
"""Tests that a mutant meets: of each file in turn the one in which the fewest other guards decide."""
SLOW = 2.0
"""Seconds after which a test is no test of one guard."""
sys.path.insert(0, str(ROOT))


class Killer:
    """A plugin of pytest that runs the tests once, and then those in which a guard decides against its mutant."""

    def __init__(self, chosen: list[Mutant]) -> None:
        self._mutants = chosen
        self._decided: set[int] = set()
        self._failed = False
        self._seconds = 0.0
        self.survivors: list[Mutant] = []
        self.undecided: set[Mutant] = set()
        builtins._guard_value = self._guard_value  # type: ignore[attr-defined]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note that a test failed, and how long it took."""
        self._failed |= report.failed
        self._seconds += report.duration

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run all tests on the rules as they are, and each mutant's on the mutant."""
        session.config.pluginmanager.unregister(name="terminalreporter")
        caches = _caches()
        tests: dict[int, list[tuple[int, pytest.Item]]] = defaultdict(list)
        for item, later in zip(session.items, [*session.items[1:], None], strict=True):
            self._decided.clear()
            self._seconds = 0.0
            for cache in caches:
                cache.cache_clear()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=later)
            if self._failed:
                raise pytest.UsageError(f"the tests must pass before a guard is deleted: {item.nodeid}")
            for number in self._decided if self._seconds < SLOW else ():
                tests[number].append((len(self._decided), item))
        functions = _functions()
        gc.freeze()  # the forks share what there is
        for number, mutant in enumerate(self._mutants):
            specific = _specific(tests[number])
            if not specific:
                self.undecided.add(mutant)
            if not specific or self._survives(mutant, specific, functions, caches):
                self.survivors.append(mutant)
        return True

    def _guard_value(self, number: int, value: object) -> object:
        """What stands around each guard: its value, and a note where it decides."""
        if number not in self._decided and self._mutants[number].decides(value):
            self._decided.add(number)
        return value

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
                _become(mutant, functions)
                for cache in caches:
                    cache.cache_clear()
                for item, later in zip(items, [*items[1:], None], strict=True):
                    signal.setitimer(signal.ITIMER_PROF, SECONDS)
                    item.config.hook.pytest_runtest_protocol(item=item, nextitem=later)
                    if self._failed:
                        os._exit(1)
                os._exit(0)
            finally:
                os._exit(1)
        return os.waitpid(child, 0)[1] == 0


def _specific(tests: list[tuple[int, pytest.Item]]) -> list[pytest.Item]:
    """The tests to show to a mutant, given those in which its guard decides, each with how many guards do."""
    by_file: dict[Path, list[pytest.Item]] = defaultdict(list)
    for _, item in sorted(tests, key=lambda test: test[0]):
        by_file[item.path].append(item)
    in_turn = zip_longest(*by_file.values())
    return [item for turn in in_turn for item in turn if item is not None][:MOST]


def _functions() -> dict[tuple[str, int, str], list[types.FunctionType]]:
    """The functions of this process, by the place of their text."""
    found: dict[tuple[str, int, str], list[types.FunctionType]] = defaultdict(list)
    for function in gc.get_objects():
        if isinstance(function, types.FunctionType):
            found[_key(function.__code__)].append(function)
    return found


def _caches() -> list[functools._lru_cache_wrapper[object]]:
    """The caches of rules and of their tests, which may hold what a guard decided."""
    folders = tuple(str(ROOT / folder) for folder in (*TESTS, *TESTS.values()))
    return [
        value
        for name, module in list(sys.modules.items())
        if str(getattr(module, "__file__", None)).startswith(folders)
        for value in vars(module).values()
        if isinstance(value, functools._lru_cache_wrapper) and value.__module__ == name
    ]


def _become(mutant: Mutant, functions: dict[tuple[str, int, str], list[types.FunctionType]]) -> None:
    """Give the functions of a module the text that lacks the guard."""
    for code in _codes(compile(mutant.text, str(ROOT / f"{mutant.module}.py"), "exec")):
        for function in functions[_key(code)]:
            function.__code__ = code


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _key(code: types.CodeType) -> tuple[str, int, str]:
    return code.co_filename, code.co_firstlineno, code.co_qualname


def examine(chosen: list[Mutant], tests: list[str]) -> Killer:
    """Let each mutant meet the tests in which its guard decides, those of the package when none are named."""
    sys.meta_path.insert(0, Finder(chosen))
    folders = {tests for rules, tests in TESTS.items() if any(m.module.startswith(rules) for m in chosen)}
    killer = Killer(chosen)
    options = ["-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-m", "not slow"]
    status = pytest.main([*options, *(tests or sorted(str(ROOT / f) for f in folders))], plugins=[killer])
    if status is not pytest.ExitCode.OK:
        raise SystemExit(f"pytest ended with {status!r}")
    return killer


def _modules(wanted: list[str]) -> Iterator[tuple[str, str]]:
    """Each module that is asked for, with the function that is."""
    for name in wanted or TESTS:
        path, _, function = name.partition(":")
        files = sorted((ROOT / path).rglob("*.py")) if (ROOT / path).is_dir() else [ROOT / f"{path}.py"]
        for file in files:
            if file.name != "__init__.py" and "examples" not in file.parts:
                yield file.relative_to(ROOT).with_suffix("").as_posix(), function


def _subject(module: str) -> str:
    """The folder of rules that a module belongs to, which has a line in the summary."""
    path = Path(module)
    return path.parent.as_posix() if path.parent.as_posix() not in TESTS else module


def _summary(chosen: list[Mutant], survivors: set[Mutant], typed: set[Mutant]) -> None:
    """A line for each subject, and the sum."""
    lines: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for mutant in chosen:
        for subject in (_subject(mutant.module), "all"):
            kind = "typed" if mutant in typed else "left" if mutant in survivors else "killed"
            lines[subject][kind] += 1
    print("| subject | guards | needed by types | held by tests | of the others |\n|---|---|---|---|---|")
    for subject, found in sorted(lines.items(), key=lambda line: (line[0] == "all", line)):
        others = found["killed"] + found["left"]
        share = f"{100 * found['killed'] / others:.1f} %" if others else "-"
        print(
            f"| `{subject}` | {found.total()} | {found['typed']} | {found['killed']} of {others} | {share} |"
        )


def main() -> None:
    """Delete the guards one after the other and say which no test holds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("modules", nargs="*", metavar="PATH[:FUNCTION]")
    parser.add_argument(
        "--tests", nargs="+", default=[], metavar="PATH", help="these, not all of the package"
    )
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
        killer = examine(chosen, args.tests)
        typed = needed_by_types(killer.survivors)
        left = [mutant for mutant in killer.survivors if mutant not in typed]
        for mutant in left:
            print(f"{'undecided' if mutant in killer.undecided else 'survived '}  {mutant}")
        _summary(chosen, set(left), typed)
        sys.exit(100 * len(left) > (100 - args.at_least) * (len(chosen) - len(typed)))


if __name__ == "__main__":
    main()
