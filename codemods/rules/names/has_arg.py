"""API: ``has_arg``, with which packages asked what a function takes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, ReplaceExpression
from codemods.rules._evidence import defined_once
from codemods.rules.api import Match, Proof, SourceRule, visit
from migrate.findings import Severity

if TYPE_CHECKING:
    from codemods.context import Context

HAS_ARG_NAMES = frozenset(
    {"keras.utils.generic_utils.has_arg", "keras.utils.has_arg", "keras.wrappers.scikit_learn.has_arg"}
)
HAS_ARG = SourceRule(
    code="API008",
    name="has-arg",
    summary="`has_arg` is gone; a function of the file asks `inspect.signature`.",
    severity=Severity.ERROR,
    why="A helper of Keras 2 that layers and wrappers of packages use to find out whether a layer takes a mask or "
    "`training`. The function that is written does what that of Keras 2.3 did with the signature.",
    references=("keras-team/keras@2.3.1",),
    manual="ask inspect.signature(function).parameters",
    proofs=(Proof(),),
)
_NAME = "takes_argument"
_HELPER = f'''\
def {_NAME}(function, name, accept_all=False):
    """Whether a function takes an argument by keyword, what keras.utils.generic_utils.has_arg told."""
    parameters = inspect.signature(function).parameters.values()
    if accept_all and any(found.kind is found.VAR_KEYWORD for found in parameters):
        return True
    kinds = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    return any(found.name == name and found.kind in kinds for found in parameters)
'''


@visit(HAS_ARG, calls=HAS_ARG_NAMES)
def has_arg(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``has_arg(layer.call, "mask")``."""
    name = ctx.name(call.func) or ""
    places = list(_places(ctx))
    free = not any(keyword.arg not in {"name", "accept_all"} for keyword in call.keywords)
    edits = (*defined_once(ctx, call.func, _NAME, _HELPER, places), ReplaceExpression(call.func, Code(_NAME)))
    yield Match(
        HAS_ARG,
        call.func,
        f"keras has no {name.removeprefix('keras.')}",
        edits=edits if free else (),
        symbol=name,
    )


def _places(ctx: Context) -> Iterator[ast.expr]:
    """What is called in every call of it in the file."""
    for call, scope in ctx.module.index.calls:
        ctx.remember(call, scope)
        if ctx.name(call.func) in HAS_ARG_NAMES:
            yield call.func
