"""Classes derived from ``Model``: of which shape their inputs are, as nothing but a call of one tells.

``model.build((None, 28, 28, 1))``, ``model(tf.zeros((1, 784)))`` and ``x.reshape(-1, 28, 28, 1)`` tell it. Otherwise
only the rank is known, by the first layer that the class makes: the size of the last axis is open then.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path

from migrate.own_code.ranks import open_shape, rank_of
from migrate.own_code.scopes import CallSite
from migrate.own_code.values import Evaluator, UnknownValueError

Shape = tuple[int | str | None, ...]
_WHOLE = frozenset({"build", "zeros", "ones", "normal", "uniform", "random", "reshape"})
"""Functions and methods that take a shape whose first axis is the batch."""
_PARTS = frozenset({"rand", "randn", "reshape", "zeros"})
"""Those that may take it as one argument for each axis."""
_NAMED = frozenset({"shape", "input_shape"})
_MAX_SHAPES = 6


def is_subclassed(node: ast.ClassDef) -> bool:
    """Whether a class is derived from ``Model`` and says how it computes."""
    bases = {base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases}
    return "Model" in bases and any(isinstance(n, ast.FunctionDef) and n.name == "call" for n in node.body)


def input_shapes(
    node: ast.ClassDef, sites: Mapping[str, Sequence[CallSite]], files: Set[Path], evaluator: Evaluator
) -> list[Shape]:
    """Shapes, without the batch, that the one input of a class may have; what the sources tell goes first.

    Args:
        node: the class.
        sites: calls of the sources.
        files: those that define or call it; what others call tells nothing of it.
        evaluator: of their arguments.
    """
    first = next((name for name in _made_in(node) if rank_of(name)), "")
    rank = rank_of(first)
    told: dict[Shape, None] = {}
    near = {
        name: [site for site in found if site.scope.module.path in files] for name, found in sites.items()
    }
    for shape in _told(near, evaluator):
        if rank is None or len(shape) == rank:
            told.setdefault(shape)
    found = list(told)[:_MAX_SHAPES]
    return [*found, open_shape(first)] if rank else found


def _made_in(node: ast.ClassDef) -> Iterator[str]:
    """Names of what the constructor calls, in their order."""
    for part in node.body:
        if isinstance(part, ast.FunctionDef) and part.name == "__init__":
            calls = [inner for inner in ast.walk(part) if isinstance(inner, ast.Call)]
            for call in sorted(calls, key=lambda c: (c.lineno, c.col_offset)):
                yield call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _told(sites: Mapping[str, Sequence[CallSite]], evaluator: Evaluator) -> Iterator[Shape]:
    for name in sorted(_WHOLE | _PARTS):
        for site in sites.get(name, ()):
            arguments = [*site.node.args, *(k.value for k in site.node.keywords if k.arg in _NAMED)]
            for value in (_value(argument, site, evaluator) for argument in arguments):
                if isinstance(value, tuple | list) and len(value) > 1:
                    yield from _plain(value[1:])
            if name in _PARTS:
                yield from _plain([_value(argument, site, evaluator) for argument in arguments][1:])
    for name in ("Input", "InputLayer"):
        for site in sites.get(name, ()):
            arguments = [*site.node.args[:1], *(k.value for k in site.node.keywords if k.arg in _NAMED)]
            for value in (_value(argument, site, evaluator) for argument in arguments):
                if isinstance(value, tuple | list):
                    yield from _plain(value)


def _value(node: ast.expr, site: CallSite, evaluator: Evaluator) -> object:
    try:
        return evaluator.value(node, site.scope)
    except UnknownValueError:
        return None


def _plain(shape: Sequence[object]) -> Iterator[Shape]:
    """A shape whose sizes are known."""
    sizes = tuple(size for size in shape if isinstance(size, int) and not isinstance(size, bool) and size > 0)
    if sizes and len(sizes) == len(shape):
        yield sizes
