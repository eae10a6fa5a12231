"""``compile`` of a model with several outputs (family ``TRN``): what was spread over the outputs no longer is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, ReplaceExpression
from codemods.rules._evidence import MODEL, called_on, trust
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context


TRN013 = SourceRule(
    code="TRN013",
    name="metrics-of-several-outputs",
    summary="Metrics of a model with several outputs must match the outputs.",
    severity=Severity.SILENT,
    why="Keras 2 applied every metric of a flat list to each output. Keras 3 applies one of them to each output if "
    "there are as many metrics as outputs (the history has other keys, no error), and raises `tuple arity mismatch` "
    "otherwise.",
    references=(GUIDE, "keras-team/keras#18467"),
    manual="pass a list of metrics for each output: metrics=[['mae'], ['mae']], or a dict by output name",
    proofs=(Proof(changes=True), Proof("proof_2")),
)
TRN021 = SourceRule(
    code="TRN021",
    name="losses-of-outputs",
    summary="The history has no losses of single outputs before Keras 3.5.",
    severity=Severity.SILENT,
    fix=Fix.MANUAL,
    destination="<3.5",
    why="Measured: `fit` logs `loss`, `a_loss`, `b_loss` with Keras 2 and from 3.5 on, only `loss` with 3.2 and "
    "3.4. A callback that monitors `val_a_loss` then never acts.",
    references=(GUIDE, "keras-team/keras#18467"),
    manual="require keras>=3.5, or add the loss of each output as a metric",
)
TRN022 = SourceRule(
    code="TRN022",
    name="weighted-losses-of-outputs",
    summary="Keras 3.5 and 3.6 report the losses of single outputs multiplied by their weights.",
    severity=Severity.SILENT,
    fix=Fix.MANUAL,
    destination=">=3.5,<3.7",
    why="Measured: a loss of 4 with a weight of 2 is reported as 4 by Keras 2 and from 3.7 on, as 8 by 3.5 and 3.6. "
    "The sum is the same.",
    references=("keras-team/keras#20343", "keras-team/keras#20476"),
    manual="require keras>=3.7, or divide the reported losses by their weights",
)
TRN023 = SourceRule(
    code="TRN023",
    name="one-loss-with-weights",
    summary="Weights for several outputs require a loss for each output.",
    severity=Severity.ERROR,
    why="Keras 2 used one loss for all outputs, whatever the weights. From Keras 3.7 on, `compile` counts one loss "
    "and raises ``loss_weights` must match the number of losses` at the first step.",
    references=(GUIDE,),
    manual="pass a list or dict of losses, one for each output",
    proofs=(Proof(), Proof("proof_2")),
)


@visit(TRN013, TRN021, TRN022, TRN023, methods={"compile"}, of={MODEL})
def several_outputs(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``model.compile(...)`` of a model that has, by all the call shows, more than one output."""
    model = called_on(call)
    args = ctx.arguments(call, "optimizer", "loss")
    loss, weights = args.get("loss"), args.keywords.get("loss_weights")
    if loss is None or args.opaque:
        return
    given = weights.value if weights is not None else None
    outputs = _count(loss) or _count(given) or _declared(model, ctx)
    if outputs < 2 or (fix := trust(ctx, model, MODEL, unknown=Fix.UNSAFE)) is None:
        return
    yield from _metrics(call, outputs, fix, ctx)
    yield Match(TRN021, call, argument="loss")
    if weights is not None:
        yield Match(TRN022, call, argument="loss_weights")
    # A function or an object may be a list behind its name; a literal is none.
    single = isinstance(loss, ast.Constant) and isinstance(loss.value, str)
    if single and _count(given) > 1:
        code = Code(f"[{ctx.source(loss)}] * {_count(given)}")
        yield Match(TRN023, call, edits=(ReplaceExpression(loss, code),), argument="loss", fix=fix)


def _metrics(call: ast.Call, outputs: int, fix: Fix, ctx: Context) -> Iterator[Match]:
    metrics = ctx.arguments(call).keywords.get("metrics")
    names = ctx.literal(metrics.value) if metrics is not None else None
    if metrics is None or not isinstance(names, list) or not names:
        return
    if all(isinstance(name, str) for name in names):
        flat = ast.unparse(metrics.value)
        code = Code("[" + ", ".join([flat] * outputs) + "]") if len(flat) < 60 else None
        edits = (ReplaceExpression(metrics.value, code),) if code is not None else ()
        yield Match(TRN013, call, hint=TRN013.manual, edits=edits, argument="metrics", fix=fix)


def _count(node: ast.expr | None) -> int:
    """How many items a display has; 0 for what is no display or hides some."""
    if isinstance(node, (ast.List, ast.Tuple)):
        return 0 if any(isinstance(item, ast.Starred) for item in node.elts) else len(node.elts)
    if isinstance(node, ast.Dict):
        return 0 if None in node.keys else len(node.keys)
    return 0


def _declared(model: ast.expr, ctx: Context) -> int:
    """How many outputs the constructor was given, when the model's name is bound to that call alone."""
    home = ctx.scope(model).find(model.id) if isinstance(model, ast.Name) else None
    bindings = home.bindings[model.id] if home is not None and isinstance(model, ast.Name) else []
    made = bindings[0].value if len(bindings) == 1 else None
    if not isinstance(made, ast.Call) or ctx.name(made.func) not in {"keras.Model", "keras.models.Model"}:
        return 0
    args = ctx.arguments(made, "inputs", "outputs")
    return _count(args.get("outputs") or args.get("output"))
