"""Arguments that moved, were renamed, left or got another default: whatever the catalogue says, by family.

``LAY`` layers, ``OPZ`` optimizers, ``LSS`` losses, metrics, regularizers, ``CBK`` callbacks, ``DAT`` datasets,
applications and utilities. In each family 001 is the order, 002 a new name, 003 no effect any more, 004 by hand,
005 the old default.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.catalogue import load
from codemods.rules._arguments import steps
from codemods.rules.api import Found, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_FAMILIES = {
    "layers": "LAY",
    "activations": "LAY",
    "Input": "LAY",
    "Sequential": "LAY",
    "models": "LAY",
    "optimizers": "OPZ",
    "losses": "LSS",
    "metrics": "LSS",
    "regularizers": "LSS",
    "initializers": "LSS",
    "constraints": "LSS",
    "callbacks": "CBK",
    "datasets": "DAT",
    "applications": "DAT",
    "utils": "DAT",
    "preprocessing": "DAT",
}
_NUMBERS = {"position": "001", "rename": "002", "drop": "003", "manual": "004", "pin": "005"}

_GUIDE = "https://keras.io/guides/migrating_to_keras_3/"

LAY001 = SourceRule(
    code="LAY001",
    name="layer-argument-order",
    summary="A positional argument of a layer has another place in Keras 3.",
    severity=Severity.SILENT,
    ambiguous=True,
    before="from tensorflow import keras\nx = keras.Input((8,), 4, 'features')\n",
    after="import keras\nx = keras.Input((8,), 4, name='features')\n",
    why="New parameters were put between old ones: the third of Input was `name` and is `dtype`. What is given by "
    "position then lands elsewhere, with an error at best. `ConvLSTM*`, `Conv3DTranspose`, `MultiHeadAttention`, "
    "`StringLookup`, `RandomContrast`, `Embedding`, `GRU` and `LSTM` are affected too.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "x = keras.Input((8,), 4, 'features')\n"
            "result = [x.name.split(':')[0], list(x.shape)]\n"
        ),
        Proof(
            before="from tensorflow import keras\n"
            "layer = keras.layers.ConvLSTM1D(\n"
            "    1, 2, 1, 'valid', 'channels_last', 1, 'tanh', 'sigmoid', True, 'ones', 'ones', 'zeros', True, None,\n"
            "    None, None, None, None, None, None, True,\n"
            ")\n"
            "result = np.array(layer(np.ones((1, 3, 4, 1), 'float32')))\n",
            changes=True,
        ),
        Proof(
            before="from tensorflow import keras\n"
            "layer = keras.layers.Conv3DTranspose(1, 2, 2, 'valid', None, 'channels_last')\n"
            "result = list(layer.compute_output_shape((1, 2, 2, 2, 1)))\n"
        ),
    ),
)
LAY002 = SourceRule(
    code="LAY002",
    name="layer-argument-renamed",
    summary="An argument of a layer or activation has another name in Keras 3.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\nlayer = keras.layers.LeakyReLU(alpha=0.2)\n",
    after="import keras\nlayer = keras.layers.LeakyReLU(negative_slope=0.2)\n",
    why="`alpha` of LeakyReLU and of activations.relu is `negative_slope`; `input_shape` of InputLayer is `shape`. "
    "The functions refuse the old names, some layers still take them with a warning.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "x = np.array([[-2.0, 3.0]], 'float32')\n"
            "leaky = keras.layers.LeakyReLU(alpha=0.2)\n"
            "result = [np.array(leaky(x)), np.array(keras.activations.relu(x, alpha=0.1))]\n"
        ),
    ),
)
LAY003 = SourceRule(
    code="LAY003",
    name="layer-argument-without-effect",
    summary="An argument of a layer is gone and nothing is lost without it.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\nlayer = keras.layers.Embedding(10, 4, input_length=6)\n",
    after="import keras\nlayer = keras.layers.Embedding(10, 4)\n",
    why="`input_length` only told a shape in advance, `fused` chose a kernel, `time_major=False` and "
    "`dynamic=False` said what is the case anyway. Keras 3 refuses unknown arguments of layers; it takes "
    "`input_length` with a warning from 3.3 on.",
    references=(_GUIDE, "keras-team/keras#19282"),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "layer = keras.layers.Embedding(10, 4, embeddings_initializer='ones', input_length=6)\n"
            "norm = keras.layers.BatchNormalization(fused=True)\n"
            "result = [np.array(layer(np.array([[1, 2]]))), np.array(norm(np.ones((1, 2, 2, 3), 'float32')))]\n"
        ),
    ),
)
LAY004 = SourceRule(
    code="LAY004",
    name="layer-argument-removed",
    summary="An argument of a layer is gone and its effect must be written in another way.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    before="from tensorflow import keras\nlayer = keras.layers.LSTM(4, time_major=True)\n",
    why="Keras 3 refuses unknown arguments of layers. `time_major=True` is a transposition before and after, "
    "`weights=` a set_weights after build, `dynamic=True` a compile(run_eagerly=True).",
    references=(_GUIDE,),
    manual="write the effect of the argument by hand",
)
LAY005 = SourceRule(
    code="LAY005",
    name="layer-default-changed",
    summary="A layer had a default that Keras 3 has not.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\nlayer = keras.layers.AveragePooling2D()\n",
    after="import keras\nlayer = keras.layers.AveragePooling2D(pool_size=(2, 2))\n",
    why="`pool_size` of the average pooling layers was 2 and must be given in Keras 3.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "x = np.arange(16, dtype='float32').reshape(1, 4, 4, 1)\n"
            "result = np.array(keras.layers.AveragePooling2D()(x))\n"
        ),
    ),
)
OPZ001 = SourceRule(
    code="OPZ001",
    name="optimizer-argument-order",
    summary="A positional argument of an optimizer has another place in Keras 3.",
    severity=Severity.SILENT,
    ambiguous=True,
    before="from tensorflow import keras\nopt = keras.optimizers.Adam(1e-3, 0.9, 0.999, 1e-7, False, True)\n",
    after="import keras\nopt = keras.optimizers.Adam(1e-3, 0.9, 0.999, 1e-7, amsgrad=True)\n",
    why="Adam lost `adaptive_epsilon` before `amsgrad`, and all optimizers lost `jit_compile` before `name`: the "
    "sixth argument of Adam was `amsgrad` and is `weight_decay`, so that True becomes a weight decay of 1.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "opt = keras.optimizers.Adam(1e-3, 0.9, 0.999, 1e-7, False, True)\n"
            "result = [opt.amsgrad, opt.weight_decay]\n",
            changes=True,
        ),
    ),
)
OPZ003 = SourceRule(
    code="OPZ003",
    name="optimizer-argument-without-effect",
    summary="An argument of an optimizer is gone and nothing is lost without it.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\nopt = keras.optimizers.Adam(1e-3, jit_compile=False)\n",
    after="import keras\nopt = keras.optimizers.Adam(1e-3)\n",
    why="Compilation is a matter of `Model.compile(jit_compile=...)`; Keras 3 raises on `jit_compile` here.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "opt = keras.optimizers.Adam(1e-3, jit_compile=False)\n"
            "result = float(np.array(opt.learning_rate))\n"
        ),
    ),
)
OPZ004 = SourceRule(
    code="OPZ004",
    name="optimizer-argument-removed",
    summary="An argument of an optimizer is gone and its effect must be written in another way.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    before="from tensorflow import keras\nopt = keras.optimizers.Adam(1e-3, adaptive_epsilon=True)\n",
    why="Keras 3 raises on arguments of optimizers that it does not know.",
    references=(_GUIDE,),
    manual="write the effect of the argument by hand",
)
OPZ005 = SourceRule(
    code="OPZ005",
    name="optimizer-default-changed",
    summary="A default of an optimizer changed: the old one is written out.",
    severity=Severity.SILENT,
    ambiguous=True,
    before="from tensorflow import keras\nopt = keras.optimizers.Lion()\n",
    after="import keras\nopt = keras.optimizers.Lion(learning_rate=0.0001)\n",
    why="Lion learned at 1e-4 and learns at 1e-3, ten times faster, without a message. RMSprop with "
    "`use_ema=True` overwrote the weights each 100 steps and does not any more.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "result = float(np.array(keras.optimizers.Lion().learning_rate))\n",
            changes=True,
        ),
    ),
)
LSS001 = SourceRule(
    code="LSS001",
    name="loss-argument-order",
    summary="A positional argument of a loss or metric has another place in Keras 3.",
    severity=Severity.ERROR,
    ambiguous=True,
    before="from tensorflow import keras\n"
    "loss = keras.losses.SparseCategoricalCrossentropy(True, None, 'sum', 'ce')\n",
    after="import keras\nloss = keras.losses.SparseCategoricalCrossentropy(True, None, 'sum', name='ce')\n",
    why="Keras 3 put `axis`, `dtype` and others between the old parameters.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "y, p = np.array([0, 1]), np.array([[0.9, 0.1], [0.2, 0.8]], 'float32')\n"
            "loss = keras.losses.SparseCategoricalCrossentropy(False, None, 'sum', 'ce')\n"
            "result = [loss.name, float(loss(y, p))]\n",
        ),
    ),
)
LSS002 = SourceRule(
    code="LSS002",
    name="loss-argument-renamed",
    summary="An argument of a regularizer, loss or metric has another name in Keras 3.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\nreg = keras.regularizers.l2(l=0.01)\n",
    after="import keras\nreg = keras.regularizers.l2(l2=0.01)\n",
    why="Keras 1 and 2 took `l` as the only argument of l1 and l2; Keras 3 knows `l1` and `l2`.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "reg = keras.regularizers.l2(l=0.01)\n"
            "result = float(np.array(reg(np.ones((2, 2), 'float32'))))\n"
        ),
    ),
)
LSS003 = SourceRule(
    code="LSS003",
    name="loss-argument-without-effect",
    summary="An argument of a loss, metric, initializer or regularizer function is gone without loss.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\n"
    "config = keras.losses.serialize(keras.losses.Huber(), use_legacy_format=False)\n",
    after="import keras\nconfig = keras.losses.serialize(keras.losses.Huber())\n",
    why="There is one format of serialised objects in Keras 3.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "config = keras.losses.serialize(keras.losses.Huber(), use_legacy_format=False)\n"
            "result = config['class_name']\n"
        ),
    ),
)
LSS004 = SourceRule(
    code="LSS004",
    name="loss-argument-removed",
    summary="An argument of a loss, metric, initializer or regularizer is gone.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    before="from tensorflow import keras\n"
    "metric = keras.metrics.SparseCategoricalCrossentropy(ignore_class=0)\n",
    why="Releases of Keras 3 before the one named in the hint do not take it.",
    references=(_GUIDE,),
    destination="<3.14",
    manual="raise the version of Keras, or write the effect by hand",
)
LSS005 = SourceRule(
    code="LSS005",
    name="loss-default-changed",
    summary="A default of a regularizer or metric changed: the old one is written out.",
    severity=Severity.SILENT,
    ambiguous=True,
    before="from tensorflow import keras\nreg = keras.regularizers.l1_l2(l1=0.1)\n",
    after="import keras\nreg = keras.regularizers.l1_l2(l1=0.1, l2=0.01)\n",
    why="`l1_l2` was a function with 0.01 for both and is the class L1L2 with 0 for both: a penalty vanishes "
    "without a message. The metric KLDivergence was logged as `kullback_leibler_divergence` and is as "
    "`kl_divergence`.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "reg = keras.regularizers.l1_l2(l1=0.1)\n"
            "result = float(np.array(reg(np.ones((2, 2), 'float32'))))\n",
            changes=True,
        ),
        Proof(
            before="from tensorflow import keras\nresult = keras.metrics.KLDivergence().name\n",
            changes=True,
        ),
    ),
)
CBK001 = SourceRule(
    code="CBK001",
    name="callback-argument-order",
    summary="A positional argument of a callback has another place in Keras 3.",
    severity=Severity.ERROR,
    ambiguous=True,
    before="from tensorflow import keras\nhook = keras.callbacks.BackupAndRestore('b', 'epoch', True)\n",
    after="import keras\nhook = keras.callbacks.BackupAndRestore('b', 'epoch', delete_checkpoint=True)\n",
    why="`double_checkpoint` stands before `delete_checkpoint` in Keras 3; LambdaCallback and ModelCheckpoint lost "
    "parameters in the middle.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "hook = keras.callbacks.BackupAndRestore('b', 'epoch', False)\n"
            "result = hook.delete_checkpoint\n",
            changes=True,
        ),
    ),
)
CBK002 = SourceRule(
    code="CBK002",
    name="callback-argument-renamed",
    summary="An argument of a callback has another name in Keras 3.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\nhook = keras.callbacks.LambdaCallback(on_batch_end=print)\n",
    after="import keras\nhook = keras.callbacks.LambdaCallback(on_train_batch_end=print)\n",
    why="`on_batch_end` is an old name of `on_train_batch_end`; `epsilon` of ReduceLROnPlateau of `min_delta`.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "seen = []\n"
            "hook = keras.callbacks.LambdaCallback(on_batch_end=lambda batch, logs: seen.append(batch))\n"
            "model = keras.Sequential([keras.layers.Dense(1)])\n"
            "model.compile('sgd', 'mse')\n"
            "model.fit(np.ones((4, 2)), np.ones((4, 1)), batch_size=2, verbose=0, callbacks=[hook])\n"
            "result = seen\n"
        ),
    ),
)
CBK003 = SourceRule(
    code="CBK003",
    name="callback-argument-without-effect",
    summary="An argument of a callback is gone and nothing is lost without it.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\nhook = keras.callbacks.ProgbarLogger(count_mode='steps')\n",
    after="import keras\nhook = keras.callbacks.ProgbarLogger()\n",
    why="Keras 3 raises on unknown arguments; the progress bar counts batches.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "result = type(keras.callbacks.ProgbarLogger(count_mode='steps')).__name__\n"
        ),
    ),
)
CBK004 = SourceRule(
    code="CBK004",
    name="callback-argument-removed",
    summary="An argument of a callback is gone and its effect must be written in another way.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    before="from tensorflow import keras\nhook = keras.callbacks.ModelCheckpoint('a.keras', period=5)\n",
    why="`period` counted epochs, `save_freq` counts batches: the number of batches of an epoch must be known.",
    references=(_GUIDE,),
    manual="write the effect of the argument by hand",
)
DAT001 = SourceRule(
    code="DAT001",
    name="utility-argument-order",
    summary="A positional argument of a utility or application has another place in Keras 3.",
    severity=Severity.SILENT,
    ambiguous=True,
    before="from tensorflow import keras\n"
    "model = keras.applications.ConvNeXtTiny('tiny', False, True, None)\n",
    after="import keras\n"
    "model = keras.applications.ConvNeXtTiny("
    "name='tiny', include_top=False, include_preprocessing=True, weights=None)\n",
    why="ConvNeXt lost its first argument, load_img its second, plot_model and model_to_dot one in the middle.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="import inspect\nfrom tensorflow import keras\n"
            "bar = keras.utils.Progbar(10, 30, 1, 0.05, None, 'item')\n"
            "result = bar.unit_name\n",
            changes=True,
        ),
    ),
)
DAT002 = SourceRule(
    code="DAT002",
    name="utility-argument-renamed",
    summary="An argument of a utility or application has another name in Keras 3.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\none_hot = keras.utils.to_categorical(y=[0, 1], num_classes=2)\n",
    after="import keras\none_hot = keras.utils.to_categorical(x=[0, 1], num_classes=2)\n",
    why="`y` of to_categorical is `x`; `model_name` of ConvNeXt is `name`.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "result = keras.utils.to_categorical(y=[0, 1], num_classes=2)\n"
        ),
    ),
)
DAT003 = SourceRule(
    code="DAT003",
    name="utility-argument-without-effect",
    summary="An argument of a utility is gone and nothing is lost without it.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\ninputs = keras.utils.get_source_inputs(tensor, layer=None)\n",
    after="import keras\ninputs = keras.utils.get_source_inputs(tensor)\n",
    why="The value given was the neutral one.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "x = keras.Input((2,))\ny = keras.layers.Dense(1)(x)\n"
            "result = len(keras.utils.get_source_inputs(y, layer=None))\n"
        ),
    ),
)
DAT004 = SourceRule(
    code="DAT004",
    name="utility-argument-removed",
    summary="An argument of a utility or dataset is gone and its effect must be written in another way.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    before="from tensorflow import keras\ndata = keras.datasets.mnist.load_data(cache_dir='/data')\n",
    why="Keras 3 does not take it.",
    references=(_GUIDE,),
    manual="write the effect of the argument by hand",
)
_RULES = {rule.code: rule for rule in list(globals().values()) if isinstance(rule, SourceRule)}


def _calls() -> frozenset[str]:
    """Every name of the families whose arguments the catalogue knows to have changed."""
    catalogue = load()
    found = {
        name
        for name in catalogue.names()
        if name.split(".")[1] in _FAMILIES and catalogue.legacy_signature(name)
    }
    return frozenset(name for name in found if catalogue.changes(name))


@visit(*_RULES.values(), calls=_calls())
def arguments(call: ast.Call, ctx: Context) -> Iterator[Found]:
    """What the catalogue knows of this call."""
    name = ctx.name(call.func)
    if name is None:
        return
    family = _FAMILIES.get(name.split(".")[1])
    if family is None:
        return
    for step in steps(call, ctx, name):
        rule = _RULES.get(family + _NUMBERS[step.policy])
        if rule is None:
            rule = _RULES["LAY" + _NUMBERS[step.policy]]
        yield Found(
            rule,
            call,
            message=step.text,
            hint=step.hint,
            edits=step.edits,
            symbol=name,
            argument=step.argument,
        )
