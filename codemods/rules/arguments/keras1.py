"""What Keras 1 called otherwise, and Keras 2.0 to 2.3 still took (family ``KON``)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING

from codemods.catalogue import Keras1Argument, load
from codemods.edits import (
    Code,
    DropArgument,
    Edit,
    RenameArgument,
    ReplaceExpression,
    SetArgument,
)
from codemods.rules.api import EVERYWHERE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_NOTES = "https://github.com/keras-team/keras/wiki/Keras-2.0-release-notes"
KON001 = SourceRule(
    code="KON001",
    name="keras1-argument",
    summary="An argument has its Keras 1 name.",
    severity=Severity.ERROR,
    applies_to="<2.0",
    targets=EVERYWHERE,
    why="Keras 2.0 renamed most arguments and accepted the old names with a warning until 2.3; later releases do "
    "not accept them.",
    references=(_NOTES,),
    manual="see the release notes of Keras 2.0",
    proofs=(Proof(expect="raises"),),
)
KON002 = SourceRule(
    code="KON002",
    name="keras1-kernel-size",
    summary="Rows and columns of a kernel are a single argument.",
    severity=Severity.SILENT,
    ambiguous=True,
    applies_to="<2.0",
    targets=EVERYWHERE,
    why="The third positional argument was the number of columns and is now the stride: Convolution2D(64, 3, 3) "
    "silently becomes a convolution that skips eight of nine positions.",
    references=(_NOTES,),
    proofs=(Proof(changes=True),),
)
KON003 = SourceRule(
    code="KON003",
    name="keras1-dim-ordering",
    summary="dim_ordering is data_format.",
    severity=Severity.ERROR,
    applies_to="<2.0",
    targets=EVERYWHERE,
    why="`tf` is channels_last, `th` channels_first, `default` the global setting.",
    references=(_NOTES,),
    manual="tf is channels_last, th is channels_first",
    proofs=(Proof(expect="raises"),),
)


_ELSEWHERE = {
    "keras.Model",
    "keras.models.Model",
    "keras.utils.to_categorical",
    "keras.preprocessing.text.Tokenizer",
    "keras.datasets.imdb.load_data",
    "keras.datasets.reuters.load_data",
}
_KERNELS = {"Conv2D": 2, "ConvLSTM2D": 2, "Conv3D": 3, "SeparableConv2D": 2, "Conv2DTranspose": 2}
_AXES = {2: ("nb_row", "nb_col"), 3: ("kernel_dim1", "kernel_dim2", "kernel_dim3")}
_EVIDENCE = frozenset(
    (
        *(
            "border_mode",
            "subsample",
            "init",
            "dim_ordering",
            "W_regularizer",
            "b_regularizer",
            "W_constraint",
        ),
        *("b_constraint", "bias", "nb_filter", "nb_row", "nb_col", "atrous_rate"),
    )
)


def _same(short: str) -> str:
    """The shortest of all names of an object: MaxPooling1D and MaxPool1D are one layer."""
    known = load().symbols.get(short)
    return known.same if known is not None else ""


@lru_cache(maxsize=512)
def keras_1_arguments(symbol: str) -> dict[str, Keras1Argument]:
    """Old argument to its row, for one class; rows of the class itself win over patterns."""
    short = symbol.removeprefix("keras.")
    same = _same(short)
    found: dict[str, Keras1Argument] = {}
    for row in sorted(load().keras1, key=lambda row: "*" not in row.symbol):
        if fnmatchcase(short, row.symbol) or _same(row.symbol) == same != "":
            found[row.argument] = row
    return found


@visit(KON001, KON003, calls=load().names("layers.") | _ELSEWHERE)
def arguments(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """Keyword arguments with the names of Keras 1."""
    symbol = ctx.name(call.func) or ""
    keywords = ctx.arguments(call).keywords
    for name, keyword in keywords.items():
        row = keras_1_arguments(symbol).get(name)
        if row is None:
            continue
        if row.policy == "rename":
            edit = RenameArgument(call, name, row.value)
            text = f"{name}= is {row.value}="
            yield Match(KON001, call, message=text, edits=(edit,), symbol=symbol, argument=name)
        elif row.policy == "drop" or (
            row.policy == "drop-default" and ctx.source(keyword.value) == row.value
        ):
            text = f"{name}= was removed: {row.note}"
            yield Match(
                KON001, call, message=text, edits=(DropArgument(call, name),), symbol=symbol, argument=name
            )
        elif row.policy == "dim-ordering":
            yield from _dim_ordering(call, keyword, ctx)
        elif row.policy == "forget-bias" and ctx.literal(keyword.value) in {"one", "zero"}:
            value = Code(str(ctx.literal(keyword.value) == "one"))
            edits = (DropArgument(call, name), SetArgument(call, row.value, value))
            yield Match(KON001, call, edits=edits, symbol=symbol, argument=name)
        elif row.policy != "kernel":
            yield Match(KON001, call, hint=row.note, symbol=symbol, argument=name, fix=Fix.MANUAL)


def _dim_ordering(call: ast.Call, keyword: ast.keyword, ctx: Context) -> Iterator[Match]:
    value = ctx.literal(keyword.value)
    new = {"tf": "channels_last", "th": "channels_first"}.get(value) if isinstance(value, str) else None
    drop = DropArgument(call, "dim_ordering")
    if value == "default":
        yield Match(KON003, call, edits=(drop,), argument="dim_ordering")
    elif new is not None:
        edit = SetArgument(call, "data_format", Code(repr(new)))
        yield Match(KON003, call, edits=(drop, edit), argument="dim_ordering")
    else:
        yield Match(KON003, call, hint=KON003.manual, argument="dim_ordering", fix=Fix.MANUAL)


def _kernel_calls() -> frozenset[str]:
    return frozenset(
        name
        for name in load().names("layers.")
        if (known := load().symbol(name)) is not None and known.same.rpartition(".")[2] in _KERNELS
    ) | {"keras.layers.Convolution2D", "keras.layers.Convolution3D", "keras.layers.SeparableConvolution2D"}


@visit(KON002, calls=_kernel_calls())
def kernels(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``Convolution2D(64, 3, 3)`` and ``nb_row=3, nb_col=3``."""
    symbol = ctx.name(call.func) or ""
    known = load().symbol(symbol)
    size = _KERNELS.get(known.same.rpartition(".")[2]) if known is not None else None
    if size is None:
        return
    args = ctx.arguments(call)
    axes = _AXES[size]
    if args.star:
        return
    if set(axes) <= args.keywords.keys():
        holes = {name: args.keywords[name].value for name in axes}
        edits: tuple[Edit, ...] = (
            *(DropArgument(call, name) for name in axes),
            SetArgument(call, "kernel_size", Code(f"({', '.join(axes)})", holes)),
        )
        yield Match(KON002, call, edits=edits, symbol=symbol, argument="nb_row")
        return
    if len(call.args) != 1 + size or {"kernel_size", "strides", "padding"} & args.keywords.keys():
        return
    certain = bool(_EVIDENCE & args.keywords.keys()) or (
        ctx.origin(call.func) == "keras" and "Convolution" in ctx.source(call.func)
    )
    if not certain and not (ctx.origin(call.func) == "keras" and _all_numbers(call.args[1:], ctx)):
        return
    text = f"({', '.join(ctx.source(value) for value in call.args[1:])})"
    edits_in_place: tuple[Edit, ...] = (
        ReplaceExpression(call.args[1], Code(text)),
        *(DropArgument(call, index) for index in range(2, 1 + size)),
    )
    fix = Fix.SAFE if certain else Fix.UNSAFE
    yield Match(KON002, call, edits=edits_in_place, symbol=symbol, argument="nb_row", fix=fix)


def _all_numbers(values: list[ast.expr], ctx: Context) -> bool:
    return all(isinstance(ctx.literal(value), int) for value in values)
