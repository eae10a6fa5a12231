"""The data of family ``LAY`` from 101 on; what the rules do stands in ``layers``."""

from __future__ import annotations

from codemods.rules.api import Proof, SourceRule
from migrate.findings import Fix, Severity

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
    after="import keras\n\n\n"
    + _LEGACY_SIGMOID.replace("{place}", "saving")
    + "\n\nlayer = keras.layers.LSTM(4, recurrent_activation=legacy_hard_sigmoid)\n",
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
    before=_HEAD + "layer = keras.layers.Dense(4)\nx = layer.get_input_at(0)\n",
    why="Graph bookkeeping of Keras 2 has no counterpart, or another name, in Keras 3.",
    references=(_GUIDE, "keras-team/keras#18467"),
    manual="see the hint",
)
LAY111 = SourceRule(
    code="LAY111",
    name="input-names",
    summary="Models have no input_names, and Sequential has no output_names.",
    severity=Severity.ERROR,
    before=_HEAD + "model = keras.Model(a, b)\nnames = model.input_names\n",
    after="import keras\nmodel = keras.Model(a, b)\nnames = [tensor.name for tensor in model.inputs]\n",
    why="The attribute is gone; the symbolic inputs carry the names. Functional models still have output_names.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before=_HEAD + "a = keras.Input((2,), name='left')\nb = keras.Input((2,), name='right')\n"
            "model = keras.Model([a, b], keras.layers.add([a, b]))\nresult = model.input_names\n",
        ),
        Proof(
            before=_HEAD
            + "model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name='last')])\n"
            "result = model.output_names\n",
        ),
    ),
)
LAY118 = SourceRule(
    code="LAY118",
    name="layer-member-public",
    summary="A private member of layers left; the public one of the same meaning stays.",
    severity=Severity.ERROR,
    before=_HEAD + "layer = keras.layers.Dense(4)\ndtype = layer._compute_dtype\n",
    after="import keras\nlayer = keras.layers.Dense(4)\ndtype = layer.compute_dtype\n",
    why="Measured with 3.15.1: `'Dense' object has no attribute '_compute_dtype'`.",
    references=(_GUIDE,),
    proofs=(Proof(before=_HEAD + "result = str(keras.layers.Dense(4)._compute_dtype)\n"),),
)
