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
    before="from tensorflow import keras\n"
    "loss = keras.losses.SparseCategoricalCrossentropy(True, None, 'sum', 'ce')\n",
    after="import keras\nloss = keras.losses.SparseCategoricalCrossentropy(True, None, 'sum', name='ce')\n",
    why="Keras 3 put `axis`, `dtype` and others between the old parameters.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "y, p = np.array([0, 1]), np.array([[0.9, 0.1], [0.2, 0.8]], 'float32')\n"
            "loss = keras.losses.SparseCategoricalCrossentropy(False, None, 'sum', 'ce')\n"
            "result = [loss.name, float(loss(y, p))]\n",
        ),
    ),
)
LSS002 = SourceRule(
    code="LSS002",
    name="loss-argument-renamed",
    summary="An argument of a regularizer, loss or metric has another name in Keras 3.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\nreg = keras.regularizers.l2(l=0.01)\n",
    after="import keras\nreg = keras.regularizers.l2(l2=0.01)\n",
    why="Keras 1 and 2 took `l` as the only argument of l1 and l2; Keras 3 knows `l1` and `l2`.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "reg = keras.regularizers.l2(l=0.01)\n"
            "result = float(np.array(reg(np.ones((2, 2), 'float32'))))\n"
        ),
    ),
)
LSS003 = SourceRule(
    code="LSS003",
    name="loss-argument-without-effect",
    summary="An argument of a loss, metric, initializer or regularizer function is gone without loss.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\n"
    "config = keras.losses.serialize(keras.losses.Huber(), use_legacy_format=False)\n",
    after="import keras\nconfig = keras.losses.serialize(keras.losses.Huber())\n",
    why="There is one format of serialised objects in Keras 3.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "config = keras.losses.serialize(keras.losses.Huber(), use_legacy_format=False)\n"
            "result = config['class_name']\n"
        ),
    ),
)
LSS004 = SourceRule(
    code="LSS004",
    name="loss-argument-removed",
    summary="An argument of a loss, metric, initializer or regularizer is gone.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    before="from tensorflow import keras\n"
    "metric = keras.metrics.SparseCategoricalCrossentropy(ignore_class=0)\n",
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
    before="from tensorflow import keras\nreg = keras.regularizers.l1_l2(l1=0.1)\n",
    after="import keras\nreg = keras.regularizers.l1_l2(l1=0.1, l2=0.01)\n",
    why="`l1_l2` was a function with 0.01 for both and is the class L1L2 with 0 for both: a penalty vanishes "
    "without a message. The metric KLDivergence was logged as `kullback_leibler_divergence` and is as "
    "`kl_divergence`.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "reg = keras.regularizers.l1_l2(l1=0.1)\n"
            "result = float(np.array(reg(np.ones((2, 2), 'float32'))))\n",
            changes=True,
        ),
        Proof(
            before="from tensorflow import keras\nresult = keras.metrics.KLDivergence().name\n",
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
    before="from tensorflow import keras\nhook = keras.callbacks.BackupAndRestore('b', 'epoch', True)\n",
    after="import keras\nhook = keras.callbacks.BackupAndRestore('b', 'epoch', delete_checkpoint=True)\n",
    why="`double_checkpoint` stands before `delete_checkpoint` in Keras 3; LambdaCallback and ModelCheckpoint lost "
    "parameters in the middle.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "hook = keras.callbacks.BackupAndRestore('b', 'epoch', False)\n"
            "result = hook.delete_checkpoint\n",
            changes=True,
        ),
    ),
)
CBK002 = SourceRule(
    code="CBK002",
    name="callback-argument-renamed",
    summary="An argument of a callback has another name in Keras 3.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\nhook = keras.callbacks.LambdaCallback(on_batch_end=print)\n",
    after="import keras\nhook = keras.callbacks.LambdaCallback(on_train_batch_end=print)\n",
    why="`on_batch_end` is an old name of `on_train_batch_end`; `epsilon` of ReduceLROnPlateau of `min_delta`.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "seen = []\n"
            "hook = keras.callbacks.LambdaCallback(on_batch_end=lambda batch, logs: seen.append(batch))\n"
            "model = keras.Sequential([keras.layers.Dense(1)])\n"
            "model.compile('sgd', 'mse')\n"
            "model.fit(np.ones((4, 2)), np.ones((4, 1)), batch_size=2, verbose=0, callbacks=[hook])\n"
            "result = seen\n"
        ),
    ),
)
CBK003 = SourceRule(
    code="CBK003",
    name="callback-argument-without-effect",
    summary="An argument of a callback is gone and nothing is lost without it.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\nhook = keras.callbacks.ProgbarLogger(count_mode='steps')\n",
    after="import keras\nhook = keras.callbacks.ProgbarLogger()\n",
    why="Keras 3 raises on unknown arguments; the progress bar counts batches.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "result = type(keras.callbacks.ProgbarLogger(count_mode='steps')).__name__\n"
        ),
    ),
)
CBK004 = SourceRule(
    code="CBK004",
    name="callback-argument-removed",
    summary="An argument of a callback is gone and its effect must be written in another way.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    before="from tensorflow import keras\nhook = keras.callbacks.ModelCheckpoint('a.keras', period=5)\n",
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
    before="from tensorflow import keras\n"
    "model = keras.applications.ConvNeXtTiny('tiny', False, True, None)\n",
    after="import keras\n"
    "model = keras.applications.ConvNeXtTiny("
    "name='tiny', include_top=False, include_preprocessing=True, weights=None)\n",
    why="ConvNeXt lost its first argument, load_img its second, plot_model and model_to_dot one in the middle.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="import inspect\nfrom tensorflow import keras\n"
            "bar = keras.utils.Progbar(10, 30, 1, 0.05, None, 'item')\n"
            "result = bar.unit_name\n",
            changes=True,
        ),
    ),
)
DAT002 = SourceRule(
    code="DAT002",
    name="utility-argument-renamed",
    summary="An argument of a utility or application has another name in Keras 3.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\none_hot = keras.utils.to_categorical(y=[0, 1], num_classes=2)\n",
    after="import keras\none_hot = keras.utils.to_categorical(x=[0, 1], num_classes=2)\n",
    why="`y` of to_categorical is `x`; `model_name` of ConvNeXt is `name`.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "result = keras.utils.to_categorical(y=[0, 1], num_classes=2)\n"
        ),
    ),
)
DAT003 = SourceRule(
    code="DAT003",
    name="utility-argument-without-effect",
    summary="An argument of a utility is gone and nothing is lost without it.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\ninputs = keras.utils.get_source_inputs(tensor, layer=None)\n",
    after="import keras\ninputs = keras.utils.get_source_inputs(tensor)\n",
    why="The value given was the neutral one.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "x = keras.Input((2,))\ny = keras.layers.Dense(1)(x)\n"
            "result = len(keras.utils.get_source_inputs(y, layer=None))\n"
        ),
    ),
)
DAT004 = SourceRule(
    code="DAT004",
    name="utility-argument-removed",
    summary="An argument of a utility or dataset is gone and its effect must be written in another way.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    before="from tensorflow import keras\ndata = keras.datasets.mnist.load_data(cache_dir='/data')\n",
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
