"""The data of the rules about shapes and masks in custom layers; what they do stands in ``shapes``."""

from __future__ import annotations

from codemods.rules._custom_rules import _GUIDE
from codemods.rules.api import Proof, SourceRule
from migrate.findings import Severity

CUS004 = SourceRule(
    code="CUS004",
    name="shape-as-list",
    summary="Shapes are tuples: they have no as_list.",
    severity=Severity.ERROR,
    why="build, compute_output_shape and KerasTensor.shape deal in tuples; TensorShape is a class of TensorFlow. "
    "list() of either gives the same integers and None.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)


CUS005 = SourceRule(
    code="CUS005",
    name="tensor-shape",
    summary="compute_output_shape returns a tuple, not a TensorShape.",
    severity=Severity.ERROR,
    why="Keras 3 makes symbolic tensors of what is returned and knows tuples only.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)


CUS040 = SourceRule(
    code="CUS040",
    name="value-of-a-dimension",
    summary="A dimension of a shape is a number or None: it has no value.",
    severity=Severity.ERROR,
    why="Shapes of TensorFlow 1 held Dimension objects, those of TensorFlow 2 and Keras 3 hold integers and None.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            expect="raises",
        ),
    ),
)


CUS028 = SourceRule(
    code="CUS028",
    name="mask-of-several-inputs",
    summary="A layer with several inputs is given a list of masks, of None if there are none.",
    severity=Severity.ERROR,
    why="Keras 2 gave mask=None when no input had a mask; Keras 3 gives [None, None], so that `mask is not None` "
    "holds and mask[0] is None.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)


CUS032 = SourceRule(
    code="CUS032",
    name="several-shapes",
    summary="A list (or tuple) of numbers is a shape too: it is no sign of several inputs.",
    severity=Severity.ERROR,
    why="When a .keras file is loaded, `build` gets the shape from its JSON, where each tuple is a list: measured, "
    "`'int' object is not subscriptable` where `isinstance(input_shape, list)` was taken for several inputs. And "
    "shapes were a TensorShape and are a tuple: `isinstance(input_shape, (list, tuple))` holds for every layer.",
    references=(_GUIDE,),
    proofs=(
        Proof(),
        Proof(
            "proof_2",
        ),
    ),
)
