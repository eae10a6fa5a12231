"""Recurrent layers and their cells beyond their signatures (families ``LAY`` and ``CUS``)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, Edit, NameArguments, RenameParameter, ReplaceExpression
from codemods.names.trees import walk
from codemods.rules._evidence import LAYER, method_of, owner
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from codemods.rules.layers.constructors import LAY107
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

RECURRENT = frozenset(
    f"keras.layers.{name}"
    for name in ("RNN", "SimpleRNN", "LSTM", "GRU", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
)
_NAMES = frozenset(name.rpartition(".")[2] for name in RECURRENT)
_ORDER = ("", "mask", "training", "initial_state")

LAY112 = SourceRule(
    code="LAY112",
    name="recurrent-call-order",
    summary="The call method of recurrent layers is call(sequences, initial_state, mask, training).",
    severity=Severity.ERROR,
    ambiguous=True,
    why="`call(inputs, mask, training, initial_state)` became `call(sequences, initial_state, mask, training)`: a "
    "positional mask is used as the state, and an override whose input has another name raises in build (`received "
    "build() argument sequences_shape, but call() does not have argument sequences`). In Keras 2, calling the layer "
    "itself already had the state second.",
    references=(GUIDE,),
    proofs=(Proof(tolerance=1e-5),),
)
CUS029 = SourceRule(
    code="CUS029",
    name="cell-initial-state",
    summary="The get_initial_state of a cell receives only batch_size.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="`get_initial_state(inputs, batch_size, dtype)` became `get_initial_state(batch_size)`: the call fails if "
    "the other parameters have no default, and otherwise they have their default.",
    references=(GUIDE,),
    manual="write def get_initial_state(self, batch_size=None) and take the dtype from self.compute_dtype",
)

CUS037 = SourceRule(
    code="CUS037",
    name="recurrent-seed",
    summary="The configuration of a recurrent layer contains a seed, which the constructor of a subclass must "
    "accept.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="`from_config` passes the constructor what `get_config` of the base class returned, to which Keras 3 added "
    "`seed`: `unexpected keyword argument 'seed'` when a model with such a layer is loaded or cloned.",
    references=(GUIDE,),
    manual="accept **kwargs and pass them to super().__init__(), or remove seed from the result of get_config",
)
CUS038 = SourceRule(
    code="CUS038",
    name="state-size",
    summary="The state_size of a cell is a number or a list of numbers, not a TensorShape.",
    severity=Severity.ERROR,
    why="`RNN` creates zeros of (batch, size) for each state: a TensorShape is not a number, and a state with "
    "several dimensions requires a `get_initial_state` of the cell.",
    references=(GUIDE,),
    manual="use the number of units, and write get_initial_state for states with several dimensions",
    proofs=(Proof(),),
)


@visit(LAY107, LAY112, module=True)
def calls(tree: ast.Module, ctx: Context) -> Iterator[Match]:
    """Calls of recurrent layers, and of their ``call``, with more than the input."""
    del tree
    index = ctx.module.index
    if not (_NAMES & index.names.keys() or _NAMES & index.attributes.keys()):
        return
    for call, _ in index.calls:
        constants = next((k for k in call.keywords if k.arg == "constants"), None)
        if constants is not None or len(call.args) > 2:
            receiver = ctx.receiver(call.func)
            if receiver is not None and RECURRENT & set(receiver.classes):
                yield Match(
                    LAY107, call, message="recurrent layers accept no constants", argument="constants"
                )
        if len(call.args) > 1 and isinstance(call.func, ast.Attribute) and call.func.attr == "call":
            yield from _call_method(call, ctx)


def _call_method(call: ast.Call, ctx: Context) -> Iterator[Match]:
    layer = owner(call)
    if layer is None or ctx.arguments(call).star or len(call.args) > len(_ORDER):
        return
    if isinstance(layer, ast.Call) and isinstance(layer.func, ast.Name) and layer.func.id == "super":
        cls = ctx.class_of(call)
        classes = set(ctx.bases(cls)) if cls is not None else set()
    else:
        receiver = ctx.receiver(layer)
        classes = set(receiver.classes) if receiver is not None and receiver.certain else set()
    names = _ORDER[: len(call.args)]
    if classes & RECURRENT and not {keyword.arg for keyword in call.keywords} & set(names):
        yield Match(LAY112, call, edits=(NameArguments(call, names),), argument="mask")


@visit(LAY112, bases=RECURRENT)
def overrides(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """``def call(self, inputs, ...)`` of a class that derives from a recurrent layer."""
    del ctx
    function = method_of(cls, "call")
    parameters = [argument.arg for argument in function.args.args] if function is not None else []
    if function is not None and len(parameters) > 1 and "sequences" not in parameters:
        edit = RenameParameter(function, parameters[1], "sequences")
        message = f"the input of a recurrent layer is named sequences, not {parameters[1]}"
        yield Match(LAY112, function, message=message, edits=(edit,), argument=parameters[1])


@visit(CUS029, bases={LAYER})
def initial_states(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """``def get_initial_state(self, inputs, batch_size, dtype)`` of a cell."""
    function = method_of(cls, "get_initial_state")
    if function is None or RECURRENT & set(ctx.bases(cls)):
        return  # layers around a cell have a method of this name too, called by nobody
    given = [argument.arg for argument in (*function.args.args[1:], *function.args.kwonlyargs)]
    if "inputs" in given or "dtype" in given:
        yield Match(CUS029, function, symbol="keras.layers.Layer.get_initial_state", argument="inputs")


_SEEDED = RECURRENT - {"keras.layers.RNN"}


@visit(CUS037, bases=_SEEDED)
def seeds(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """A constructor that lists the arguments of its base class one by one, and is given their configuration."""
    init, config = method_of(cls, "__init__"), method_of(cls, "get_config")
    if init is None or init.args.kwarg is not None or method_of(cls, "from_config") is not None:
        return
    taken = {argument.arg for argument in (*init.args.args, *init.args.kwonlyargs)}
    inherits = config is None or any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
        for node in walk(config)
    )
    known = config is not None and ("seed" in ctx.source(config) or "pop(" in ctx.source(config))
    if "return_sequences" in taken and "seed" not in taken and inherits and not known:
        yield Match(
            CUS037, init, f"{cls.name} receives a seed from from_config", symbol=cls.name, argument="seed"
        )


_SIZES = frozenset({"state_size", "output_size"})


@visit(CUS038, bases={LAYER})
def state_sizes(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """``self.state_size = tf.TensorShape([units])`` of a cell, and a property that returns one."""
    if "TensorShape" not in ctx.source_file.text:
        return
    for node in walk(cls):
        if isinstance(node, ast.Assign):
            names = {getattr(target, "attr", getattr(target, "id", "")) for target in node.targets}
            if names & _SIZES:
                yield from _shapes_in(node.value, ctx)
        if isinstance(node, ast.FunctionDef) and node.name in _SIZES:
            for inner in walk(node):
                if isinstance(inner, ast.Return) and inner.value is not None:
                    yield from _shapes_in(inner.value, ctx)


def _shapes_in(value: ast.expr, ctx: Context) -> Iterator[Match]:
    """The shapes of TensorFlow in the size of a state, a list of them or one."""
    for part in value.elts if isinstance(value, (ast.List, ast.Tuple)) else [value]:
        if not isinstance(part, ast.Call) or ctx.name(part.func) != "tf.TensorShape" or len(part.args) != 1:
            continue
        sizes = part.args[0]
        edits: tuple[Edit, ...] = ()
        if isinstance(sizes, (ast.List, ast.Tuple)) and len(sizes.elts) == 1:
            edits = (ReplaceExpression(part, Code("size", {"size": sizes.elts[0]})),)
        fix = Fix.SAFE if edits else Fix.MANUAL
        yield Match(CUS038, part, edits=edits, symbol="tf.TensorShape", fix=fix)
