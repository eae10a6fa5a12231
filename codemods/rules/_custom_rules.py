"""The data of family ``CUS``; what the rules do stands in ``custom``."""

from __future__ import annotations

from codemods.rules.api import Proof, SourceRule
from migrate.findings import Fix, Severity

_GUIDE = "https://keras.io/guides/migrating_to_keras_3/"
_HEAD = "from tensorflow import keras\n\n\nclass Scale(keras.layers.Layer):\n"
_NEW = "import keras\n\n\nclass Scale(keras.layers.Layer):\n"
_TF_HEAD = "import tensorflow as tf\n" + _HEAD
_USE = "result = np.array(Scale()(np.ones((2, 3), 'float32')))\n"

CUS001 = SourceRule(
    code="CUS001",
    name="add-weight-order",
    summary="add_weight takes the shape first; the name is given by name.",
    severity=Severity.ERROR,
    ambiguous=True,
    why="Keras 2: (name, shape, dtype, initializer, regularizer, ...), metrics: (name, shape, aggregation, ...). "
    "Keras 3: (shape, initializer, dtype, trainable, ...). Keras 3.15 says so in its error.",
    references=(_GUIDE,),
    proofs=(
        Proof(),
        Proof(
            "proof_2",
        ),
    ),
)
CUS002 = SourceRule(
    code="CUS002",
    name="add-weight-argument-removed",
    summary="add_weight has no use_resource, synchronization and partitioner.",
    severity=Severity.ERROR,
    why="They chose among kinds of TensorFlow 1 variables.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
CUS003 = SourceRule(
    code="CUS003",
    name="add-variable",
    summary="Layer.add_variable is add_weight.",
    severity=Severity.ERROR,
    why="Deprecated since TensorFlow 1.13.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
CUS006 = SourceRule(
    code="CUS006",
    name="tf-variable-attribute",
    summary="A tf.Variable on a layer or model is not tracked.",
    severity=Severity.SILENT,
    fix=Fix.UNSAFE,
    why="Keras 3 collects keras.Variable only: the weight is neither trained nor saved, and nothing says so. "
    "len(layer.weights) was 1 and becomes 0.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            changes=True,
            unsafe=True,
        ),
    ),
)
CUS007 = SourceRule(
    code="CUS007",
    name="loss-constructor-order",
    summary="The first argument of Loss.__init__ is the name, not the reduction.",
    severity=Severity.SILENT,
    ambiguous=True,
    why="(reduction, name) became (name, reduction, dtype): super().__init__('none') silently names the loss so "
    "and takes the mean over the batch.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            changes=True,
        ),
    ),
)
CUS008 = SourceRule(
    code="CUS008",
    name="metric-constructor-order",
    summary="The first argument of Metric.__init__ is the dtype, not the name.",
    severity=Severity.ERROR,
    ambiguous=True,
    why="(name, dtype) became (dtype, name) in Keras 3.6; before that the old order worked. Names always work.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
CUS009 = SourceRule(
    code="CUS009",
    name="layer-constructor-order",
    summary="Layer.__init__ takes keywords only.",
    severity=Severity.ERROR,
    ambiguous=True,
    why="(trainable, name, dtype, dynamic) are keyword-only in Keras 3.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
CUS010 = SourceRule(
    code="CUS010",
    name="metric-reset-method",
    summary="The method of a metric that Keras calls between epochs is reset_state.",
    severity=Severity.SILENT,
    why="Keras 2 called an overridden reset_states; Keras 3 knows reset_state only, so the old one is never called.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            changes=True,
        ),
    ),
)
CUS012 = SourceRule(
    code="CUS012",
    name="add-metric-or-update",
    summary="Layers have no add_metric and no add_update.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="add_metric raises NotImplementedError with instructions, add_update is gone: both worked on graph tensors.",
    references=("keras-team/keras#18467", "keras-team/keras#18472", _GUIDE),
    manual="hold a keras.metrics.Mean as attribute and call its update_state in call()",
)
CUS013 = SourceRule(
    code="CUS013",
    name="symbolic-add-loss",
    summary="A functional model takes no loss from symbolic tensors.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="add_loss works in the call() of a layer or model; a symbolic tensor raises.",
    references=("keras-team/keras#18467", _GUIDE),
    manual="put a layer behind the tensor that calls self.add_loss(...) and passes its input on",
)
CUS014 = SourceRule(
    code="CUS014",
    name="custom-optimizer",
    summary="Optimizers implement update_step(gradient, variable, learning_rate).",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="get_updates (Keras 1 and 2.0) and the slot methods of OptimizerV2 are never called; the base class has "
    "another constructor, and update_step is given the learning rate as a third argument.",
    references=(_GUIDE,),
    manual="call super().__init__(learning_rate=...), create slots in build(variables), and write "
    "update_step(self, gradient, variable, learning_rate) with self.assign",
)
CUS015 = SourceRule(
    code="CUS015",
    name="private-name",
    summary="Setting _name does not rename a layer.",
    severity=Severity.SILENT,
    fix=Fix.MANUAL,
    why="The attribute is set and `layer.name` stays as it was.",
    references=(_GUIDE,),
    manual="give name= to the constructor, or set layer.name before the layer is used in a model",
)
CUS017 = SourceRule(
    code="CUS017",
    name="dynamic-layer",
    summary="Layers cannot be dynamic.",
    severity=Severity.ERROR,
    why="dynamic=True kept a layer out of graphs: compile the model with run_eagerly=True instead.",
    references=(_GUIDE,),
    manual="delete the argument and compile with run_eagerly=True",
    proofs=(Proof(),),
)
CUS022 = SourceRule(
    code="CUS022",
    name="variable-test",
    summary="Weights are no tf.Variable.",
    severity=Severity.SILENT,
    fix=Fix.UNSAFE,
    why="isinstance(w, tf.Variable) is False for every weight of a Keras 3 layer, so the other branch is taken.",
    references=("tensorflow/tensorflow#63792",),
    proofs=(
        Proof(
            changes=True,
            unsafe=True,
        ),
    ),
)
CUS023 = SourceRule(
    code="CUS023",
    name="weight-in-call",
    summary="Weights and layers cannot be created in call.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="After a layer is built, its state is locked: `You cannot add new elements of state (variables or sub-layers) "
    "to a layer that is already built`.",
    references=(_GUIDE,),
    manual="create the weight or layer in __init__ or build(input_shape)",
)
CUS026 = SourceRule(
    code="CUS026",
    name="callback-model",
    summary="The model of a callback is set with set_model.",
    severity=Severity.ERROR,
    why="`model` is a property without a setter.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
CUS027 = SourceRule(
    code="CUS027",
    name="sequence-constructor",
    summary="A Sequence must call the constructor of its base.",
    severity=Severity.WARNING,
    why="Sequence is PyDataset, whose constructor keeps workers, use_multiprocessing and max_queue_size. Without it "
    "Keras warns at every fit.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
