"""Members of layers and models that left or mean something else (``LAY109`` to ``LAY111``)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.catalogue import load
from codemods.edits import Code, RenameAttribute, ReplaceExpression
from codemods.names.trees import walk
from codemods.rules._evidence import LAYER, MODEL, trust
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from codemods.rules.layers.recurrent import RECURRENT
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

LAY109 = SourceRule(
    code="LAY109",
    name="layer-shape-attribute",
    summary="Layers have no input_shape and output_shape; their tensors do.",
    severity=Severity.ERROR,
    why="21 members were removed from Layer. Models keep both properties.",
    references=("keras-team/keras#19052", GUIDE),
    proofs=(Proof(),),
)
LAY110 = SourceRule(
    code="LAY110",
    name="layer-member-removed",
    summary="A method or attribute of a layer or model was removed.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="Keras 2 graph bookkeeping has no counterpart, or another name, in Keras 3. Models of stand-alone Keras and of "
    "TensorFlow 1 also kept the tensors of their targets, sample weights and losses (`model.targets`, `total_loss`, "
    "`_feed_inputs`, `uses_learning_phase`).",
    references=(GUIDE, "keras-team/keras#18467"),
    manual="see the hint",
)
LAY111 = SourceRule(
    code="LAY111",
    name="input-names",
    summary="Models have no input_names, and Sequential has no output_names.",
    severity=Severity.ERROR,
    why="The attribute was removed; the symbolic inputs carry the names. Functional models still have output_names.",
    references=(GUIDE,),
    proofs=(Proof(), Proof("proof_2")),
)
LAY118 = SourceRule(
    code="LAY118",
    name="layer-member-public",
    summary="A private member of layers or models was removed; the equivalent public one stays.",
    severity=Severity.ERROR,
    why="Measured with 3.15.1: `'Dense' object has no attribute '_compute_dtype'`. Programs with threads call "
    "`model._make_predict_function()` before they start them; the public name stays in Keras 3.",
    references=(GUIDE,),
    proofs=(Proof(), Proof("proof_2")),
)


@visit(LAY109, attributes={"input_shape", "output_shape"}, of={LAYER})
def shapes(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``layer.output_shape``."""
    receiver = ctx.receiver(node.value)
    if not isinstance(node.ctx, ast.Load) or ctx.isa(receiver, MODEL) or ctx.source(node.value) == "self":
        return
    fix = trust(ctx, node.value, LAYER, unknown=_used_as_layer(node.value, ctx))
    if fix is not None:
        code = Code(f"layer.{node.attr.partition('_')[0]}.shape", {"layer": node.value})
        yield Match(LAY109, node, edits=(ReplaceExpression(node, code),), fix=fix)


_OF_LAYERS = frozenset(
    ("_inbound_nodes", "_outbound_nodes", "add_weight", "get_weights", "inbound_nodes", "set_weights")
)
_LAYERS_OF = re.compile(r"(?:list\(|reversed\()?[\w.]+\.layers(?:\[[^\]]*:[^\]]*\])?\)?")
_NAMED = re.compile(r"(?:.*_)?layer")


def _used_as_layer(node: ast.expr, ctx: Context) -> Fix | None:
    """Unsafe for a name like ``layer`` or ``base_layer`` that is used as one, else None."""
    if not isinstance(node, ast.Name):
        return None
    loops = (
        loop
        for outer in ctx.parents(node)
        for loop in (outer, *getattr(outer, "generators", ()))
        if isinstance(loop, (ast.For, ast.comprehension))
    )
    for loop in loops:
        named = isinstance(loop.target, ast.Name) and loop.target.id == node.id
        if named and _LAYERS_OF.fullmatch(ctx.source(loop.iter)) is not None:
            return Fix.UNSAFE
    if _NAMED.fullmatch(node.id) is None:
        return None
    function = ctx.function(node)
    for use in ctx.uses(function if function is not None else ctx.module.tree, node.id):
        above = ctx.parent(use)
        if isinstance(above, ast.Call) and above.func is use:
            return Fix.UNSAFE
        if isinstance(above, ast.Attribute):
            call = ctx.parent(above)
            built = isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "build"
            if above.attr in _OF_LAYERS or built:
                return Fix.UNSAFE
    return None


_ELSEWHERE = frozenset({"inbound_nodes", "outbound_nodes", "to_yaml"})
"""Members that ``LAY120`` and ``SAV006`` speak of."""
_LOST = {
    name: member
    for name, entries in load().lost.items()
    for member in entries
    if member.policy == "manual" and member.cls in {"layers.Layer", "Model"} and name not in _ELSEWHERE
}
_ADAPTED = frozenset(
    f"keras.layers.{name}"
    for name in ("Discretization", "IntegerLookup", "Normalization", "StringLookup", "TextVectorization")
)
_ADAPTING = {
    "is_adapted": "keep your own flag that adapt() was called",
    "make_adapt_function": "call adapt()",
    "vocab_size": "layer.vocabulary_size()",
}


