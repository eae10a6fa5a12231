"""One call against the catalogue's changed arguments: what to name, rename, drop, pin, or leave to a person."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from codemods.catalogue import Change, load, positional
from codemods.edits import Code, DropArgument, Edit, NameArguments, RenameArgument, SetArgument
from codemods.target import Target
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
    known = _change_of(name, ctx.target, release(ctx))
    if known is not None:
        yield from _positions(call, ctx, known)
        yield from _keywords(call, ctx, name, known)
        yield from _defaults(call, ctx, known)


@dataclass(frozen=True, slots=True)
class _Changed:
    """A callable of Keras 2 in a release of Keras 3.

    Attributes:
        place: its name there.
        order, new_order: the positional parameters in Keras 2 and there.
        changes: its changed arguments.
        renamed: by argument: its new name.
    """

    place: str
    order: tuple[str, ...]
    new_order: tuple[str, ...]
    changes: tuple[Change, ...]
    renamed: Mapping[str, str]


@lru_cache(maxsize=4096)
def _change_of(name: str, target: Target, version: tuple[int, ...]) -> _Changed | None:
    """What the catalogue knows of a callable; None when it does not live on, or its parameters are not known."""
    catalogue = load()
    place, text = catalogue.destination(name, target), catalogue.legacy_signature(name)
    now = catalogue.signature(place, target, version) if place is not None else None
    if place is None or text is None or now is None:
        return None
    changes = catalogue.changes(name)
    renamed = {c.argument: c.value for c in changes if c.change == "removed" and c.policy == "rename"}
    return _Changed(place, positional(text), positional(now), changes, renamed)


def _positions(call: ast.Call, ctx: Context, known: _Changed) -> Iterator[Step]:
    order, new_order = known.order, known.new_order
    args = ctx.arguments(call, *order)
    given = len(args.positional)
    if args.star or given > len(order):
        return
    for index in range(given):
        old = order[index]
        if index < len(new_order) and new_order[index] == known.renamed.get(old, old):
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


def _keywords(call: ast.Call, ctx: Context, name: str, known: _Changed) -> Iterator[Step]:
    catalogue = load()
    for keyword in call.keywords:
        argument = keyword.arg
        if argument is None:
            continue
        change = next((c for c in known.changes if c.argument == argument and c.change == "removed"), None)
        short = name.removeprefix("keras.")
        if change is None or change.policy not in {"rename", "drop", "drop-default", "manual"}:
            continue
        place = known.place
        if argument in (catalogue.parameters(place, ctx.target, release(ctx)) or ()) or (
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


def _defaults(call: ast.Call, ctx: Context, known: _Changed) -> Iterator[Step]:
    args = ctx.arguments(call, *known.order)
    if args.opaque:
        return
    for change in known.changes:
        if change.argument in args:
            continue
        pin = change.policy == "pin" or (
            change.policy == "pin-ema" and ctx.literal(args.get("use_ema"), False) is True
        )
        if pin:
            text = f"{change.argument} defaulted to {change.value} ({change.where})"
            edit = SetArgument(call, change.argument, Code(change.value))
            yield Step("pin", change.argument, (edit,), text)
