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
    summary="A Sequential that was never called has no input and output; a functional model returns one-item lists.",
    severity=Severity.ERROR,
    ambiguous=True,
    why="Keras 2 returned the single tensor of the graph. A Keras 3 Sequential raises `The layer sequential has "
    "never been called and thus has no defined output`, and `keras.Model([x], [y])` returns the list that it was "
    "created with. `inputs` and `outputs` are lists in both. If the kind of model is unknown (it was loaded, or is "
    "a parameter), the item is taken if there is only one.",
    references=(GUIDE, "keras-team/keras#20116"),
    proofs=(Proof(), Proof("proof_2"), Proof("proof_3", unsafe=True)),
)
SHAPES = SourceRule(
    code="LAY126",
    name="shape-of-a-sequential-of-a-model",
    summary="A Sequential that holds nothing but a model does not know its input_shape and output_shape.",
    severity=Severity.ERROR,
    ambiguous=True,
    why="Keras 2 took the input of the model that was added first; Keras 3 waits for a second layer and raises until "
    "then: `AttributeError: Sequential model 'sequential' has no defined output shape yet`.",
    references=(GUIDE,),
    proofs=(Proof(), Proof("proof_2", unsafe=True)),
)
_FUNCTIONAL = frozenset({"keras.Model", "keras.models.Model", "keras.engine.Model"})


@visit(ENDS, attributes={"input", "output"}, of={MODEL})
def ends(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``model.input`` and ``model.output``."""
    receiver = ctx.receiver(node.value)
    if not isinstance(node.ctx, ast.Load) or receiver is None:
        return
    one = Code(f"model.{node.attr}s[0]", {"model": node.value})
    if ctx.isa(receiver, _SEQUENTIAL):
        fix = None if receiver.certain else Fix.UNSAFE
        yield Match(
            ENDS, node, edits=(ReplaceExpression(node, one),), symbol=f"{_SEQUENTIAL}.{node.attr}", fix=fix
        )
        return
    makers = list(_makers(node.value, ctx))
    if all(isinstance(maker, ast.Call) and _lists_one(maker, node.attr, ctx) for maker in makers):
        text = f"the model was created with a list, and returns a list as its {node.attr}"
        yield Match(ENDS, node, text, edits=(ReplaceExpression(node, one),), symbol=f"{MODEL}.{node.attr}")
    elif receiver.definition is None and not any(_is_graph(maker, ctx) for maker in makers):
        either = Code(
            f"(model.{node.attr}s[0] if len(model.{node.attr}s) == 1 else model.{node.attr}s)",
            {"model": node.value},
        )
        if isinstance(node.value, (ast.Name, ast.Attribute)):
            text = f"a Sequential that was never called has no {node.attr}, and this may be one"
            edits = (ReplaceExpression(node, one if _is_tensor(node, ctx) else either),)
            yield Match(ENDS, node, text, edits=edits, symbol=f"{MODEL}.{node.attr}", fix=Fix.UNSAFE)


def _is_tensor(node: ast.Attribute, ctx: Context) -> bool:
    """Whether a member is asked for that lists do not have: ``model.output.shape``."""
    parent = ctx.parent(node)
    return isinstance(parent, ast.Attribute) and not hasattr(list, parent.attr)


def _makers(node: ast.expr, ctx: Context) -> Iterator[ast.expr | None]:
    """What a name is bound to, or an attribute of ``self`` is given."""
    if isinstance(node, ast.Name):
        home = ctx.scope(node).find(node.id)
        for binding in home.bindings[node.id] if home is not None else ():
            yield binding.value if binding.kind == "assign" else None
    else:
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


@visit(SHAPES, attributes={"input_shape", "output_shape"}, of={MODEL})
def shapes(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``model.output_shape`` of ``model = Sequential()`` after its one ``model.add(other)``."""
    receiver = ctx.receiver(node.value)
    if not isinstance(node.value, ast.Name) or not ctx.isa(receiver, _SEQUENTIAL):
        return
    held = list(_layers_before(node, node.value, ctx))
    if len(held) != 1 or held[0] is None:
        return
    layer = ctx.receiver(held[0])
    if (layer is None and ctx.name(held[0]) is None) or ctx.isa(layer, MODEL):
        code = _of_the_first(node, held[0], ctx)
        fix = None if layer is not None and layer.certain else Fix.UNSAFE
        edits = (ReplaceExpression(node, code),)
        yield Match(SHAPES, node, edits=edits, symbol=f"{_SEQUENTIAL}.{node.attr}", fix=fix)


def _of_the_first(node: ast.Attribute, layer: ast.expr, ctx: Context) -> Code:
    """The shape of the Sequential once it is built, and until then of the model that it holds."""
    holes = {"model": node.value, "layer": layer}
    home = ctx.scope(layer).find(layer.id) if isinstance(layer, ast.Name) else None
    if isinstance(layer, ast.Name) and home is not None and len(home.bindings[layer.id]) == 1:
        return Code(f"(model if model.built else layer).{node.attr}", holes)
    end = node.attr.partition("_")[0]
    return Code(f"(model if model.built else model.layers[0]).{end}.shape", {"model": node.value})


def _layers_before(node: ast.Attribute, model: ast.Name, ctx: Context) -> Iterator[ast.expr | None]:
    """What a Sequential was given before a place; None for what is not seen: in a loop, as ``Sequential(layers)``."""
    makers = list(_makers(model, ctx))
    made = makers[0] if len(makers) == 1 else None
    if not isinstance(made, ast.Call):
        yield None
        return
    given = ctx.arguments(made, "layers").get("layers")
    if isinstance(given, (ast.List, ast.Tuple)):
        yield from given.elts
    elif given is not None:
        yield None
    for call, _ in ctx.module.index.calls:
        method = call.func
        if not isinstance(method, ast.Attribute) or method.attr != "add" or call.lineno >= node.lineno:
            continue
        if ctx.source(method.value) == model.id and ctx.function(call) is ctx.function(node):
            inside = any(isinstance(outer, (ast.For, ast.While)) for outer in ctx.parents(call))
            unseen = inside or len(call.args) != 1 or isinstance(call.args[0], ast.Starred)
            yield None if unseen else call.args[0]
