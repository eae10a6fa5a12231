"""CUS: weights of layers and metrics that a project writes itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import (
    Code,
    DropArgument,
    Edit,
    NameArguments,
    RenameArgument,
    RenameAttribute,
    ReplaceExpression,
    ReplaceReference,
    SetArgument,
)
from codemods.rules._evidence import LAYER, METRIC, MODEL, called_on, text, trust
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Arguments, Context

CUS001 = SourceRule(
    code="CUS001",
    name="add-weight-order",
    summary="add_weight takes the shape first; pass the name as a keyword.",
    severity=Severity.ERROR,
    ambiguous=True,
    why="Keras 2: (name, shape, dtype, initializer, regularizer, ...), metrics: (name, shape, aggregation, ...). "
    "Keras 3: (shape, initializer, dtype, trainable, ...). Keras 3.15 says so in its error.",
    references=(GUIDE,),
    proofs=(Proof(), Proof("proof_2")),
)


CUS002 = SourceRule(
    code="CUS002",
    name="add-weight-argument-removed",
    summary="add_weight has no use_resource, synchronization and partitioner.",
    severity=Severity.ERROR,
    why="They selected among kinds of TensorFlow 1 variables.",
    references=(GUIDE,),
    proofs=(Proof(),),
)


CUS003 = SourceRule(
    code="CUS003",
    name="add-variable",
    summary="Layer.add_variable is add_weight.",
    severity=Severity.ERROR,
    why="Deprecated since TensorFlow 1.13.",
    references=(GUIDE,),
    proofs=(Proof(),),
)


CUS006 = SourceRule(
    code="CUS006",
    name="tf-variable-attribute",
    summary="A tf.Variable on a layer or model is not tracked.",
    severity=Severity.SILENT,
    fix=Fix.UNSAFE,
    why="Keras 3 collects only keras.Variable: the weight is silently neither trained nor saved. len(layer.weights) "
    "was 1 and becomes 0.",
    references=(GUIDE,),
    proofs=(Proof(changes=True, unsafe=True),),
)


CUS022 = SourceRule(
    code="CUS022",
    name="variable-test",
    summary="Weights are not a tf.Variable.",
    severity=Severity.SILENT,
    fix=Fix.UNSAFE,
    why="isinstance(w, tf.Variable) is False for every weight of a Keras 3 layer, so the other branch is taken.",
    references=("tensorflow/tensorflow#63792",),
    proofs=(Proof(changes=True, unsafe=True),),
)


CUS023 = SourceRule(
    code="CUS023",
    name="weight-in-call",
    summary="Weights and layers cannot be created in call.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="After a layer is built, its state is locked: `You cannot add new elements of state (variables or sub-layers) "
    "to a layer that is already built`.",
    references=(GUIDE,),
    manual="create the weight or layer in __init__ or build(input_shape)",
)


_LAYER_WEIGHT = (
    *("name", "shape", "dtype", "initializer", "regularizer", "trainable", "constraint", "use_resource"),
    *("synchronization", "aggregation"),
)


_METRIC_WEIGHT = ("name", "shape", "aggregation", "synchronization", "initializer", "dtype")


@visit(CUS001, CUS002, CUS003, CUS023, methods={"add_weight", "add_variable"}, of={LAYER, METRIC, MODEL})
def weights(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``add_weight`` of a layer or metric."""
    holder = called_on(call)
    assert isinstance(call.func, ast.Attribute)
    if (fix := trust(ctx, holder, LAYER, METRIC, MODEL)) is None:
        return
    metric = ctx.isa(ctx.receiver(holder), METRIC)
    if call.func.attr == "add_variable":
        yield Match(CUS003, call, edits=(RenameAttribute(call.func, "add_weight"),), fix=fix)
    order = _METRIC_WEIGHT if metric else _LAYER_WEIGHT
    args = ctx.arguments(call, *order)
    first = call.args[0] if call.args else None
    if (
        first is not None
        and not args.star
        and len(call.args) <= len(order)
        and _is_name(first, args.keywords)
    ):
        names = order[: len(call.args)]
        yield Match(CUS001, call, edits=(NameArguments(call, names),), argument="name", fix=fix)
    for name in ("use_resource", "synchronization", "partitioner"):
        if name in args.keywords:
            yield Match(CUS002, call, edits=(DropArgument(call, name),), argument=name, fix=fix)
    if "experimental_autocast" in args.keywords:
        edit = RenameArgument(call, "experimental_autocast", "autocast")
        yield Match(CUS002, call, edits=(edit,), argument="experimental_autocast", fix=fix)
    yield from _aggregation(call, ctx, args, fix, metric=metric)
    named = args.get("name")
    if named is not None and (edits := tuple(_without_slashes(named, ctx))):
        message = "a weight name cannot contain a slash"
        yield Match(CUS002, call, message, edits=edits, argument="name", fix=fix)
    function = ctx.function(call)
    if function is not None and function.name == "call" and not metric:
        yield Match(CUS023, call)


