"""TRN: the loss and the metrics of a ``train_step`` or ``test_step`` that a project writes itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, Edit, InsertStatement, ReplaceExpression, ReplaceStatement
from codemods.names.trees import walk
from codemods.rules._evidence import MODEL, called_on, overrides, trust
from codemods.rules.api import GUIDE, UNTYPED, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_GUIDE = "https://keras.io/guides/custom_train_step_in_tensorflow/"
_TRACK = (
    "for metric in self.metrics:\n    if metric.name == 'loss':\n"
    "        metric.update_state({loss}, sample_weight=keras.ops.shape(keras.tree.flatten({y})[0])[0])\n"
)


def _indented(text: str) -> str:
    return "".join(f"        {line}\n" for line in text.splitlines())


COMPILED_LOSS = SourceRule(
    code="TRN016",
    name="compiled-loss",
    summary="compiled_loss is compute_loss, which adds the losses of the layers and keeps no mean itself.",
    severity=Severity.SILENT,
    why="compiled_loss updated the metric `loss` when it was called. In Keras 3 it is a deprecated alias of "
    "compute_loss, which updates nothing: `{m.name: m.result() for m in self.metrics}` reports a loss that was "
    "never updated, or, if `compiled_metrics` updates it, the mean of the predictions (TRN032). Measured with Keras "
    "3.15.1: a loss of 96.02 is reported as 9.0. The metric weighted each batch by its size.",
    references=(_GUIDE, GUIDE),
    manual="call loss = self.compute_loss(x, y, y_pred, sample_weight), then update_state of the metric named loss",
    proofs=(Proof(changes=True), Proof("proof_2")),
)
COMPILED_METRICS = SourceRule(
    code="TRN032",
    name="compiled-metrics",
    summary="compiled_metrics.update_state updates the loss with predictions: use compute_metrics.",
    severity=Severity.SILENT,
    why="In Keras 2, compiled_metrics contained the metrics of compile. In Keras 3 it is an alias that calls "
    "update_state(y, y_pred) on every metric of the model, including the mean named `loss`: `loss` and `val_loss` "
    "are then means of predictions, and EarlyStopping and ModelCheckpoint follow them. Keras' own guide for custom "
    "training steps was written this way.",
    references=(_GUIDE,),
    manual="call self.compute_metrics(x, y, y_pred, sample_weight), and update_state of the metric named loss",
    proofs=(Proof(), Proof("proof_2", changes=True)),
)
COMPUTED_LOSS = SourceRule(
    code="TRN033",
    name="computed-loss",
    summary="compute_loss no longer updates the metric `loss` that compute_metrics reports.",
    severity=Severity.SILENT,
    ambiguous=True,
    why="From TensorFlow 2.9 to 2.15, compute_loss called compiled_loss, which updated the metric. In Keras 3 "
    "train_step itself updates it: a loss of 96.02 is reported as 0.0 (measured with 3.15.1).",
    references=(_GUIDE,),
    manual="call update_state(loss) of the metric named loss among self.metrics",
    proofs=(Proof(changes=True),),
)
_STEPS = frozenset({"train_step", "test_step"})


@visit(COMPILED_LOSS, methods={"compiled_loss"}, of={MODEL})
def compiled_loss(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``loss = self.compiled_loss(y, y_pred, regularization_losses=self.losses)``."""
    model = called_on(call)
    if (fix := trust(ctx, model, MODEL)) is None:
        return
    args = ctx.arguments(call, "y_true", "y_pred", "sample_weight", "regularization_losses")
    y, y_pred = args.get("y_true"), args.get("y_pred")
    if args.opaque or y is None or y_pred is None or len(args.positional) > 4:
        yield Match(COMPILED_LOSS, call, fix=Fix.MANUAL)
        return
    weight, extra = args.get("sample_weight"), args.get("regularization_losses")
    own = extra is not None and ctx.source(extra) == f"{ctx.source(model)}.losses"
    if extra is not None and not own:
        hint = "compute_loss adds self.losses; add other terms to its result"
        yield Match(COMPILED_LOSS, call, hint=hint, fix=Fix.MANUAL)
        return
    given = ", sample_weight=weight)" if weight is not None else ")"
    holes = {"model": model, "y": y, "y_pred": y_pred} | ({"weight": weight} if weight is not None else {})
    computed = f"model.compute_loss(y=y, y_pred=y_pred{given}"
    statement = ctx.statement(call)
    track = _tracking(call, y, ctx)
    edits: tuple[Edit, ...]
    if ctx.source(model) != "self":  # not in a step of the model itself, which feeds the metric
        yield Match(
            COMPILED_LOSS, call, edits=(ReplaceExpression(call, Code(computed, holes)),), fix=Fix.UNSAFE
        )
        return
    if track is not None:
        edits = (ReplaceExpression(call, Code(computed, holes)), *track)
    elif isinstance(statement, ast.Expr) and statement.value is call:
        edits = (ReplaceStatement(statement, Code(_TRACK.format(loss=computed, y="y"), holes)),)
    else:
        yield Match(COMPILED_LOSS, call, fix=Fix.MANUAL)
        return
    yield Match(COMPILED_LOSS, call, edits=edits, fix=fix if own else Fix.UNSAFE)


