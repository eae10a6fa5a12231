"""TRN: what ``update_state`` of a metric gives."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, ReplaceExpression
from codemods.names.trees import walk
from codemods.rules.api import Match, Proof, SourceRule, visit
from migrate.findings import Severity

if TYPE_CHECKING:
    from codemods.context import Context


UPDATES = SourceRule(
    code="TRN036",
    name="operation-of-an-update",
    summary="update_state of a metric returns None, where it returned an operation to wait for.",
    severity=Severity.ERROR,
    why="`tf.control_dependencies([None])` and `tf.group([None])` raise `Can not convert a NoneType into a Tensor "
    "or Operation` in a tf.function. The update is part of the function and runs in its order anyway. Results of "
    "the project's other objects are still waited for.",
    references=(
        "https://keras.io/api/metrics/base_metric/",
        "https://www.tensorflow.org/api_docs/python/tf/group",
    ),
    proofs=(Proof(), Proof("proof_2")),
)
_WAITING = frozenset({"tf.control_dependencies", "tf.compat.v1.control_dependencies", "tf.group"})


@visit(UPDATES, calls=_WAITING)
def waited_for(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``tf.control_dependencies([metric.update_state(x)])``, ``tf.group(updates)``, ``tf.group(*updates)``."""
    for argument in call.args:
        given = argument.value if isinstance(argument, ast.Starred) else argument
        if isinstance(given, (ast.List, ast.Tuple, ast.Name)) and _has_update(given, ctx):
            code = Code("[update for update in updates if update is not None]", {"updates": given})
            message = f"{ctx.source(given)} contains the result of a metric's update_state, which is None"
            yield Match(UPDATES, given, message, edits=(ReplaceExpression(given, code),))


def _has_update(node: ast.expr, ctx: Context) -> bool:
    """Whether a list holds what ``update_state`` gave: written there, by a name, or appended to it."""
    parts = node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]
    around = ctx.function(node) or ctx.module.tree
    names = {part.id for part in parts if isinstance(part, ast.Name)}
    return any(_is_update(part) for part in parts) or any(
        _is_update(value) for name in names for value in _given(around, name)
    )


def _given(around: ast.AST, name: str) -> Iterator[ast.expr]:
    """What a name of a function is bound to, and what is appended to it."""
    for node in walk(around):
        match node:
            case ast.Assign(targets=[ast.Name(id=bound)], value=value) if bound == name:
                yield from value.elts if isinstance(value, (ast.List, ast.Tuple)) else [value]
                if isinstance(value, ast.ListComp):
                    yield value.elt
            case ast.Call(func=ast.Attribute(value=ast.Name(id=bound), attr="append"), args=[value]) if (
                bound == name
            ):
                yield value


def _is_update(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "update_state"
    )
