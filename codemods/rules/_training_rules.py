"""The data of family ``TRN``; what the rules do stands in ``training``."""

from __future__ import annotations

from codemods.rules.api import Proof, SourceRule
from migrate.findings import Fix, Severity

_GUIDE = "https://keras.io/guides/migrating_to_keras_3/"
_MODEL = (
    "from tensorflow import keras\nmodel = keras.Sequential("
    "[keras.layers.Dense(1, kernel_initializer='ones', name='d')])\n"
)
_DATA = "x, y = np.ones((8, 2), 'float32'), np.zeros((8, 1), 'float32')\n"
_KERAS = (
    "import keras\nmodel = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones', name='d')])\n"
)

TRN001 = SourceRule(
    code="TRN001",
    name="training-argument-order",
    summary="A positional argument of compile, evaluate or train_on_batch has another place in Keras 3.",
    severity=Severity.SILENT,
    ambiguous=True,
    before=_MODEL + "model.compile('sgd', 'mse', ['mae'])\n",
    after=_KERAS + "model.compile('sgd', 'mse', metrics=['mae'])\n",
    why="compile took (optimizer, loss, metrics, loss_weights) and takes (optimizer, loss, loss_weights, metrics). A "
    "list of names raises at the first fit; a list of numbers silently becomes weights of the losses. The migration "
    "guide does not mention it. `return_dict` moved in evaluate, train_on_batch and test_on_batch.",
    references=(_GUIDE, "keras-team/keras#18467"),
    proofs=(
        Proof(
            before=_MODEL + _DATA + "model.compile('sgd', 'mse', ['mae'], None)\n"
            "result = sorted(model.evaluate(x, y, verbose=0, return_dict=True).items())\n",
        ),
        Proof(
            before=_MODEL + _DATA + "model.compile('sgd', 'mse', None, 0.5)\n"
            "result = model.evaluate(x, y, verbose=0)\n",
        ),
        Proof(
            before=_MODEL + _DATA + "model.compile('sgd', 'mse')\n"
            "result = isinstance(model.train_on_batch(x, y, None, None, True), dict)\n",
            changes=True,
        ),
    ),
)
TRN002 = SourceRule(
    code="TRN002",
    name="fit-data-loading-arguments",
    summary="fit, evaluate and predict take no workers, use_multiprocessing and max_queue_size.",
    severity=Severity.ERROR,
    before=_MODEL + "model.fit(data, epochs=2, workers=4, use_multiprocessing=True)\n",
    after=_KERAS + "model.fit(data, epochs=2)\n",
    why="They belong to keras.utils.PyDataset(workers=, use_multiprocessing=, max_queue_size=). They never changed "
    "results, only how fast data arrived.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before=_MODEL + _DATA + "model.compile('sgd', 'mse')\n"
            "result = model.fit(x, y, epochs=2, verbose=0, workers=2, max_queue_size=5).history['loss']\n",
        ),
    ),
)
TRN004 = SourceRule(
    code="TRN004",
    name="predict-classes",
    summary="Sequential.predict_classes is gone.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    applies_to="<2.6",
    before=_MODEL + "classes = model.predict_classes(x)\n",
    after=_KERAS + "classes = model.predict(x).argmax(axis=-1)\n",
    why="Removed in TensorFlow 2.6. For several outputs it was the argmax of predict; for a single sigmoid it was "
    "`(model.predict(x) > 0.5).astype('int32')`, which the tool cannot tell.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\nmodel = keras.Sequential([keras.layers.Dense(3)])\n"
            "model.build((None, 2))\nresult = list(model.predict_classes(np.ones((2, 2))).shape)\n",
            expect="raises",
            reference="result = [2]\n",
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
    before=_MODEL + "p = model.predict_proba(x)\n",
    after=_KERAS + "p = model.predict(x)\n",
    why="Removed in TensorFlow 2.6; it called predict and warned of values outside of 0 and 1.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before=_MODEL + _DATA + "result = model.predict_proba(x, verbose=0)\n",
            expect="raises",
            reference=_MODEL + _DATA + "result = model.predict(x, verbose=0)\n",
        ),
    ),
)
TRN006 = SourceRule(
    code="TRN006",
    name="batch-reset-metrics",
    summary="train_on_batch and test_on_batch have no reset_metrics.",
    severity=Severity.ERROR,
    before=_MODEL + "model.train_on_batch(x, y, reset_metrics=True)\n",
    after=_KERAS + "model.train_on_batch(x, y)\n",
    why="True was the default. With False the metrics ran on: keep a keras.metrics.Mean of what is returned.",
    references=(_GUIDE,),
    manual="average the returned values over the batches yourself, or hold a keras.metrics.Mean",
    proofs=(
        Proof(
            before=_MODEL + _DATA + "model.compile('sgd', 'mse')\n"
            "result = float(np.ravel(model.test_on_batch(x, y, reset_metrics=True))[0])\n",
        ),
    ),
)
TRN007 = SourceRule(
    code="TRN007",
    name="batch-running-average",
    summary="train_on_batch returns a running average in Keras 3.0 to 3.12.",
    severity=Severity.SILENT,
    fix=Fix.MANUAL,
    destination="<3.13",
    before=_MODEL + "loss = model.train_on_batch(x, y)\n",
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
    before="from tensorflow import keras\nmodel = keras.Sequential()\nmodel.reset_states()\n",
    after="import keras\nmodel = keras.Sequential()\nfor layer in model.layers:\n"
    "    if hasattr(layer, 'reset_states'):\n        layer.reset_states()\n",
    why="The method looped over the layers; Keras 3 leaves that to the caller.",
    references=("keras-team/keras#18467", _GUIDE),
    manual="loop over model.layers and call reset_states of those that have it",
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "inputs = keras.Input(batch_shape=(1, 2, 1))\n"
            "outputs = keras.layers.LSTM(1, stateful=True, kernel_initializer='ones', "
            "recurrent_initializer='ones')(inputs)\n"
            "model = keras.Model(inputs, outputs)\n"
            "x = np.ones((1, 2, 1), 'float32')\n"
            "first, second = model.predict(x, verbose=0), model.predict(x, verbose=0)\n"
            "model.reset_states()\n"
            "result = [first, second, model.predict(x, verbose=0)]\n",
        ),
    ),
)
TRN010 = SourceRule(
    code="TRN010",
    name="metric-reset-states",
    summary="Metric.reset_states is reset_state.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\nmean = keras.metrics.Mean()\nmean.reset_states()\n",
    after="import keras\nmean = keras.metrics.Mean()\nmean.reset_state()\n",
    why="The name with an s was an alias since TensorFlow 2.5.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\nmean = keras.metrics.Mean()\nmean.update_state([3.0])\n"
            "mean.reset_states()\nmean.update_state([1.0])\nresult = float(mean.result())\n",
        ),
    ),
)
TRN011 = SourceRule(
    code="TRN011",
    name="compile-argument-removed",
    summary="An argument of compile is gone.",
    severity=Severity.ERROR,
    before=_MODEL + "model.compile('sgd', 'mse', experimental_run_tf_function=False)\n",
    after=_KERAS + "model.compile('sgd', 'mse')\n",
    why="compile refuses unknown arguments. Neutral values are dropped; `sample_weight_mode='temporal'` and "
    "`target_tensors` need another construction.",
    references=(_GUIDE,),
    manual="write the effect of the argument by hand",
    proofs=(
        Proof(
            before=_MODEL + _DATA + "model.compile(optimizer='sgd', loss='mse', sample_weight_mode=None)\n"
            "result = model.evaluate(x, y, verbose=0)\n",
        ),
    ),
)
TRN012 = SourceRule(
    code="TRN012",
    name="single-loss-weight",
    summary="The weight of a single loss is a number, not a list.",
    severity=Severity.ERROR,
    before=_MODEL + "model.compile('sgd', 'mse', loss_weights=[0.5])\n",
    after=_KERAS + "model.compile('sgd', 'mse', loss_weights=0.5)\n",
    why="When there is a single loss, Keras 3 wants a float and raises on a list of one.",
    references=("keras-team/keras#19780",),
    proofs=(
        Proof(
            before=_MODEL + _DATA + "model.compile('sgd', 'mse', loss_weights=[0.5])\n"
            "result = model.evaluate(x, y, verbose=0)\n",
        ),
    ),
)
TRN014 = SourceRule(
    code="TRN014",
    name="metrics-names",
    summary="metrics_names has one entry for all compiled metrics.",
    severity=Severity.SILENT,
    fix=Fix.MANUAL,
    before=_MODEL + "names = model.metrics_names\n",
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
    before=_MODEL + "history = model.fit(x, y)\nrates = history.history['lr']\n",
    after=_KERAS + "history = model.fit(x, y)\nrates = history.history['learning_rate']\n",
    why="ReduceLROnPlateau and LearningRateScheduler write the key `learning_rate` into the logs.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before=_MODEL + _DATA + "model.compile('sgd', 'mse')\n"
            "hook = keras.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))\n"
            "history = model.fit(x, y, epochs=2, verbose=0, callbacks=[hook])\n"
            "result = [float(value) for value in history.history['lr']]\n",
        ),
    ),
)
TRN018 = SourceRule(
    code="TRN018",
    name="generator-of-lists",
    summary="A generator for fit must yield several inputs as a tuple, not as a list.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    before=_MODEL + "def batches():\n    while True:\n        yield [a, b], y\n\nmodel.fit(batches())\n",
    after=_KERAS + "def batches():\n    while True:\n        yield (a, b), y\n\nmodel.fit(batches())\n",
    why="tf.data refuses lists in what a generator yields: `output_signature must contain objects that are subclass of "
    "tf.TypeSpec but found list`.",
    references=("keras-team/keras#18467", _GUIDE),
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "a, b = keras.Input((1,)), keras.Input((1,))\n"
            "model = keras.Model([a, b], keras.layers.add([a, b]))\nmodel.compile('sgd', 'mse')\n"
            "one = np.ones((2, 1), 'float32')\n"
            "def batches():\n    while True:\n        yield [one, one], one\n"
            "result = model.evaluate(batches(), steps=1, verbose=0)\n",
            unsafe=True,
        ),
    ),
)
TRN020 = SourceRule(
    code="TRN020",
    name="metric-alias-acc",
    summary="metrics.get does not know the short name acc.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\nmetric = keras.metrics.get('acc')\n",
    after="import keras\nmetric = keras.metrics.get('accuracy')\n",
    why="compile(metrics=['acc']) works in Keras 3, metrics.get('acc') raises.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\nresult = callable(keras.metrics.get('acc'))\n",
        ),
    ),
)
