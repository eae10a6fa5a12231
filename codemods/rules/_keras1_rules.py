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
    why="Keras 2.0 renamed most arguments and took the old names with a warning until 2.3; nothing later does.",
    references=(_NOTES,),
    manual="see the release notes of Keras 2.0",
    proofs=(
        Proof(
            expect="raises",
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
    why="The third positional argument was the number of columns and is the stride: Convolution2D(64, 3, 3) silently "
    "becomes a convolution that leaves out eight of nine places.",
    references=(_NOTES,),
    proofs=(
        Proof(
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
    why="`tf` is channels_last, `th` channels_first, `default` the global setting.",
    references=(_NOTES,),
    manual="tf is channels_last, th is channels_first",
    proofs=(
        Proof(
            expect="raises",
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
    why="AtrousConvolution1D and 2D are convolutions with dilation_rate; TimeDistributedDense is "
    "TimeDistributed(Dense(...)).",
    references=(_NOTES,),
    proofs=(
        Proof(
            expect="raises",
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
    why="sum, mul, concat, ave, max and dot are add, multiply, concatenate, average, maximum and dot. The class Merge, "
    "which joined Sequential models, has no counterpart: use a functional model.",
    references=(_NOTES,),
    manual="build a functional model and use Concatenate, Add, Multiply, Average, Maximum or Dot",
    proofs=(
        Proof(
            expect="raises",
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
    why="Renamed in Keras 2.0.",
    references=(_NOTES,),
    proofs=(
        Proof(
            expect="raises",
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
    why="Stand-alone Keras wrote static shapes onto backend tensors; a KerasTensor has a tuple.",
    references=(_NOTES,),
    proofs=(
        Proof(
            expect="raises",
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
    why="It left with Keras 2.0 or 2.2.",
    references=(_NOTES,),
    manual="see the hint",
)
KON009 = SourceRule(
    code="KON009",
    name="constraint-name",
    summary="The strings for constraints have underscores.",
    severity=Severity.ERROR,
    why="maxnorm, nonneg and unitnorm were aliases; Keras 3 knows max_norm, non_neg and unit_norm.",
    references=(_NOTES,),
    proofs=(Proof(),),
)
