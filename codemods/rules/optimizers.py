"""Optimizers, schedules and mixed precision beyond their signatures (family ``OPZ``, from 101 on)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.catalogue import load
from codemods.edits import (
    Code,
    DropArgument,
    Edit,
    NameArguments,
    RenameArgument,
    RenameAttribute,
    ReplaceExpression,
    ReplaceReference,
    SetArgument,
)
from codemods.rules._evidence import MODEL, OPTIMIZER, owner, trust
from codemods.rules.api import Found, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_GUIDE = "https://keras.io/guides/migrating_to_keras_3/"
_OPT = "from tensorflow import keras\nopt = keras.optimizers.SGD(0.1)\n"
_NEW = "import keras\nopt = keras.optimizers.SGD(0.1)\n"
_TRAIN = (
    "x, y = np.ones((4, 1), 'float32'), np.zeros((4, 1), 'float32')\n"
    "model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones', use_bias=False)])\n"
    "model.compile(opt, 'mse')\nmodel.fit(x, y, epochs=3, verbose=0)\n"
    "result = model.get_weights()\n"
)

OPZ101 = SourceRule(
    code="OPZ101",
    name="optimizer-lr",
    summary="lr is learning_rate.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\nopt = keras.optimizers.Adam(lr=0.1)\n",
    after="import keras\nopt = keras.optimizers.Adam(learning_rate=0.1)\n",
    why="Keras 2.11 to 2.15 silently ignored lr= of the new optimizers: Adam(lr=0.1) trained with 0.001. Keras 3 "
    "raises. With the right name the written value takes effect, so a project that was tuned on those versions trains "
    "at another speed after the rewrite.",
    references=("keras-team/tf-keras#331", _GUIDE),
    proofs=(
        Proof(
            before="from tensorflow import keras\nopt = keras.optimizers.legacy.SGD(lr=0.25)\n" + _TRAIN,
            unsafe=True,
        ),
    ),
)
OPZ102 = SourceRule(
    code="OPZ102",
    name="optimizer-lr-attribute",
    summary="optimizer.lr is optimizer.learning_rate.",
    severity=Severity.ERROR,
    before=_OPT + "rate = opt.lr\n",
    after=_NEW + "rate = opt.learning_rate\n",
    why="The alias is gone; setting it makes an attribute that nothing reads.",
    references=(_GUIDE,),
    proofs=(Proof(before=_OPT + "result = float(np.array(opt.lr))\n"),),
)
OPZ103 = SourceRule(
    code="OPZ103",
    name="optimizer-decay",
    summary="decay= is a schedule.",
    severity=Severity.SILENT,
    fix=Fix.UNSAFE,
    before="from tensorflow import keras\nopt = keras.optimizers.SGD(learning_rate=0.1, decay=0.5)\n",
    after="import keras\n"
    "opt = keras.optimizers.SGD(learning_rate=keras.optimizers.schedules.InverseTimeDecay(0.1, 1, 0.5))\n",
    why="decay divided the learning rate by 1 + decay * iterations; Keras 3 warns once and ignores it. With a schedule "
    "the learning rate cannot be set by callbacks any more.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\nclasses = getattr(keras.optimizers, 'legacy', keras.optimizers)\n"
            "SGD = keras.optimizers.SGD\n"
            "opt = keras.optimizers.SGD(learning_rate=0.1, decay=0.5)\n" + _TRAIN,
            reference="from tensorflow import keras\n"
            "opt = keras.optimizers.legacy.SGD(learning_rate=0.1, decay=0.5)\n" + _TRAIN,
            expect="raises",
            changes=True,
            unsafe=True,
        ),
    ),
)
OPZ104 = SourceRule(
    code="OPZ104",
    name="legacy-optimizer",
    summary="keras.optimizers.legacy does not work: the plain optimizer takes its place.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    before="from tensorflow import keras\nopt = keras.optimizers.legacy.Adam(0.1)\n",
    after="import keras\nopt = keras.optimizers.Adam(0.1)\n",
    why="The names exist and raise ImportError when called. The new optimizers compute the same updates, but have no "
    "minimize, get_updates, get_slot and get_weights, and their saved state has another layout.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\nopt = keras.optimizers.legacy.Adam(0.1)\n" + _TRAIN,
            unsafe=True,
            tolerance=1e-5,
        ),
    ),
)
OPZ105 = SourceRule(
    code="OPZ105",
    name="optimizer-variables",
    summary="optimizer.variables is a property.",
    severity=Severity.ERROR,
    before=_OPT + "state = opt.variables()\n",
    after=_NEW + "state = opt.variables\n",
    why="Calling the list raises `'list' object is not callable`.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\nopt = keras.optimizers.SGD(0.1)\nresult = len(opt.variables()) > 0\n"
        ),
    ),
)
OPZ106 = SourceRule(
    code="OPZ106",
    name="optimizer-method-removed",
    summary="A method of the optimizer is gone.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    before=_OPT + "opt.minimize(loss, variables)\n",
    why="Keras 3 optimizers only apply gradients; TensorFlow computes them.",
    references=(_GUIDE,),
    manual="compute gradients with tf.GradientTape, then opt.apply_gradients(zip(gradients, variables))",
)
OPZ107 = SourceRule(
    code="OPZ107",
    name="apply-gradients-argument",
    summary="apply_gradients takes only pairs of gradients and variables.",
    severity=Severity.ERROR,
    before=_OPT + "opt.apply_gradients(pairs, name='step')\n",
    after=_NEW + "opt.apply_gradients(pairs)\n",
    why="The name was for graphs; gradients are aggregated always.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="import tensorflow as tf\n"
            + _OPT
            + "layer = keras.layers.Dense(1, kernel_initializer='ones')\n"
            "layer.build((None, 2))\n"
            "opt.apply_gradients([(tf.ones((2, 1)), layer.kernel)], name='step')\nresult = np.array(layer.kernel)\n"
        ),
    ),
)
OPZ108 = SourceRule(
    code="OPZ108",
    name="mixed-precision-experimental",
    summary="The experimental functions of mixed precision have their final names.",
    severity=Severity.ERROR,
    applies_to="<2.11",
    before="from tensorflow import keras\nkeras.mixed_precision.experimental.set_policy('float32')\n",
    after="import keras\nkeras.mixed_precision.set_global_policy('float32')\n",
    why="Removed in TensorFlow 2.11.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\nkeras.mixed_precision.experimental.set_policy('float32')\n"
            "result = keras.layers.Dense(1).compute_dtype\n",
            expect="raises",
            reference="from tensorflow import keras\nkeras.mixed_precision.set_global_policy('float32')\n"
            "result = keras.layers.Dense(1).compute_dtype\n",
        ),
    ),
)
OPZ109 = SourceRule(
    code="OPZ109",
    name="loss-scale-optimizer",
    summary="LossScaleOptimizer scales with scale_loss and unscales by itself.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\nopt = keras.mixed_precision.LossScaleOptimizer(inner)\n"
    "scaled = opt.get_scaled_loss(loss)\n",
    after="import keras\nopt = keras.mixed_precision.LossScaleOptimizer(inner)\nscaled = opt.scale_loss(loss)\n",
    why="apply() divides the gradients by the scale, so that get_unscaled_gradients must go, not be replaced.",
    references=(_GUIDE,),
    manual="delete get_unscaled_gradients: apply_gradients unscales; the other attributes are constructor arguments",
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "opt = keras.mixed_precision.LossScaleOptimizer(keras.optimizers.SGD(0.1))\n"
            "opt.build([])\nresult = float(np.array(opt.get_scaled_loss(np.float32(2.0))))\n",
        ),
    ),
)
OPZ110 = SourceRule(
    code="OPZ110",
    name="optimizer-add-variable-order",
    summary="add_variable of an optimizer takes the initializer second.",
    severity=Severity.ERROR,
    ambiguous=True,
    before="from tensorflow import keras\n\n\nclass Own(keras.optimizers.Optimizer):\n"
    "    def build(self, variables):\n        self.s = self.add_variable((2,), 'float32', 'zeros')\n",
    after="import keras\n\n\nclass Own(keras.optimizers.Optimizer):\n"
    "    def build(self, variables):\n        self.s = self.add_variable((2,), dtype='float32', initializer='zeros')\n",
    why="(shape, dtype, initializer, name) became (shape, initializer, dtype, ..., name).",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n\n\nclass Own(keras.optimizers.SGD):\n"
            "    def extra(self):\n        return self.add_variable((2,), 'float32', 'zeros')\n"
            "result = np.array(Own(0.1).extra()).shape\n",
        ),
    ),
)

_CLASSES = (
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lion",
    "Nadam",
    "RMSprop",
    "SGD",
)
_LEGACY = ("Adadelta", "Adagrad", "Adam", "Adamax", "Ftrl", "Nadam", "RMSprop", "SGD")
_CALLS = frozenset(
    {f"keras.optimizers.{name}" for name in _CLASSES}
    | {f"keras.optimizers.legacy.{name}" for name in _LEGACY}
    | {f"keras.optimizers.experimental.{name}" for name in _CLASSES}
)


@visit(OPZ101, OPZ103, calls=_CALLS)
def constructors(call: ast.Call, ctx: Context) -> Iterator[Found]:
    """``lr=`` and ``decay=``."""
    args = ctx.arguments(call, "learning_rate")
    symbol = ctx.name(call.func) or ""
    if "lr" in args.keywords and "learning_rate" not in args:
        edit = RenameArgument(call, "lr", "learning_rate")
        yield Found(OPZ101, call, edits=(edit,), symbol=symbol, argument="lr")
    decay = args.get("decay")
    if decay is None:
        return
    if ctx.literal(decay, ...) in (0, None):
        drop = (DropArgument(call, "decay"),)
        yield Found(OPZ103, call, edits=drop, symbol=symbol, argument="decay", fix=Fix.SAFE)
        return
    edits: list[Edit] = [DropArgument(call, "decay")]
    text = "keras.optimizers.schedules.InverseTimeDecay(rate, 1, decay)"
    if "lr" in args.keywords:
        return  # first its new name, then, in the next pass, this
    rate = args.get("learning_rate")
    if rate is None:
        default = _default_rate(symbol)
        if default is None:
            return
        edits.append(
            SetArgument(call, "learning_rate", Code(text.replace("rate,", f"{default},"), {"decay": decay}))
        )
    elif "learning_rate" in args.keywords:
        edits.append(SetArgument(call, "learning_rate", Code(text, {"rate": rate, "decay": decay})))
    else:
        code = Code(text.replace("rate,", f"{ctx.source(rate)},"), {"decay": decay})
        edits.append(ReplaceExpression(rate, code))
    yield Found(OPZ103, call, edits=tuple(edits), symbol=symbol, argument="decay")


def _default_rate(symbol: str) -> str | None:
    for word in (load().legacy_signature(symbol) or "").split():
        name, _, value = word.partition("=")
        if name == "learning_rate":
            return value or None
    return None


@visit(OPZ102, attributes={"lr"})
def rates(node: ast.Attribute, ctx: Context) -> Iterator[Found]:
    """``opt.lr`` and ``model.optimizer.lr``."""
    fix = trust(ctx, node.value, OPTIMIZER)
    if fix is None and isinstance(node.value, ast.Attribute) and node.value.attr == "optimizer":
        fix = trust(ctx, node.value.value, MODEL, unknown=Fix.UNSAFE)
    if fix is not None:
        yield Found(OPZ102, node, edits=(RenameAttribute(node, "learning_rate"),), fix=fix)


@visit(OPZ104, prefixes=("keras.optimizers.legacy.",))
def legacy(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Found]:
    """``keras.optimizers.legacy.Adam``."""
    if isinstance(node, ast.alias):
        return
    name = ctx.name(node) or ""
    last = name.rpartition(".")[2]
    if last in _LEGACY:
        edit = ReplaceReference(node, f"keras.optimizers.{last}")
        yield Found(OPZ104, node, edits=(edit,), symbol=name)
    elif last:
        hint = "derive from keras.optimizers.Optimizer and write update_step" if last == "Optimizer" else ""
        yield Found(OPZ104, node, hint=hint or f"use keras.optimizers.{last}", symbol=name, fix=Fix.MANUAL)


_GONE = {
    "minimize": OPZ106.manual,
    "compute_gradients": OPZ106.manual,
    "get_gradients": "compute gradients with tf.GradientTape",
    "get_updates": "compute gradients with tf.GradientTape, then opt.apply_gradients",
    "aggregate_gradients": "delete the call",
    "get_slot": "find the variable among opt.variables by its path",
    "get_weights": "[keras.ops.convert_to_numpy(v) for v in opt.variables]",
    "set_weights": "opt.build(model.trainable_variables), then assign to each of opt.variables",
}


@visit(OPZ105, OPZ106, OPZ107, OPZ109, methods={*_GONE, "variables", "apply_gradients", "get_scaled_loss"})
def methods(call: ast.Call, ctx: Context) -> Iterator[Found]:
    """Methods of optimizers."""
    opt = owner(call)
    assert isinstance(call.func, ast.Attribute)
    name = call.func.attr
    scaler = "keras.mixed_precision.LossScaleOptimizer"
    if opt is None or (fix := trust(ctx, opt, OPTIMIZER, scaler)) is None:
        return
    if name == "variables" and not call.args and not call.keywords:
        code = Code("opt.variables", {"opt": opt})
        yield Found(OPZ105, call, edits=(ReplaceExpression(call, code),), fix=fix)
    elif name == "get_scaled_loss":
        yield Found(OPZ109, call, edits=(RenameAttribute(call.func, "scale_loss"),), fix=fix)
    elif name == "apply_gradients":
        for keyword in call.keywords:
            if keyword.arg in {"name", "skip_gradients_aggregation", "experimental_aggregate_gradients"}:
                edit = DropArgument(call, keyword.arg)
                yield Found(OPZ107, call, edits=(edit,), argument=keyword.arg, fix=fix)
    elif name in _GONE:
        yield Found(OPZ106, call, message=f"optimizers have no {name}", hint=_GONE[name])


@visit(OPZ109, methods={"get_unscaled_gradients"})
def unscaled(call: ast.Call, ctx: Context) -> Iterator[Found]:
    """``get_unscaled_gradients``: a name that only loss scaling has."""
    del ctx
    yield Found(OPZ109, call, hint=OPZ109.manual, fix=Fix.MANUAL)


_PRECISION = {
    "keras.mixed_precision.experimental.set_policy": "keras.mixed_precision.set_global_policy",
    "keras.mixed_precision.experimental.global_policy": "keras.mixed_precision.global_policy",
    "keras.mixed_precision.experimental.Policy": "keras.mixed_precision.Policy",
    "keras.mixed_precision.experimental.LossScaleOptimizer": "keras.mixed_precision.LossScaleOptimizer",
}


@visit(OPZ108, references=frozenset(_PRECISION))
def precision(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Found]:
    """``mixed_precision.experimental``."""
    if isinstance(node, ast.alias):
        return
    name = ctx.name(node) or ""
    call = ctx.callee(node)
    extra = call is not None and (len(call.args) > 1 or call.keywords)
    if extra:
        yield Found(
            OPZ108, node, hint=f"use {_PRECISION[name]}; it takes no loss_scale", symbol=name, fix=Fix.MANUAL
        )
    else:
        yield Found(OPZ108, node, edits=(ReplaceReference(node, _PRECISION[name]),), symbol=name)


@visit(OPZ110, methods={"add_variable"})
def add_variable(call: ast.Call, ctx: Context) -> Iterator[Found]:
    """``self.add_variable(shape, dtype, initializer, name)`` of an optimizer."""
    opt = owner(call)
    order = ("shape", "dtype", "initializer", "name")
    if opt is None or (fix := trust(ctx, opt, OPTIMIZER)) is None or not 1 < len(call.args) <= len(order):
        return
    if not ctx.arguments(call).star and not set(order[1 : len(call.args)]) & {k.arg for k in call.keywords}:
        yield Found(OPZ110, call, edits=(NameArguments(call, ("", *order[1 : len(call.args)])),), fix=fix)
