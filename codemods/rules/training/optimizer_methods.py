"""OPZ: attributes and methods of optimizers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import (
    Code,
    DropArgument,
    NameArguments,
    RenameArgument,
    RenameAttribute,
    ReplaceExpression,
)
from codemods.rules._evidence import MODEL, OPTIMIZER, called_on, trust
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from codemods.rules.training.optimizers import OPZ103
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_SCALER = "keras.mixed_precision.LossScaleOptimizer"
OPZ102 = SourceRule(
    code="OPZ102",
    name="optimizer-lr-attribute",
    summary="optimizer.lr is optimizer.learning_rate.",
    severity=Severity.ERROR,
    why="The alias was removed; setting it creates an attribute that nothing reads.",
    references=(GUIDE,),
    proofs=(Proof(),),
)


OPZ105 = SourceRule(
    code="OPZ105",
    name="optimizer-variables",
    summary="optimizer.variables is a property.",
    severity=Severity.ERROR,
    why="Calling the list raises `'list' object is not callable`.",
    references=(GUIDE,),
    proofs=(Proof(),),
)


OPZ106 = SourceRule(
    code="OPZ106",
    name="optimizer-method-removed",
    summary="A method of the optimizer was removed.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="Keras 3 optimizers only apply gradients; TensorFlow computes them.",
    references=(GUIDE,),
    manual="compute gradients with tf.GradientTape, then opt.apply_gradients(zip(gradients, variables))",
    proofs=(Proof(),),
)


OPZ107 = SourceRule(
    code="OPZ107",
    name="apply-gradients-argument",
    summary="apply_gradients accepts only pairs of gradients and variables.",
    severity=Severity.ERROR,
    why="The name was for graphs; gradients are always aggregated.",
    references=(GUIDE,),
    proofs=(Proof(),),
)


OPZ109 = SourceRule(
    code="OPZ109",
    name="loss-scale-optimizer",
    summary="LossScaleOptimizer scales with scale_loss and unscales by itself.",
    severity=Severity.ERROR,
    why="apply() divides the gradients by the scale, so get_unscaled_gradients must be removed, not replaced.",
    references=(GUIDE,),
    manual="delete get_unscaled_gradients: apply_gradients unscales; the other attributes are constructor arguments",
    proofs=(Proof(),),
)


OPZ110 = SourceRule(
    code="OPZ110",
    name="optimizer-add-variable-order",
    summary="add_variable and add_variable_from_reference of an optimizer have different arguments.",
    severity=Severity.ERROR,
    ambiguous=True,
    why="(shape, dtype, initializer, name) became (shape, initializer, dtype, ..., name); (model_variable, "
    "variable_name, shape, initial_value) became (reference_variable, name, initializer).",
    references=(GUIDE,),
    proofs=(Proof(), Proof("proof_2")),
)


@visit(OPZ102, attributes={"lr"}, of={OPTIMIZER})
def rates(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``opt.lr`` and ``model.optimizer.lr``."""
    fix = trust(ctx, node.value, OPTIMIZER)
    if fix is None and isinstance(node.value, ast.Attribute) and node.value.attr == "optimizer":
        fix = trust(ctx, node.value.value, MODEL, unknown=Fix.UNSAFE)
    if fix is not None:
        yield Match(OPZ102, node, edits=(RenameAttribute(node, "learning_rate"),), fix=fix)