_PRIVATE = {
    "_callable_losses": "losses, or add_loss in call()",
    "_non_trainable_weights": "_non_trainable_variables, or the public non_trainable_weights",
    "_per_input_losses": "losses",
    "_per_input_updates": "variable.assign(...) in call()",
    "_trainable_weights": "_trainable_variables, or the public trainable_weights",
    "_updates": "variable.assign(...) in call()",
    "get_losses_for": "losses",
    "get_updates_for": "variable.assign(...) in call()",
}
"""Members of layers that were private or left before TensorFlow 2.16, and what serves now."""


@visit(LAY110, attributes=frozenset(_PRIVATE), of={LAYER})
def private_members(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``self._trainable_weights`` in a layer of the project, ``layer.get_updates_for(x)``."""
    cls = ctx.class_of(node)
    if not isinstance(node.ctx, ast.Load) or trust(ctx, node.value, LAYER) is None:
        return
    if cls is not None and ctx.source(node.value) == "self" and defines(cls, node.attr):
        return
    message = f"layers have no {node.attr} in Keras 3"
    hint = f"use {_PRIVATE[node.attr]}; sub-layers that are attributes are tracked automatically"
    yield Match(LAY110, node, message=message, hint=hint, symbol=LAYER)


@visit(LAY110, attributes=frozenset(_LOST), of={LAYER, MODEL})
def lost_members(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """Members that only Keras 2 has."""
    member = _LOST[node.attr]
    wanted = MODEL if member.cls == "Model" else LAYER
    if not isinstance(node.ctx, ast.Load) or trust(ctx, node.value, wanted) is None:
        return
    receiver = ctx.receiver(node.value)
    if node.attr == "stateful" and receiver is not None and not RECURRENT.isdisjoint(receiver.classes):
        return
    cls = ctx.class_of(node)
    if cls is not None and ctx.source(node.value) == "self" and defines(cls, node.attr):
        return
    message = f"{member.cls} has no {member.member} in Keras 3"
    yield Match(LAY110, node, message=message, hint=member.note, symbol=f"keras.{member.cls}")


_RENAMED = {"_compute_dtype": "compute_dtype", "_dtype_policy": "dtype_policy"}


@visit(LAY118, attributes=frozenset(_RENAMED), of={LAYER})
def renamed_members(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``self._compute_dtype`` of a layer."""
    fix = trust(ctx, node.value, LAYER)
    cls = ctx.class_of(node)
    if fix is None or not isinstance(node.ctx, ast.Load) or (cls is not None and defines(cls, node.attr)):
        return
    edit = RenameAttribute(node, _RENAMED[node.attr])
    yield Match(LAY118, node, f"{node.attr} is {_RENAMED[node.attr]}", edits=(edit,), symbol=LAYER, fix=fix)


def defines(cls: ast.ClassDef, name: str) -> bool:
    """Whether a class sets an attribute or defines a method of this name itself."""
    for node in walk(cls):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return True
        if isinstance(node, ast.Attribute) and node.attr == name and isinstance(node.ctx, ast.Store):
            return True
    return False


@visit(LAY110, attributes=frozenset(_ADAPTING), of={LAYER})
def adapted_members(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """Members of the layers that adapt to data."""
    receiver = ctx.receiver(node.value)
    if receiver is not None and _ADAPTED & set(receiver.classes):
        message = f"{receiver.cls.rpartition('.')[2]} has no {node.attr} in Keras 3"
        yield Match(LAY110, node, message=message, hint=_ADAPTING[node.attr], symbol=receiver.cls)


@visit(LAY111, attributes={"input_names", "output_names"}, of={MODEL})
def tensor_names(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``model.input_names``, and ``output_names`` of a ``Sequential``: functional models still have those."""
    fix = trust(ctx, node.value, MODEL)
    if fix is None or not isinstance(node.ctx, ast.Load):
        return
    if node.attr == "output_names":
        if ctx.isa(ctx.receiver(node.value), "keras.Sequential"):
            code = Code("[model.layers[-1].name]", {"model": node.value})
            yield Match(LAY111, node, edits=(ReplaceExpression(node, code),), fix=fix)
    else:
        code = Code("[tensor.name for tensor in model.inputs]", {"model": node.value})
        yield Match(LAY111, node, edits=(ReplaceExpression(node, code),), fix=fix)
