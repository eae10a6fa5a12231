"""Layers whose ``__init__`` takes no ``**kwargs`` take them, and pass them to the class that they are derived from.

``Layer.get_config`` writes ``name``, ``trainable`` and ``dtype`` beside what the author's class writes, and
``Layer.from_config`` calls the class with all of it: a class that takes no ``trainable`` can be built and saved, and
its archive cannot be loaded. ``def __init__(self, name=None): super().__init__(name=name)`` becomes
``def __init__(self, name=None, **kwargs): super().__init__(name=name, **kwargs)``.

Source: ``Layer.get_config`` and ``Operation.from_config`` of Keras 3.15, ``base_layer.py`` of Keras 2.15.
"""

from __future__ import annotations

import ast
import tokenize
from collections.abc import Iterator
from pathlib import Path

from codemods.files.source import Source, SourceError, parse

_LAYER = "Layer"
_GIVEN = "kwargs"
_BLANK = frozenset({tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT})


def with_base_arguments(text: str) -> str:
    """A slice whose layers hand the arguments of ``Layer`` on; any other text as it is."""
    if _LAYER not in text:
        return text
    try:
        tree = parse(text)
    except SourceError:
        return text
    source = Source(Path("slice.py"), text)
    inserts = [edit for made in _layers(tree) for edit in _inserts(source, made)]
    for at, new in sorted(inserts, reverse=True):
        text = text[:at] + new + text[at:]
    return text


def _layers(tree: ast.Module) -> Iterator[ast.ClassDef]:
    """Classes derived from ``Layer``, whatever it is imported from, or from another class of the slice that is."""
    known = {_LAYER}
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and any(_last(base) in known for base in node.bases):
            known.add(node.name)
            yield node


def _inserts(source: Source, made: ast.ClassDef) -> Iterator[tuple[int, str]]:
    """Positions and what is put there; none for a class that takes them already, or that calls no base as expected."""
    init = next((n for n in made.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None)
    call = _base_call(made, init) if init is not None else None
    if init is None or call is None:
        return
    given = init.args
    parameters = {a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)}
    name = given.kwarg.arg if given.kwarg else _GIVEN
    fixed = [k for k in call.keywords if k.arg is None or k.arg not in parameters]
    if fixed or _mentions(init, name) or name in parameters:
        return
    if given.kwarg is None:
        yield _added(source, source.span(init)[0], f"**{name}")
    yield _added(source, source.span(call.func)[1], f"**{name}")


def _base_call(made: ast.ClassDef, init: ast.FunctionDef) -> ast.Call | None:
    """The one ``super().__init__(…)`` without positional arguments; None for others."""
    calls = [
        node
        for node in ast.walk(init)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "__init__"
        and isinstance(node.func.value, ast.Call)
        and _last(node.func.value.func) == "super"
    ]
    return calls[0] if len(calls) == 1 and not calls[0].args else None


def _mentions(init: ast.FunctionDef, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(init))


def _added(source: Source, start: int, new: str) -> tuple[int, str]:
    """Where, behind the last entry of the first brackets from a position on, one more is put, and with which comma."""
    lines = source.text[start:].splitlines(keepends=True)
    depth, end, last = 0, (1, 0), "("
    for token in tokenize.generate_tokens(iter(lines).__next__):
        if token.type in _BLANK:
            continue
        depth += (token.string in "([{") - (token.string in ")]}") if token.type == tokenize.OP else 0
        if depth == 0 and token.string == ")":
            break
        if depth:
            end, last = token.end, token.string
    at = start + sum(len(line) for line in lines[: end[0] - 1]) + end[1]
    return at, new if last == "(" else f" {new}" if last == "," else f", {new}"


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
