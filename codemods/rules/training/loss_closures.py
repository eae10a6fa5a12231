"""LSS: losses and metrics that reach for symbolic tensors of the model."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.rules._evidence import captured_tensor, given_once
from codemods.rules.api import Match, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

CLOSURE = SourceRule(
    code="LSS105",
    name="loss-of-a-symbolic-tensor",
    summary="A loss or metric passed to compile cannot use symbolic tensors of the model.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="In TensorFlow 1 graphs, the loss was part of the graph of the model, so that `K.sum(z_mean)` in it was the "
    "value for the batch. Keras 3 calls the loss with the values of a batch, which cannot be combined with a "
    "KerasTensor: fit raises.",
    references=("https://keras.io/examples/generative/vae/", "https://keras.io/guides/migrating_to_keras_3/"),
    manual="compute the term in the call() of a layer that passes it to self.add_loss, or make the tensor an output",
)
_PAIR = frozenset({"y_true", "y_pred"})
_GIVEN = ("loss", "metrics", "weighted_metrics")


@visit(CLOSURE, module=True)
def closures(tree: ast.Module, ctx: Context) -> Iterator[Match]:
    """``def loss(y_true, y_pred): return mse(y_true, y_pred) + K.sum(z_mean)``."""
    del tree
    if "compile" not in ctx.module.index.attributes:
        return
    parts = list(_given(ctx))
    given = {part.id for part in parts if isinstance(part, ast.Name)}
    for function, scope in ctx.module.index.functions:
        parameters = {argument.arg for argument in function.args.args}
        if function.name not in given and not parameters >= _PAIR:
            continue
        ctx.remember(function, scope)
        if (reached := captured_tensor(function, ctx)) is not None:
            yield _found(function.name, reached, ctx)
    for part in parts:
        made = given_once(part, ctx) or part
        if isinstance(made, ast.Lambda) and (reached := captured_tensor(made, ctx)) is not None:
            yield _found("the loss", reached, ctx)
        values = [*made.args, *(k.value for k in made.keywords)] if isinstance(made, ast.Call) else []
        tensor = next((value for value in values if ctx.symbolic(value)), None)
        if isinstance(made, ast.Call) and tensor is not None:
            yield _found(ctx.source(made.func), tensor, ctx)


def _found(function: str, tensor: ast.expr, ctx: Context) -> Match:
    text = f"{function} uses {ctx.source(tensor)}, a symbolic tensor of the model"
    return Match(CLOSURE, tensor, text, symbol="keras.Model.compile", argument="loss")


def _given(ctx: Context) -> Iterator[ast.expr]:
    """The losses and metrics that are given to ``compile``."""
    for call, _ in ctx.module.index.calls:
        if getattr(call.func, "attr", "") != "compile":
            continue
        args = ctx.arguments(call, "optimizer", "loss", "metrics")
        for argument in _GIVEN:
            yield from _parts(args.get(argument))


def _parts(value: ast.expr | None) -> Iterator[ast.expr]:
    """One loss or metric, or each of a list or dictionary of them: ``{"a": ["mse", f]}``."""
    if isinstance(value, (ast.List, ast.Tuple, ast.Dict)):
        for part in value.values if isinstance(value, ast.Dict) else value.elts:
            yield from _parts(part)
    elif value is not None:
        yield value
