"""TRN and OPZ: lines that stay beside those that change, with what is known of the objects."""

from __future__ import annotations

import pytest

from codemods.rules.training.loss_closures import CLOSURE
from codemods.rules.training.metric_keys import KEYS
from codemods.testing import check_noop, run

HEAD = """\
import keras
import tensorflow as tf
from keras import backend as K

model = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
optimizer = keras.optimizers.Adam()
"""
STAYS = [
    # what is left as it is, and the rules that speak of it
    ("trainer.train_on_batch(x, y, w, c, False)", ""),
    ("trainer.evaluate(x, y, 32, 0, w, 3, callbacks, 10)", ""),
    ("print(trainer.metrics_names)", ""),
    ("print(model.metrics_names)", "TRN014"),
    ("steps = len(x) // 32\nmodel.fit(x, y, steps_per_epoch=steps)", ""),
    ("steps = [len(x) / 32]\nmodel.fit(x, y, steps_per_epoch=steps)", ""),
    ("tracker.reset_states()", ""),
    ("tracker.lr = 0.1", ""),
    ("print(model.config.decay)", ""),
    ("print(model.optimizer.decay)", "OPZ103"),
    ("grads = optimizer.compute_gradients(loss, variables, tape=tape)", "OPZ106"),
    ("optimizer.minimize(loss, variables)", "OPZ106"),
    ("history = run()\nprint(history.scores['acc'], history.history['loss'])", ""),
    ("p = model.predict(x)\nprint(float(table[p]), float(p[i]), float(p[0], 1))", ""),
    ("f(keras.mixed_precision.Policy('mixed_float16', loss_scale='dynamic', **options))", "IMP011"),
]
BECOMES = [
    ("model.fit_generator(data)", "model.fit(data)"),
    ("model.fit_generator(data, 10)", "model.fit(data, steps_per_epoch=10)"),
    ("model.fit_generator(generator=data)", "model.fit(x=data)"),
    ("print(float(model.predict(x)[0]))", "print(float(model.predict(x)[0].item()))"),
    ("keras.optimizers.SGD(lr=0.1)", "keras.optimizers.SGD(learning_rate=0.1)"),
    (
        "keras.optimizers.SGD(decay=1e-6)",
        "keras.optimizers.SGD(learning_rate=keras.optimizers.schedules.InverseTimeDecay(0.01, 1, 1e-6))",
    ),
    (
        "optimizer.minimize(loss, variables, tape=tape)",
        "optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))",
    ),
    (
        "class Trainer:\n    def __init__(self):\n        self.optimizer = keras.optimizers.Adam()\n\n"
        "    def slow(self):\n        self.optimizer.lr = 0.1",
        "class Trainer:\n    def __init__(self):\n        self.optimizer = keras.optimizers.Adam()\n\n"
        "    def slow(self):\n        self.optimizer.learning_rate = 0.1",
    ),
]


@pytest.mark.parametrize(("lines", "codes"), STAYS)
def test_lines_that_stay(lines: str, codes: str) -> None:
    spoken = [f.code for f in check_noop(f"{HEAD}{lines}\n", unsafe=True).findings]
    assert spoken == codes.split()


@pytest.mark.parametrize(("before", "after"), BECOMES)
def test_lines_that_change(before: str, after: str) -> None:
    assert run(f"{HEAD}{before}\n", unsafe=True).text == f"{HEAD}{after}\n"


def test_a_compile_of_the_project_has_metrics_of_its_own() -> None:
    text = (
        "import keras\n\n\nclass Own(keras.Model):\n{}\n\nmodel = Own()\n"
        "model.compile(model.optimizer, model.loss, metrics=model.metrics)\n"
    )
    own = "    def compile(self, optimizer, loss, metrics):\n        self.chosen = metrics\n"
    assert not run(text.format(own), select=["TRN043"]).findings
    assert run(text.format("    pass\n"), select=["TRN043"]).findings


@pytest.mark.parametrize("imported", ["keras.optimizers.legacy", "tensorflow.keras.optimizers.legacy"])
def test_legacy_optimizers_are_imported_from_their_place(imported: str) -> None:
    outcome = run(f"from {imported} import Adam, SGD\n\no = Adam(), SGD()\n", unsafe=True)
    assert outcome.text == "import keras\n\no = keras.optimizers.Adam(), keras.optimizers.SGD()\n"
    behind = "from keras import optimizers\n\ntry:\n    from keras.optimizers.legacy import {}\n"
    behind += "except ImportError:\n    from keras.optimizers import {}\n"
    assert [f.code for f in run(behind.format("Optimizer", "Optimizer")).findings].count("OPZ104") == 1
    assert "OPZ104" not in [f.code for f in run(behind.format("Adam", "Adam")).findings]


