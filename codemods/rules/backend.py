"""``K.*``: the functions of ``keras.backend`` that left, said with ``keras.ops`` (family ``BKD``).

Of 148 public functions of the backend ten survive in ``keras.backend``; 123 are alive under ``tf.keras`` only, where
they refuse symbolic tensors. What each becomes stands in the catalogue (``functions.tsv``).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.catalogue import Function, load
from codemods.edits import Edit, ReplaceReference
from codemods.rules._calls import bare, plan
from codemods.rules._special import special
from codemods.rules.api import Match, Proof, SourceRule, Target, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_GUIDE = "https://keras.io/guides/migrating_to_keras_3/"
_ARRAY = "x = K.constant([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]])\n"

BKD001 = SourceRule(
    code="BKD001",
    name="backend-function",
    summary="A function of keras.backend is one of keras.ops in Keras 3.",
    severity=Severity.ERROR,
    before="from keras import backend as K\n\ndef loss(y_true, y_pred):\n"
    "    return K.mean(K.square(y_pred - y_true), axis=-1)\n",
    after="from keras import ops\n\ndef loss(y_true, y_pred):\n"
    "    return ops.mean(ops.square(y_pred - y_true), axis=-1)\n",
    why="keras.backend keeps the configuration (`floatx`, `epsilon`, `image_data_format`, ...); all tensor functions "
    "are gone. Defaults differ: `argmax` and `concatenate` worked on the last axis, `cumsum` on the first, "
    "`gather` took rows, `pool2d` had strides of 1. They are written out.",
    references=(_GUIDE, "keras-team/keras#18467"),
    proofs=(
        Proof(
            before="from tensorflow.keras import backend as K\n"
            "x = K.constant([[3.0, 4.0], [0.0, 12.0]])\nv = K.variable(x)\n"
            "K.batch_set_value([(v, np.full((2, 2), 7.0))])\n"
            "y = K.map_fn(lambda row: row * 2, x, dtype='float32')\n"
            "result = [np.array(K.l2_normalize(x)), np.array(v), np.array(y)]\n",
        ),
        Proof(
            before="from tensorflow.keras import backend as K\n"
            + _ARRAY
            + "result = [np.array(v) for v in (\n"
            "    K.argmax(x), K.argmin(x), K.concatenate([x, x]), K.cumsum(x), K.cumprod(x), K.expand_dims(x),\n"
            "    K.gather(x, [1, 0]), K.mean(x, axis=1, keepdims=True), K.std(x), K.var(x, 0), K.prod(x, -1),\n"
            "    K.clip(x, -1, 2), K.permute_dimensions(x, (1, 0)), K.repeat(x, 2), K.repeat_elements(x, 2, axis=1),\n"
            "    K.reverse(x, 0), K.flatten(x), K.batch_flatten(x), K.pow(x, 2), K.softmax(x), K.relu(x, alpha=0.1),\n"
            "    K.elu(x), K.dot(x, K.transpose(x)), K.l2_normalize(x, axis=1), K.temporal_padding(K.expand_dims(x)),\n"
            "    K.one_hot(K.cast([0, 2], 'int32'), 3), K.max(x, axis=0), K.any(x > 0, axis=1),\n"
            "    K.sum(x), K.ones_like(x), K.eye(2), K.arange(0, 6, 2),\n"
            ")]\n"
            "result.append([K.ndim(x), list(K.int_shape(x)), K.dtype(x), int(K.count_params(x))])\n",
            tolerance=1e-5,
        ),
        Proof(
            before="from tensorflow.keras import backend as K\n"
            "x = K.constant(np.arange(32, dtype='float32').reshape(1, 4, 4, 2))\n"
            "w = K.constant(np.ones((2, 2, 2, 3), 'float32'))\n"
            "y = K.constant(np.arange(12, dtype='float32').reshape(1, 3, 4))\n"
            "result = [np.array(v) for v in (\n"
            "    K.conv2d(x, w, padding='same'), K.pool2d(x, (2, 2)), K.pool2d(x, (2, 2), pool_mode='avg'),\n"
            "    K.resize_images(x, 2, 2, 'channels_last'), K.spatial_2d_padding(x), K.batch_dot(y, y, axes=(2, 2)),\n"
            "    K.dot(y, K.constant(np.ones((2, 4, 3), 'float32'))),\n"
            ")]\n",
            tolerance=1e-5,
        ),
        Proof(
            before="from tensorflow.keras import backend as K\n"
            "v = K.variable([1.0, 2.0], name='v')\n"
            "K.update_add(v, [1.0, 1.0])\n"
            "a = K.get_value(v)\n"
            "K.set_value(v, [5.0, 6.0])\n"
            "K.moving_average_update(v, K.constant([0.0, 0.0]), 0.5)\n"
            "result = [np.array(a), np.array(K.eval(v))]\n"
        ),
        Proof(
            before="from tensorflow import keras\nfrom tensorflow.keras import backend as K\n\n\n"
            "class Double(keras.layers.Layer):\n    def call(self, x, training=None):\n"
            "        def doubled():\n            return x * 2\n\n"
            "        y = K.in_train_phase(doubled, x, training=training)\n"
            "        return y + K.in_test_phase(x, doubled, training=training)\n\n\n"
            "x = np.ones((2, 3), 'float32')\n"
            "result = [np.array(Double()(x, training=True)), np.array(Double()(x, training=False))]\n",
        ),
        Proof(
            before="from tensorflow.keras import backend as K\n"
            "t = K.constant([[0.0, 1.0], [1.0, 0.0]])\n"
            "p = K.constant([[0.3, 0.7], [0.6, 0.4]])\n"
            "result = [np.array(v) for v in (\n"
            "    K.binary_crossentropy(t, p), K.categorical_crossentropy(t, p),\n"
            "    K.sparse_categorical_crossentropy(K.constant([1, 0], dtype='int32'), p),\n"
            "    K.in_top_k(p, K.constant([1, 1], dtype='int32'), 1), K.not_equal(t, p),\n"
            ")]\n",
            tolerance=1e-5,
        ),
    ),
)
BKD002 = SourceRule(
    code="BKD002",
    name="backend-function-usually",
    summary="A function of keras.backend has a near relative in Keras 3 that fits the usual case.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    before="from keras import backend as K\n\ny = K.bias_add(x, bias)\n",
    after="from keras import ops\n\ny = ops.add(x, bias)\n",
    why="`bias_add` reshaped a bias to the data format, `switch` stretched a condition of fewer dimensions at its end, "
    "`random_bernoulli` and `dropout` draw other numbers. Where none of this matters the edit is right.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow.keras import backend as K\n"
            "result = [list(K.placeholder(ndim=2).shape), list(K.placeholder((None, 3)).shape)]\n",
            unsafe=True,
        ),
        Proof(
            before="from tensorflow.keras import backend as K\n"
            "x, bias = K.constant([[1.0, 2.0]]), K.constant([0.5, -0.5])\n"
            "y = K.constant(np.arange(12.0).reshape(1, 3, 4))\n"
            "z = K.permute_dimensions(y, (0, 2, 1))\n"
            "result = [np.array(K.bias_add(x, bias)), np.array(K.switch(x > 1.5, x, -x)),\n"
            "          np.array(K.batch_dot(y, z)), bool(K.is_sparse(x))]\n",
            unsafe=True,
        ),
        Proof(
            before="import tensorflow as tf\nfrom tensorflow.keras import backend as K\n\n\n"
            "def spread(a, x):\n    return K.dot(a, x) if K.is_sparse(a) else x\n\n\n"
            "a = tf.SparseTensor([[0, 1], [1, 0]], [2.0, 3.0], [2, 2])\n"
            "result = np.array(spread(a, K.constant([[1.0, 2.0], [3.0, 4.0]])))\n",
            unsafe=True,
        ),
        Proof(
            before="from tensorflow import keras\nfrom tensorflow.keras import backend as K\n\n\n"
            "x = keras.Input((3,))\ny = keras.layers.Dense(2, kernel_initializer='ones')(x)\n"
            "z = keras.layers.ReLU()(y)\n"
            "one, several = K.function([x], [y]), K.function(x, [y, z])\nmiddle = K.function([y], [z])\n"
            "a = np.array([[1.0, -2.0, 0.5]])\n"
            "result = [one([a]), several(a), type(one([a])[0]).__name__, middle([np.array([[-1.0, 2.0]])])]\n",
            unsafe=True,
        ),
    ),
)
BKD003 = SourceRule(
    code="BKD003",
    name="backend-function-removed",
    summary="A function of keras.backend is gone and needs another construction.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    before="from keras import backend as K\n\nx = K.gradients(loss, weights)\n",
    why="Graph-time tools (`function` with updates, `placeholder`, `learning_phase`, `gradients`, ...) have no meaning "
    "in Keras 3; others need arguments in another arrangement.",
    references=(_GUIDE, "keras-team/keras#18467"),
    manual="write it with keras.ops",
)
BKD004 = SourceRule(
    code="BKD004",
    name="backend-function-other-numbers",
    summary="The function of the same name in keras.ops computes something else.",
    severity=Severity.ERROR,
    before="from keras import backend as K\n\ngate = K.hard_sigmoid(x)\nnorm = K.sqrt(total)\n",
    after="from keras import ops\n\ngate = ops.clip(0.2 * x + 0.5, 0.0, 1.0)\n"
    "norm = ops.sqrt(ops.maximum(total, 0))\n",
    why="The backend's `hard_sigmoid` was clip(0.2 x + 0.5, 0, 1), ops.hard_sigmoid is relu6(x + 3) / 6: at 0.5 they "
    "are 0.6 and 0.583. The backend's `sqrt` took max(x, 0) first; ops.sqrt gives NaN below zero.",
    references=("tensorflow/tensorflow#65381", _GUIDE),
    proofs=(
        Proof(
            before="from tensorflow.keras import backend as K\n"
            "x = K.constant([-2.7, -1.0, 0.5])\n"
            "result = [np.array(K.hard_sigmoid(x)), np.array(K.sqrt(x))]\n",
        ),
    ),
)
_RULES = (BKD001, BKD002, BKD003, BKD004)


def _needed(node: ast.expr, ctx: Context, name: str) -> bool:
    """Whether the destination lacks the function, or would refuse the tensors it is given."""
    if ctx.target is not Target.TF_KERAS_3 or not load().exists(name, "tf.keras"):
        return True
    call = ctx.callee(node)
    given = [*call.args, *(keyword.value for keyword in call.keywords)] if call is not None else []
    return any(ctx.symbolic(value) for value in given)


def _rule(function: Function, fix: Fix) -> SourceRule:
    if fix is Fix.UNSAFE:
        return BKD002
    return BKD004 if function.severity == "silent" else BKD001


def _attempt(call: ast.Call, ctx: Context, function: Function) -> tuple[tuple[Edit, ...], Fix] | None:
    if not function.call or function.fix == "manual":
        return None
    if function.call.startswith("@"):
        return special(call, ctx, function)
    edits = plan(call, ctx, function)
    return None if edits is None else (edits, Fix(function.fix))


def rewrite(
    node: ast.expr, ctx: Context, rows: tuple[Function, ...]
) -> tuple[tuple[Edit, ...], Fix, Function] | None:
    """The first row of the table that fits a reference, called or passed on."""
    call = ctx.callee(node)
    for function in rows:
        if call is not None:
            answer = _attempt(call, ctx, function)
            if answer is not None:
                return (*answer, function)
        elif function.fix != "manual" and (target := bare(function)) is not None:
            return (ReplaceReference(node, target),), Fix(function.fix), function
    return None


@visit(*_RULES, prefixes=("keras.backend.",))
def backend(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """A mention of a function of the backend."""
    if isinstance(node, ast.alias):
        return
    name = ctx.name(node)
    rows = load().functions.get(name or "")
    if name is None or rows is None or not _needed(node, ctx, name):
        return
    place = ctx.callee(node) or node
    found = rewrite(node, ctx, rows)
    short = "K." + name.rpartition(".")[2]
    if found is None:
        note = next((row.note for row in rows if row.note), "")
        row = next((row for row in rows if row.call and not row.call.startswith("@")), None)
        hint = note or (f"write {row.call}" if row is not None else "write it with keras.ops")
        yield Match(BKD003, place, message=f"{short} is not in Keras 3", hint=hint, symbol=name)
        return
    edits, fix, function = found
    message = f"{short} is not in Keras 3" + (f": {function.note}" if function.note else "")
    yield Match(
        _rule(function, fix),
        place,
        message=message,
        hint=function.note or "run with --unsafe",
        edits=edits,
        symbol=name,
        fix=fix,
    )
