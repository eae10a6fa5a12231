"""The data of family ``KON``; what the rules do stands in ``keras1``."""

from __future__ import annotations

from codemods.rules.api import EVERYWHERE, Proof, SourceRule
from migrate.findings import Fix, Severity

_NOTES = "https://github.com/keras-team/keras/wiki/Keras-2.0-release-notes"
_HEAD = "from tensorflow import keras\n"

KON001 = SourceRule(
    code="KON001",
    name="keras1-argument",
    summary="An argument has the name it had in Keras 1.",
    severity=Severity.ERROR,
    applies_to="<2.0",
    targets=EVERYWHERE,
    before="from keras.layers import Dense\n"
    "layer = Dense(output_dim=4, init='uniform', W_regularizer='l2', bias=False)\n",
    after="from keras.layers import Dense\n"
    "layer = Dense(units=4, kernel_initializer='uniform', kernel_regularizer='l2', use_bias=False)\n",
    why="Keras 2.0 renamed most arguments and took the old names with a warning until 2.3; nothing later does.",
    references=(_NOTES,),
    manual="see the release notes of Keras 2.0",
    proofs=(
        Proof(
            before="from keras.layers import Dense, Dropout, MaxPooling1D, BatchNormalization\n"
            "layer = Dense(output_dim=4, init='ones', bias=False, W_constraint='nonneg')\n"
            "x = np.ones((2, 3), 'float32')\n"
            "pool = MaxPooling1D(pool_length=2, stride=1, border_mode='same')\n"
            "result = [np.array(layer(x)), Dropout(p=0.3).rate, np.array(pool(np.ones((1, 4, 1), 'float32'))),\n"
            "          list(BatchNormalization(mode=0, gamma_init='zero')(x).shape)]\n",
            expect="raises",
            reference="from keras.layers import Dense, Dropout, MaxPooling1D, BatchNormalization\n"
            "layer = Dense(units=4, kernel_initializer='ones', use_bias=False)\n"
            "x = np.ones((2, 3), 'float32')\n"
            "pool = MaxPooling1D(pool_size=2, strides=1, padding='same')\n"
            "result = [np.array(layer(x)), Dropout(rate=0.3).rate, np.array(pool(np.ones((1, 4, 1), 'float32'))),\n"
            "          list(BatchNormalization()(x).shape)]\n",
        ),
    ),
)
KON002 = SourceRule(
    code="KON002",
    name="keras1-kernel-size",
    summary="Rows and columns of a kernel are one argument.",
    severity=Severity.SILENT,
    ambiguous=True,
    applies_to="<2.0",
    targets=EVERYWHERE,
    before="from keras.layers import Convolution2D\nlayer = Convolution2D(64, 3, 3, border_mode='same')\n",
    after="from keras.layers import Convolution2D\nlayer = Convolution2D(64, (3, 3), padding='same')\n",
    why="The third positional argument was the number of columns and is the stride: Convolution2D(64, 3, 3) silently "
    "becomes a convolution that leaves out eight of nine places.",
    references=(_NOTES,),
    proofs=(
        Proof(
            before="from keras.layers import Convolution2D\n"
            "layer = Convolution2D(2, 3, 3)\nresult = list(layer.compute_output_shape((1, 8, 8, 1)))\n",
            reference="from keras.layers import Convolution2D\n"
            "layer = Convolution2D(2, (3, 3))\nresult = list(layer.compute_output_shape((1, 8, 8, 1)))\n",
            changes=True,
        ),
    ),
)
KON003 = SourceRule(
    code="KON003",
    name="keras1-dim-ordering",
    summary="dim_ordering is data_format.",
    severity=Severity.ERROR,
    applies_to="<2.0",
    targets=EVERYWHERE,
    before="from keras.layers import MaxPooling2D\nlayer = MaxPooling2D((2, 2), dim_ordering='tf')\n",
    after="from keras.layers import MaxPooling2D\nlayer = MaxPooling2D((2, 2), data_format='channels_last')\n",
    why="`tf` is channels_last, `th` channels_first, `default` the global setting.",
    references=(_NOTES,),
    manual="tf is channels_last, th is channels_first",
    proofs=(
        Proof(
            before="from keras.layers import MaxPooling2D\n"
            "layer = MaxPooling2D((2, 2), dim_ordering='tf')\nresult = layer.data_format\n",
            expect="raises",
            reference="result = 'channels_last'\n",
        ),
    ),
)
KON004 = SourceRule(
    code="KON004",
    name="keras1-class",
    summary="A layer of Keras 1 is an argument of another layer.",
    severity=Severity.ERROR,
    applies_to="<2.0",
    targets=EVERYWHERE,
    before="from keras.layers import AtrousConvolution2D\n"
    "layer = AtrousConvolution2D(8, 3, 3, atrous_rate=(2, 2))\n",
    after="from keras.layers import Conv2D\nlayer = Conv2D(8, (3, 3), dilation_rate=(2, 2))\n",
    why="AtrousConvolution1D and 2D are convolutions with dilation_rate; TimeDistributedDense is "
    "TimeDistributed(Dense(...)).",
    references=(_NOTES,),
    proofs=(
        Proof(
            before="from keras.layers import AtrousConvolution2D\n"
            "layer = AtrousConvolution2D(8, 3, 3, atrous_rate=(2, 2))\n"
            "result = list(layer.compute_output_shape((1, 9, 9, 1)))\n",
            expect="raises",
            reference="result = [1, 5, 5, 8]\n",
        ),
    ),
)
KON005 = SourceRule(
    code="KON005",
    name="keras1-merge",
    summary="merge(mode=...) is a function for each mode.",
    severity=Severity.ERROR,
    applies_to="<2.2",
    targets=EVERYWHERE,
    before="from keras.layers import merge\nz = merge([x, y], mode='concat', concat_axis=1)\n",
    after="import keras\nz = keras.layers.concatenate([x, y], axis=1)\n",
    why="sum, mul, concat, ave, max and dot are add, multiply, concatenate, average, maximum and dot. The class Merge, "
    "which joined Sequential models, has no counterpart: use a functional model.",
    references=(_NOTES,),
    manual="build a functional model and use Concatenate, Add, Multiply, Average, Maximum or Dot",
    proofs=(
        Proof(
            before="from keras.layers import merge\n"
            "x, y = np.ones((1, 2), 'float32'), np.zeros((1, 2), 'float32')\n"
            "result = [np.array(merge([x, y], mode='concat', concat_axis=1)), np.array(merge([x, y]))]\n",
            expect="raises",
            reference="result = [np.array([[1, 1, 0, 0]], 'float32'), np.array([[1, 1]], 'float32')]\n",
        ),
    ),
)
KON006 = SourceRule(
    code="KON006",
    name="keras1-fit",
    summary="nb_epoch is epochs.",
    severity=Severity.ERROR,
    applies_to="<2.0",
    targets=EVERYWHERE,
    before="from keras.models import Sequential\nmodel = Sequential()\nmodel.fit(x, y, nb_epoch=3)\n",
    after="from keras.models import Sequential\nmodel = Sequential()\nmodel.fit(x, y, epochs=3)\n",
    why="Renamed in Keras 2.0.",
    references=(_NOTES,),
    proofs=(
        Proof(
            before=_HEAD + "model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones')])\n"
            "model.compile('sgd', 'mse')\nx = np.ones((4, 1), 'float32')\n"
            "result = len(model.fit(x, x, nb_epoch=3, verbose=0).history['loss'])\n",
            expect="raises",
            reference="result = 3\n",
        ),
    ),
)
KON007 = SourceRule(
    code="KON007",
    name="keras-shape",
    summary="_keras_shape is the shape of the tensor.",
    severity=Severity.ERROR,
    applies_to="<2.4",
    targets=EVERYWHERE,
    before="from keras.layers import Input\nx = Input((3,))\nn = x._keras_shape[1]\n",
    after="from keras.layers import Input\nx = Input((3,))\nn = tuple(x.shape)[1]\n",
    why="Stand-alone Keras wrote static shapes onto backend tensors; a KerasTensor has a tuple.",
    references=(_NOTES,),
    proofs=(
        Proof(
            before="from keras.layers import Input\nresult = list(Input((3,))._keras_shape)\n",
            expect="raises",
            reference="result = [None, 3]\n",
        ),
    ),
)
KON008 = SourceRule(
    code="KON008",
    name="keras1-class-by-hand",
    summary="A class or function of Keras 1 has no counterpart.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    applies_to="<2.2",
    targets=EVERYWHERE,
    before="from keras.layers import Merge\nlayer = Merge([a, b], mode='sum')\n",
    why="It left with Keras 2.0 or 2.2.",
    references=(_NOTES,),
    manual="see the hint",
)
KON009 = SourceRule(
    code="KON009",
    name="constraint-name",
    summary="The strings for constraints have underscores.",
    severity=Severity.ERROR,
    before="from keras.layers import Dense\nlayer = Dense(4, kernel_constraint='nonneg')\n",
    after="from keras.layers import Dense\nlayer = Dense(4, kernel_constraint='non_neg')\n",
    why="maxnorm, nonneg and unitnorm were aliases; Keras 3 knows max_norm, non_neg and unit_norm.",
    references=(_NOTES,),
    proofs=(
        Proof(
            before=_HEAD
            + "layer = keras.layers.Dense(2, kernel_constraint='nonneg', kernel_initializer='ones')\n"
            "layer.build((None, 1))\nresult = np.array(layer.kernel_constraint(layer.kernel * -1.0))\n",
        ),
    ),
)