def _aggregation(call: ast.Call, ctx: Context, args: Arguments, fix: Fix, *, metric: bool) -> Iterator[Match]:
    """``aggregation=tf.VariableAggregation.SUM``, which is a string of a layer and nothing of a metric."""
    given = args.keywords.get("aggregation")
    name = ctx.name(given.value) if given is not None else None
    if given is None or (not metric and not (name or "").startswith("tf.")):
        return
    edits: tuple[Edit, ...] = (DropArgument(call, "aggregation"),)
    if not metric:
        edits = (ReplaceExpression(given.value, Code(repr((name or "").rpartition(".")[2].lower()))),)
    yield Match(CUS002, call, "aggregation= requires a string", edits=edits, argument="aggregation", fix=fix)


def _without_slashes(named: ast.expr, ctx: Context) -> Iterator[Edit]:
    """Edits of the literals that a name is put together of: ``"a/b"``, ``self.name + "/b"``, ``f"{x}/b"``."""
    match named:
        case ast.Constant(value=str(value)) if "/" in value:
            yield text(ctx, named, value.replace("/", "_"))
        case ast.BinOp():
            yield from _without_slashes(named.left, ctx)
            yield from _without_slashes(named.right, ctx)
        case ast.Call(func=ast.Attribute(attr="format", value=template)):
            yield from _without_slashes(template, ctx)
        case ast.JoinedStr():
            written = ctx.source(named)
            fields = [ast.unparse(part) for part in named.values if isinstance(part, ast.FormattedValue)]
            if "/" in written and not any("/" in field for field in fields):
                yield ReplaceExpression(named, Code(written.replace("/", "_")))


def _is_name(first: ast.expr, keywords: dict[str, ast.keyword]) -> bool:
    """Whether the first positional argument is the name, not the shape."""
    if isinstance(first, ast.JoinedStr) or (isinstance(first, ast.Constant) and isinstance(first.value, str)):
        return True
    return (
        isinstance(first, ast.Name | ast.Attribute | ast.BinOp)
        and "shape" in keywords
        and "name" not in keywords
    )


@visit(CUS006, calls={"tf.Variable"})
def variables(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``self.w = tf.Variable(...)`` in a layer or model."""
    statement, cls = ctx.parent(call), ctx.class_of(call)
    if cls is None or not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return
    target = statement.targets[0]
    if not (isinstance(target, ast.Attribute) and ctx.source(target.value) == "self"):
        return
    if not {LAYER, MODEL, METRIC} & set(ctx.bases(cls)):
        return
    args = ctx.arguments(call, "initial_value", "trainable")
    if (
        args.opaque
        or len(call.args) > 1
        or set(args.keywords) - {"initial_value", "trainable", "name", "dtype"}
    ):
        hint = "keras.Variable(value, trainable=, name=, dtype=), or self.add_weight in build()"
        yield Match(CUS006, call, hint=hint, fix=Fix.MANUAL)
        return
    edits: list[Edit] = [ReplaceReference(call.func, "keras.Variable")]
    if "initial_value" in args.keywords:
        edits.append(RenameArgument(call, "initial_value", "initializer"))
    value = ctx.literal(args.get("initial_value"))
    if isinstance(value, int) and "dtype" not in args.keywords:
        edits.append(SetArgument(call, "dtype", Code('"bool"' if isinstance(value, bool) else '"int32"')))
    yield Match(CUS006, call, edits=tuple(edits))


@visit(CUS022, references={"tf.Variable"})
def variable_tests(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """``isinstance(w, tf.Variable)`` in Keras code."""
    call = ctx.parent(node)
    if (
        isinstance(node, ast.expr)
        and isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "isinstance"
        and node in call.args[1:]
        and ctx.keras_region(call)
    ):
        yield Match(CUS022, call, edits=(ReplaceExpression(node, Code("(tf.Variable, keras.Variable)")),))
