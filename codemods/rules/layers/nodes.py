"""LAY: members of the nodes of a graph of layers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, Edit, RenameAttribute, ReplaceExpression
from codemods.names.trees import walk
from codemods.rules._evidence import LAYER, trust
from codemods.rules.api import GUIDE, UNTYPED, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context


MEMBERS = SourceRule(
    code="LAY120",
    name="node-members",
    summary="A node of a graph of layers has an operation, where it had a layer, and lists of tensors.",
    severity=Severity.ERROR,
    why="`layer` (`outbound_layer` until Keras 2.3) is `operation`; shapes are those of `outputs`. `input_tensors` and "
    "`outputs` are lists always, where Keras 2 gave a single tensor as it is.",
    references=(GUIDE,),
    manual="input_tensors is a list always: take its only item where a single tensor is wanted",
    proofs=(Proof(),),
)
_NODES = frozenset({"_inbound_nodes", "_outbound_nodes", "inbound_nodes", "outbound_nodes"})
_OPERATION = frozenset({"layer", "outbound_layer"})
_SHAPES = {"input_shapes": "input_tensors", "output_shapes": "outputs"}


@visit(MEMBERS, attributes={*_OPERATION, *_SHAPES, "input_tensors"}, of=UNTYPED)
def members(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``node.layer``, ``node.output_shapes`` and ``node.input_tensors``."""
    if not isinstance(node.ctx, ast.Load) or not _is_node(node.value, ctx):
        return
    edits: tuple[Edit, ...] = ()
    if node.attr in _OPERATION:
        edits = (RenameAttribute(node, "operation"),)
    elif node.attr in _SHAPES:
        tensors = f"node.{_SHAPES[node.attr]}"
        text = f"({tensors}[0].shape if len({tensors}) == 1 else [tensor.shape for tensor in {tensors}])"
        edits = (ReplaceExpression(node, Code(text, {"node": node.value})),)
    elif _takes_list(node, ctx):
        return
    fix = Fix.SAFE if edits else Fix.MANUAL
    yield Match(
        MEMBERS, node, f"nodes have another {node.attr}", edits=edits, symbol=f"{LAYER}.nodes", fix=fix
    )


@visit(MEMBERS, attributes={"inbound_nodes", "outbound_nodes"}, of={LAYER})
def lists_of_nodes(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``layer.inbound_nodes``."""
    fix = trust(ctx, node.value, LAYER)
    if fix is not None and isinstance(node.ctx, ast.Load):
        edit = RenameAttribute(node, f"_{node.attr}")
        text = f"{node.attr} is _{node.attr}"
        yield Match(MEMBERS, node, text, edits=(edit,), symbol=f"{LAYER}.{node.attr}", fix=fix)


def _is_node(node: ast.expr, ctx: Context) -> bool:
    """Whether an expression is an item of the nodes of a layer, directly or by a name."""
    if isinstance(node, ast.Name):
        home = ctx.scope(node).find(node.id)
        bindings = home.bindings[node.id] if home is not None else []
        values = [binding.value for binding in bindings]
        return bool(values) and all(value is not None and _of_nodes(value, ctx) for value in values)
    return isinstance(node, ast.Subscript) and _of_nodes(node, ctx)


def _of_nodes(node: ast.expr, ctx: Context) -> bool:
    """Whether a value is an item of the nodes of a layer, or what a loop takes such items from."""
    if isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        home = ctx.scope(node).find(node.id)
        bindings = home.bindings[node.id] if home is not None else []
        return (
            len(bindings) == 1
            and isinstance(bindings[0].value, ast.Attribute)
            and _of_nodes(bindings[0].value, ctx)
        )
    return isinstance(node, ast.Attribute) and node.attr in _NODES


def _takes_list(node: ast.Attribute, ctx: Context) -> bool:
    """Whether a place takes a list of tensors: an index, a loop, ``len``, or what tests for a list."""
    outer = ctx.parent(node)
    if isinstance(outer, ast.Call):
        return node in outer.args and getattr(outer.func, "id", "") in {
            "enumerate",
            "len",
            "list",
            "tuple",
            "zip",
        }
    statement = ctx.statement(node)
    tested = statement is not None and any(getattr(n, "id", "") == "isinstance" for n in walk(statement))
    return tested or isinstance(outer, (ast.Subscript, ast.For, ast.comprehension))
