"""A symbolic tensor among the losses of a functional model."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, run
from migrate.findings import Fix

HEAD = "import keras\nimport tensorflow as tf\nfrom other import keep, outputs\n\n\nx = keras.Input((3,))\n"
MADE = "model = keras.Model(x, keras.layers.Dense(2)(x))\n"
TWO = "model = keras.Model(x, [keras.layers.Dense(2)(x), x])\n"
ADDED = "model.add_loss(tf.reduce_mean(x))\n"
ANEW = "model = with_loss(model, tf.reduce_mean(x))\n"
COMPILED = "model.compile('sgd', 'mse')\n"


def edited(text: str) -> str:
    """The text behind the definition of ``with_loss``, after a rewrite that leaves nothing."""
    outcome = run(HEAD + text, select=("CUS013",), unsafe=True)
    assert outcome.error is None
    assert all(finding.applied for finding in outcome.findings)
    assert outcome.text.count("class AddedLoss") == outcome.text.count("def with_loss") == 1
    return outcome.text[outcome.text.index("name=model.name)\n") :].partition("\n\n\n")[2]


def test_a_loss_makes_the_model_anew() -> None:
    assert edited(MADE + ADDED + COMPILED) == ANEW + COMPILED


def test_each_of_two_losses_makes_the_model_anew() -> None:
    assert edited(MADE + ADDED + "model.add_loss(tf.reduce_sum(x))\n").splitlines() == [
        ANEW.rstrip(),
        "model = with_loss(model, tf.reduce_sum(x))",
    ]


@pytest.mark.parametrize(
    "between",
    [
        "model.summary()\n",
        "model.load_weights('a.weights.h5')\n",
        "print(model.count_params())\n",
        "keras.utils.plot_model(model)\n",
        "def train():\n    model.fit(x)\n",
        "y = keep(x)\n",
    ],
)
def test_a_model_may_be_looked_at_before(between: str) -> None:
    assert edited(MADE + between + ADDED + COMPILED).startswith(ANEW)


@pytest.mark.parametrize(
    "between",
    [
        "keep(model)\n",
        "keep(model=model)\n",
        "models = [model]\n",
        "other = model\n",
        "model\n",
        "y = model(x)\n",
        "model.trainable = False\n",
        "model.author = 'me'\n",
        COMPILED,
    ],
)
def test_what_knows_the_model_before_would_know_another(between: str) -> None:
    check_noop(HEAD + MADE + between + ADDED, select=["CUS013"], unsafe=True, codes=["CUS013"])


def test_the_model_of_an_object_is_made_anew() -> None:
    text = "class Student:\n    def __init__(self):\n        self.{}        self.{}        self.compiled = True\n"
    text = "\n\n" + text.format(MADE, ADDED)
    outcome = run(HEAD + text, select=("CUS013",), unsafe=True)
    assert "        self.model = with_loss(self.model, tf.reduce_mean(x))\n" in outcome.text


@pytest.mark.parametrize(
    "text",
    [
        MADE + MADE + ADDED,
        "model = keras.Sequential()\n" + ADDED,
        "model = keras.applications.VGG16()\n" + ADDED,
        MADE + "def add():\n    " + ADDED,
        MADE + "model.add_loss(lambda: 1.0)\n",
        MADE + "model.add_loss(*keep)\n",
        MADE + "model.add_loss([x])\n",
        MADE + "added = " + ADDED,
        "class Own:\n    def a(self):\n        self." + MADE + "    def b(self):\n        self." + ADDED,
        "class Own:\n    def a(self):\n        self."
        + MADE
        + "        self."
        + MADE
        + "        self."
        + ADDED,
    ],
)
def test_other_losses_are_found_only(text: str) -> None:
    check_noop(HEAD + text, select=["CUS013"], unsafe=True, codes=["CUS013"])


@pytest.mark.parametrize(
    "named",
    [
        MADE + ADDED + "model.compile('sgd', {'dense': 'mse'})\n",
        MADE + ADDED + "model.compile('sgd', loss={'dense': 'mse'})\n",
        MADE + ADDED + "model.compile('sgd', 'mse', {'dense': ['mae']})\n",
        MADE + ADDED + "model.compile('sgd', 'mse', loss_weights={'dense': 2})\n",
        MADE + ADDED + COMPILED + "model.fit(x, {'dense': x})\n",
        MADE + ADDED + COMPILED + "model.train_on_batch(x, y={'dense': x})\n",
        TWO + ADDED + "model.compile('sgd', 'mse', ['mae'])\n",
    ],
)
def test_names_of_outputs_stay(named: str) -> None:
    check_noop(HEAD + named, select=["CUS013"], unsafe=True, codes=["CUS013"])


def test_losses_of_several_outputs_need_no_names() -> None:
    assert edited(TWO + ADDED + COMPILED) == ANEW + COMPILED
    named = "other.compile('sgd', {'dense': 'mse'})\nmodel.fit({'x': x}, y=x)\n"
    assert edited(MADE + ADDED + COMPILED + named) == ANEW + COMPILED + named


def test_it_is_safe_where_the_model_is_compiled() -> None:
    unknown = "model.add_loss(keep(model.get_layer('a')))\n"
    for text, fix in ((ADDED + COMPILED, Fix.SAFE), (ADDED, Fix.UNSAFE), (unknown + COMPILED, Fix.UNSAFE)):
        (finding,) = run(HEAD + MADE + text, select=("CUS013",)).findings
        assert finding.fix is fix


@pytest.mark.parametrize(
    "made",
    [
        "kept = model = keras.Model(x, keras.layers.Dense(2)(x))\n",
        "model = kept = keras.Model(x, keras.layers.Dense(2)(x))\n",
    ],
)
def test_a_model_with_two_names_is_not_made_anew(made: str) -> None:
    check_noop(HEAD + made + ADDED + COMPILED, select=["CUS013"], unsafe=True, codes=["CUS013"])


def test_a_model_that_is_made_anew_takes_no_inputs() -> None:
    given = "model.add_loss(tf.reduce_mean(x), inputs=x)\n"
    assert edited(MADE + given + COMPILED) == ANEW + COMPILED
    assert edited(MADE + ADDED + given + COMPILED) == ANEW + ANEW + COMPILED
