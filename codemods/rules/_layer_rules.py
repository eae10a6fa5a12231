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
    why="`Unrecognized keyword arguments passed to Dense`. `input_shape` and `input_dim` go on with a warning.",
    references=(_GUIDE,),
    manual="put keras.Input(batch_shape=...) before the layer",
    proofs=(
        Proof(
            unsafe=True,
        ),
    ),
)
LAY102 = SourceRule(
    code="LAY102",
    name="sync-batch-normalization",
    summary="SyncBatchNormalization is BatchNormalization(synchronized=True).",
    severity=Severity.ERROR,
    why="The experimental class is gone.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
LAY103 = SourceRule(
    code="LAY103",
    name="thresholded-relu",
    summary="ThresholdedReLU is ReLU(threshold=...).",
    severity=Severity.ERROR,
    why="The layer is gone from keras (tf.keras keeps it).",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
LAY104 = SourceRule(
    code="LAY104",
    name="cudnn-recurrent",
    summary="CuDNNLSTM and CuDNNGRU are LSTM and GRU, which use cuDNN where they can.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    why="The classes left with TensorFlow 2.0. Saved weights of the cuDNN layers have two bias vectors and need a "
    "conversion; keras-migrate converts them in model files.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            expect="raises",
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
    why="clip(0.2 x + 0.5, 0, 1) became relu6(x + 3) / 6: at -2.7, -1 and 0.5 the values 0, 0.3 and 0.6 become 0.05, "
    "0.333 and 0.583. Trained models of Keras 1 and 2.0 to 2.2 use it in every LSTM and GRU, ConvLSTM did by default "
    "until 2.15. Upstream changed the documentation only.",
    references=("tensorflow/tensorflow#65381",),
    proofs=(
        Proof(
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
    why="The function lost the parameter.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
LAY107 = SourceRule(
    code="LAY107",
    name="recurrent-state-argument",
    summary="Recurrent layers take no states in reset_states and no constants when called.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
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
    why="The slash separates the parts of variable paths in Keras 3. Whoever looks a layer up by its name must be "
    "changed too.",
    references=("keras-team/keras#18467",),
    proofs=(
        Proof(
            unsafe=True,
        ),
    ),
)
LAY109 = SourceRule(
    code="LAY109",
    name="layer-shape-attribute",
    summary="Layers have no input_shape and output_shape; their tensors have.",
    severity=Severity.ERROR,
    why="21 members left Layer. Models keep both properties.",
    references=("keras-team/keras#19052", _GUIDE),
    proofs=(Proof(),),
)
LAY110 = SourceRule(
    code="LAY110",
    name="layer-member-removed",
    summary="A method or attribute of a layer or model is gone.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="Graph bookkeeping of Keras 2 has no counterpart, or another name, in Keras 3.",
    references=(_GUIDE, "keras-team/keras#18467"),
    manual="see the hint",
)
LAY111 = SourceRule(
    code="LAY111",
    name="input-names",
    summary="Models have no input_names, and Sequential has no output_names.",
    severity=Severity.ERROR,
    why="The attribute is gone; the symbolic inputs carry the names. Functional models still have output_names.",
    references=(_GUIDE,),
    proofs=(
        Proof(),
        Proof(
            "proof_2",
        ),
    ),
)
LAY118 = SourceRule(
    code="LAY118",
    name="layer-member-public",
    summary="A private member of layers left; the public one of the same meaning stays.",
    severity=Severity.ERROR,
    why="Measured with 3.15.1: `'Dense' object has no attribute '_compute_dtype'`.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
