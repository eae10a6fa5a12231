"""Utilities and data preparation beyond their signatures (family ``DAT``, from 101 on)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, DropArgument, Edit, ReplaceExpression, SetArgument
from codemods.rules._evidence import LAYER, called_on, trust
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context


DAT101 = SourceRule(
    code="DAT101",
    name="to-categorical-dtype",
    summary="to_categorical has no dtype: the result is cast.",
    severity=Severity.ERROR,
    why="The parameter was removed; NumPy input gives NumPy output.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
DAT102 = SourceRule(
    code="DAT102",
    name="load-img-grayscale",
    summary="load_img(grayscale=True) is color_mode='grayscale'.",
    severity=Severity.ERROR,
    why="Deprecated since Keras 2.2.",
    references=(GUIDE,),
    manual="use color_mode='grayscale' or 'rgb'",
    proofs=(Proof(),),
)
DAT103 = SourceRule(
    code="DAT103",
    name="adapt-arguments",
    summary="adapt of Normalization accepts only the data.",
    severity=Severity.ERROR,
    why="The statistics of arrays are computed in one step.",
    references=(GUIDE,),
    manual="before adapt, take as many batches from the dataset as `steps` said",
    proofs=(Proof(tolerance=1e-5),),
)


@visit(DAT101, calls={"keras.utils.to_categorical"})
def to_categorical(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``to_categorical(y, num_classes, dtype)``."""
    args = ctx.arguments(call, "y", "num_classes", "dtype")
    dtype, y = args.get("dtype"), args.get("y") or args.get("x")
    if args.opaque or dtype is None or y is None:
        return
    classes = args.get("num_classes")
    text, holes = "labels", {"labels": y, "dtype": dtype}
    if classes is not None:
        text += ", num_classes=classes" if "num_classes" in args.keywords else ", classes"
        holes["classes"] = classes
    code = Code(f"keras.utils.to_categorical({text}).astype(dtype)", holes)
    yield Match(DAT101, call, edits=(ReplaceExpression(call, code),), argument="dtype")


@visit(DAT102, calls={"keras.utils.load_img", "keras.preprocessing.image.load_img"})
def load_img(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``load_img(path, grayscale=...)``."""
    args = ctx.arguments(call)
    if "grayscale" not in args.keywords:
        return
    value = ctx.literal(args.get("grayscale"))
    drop = DropArgument(call, "grayscale")
    if value is True and "color_mode" not in args.keywords:
        edits: tuple[Edit, ...] = (drop, SetArgument(call, "color_mode", Code("'grayscale'")))
        yield Match(DAT102, call, edits=edits, argument="grayscale")
    elif value is False:
        yield Match(DAT102, call, edits=(drop,), argument="grayscale")
    elif "color_mode" not in args.keywords:
        code = Code("'grayscale' if gray else 'rgb'", {"gray": args.keywords["grayscale"].value})
        yield Match(DAT102, call, edits=(drop, SetArgument(call, "color_mode", code)), argument="grayscale")
    else:
        yield Match(DAT102, call, hint=DAT102.manual, argument="grayscale", fix=Fix.MANUAL)


@visit(DAT103, methods={"adapt"}, of={LAYER})
def adapt(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``normalization.adapt(data, batch_size=, steps=)``."""
    layer = called_on(call)
    keywords = ctx.arguments(call).keywords
    if (fix := trust(ctx, layer, LAYER)) is None:
        return
    receiver = ctx.receiver(layer)
    if receiver is None or not receiver.cls.endswith(".Normalization"):
        return
    if "steps" in keywords:
        yield Match(DAT103, call, hint=DAT103.manual, argument="steps", fix=Fix.MANUAL)
    elif "batch_size" in keywords:
        yield Match(DAT103, call, edits=(DropArgument(call, "batch_size"),), argument="batch_size", fix=fix)
