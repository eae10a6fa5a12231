"""The data of family ``OPZ`` from 101 on; what the rules do stands in ``optimizers``."""

from __future__ import annotations

from codemods.rules.api import Proof, SourceRule
from migrate.findings import Fix, Severity

_GUIDE = "https://keras.io/guides/migrating_to_keras_3/"
_NEW = "import keras\nopt = keras.optimizers.SGD(0.1)\n"
OPZ101 = SourceRule(
    code="OPZ101",
    name="optimizer-lr",
    summary="lr is learning_rate.",
    severity=Severity.ERROR,
    why="Keras 2.11 to 2.15 silently ignored lr= of the new optimizers: Adam(lr=0.1) trained with 0.001. Keras 3 "
    "raises. With the right name the written value takes effect, so a project that was tuned on those versions trains "
    "at another speed after the rewrite.",
    references=("keras-team/tf-keras#331", _GUIDE),
    proofs=(
        Proof(
            unsafe=True,
        ),
    ),
)
OPZ102 = SourceRule(
    code="OPZ102",
    name="optimizer-lr-attribute",
    summary="optimizer.lr is optimizer.learning_rate.",
    severity=Severity.ERROR,
    why="The alias is gone; setting it makes an attribute that nothing reads.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
OPZ103 = SourceRule(
    code="OPZ103",
    name="optimizer-decay",
    summary="decay= is a schedule.",
    severity=Severity.SILENT,
    fix=Fix.UNSAFE,
    why="decay divided the learning rate by 1 + decay * iterations; Keras 3 warns once and ignores it. With a schedule "
    "the learning rate cannot be set by callbacks any more.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            expect="raises",
            changes=True,
            unsafe=True,
        ),
    ),
)
OPZ104 = SourceRule(
    code="OPZ104",
    behind_guards=True,
    name="legacy-optimizer",
    summary="keras.optimizers.legacy does not work: the plain optimizer takes its place.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    why="The names exist and raise ImportError when called. The new optimizers compute the same updates, but have no "
    "minimize, get_updates, get_slot and get_weights, and their saved state has another layout.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            unsafe=True,
            tolerance=1e-5,
        ),
    ),
)
OPZ105 = SourceRule(
    code="OPZ105",
    name="optimizer-variables",
    summary="optimizer.variables is a property.",
    severity=Severity.ERROR,
    why="Calling the list raises `'list' object is not callable`.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
OPZ106 = SourceRule(
    code="OPZ106",
    name="optimizer-method-removed",
    summary="A method of the optimizer is gone.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="Keras 3 optimizers only apply gradients; TensorFlow computes them.",
    references=(_GUIDE,),
    manual="compute gradients with tf.GradientTape, then opt.apply_gradients(zip(gradients, variables))",
    proofs=(Proof(),),
)
OPZ107 = SourceRule(
    code="OPZ107",
    name="apply-gradients-argument",
    summary="apply_gradients takes only pairs of gradients and variables.",
    severity=Severity.ERROR,
    why="The name was for graphs; gradients are aggregated always.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
OPZ108 = SourceRule(
    code="OPZ108",
    name="mixed-precision-experimental",
    summary="The experimental functions of mixed precision have their final names.",
    severity=Severity.ERROR,
    applies_to="<2.11",
    why="Removed in TensorFlow 2.11.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            expect="raises",
        ),
    ),
)
OPZ109 = SourceRule(
    code="OPZ109",
    name="loss-scale-optimizer",
    summary="LossScaleOptimizer scales with scale_loss and unscales by itself.",
    severity=Severity.ERROR,
    why="apply() divides the gradients by the scale, so that get_unscaled_gradients must go, not be replaced.",
    references=(_GUIDE,),
    manual="delete get_unscaled_gradients: apply_gradients unscales; the other attributes are constructor arguments",
    proofs=(Proof(),),
)
OPZ110 = SourceRule(
    code="OPZ110",
    name="optimizer-add-variable-order",
    summary="add_variable and add_variable_from_reference of an optimizer take other arguments.",
    severity=Severity.ERROR,
    ambiguous=True,
    why="(shape, dtype, initializer, name) became (shape, initializer, dtype, ..., name); (model_variable, "
    "variable_name, shape, initial_value) became (reference_variable, name, initializer).",
    references=(_GUIDE,),
    proofs=(
        Proof(),
        Proof(
            "proof_2",
        ),
    ),
)
OPZ113 = SourceRule(
    code="OPZ113",
    name="epsilon-none",
    summary="epsilon=None of an optimizer stood for 1e-7, the default.",
    severity=Severity.ERROR,
    why="Keras 2 took `keras.backend.epsilon()` where None was given, which is 1e-7 unless it was set; Keras 3 adds "
    "None to a tensor in the first step of training.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            expect="raises",
        ),
    ),
)
OPZ111 = SourceRule(
    code="OPZ111",
    name="two-ways-of-clipping",
    summary="An optimizer clips gradients in one way only.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="Keras 2 clipped by norm and then by value when both were given; Keras 3 raises `Only one of clipnorm, "
    "clipvalue and global_clipnorm can be set`.",
    references=(_GUIDE,),
    manual="keep one of clipnorm, clipvalue and global_clipnorm, or clip in a train_step",
)
