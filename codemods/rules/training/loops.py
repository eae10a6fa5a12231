"""Hand-written loops: batches, states, generators (family ``TRN``)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import (
    Code,
    DropArgument,
    RenameAttribute,
    ReplaceExpression,
    ReplaceStatement,
)
from codemods.rules._evidence import METRIC, MODEL, called_on, trust
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from codemods.rules.training._batches import batch_of, fed_to_fit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

TRN006 = SourceRule(
    code="TRN006",
    name="batch-reset-metrics",
    summary="train_on_batch and test_on_batch have no reset_metrics.",
    severity=Severity.ERROR,
    why="True was the default. With False the metrics accumulated: keep a keras.metrics.Mean of the returned "
    "values.",
    references=(GUIDE,),
    manual="average the returned values over the batches yourself, or use a keras.metrics.Mean",
    proofs=(Proof(),),
)
TRN007 = SourceRule(
    code="TRN007",
    name="batch-running-average",
    summary="train_on_batch returns a running average in Keras 3.0 to 3.12.",
    severity=Severity.SILENT,
    fix=Fix.MANUAL,
    destination="<3.13",
    why="Keras 2 and 3.15 return the values of the batch (1, 9, 25); 3.0.5 to 3.12.0 return their running average "
    "(1, 5, 11.67), and test_on_batch starts from the metrics of training. Loops of GANs and of reinforcement "
    "learning silently log wrong numbers.",
    references=(GUIDE,),
    manual="call model.reset_metrics() right before, or require a later Keras",
)
TRN009 = SourceRule(
    code="TRN009",
    name="model-reset-states",
    summary="Models have no reset_states; their recurrent layers do.",
    severity=Severity.ERROR,
    why="The method looped over the layers; Keras 3 leaves that to the caller.",
    references=("keras-team/keras#18467", GUIDE),
    manual="loop over model.layers and call reset_states on those that have it",
    proofs=(Proof(),),
)
TRN010 = SourceRule(
    code="TRN010",
    name="metric-reset-states",
    summary="Metric.reset_states is reset_state.",
    severity=Severity.ERROR,
    why="The name with an s has been an alias since TensorFlow 2.5.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
TRN018 = SourceRule(
    code="TRN018",
    name="generator-of-lists",
    summary="A generator for fit must yield a batch, and several inputs in it, as a tuple, not as a list.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    why="tf.data rejects lists in the output of a generator: `output_signature must contain objects that are "
    "subclass of tf.TypeSpec but found list`. A list in place of the pair is rejected, too: `the generator must "
    "return a tuple`.",
    references=("keras-team/keras#18467", GUIDE),
    proofs=(Proof(unsafe=True), Proof("proof_2", unsafe=True)),
)


@visit(TRN006, TRN007, methods={"train_on_batch", "test_on_batch"}, of={MODEL})
def batches(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """Metrics of single batches."""
    model = called_on(call)
    if (fix := trust(ctx, model, MODEL)) is None:
        return
    args = ctx.arguments(call)
    if "reset_metrics" in args.keywords:
        if ctx.literal(args.get("reset_metrics")) is True:
            edit = DropArgument(call, "reset_metrics")
            yield Match(TRN006, call, edits=(edit,), argument="reset_metrics", fix=fix)
        else:
            yield Match(TRN006, call, hint=TRN006.manual, argument="reset_metrics", fix=Fix.MANUAL)
    else:
        statement = ctx.statement(call)
        if statement is None or not _resets_before(statement, ctx):
            yield Match(TRN007, call)


def _resets_before(statement: ast.stmt, ctx: Context) -> bool:
    """Whether a statement of the block before this one is a reset already."""
    block = ctx.block(statement)
    return any("reset_metrics" in ctx.source(earlier) for earlier in block[: block.index(statement)])


@visit(TRN009, TRN010, methods={"reset_states"}, of={METRIC, MODEL})
def reset_states(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``reset_states`` of a model or a metric."""
    held = called_on(call)
    assert isinstance(call.func, ast.Attribute)
    if call.args or call.keywords:
        return
    if (fix := trust(ctx, held, METRIC)) is not None:
        yield Match(TRN010, call, edits=(RenameAttribute(call.func, "reset_state"),), fix=fix)
        return
    statement = ctx.parent(call)
    if (fix := trust(ctx, held, MODEL)) is None:
        return
    if not isinstance(statement, ast.Expr):
        yield Match(TRN009, call, hint="call reset_states() of each recurrent layer", fix=Fix.MANUAL)
        return
    code = Code(
        "for layer in model.layers:\n    if hasattr(layer, 'reset_states'):\n        layer.reset_states()",
        {"model": held},
    )
    yield Match(TRN009, call, edits=(ReplaceStatement(statement, code),), fix=fix)


@visit(TRN018, nodes=(ast.Yield,))
def yielded_lists(node: ast.Yield, ctx: Context) -> Iterator[Match]:
    """Generators for ``fit`` that yield ``[x1, x2], y``."""
    value = node.value
    function = ctx.function(node)
    if (batch := _list_of_a_batch(node, ctx)) is not None:
        if fed_to_fit(node, ctx):
            message = "Keras 3 accepts no list for the inputs and targets that a generator yields"
            yield Match(TRN018, batch, message, edits=(ReplaceExpression(batch, _tuple(batch)),))
        return
    if not isinstance(value, ast.Tuple) or len(value.elts) not in {2, 3} or function is None:
        return
    lists = [part for part in value.elts[:2] if isinstance(part, ast.List) and len(part.elts) > 1]
    names = [
        part for part in value.elts[:2] if isinstance(part, ast.Name) and _holds_list(part, function, ctx)
    ]
    if not (lists or names) or not fed_to_fit(node, ctx):
        return
    edits = [ReplaceExpression(part, _tuple(part)) for part in lists]
    edits += [ReplaceExpression(name, Code(f"tuple({name.id})")) for name in names]
    yield Match(TRN018, node, edits=tuple(edits))


def _list_of_a_batch(node: ast.Yield, ctx: Context) -> ast.List | None:
    """``yield [x, y]``, or the list that a method gives for it."""
    value = batch_of(node, ctx)
    return value if isinstance(value, ast.List) and len(value.elts) in {2, 3} else None


def _holds_list(name: ast.Name, function: ast.AST, ctx: Context) -> bool:
    """Whether all that a name is given in a function are displays of several items."""
    given = [ctx.parent(use) for use in ctx.uses(function, name.id) if isinstance(use.ctx, ast.Store)]
    values = [statement.value if isinstance(statement, ast.Assign) else None for statement in given]
    return bool(values) and all(isinstance(value, ast.List) and len(value.elts) > 1 for value in values)


def _tuple(part: ast.List) -> Code:
    holes = {f"item_{index}": item for index, item in enumerate(part.elts)}
    return Code(f"({', '.join(holes)})", holes)
