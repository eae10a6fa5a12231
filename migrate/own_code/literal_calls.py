"""Calls of literals alone: their arguments can be written again anywhere."""

from __future__ import annotations

import ast


def literal_arguments(call: ast.Call, skip: int = 0) -> str | None:
    """Source of a call's arguments behind the first ``skip``; None when one of them is no literal."""
    given = call.args[skip:]
    values = [*given, *(k.value for k in call.keywords)]
    if (
        len(call.args) < skip
        or not all(map(_is_literal, values))
        or any(k.arg is None for k in call.keywords)
    ):
        return None
    return ", ".join([*map(ast.unparse, given), *(f"{k.arg}={ast.unparse(k.value)}" for k in call.keywords)])


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def fits(function: ast.FunctionDef, arguments: str) -> bool:
    """Whether the arguments are all that the function needs."""
    call = ast.parse(f"f({arguments})", mode="eval").body
    assert isinstance(call, ast.Call)
    given = function.args
    names = [a.arg for a in (*given.posonlyargs, *given.args)]
    needed = names[: len(names) - len(given.defaults)]
    needed += [a.arg for a, d in zip(given.kwonlyargs, given.kw_defaults, strict=True) if d is None]
    passed = {k.arg for k in call.keywords}
    if len(call.args) > len(names) or not set(needed[len(call.args) :]) <= passed:
        return False
    known = {*names, *(a.arg for a in given.kwonlyargs)}
    return given.kwarg is not None or passed <= known
