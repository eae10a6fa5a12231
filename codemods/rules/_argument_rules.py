"""The data of the table-driven rules; what they do stands in ``arguments``."""

from __future__ import annotations

from codemods.rules.api import Proof, SourceRule
from migrate.findings import Fix, Severity

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
        Proof(
            before="from tensorflow import keras\n"
            "layer = keras.layers.SeparableConv2D(2, 2, kernel_regularizer='l2', kernel_initializer='zeros',\n"
            "    depthwise_initializer='ones', pointwise_initializer='ones')\n"
            "result = [np.array(layer(np.ones((1, 3, 3, 2), 'float32'))), len(layer.losses)]\n"
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
RULES = (LAY001, LAY002, LAY003, LAY004, LAY005, OPZ001, OPZ003, OPZ004, OPZ005)
