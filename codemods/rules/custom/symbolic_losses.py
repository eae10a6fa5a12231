"""CUS: a symbolic tensor among the losses of a functional model."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, DropArgument, Edit, ReplaceStatement
from codemods.names.trees import walk
from codemods.rules._evidence import LAYER, MODEL, called_on, defined_once, given_once, trust
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from codemods.target import Target
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_HELPER = '''@keras.{place}.register_keras_serializable(package="keras2")
class AddedLoss(keras.layers.Layer):
    """Returns the outputs of a model and adds to its losses what another model makes of tensors of it."""

    def __init__(self, loss, shared=False, **kwargs):
        super().__init__(autocast=False, **kwargs)
        self.loss = (lambda tensors: loss(tensors)) if shared else loss  # what a function holds is not tracked twice
        self.shared = shared
        self.supports_masking = True

    def call(self, outputs, tensors):
        self.add_loss(self.loss(tensors))
        return outputs

    def get_config(self):
        if self.shared:
            raise ValueError("this loss uses layers of the model, which a saved model would hold twice: save weights")
        return {**super().get_config(), "loss": keras.saving.serialize_keras_object(self.loss)}

    @classmethod
    def from_config(cls, config):
        loss = keras.saving.deserialize_keras_object(config.pop("loss"))
        return cls(loss, **config)


def with_loss(model, loss):
    """The functional model with a symbolic tensor among its losses; its layers keep their order."""

    def computed_from(tensors, known):
        found, pending = {}, list(tensors)
        while pending:
            tensor = pending.pop()
            if id(tensor) not in found:
                found[id(tensor)] = tensor
                operation, node, _ = tensor._keras_history
                if id(tensor) not in known:
                    pending += operation._inbound_nodes[node].arguments.keras_tensors
        return found

    inside = computed_from(model.outputs, {})
    tensors = [tensor for key, tensor in computed_from([loss], inside).items() if key in inside]
    computed = keras.Model(tensors, loss)
    own = {id(weight) for weight in computed.weights}
    added = AddedLoss(computed, shared=bool(own) and own <= {id(weight) for weight in model.weights})
    return keras.Model(model.input, added(model.output, tensors), name=model.name)
'''

SYMBOLIC_LOSS = SourceRule(
    code="CUS013",
    name="symbolic-add-loss",
    summary="A functional model accepts no loss from symbolic tensors.",
    severity=Severity.ERROR,
    ambiguous=True,
    why="Keras 2 added a symbolic tensor to the losses of a functional model: the usual way to write a variational "
    "autoencoder. In Keras 3, add_loss works in the call() of a layer or model, and raises for a symbolic tensor. A "
    "layer behind the outputs that computes and adds the loss preserves the meaning: the loss is computed from the "
    "same tensors, the layers keep their order, in which weights are loaded, and the new one is saved with the model, "
    "unless the loss uses layers that are inside of other layers of the model (`save` says so; `save_weights` works). "
    "Its name becomes that of the output, so that losses and metrics by name of an output are not rewritten.",
    references=("keras-team/keras#18467", GUIDE),
    manual="add a layer after the tensor that calls self.add_loss(...) and returns its input",
    proofs=(Proof(), Proof("proof_2"), Proof("proof_3"), Proof("proof_4")),
)
_FUNCTIONAL = frozenset({"keras.Model", "keras.models.Model", "keras.engine.Model"})
_HINT = "call add_loss in the call() of a layer; on a functional model, add a layer after the tensor"
_HARMLESS = frozenset(
    (
        *("add_loss", "count_params", "get_layer", "get_weights", "input", "input_shape", "inputs", "layers"),
        *("load_weights", "name", "output", "output_shape", "outputs", "set_weights", "summary", "weights"),
    )
)
"""What may be asked of a model before it is made anew with its loss: nothing that the new one would not know."""
_BY_OUTPUT = ("loss", "loss_weights", "metrics", "weighted_metrics", "y")
_ORDER = {
    "compile": ("optimizer", "loss", "metrics", "loss_weights"),
    "evaluate": ("x", "y"),
    "fit": ("x", "y"),
    "test_on_batch": ("x", "y"),
    "train_on_batch": ("x", "y"),
}


@visit(SYMBOLIC_LOSS, methods={"add_loss"}, of={LAYER, MODEL})
def symbolic_loss(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``model.add_loss(tensor)`` of a functional model, and ``add_loss(value, inputs=…)``."""
    holder = called_on(call)
    if trust(ctx, holder, LAYER, MODEL) is None:
        return
    inside = ctx.function(call)
    outside = inside is None or inside.name not in {"call", "build", "train_step"}
    symbolic = outside and ctx.isa(ctx.receiver(holder), MODEL)
    edits = tuple(_made_anew(call, ctx)) if symbolic else ()
    if "inputs" in ctx.arguments(call).keywords and not edits:
        text = "add_loss does not accept inputs="
        yield Match(SYMBOLIC_LOSS, call, text, edits=(DropArgument(call, "inputs"),), fix=Fix.SAFE)
    if symbolic:
        fix = Fix.MANUAL if not edits else Fix.SAFE if _is_certain(call, ctx) else Fix.UNSAFE
        yield Match(SYMBOLIC_LOSS, call, edits=edits, hint=_HINT, symbol=f"{MODEL}.add_loss", fix=fix)


