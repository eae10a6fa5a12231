"""Write a call as the catalogue says: the shared hand of the families ``BKD`` (``K.*``) and ``OPS`` (``tf.*``).

A row of ``functions.tsv`` is an expression over the parameter names of the old function. Where it is a plain call
whose arguments are those names, the old call is changed in place (reference, names of arguments), which keeps
comments and line breaks; otherwise the whole expression is rewritten.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from codemods.catalogue import Function, defaults, load, names, positional
from codemods.edits import (
    Code,
    DropArgument,
    Edit,
    NameArguments,
    RenameArgument,
    ReplaceExpression,
    ReplaceReference,
    SetArgument,
)

if TYPE_CHECKING:
    from codemods.context import Context

IGNORED = frozenset({"name"})
"""Arguments that only named graph nodes."""
_KERAS_1 = {"border_mode": "padding", "high": "maxval", "low": "minval", "std": "stddev"}
"""Arguments of the backend by the names of Keras 1."""


@lru_cache(maxsize=1024)
def _template(call: str) -> ast.expr:
    return ast.parse(call, mode="eval").body


@dataclass(slots=True)
class _Filled:
    """A template with the arguments of one call put in; ``complete`` is False when one is missing."""

    supplied: dict[str, ast.expr]
    parameters: frozenset[str]
    optional: frozenset[str]
    used: set[str] = field(default_factory=set)
    complete: bool = True

    def value(self, node: ast.expr) -> ast.expr | None:
        """What stands for one argument of the template: None to leave it out."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and isinstance(node.left, ast.Name):
            if node.left.id in self.supplied:
                self.used.add(node.left.id)
                return node.left
            return node.right
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd):
            node = node.operand
            if isinstance(node, ast.Name) and node.id not in self.supplied:
                self.complete = False
        if isinstance(node, ast.Name) and node.id in self.parameters and node.id not in self.supplied:
            if node.id not in self.optional:
                self.complete = False
            return None
        return self.expression(node)

    def expression(self, node: ast.expr) -> ast.expr:
        """The template below one node, optional arguments of calls left out."""
        if isinstance(node, ast.Call):
            args: list[ast.expr] = []
            for argument in node.args:
                value = self.value(argument)
                if value is not None:
                    args.append(value)
            keywords = [
                ast.keyword(keyword.arg, value)
                for keyword in node.keywords
                if (value := self.value(keyword.value)) is not None
            ]
            return ast.Call(self.expression(node.func), args, keywords)
        for inner in ast.walk(node):
            if isinstance(inner, ast.Call) and inner is not node:
                continue
            if isinstance(inner, ast.Name) and inner.id in self.parameters:
                if inner.id in self.supplied:
                    self.used.add(inner.id)
                else:
                    self.complete = False
        return node


