"""LSS: names of losses and metrics that compile() no longer knows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.rules._evidence import MODEL, called_on, overrides, text, trust
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context


NAMES = SourceRule(
    code="LSS104",
    name="loss-name",
    summary="A loss or metric was renamed, and compile accepts only the new name.",
    severity=Severity.ERROR,
    why="`Could not interpret loss identifier: logcosh`. As a loss, `cosine_proximity` is `cosine_similarity`, and "
    "both are negative. As a metric it was negative until Keras 2.2 and has been positive since, and the key in the "
    "logs changes with the name, so edits of metrics require --unsafe.",
    references=(GUIDE,),
    proofs=(
        Proof(tolerance=1e-5),
        Proof("proof_2", tolerance=1e-5),
        Proof("proof_3", expect="raises", tolerance=1e-5),
    ),
)
_LOSSES = {
    "cosine": "cosine_similarity",
    "cosine_proximity": "cosine_similarity",
    "huber_loss": "huber",
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
}
_METRICS = {
    "cosine": "cosine_similarity",
    "cosine_proximity": "cosine_similarity",
    "kld": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh_error",
}
_ARGUMENTS = {"loss": _LOSSES, "metrics": _METRICS, "weighted_metrics": _METRICS}


@visit(NAMES, methods={"compile"}, of={MODEL})
def names(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``compile("sgd", "logcosh", metrics=["cosine_proximity"])``."""
    model = called_on(call)
    args = ctx.arguments(call, "optimizer", "loss", "metrics")
    for argument, successors in _ARGUMENTS.items():
        for node in _strings(args.get(argument)):
            new = successors.get(str(ctx.literal(node, "")))
            fix = trust(ctx, model, MODEL) if new is not None else None
            if new is None or fix is None or overrides(ctx, call):
                continue
            message = f"{ctx.literal(node)!r} is {new!r}"
            fix = fix if argument == "loss" else Fix.UNSAFE
            yield Match(NAMES, node, message, edits=(text(ctx, node, new),), argument=argument, fix=fix)


def _strings(node: ast.expr | None) -> Iterator[ast.expr]:
    """The string literals of an argument: alone, in a list, or as values of a dictionary."""
    if isinstance(node, (ast.List, ast.Tuple)):
        for item in node.elts:
            yield from _strings(item)
    elif isinstance(node, ast.Dict):
        for item in node.values:
            yield from _strings(item)
    elif isinstance(node, ast.Constant):
        yield node
