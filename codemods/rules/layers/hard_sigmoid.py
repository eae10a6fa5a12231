"""LAY: ``hard_sigmoid``, which is another function in Keras 3."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, Edit, ReplaceExpression, SetArgument
from codemods.rules._evidence import defined_once
from codemods.rules.api import Match, Proof, SourceRule, Target, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_LEGACY_SIGMOID = (
    "@keras.{place}.register_keras_serializable(package='keras2')\n"
    "def legacy_hard_sigmoid(x):\n"
    "    # the hard_sigmoid of Keras 2; Keras 3 computes relu6(x + 3) / 6\n"
    "    return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)\n"
)


LAY105 = SourceRule(
    code="LAY105",
    name="hard-sigmoid",
    summary="hard_sigmoid has a different formula.",
    severity=Severity.SILENT,
    fix=Fix.UNSAFE,
    ambiguous=True,
    why="clip(0.2 x + 0.5, 0, 1) became relu6(x + 3) / 6: at -2.7, -1 and 0.5 the values 0, 0.3 and 0.6 become "
    "0.05, 0.333 and 0.583. Trained models of Keras 1 and 2.0 to 2.2 use it in every LSTM and GRU; ConvLSTM used it "
    "by default until 2.15. Upstream changed only the documentation.",
    references=("tensorflow/tensorflow#65381",),
    proofs=(Proof(changes=True, unsafe=True),),
)


@visit(LAY105, module=True)
def hard_sigmoids(tree: ast.Module, ctx: Context) -> Iterator[Match]:
    """Every place that asks for ``hard_sigmoid``: the function is defined once, before the first of them."""
    del tree
    text = ctx.source_file.text
    if "hard_sigmoid" not in text and "ConvLSTM" not in text:
        return
    places = dict(_sigmoid_places(ctx))
    definition = _LEGACY_SIGMOID.format(place="saving" if ctx.target is Target.KERAS else "utils")
    for node, edit in places.items():
        defined = defined_once(ctx, node, "legacy_hard_sigmoid", definition, places)
        yield Match(LAY105, node, edits=(*defined, edit), argument="activation")


def _sigmoid_places(ctx: Context) -> Iterator[tuple[ast.expr, Edit]]:
    wanted = {"activation", "recurrent_activation", "inner_activation"}
    code = Code("legacy_hard_sigmoid")
    for call, _ in ctx.module.index.calls:
        name = ctx.name(call.func) or ""
        if not name.startswith(("keras.layers.", "keras.activations.")):
            continue
        for keyword in call.keywords:
            if keyword.arg in wanted and ctx.literal(keyword.value) == "hard_sigmoid":
                yield keyword.value, ReplaceExpression(keyword.value, code)
        for first in call.args[:1] if name in {"keras.layers.Activation", "keras.activations.get"} else ():
            if ctx.literal(first) == "hard_sigmoid":
                yield first, ReplaceExpression(first, code)
        if name in {f"keras.layers.ConvLSTM{n}D" for n in (1, 2, 3)}:
            args = ctx.arguments(call, *("",) * 7, "recurrent_activation")
            if not args.opaque and not {"recurrent_activation", "inner_activation"} & set(args.keywords):
                yield call, SetArgument(call, "recurrent_activation", code)


@visit(LAY105, references={"keras.activations.hard_sigmoid"})
def hard_sigmoid_function(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """The function itself."""
    if isinstance(node, ast.expr):
        hint = "define a registered function that returns keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0) and use it here"
        yield Match(LAY105, node, hint=hint, symbol=ctx.name(node) or "", fix=Fix.MANUAL)
