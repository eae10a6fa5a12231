"""The data of family ``TRN``; what the rules do stands in ``training``."""

from __future__ import annotations

from codemods.rules.api import Proof, SourceRule
from migrate.findings import Fix, Severity

_GUIDE = "https://keras.io/guides/migrating_to_keras_3/"

TRN001 = SourceRule(
    code="TRN001",
    name="training-argument-order",
    summary="A positional argument of compile, evaluate or train_on_batch has another place in Keras 3.",
    severity=Severity.SILENT,
    ambiguous=True,
    why="compile took (optimizer, loss, metrics, loss_weights) and takes (optimizer, loss, loss_weights, metrics). A "
    "list of names raises at the first fit; a list of numbers silently becomes weights of the losses. The migration "
    "guide does not mention it. `return_dict` moved in evaluate, train_on_batch and test_on_batch.",
    references=(_GUIDE, "keras-team/keras#18467"),
    proofs=(
        Proof(),
        Proof(
            "proof_2",
        ),
        Proof(
            "proof_3",
            changes=True,
        ),
    ),
)
TRN002 = SourceRule(
    code="TRN002",
    name="fit-data-loading-arguments",
    summary="fit, evaluate and predict take no workers, use_multiprocessing and max_queue_size.",
    severity=Severity.ERROR,
    why="They belong to keras.utils.PyDataset(workers=, use_multiprocessing=, max_queue_size=). They never changed "
    "results, only how fast data arrived.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
TRN004 = SourceRule(
    code="TRN004",
    name="predict-classes",
    summary="Sequential.predict_classes is gone.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    applies_to="<2.6",
    why="Removed in TensorFlow 2.6. For several outputs it was the argmax of predict; for a single sigmoid it was "
    "`(model.predict(x) > 0.5).astype('int32')`, which the tool cannot tell.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            expect="raises",
            unsafe=True,
        ),
    ),
)
TRN005 = SourceRule(
    code="TRN005",
    name="predict-proba",
    summary="Sequential.predict_proba was predict by another name.",
    severity=Severity.ERROR,
    applies_to="<2.6",
    why="Removed in TensorFlow 2.6; it called predict and warned of values outside of 0 and 1.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            expect="raises",
        ),
    ),
)
TRN006 = SourceRule(
    code="TRN006",
    name="batch-reset-metrics",
    summary="train_on_batch and test_on_batch have no reset_metrics.",
    severity=Severity.ERROR,
    why="True was the default. With False the metrics ran on: keep a keras.metrics.Mean of what is returned.",
    references=(_GUIDE,),
    manual="average the returned values over the batches yourself, or hold a keras.metrics.Mean",
    proofs=(Proof(),),
)
TRN007 = SourceRule(
    code="TRN007",
    name="batch-running-average",
    summary="train_on_batch returns a running average in Keras 3.0 to 3.12.",
    severity=Severity.SILENT,
    fix=Fix.MANUAL,
    destination="<3.13",
    why="Keras 2 and 3.15 return the values of the batch (1, 9, 25); 3.0.5 to 3.12.0 return their average so far "
    "(1, 5, 11.67), and test_on_batch starts from the metrics of training. Loops of GANs and of reinforcement learning "
    "log wrong numbers without a message.",
    references=(_GUIDE,),
    manual="call model.reset_metrics() right before, or require a later Keras",
)
TRN009 = SourceRule(
    code="TRN009",
    name="model-reset-states",
    summary="Models have no reset_states; their recurrent layers have.",
    severity=Severity.ERROR,
    why="The method looped over the layers; Keras 3 leaves that to the caller.",
    references=("keras-team/keras#18467", _GUIDE),
    manual="loop over model.layers and call reset_states of those that have it",
    proofs=(Proof(),),
)
TRN010 = SourceRule(
    code="TRN010",
    name="metric-reset-states",
    summary="Metric.reset_states is reset_state.",
    severity=Severity.ERROR,
    why="The name with an s was an alias since TensorFlow 2.5.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
TRN011 = SourceRule(
    code="TRN011",
    name="compile-argument-removed",
    summary="An argument of compile is gone.",
    severity=Severity.ERROR,
    why="compile refuses unknown arguments. Neutral values are dropped; `sample_weight_mode='temporal'` and "
    "`target_tensors` need another construction.",
    references=(_GUIDE,),
    manual="write the effect of the argument by hand",
    proofs=(Proof(),),
)
TRN012 = SourceRule(
    code="TRN012",
    name="single-loss-weight",
    summary="The weight of a single loss is a number, not a list.",
    severity=Severity.ERROR,
    why="When there is a single loss, Keras 3 wants a float and raises on a list of one.",
    references=("keras-team/keras#19780",),
    proofs=(Proof(),),
)
TRN014 = SourceRule(
    code="TRN014",
    name="metrics-names",
    summary="metrics_names has one entry for all compiled metrics.",
    severity=Severity.SILENT,
    fix=Fix.MANUAL,
    why="['loss', 'mae'] in Keras 2 is ['loss', 'compile_metrics'] in Keras 3; zip() with the result of evaluate then "
    "gives wrong names, or loses values.",
    references=(_GUIDE,),
    manual="take the names from model.evaluate(..., return_dict=True)",
)
TRN015 = SourceRule(
    code="TRN015",
    name="history-learning-rate",
    summary="The learning rate is logged as learning_rate, not as lr.",
    severity=Severity.ERROR,
    why="ReduceLROnPlateau and LearningRateScheduler write the key `learning_rate` into the logs.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
TRN018 = SourceRule(
    code="TRN018",
    name="generator-of-lists",
    summary="A generator for fit must yield several inputs as a tuple, not as a list.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    why="tf.data refuses lists in what a generator yields: `output_signature must contain objects that are subclass of "
    "tf.TypeSpec but found list`.",
    references=("keras-team/keras#18467", _GUIDE),
    proofs=(
        Proof(
            unsafe=True,
        ),
    ),
)
TRN020 = SourceRule(
    code="TRN020",
    name="metric-alias-acc",
    summary="metrics.get does not know the short name acc.",
    severity=Severity.ERROR,
    why="compile(metrics=['acc']) works in Keras 3, metrics.get('acc') raises.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
