"""``tf.*`` where the value feeds Keras code: layers, losses, metrics, functional graphs (family ``OPS``).

A symbolic tensor of Keras 3 is refused by TensorFlow's functions, and inside ``call`` they tie the code to one
backend. What each function becomes, and where a mere rename would be wrong, stands in the catalogue.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.catalogue import Function, load
from codemods.edits import Code, ReplaceExpression
from codemods.rules._evidence import LAYER, MODEL, called_on
from codemods.rules._holders import is_repeated, uses_of
from codemods.rules.api import GUIDE, UNTYPED, Match, Proof, SourceRule, Target, visit
from codemods.rules.operations.backend import rewrite
from codemods.rules.operations.tensorflow_1 import renamed_arguments
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context


OPS001 = SourceRule(
    code="OPS001",
    name="tensorflow-function",
    summary="A TensorFlow function in Keras code has the same meaning in keras.ops.",
    severity=Severity.ERROR,
    why="A KerasTensor can no longer be passed to a TensorFlow function; in `call`, losses and metrics, TensorFlow "
    "functions work only on the TensorFlow backend. 127 of 154 pairs were measured to be identical in value and "
    "dtype; the others have their own rules.",
    references=(GUIDE, "keras-team/keras#18467"),
    proofs=(
        Proof(tolerance=1e-5),
        Proof("proof_2", tolerance=1e-5),
        Proof("proof_3", tolerance=1e-5),
        Proof("proof_4", tolerance=1e-5),
    ),
)
OPS002 = SourceRule(
    code="OPS002",
    name="tensorflow-function-other-default",
    summary="A TensorFlow function has a namesake in keras.ops with a different default or meaning.",
    severity=Severity.ERROR,
    why="tf.argmax, tf.gather and tf.cumsum work on axis 0, keras.ops on the flattened tensor; tf.split takes "
    "sizes, keras.ops.split the positions to split at; keras.ops.identity creates an identity matrix; "
    "keras.ops.gelu is approximate. The migration guide lists several of them as plain renames.",
    references=(GUIDE,),
    proofs=(Proof(tolerance=1e-5),),
)
OPS003 = SourceRule(
    code="OPS003",
    name="tensorflow-function-usually",
    summary="A TensorFlow function in Keras code has a similar function that fits the usual case.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    why="keras.ops.shape returns a tuple where tf.shape returned a tensor; tf.where with one argument returns rows "
    "of int64 indices. Whether the difference matters depends on how the value is used.",
    references=(GUIDE,),
    proofs=(Proof(unsafe=True), Proof("proof_2", unsafe=True)),
)
OPS004 = SourceRule(
    code="OPS004",
    name="tensorflow-function-by-hand",
    summary="A TensorFlow function in Keras code has no counterpart.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="A KerasTensor cannot be passed to a TensorFlow function. Inside the `call` of a layer, the function still "
    "works on the TensorFlow backend.",
    references=(GUIDE, "tensorflow/tensorflow#63792"),
    manual="move the operation into the call() of a keras.layers.Layer, or rewrite it with keras.ops",
)
OPS005 = SourceRule(
    code="OPS005",
    name="tensorflow-dtype",
    summary="A TensorFlow dtype in a call that becomes keras.ops is written as a string.",
    severity=Severity.WARNING,
    why="keras.ops accepts dtypes as strings on every backend; tf.float32 ties the code to TensorFlow.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
OPS006 = SourceRule(
    code="OPS006",
    name="tensorflow-random",
    summary="TensorFlow random numbers in Keras code come from a different stream in keras.random.",
    severity=Severity.WARNING,
    fix=Fix.UNSAFE,
    why="keras.random is stateless: with an integer seed, each call gives the same numbers. A layer stores a "
    "keras.random.SeedGenerator and passes it as seed=. The numbers differ from TensorFlow's in any case, so they "
    "cannot be compared by value; the moments agree.",
    references=(GUIDE,),
    proofs=(Proof(unsafe=True),),
)
OPS007 = SourceRule(
    code="OPS007",
    name="numpy-of-a-tensor",
    summary="The output of a model is an array of the backend, which has .numpy() only with TensorFlow.",
    severity=Severity.WARNING,
    targets=frozenset({Target.KERAS}),
    why="JAX arrays have no `numpy()`, and PyTorch tensors refuse it while they are part of a graph.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
_RULES = (OPS001, OPS002, OPS003, OPS004, OPS005, OPS006)
_DTYPES = frozenset(
    f"tf.{name}"
    for name in (
        *("float16", "float32", "float64", "bfloat16", "bool"),
        *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    )
)


def _tensors(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of a call, and the items of lists among them."""
    for value in (*call.args, *(keyword.value for keyword in call.keywords)):
        if isinstance(value, ast.List | ast.Tuple):
            yield from value.elts
        yield value


def _symbolic(call: ast.Call, ctx: Context) -> bool:
    return any(ctx.symbolic(value) for value in _tensors(call))


def _feeds_keras(call: ast.Call, ctx: Context) -> tuple[bool, bool]:
    """Whether a call is Keras code at all, and whether it is given a symbolic tensor."""
    symbolic = _symbolic(call, ctx)
    if symbolic or ctx.target is Target.TF_KERAS_3:
        return symbolic, symbolic
    return bool(ctx.keras_region(call)), False


_MODULES = (
    *(
        "tf.",
        "tf.math.",
        "tf.nn.",
        "tf.linalg.",
        "tf.random.",
        "tf.dtypes.",
        "tf.image.",
        "tf.nest.",
        "tf.signal.",
        "tf.strings.",
    ),
    *("tf.ragged.", "tf.sparse.", "tf.bitwise.", "tf.sets.", "tf.RaggedTensor.", "tf.SparseTensor."),
)


