"""Ways to call what builds a model: a function, a class, a method of what a class makes."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from migrate.own_code.arguments import SIZES, Arguments, arguments, parameters
from migrate.own_code.scopes import CallSite
from migrate.own_code.values import Evaluator

BUILDS = re.compile(r"\b(Model|Sequential|Functional)\s*\(")
_MAX_CALLS = 4
"""Ways to call a constructor that are combined with those to call its method."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to call something.

    Attributes:
        group: its number; see ``builders``.
        text: source behind the name.
        arguments: with all open sizes.
        then: source of a call of a method of what the first gives, where that method keeps its model and returns none.
    """

    group: int
    text: str
    arguments: Arguments
    then: str = ""


def returns(function: ast.FunctionDef) -> bool:
    """Whether a function returns a value."""
    return any(isinstance(inner, ast.Return) and inner.value is not None for inner in ast.walk(function))


def _methods(owner: ast.ClassDef) -> list[ast.FunctionDef]:
    """Methods of a class that build a model, and return it or keep it."""
    return [
        method
        for method in owner.body
        if isinstance(method, ast.FunctionDef)
        and method.name != "__init__"
        and BUILDS.search(ast.unparse(method))
        and (returns(method) or "self.model" in ast.unparse(method))
    ]


def ways_to_call(
    node: ast.FunctionDef | ast.ClassDef,
    called: Callable[[str], list[CallSite]],
    evaluator: Evaluator,
    settings: Sequence[Mapping[str, Any]],
) -> Iterator[Way]:
    """Ways to call a function, or a class and its methods."""

    def of(function: ast.FunctionDef | None, name: str, *, method: bool) -> list[list[Arguments]]:
        if function is None:
            return [[Arguments("")], [], [], []]
        return arguments(parameters(function, method=method), called(name), evaluator, settings)

    if isinstance(node, ast.FunctionDef):
        for number, group in enumerate(of(node, node.name, method=False)):
            yield from (Way(number, f"({way.text})", way) for way in group)
        return
    body = [part for part in node.body if isinstance(part, ast.FunctionDef)]
    made = of(next((m for m in body if m.name == "__init__"), None), node.name, method=True)
    for number, group in enumerate(made):
        yield from (Way(number, f"({way.text})", way) for way in group)
    for method in _methods(node):
        kinds = {ast.unparse(d) for d in method.decorator_list}
        ways = of(method, method.name, method="staticmethod" not in kinds)
        if kinds & {"staticmethod", "classmethod"}:
            for number, group in enumerate(ways):
                yield from (Way(number, f".{method.name}({way.text})", way) for way in group)
            continue
        for number, (outer, inner) in enumerate(zip(made, ways, strict=True)):
            for first, second in product((outer or made[0])[:_MAX_CALLS], (inner or ways[0])[:_MAX_CALLS]):
                if outer or inner:
                    joined = _joined(first, second)
                    made_by, then = f"({first.text})", f".{method.name}({joined.text})"
                    text, then = (made_by + then, "") if returns(method) else (made_by, then)
                    yield Way(number, text, Arguments(text + then, joined.open, joined.lacking), then)


def _joined(first: Arguments, second: Arguments) -> Arguments:
    """The second call's source, its open sizes numbered behind the first's."""
    names = [*first.open, *(name for name in second.open if name not in first.open)]
    text = second.text
    for number in reversed(range(len(second.open))):
        text = text.replace(f"{SIZES}[{number}]", f"{SIZES}[{names.index(second.open[number])}]")
    return Arguments(text, tuple(names), (*first.lacking, *second.lacking))
