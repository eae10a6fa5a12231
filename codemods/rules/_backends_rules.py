"""The data of the rules about other backends; what they do stands in ``backends``."""

from __future__ import annotations

from codemods.rules.api import COMPILING, OTHERS, Proof, SourceRule, Target
from migrate.findings import Fix, Severity

_GUIDE = "https://keras.io/guides/migrating_to_keras_3/"
_STATELESS = "https://keras.io/guides/custom_train_step_in_jax/"
_RANDOM = "https://keras.io/api/random/"
_HEAD = "import keras\n\n\nclass Own(keras.layers.Layer):\n"
_KERAS = frozenset({Target.KERAS})

CALL = SourceRule(
    code="BCK001",
    name="tensorflow-only",
    summary="Something of TensorFlow stays, which no other backend knows.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    targets=_KERAS,
    backends=OTHERS,
    why="JAX and PyTorch give their own arrays, which functions of TensorFlow refuse or copy, and whose gradients they "
    "do not know. Pipelines of `tf.data` serve every backend and are not meant.",
    references=(_GUIDE,),
    manual="write it with keras.ops, or choose --backend tensorflow",
)
ARRAY = SourceRule(
    code="BCK002",
    name="numpy-of-a-tensor-in-keras-code",
    summary="A function of NumPy is given a tensor in Keras code.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    targets=_KERAS,
    backends=OTHERS,
    why="While a function is compiled or traced its tensors have no values: JAX raises TracerArrayConversionError, and "
    "PyTorch refuses tensors that require a gradient.",
    references=(_GUIDE,),
    manual="use the function of the same name in keras.ops",
)
STATE = SourceRule(
    code="BCK003",
    name="state-that-changes-in-call",
    summary="call changes an attribute of the layer.",
    severity=Severity.SILENT,
    fix=Fix.MANUAL,
    targets=_KERAS,
    backends=COMPILING,
    why="JAX runs `call` when it compiles and never again: what is stored is a tracer of that moment "
    "(UnexpectedTracerError when it is used), and counters stand still.",
    references=(_STATELESS,),
    manual="hold it in a weight that add_weight(trainable=False) makes, and assign() to that",
)
SEED = SourceRule(
    code="BCK004",
    name="random-numbers-without-a-generator",
    summary="Random numbers in a layer need a SeedGenerator that the layer holds.",
    severity=Severity.SILENT,
    fix=Fix.SAFE,
    targets=_KERAS,
    backends=COMPILING,
    why="Without one the state of the global generator advances while JAX compiles, and not when the compiled function "
    "runs: each batch gets the same noise.",
    references=(_RANDOM,),
    manual="make self.seed_generator = keras.random.SeedGenerator() in the constructor, and give it as seed=",
    proofs=(
        Proof(
            expect="raises",
        ),
    ),
)
