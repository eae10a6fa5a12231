"""Layers, models, losses and metrics that a project writes itself (family ``CUS``)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import (
    Code,
    DropArgument,
    Edit,
    InsertStatement,
    NameArguments,
    RenameArgument,
    RenameAttribute,
    RenameFunction,
    ReplaceExpression,
    ReplaceReference,
    ReplaceStatement,
    SetArgument,
)
from codemods.names.trees import walk
from codemods.rules._custom_rules import (
    CUS001,
    CUS002,
    CUS003,
    CUS006,
    CUS007,
    CUS008,
    CUS009,
    CUS010,
    CUS012,
    CUS013,
    CUS014,
    CUS015,
    CUS017,
    CUS022,
    CUS023,
    CUS026,
    CUS027,
)
from codemods.rules._evidence import LAYER, LOSS, METRIC, MODEL, method_of, owner, super_init, text, trust
from codemods.rules.api import Match, visit
from migrate.findings import Fix

if TYPE_CHECKING:
    from codemods.context import Arguments, Context

_LAYER_WEIGHT = (
    *("name", "shape", "dtype", "initializer", "regularizer", "trainable", "constraint", "use_resource"),
    *("synchronization", "aggregation"),
)
_METRIC_WEIGHT = ("name", "shape", "aggregation", "synchronization", "initializer", "dtype")


@visit(CUS001, CUS002, CUS003, CUS023, methods={"add_weight", "add_variable"})
def weights(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``add_weight`` of a layer or metric."""
    holder = owner(call)
    assert isinstance(call.func, ast.Attribute)
    if holder is None or (fix := trust(ctx, holder, LAYER, METRIC, MODEL)) is None:
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
        message = "the name of a weight cannot contain a slash"
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
    yield Match(CUS002, call, "aggregation= takes a string", edits=edits, argument="aggregation", fix=fix)


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


_SUPER: tuple[tuple[str, tuple[str, ...]], ...] = (
    (LOSS, ("reduction", "name")),
    (METRIC, ("name", "dtype")),
    (LAYER, ("trainable", "name", "dtype", "dynamic")),
)


