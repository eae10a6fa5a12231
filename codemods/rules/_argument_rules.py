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
    why="New parameters were put between old ones: the third of Input was `name` and is `dtype`. What is given by "
    "position then lands elsewhere, with an error at best. `ConvLSTM*`, `Conv3DTranspose`, `MultiHeadAttention`, "
    "`StringLookup`, `RandomContrast`, `Embedding`, `GRU` and `LSTM` are affected too.",
    references=(_GUIDE,),
    proofs=(
        Proof(),
        Proof(
            "proof_2",
            changes=True,
        ),
        Proof("proof_3"),
    ),
)
LAY002 = SourceRule(
    code="LAY002",
    name="layer-argument-renamed",
    summary="An argument of a layer or activation has another name in Keras 3.",
    severity=Severity.ERROR,
    why="`alpha` of LeakyReLU and of activations.relu is `negative_slope`; `input_shape` of InputLayer is `shape`. "
    "The functions refuse the old names, some layers still take them with a warning.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
LAY003 = SourceRule(
    code="LAY003",
    name="layer-argument-without-effect",
    summary="An argument of a layer is gone and nothing is lost without it.",
    severity=Severity.ERROR,
    why="`input_length` only told a shape in advance, `fused` chose a kernel, `time_major=False` and "
    "`dynamic=False` said what is the case anyway. Keras 3 refuses unknown arguments of layers; it takes "
    "`input_length` with a warning from 3.3 on.",
    references=(_GUIDE, "keras-team/keras#19282"),
    proofs=(
        Proof(),
        Proof("proof_2"),
    ),
)
LAY004 = SourceRule(
    code="LAY004",
    name="layer-argument-removed",
    summary="An argument of a layer is gone and its effect must be written in another way.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="Keras 3 refuses unknown arguments of layers. `time_major=True` is a transposition before and after "
    "(LAY124 does it for the layers of Keras), `weights=` a set_weights after build, `dynamic=True` a "
    "compile(run_eagerly=True).",
    references=(_GUIDE,),
    manual="write the effect of the argument by hand",
)
LAY005 = SourceRule(
    code="LAY005",
    name="layer-default-changed",
    summary="A layer had a default that Keras 3 has not.",
    severity=Severity.ERROR,
    why="`pool_size` of the average pooling layers was 2 and must be given in Keras 3.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
OPZ001 = SourceRule(
    code="OPZ001",
    name="optimizer-argument-order",
    summary="A positional argument of an optimizer has another place in Keras 3.",
    severity=Severity.SILENT,
    ambiguous=True,
    why="Adam lost `adaptive_epsilon` before `amsgrad`, and all optimizers lost `jit_compile` before `name`: the "
    "sixth argument of Adam was `amsgrad` and is `weight_decay`, so that True becomes a weight decay of 1.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            changes=True,
        ),
    ),
)
OPZ003 = SourceRule(
    code="OPZ003",
    name="optimizer-argument-without-effect",
    summary="An argument of an optimizer is gone and nothing is lost without it.",
    severity=Severity.ERROR,
    why="Compilation is a matter of `Model.compile(jit_compile=...)`; Keras 3 raises on `jit_compile` here.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
OPZ004 = SourceRule(
    code="OPZ004",
    name="optimizer-argument-removed",
    summary="An argument of an optimizer is gone and its effect must be written in another way.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
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
    why="Lion learned at 1e-4 and learns at 1e-3, ten times faster, without a message. RMSprop with "
    "`use_ema=True` overwrote the weights each 100 steps and does not any more.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            changes=True,
        ),
    ),
)
RULES = (LAY001, LAY002, LAY003, LAY004, LAY005, OPZ001, OPZ003, OPZ004, OPZ005)