@visit(OPZ103, attributes={"decay", "initial_decay"}, of={OPTIMIZER})
def decays(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``opt.decay`` and ``model.optimizer.initial_decay``."""
    known = trust(ctx, node.value, OPTIMIZER) is not None
    if not known and isinstance(node.value, ast.Attribute) and node.value.attr == "optimizer":
        known = trust(ctx, node.value.value, MODEL, unknown=Fix.UNSAFE) is not None
    if known and not _defined_by(node, ctx):
        message = f"optimizers have no {node.attr}; learning_rate holds the current value of the schedule"
        yield Match(OPZ103, node, message, argument=node.attr, fix=Fix.MANUAL, severity=Severity.ERROR)


def _defined_by(node: ast.Attribute, ctx: Context) -> bool:
    """Whether the class of the project that an optimizer is of has an attribute of this name itself."""
    receiver = ctx.receiver(node.value)
    return isinstance(node.ctx, ast.Store) or (receiver is not None and receiver.definition is not None)


_GONE = {
    "minimize": OPZ106.manual,
    "compute_gradients": OPZ106.manual,
    "get_gradients": "compute gradients with tf.GradientTape",
    "get_updates": "compute gradients with tf.GradientTape, then opt.apply_gradients",
    "aggregate_gradients": "delete the call",
    "get_slot": "find the variable among opt.variables by its path",
    "get_weights": "[keras.ops.convert_to_numpy(v) for v in opt.variables]",
    "set_weights": "opt.build(model.trainable_variables), then assign to each of opt.variables",
}


@visit(
    OPZ105,
    OPZ106,
    OPZ107,
    OPZ109,
    methods={*_GONE, "variables", "apply_gradients", "get_scaled_loss"},
    of={OPTIMIZER, _SCALER},
)
def methods(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """Methods of optimizers."""
    opt = called_on(call)
    assert isinstance(call.func, ast.Attribute)
    name = call.func.attr
    if (fix := trust(ctx, opt, OPTIMIZER, _SCALER)) is None:
        return
    if name == "variables" and not call.args and not call.keywords:
        code = Code("opt.variables", {"opt": opt})
        yield Match(OPZ105, call, edits=(ReplaceExpression(call, code),), fix=fix)
    elif name == "get_scaled_loss":
        yield Match(OPZ109, call, edits=(RenameAttribute(call.func, "scale_loss"),), fix=fix)
    elif name == "apply_gradients":
        for keyword in call.keywords:
            if keyword.arg in {"name", "skip_gradients_aggregation", "experimental_aggregate_gradients"}:
                edit = DropArgument(call, keyword.arg)
                yield Match(OPZ107, call, edits=(edit,), argument=keyword.arg, fix=fix)
    elif name == "minimize":
        yield from _minimize(call, ctx, opt, fix)
    elif name in _GONE:
        yield Match(OPZ106, call, message=f"optimizers have no {name}", hint=_GONE[name])


def _minimize(call: ast.Call, ctx: Context, opt: ast.expr, fix: Fix) -> Iterator[Match]:
    """``opt.minimize(loss, variables, tape=tape)`` of a loss that is a tensor."""
    args = ctx.arguments(call, "loss", "var_list")
    loss, variables, tape = args.get("loss"), args.get("var_list"), args.get("tape")
    if loss is None or variables is None or tape is None or ctx.literal(tape, ...) is None:
        yield Match(OPZ106, call, message="optimizers have no minimize", hint=_GONE["minimize"])
        return
    text = "opt.apply_gradients(zip(tape.gradient(loss, variables), variables))"
    code = Code(text, {"opt": opt, "tape": tape, "loss": loss, "variables": variables})
    edits = (ReplaceExpression(call, code),)
    yield Match(OPZ106, call, message="optimizers have no minimize", edits=edits, fix=fix)


@visit(OPZ109, methods={"get_unscaled_gradients"}, of={OPTIMIZER, _SCALER})
def unscaled(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``get_unscaled_gradients``: a name that only loss scaling has."""
    del ctx
    yield Match(OPZ109, call, hint=OPZ109.manual, fix=Fix.MANUAL)


@visit(OPZ110, methods={"add_variable_from_reference"}, of={OPTIMIZER})
def add_slot(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``self.add_variable_from_reference(model_variable=, variable_name=, shape=, initial_value=)``."""
    opt = called_on(call)
    args = ctx.arguments(call, "model_variable", "variable_name", "shape", "initial_value")
    if args.opaque or (fix := trust(ctx, opt, OPTIMIZER)) is None:
        return
    gone = [name for name in ("shape", "initial_value") if name in args]
    if gone:
        hint = "pass initializer= (a name or a function); the shape is that of the reference"
        yield Match(OPZ110, call, hint=hint, argument=gone[0], fix=Fix.MANUAL)
        return
    new = {"model_variable": "reference_variable", "variable_name": "name"}
    edits = tuple(RenameArgument(call, old, to) for old, to in new.items() if old in args.keywords)
    if edits:
        yield Match(OPZ110, call, edits=edits, argument="model_variable", fix=fix)


@visit(OPZ110, methods={"add_variable"}, of={OPTIMIZER})
def add_variable(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``self.add_variable(shape, dtype, initializer, name)`` of an optimizer."""
    opt = called_on(call)
    order = ("shape", "dtype", "initializer", "name")
    if (fix := trust(ctx, opt, OPTIMIZER)) is None or not 1 < len(call.args) <= len(order):
        return
    if not ctx.arguments(call).star and not set(order[1 : len(call.args)]) & {k.arg for k in call.keywords}:
        yield Match(OPZ110, call, edits=(NameArguments(call, ("", *order[1 : len(call.args)])),), fix=fix)
