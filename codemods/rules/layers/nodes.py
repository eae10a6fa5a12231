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
    from codemods.names.scopes import Binding


MEMBERS = SourceRule(
    code="LAY120",
    name="node-members",
    summary="A node of a layer graph has an operation, where it had a layer, and lists of tensors.",
    severity=Severity.ERROR,
    why="`layer` (`outbound_layer` until Keras 2.3) is `operation`; shapes are those of `outputs`. `input_tensors` "
    "and `outputs` are always lists, where Keras 2 returned a single tensor directly.",
    references=(GUIDE,),
    manual="input_tensors is always a list: take its only item if you need a single tensor",
    proofs=(Proof(),),
)
_NODES = frozenset({"_inbound_nodes", "_outbound_nodes", "inbound_nodes", "outbound_nodes"})
_BY_DEPTH = frozenset({"_nodes_by_depth", "nodes_by_depth"})
_OPERATION = frozenset({"layer", "outbound_layer"})
_SHAPES = {"input_shapes": "input_tensors", "output_shapes": "outputs"}
_ARGUMENTS = {"call_args": "args", "call_kwargs": "kwargs"}
_LOST = {
    "inbound_layers": "[parent.operation for parent in node.parent_nodes]; tf.keras gave a single layer without a list",
    "input_masks": "compute the mask yourself: layer.compute_mask",
    "iterate_inbound": "the _keras_history of each of node.input_tensors",
    "keras_inputs": "node.input_tensors",
    "node_indices": "the _keras_history of each of node.input_tensors",
    "output_masks": "compute the mask yourself: layer.compute_mask",
    "tensor_indices": "the _keras_history of each of node.input_tensors",
}
"""Members of nodes that Keras 3 lacks, and what serves instead."""


@visit(MEMBERS, attributes={*_OPERATION, *_SHAPES, *_ARGUMENTS, *_LOST, "input_tensors"}, of=UNTYPED)
def members(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``node.layer``, ``node.output_shapes``, ``node.call_args`` and ``node.input_tensors``."""
    if not isinstance(node.ctx, ast.Load) or not _is_node(node.value, ctx):
        return
    edits: tuple[Edit, ...] = ()
    if node.attr in _OPERATION:
        edits = (RenameAttribute(node, "operation"),)
    elif node.attr in _SHAPES:
        tensors = f"node.{_SHAPES[node.attr]}"
        text = f"({tensors}[0].shape if len({tensors}) == 1 else [tensor.shape for tensor in {tensors}])"
        edits = (ReplaceExpression(node, Code(text, {"node": node.value})),)
    elif node.attr in _ARGUMENTS:
        code = Code(f"node.arguments.{_ARGUMENTS[node.attr]}", {"node": node.value})
        edits = (ReplaceExpression(node, code),)
    elif node.attr == "input_tensors" and _takes_list(node, ctx):
        return
    fix = Fix.SAFE if edits else Fix.MANUAL
    gone = node.attr in _LOST
    message = f"nodes have no {node.attr}" if gone else f"nodes have a different {node.attr}"
    hint = f"use {_LOST[node.attr]}" if gone else ""
    yield Match(MEMBERS, node, message, hint, edits=edits, symbol=f"{LAYER}.nodes", fix=fix)


@visit(MEMBERS, attributes={"inbound_nodes", "outbound_nodes"}, of={LAYER})
def lists_of_nodes(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``layer.inbound_nodes``."""
    fix = trust(ctx, node.value, LAYER)
    if fix is not None and isinstance(node.ctx, ast.Load):
        edit = RenameAttribute(node, f"_{node.attr}")
        text = f"{node.attr} is _{node.attr}"
        yield Match(MEMBERS, node, text, edits=(edit,), symbol=f"{LAYER}.{node.attr}", fix=fix)


def _is_node(node: ast.expr, ctx: Context) -> bool:
    """Whether an expression is one of the nodes of a layer or model, directly or by a name."""
    return _kind(node, ctx) == "node"


_ITEM = {"nodes": "node", "lists": "nodes"}
"""What an item is: of the nodes of a layer or of one depth, and of such lists."""


def _kind(node: ast.expr, ctx: Context, steps: int = 6) -> str:
    """What an expression holds: a ``node``, ``nodes``, ``lists`` of nodes, or those ``by depth``; empty for others."""
    if not steps:
        return ""
    match node:
        case ast.Attribute(attr=name):
            return "nodes" if name in _NODES else "by depth" if name in _BY_DEPTH else ""
        case ast.Subscript(value=value, slice=ast.Slice()):
            return _kind(value, ctx, steps - 1)
        case ast.Subscript(value=value):
            return {**_ITEM, "by depth": "nodes"}.get(_kind(value, ctx, steps - 1), "")
        case ast.Call(func=ast.Attribute(attr="values", value=value)):
            return "lists" if _kind(value, ctx, steps - 1) == "by depth" else ""
        case ast.Name(id=name):
            home = ctx.scope(node).find(name)
            kinds = (
                {_bound(binding, ctx, steps) for binding in home.bindings[name]}
                if home is not None
                else set()
            )
            return kinds.pop() if len(kinds) == 1 else ""
        case _:
            return ""


def _bound(binding: Binding, ctx: Context, steps: int) -> str:
    """What a name is given: a value, or each item of one."""
    kind = _kind(binding.value, ctx, steps - 1) if binding.value is not None else ""
    if binding.kind == "assign":
        return kind
    return _ITEM.get(kind, "") if binding.kind == "item" and binding.index < 0 else ""


def _takes_list(node: ast.Attribute, ctx: Context) -> bool:
    """Whether a place takes a list of tensors: an index, a loop, ``len``, or what tests for a list."""
    outer = ctx.parent(node)
    if isinstance(outer, ast.Call):
        return getattr(outer.func, "id", "") in {
            "enumerate",
            "len",
            "list",
            "tuple",
            "zip",
        }
    statement = ctx.statement(node)
    tested = statement is not None and any(getattr(n, "id", "") == "isinstance" for n in walk(statement))
    return tested or isinstance(outer, (ast.Subscript, ast.For, ast.comprehension))
