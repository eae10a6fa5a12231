"""CUS: layers that reach for symbolic tensors of the model they are in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.names.trees import walk
from codemods.names.values import Definition
from codemods.rules._evidence import LAYER, captured_tensor, method_of
from codemods.rules.api import GUIDE, Match, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

CAPTURED = SourceRule(
    code="CUS048",
    name="layer-of-a-captured-tensor",
    summary="A layer cannot use symbolic tensors that are not among its inputs.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="Stand-alone Keras 2 ran `call` once, on the tensors of the graph, so that a tensor of the model could be "
    "taken from the code around the layer: `K.sum(z_mean)` in the loss layer of a variational autoencoder, or in a "
    "Lambda. Keras 3 calls the layer on the values of each batch, which cannot be combined with a KerasTensor: "
    "building the model raises (measured with 3.15: `add_loss() can only be called from inside build() or call(), on "
    "a tensor input. Received invalid value: <KerasTensor ...>`).",
    references=("https://keras.io/examples/generative/vae/", GUIDE),
    manual="pass the tensor to the layer as one of its inputs: layer([x, z_mean])",
)

_BY_KERAS = ("call", "train_step", "test_step", "predict_step")


@visit(CAPTURED, bases={LAYER})
def own_layers(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """``def call(self, x): self.add_loss(K.sum(z_mean))``, and what the methods read that ``call`` uses."""
    for function in _run_with_values(cls, ctx):
        tensor = captured_tensor(function, ctx)
        if isinstance(tensor, ast.Name):
            yield _found(f"{cls.name}.{function.name}", tensor, ctx)


def _run_with_values(cls: ast.ClassDef, ctx: Context) -> Iterator[ast.FunctionDef]:
    """The methods that Keras calls with values, and those that they use: others may make a model of tensors."""
    pending, seen = list(_BY_KERAS), {"__init__"}
    while pending:
        function = method_of(cls, name := pending.pop())
        if function is None or name in seen:
            continue
        seen.add(name)
        yield function
        mentioned = (node for node in walk(function) if isinstance(node, ast.Attribute))
        pending += [node.attr for node in mentioned if ctx.source(node.value) == "self"]


@visit(CAPTURED, calls={"keras.layers.Lambda"})
def lambdas(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``Lambda(lambda x: x + z_mean)``, and the same with a function of the file."""
    function = ctx.arguments(call, "function").get("function")
    value = ctx.value(function) if function is not None else None
    if isinstance(value, Definition) and value.module is ctx.module:
        tensor = captured_tensor(value.node, ctx)
    else:
        tensor = captured_tensor(function, ctx) if isinstance(function, ast.Lambda) else None
    if function is not None and isinstance(tensor, ast.Name):
        yield _found("the Lambda", tensor, ctx)


def _found(what: str, tensor: ast.Name, ctx: Context) -> Match:
    text = f"{what} uses {ctx.source(tensor)}, a symbolic tensor that is not among its inputs"
    return Match(CAPTURED, tensor, text, symbol=f"{LAYER}.call")
