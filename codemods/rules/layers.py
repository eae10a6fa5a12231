"""Layers beyond their signatures (family ``LAY``, from 101 on)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.catalogue import load
from codemods.edits import (
    Code,
    DropArgument,
    Edit,
    InsertStatement,
    NameArguments,
    RenameArgument,
    ReplaceExpression,
    ReplaceReference,
    SetArgument,
)
from codemods.rules._evidence import LAYER, MODEL, owner, text, trust
from codemods.rules.api import Found, Proof, SourceRule, Target, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_GUIDE = "https://keras.io/guides/migrating_to_keras_3/"
_HEAD = "from tensorflow import keras\n"
_LEGACY_SIGMOID = (
    "@keras.{place}.register_keras_serializable(package='keras2')\n"
    "def legacy_hard_sigmoid(x):\n"
    "    # the hard_sigmoid of Keras 2; Keras 3 computes relu6(x + 3) / 6\n"
    "    return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)\n"
)

LAY101 = SourceRule(
    code="LAY101",
    name="batch-input-shape",
    summary="Layers take no batch_input_shape: an Input stands before them.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    before=_HEAD + "model = keras.Sequential()\nmodel.add(keras.layers.Dense(4, batch_input_shape=(2, 3)))\n",
    after="import keras\nmodel = keras.Sequential()\nmodel.add(keras.Input(batch_shape=(2, 3)))\n"
    "model.add(keras.layers.Dense(4))\n",
    why="`Unrecognized keyword arguments passed to Dense`. `input_shape` and `input_dim` go on with a warning.",
    references=(_GUIDE,),
    manual="put keras.Input(batch_shape=...) before the layer",
    proofs=(
        Proof(
            before=_HEAD + "model = keras.Sequential()\n"
            "model.add(keras.layers.Dense(4, batch_input_shape=(2, 3)))\n"
            "other = keras.Sequential([keras.layers.Dense(4, batch_input_shape=(2, 3)), keras.layers.ReLU()])\n"
            "result = [list(model.output_shape), list(other.output_shape), model.count_params()]\n",
            unsafe=True,
        ),
    ),
)
LAY102 = SourceRule(
    code="LAY102",
    name="sync-batch-normalization",
    summary="SyncBatchNormalization is BatchNormalization(synchronized=True).",
    severity=Severity.ERROR,
    before=_HEAD + "layer = keras.layers.experimental.SyncBatchNormalization(axis=1)\n",
    after="import keras\nlayer = keras.layers.BatchNormalization(axis=1, synchronized=True)\n",
    why="The experimental class is gone.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before=_HEAD + "layer = keras.layers.experimental.SyncBatchNormalization(axis=1)\n"
            "result = np.array(layer(np.ones((2, 3), 'float32')))\n",
        ),
    ),
)
LAY103 = SourceRule(
    code="LAY103",
    name="thresholded-relu",
    summary="ThresholdedReLU is ReLU(threshold=...).",
    severity=Severity.ERROR,
    before=_HEAD + "layer = keras.layers.ThresholdedReLU(theta=0.5)\n",
    after="import keras\nlayer = keras.layers.ReLU(threshold=0.5)\n",
    why="The layer is gone from keras (tf.keras keeps it).",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before=_HEAD + "x = np.array([[-1.0, 0.4, 0.6, 1.2]], 'float32')\n"
            "result = [np.array(layer(x)) for layer in (\n"
            "    keras.layers.ThresholdedReLU(theta=0.5), keras.layers.ThresholdedReLU(),\n"
            "    keras.layers.ThresholdedReLU(0.5),\n)]\n",
        ),
    ),
)
LAY104 = SourceRule(
    code="LAY104",
    name="cudnn-recurrent",
    summary="CuDNNLSTM and CuDNNGRU are LSTM and GRU, which use cuDNN where they can.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    before=_HEAD + "layer = keras.layers.CuDNNLSTM(8, return_sequences=True)\n",
    after="import keras\nlayer = keras.layers.LSTM(8, return_sequences=True)\n",
    why="The classes left with TensorFlow 2.0. Saved weights of the cuDNN layers have two bias vectors and need a "
    "conversion; keras-migrate converts them in model files.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before=_HEAD + "result = keras.layers.CuDNNLSTM(8, return_sequences=True).units\n",
            expect="raises",
            reference="result = 8\n",
            unsafe=True,
        ),
    ),
)
LAY105 = SourceRule(
    code="LAY105",
    name="hard-sigmoid",
    summary="hard_sigmoid has another formula.",
    severity=Severity.SILENT,
    fix=Fix.UNSAFE,
    ambiguous=True,
    before=_HEAD + "layer = keras.layers.LSTM(4, recurrent_activation='hard_sigmoid')\n",
    after="import keras\n"
    + _LEGACY_SIGMOID.replace("{place}", "saving")
    + "layer = keras.layers.LSTM(4, recurrent_activation=legacy_hard_sigmoid)\n",
    why="clip(0.2 x + 0.5, 0, 1) became relu6(x + 3) / 6: at -2.7, -1 and 0.5 the values 0, 0.3 and 0.6 become 0.05, "
    "0.333 and 0.583. Trained models of Keras 1 and 2.0 to 2.2 use it in every LSTM and GRU, ConvLSTM did by default "
    "until 2.15. Upstream changed the documentation only.",
    references=("tensorflow/tensorflow#65381",),
    proofs=(
        Proof(
            before=_HEAD + "x = np.array([[-2.7, -1.0, 0.5]], 'float32')\n"
            "a = keras.layers.Activation('hard_sigmoid')(x)\n"
            "b = keras.layers.ConvLSTM1D(1, 1, kernel_initializer='ones', recurrent_initializer='ones')"
            "(np.ones((1, 2, 3, 1), 'float32'))\n"
            "result = [np.array(a), np.array(b)]\n",
            changes=True,
            unsafe=True,
        ),
    ),
)
LAY106 = SourceRule(
    code="LAY106",
    name="dot-normalize",
    summary="The function dot has no normalize; the layer Dot has.",
    severity=Severity.ERROR,
    before=_HEAD + "z = keras.layers.dot([x, y], axes=1, normalize=True)\n",
    after="import keras\nz = keras.layers.Dot(axes=1, normalize=True)([x, y])\n",
    why="The function lost the parameter.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before=_HEAD + "x, y = np.array([[3.0, 4.0]], 'float32'), np.array([[1.0, 1.0]], 'float32')\n"
            "result = np.array(keras.layers.dot([x, y], axes=1, normalize=True))\n",
        ),
    ),
)
LAY107 = SourceRule(
    code="LAY107",
    name="recurrent-state-argument",
    summary="Recurrent layers take no states in reset_states and no constants when called.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    before=_HEAD + "layer = keras.layers.LSTM(4)\nlayer.reset_states(states=[h, c])\n",
    why="`reset_states()` takes no argument; `constants=` of RNN.__call__ is gone.",
    references=(_GUIDE,),
    manual="assign to layer.states by hand; give constants to the cell as attributes",
)
LAY108 = SourceRule(
    code="LAY108",
    name="slash-in-name",
    summary="Names of layers cannot contain a slash.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    before=_HEAD + "layer = keras.layers.Dense(4, name='head/out')\n",
    after="import keras\nlayer = keras.layers.Dense(4, name='head_out')\n",
    why="The slash separates the parts of variable paths in Keras 3. Whoever looks a layer up by its name must be "
    "changed too.",
    references=("keras-team/keras#18467",),
    proofs=(
        Proof(
            before=_HEAD + "result = keras.layers.Dense(4, name='head/out').units\n",
            unsafe=True,
        ),
    ),
)
LAY109 = SourceRule(
    code="LAY109",
    name="layer-shape-attribute",
    summary="Layers have no input_shape and output_shape; their tensors have.",
    severity=Severity.ERROR,
    before=_HEAD + "layer = keras.layers.Dense(4)\nprint(layer.output_shape)\n",
    after="import keras\nlayer = keras.layers.Dense(4)\nprint(layer.output.shape)\n",
    why="21 members left Layer. Models keep both properties.",
    references=("keras-team/keras#19052", _GUIDE),
    proofs=(
        Proof(
            before=_HEAD + "x = keras.Input((3,))\nlayer = keras.layers.Dense(4)\ny = layer(x)\n"
            "result = [list(layer.input_shape), list(layer.output_shape)]\n",
        ),
    ),
)
LAY110 = SourceRule(
    code="LAY110",
    name="layer-member-removed",
    summary="A method or attribute of a layer or model is gone.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    before=_HEAD + "layer = keras.layers.Dense(4)\nnodes = layer.inbound_nodes\n",
    why="Graph bookkeeping of Keras 2 has no counterpart, or another name, in Keras 3.",
    references=(_GUIDE, "keras-team/keras#18467"),
    manual="see the hint",
)
LAY111 = SourceRule(
    code="LAY111",
    name="input-names",
    summary="Models have no input_names.",
    severity=Severity.ERROR,
    before=_HEAD + "model = keras.Model(a, b)\nnames = model.input_names\n",
    after="import keras\nmodel = keras.Model(a, b)\nnames = [tensor.name for tensor in model.inputs]\n",
    why="The attribute is gone; the symbolic inputs carry the names.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before=_HEAD + "a = keras.Input((2,), name='left')\nb = keras.Input((2,), name='right')\n"
            "model = keras.Model([a, b], keras.layers.add([a, b]))\nresult = model.input_names\n",
        ),
    ),
)


@visit(LAY101, calls=load().names("layers."))
def batch_shapes(call: ast.Call, ctx: Context) -> Iterator[Found]:
    """``batch_input_shape=`` of any layer."""
    keyword = next((k for k in call.keywords if k.arg == "batch_input_shape"), None)
    symbol = ctx.name(call.func) or ""
    if keyword is None or symbol.endswith((".InputLayer", ".Input")):
        return
    drop = DropArgument(call, "batch_input_shape")
    outer = ctx.parent(call)
    code = Code("keras.Input(batch_shape=shape)", {"shape": keyword.value})
    if isinstance(outer, ast.Call) and outer.func is call:
        # the layer is called on a tensor, which has the shape already
        yield Found(LAY101, call, edits=(drop,), symbol=symbol, argument="batch_input_shape")
        return
    if isinstance(outer, ast.Call) and isinstance(outer.func, ast.Attribute) and outer.func.attr == "add":
        statement = ctx.parent(outer)
        model = owner(outer)
        if (
            isinstance(statement, ast.Expr)
            and model is not None
            and trust(ctx, model, MODEL, unknown=Fix.UNSAFE)
        ):
            holes = {"model": model, "shape": keyword.value}
            before = InsertStatement(statement, Code("model.add(keras.Input(batch_shape=shape))", holes))
            yield Found(LAY101, call, edits=(before, drop), symbol=symbol, argument="batch_input_shape")
            return
    if isinstance(outer, ast.List) and outer.elts[0] is call:
        sequential = ctx.parent(outer)
        if isinstance(sequential, ast.Call) and (ctx.name(sequential.func) or "").endswith(".Sequential"):
            text = ctx.source(keyword.value)
            made = Code(f"keras.Sequential([keras.Input(batch_shape={text}), *layers])", {"layers": outer})
            if len(sequential.args) == 1 and not sequential.keywords:
                del made
                items = {
                    f"layer_{i}": item
                    for i, item in enumerate(outer.elts)
                    if not isinstance(item, ast.Starred)
                }
                if len(items) == len(outer.elts):
                    listed = Code(f"[keras.Input(batch_shape={text}), {', '.join(items)}]", items)
                    edits: tuple[Edit, ...] = (drop, ReplaceExpression(outer, listed))
                    yield Found(LAY101, call, edits=edits, symbol=symbol, argument="batch_input_shape")
                    return
    hint = code.text.replace("shape)", f"{ctx.source(keyword.value)})")
    yield Found(LAY101, call, hint=f"put {hint} before the layer", symbol=symbol, fix=Fix.MANUAL)


@visit(LAY102, calls={"keras.layers.experimental.SyncBatchNormalization"})
def synchronized(call: ast.Call, ctx: Context) -> Iterator[Found]:
    """``SyncBatchNormalization(...)``."""
    new = ReplaceReference(call.func, "keras.layers.BatchNormalization")
    yield Found(
        LAY102,
        call,
        edits=(new, SetArgument(call, "synchronized", Code("True"))),
        symbol=ctx.name(call.func) or "",
    )


@visit(LAY103, calls={"keras.layers.ThresholdedReLU"})
def thresholded(call: ast.Call, ctx: Context) -> Iterator[Found]:
    """``ThresholdedReLU(theta=1.0)``."""
    args = ctx.arguments(call, "theta")
    if args.opaque or len(call.args) > 1 or ctx.target is not Target.KERAS:
        return
    edits: list[Edit] = [ReplaceReference(call.func, "keras.layers.ReLU")]
    if call.args:
        edits.append(NameArguments(call, ("threshold",)))
    elif "theta" in args.keywords:
        edits.append(RenameArgument(call, "theta", "threshold"))
    else:
        edits.append(SetArgument(call, "threshold", Code("1.0")))
    yield Found(LAY103, call, edits=tuple(edits), symbol="keras.layers.ThresholdedReLU")


@visit(LAY104, references={"keras.layers.CuDNNLSTM", "keras.layers.CuDNNGRU"})
def cudnn(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Found]:
    """``CuDNNLSTM`` and ``CuDNNGRU``."""
    if isinstance(node, ast.expr) and (name := ctx.name(node)):
        edit = ReplaceReference(node, name.replace("CuDNN", ""))
        yield Found(LAY104, node, edits=(edit,), symbol=name)


@visit(LAY105, module=True)
def hard_sigmoids(tree: ast.Module, ctx: Context) -> Iterator[Found]:
    """Every place that asks for ``hard_sigmoid``: the function is defined once, before the first of them."""
    places = sorted(_sigmoid_places(tree, ctx), key=lambda found: (found[0].lineno, found[0].col_offset))
    if not places:
        return
    defined = any(isinstance(s, ast.FunctionDef) and s.name == "legacy_hard_sigmoid" for s in tree.body)
    for index, (node, edit) in enumerate(places):
        edits: tuple[Edit, ...] = (edit,)
        if index == 0 and not defined:
            anchor = next(s for s in tree.body if s.lineno <= node.lineno <= (s.end_lineno or s.lineno))
            place = "saving" if ctx.target is Target.KERAS else "utils"
            edits = (InsertStatement(anchor, Code(_LEGACY_SIGMOID.replace("{place}", place))), edit)
        yield Found(LAY105, node, edits=edits, argument="activation")


def _sigmoid_places(tree: ast.Module, ctx: Context) -> Iterator[tuple[ast.expr, Edit]]:
    wanted = {"activation", "recurrent_activation", "inner_activation"}
    code = Code("legacy_hard_sigmoid")
    for call, _ in ctx.module.index.calls:
        name = ctx.name(call.func) or ""
        if not name.startswith(("keras.layers.", "keras.activations.")):
            continue
        for keyword in call.keywords:
            if keyword.arg in wanted and ctx.literal(keyword.value) == "hard_sigmoid":
                yield keyword.value, ReplaceExpression(keyword.value, code)
        first = call.args[0] if call.args else None
        if (
            first is not None
            and ctx.literal(first) == "hard_sigmoid"
            and name
            in {
                "keras.layers.Activation",
                "keras.activations.get",
            }
        ):
            yield first, ReplaceExpression(first, code)
        if name in {f"keras.layers.ConvLSTM{n}D" for n in (1, 2, 3)}:
            args = ctx.arguments(call, *("",) * 7, "recurrent_activation")
            if not args.opaque and "recurrent_activation" not in args:
                yield call, SetArgument(call, "recurrent_activation", code)


@visit(LAY105, references={"keras.activations.hard_sigmoid"})
def hard_sigmoid_function(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Found]:
    """The function itself."""
    if isinstance(node, ast.expr):
        hint = "define a registered function that returns keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0) and use it here"
        yield Found(LAY105, node, hint=hint, symbol=ctx.name(node) or "", fix=Fix.MANUAL)


@visit(LAY106, calls={"keras.layers.dot"})
def dots(call: ast.Call, ctx: Context) -> Iterator[Found]:
    """``dot(inputs, axes, normalize=True)``."""
    args = ctx.arguments(call, "inputs", "axes", "normalize")
    inputs, axes = args.get("inputs"), args.get("axes")
    if args.opaque or inputs is None or axes is None or ctx.literal(args.get("normalize")) is not True:
        return
    name = args.get("name")
    text = (
        "keras.layers.Dot(axes=axes, normalize=True"
        + (", name=name" if name is not None else "")
        + ")(inputs)"
    )
    holes = {"axes": axes, "inputs": inputs} | ({"name": name} if name is not None else {})
    yield Found(LAY106, call, edits=(ReplaceExpression(call, Code(text, holes)),), argument="normalize")


@visit(LAY107, methods={"reset_states"})
def states(call: ast.Call, ctx: Context) -> Iterator[Found]:
    """``reset_states(states)``."""
    layer = owner(call)
    if layer is not None and (call.args or call.keywords) and trust(ctx, layer, LAYER) is not None:
        yield Found(LAY107, call, argument="states")


@visit(
    LAY108,
    calls=load().names("layers.") | {"keras.Model", "keras.models.Model", "keras.Sequential", "keras.Input"},
)
def slashes(call: ast.Call, ctx: Context) -> Iterator[Found]:
    """``name="a/b"``."""
    for keyword in call.keywords:
        named = ctx.literal(keyword.value) if keyword.arg == "name" else None
        if isinstance(named, str) and "/" in named:
            edit = text(ctx, keyword.value, named.replace("/", "_"))
            yield Found(LAY108, call, edits=(edit,), symbol=ctx.name(call.func) or "", argument="name")


@visit(LAY109, attributes={"input_shape", "output_shape"})
def shapes(node: ast.Attribute, ctx: Context) -> Iterator[Found]:
    """``layer.output_shape``."""
    receiver = ctx.receiver(node.value)
    if not isinstance(node.ctx, ast.Load) or ctx.isa(receiver, MODEL) or ctx.source(node.value) == "self":
        return
    fix = trust(ctx, node.value, LAYER)
    if fix is not None:
        code = Code(f"layer.{node.attr.partition('_')[0]}.shape", {"layer": node.value})
        yield Found(LAY109, node, edits=(ReplaceExpression(node, code),), fix=fix)


_LOST = {
    name: member
    for name, entries in load().lost.items()
    for member in entries
    if member.policy == "manual" and member.cls in {"layers.Layer", "Model"}
}


@visit(LAY110, attributes=frozenset(_LOST))
def lost_members(node: ast.Attribute, ctx: Context) -> Iterator[Found]:
    """Members that only Keras 2 has."""
    member = _LOST[node.attr]
    wanted = MODEL if member.cls == "Model" else LAYER
    if not isinstance(node.ctx, ast.Load) or trust(ctx, node.value, wanted) is None:
        return
    cls = ctx.class_of(node)
    if cls is not None and ctx.source(node.value) == "self" and _defines(cls, node.attr):
        return
    message = f"{member.cls} has no {member.member} in Keras 3"
    yield Found(
        LAY110, node, message=message, hint=member.note or LAY110.manual, symbol=f"keras.{member.cls}"
    )


def _defines(cls: ast.ClassDef, name: str) -> bool:
    """Whether a class sets an attribute or defines a method of this name itself."""
    for node in ast.walk(cls):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return True
        if isinstance(node, ast.Attribute) and node.attr == name and isinstance(node.ctx, ast.Store):
            return True
    return False


@visit(LAY111, attributes={"input_names"})
def input_names(node: ast.Attribute, ctx: Context) -> Iterator[Found]:
    """``model.input_names``."""
    fix = trust(ctx, node.value, MODEL)
    if fix is not None and isinstance(node.ctx, ast.Load):
        code = Code("[tensor.name for tensor in model.inputs]", {"model": node.value})
        yield Found(LAY111, node, edits=(ReplaceExpression(node, code),), fix=fix)