@visit(*_RULES, prefixes=_MODULES)
def operations(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """A mention of something of TensorFlow."""
    if isinstance(node, ast.alias):
        return
    name = ctx.name(node)
    if name is None:
        return
    if name in _DTYPES:
        yield from _dtype(node, ctx, name)
        return
    if name == "tf.newaxis":
        yield from _newaxis(node, ctx)
        return
    call = ctx.callee(node)
    if call is None:
        return
    if renamed_arguments(call, name):
        return  # the next pass sees it with the names of TensorFlow 2
    rows = load().functions.get(name)
    if rows is None:
        if _symbolic(call, ctx) and name.count(".") and name != "tf.function":
            yield Match(OPS004, call, message=f"{name} is called on a symbolic tensor", symbol=name)
        return
    inside, symbolic = _feeds_keras(call, ctx)
    if (not inside and not _initializes(call, ctx, rows)) or (name in _DRAWS and _is_shared(call, ctx)):
        return
    severity = Severity.ERROR if symbolic else Severity.WARNING
    found = rewrite(node, ctx, rows)
    if found is None:
        note = next((row.note for row in rows if row.note), OPS004.manual)
        message = f"{name} has no counterpart for these arguments"
        yield Match(OPS004, call, message=message, hint=note, symbol=name, severity=severity)
        return
    edits, fix, function = found
    message = f"{name} in Keras code" + (f": {function.note}" if function.note else "")
    if name.startswith("tf.random."):
        rule = OPS006
    elif fix is Fix.UNSAFE:
        rule = OPS003
    else:
        rule = OPS002 if function.severity == "silent" else OPS001
    yield Match(
        rule, call, message=message, hint=function.note, edits=edits, symbol=name, fix=fix, severity=severity
    )


def _initializes(call: ast.Call, ctx: Context, rows: tuple[Function, ...]) -> bool:
    """Whether an initializer of TensorFlow is given to something of Keras: ``Dense(kernel_initializer=…)``."""
    keyword = ctx.parent(call)
    outer = ctx.parent(keyword) if isinstance(keyword, ast.keyword) else None
    named = isinstance(keyword, ast.keyword) and (keyword.arg or "").endswith("initializer")
    if not named or not isinstance(outer, ast.Call) or not rows[0].call.startswith("keras.initializers."):
        return False
    weight = isinstance(outer.func, ast.Attribute) and outer.func.attr == "add_weight"
    return weight or (ctx.name(outer.func) or "").startswith("keras.")


_DRAWS = frozenset({"tf.random_normal_initializer", "tf.random_uniform_initializer"})
"""Initializers that draw other numbers for each weight, where one of Keras 3 gives all of them the same."""


def _is_shared(call: ast.Call, ctx: Context) -> bool:
    """Whether several weights may be given one initializer: then TensorFlow's stays, which Keras takes."""
    outer = ctx.parent(call)
    if isinstance(outer, ast.keyword):
        return not (outer.arg or "").endswith("initializer")
    if isinstance(outer, ast.Call):
        return outer.func is not call and getattr(outer.func, "attr", "") != "add_weight"
    uses = uses_of(call, ctx)
    return uses is None or len(uses) > 1 or any(is_repeated(use, call, ctx) for use in uses)


@visit(OPS007, methods={"numpy"}, of=UNTYPED)
def numpy_of(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``model(x).numpy()``."""
    held = called_on(call)
    if not isinstance(held, ast.Call) or call.args or call.keywords:
        return
    receiver = ctx.receiver(held.func)
    if receiver is not None and receiver.certain and (ctx.isa(receiver, LAYER) or ctx.isa(receiver, MODEL)):
        code = Code("keras.ops.convert_to_numpy(tensor)", {"tensor": held})
        yield Match(OPS007, call, edits=(ReplaceExpression(call, code),))


def _newaxis(node: ast.expr, ctx: Context) -> Iterator[Match]:
    """``x[:, tf.newaxis]`` in Keras code; the name has always stood for None."""
    outer: ast.AST | None = ctx.parent(node)
    if isinstance(outer, ast.Tuple):
        outer = ctx.parent(outer)
    if isinstance(outer, ast.Subscript) and (ctx.symbolic(outer.value) or ctx.keras_region(node)):
        edits = (ReplaceExpression(node, Code("None")),)
        yield Match(OPS001, node, "tf.newaxis in Keras code is None", edits=edits, symbol="tf.newaxis")


def _dtype(node: ast.expr, ctx: Context, name: str) -> Iterator[Match]:
    """``tf.float32`` as an argument of a function that is rewritten."""
    parent = ctx.parent(node)
    if isinstance(parent, ast.keyword):
        parent = ctx.parent(parent)
    if not isinstance(parent, ast.Call) or node is parent.func:
        return
    outer = ctx.name(parent.func)
    rows = load().functions.get(outer or "")
    if outer is None or rows is None:
        return
    if outer.startswith("tf.") and not _feeds_keras(parent, ctx)[0]:
        return
    if outer.startswith("keras.backend.") and ctx.target is Target.TF_KERAS_3:
        return
    if rewrite(parent.func, ctx, rows) is None:
        return  # the function stays TensorFlow's
    text = repr(name.removeprefix("tf."))
    yield Match(
        OPS005, node, message=f"{name} is {text}", edits=(ReplaceExpression(node, Code(text)),), symbol=name
    )