def dotted(node: ast.expr) -> str | None:
    """``keras.ops.mean`` of the attribute chain of a template."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id, *reversed(parts)])


def plan(call: ast.Call, ctx: Context, function: Function) -> tuple[Edit, ...] | None:
    """The edits that write a call as one row says, None when the row does not fit the arguments."""
    order = positional(function.parameters)
    args = ctx.arguments(call, *order)
    known = frozenset(names(function.parameters)) - {"*", "**"}
    written = {_spoken(name, known): name for name in args.keywords}
    if args.opaque or len(args.positional) > len(order) or written.keys() - known:
        return None
    supplied = {name: v for name in known if (v := args.get(written.get(name, name))) is not None}
    filled = _Filled(supplied, known, frozenset(defaults(function.parameters)))
    template = _template(function.call)
    made = filled.expression(template)
    if not filled.complete or set(supplied) - filled.used - IGNORED:
        return None
    if isinstance(template, ast.Call) and (target := dotted(template.func)) and target.startswith("keras."):
        edits = _in_place(call, args.positional, written, order, template, target, filled)
        if edits is not None:
            return edits
    holes = {name: value for name, value in supplied.items() if name in filled.used}
    return (ReplaceExpression(call, Code(ast.unparse(ast.fix_missing_locations(made)), holes)),)


def _in_place(
    call: ast.Call,
    given: tuple[ast.expr, ...],
    written: dict[str, str],
    order: tuple[str, ...],
    template: ast.Call,
    target: str,
    filled: _Filled,
) -> tuple[Edit, ...] | None:
    """Edits of the call itself; None when the template is more than a call of the same arguments."""
    new_order = positional(load().signature(target) or load().signature(target, "tf.keras") or "")
    edits: list[Edit] = [ReplaceReference(call.func, target)]
    place: dict[str, int] = {}
    keyword_of: dict[str, str] = {}
    extra: list[tuple[str, str]] = []
    for index, argument in enumerate(template.args):
        name = _plain(argument)
        if name is not None and name in filled.parameters:
            place[name] = index
        elif name is None and _default(argument):
            parameter, default = _default(argument) or ("", "")
            place[parameter] = index
            if parameter not in filled.supplied:
                if index >= len(new_order):
                    return None
                extra.append((new_order[index], default))
        else:
            return None
    for keyword in template.keywords:
        name = _plain(keyword.value)
        if name is not None and name in filled.parameters and keyword.arg:
            keyword_of[name] = keyword.arg
        elif (found := _default(keyword.value)) and keyword.arg:
            keyword_of[found[0]] = keyword.arg
            if found[0] not in filled.supplied:
                extra.append((keyword.arg, found[1]))
        elif keyword.arg and isinstance(keyword.value, ast.Constant):
            extra.append((keyword.arg, ast.unparse(keyword.value)))
        else:
            return None

    new_names: list[str] = []
    for index, _ in enumerate(given):
        name = order[index]
        if name in IGNORED and name not in place and name not in keyword_of:
            edits.append(DropArgument(call, index))
            new_names.append("")
        elif name in place:
            if place[name] != index:
                return None
            new_names.append("")
        elif name in keyword_of:
            new_names.append(keyword_of[name])
    named = [name for name in new_names if name]
    if named:
        first = new_names.index(named[0])
        if any(not name for name in new_names[first:]):
            return None
        edits.append(NameArguments(call, tuple(new_names)))
    for name, old in sorted(written.items()):
        if name in keyword_of:
            new = keyword_of[name]
        elif name in place:
            if place[name] >= len(new_order):
                return None
            new = new_order[place[name]]
        else:
            edits.append(DropArgument(call, old))
            continue
        if new != old:
            edits.append(RenameArgument(call, old, new))
    edits += [SetArgument(call, name, Code(value)) for name, value in extra]
    return tuple(edits)


def _spoken(name: str, known: frozenset[str]) -> str:
    """An argument by the name that Keras 2 gave it."""
    return name if name in known else _KERAS_1.get(name, name)


def _plain(node: ast.expr) -> str | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd):
        node = node.operand
    return node.id if isinstance(node, ast.Name) else None


def _default(node: ast.expr) -> tuple[str, str] | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and isinstance(node.left, ast.Name):
        return node.left.id, ast.unparse(node.right)
    return None


def bare(function: Function) -> str | None:
    """The symbol that can stand for a function that is passed on, not called: same arguments, same order."""
    if not function.call or function.call.startswith("@"):
        return None
    template = _template(function.call)
    if not isinstance(template, ast.Call):
        return None
    order = positional(function.parameters)
    straight = all(_plain(argument) == name for argument, name in zip(template.args, order, strict=False))
    required = [name for name in order if name not in defaults(function.parameters)]
    pinned = any(
        _default(keyword.value) or isinstance(keyword.value, ast.Constant) for keyword in template.keywords
    )
    target = dotted(template.func)
    if not straight or pinned or len(template.args) < len(required) or target is None:
        return None
    return target if target.startswith("keras.") else None