# Keys of the accuracy

KEYED = """\
import keras

model = keras.Sequential([keras.layers.Dense(1)])
model.compile("sgd", "mse", metrics=["accuracy"])
"""


@pytest.mark.parametrize(
    ("lines", "keys"),
    [
        ("h = model.fit(x, y).history\nprint(h['acc'], h['loss'])", 1),
        ("h = model.fit(x, y)\nprint(h.history['val_acc'], h.history['val_loss'])", 1),
        ("h = model.fit(x, y)\nprint('acc' in h.history, 'loss' in h.history, h.params['acc'])", 1),
        ("h = model.fit(x, y)\nprint(h.history.get('acc'), h.history.get('loss'), h.history.pop('acc'))", 1),
        ("print('acc', {'acc': 1}['acc'], table['acc'], x in 'acc', 'acc' == x)", 0),
        ("keras.callbacks.EarlyStopping(monitor=MONITOR)\nprint('acc')", 0),
        ("keras.callbacks.EarlyStopping(monitor=3)\nprint('acc')", 0),
        ("keras.callbacks.EarlyStopping(monitor='val_acc')", 1),
        ("keras.callbacks.ModelCheckpoint(f'{folder}/{{val_acc:.2f}}.keras')", 1),
        ("keras.callbacks.ModelCheckpoint(f'{folder}/best.keras')\nprint('acc')", 0),
        ("keras.callbacks.ModelCheckpoint('best.keras')\nprint('acc')", 0),
        ("keras.callbacks.ModelCheckpoint('{val_acc:.2f}.keras')", 1),
        ("keras.callbacks.ModelCheckpoint(folder + '/{val_acc:.2f}.keras')", 1),
    ],
)
def test_keys_of_the_accuracy(lines: str, keys: int) -> None:
    found = run(f"{KEYED}{lines}\n", select=["TRN"]).findings
    assert [f.code for f in found if f.code == KEYS.code] == [KEYS.code] * keys


# Losses that reach for tensors of a model

REACHING = """\
import keras
from keras import backend as K

x = keras.Input((3,))
z = keras.layers.Dense(2)(x)
model = keras.Model(x, z)


def penalty({parameters}):
    return {value}


model.compile("adam", {loss})
"""


@pytest.mark.parametrize(
    ("parameters", "value", "loss", "told"),
    [
        ("y_true, y_pred", "K.sum(z)", "penalty", True),
        ("y_true, y_pred", "K.sum(z.T)", "penalty", True),
        ("y_true, y_pred", "K.sum(y_pred) * z.shape[1]", "penalty", False),
        ("y_true, y_pred", "K.sum(y_pred)", "penalty", False),
        ("a, b", "K.sum(z)", "penalty", True),
        ("a, b", "K.sum(z)", "['mse', penalty]", True),
        ("a, b", "K.sum(z)", "'mse'", False),
        ("a, b", "K.sum(z)", "'mse', other.build('adam', penalty)", False),
    ],
)
def test_losses_that_reach_for_tensors(parameters: str, value: str, loss: str, told: bool) -> None:
    text = REACHING.format(parameters=parameters, value=value, loss=loss)
    found = [f for f in run(text).findings if f.code == CLOSURE.code]
    assert bool(found) is told


def test_a_tensor_that_a_loss_makes_itself_is_no_tensor_of_the_model() -> None:
    text = REACHING.format(parameters="y_true, y_pred", value="K.sum(own)", loss="penalty")
    text = text.replace("    return", "    own = keras.Input((3,))\n    return")
    assert CLOSURE.code not in {f.code for f in run(text).findings}


# Metrics by their names

MONITORED = """\
import keras

{made}
model = keras.Sequential([keras.layers.Dense(1)])
model.compile("sgd", "mse", metrics=[{metric}])
keras.callbacks.EarlyStopping(monitor="val_binary_accuracy")
"""


@pytest.mark.parametrize(
    ("made", "metric", "told"),
    [
        ("from keras.metrics import binary_accuracy", "binary_accuracy", True),
        ("from mine import binary_accuracy", "binary_accuracy(0.3)", False),
        ("binary_accuracy = keras.metrics.BinaryAccuracy()", "binary_accuracy", False),
        ("", "'binary_accuracy'", False),
    ],
)
def test_a_metric_that_is_a_function_says_nothing_of_itself(made: str, metric: str, told: bool) -> None:
    text = MONITORED.format(made=made, metric=metric)
    found = [f for f in run(text).findings if f.argument == "mode"]
    assert bool(found) is told
