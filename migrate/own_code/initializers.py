"""Initial values of Keras 1: functions of a shape and a name, which later Keras calls otherwise, as its own classes.

``def init_normal(shape, name=None): return initializations.normal(shape, scale=0.01, name=name)`` becomes
``init_normal = initializers.RandomNormal(stddev=0.01)``, a lambda of that form likewise.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from codemods.files.source import Source, SourceError, parse

_MODULE = "keras.initializations"
_SCALE = 0.05
_CLASSES = {
    "normal": "RandomNormal(stddev={scale})",
    "uniform": "RandomUniform(minval=-({scale}), maxval={scale})",
    "lecun_uniform": "LecunUniform()",
    "glorot_normal": "GlorotNormal()",
    "glorot_uniform": "GlorotUniform()",
    "he_normal": "HeNormal()",
    "he_uniform": "HeUniform()",
    "orthogonal": "Orthogonal(gain={scale})",
    "identity": "Identity(gain={scale})",
    "zero": "Zeros()",
    "one": "Ones()",
}
_SCALES = {"orthogonal": 1.1, "identity": 1.0}


def with_classes(text: str) -> str:
    """A slice whose initializers of Keras 1 are objects of Keras' classes; any other text as it is."""
    if "initializations" not in text:
        return text
    try:
        tree = parse(text)
    except SourceError:
        return text
    source = Source(Path("slice.py"), text)
    modules, functions = _imported(tree)
    edits: list[tuple[int, int, str]] = []
    for node, call in _wrappers(tree):
        name = _called(call, modules, functions)
        made = _made(name, call, source) if name else None
        if made is not None:
            new = f"{node.name} = {made}" if isinstance(node, ast.FunctionDef) else made
            edits.append((*source.span(node), new))
    if edits:
        futures = [n for n in tree.body if isinstance(n, ast.ImportFrom) and n.module == "__future__"]
        at = max((source.span(node)[1] + 1 for node in futures), default=0)  # nothing may stand before these
        edits.append((at, at, "from keras import initializers\n"))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _imported(tree: ast.Module) -> tuple[set[str], dict[str, str]]:
    """Names of the module of initializers, and name → function that is imported from it."""
    modules: set[str] = set()
    functions: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                if f"{node.module}.{alias.name}" == _MODULE:
                    modules.add(alias.asname or alias.name)
                elif node.module == _MODULE:
                    functions[alias.asname or alias.name] = alias.name
        elif isinstance(node, ast.Import):
            modules |= {alias.asname or alias.name for alias in node.names if alias.name == _MODULE}
    return modules, functions


def _wrappers(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef | ast.Lambda, ast.Call]]:
    """Functions and lambdas of a shape that return what one call gives for it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and not node.decorator_list:
            body = [
                s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
            ]
            value = body[0].value if len(body) == 1 and isinstance(body[0], ast.Return) else None
        elif isinstance(node, ast.Lambda):
            value = node.body
        else:
            continue
        first = node.args.args[0].arg if node.args.args else ""
        if isinstance(value, ast.Call) and value.args and ast.unparse(value.args[0]) == first:
            yield node, value


def _called(call: ast.Call, modules: set[str], functions: dict[str, str]) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr if ast.unparse(call.func.value) in modules else ""
    return functions.get(getattr(call.func, "id", ""), "")


def _made(name: str, call: ast.Call, source: Source) -> str | None:
    """The object that stands for a call; None where the call says more than a scale."""
    if name not in _CLASSES or len(call.args) > 2 or {k.arg for k in call.keywords} - {"scale", "name"}:
        return None
    given = next(
        (k.value for k in call.keywords if k.arg == "scale"), call.args[1] if len(call.args) > 1 else None
    )
    scale = str(_SCALES.get(name, _SCALE)) if given is None else source.segment(given)
    return f"initializers.{_CLASSES[name].format(scale=scale)}"
