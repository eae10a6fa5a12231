"""Defaults of command-line arguments, as a source declares them: ``ArgumentParser`` and TensorFlow's flags."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from migrate.own_code.modules import SourceModule

_TYPED = {"int", "float"}


def parser_defaults(module: SourceModule, function: ast.FunctionDef | None) -> dict[str, ast.expr | None]:
    """Destination → default of the arguments that are added around a call of ``parse_args``; None for no default.

    Args:
        module: of the call.
        function: the call is in; arguments added elsewhere in the module count where it adds none itself.
    """
    inside = list(_calls([function], "add_argument")) if function is not None else []
    found: dict[str, ast.expr | None] = {}
    for call in inside or _calls([s.node for s in module.statements], "add_argument"):
        options = {k.arg: k.value for k in call.keywords if k.arg}
        names = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if not names:
            continue
        name = _destination(names, options.get("dest"))
        found[name] = _default(options)
    return found


def defaults(module: SourceModule) -> dict[str, ast.expr | None]:
    """Name → default of the flags that a module defines with ``DEFINE_integer(name, default, help)`` and the like."""
    found: dict[str, ast.expr | None] = {}
    for call in _calls([s.node for s in module.statements], "DEFINE_"):
        given = dict(zip(("name", "default"), call.args, strict=False))
        given |= {k.arg: k.value for k in call.keywords if k.arg}
        name = given.get("name")
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            found[name.value] = given.get("default")
    return found


def _destination(names: list[str], dest: ast.expr | None) -> str:
    if isinstance(dest, ast.Constant) and isinstance(dest.value, str):
        return dest.value
    long = next((name for name in names if name.startswith("--")), names[0])
    return long.lstrip("-").replace("-", "_")


def _default(options: dict[str, ast.expr]) -> ast.expr | None:
    default, action = options.get("default"), options.get("action")
    if default is None and isinstance(action, ast.Constant) and action.value in ("store_true", "store_false"):
        return ast.Constant(action.value == "store_false")
    kind = options.get("type")
    if (
        isinstance(default, ast.Constant)
        and isinstance(default.value, str)
        and isinstance(kind, ast.Name)
        and kind.id in _TYPED
    ):
        return ast.Call(kind, [default], [])  # ArgumentParser converts a default that is text
    return default


def _calls(nodes: list[ast.stmt], name: str) -> Iterator[ast.Call]:
    """Calls of a method, or of all whose name begins so where it ends with ``_``."""
    for node in nodes:
        for call in ast.walk(node):
            if isinstance(call, ast.Call):
                called = (
                    call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                )
                if called == name or (name.endswith("_") and called.startswith(name)):
                    yield call
