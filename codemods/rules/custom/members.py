"""Layers, models, losses and metrics that a project writes itself (family ``CUS``)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import (
    Code,
    RenameFunction,
    ReplaceExpression,
    ReplaceStatement,
)
from codemods.rules._evidence import LAYER, METRIC, MODEL, called_on, method_of, trust
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

CUS010 = SourceRule(
    code="CUS010",
    name="metric-reset-method",
    summary="The metric method that Keras calls between epochs is reset_state.",
    severity=Severity.SILENT,
    why="Keras 2 called an overridden reset_states; Keras 3 only uses reset_state, so the old one is never called.",
    references=(GUIDE,),
    proofs=(Proof(changes=True),),
)
CUS012 = SourceRule(
    code="CUS012",
    name="add-metric-or-update",
    summary="Layers have no add_metric and no add_update.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="add_metric raises NotImplementedError with instructions, add_update was removed: both worked on graph "
    "tensors.",
    references=("keras-team/keras#18467", "keras-team/keras#18472", GUIDE),
    manual="store a keras.metrics.Mean as an attribute and call its update_state in call()",
)
CUS014 = SourceRule(
    code="CUS014",
    name="custom-optimizer",
    summary="Optimizers implement update_step(gradient, variable, learning_rate).",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="get_updates (Keras 1 and 2.0) and the slot methods of OptimizerV2 are never called; the base class has a "
    "different constructor, and update_step receives the learning rate as a third argument.",
    references=(GUIDE,),
    manual="call super().__init__(learning_rate=...), create slots in build(variables), and write "
    "update_step(self, gradient, variable, learning_rate) with self.assign",
)
CUS015 = SourceRule(
    code="CUS015",
    name="private-name",
    summary="Setting _name does not rename a layer.",
    severity=Severity.SILENT,
    fix=Fix.MANUAL,
    why="The attribute is set, but `layer.name` does not change.",
    references=(GUIDE,),
    manual="pass name= to the constructor, or set layer.name before the layer is used in a model",
)
CUS026 = SourceRule(
    code="CUS026",
    name="callback-model",
    summary="The model of a callback is set with set_model.",
    severity=Severity.ERROR,
    why="`model` is a property without a setter.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
CUS047 = SourceRule(
    code="CUS047",
    name="stateful-metric",
    summary="Metrics have no attribute stateful: all of them are.",
    severity=Severity.ERROR,
    why="In Keras 2, `Metric.stateful` was a property that is always True and distinguished metrics from functions. "
    "In Keras 3 a metric is not a layer and does not have it.",
    references=(GUIDE,),
    proofs=(Proof(),),
)


@visit(CUS047, attributes={"stateful"}, of={METRIC})
def stateful_metrics(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``metric.stateful``."""
    fix = trust(ctx, node.value, METRIC)
    members = ctx.module.index.attributes["stateful"]
    if fix is not None and not any(isinstance(member.ctx, ast.Store) for member, _ in members):
        yield Match(CUS047, node, edits=(ReplaceExpression(node, Code("True")),), fix=fix)


@visit(CUS010, bases={METRIC})
def metric_reset(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """``def reset_states`` of a metric."""
    del ctx
    function = method_of(cls, "reset_states")
    if function is not None and method_of(cls, "reset_state") is None:
        yield Match(CUS010, function, edits=(RenameFunction(function, "reset_state"),))


_ADDERS = {
    "add_metric": "store a keras.metrics.Mean as an attribute and call its update_state(value) in call()",
    "add_update": "delete the call: assign to the variable in call()",
}


@visit(CUS012, methods=frozenset(_ADDERS), of={LAYER, MODEL})
def adders(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``add_metric`` and ``add_update``."""
    assert isinstance(call.func, ast.Attribute)
    name = call.func.attr
    if trust(ctx, called_on(call), LAYER, MODEL) is not None:
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
        text = f"{cls.name}.update_step does not accept learning_rate"
        yield Match(CUS014, step, message=text, symbol="keras.optimizers.Optimizer.update_step")
    if old := sorted(methods & _OPTIMIZER_METHODS):
        yield Match(
            CUS014, cls, message=f"{cls.name} defines {', '.join(old)}", symbol="keras.optimizers.Optimizer"
        )


@visit(CUS015, attributes={"_name"}, of={LAYER, MODEL})
def private_names(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``layer._name = "x"``."""
    if isinstance(node.ctx, ast.Store) and trust(ctx, node.value, LAYER, MODEL) is not None:
        yield Match(CUS015, node)


@visit(CUS026, attributes={"model"}, of={"keras.callbacks.Callback"})
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
