"""The data of the rules about layers of the project that lean on what base classes did for them."""

from __future__ import annotations

from codemods.rules.api import Proof, SourceRule
from migrate.findings import Fix, Severity

_GUIDE = "https://keras.io/guides/migrating_to_keras_3/"
_HEAD = "from tensorflow import keras\n\n\n"
_NEW = "import keras\n\n\n"

LAY115 = SourceRule(
    code="LAY115",
    name="weights-of-an-own-layer",
    summary="A layer of the project is given weights=, which the base class no longer takes.",
    severity=Severity.ERROR,
    why="`Layer.__init__` of Keras 2 took `weights=` and set them after `build`; Keras 3 raises `Unrecognized keyword "
    "arguments passed to Table`. Where the class takes `**kwargs` and has a `build`, it is given what the base class "
    "did; each call stays as it is.",
    references=(_GUIDE, "keras-team/keras#19196"),
    manual="leave weights= out, and call layer.set_weights(weights) once the layer is built",
    proofs=(Proof(),),
)
CUS031 = SourceRule(
    code="CUS031",
    name="several-outputs-of-a-stock-layer",
    summary="A layer that derives from a stock layer and has several outputs needs a compute_output_spec.",
    severity=Severity.ERROR,
    why="Embedding, Flatten, Reshape, Permute and the merging layers of Keras 3 make one symbolic tensor of what "
    "compute_output_shape returns: `Cannot convert '[(None, None, 4), (9, 4)]' to a shape`. The base class Layer "
    "makes one of each shape; where the class says no shapes, `call` is traced for them as Keras 2 did.",
    references=(_GUIDE,),
    proofs=(
        Proof(),
        Proof(
            "proof_2",
        ),
    ),
)
CUS033 = SourceRule(
    code="CUS033",
    name="loss-outside-of-call",
    summary="add_loss takes a tensor, and counts in call only.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="A function raises `add_loss() can only be called from inside build() or call(), on a tensor input`. A tensor "
    "that is added in build or in the constructor is forgotten before the first batch: measured, a loss of 5 counts 0. "
    "A function that was added in call counted once for each time that call had run.",
    references=(_GUIDE,),
    manual="add the loss as a tensor in call(); for a penalty on a weight give add_weight a regularizer",
)
CUS043 = SourceRule(
    code="CUS043",
    name="loss-that-is-a-number",
    summary="add_loss takes a tensor, and no number.",
    severity=Severity.ERROR,
    why="Keras 2 made a tensor of it. Keras 3 raises `add_loss() can only be called from inside build() or call(), on "
    "a tensor input`.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