def _made_anew(call: ast.Call, ctx: Context) -> Iterator[Edit]:
    """``model = with_loss(model, tensor)``, where nothing else knows the model that was there before."""
    places = [other for other, _ in ctx.module.index.calls if _is_rewritten(other, ctx)]
    statement, held = ctx.statement(call), called_on(call)
    if call not in places or statement is None:
        return
    place = "saving" if ctx.target is Target.KERAS else "utils"
    yield from defined_once(ctx, call, "AddedLoss", _HELPER.replace("{place}", place), places)
    holes = {"model_": held, "loss_": call.args[0]}
    yield ReplaceStatement(statement, Code(f"{ctx.source(held)} = with_loss(model_, loss_)", holes))


def _is_rewritten(call: ast.Call, ctx: Context) -> bool:
    """Whether ``model.add_loss(tensor)`` stands behind the one place where its functional model is made."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "add_loss" or len(call.args) != 1:
        return False
    statement, held = ctx.statement(call), call.func.value
    if not isinstance(statement, ast.Expr) or statement.value is not call:
        return False
    made = _made(held, ctx)
    return (
        made is not None
        and not isinstance(call.args[0], ast.Lambda | ast.Starred | ast.List | ast.Tuple)
        and not any(_knows(node, ctx) for node in _mentions(held, made, call, ctx))
        and not any(_names_outputs(other, held, made, ctx) for other, _ in ctx.module.index.calls)
    )


def _made(held: ast.expr, ctx: Context) -> ast.Call | None:
    """The call that makes a functional model, where a name or an attribute of ``self`` has no other value.

    None where the same assignment gives the model another name: ``self.model = vae = Model(x, y)``.
    """
    made: ast.expr | None = None
    if isinstance(held, ast.Name):
        made = given_once(held, ctx)
    elif isinstance(held, ast.Attribute) and ctx.source(held.value) == "self":
        cls = ctx.class_of(held)
        assigned = ctx.assigned(cls, held.attr) if cls is not None else []
        made = assigned[0] if len(assigned) == 1 else None
    if not isinstance(made, ast.Call) or ctx.function(made) is not ctx.function(held):
        return None
    statement = ctx.parent(made)
    again = isinstance(statement, ast.Assign) and len(statement.targets) > 1
    return made if not again and ctx.name(made.func) in _FUNCTIONAL else None


def _mentions(held: ast.expr, made: ast.Call, call: ast.Call, ctx: Context) -> Iterator[ast.expr]:
    """Where a model is mentioned after it was made and before it is given a loss."""
    text, around = ctx.source(held), ctx.function(call)
    for node in walk(around or ctx.module.tree):
        if not isinstance(node, ast.Name | ast.Attribute) or not made.lineno < node.lineno < call.lineno:
            continue
        if ctx.source(node) == text and ctx.function(node) is around:
            yield node


def _knows(node: ast.expr, ctx: Context) -> bool:
    """Whether a mention of a model can keep it, compile it or change it."""
    parent = ctx.parent(node)
    if isinstance(parent, ast.Call):
        return not (ctx.name(parent.func) or "").endswith(".plot_model")
    return not isinstance(parent, ast.Attribute) or parent.attr not in _HARMLESS


def _is_certain(call: ast.Call, ctx: Context) -> bool:
    """Whether a loss is symbolic for sure, and its model is compiled here, so that its losses and metrics are known."""
    text, around = ctx.source(called_on(call)), ctx.function(call)
    compiled = (other for other, _ in ctx.module.index.calls if ctx.source(other.func) == f"{text}.compile")
    return ctx.symbolic(call.args[0]) and any(ctx.function(other) is around for other in compiled)


def _names_outputs(call: ast.Call, held: ast.expr, made: ast.Call, ctx: Context) -> bool:
    """Whether losses, metrics or targets go by the names of a model's outputs, of which the layer takes the first."""
    if not isinstance(call.func, ast.Attribute) or ctx.source(call.func.value) != ctx.source(held):
        return False
    given = ctx.arguments(call, *_ORDER.get(call.func.attr, ()))
    outputs = ctx.arguments(made, "inputs", "outputs").get("outputs")
    several = isinstance(outputs, ast.List | ast.Tuple) and len(outputs.elts) > 1
    return (several and given.get("metrics") is not None) or any(
        isinstance(given.get(name), ast.Dict) for name in _BY_OUTPUT
    )