@visit(CUS007, CUS008, CUS009, CUS017, bases={LOSS, METRIC, LAYER})
def super_calls(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """``super().__init__("name")`` of a class that derives directly from a base class of Keras."""
    init = method_of(cls, "__init__")
    if init is None:
        return
    direct = {ctx.name(base) for base in cls.bases}
    for call in walk(init):
        if not isinstance(call, ast.Call) or not super_init(call.func):
            continue
        if call.args and ctx.source(call.args[0]) == "self" and {LAYER, MODEL} & set(ctx.bases(cls)):
            edits: tuple[Edit, ...] = (DropArgument(call, 0),)
            yield Match(CUS009, call, "the constructor is given self twice", edits=edits, argument="self")
            continue
        for keyword in call.keywords:
            if keyword.arg == "dynamic" and {LAYER, MODEL} & set(ctx.bases(cls)):
                neutral = ctx.literal(keyword.value) is False
                edits = (DropArgument(call, "dynamic"),) if neutral else ()
                fix = Fix.SAFE if neutral else Fix.MANUAL
                yield Match(CUS017, call, hint=CUS017.manual, edits=edits, argument="dynamic", fix=fix)
        for base, order in _SUPER:
            given = len(call.args)
            if base not in _public(direct) or not given or given > len(order):
                continue
            if not ctx.arguments(call).star and not set(order[:given]) & {k.arg for k in call.keywords}:
                rule = {LOSS: CUS007, METRIC: CUS008}.get(base, CUS009)
                yield Match(rule, call, edits=(NameArguments(call, order[:given]),), argument=order[0])


def _public(names: set[str | None]) -> set[str]:
    return {LAYER if name == "keras.Layer" else name for name in names if name}


@visit(CUS010, bases={METRIC})
def metric_reset(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """``def reset_states`` of a metric."""
    del ctx
    function = method_of(cls, "reset_states")
    if function is not None and method_of(cls, "reset_state") is None:
        yield Match(CUS010, function, edits=(RenameFunction(function, "reset_state"),))


_ADDERS = {
    "add_metric": "hold a keras.metrics.Mean as attribute and call its update_state(value) in call()",
    "add_update": "delete the call: assign to the variable in call()",
    "add_loss": "call add_loss in the call() of a layer; on a functional model, put a layer behind the tensor",
}


@visit(CUS012, CUS013, methods=frozenset(_ADDERS))
def adders(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``add_metric``, ``add_update`` and symbolic ``add_loss``."""
    holder = owner(call)
    assert isinstance(call.func, ast.Attribute)
    name = call.func.attr
    if holder is None or trust(ctx, holder, LAYER, MODEL) is None:
        return
    if name == "add_loss" and "inputs" in ctx.arguments(call).keywords:
        yield Match(
            CUS013, call, "add_loss takes no inputs=", edits=(DropArgument(call, "inputs"),), fix=Fix.SAFE
        )
    if name == "add_loss":
        inside = ctx.function(call)
        model = ctx.isa(ctx.receiver(holder), MODEL)
        if model and (inside is None or inside.name not in {"call", "build", "train_step"}):
            yield Match(CUS013, call, hint=_ADDERS[name], symbol="keras.Model.add_loss")
        return
    yield Match(CUS012, call, message=f"{name} is gone", hint=_ADDERS[name])


_OPTIMIZER_METHODS = frozenset(
    (
        *("get_updates", "_create_slots", "_resource_apply_dense", "_resource_apply_sparse", "_prepare"),
        *("_set_hyper", "_get_hyper", "get_gradients", "_apply_dense"),
    )
)


@visit(CUS014, bases={"keras.optimizers.Optimizer", "keras.optimizers.legacy.Optimizer"})
def optimizers(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """Optimizers of a project."""
    del ctx
    methods = {s.name for s in cls.body if isinstance(s, ast.FunctionDef)}
    step = method_of(cls, "update_step")
    if step is not None and len(step.args.args) == 3 and step.args.vararg is None:
        text = f"{cls.name}.update_step takes no learning_rate"
        yield Match(CUS014, step, message=text, symbol="keras.optimizers.Optimizer.update_step")
    if old := sorted(methods & _OPTIMIZER_METHODS):
        yield Match(
            CUS014, cls, message=f"{cls.name} defines {', '.join(old)}", symbol="keras.optimizers.Optimizer"
        )


@visit(CUS015, attributes={"_name"})
def private_names(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``layer._name = "x"``."""
    if isinstance(node.ctx, ast.Store) and trust(ctx, node.value, LAYER, MODEL) is not None:
        yield Match(CUS015, node)


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


@visit(CUS026, attributes={"model"})
def callback_models(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``callback.model = model``."""
    statement = ctx.parent(node)
    if (
        not isinstance(node.ctx, ast.Store)
        or not isinstance(statement, ast.Assign)
        or len(statement.targets) != 1
    ):
        return
    fix = trust(ctx, node.value, "keras.callbacks.Callback")
    if fix is not None:
        code = Code("hook.set_model(model)", {"hook": node.value, "model": statement.value})
        yield Match(CUS026, node, edits=(ReplaceStatement(statement, code),), fix=fix)


@visit(CUS027, bases={"keras.utils.Sequence", "keras.utils.PyDataset"})
def sequences(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """``Sequence`` subclasses that never call the constructor of the base."""
    init = method_of(cls, "__init__")
    if init is None or any(super_init(node) for node in walk(init)):
        return
    if {ctx.name(base) for base in cls.bases} & {"keras.utils.Sequence", "keras.utils.PyDataset"}:
        first = init.body[0]
        documented = isinstance(first, ast.Expr) and isinstance(ctx.literal(first.value), str)
        code = Code("super().__init__()")
        yield Match(CUS027, init, edits=(InsertStatement(first, code, after=documented),))
