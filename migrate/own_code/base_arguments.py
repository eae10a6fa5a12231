"""Layers whose ``__init__`` takes no ``**kwargs`` take them, and pass them to the class that they are derived from.

``Layer.get_config`` writes ``name``, ``trainable`` and ``dtype`` beside what the author's class writes, and
``Layer.from_config`` calls the class with all of it: a class that takes no ``trainable`` can be built and saved, and
its archive cannot be loaded. ``def __init__(self, name=None): super().__init__(name=name)`` becomes
``def __init__(self, name=None, **kwargs): super().__init__(name=name, **kwargs)``. What the author fixes stays the
default of what is read: ``super().__init__(trainable=False, **kwargs)`` would be given ``trainable`` twice, and becomes
``super().__init__(trainable=kwargs.pop("trainable", False), **kwargs)``.

Source: ``Layer.get_config`` and ``Operation.from_config`` of Keras 3.15, ``base_layer.py`` of Keras 2.15.
"""

from __future__ import annotations

import ast
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from codemods.catalogue import load, positional
from codemods.files.source import Source, SourceError, parse
from migrate.formats.stock import LAYERS

_LAYER = "Layer"
_GIVEN = "kwargs"
_BLANK = frozenset({tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT})
_WRITTEN = frozenset({"name", "trainable", "dtype"})
"""What ``Layer.get_config`` writes."""
_POSITIONAL = ("trainable", "name", "dtype", "dynamic")
"""What ``Layer.__init__`` of Keras 2 takes by position; that of Keras 3 takes nothing so."""

Edit = tuple[int, int, str]
"""Start, end and what is put there."""


@dataclass(frozen=True, slots=True)
class _Base:
    """The class that a layer is derived from.

    Attributes:
        order: names of its parameters by position.
        written: names that its ``get_config`` writes; None where any may be.
    """

    order: tuple[str, ...]
    written: frozenset[str] | None


def with_base_arguments(text: str) -> str:
    """A slice whose layers hand the arguments of their base on; any other text as it is."""
    try:
        tree = parse(text)
    except SourceError:
        return text
    source = Source(Path("slice.py"), text)
    edits = [edit for made, bases in _layers(tree) for edit in _edits(source, made, bases)]
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _layers(tree: ast.Module) -> Iterator[tuple[ast.ClassDef, Mapping[str, _Base]]]:
    """Classes derived from a layer of Keras, whatever it is imported from, or from another one of the slice that is."""
    defined = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    called = {
        entry.asname: entry.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for entry in node.names
        if entry.asname
    }
    known: dict[str, _Base] = {}
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        bases: dict[str, _Base] = {}
        for name in map(_last, node.bases):
            stock = called.get(name, name)
            if name in known:
                bases[name] = known[name]
            elif name not in defined and stock in LAYERS:
                bases[name] = _stock(stock)
        if bases:
            init = _init(node)
            order = tuple(a.arg for a in init.args.args[1:]) if init else next(iter(bases.values())).order
            known[node.name] = _Base(order, None)
            yield node, bases


def _stock(name: str) -> _Base:
    if name == _LAYER:
        return _Base(_POSITIONAL, _WRITTEN)
    return _Base(positional(load().legacy_signature(f"keras.layers.{name}") or ""), None)


def _init(made: ast.ClassDef) -> ast.FunctionDef | None:
    return next((n for n in made.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None)


def _edits(source: Source, made: ast.ClassDef, bases: Mapping[str, _Base]) -> Iterator[Edit]:
    """Changes of one class; none for one that takes them already, or that calls no base as expected."""
    init = _init(made)
    if init is None:
        return
    calls = list(_base_calls(init, bases))
    given = init.args
    parameters = {a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)}
    name = given.kwarg.arg if given.kwarg else _GIVEN
    handed_on = [call for call, *_ in calls if _hands_on(call, name)]
    elsewhere = _mentions(init, name) > len(handed_on)
    if not calls or name in parameters or (elsewhere and len(handed_on) < len(calls)):
        return
    if given.kwarg is None:
        yield _added(source, source.span(init)[0], f"**{name}")
    for call, base, arguments in calls:
        yield from _fixed(source, call, base, arguments, parameters, name)
        if call not in handed_on:
            yield _added(source, source.span(call.func)[1], f"**{name}")


def _fixed(
    source: Source, call: ast.Call, base: _Base, arguments: list[ast.expr], parameters: set[str], name: str
) -> Iterator[Edit]:
    """The values that the author fixes become defaults of those that are read."""

    def twice(key: str) -> bool:
        return key not in parameters and (base.written is None or key in base.written)

    told = [keyword for keyword in call.keywords if keyword.arg is not None and twice(keyword.arg)]
    for keyword in told:
        start, end = source.span(keyword.value)
        yield start, end, f'{name}.pop("{keyword.arg}", {source.text[start:end]})'
    keys = base.order[: len(arguments)]
    if len(keys) < len(arguments) or any(isinstance(argument, ast.Starred) for argument in arguments):
        return
    if base.order is _POSITIONAL or any(map(twice, keys)):
        for key, value in zip(keys, arguments, strict=True):
            start, end = source.span(value)
            text = source.text[start:end]
            yield start, end, f'{key}={name}.pop("{key}", {text})' if twice(key) else f"{key}={text}"


def _base_calls(
    init: ast.FunctionDef, bases: Mapping[str, _Base]
) -> Iterator[tuple[ast.Call, _Base, list[ast.expr]]]:
    """Each ``super().__init__(…)`` and ``Layer.__init__(self, …)``, whose it is, and what it gives by position."""
    for node in ast.walk(init):
        if not (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "__init__"
        ):
            continue
        owner = node.func.value
        if isinstance(owner, ast.Call) and _last(owner.func) == "super":
            yield node, next(iter(bases.values())), node.args
        elif _last(owner) in bases and node.args and _last(node.args[0]) == init.args.args[0].arg:
            yield node, bases[_last(owner)], node.args[1:]


def _hands_on(call: ast.Call, name: str) -> bool:
    return any(k.arg is None and isinstance(k.value, ast.Name) and k.value.id == name for k in call.keywords)


def _mentions(init: ast.FunctionDef, name: str) -> int:
    return sum(isinstance(node, ast.Name) and node.id == name for node in ast.walk(init))


def _added(source: Source, start: int, new: str) -> Edit:
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
    return at, at, new if last == "(" else f" {new}" if last == "," else f", {new}"


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
