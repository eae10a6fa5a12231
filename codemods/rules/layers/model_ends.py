"""LAY: the input and the output of a model."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, ReplaceExpression
from codemods.rules._evidence import MODEL
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_SEQUENTIAL = "keras.Sequential"


ENDS = SourceRule(
    code="LAY123",
    name="input-and-output-of-a-model",
    summary="A Sequential that was never called has no input and output; a functional model gives lists of one.",
    severity=Severity.ERROR,
    ambiguous=True,
    why="Keras 2 gave the one tensor of the graph. A Sequential of Keras 3 raises `The layer sequential has never been "
    "called and thus has no defined output`, and `keras.Model([x], [y])` gives the list that it was made of. `inputs` "
    "and `outputs` are lists in both. Where nothing says what a model is (it was loaded, or is a parameter), the one "
    "item is taken when there is but one.",
    references=(GUIDE, "keras-team/keras#20116"),
    proofs=(Proof(), Proof("proof_2"), Proof("proof_3", unsafe=True)),
)
_FUNCTIONAL = frozenset({"keras.Model", "keras.models.Model", "keras.engine.Model"})


@visit(ENDS, attributes={"input", "output"}, of={MODEL})
def ends(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``model.input`` and ``model.output``."""
    receiver = ctx.receiver(node.value)
    if not isinstance(node.ctx, ast.Load) or receiver is None or not ctx.isa(receiver, MODEL):
        return
    one = Code(f"model.{node.attr}s[0]", {"model": node.value})
    if ctx.isa(receiver, _SEQUENTIAL):
        fix = None if receiver.certain else Fix.UNSAFE
        yield Match(
            ENDS, node, edits=(ReplaceExpression(node, one),), symbol=f"{_SEQUENTIAL}.{node.attr}", fix=fix
        )
        return
    makers = list(_makers(node.value, ctx))
    if makers and all(isinstance(maker, ast.Call) and _lists_one(maker, node.attr, ctx) for maker in makers):
        text = f"the model was made of a list, and gives a list as its {node.attr}"
        yield Match(ENDS, node, text, edits=(ReplaceExpression(node, one),), symbol=f"{MODEL}.{node.attr}")
    elif receiver.definition is None and not any(_is_graph(maker, ctx) for maker in makers):
        either = Code(
            f"(model.{node.attr}s[0] if len(model.{node.attr}s) == 1 else model.{node.attr}s)",
            {"model": node.value},
        )
        if isinstance(node.value, (ast.Name, ast.Attribute)):
            text = f"a Sequential that was never called has no {node.attr}, and this may be one"
            edits = (ReplaceExpression(node, either),)
            yield Match(ENDS, node, text, edits=edits, symbol=f"{MODEL}.{node.attr}", fix=Fix.UNSAFE)


def _makers(node: ast.expr, ctx: Context) -> Iterator[ast.expr | None]:
    """What a name is bound to, or an attribute of ``self`` is given."""
    if isinstance(node, ast.Name):
        home = ctx.scope(node).find(node.id)
        for binding in home.bindings[node.id] if home is not None else ():
            yield binding.value if binding.kind == "assign" else None
    elif isinstance(node, ast.Call):
        yield node


def _is_graph(maker: ast.expr | None, ctx: Context) -> bool:
    """Whether an expression makes a functional model: of tensors, or of ``keras.applications``."""
    name = (ctx.name(maker.func) if isinstance(maker, ast.Call) else None) or ""
    return name in _FUNCTIONAL or name.startswith("keras.applications.")


def _lists_one(maker: ast.Call, end: str, ctx: Context) -> bool:
    """Whether ``keras.Model`` is given a list of one tensor as its input or output."""
    if ctx.name(maker.func) not in _FUNCTIONAL:
        return False
    given = ctx.arguments(maker, "inputs", "outputs").get(f"{end}s")
    return (
        isinstance(given, (ast.List, ast.Tuple))
        and len(given.elts) == 1
        and not isinstance(given.elts[0], ast.Starred)
    )
