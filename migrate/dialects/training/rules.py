"""The rules of the training step: data; :mod:`.optimizers`, :mod:`.losses`, :mod:`.metrics` apply them."""

from __future__ import annotations

from migrate.dialects.rule import Step, declare
from migrate.findings import Rule, Severity

LEARNING_RATE_NAME = declare(
    Rule(
        "OPT001",
        "learning-rate-name",
        "The learning rate is stored as `lr`.",
        Severity.ERROR,
        applies_to="<2.3",
        before='{"class_name": "Adam", "config": {"lr": 0.001}}',
        after='{"class_name": "Adam", "config": {"learning_rate": 0.001}}',
        why="Keras 3 fails with `Argument(s) not recognized: {'lr': 0.001}`.",
    ),
    Step.TRAINING,
)
SLOT_ORDER = declare(
    Rule(
        "OPT002",
        "slot-order",
        "Optimizer slots are stored in the order of their era.",
        Severity.SILENT,
        before="training/Adam/Variable:0 … Variable_17:0; Adam/dense/kernel/m:0; optimizer/vars/1",
        after="momentum of dense/kernel, velocity of dense/kernel, …",
        why="Stand-alone Keras and tf.keras up to 2.10 stored all first moments and then all second moments, 2.11 "
        "and later stored them by variable. Variables are counted in the order of the layers; up to Keras 2.0.5 "
        "they were sorted by name. Keras 3 restores none of them from HDF5: training restarts with only a warning. "
        "Slots are matched by name where names show it, and checked by shape.",
        references=("keras-team/keras#21232", "keras-team/keras#21247"),
    ),
    Step.TRAINING,
)
BOOKKEEPING = declare(
    Rule(
        "OPT003",
        "optimizer-bookkeeping",
        "The optimizer's configuration has keys of its implementation.",
        Severity.ERROR,
        applies_to=">=2.11,<3",
        before='{"class_name": "Custom>Adam", "config": {"is_legacy_optimizer": false, "jit_compile": '
        "false, …}}",
        after='{"class_name": "Adam", "config": {…}}',
        why="Every compiled file of tf.keras 2.11 to 2.15 has them, and Keras 3 fails with `Argument(s) not "
        "recognized: {'jit_compile': True, 'is_legacy_optimizer': False}`.",
    ),
    Step.TRAINING,
)
WRAPPED_OPTIMIZER = declare(
    Rule(
        "OPT004",
        "loss-scale-optimizer",
        "The optimizer is wrapped for loss scaling.",
        Severity.ERROR,
        before='{"class_name": "LossScaleOptimizer", "config": {"inner_optimizer": {"class_name": "Adam", …}}}',
        after='{"class_name": "Adam", …}',
        why="Keras 3 wraps the optimizer itself if the model computes in float16; a wrapper inside the "
        "configuration is not found (`Could not locate class 'Adam'`). The current scale restarts at its initial "
        "value.",
    ),
    Step.TRAINING,
)
UNKNOWN_OPTIMIZER = declare(
    Rule(
        "OPT005",
        "unknown-optimizer",
        "The optimizer is not part of Keras.",
        Severity.SILENT,
        before='{"class_name": "Mine>Adam", "config": {"name": "Adam", "learning_rate": 0.5}}',
        after="no optimizer: reported as lost",
        why="Keras 3 silently replaces it by the built-in optimizer with the same `name`, with default "
        "hyperparameters: a saved rate of 0.5 becomes 0.001.",
    ),
    Step.TRAINING,
)
ADDONS_OPTIMIZER = declare(
    Rule(
        "OPT015",
        "addons-optimizer",
        "The optimizer comes from TensorFlow Addons, and Keras 3 has the same update.",
        Severity.SILENT,
        before='{"class_name": "Addons>AdamW", "config": {"learning_rate": 0.001, "weight_decay": 0.0001}}',
        after='{"class_name": "AdamW", "config": {"learning_rate": 0.001, "weight_decay": 0.1}}',
        why="Addons subtracts `weight_decay * variable` from each variable, Keras 3 subtracts `learning_rate * "
        "weight_decay * variable`: with the same numbers, AdamW and SGDW decay a thousand times less at a rate of "
        "0.001. Divided by the rate, it is the same step. If the rate follows a schedule there is no such number, "
        "and the optimizer is lost.",
        references=("tensorflow/addons#2807",),
    ),
    Step.TRAINING,
)
TIME_DECAY = declare(
    Rule(
        "OPT006",
        "time-decay",
        "The learning rate decays with time.",
        Severity.SILENT,
        before='{"lr": 0.05, "decay": 0.1}',
        after='{"learning_rate": {"class_name": "InverseTimeDecay", "config": {"initial_learning_rate": 0.05, '
        '"decay_steps": 1, "decay_rate": 0.1}}}',
        why="`lr / (1 + decay * iterations)` was an argument of every optimizer up to tf.keras 2.10. Keras 3 "
        "ignores it with a warning. InverseTimeDecay with steps of 1 is the same formula.",
    ),
    Step.TRAINING,
)
EPSILON_NULL = declare(
    Rule(
        "OPT007",
        "epsilon-null",
        "The optimizer's epsilon is null.",
        Severity.ERROR,
        before='{"epsilon": null}',
        after='{"epsilon": 1e-07}',
        why="Keras 2.1.3 to tf.keras 2.10 interpreted `epsilon=None` as `keras.backend.epsilon()` and wrote the "
        "number. Releases before and after them store null if the code, written for the others, says so, and fail "
        "at the first step, as Keras 3 does. The rule inserts the intended number.",
    ),
    Step.TRAINING,
)
EPSILON_PLACE = declare(
    Rule(
        "OPT008",
        "epsilon-under-root",
        "RMSprop and Adagrad added epsilon to the root.",
        Severity.SILENT,
        before="lr * g / (sqrt(a) + 1e-7)",
        after="lr * g / sqrt(a + 1e-14)",
        why="Keras 3 (and tf.keras from 2.11) add epsilon under the root: with 1e-7 the step changes by a tenth "
        "where gradients are near 1e-3. The square of epsilon under the root is the closest match: never further "
        "off than epsilon itself.",
    ),
    Step.TRAINING,
)
NADAM_SCHEDULE = declare(
    Rule(
        "OPT009",
        "nadam-schedule",
        "Nadam warmed up its momentum more slowly.",
        Severity.WARNING,
        applies_to="<2.11",
        before="momentum at step t: beta_1 * (1 - 0.5 * 0.96 ** (0.004 * t))",
        after="momentum at step t: beta_1 * (1 - 0.5 * 0.96 ** t)",
        why="`schedule_decay` (0.004 by default) was removed; Keras 3 computes as if it were 1. Moments and step "
        "count are carried over, but the next steps are not the same.",
    ),
    Step.TRAINING,
)
GLOBAL_CLIPNORM = declare(
    Rule(
        "OPT010",
        "clipnorm-was-global",
        "`clipnorm` of stand-alone Keras clipped the norm of all gradients together.",
        Severity.SILENT,
        applies_to="<2.4",
        before='{"clipnorm": 0.5}',
        after='{"global_clipnorm": 0.5}',
        why="Keras 1 to 2.3 scaled by the common norm; under that name, tf.keras and Keras 3 clip each gradient by "
        "its own norm.",
    ),
    Step.TRAINING,
)
ONE_CLIP = declare(
    Rule(
        "OPT011",
        "several-clips",
        "Gradients are clipped in more than one way.",
        Severity.ERROR,
        before='{"clipnorm": 1.0, "clipvalue": 0.5}',
        after='{"clipnorm": 1.0}',
        why="Keras 3 allows only one of clipnorm, clipvalue and global_clipnorm.",
    ),
    Step.TRAINING,
)
SCALED_SLOTS = declare(
    Rule(
        "OPT012",
        "scaled-slots",
        "Slots belong to weights that a rule has scaled.",
        Severity.WARNING,
        before="momentum of lstm/kernel",
        after="the same, divided by the weights' factor (squares by its square)",
        why="If SIL001 folds a constant into weights, gradients shrink by the same factor. The slots are adjusted, "
        "but continued training from scaled weights is not the same optimisation; `--keep-weights` avoids it.",
    ),
    Step.TRAINING,
)
RACING_ITERATIONS = declare(
    Rule(
        "OPT013",
        "iterations-in-a-race",
        "Stand-alone Keras on TensorFlow 1 read the number of steps before or after it counted them.",
        Severity.WARNING,
        applies_to="<2.4",
        before="a step for t or t + 1, as the threads please",
        after="a step for t, the number in the file",
        why="From 1.0 to 2.3.1, Keras put the increment of `iterations` and the formula that reads it (of Adam, "
        "Adamax, Nadam, and of every optimizer with decay) into one graph without an order between them. With the "
        "order that the code intends, the further steps recorded with Keras 1.2.2 to 2.3.1 are those of the file's "
        "own number, to 6e-6 of the step, and 2 to 16 % off with one more (`tests/dialects/training/test_step.py`). "
        "So the number is used unchanged.",
    ),
    Step.TRAINING,
)
NADAM_PRODUCT = declare(
    Rule(
        "OPT014",
        "nadam-product",
        "Nadam of tf.keras 2.11 to 2.15 multiplied its product of momenta once per variable.",
        Severity.WARNING,
        applies_to=">=2.11,<3",
        before="product over steps and variables, not saved",
        after="product over steps",
        why="A Python counter inside the traced step prevented the product from being shared. Keras 3 multiplies "
        "once per step; the first steps after loading are not the same.",
    ),
    Step.TRAINING,
)
FROZEN_PART = declare(
    Rule(
        "OPT022",
        "frozen-part",
        "The optimizer has no slots for a nested model: it was frozen when the file was saved.",
        Severity.SILENT,
        applies_to="<2.4",
        before='{"class_name": "Sequential", "name": "judge", …} of which no layer says trainable: false',
        after="judge.trainable = False",
        why="Stand-alone Keras stored `trainable` only for layers. `judge.trainable = False` in a GAN is in no "
        "file, and tf-keras and Keras 3 unfreeze the submodel: the next step changes weights that were fixed. The "
        "number and shapes of the slots show which parts were frozen; if several would fit, nothing is frozen, and "
        "the slots are reported as lost (OPT020).",
    ),
    Step.TRAINING,
)
LOSS_ALIAS = declare(
    Rule(
        "LOSS001",
        "loss-alias",
        "A loss is stored under a short or former name.",
        Severity.ERROR,
        before='"loss": "mse"',
        after='"loss": "mean_squared_error"',
        why="Loading `mse` fails with `Could not deserialize 'keras.metrics.mse'`; `kullback_leibler_divergence`, "
        "`cosine_proximity` and `logcosh` with `string indices must be integers`.",
        references=("keras-team/keras#19330", "tensorflow/tensorflow#70263", "keras-team/keras#19151"),
    ),
    Step.TRAINING,
)
LOSS_UNKNOWN = declare(
    Rule(
        "LOSS002",
        "custom-loss",
        "The loss is a user function.",
        Severity.ERROR,
        before='"loss": "dice_loss"',
        after="given by --custom-objects, else reported as lost",
        why="The file contains only the function's name.",
    ),
    Step.TRAINING,
)
LOSS_REDUCTION = declare(
    Rule(
        "LOSS003",
        "reduction-auto",
        "The loss's reduction is `auto`.",
        Severity.ERROR,
        applies_to="<3",
        before='{"class_name": "Huber", "config": {"reduction": "auto", "delta": 0.7, "fn": "huber"}}',
        after='{"class_name": "Huber", "config": {"reduction": "sum_over_batch_size", "delta": 0.7}}',
        why="`auto` meant the mean outside distribution strategies. Keras 3 rejects it, and the key `fn` that 2.12 "
        "added.",
    ),
    Step.TRAINING,
)
LOSS_PER_OUTPUT = declare(
    Rule(
        "LOSS004",
        "losses-by-output",
        "Losses, weights or metrics are stored by output name.",
        Severity.ERROR,
        before='"loss": {"value": "mse", "kind": "categorical_crossentropy"}',
        after='"loss": ["mean_squared_error", "categorical_crossentropy"]',
        why="A Keras 3 model with a list of outputs takes lists in their order; its names are those of its last "
        "operations and may have changed.",
    ),
    Step.TRAINING,
)
LOSS_NOT_SAVED = declare(
    Rule(
        "LOSS005",
        "loss-argument-not-saved",
        "Keras 3 does not save an argument of this loss.",
        Severity.SILENT,
        before='{"class_name": "Huber", "config": {"delta": 0.7}}',
        after="keras.losses.Huber(delta=0.7), whose configuration holds no delta",
        why="`Huber(delta=0.7).get_config()` in Keras 3.15.1 has no `delta`: a `.keras` file that was compiled with "
        "it loads with delta 1. The compared compiled model has the right one; compile again after loading.",
    ),
    Step.TRAINING,
)
METRIC_WRAPPER = declare(
    Rule(
        "MET001",
        "metric-function-wrapper",
        "A metric is stored as a wrapper around a function's name.",
        Severity.ERROR,
        before='{"class_name": "MeanMetricWrapper", "config": {"name": "acc", "fn": "categorical_accuracy"}}',
        after='{"class_name": "CategoricalAccuracy", "config": {"name": "acc"}}',
        why="Keras 3 loads it and fails in the first evaluation: `'str' object is not callable`.",
    ),
    Step.TRAINING,
)
METRIC_ALIAS = declare(
    Rule(
        "MET002",
        "metric-alias",
        "A metric is stored under a short or former name, or with keys of its implementation.",
        Severity.ERROR,
        before='"metrics": ["mape", {"class_name": "BinaryAccuracy", "config": {"fn": "binary_accuracy"}}]',
        after='{"class_name": "MeanAbsolutePercentageError", "config": {"name": "mape"}}, {"class_name": '
        '"BinaryAccuracy", …}',
        why="Former names are not found; the key `fn` of 2.12 and later is rejected.",
        references=("keras-team/keras#20476",),
    ),
    Step.TRAINING,
)
METRIC_UNKNOWN = declare(
    Rule(
        "MET003",
        "custom-metric",
        "A metric is a user function, or no longer part of Keras.",
        Severity.WARNING,
        before='"metrics": ["f1_score_of_mine"]',
        after="left out, and named",
        why="Keras 3 would load the name and fail in the first evaluation.",
    ),
    Step.TRAINING,
)
