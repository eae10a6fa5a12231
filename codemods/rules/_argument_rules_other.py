"""More data of the table-driven rules: losses, callbacks, utilities."""

from __future__ import annotations

from codemods.rules.api import Proof, SourceRule
from migrate.findings import Fix, Severity

_GUIDE = "https://keras.io/guides/migrating_to_keras_3/"

LSS001 = SourceRule(
    code="LSS001",
    name="loss-argument-order",
    summary="A positional argument of a loss or metric has another place in Keras 3.",
    severity=Severity.ERROR,
    ambiguous=True,
    why="Keras 3 put `axis`, `dtype` and others between the old parameters.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
LSS002 = SourceRule(
    code="LSS002",
    name="loss-argument-renamed",
    summary="An argument of a regularizer, loss or metric has another name in Keras 3.",
    severity=Severity.ERROR,
    why="Keras 1 and 2 took `l` as the only argument of l1 and l2; Keras 3 knows `l1` and `l2`.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
LSS003 = SourceRule(
    code="LSS003",
    name="loss-argument-without-effect",
    summary="An argument of a loss, metric, initializer or regularizer function is gone without loss.",
    severity=Severity.ERROR,
    why="There is one format of serialised objects in Keras 3.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
LSS004 = SourceRule(
    code="LSS004",
    name="loss-argument-removed",
    summary="An argument of a loss, metric, initializer or regularizer is gone.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
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
    why="`l1_l2` was a function with 0.01 for both and is the class L1L2 with 0 for both: a penalty vanishes "
    "without a message. The metric KLDivergence was logged as `kullback_leibler_divergence` and is as "
    "`kl_divergence`.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            changes=True,
        ),
        Proof(
            "proof_2",
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
    why="`double_checkpoint` stands before `delete_checkpoint` in Keras 3; LambdaCallback and ModelCheckpoint lost "
    "parameters in the middle.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            changes=True,
        ),
    ),
)
CBK002 = SourceRule(
    code="CBK002",
    name="callback-argument-renamed",
    summary="An argument of a callback has another name in Keras 3.",
    severity=Severity.ERROR,
    why="`on_batch_end` is an old name of `on_train_batch_end`; `epsilon` of ReduceLROnPlateau of `min_delta`.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
CBK003 = SourceRule(
    code="CBK003",
    name="callback-argument-without-effect",
    summary="An argument of a callback is gone and nothing is lost without it.",
    severity=Severity.ERROR,
    why="Keras 3 raises on unknown arguments; the progress bar counts batches.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
CBK004 = SourceRule(
    code="CBK004",
    name="callback-argument-removed",
    summary="An argument of a callback is gone and its effect must be written in another way.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
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
    why="ConvNeXt lost its first argument, load_img its second, plot_model and model_to_dot one in the middle.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            changes=True,
        ),
    ),
)
DAT002 = SourceRule(
    code="DAT002",
    name="utility-argument-renamed",
    summary="An argument of a utility or application has another name in Keras 3.",
    severity=Severity.ERROR,
    why="`y` of to_categorical is `x`; `model_name` of ConvNeXt is `name`.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
DAT003 = SourceRule(
    code="DAT003",
    name="utility-argument-without-effect",
    summary="An argument of a utility is gone and nothing is lost without it.",
    severity=Severity.ERROR,
    why="The value given was the neutral one.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
DAT004 = SourceRule(
    code="DAT004",
    name="utility-argument-removed",
    summary="An argument of a utility or dataset is gone and its effect must be written in another way.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="Keras 3 does not take it.",
    references=(_GUIDE,),
    manual="write the effect of the argument by hand",
)
RULES = (
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
