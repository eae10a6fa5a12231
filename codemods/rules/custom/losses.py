"""CUS: losses that layers are given with add_loss."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, Edit, ReplaceExpression
from codemods.rules._evidence import LAYER, MODEL, defined_once, owner, trust
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

CUS033 = SourceRule(
    code="CUS033",
    name="loss-outside-of-call",
    summary="add_loss requires a tensor, and has an effect only in call.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="A function raises `add_loss() can only be called from inside build() or call(), on a tensor input`. A "
    "tensor added in build or in the constructor is forgotten before the first batch: measured, a loss of 5 counts "
    "as 0. A function added in call counted once for each time that call had run.",
    references=(GUIDE,),
    manual="add the loss as a tensor in call(); for a penalty on a weight, pass add_weight a regularizer",
)
CUS043 = SourceRule(
    code="CUS043",
    name="loss-that-is-a-number",
    summary="add_loss requires a tensor, not a number.",
    severity=Severity.ERROR,
    why="Keras 2 converted it to a tensor. Keras 3 raises `add_loss() can only be called from inside build() or "
    "call(), on a tensor input`.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
CUS046 = SourceRule(
    code="CUS046",
    name="loss-of-a-weight",
    summary="A loss that is a function of one weight is a regularizer of that weight.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    why="`layer.add_loss(lambda: l2(layer.kernel))`, which was used to add a regularizer to the layers of an "
    "existing model, raises `add_loss() can only be called from inside build() or call(), on a tensor input`. A "
    "weight in Keras 3 stores its regularizer and applies it at each step. The names in such a function were looked "
    "up when the loss was computed: a lambda in a loop that did not bind the loop variable counted the last weight "
    "again and again; now each weight counts once, which is why this edit requires --unsafe.",
    references=(GUIDE,),
    manual="set the regularizer attribute of the weight",
    proofs=(Proof(unsafe=True),),
)
_SYMBOL = "keras.layers.Layer.add_loss"
_HELPER = '''\
def regularize(weight, regularizer):
    """Count a loss of a weight at each step, beside the one that it has."""
    before = weight.regularizer
    weight.regularizer = regularizer if before is None else lambda value: before(value) + regularizer(value)
'''


@visit(CUS033, CUS043, methods={"add_loss"}, of={LAYER, MODEL})
def added_losses(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``self.add_loss(lambda: ...)``, ``self.add_loss(0.5)``, and what is added in ``build`` or the constructor."""
    cls, function = ctx.class_of(call), ctx.function(call)
    if cls is None or function is None or ctx.source(call.func) != "self.add_loss" or not call.args:
        return
    if LAYER not in ctx.bases(cls):
        return
    if function.name in {"__init__", "build"}:
        text = f"a loss that is added in {function.name} is forgotten before the first batch"
        yield Match(CUS033, call, text, symbol=_SYMBOL)
    elif isinstance(call.args[0], ast.Lambda):
        text = "add_loss requires a tensor, not a function"
        yield Match(CUS033, call, text, symbol=_SYMBOL)
    elif type(number := ctx.literal(call.args[0])) in {int, float}:
        dtype = ", dtype='float32'" if isinstance(number, int) else ""
        code = Code(f"keras.ops.convert_to_tensor(loss{dtype})", {"loss": call.args[0]})
        edits = (ReplaceExpression(call.args[0], code),)
        yield Match(CUS043, call, edits=edits, symbol=_SYMBOL)


@visit(CUS033, CUS046, methods={"add_loss"}, of={LAYER, MODEL})
def losses_of_weights(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``layer.add_loss(lambda: regularizer(layer.kernel))`` of a layer that is no ``self``."""
    if not _of_another(call, ctx):
        return
    found = _regularized(call)
    if found is None:
        yield Match(CUS033, call, "add_loss requires a tensor, not a function", symbol=_SYMBOL)
        return
    places = [
        other
        for other, _ in ctx.module.index.calls
        if _of_another(other, ctx) and _regularized(other) is not None
    ]
    weight, regularizer = found
    code = Code("regularize(weight, regularizer)", {"weight": weight, "regularizer": regularizer})
    edits: tuple[Edit, ...] = (
        *defined_once(ctx, call, "regularize", _HELPER, places),
        ReplaceExpression(call, code),
    )
    yield Match(CUS046, call, edits=edits, symbol=_SYMBOL)


def _of_another(call: ast.Call, ctx: Context) -> bool:
    """Whether a call gives a function to the ``add_loss`` of a layer or model from outside of it."""
    layer = owner(call)
    return (
        layer is not None
        and getattr(call.func, "attr", "") == "add_loss"
        and ctx.source(layer) != "self"
        and len(call.args) == 1
        and isinstance(call.args[0], ast.Lambda)
        and not call.keywords
        and trust(ctx, layer, LAYER, MODEL, unknown=Fix.UNSAFE) is not None
    )


def _regularized(call: ast.Call) -> tuple[ast.expr, ast.expr] | None:
    """The weight and the regularizer of ``lambda: regularizer(weight)``, None for any other function."""
    function = call.args[0]
    assert isinstance(function, ast.Lambda)
    match function.body:
        case ast.Call(func=regularizer, args=[(ast.Name() | ast.Attribute()) as weight], keywords=[]):
            pass
        case _:
            return None
    bound = zip(function.args.args[-len(function.args.defaults) :], function.args.defaults, strict=False)
    same = all(isinstance(value, ast.Name) and value.id == name.arg for name, value in bound)
    return (weight, regularizer) if same and len(function.args.args) == len(function.args.defaults) else None