def _tracking(call: ast.Call, y: ast.expr, ctx: Context) -> tuple[Edit, ...] | None:
    """The edit that feeds the metric ``loss`` behind a statement; None when the loss has no name there."""
    statement, function = ctx.statement(call), ctx.function(call)
    cls = ctx.class_of(call)
    if function is None or cls is None or MODEL not in ctx.bases(cls):
        return None
    if _feeds_loss(cls, ctx):
        return ()  # the class has a metric of that name, and sees to it
    name = _assigned_name(statement, call)
    if name is None or not isinstance(y, ast.Name):
        return None
    return (InsertStatement(statement, Code(_TRACK.format(loss=name, y=y.id)), after=True),)  # type: ignore[arg-type]


def _assigned_name(statement: ast.stmt | None, call: ast.Call) -> str | None:
    """``loss`` of ``loss = call``."""
    if isinstance(statement, ast.Assign) and statement.value is call and len(statement.targets) == 1:
        target = statement.targets[0]
        return target.id if isinstance(target, ast.Name) else None
    return None


def _feeds_loss(cls: ast.ClassDef, ctx: Context) -> bool:
    """Whether a class has a metric of its own that is named loss, or overrides what ``metrics`` lists."""
    for node in walk(cls):
        if isinstance(node, ast.FunctionDef) and node.name == "metrics":
            return True
        if isinstance(node, ast.Call) and (ctx.name(node.func) or "").startswith("keras.metrics."):
            values = [*node.args, *(keyword.value for keyword in node.keywords)]
            if any(ctx.literal(value) == "loss" for value in values):
                return True
    return False


@visit(COMPILED_METRICS, methods={"update_state"}, of=UNTYPED)
def compiled_metrics(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``self.compiled_metrics.update_state(y, y_pred, sample_weight)``."""
    metrics = called_on(call)
    if not isinstance(metrics, ast.Attribute) or metrics.attr != "compiled_metrics":
        return
    fix = trust(ctx, metrics.value, MODEL)
    if fix is None:
        return
    args = ctx.arguments(call, "y_true", "y_pred", "sample_weight")
    y, y_pred, weight = args.get("y_true"), args.get("y_pred"), args.get("sample_weight")
    cls, statement = ctx.class_of(call), ctx.statement(call)
    own = cls is not None and any(
        isinstance(s, ast.FunctionDef) and s.name == "compute_metrics" for s in cls.body
    )
    alone = isinstance(statement, ast.Expr) and statement.value is call
    if args.opaque or y is None or y_pred is None or own or not alone:
        yield Match(COMPILED_METRICS, call, fix=Fix.MANUAL)
        return
    x = "x" if _binds(ctx, call, "x") else "None"
    holes = {"model": metrics.value, "y": y, "y_pred": y_pred}
    text = f"model.compute_metrics({x}, y, y_pred"
    if weight is not None:
        holes["weight"] = weight
        text += ", sample_weight=weight"
    code = Code(f"{text})", holes)
    yield Match(COMPILED_METRICS, call, edits=(ReplaceExpression(call, code),), fix=fix)


def _binds(ctx: Context, call: ast.Call, name: str) -> bool:
    """Whether a function has a variable of a name before a call."""
    function = ctx.function(call)
    scope = ctx.module.index.scope_of.get(function) if function is not None else None
    return scope is not None and name in scope.bindings


@visit(COMPUTED_LOSS, methods={"compute_loss"}, of={MODEL})
def computed_loss(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``loss = self.compute_loss(x, y, y_pred)`` of a step that reports ``self.metrics``."""
    model, function, cls = called_on(call), ctx.function(call), ctx.class_of(call)
    if function is None or cls is None or function.name not in _STEPS:
        return
    if ctx.source(model) != "self" or overrides(ctx, call):
        return
    fix = trust(ctx, model, MODEL)
    text = ctx.source(function)
    reports = "compute_metrics(" in text or "get_metrics_result(" in text or "in self.metrics" in text
    if (
        fix is None
        or not reports
        or _feeds_loss(cls, ctx)
        or "loss_tracker" in text
        or _tracked(function, ctx)
    ):
        return
    args = ctx.arguments(call, "x", "y", "y_pred", "sample_weight")
    y = args.get("y")
    track = _tracking(call, y, ctx) if y is not None else None
    if track is None:
        yield Match(COMPUTED_LOSS, call, fix=Fix.MANUAL)
    else:
        yield Match(COMPUTED_LOSS, call, edits=track, fix=fix)


def _tracked(function: ast.AST, ctx: Context) -> bool:
    """Whether a step compares the names of metrics with ``loss``, as the guide for Keras 3 does."""
    return any(
        isinstance(node, ast.Compare) and any(ctx.literal(part) == "loss" for part in node.comparators)
        for node in walk(function)
    )
