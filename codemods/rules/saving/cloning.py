"""SAV: copies of models that hold code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, SetArgument
from codemods.rules.api import Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_COPY = (
    "lambda layer: layer if isinstance(layer, keras.layers.Lambda) else layer.__class__.from_config("
    "layer.get_config())"
)

CLONED_LAMBDA = SourceRule(
    code="SAV018",
    name="clone-of-a-lambda",
    summary="clone_model recreates each layer from its configuration, which Keras 3 refuses for a Lambda.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    why="The bytecode of a lambda is not run on deserialization: `Requested the deserialization of a Lambda layer "
    "whose function is a Python lambda`, even for a copy within one program. A Lambda has no weights, so both "
    "models can share it.",
    references=("https://keras.io/api/models/model_saving_apis/model_saving_and_loading/",),
    proofs=(Proof(unsafe=True),),
)


@visit(CLONED_LAMBDA, calls={"keras.models.clone_model"})
def clones(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``clone_model(model)`` in a file that makes Lambda layers of lambdas."""
    args = ctx.arguments(call, "model", "input_tensors", "clone_function")
    if args.opaque or "clone_function" in args:
        return
    made = (
        other
        for other, _ in ctx.module.index.calls
        if any(isinstance(given, ast.Lambda) for given in (*other.args, *(k.value for k in other.keywords)))
    )
    if any(ctx.name(other.func) == "keras.layers.Lambda" for other in made):
        edits = (SetArgument(call, "clone_function", Code(_COPY)),)
        yield Match(CLONED_LAMBDA, call, edits=edits, symbol="keras.models.clone_model")
