"""ECO: arguments of TensorFlow 1 that TensorFlow 2 calls otherwise, or takes otherwise."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, DropArgument, RenameArgument, SetArgument
from codemods.rules._era import of_tensorflow_1
from codemods.rules.api import EVERYWHERE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_UPGRADE = "https://www.tensorflow.org/guide/migrate/upgrade"
TENSORFLOW_1_ARGUMENT = SourceRule(
    code="ECO007",
    name="tensorflow-1-argument",
    summary="TensorFlow 2 calls the argument by another name.",
    severity=Severity.ERROR,
    fix=Fix.SAFE,
    targets=EVERYWHERE,
    why="TensorFlow 1 took both names in its last releases; TensorFlow 2 raises `unexpected keyword argument "
    "'keep_dims'`.",
    references=(_UPGRADE,),
    proofs=(Proof(expect="raises"),),
)
KEEP_PROB = SourceRule(
    code="ECO008",
    name="dropout-keep-prob",
    summary="tf.nn.dropout takes the share that is dropped, not the share that is kept.",
    severity=Severity.SILENT,
    fix=Fix.SAFE,
    targets=EVERYWHERE,
    why="The second argument of TensorFlow 1 is `keep_prob`, that of TensorFlow 2 `rate`: `tf.nn.dropout(x, 0.9)` "
    "dropped a tenth and drops nine tenths. By position the number is changed only in files that use names that "
    "TensorFlow 1 alone has, and that TensorFlow 2 therefore never ran.",
    references=(_UPGRADE,),
    manual="give rate=1 - keep_prob if this was written for TensorFlow 1",
    proofs=(Proof(expect="raises"),),
)
_REDUCTIONS = ("all", "any", "logsumexp", "max", "mean", "min", "prod", "sum")
_ARGUMENTS: dict[str, dict[str, str]] = {
    **{
        f"tf.{module}reduce_{name}": {"keep_dims": "keepdims", "reduction_indices": "axis"}
        for name in _REDUCTIONS
        for module in ("", "math.")
    },
    **{
        name: {"dimension": "axis"} for name in ("tf.argmax", "tf.argmin", "tf.math.argmax", "tf.math.argmin")
    },
    **{
        name: {"dim": "axis"}
        for name in (
            *("tf.expand_dims", "tf.nn.softmax", "tf.nn.log_softmax", "tf.nn.l2_normalize"),
            *("tf.math.l2_normalize", "tf.nn.softmax_cross_entropy_with_logits"),
        )
    },
    "tf.squeeze": {"squeeze_dims": "axis"},
    "tf.norm": {"keep_dims": "keepdims"},
    "tf.linalg.norm": {"keep_dims": "keepdims"},
    "tf.nn.moments": {"keep_dims": "keepdims"},
    "tf.reverse_sequence": {"seq_dim": "seq_axis", "batch_dim": "batch_axis"},
    **{f"tf.nn.{name}": {"filter": "filters"} for name in ("conv1d", "conv2d", "conv3d")},
    "tf.nn.convolution": {"filter": "filters", "dilation_rate": "dilations"},
    "tf.nn.depthwise_conv2d": {"rate": "dilations"},
    "tf.nn.separable_conv2d": {"rate": "dilations"},
    **{f"tf.nn.{name}": {"value": "input"} for name in ("avg_pool", "max_pool")},
}
"""By function: argument of TensorFlow 1 to that of TensorFlow 2 (the signatures of 1.15 and 2.21)."""


@visit(TENSORFLOW_1_ARGUMENT, calls=frozenset(_ARGUMENTS))
def tensorflow_arguments(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``tf.reduce_sum(x, keep_dims=True)``."""
    for old, new in renamed_arguments(call, ctx.name(call.func) or "").items():
        text = f"{ctx.source(call.func)} has no {old}=, it is {new}="
        yield Match(TENSORFLOW_1_ARGUMENT, call, text, edits=(RenameArgument(call, old, new),), argument=old)


def renamed_arguments(call: ast.Call, name: str) -> dict[str, str]:
    """The keywords of a call of a function of TensorFlow that TensorFlow 2 calls otherwise, and how."""
    renamed = _ARGUMENTS.get(name, {})
    given = {keyword.arg for keyword in call.keywords}
    return {old: new for old, new in renamed.items() if old in given}


@visit(KEEP_PROB, calls={"tf.nn.dropout"})
def kept_shares(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``tf.nn.dropout(x, keep_prob=0.9)``, and ``tf.nn.dropout(x, 0.9)`` in code of TensorFlow 1."""
    args = ctx.arguments(call, "x", "keep_prob")
    kept = args.get("keep_prob")
    if kept is None or args.star:
        return
    named = "keep_prob" in args.keywords
    if not named and not of_tensorflow_1(ctx):
        return
    if len(call.args) > 2:
        yield Match(KEEP_PROB, call, argument="keep_prob", fix=Fix.MANUAL)
        return
    rate = Code("1 - keep_prob", {"keep_prob": kept})
    edits = (DropArgument(call, "keep_prob" if named else 1), SetArgument(call, "rate", rate))
    yield Match(KEEP_PROB, call, edits=edits, argument="keep_prob")
