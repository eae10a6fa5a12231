"""The rules about arguments that the catalogue lists, by family; `arguments` looks the calls up."""

from __future__ import annotations

from codemods.rules.api import GUIDE, Proof, SourceRule
from migrate.findings import Fix, Severity

LAY001 = SourceRule(
    code="LAY001",
    name="layer-argument-order",
    summary="A positional argument of a layer has a different position in Keras 3.",
    severity=Severity.SILENT,
    ambiguous=True,
    why="New parameters were inserted between old ones: the third of Input was `name` and is `dtype`. A positional "
    "argument then ends up in the wrong parameter, with an error at best. `ConvLSTM*`, `Conv3DTranspose`, "
    "`MultiHeadAttention`, `StringLookup`, `RandomContrast`, `Embedding`, `GRU` and `LSTM` are affected too.",
    references=(GUIDE,),
    proofs=(Proof(), Proof("proof_2", changes=True), Proof("proof_3")),
)
LAY002 = SourceRule(
    code="LAY002",
    name="layer-argument-renamed",
    summary="An argument of a layer or activation was renamed in Keras 3.",
    severity=Severity.ERROR,
    why="`alpha` of LeakyReLU and of activations.relu is `negative_slope`; `input_shape` of InputLayer is `shape`. "
    "The functions reject the old names, some layers still accept them with a warning.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
LAY003 = SourceRule(
    code="LAY003",
    name="layer-argument-without-effect",
    summary="An argument of a layer was removed and is not needed.",
    severity=Severity.ERROR,
    why="`input_length` only declared a shape in advance, `fused` selected a kernel, `time_major=False` and "
    "`dynamic=False` are the behaviour anyway. Keras 3 rejects unknown arguments of layers; it accepts "
    "`input_length` with a warning from 3.3 on.",
    references=(GUIDE, "keras-team/keras#19282"),
    proofs=(Proof(), Proof("proof_2")),
)
LAY004 = SourceRule(
    code="LAY004",
    name="layer-argument-removed",
    summary="An argument of a layer was removed and its effect must be written differently.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="Keras 3 rejects unknown arguments of layers. `time_major=True` is a transposition before and after (LAY124 "
    "does this for the layers of Keras), `weights=` a set_weights after build, `dynamic=True` a "
    "compile(run_eagerly=True).",
    references=(GUIDE,),
    manual="implement the effect of the argument manually",
)
LAY005 = SourceRule(
    code="LAY005",
    name="layer-default-changed",
    summary="A layer had a default that Keras 3 does not have.",
    severity=Severity.ERROR,
    why="`pool_size` of the average pooling layers defaulted to 2 and is required in Keras 3.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
OPZ001 = SourceRule(
    code="OPZ001",
    name="optimizer-argument-order",
    summary="A positional argument of an optimizer has a different position in Keras 3.",
    severity=Severity.SILENT,
    ambiguous=True,
    why="Adam lost `adaptive_epsilon` before `amsgrad`, and all optimizers lost `jit_compile` before `name`: the "
    "sixth argument of Adam was `amsgrad` and is `weight_decay`, so that True becomes a weight decay of 1.",
    references=(GUIDE,),
    proofs=(Proof(changes=True),),
)
OPZ003 = SourceRule(
    code="OPZ003",
    name="optimizer-argument-without-effect",
    summary="An argument of an optimizer was removed and is not needed.",
    severity=Severity.ERROR,
    why="Compilation is configured by `Model.compile(jit_compile=...)`; Keras 3 raises on `jit_compile` here.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
OPZ004 = SourceRule(
    code="OPZ004",
    name="optimizer-argument-removed",
    summary="An argument of an optimizer was removed and its effect must be written differently.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="Keras 3 raises on unknown arguments of optimizers.",
    references=(GUIDE,),
    manual="implement the effect of the argument manually",
)
OPZ005 = SourceRule(
    code="OPZ005",
    name="optimizer-default-changed",
    summary="A default of an optimizer changed: the old value is written explicitly.",
    severity=Severity.SILENT,
    ambiguous=True,
    why="Lion's default learning rate changed silently from 1e-4 to 1e-3, ten times faster. RMSprop with "
    "`use_ema=True` overwrote the weights every 100 steps and no longer does.",
    references=(GUIDE,),
    proofs=(Proof(changes=True),),
)
LSS001 = SourceRule(
    code="LSS001",
    name="loss-argument-order",
    summary="A positional argument of a loss or metric has a different position in Keras 3.",
    severity=Severity.ERROR,
    ambiguous=True,
    why="Keras 3 inserted `axis`, `dtype` and others between the old parameters.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
LSS002 = SourceRule(
    code="LSS002",
    name="loss-argument-renamed",
    summary="An argument of a regularizer, loss or metric was renamed in Keras 3.",
    severity=Severity.ERROR,
    why="Keras 1 and 2 accepted `l` as the only argument of l1 and l2; Keras 3 uses `l1` and `l2`.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
LSS003 = SourceRule(
    code="LSS003",
    name="loss-argument-without-effect",
    summary="An argument of a loss, metric, initializer or regularizer function was removed and is not needed.",
    severity=Severity.ERROR,
    why="Keras 3 has a single format for serialised objects.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
LSS004 = SourceRule(
    code="LSS004",
    name="loss-argument-removed",
    summary="An argument of a loss, metric, initializer or regularizer was removed.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="Keras 3 releases before the one named in the hint do not accept it.",
    references=(GUIDE,),
    destination="<3.14",
    manual="upgrade Keras, or implement the effect manually",
)
LSS005 = SourceRule(
    code="LSS005",
    name="loss-default-changed",
    summary="A default of a regularizer or metric changed: the old value is written explicitly.",
    severity=Severity.SILENT,
    ambiguous=True,
    why="`l1_l2` was a function with 0.01 for both and is the class L1L2 with 0 for both: a penalty vanishes "
    "silently. The metric KLDivergence was logged as `kullback_leibler_divergence` and now as `kl_divergence`.",
    references=(GUIDE,),
    proofs=(Proof(changes=True), Proof("proof_2", changes=True)),
)
CBK001 = SourceRule(
    code="CBK001",
    name="callback-argument-order",
    summary="A positional argument of a callback has a different position in Keras 3.",
    severity=Severity.ERROR,
    ambiguous=True,
    why="`double_checkpoint` precedes `delete_checkpoint` in Keras 3; LambdaCallback and ModelCheckpoint lost "
    "parameters in the middle.",
    references=(GUIDE,),
    proofs=(Proof(changes=True),),
)
CBK002 = SourceRule(
    code="CBK002",
    name="callback-argument-renamed",
    summary="An argument of a callback was renamed in Keras 3.",
    severity=Severity.ERROR,
    why="`on_batch_end` is an old name for `on_train_batch_end`; `epsilon` of ReduceLROnPlateau for `min_delta`.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
CBK003 = SourceRule(
    code="CBK003",
    name="callback-argument-without-effect",
    summary="An argument of a callback was removed and is not needed.",
    severity=Severity.ERROR,
    why="Keras 3 raises on unknown arguments; the progress bar counts batches.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
CBK004 = SourceRule(
    code="CBK004",
    name="callback-argument-removed",
    summary="An argument of a callback was removed and its effect must be written differently.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="`write_grads` and `embeddings_data` of TensorBoard have no counterpart: Keras 3 raises on them.",
    references=(GUIDE,),
    manual="implement the effect of the argument manually",
)
DAT001 = SourceRule(
    code="DAT001",
    name="utility-argument-order",
    summary="A positional argument of a utility or application has a different position in Keras 3.",
    severity=Severity.SILENT,
    ambiguous=True,
    why="ConvNeXt lost its first argument, load_img its second, plot_model and model_to_dot one in the middle.",
    references=(GUIDE,),
    proofs=(Proof(changes=True),),
)
DAT002 = SourceRule(
    code="DAT002",
    name="utility-argument-renamed",
    summary="An argument of a utility or application was renamed in Keras 3.",
    severity=Severity.ERROR,
    why="`y` of to_categorical is now `x`; `model_name` of ConvNeXt is `name`.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
DAT003 = SourceRule(
    code="DAT003",
    name="utility-argument-without-effect",
    summary="An argument of a utility was removed and is not needed.",
    severity=Severity.ERROR,
    why="The argument had its neutral value.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
DAT004 = SourceRule(
    code="DAT004",
    name="utility-argument-removed",
    summary="An argument of a utility or dataset was removed and its effect must be written differently.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="Keras 3 does not accept it.",
    references=(GUIDE,),
    manual="implement the effect of the argument manually",
)
RULES = (
    LAY001,
    LAY002,
    LAY003,
    LAY004,
    LAY005,
    OPZ001,
    OPZ003,
    OPZ004,
    OPZ005,
    LSS001,
    LSS002,
    LSS003,
    LSS004,
    LSS005,
    CBK001,
    CBK002,
    CBK003,
    CBK004,
    DAT001,
    DAT002,
    DAT003,
    DAT004,
)
