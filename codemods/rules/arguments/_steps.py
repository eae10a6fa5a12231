"""One call against the catalogue's changed arguments: what to name, rename, drop, pin, or leave to a person."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.catalogue import Change, load, positional
from codemods.edits import Code, DropArgument, Edit, NameArguments, RenameArgument, SetArgument
from migrate.findings import Fix

if TYPE_CHECKING:
    from codemods.context import Context


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do about one argument of a call.

    Attributes:
        policy: ``position``, ``rename``, ``drop``, ``pin`` or ``manual``.
        argument: the argument as Keras 2 calls it.
        edits: the plan; empty for ``manual``.
        text: what to tell.
        hint: what a person does.
    """

    policy: str
    argument: str
    edits: tuple[Edit, ...]
    text: str
    hint: str = ""
    fix: Fix = Fix.SAFE


def release(ctx: Context) -> tuple[int, ...]:
    """Major and minor of the destination."""
    return ctx.version.release[:2]


def steps(call: ast.Call, ctx: Context, name: str) -> Iterator[Step]:
    """Everything the catalogue knows to do about the arguments of a call of ``name``."""
    catalogue = load()
    place = catalogue.destination(name, ctx.target)
    text = catalogue.legacy_signature(name)
    if place is None or text is None:
        return
    now = catalogue.signature(place, ctx.target, release(ctx))
    if now is None:
        return
    changes = catalogue.changes(name)
    renamed = {c.argument: c.value for c in changes if c.change == "removed" and c.policy == "rename"}
    order, new_order = positional(text), positional(now)
    yield from _positions(call, ctx, order, new_order, renamed)
    yield from _keywords(call, ctx, name, place, changes)
    yield from _defaults(call, ctx, changes, order)


def _positions(
    call: ast.Call, ctx: Context, order: tuple[str, ...], new_order: tuple[str, ...], renamed: dict[str, str]
) -> Iterator[Step]:
    args = ctx.arguments(call, *order)
    given = len(args.positional)
    if args.star or given > len(order):
        return
    for index in range(given):
        old = order[index]
        if index < len(new_order) and new_order[index] == renamed.get(old, old):
            continue
        wanted = order[index:given]
        found = "" if index >= len(new_order) else f" and means {new_order[index]!r} there"
        yield Step(
            "position",
            old,
            (NameArguments(call, ("",) * index + wanted),),
            f"argument {index + 1} is {old!r} in Keras 2{found}: pass it by name",
        )
        return


def _keywords(
    call: ast.Call, ctx: Context, name: str, place: str, changes: tuple[Change, ...]
) -> Iterator[Step]:
    catalogue = load()
    for keyword in call.keywords:
        argument = keyword.arg
        if argument is None:
            continue
        change = next((c for c in changes if c.argument == argument and c.change == "removed"), None)
        short = name.removeprefix("keras.")
        if change is None or change.policy not in {"rename", "drop", "drop-default", "manual"}:
            continue
        known = catalogue.parameters(place, ctx.target, release(ctx)) or ()
        if argument in known or (
            change.policy != "rename" and catalogue.accepts(place, argument, ctx.target, release(ctx))
        ):
            continue
        hint = change.note
        if change.policy == "rename":
            edit = RenameArgument(call, argument, change.value)
            yield Step("rename", argument, (edit,), f"{short}({argument}=) is {change.value}= in Keras 3")
        elif change.policy == "drop" or _neutral(keyword.value, ctx, change.value):
            text = f"{short}({argument}=) is gone" + (f": {hint}" if change.policy == "drop" and hint else "")
            if change.policy == "drop-default":
                text += f"; {ctx.source(keyword.value)} was its neutral value"
            yield Step("drop", argument, (DropArgument(call, argument),), text)
        else:
            yield Step("manual", argument, (), f"{short}({argument}=) is gone", hint)


def _neutral(value: ast.expr, ctx: Context, neutral: str) -> bool:
    return bool(neutral) and repr(ctx.literal(value, ...)) == repr(ast.literal_eval(neutral))


def _defaults(
    call: ast.Call, ctx: Context, changes: tuple[Change, ...], order: tuple[str, ...]
) -> Iterator[Step]:
    args = ctx.arguments(call, *order)
    if args.opaque:
        return
    for change in changes:
        if change.argument in args:
            continue
        pin = change.policy == "pin" or (
            change.policy == "pin-ema" and ctx.literal(args.get("use_ema"), False) is True
        )
        if pin:
            text = f"{change.argument} defaulted to {change.value} ({change.where})"
            edit = SetArgument(call, change.argument, Code(change.value))
            yield Step("pin", change.argument, (edit,), text)
