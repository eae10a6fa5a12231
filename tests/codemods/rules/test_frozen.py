"""TRN050: what is frozen or thawed after a model was compiled, in GANs as they are written."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed, run
from migrate.findings import Fix

CODES = ["TRN050"]
NETS = "import keras\n\nd = keras.Sequential()\ng = keras.Sequential()\n"
GAN = f"{NETS}d.compile('sgd', 'mse')\nd.trainable = False\ngan = keras.Sequential([g, d])\ngan.compile('sgd', 'mse')\n"
CLASS = """\
import keras


def set_trainable(model, train):
    model.trainable = train


class Gan:
    def __init__(self):
        self.d = keras.Sequential()
        self.g = keras.Sequential()
        set_trainable(self.g, False)
        set_trainable(self.d, True)
        self.d_trainer = keras.Sequential([self.g, self.d])
        self.d_trainer.compile('sgd', 'mse')
        set_trainable(self.g, True)
        set_trainable(self.d, False)
        self.g_trainer = keras.Sequential([self.g, self.d])
        self.g_trainer.compile('sgd', 'mse')

    def train(self, x, y):
{}        return self.g_trainer.train_on_batch(x, y)
"""


FROZEN_BY = (
    "def freeze(d, flag):\n    {}\n\n" + GAN.replace("d.trainable = False", "freeze({})") + "d.fit(x, y)\n"
)
GIVEN = (
    "import keras\n\ndef define_gan(g, d):\n    d.trainable = False\n    model = keras.Sequential([g, d])\n"
    "    model.compile('sgd', 'mse')\n    return model\n\ndef train(d, gan, x, y):\n{}    d.train_on_batch(x, y)\n"
)


def changed(before: str, after: str) -> None:
    check_transformed(before, after, codes=CODES, unsafe=True, select=CODES)
    check_noop(after, codes=[], unsafe=True, select=CODES)


def unchanged(text: str) -> None:
    check_noop(text, codes=[], unsafe=True, select=CODES)


def test_a_discriminator_is_thawed_around_each_run_of_its_training() -> None:
    loop = (
        "for x, z in data:\n{}    d.train_on_batch(x, 1)\n    loss = d.train_on_batch(z, 0)\n"
        "{}    gan.train_on_batch(z, 1)\n"
    )
    changed(
        GAN + loop.format("", ""), GAN + loop.format("    d.trainable = True\n", "    d.trainable = False\n")
    )


@pytest.mark.parametrize("method", ["fit(x, y)", "fit_generator(x)", "train_on_batch(x, y)"])
def test_every_method_that_trains_counts(method: str) -> None:
    changed(f"{GAN}d.{method}\n", f"{GAN}d.trainable = True\nd.{method}\nd.trainable = False\n")


def test_what_is_frozen_by_a_loop_over_its_layers_is_thawed_as_a_whole() -> None:
    text = GAN.replace("d.trainable = False", "for layer in d.layers:\n    layer.trainable = False")
    changed(f"{text}d.fit(x, y)\n", f"{text}d.trainable = True\nd.fit(x, y)\nd.trainable = False\n")


@pytest.mark.parametrize(
    "freeze",
    [
        "setattr(d, 'trainable', False)",
        "d.trainable = g.trainable = False\ng.trainable = True",
        "for net in [d]:\n    net.trainable = False",
        "nets = (d,)\nfor net in nets:\n    net.trainable = False",
        "parts = d.layers\nfor layer in parts:\n    setattr(layer, 'trainable', False)",
    ],
)
def test_other_words_that_freeze(freeze: str) -> None:
    text = GAN.replace("d.trainable = False", freeze)
    changed(f"{text}d.fit(x, y)\n", f"{text}d.trainable = True\nd.fit(x, y)\nd.trainable = False\n")


@pytest.mark.parametrize(
    "freeze",
    [
        "setattr(d, 'seen', False)",
        "put(d, 'trainable', False)",
        "for net in [g]:\n    d.trainable = False",
        "for net in nets:\n    net.trainable = False",
    ],
)
def test_words_that_do_not_freeze(freeze: str) -> None:
    unchanged(f"{GAN.replace('d.trainable = False', freeze)}d.fit(x, y)\n")


def test_a_function_of_the_project_that_freezes_is_called_again() -> None:
    plain = "        loss = self.d_trainer.train_on_batch(x, y)\n"
    around = (
        "        set_trainable(self.d, True)\n        set_trainable(self.g, False)\n"
        f"{plain}        set_trainable(self.d, False)\n        set_trainable(self.g, True)\n"
    )
    changed(CLASS.format(plain), CLASS.format(around))


def test_a_model_that_is_given_to_the_function_that_freezes_it() -> None:
    changed(
        GIVEN.format(""),
        GIVEN.format("    d.trainable = True\n") + "    d.trainable = False\n",
    )


def test_a_model_that_is_given_and_trained_in_one_function() -> None:
    text = GIVEN.partition("    return")[0].format("")
    changed(f"{text}    d.fit(x)\n", f"{text}    d.trainable = True\n    d.fit(x)\n    d.trainable = False\n")


def test_a_model_that_was_compiled_where_it_was_made() -> None:
    made = "d = build()\n"
    text = GAN.replace("d = keras.Sequential()\n", made).replace("d.compile('sgd', 'mse')\n", "")
    changed(f"{text}d.fit(x, y)\n", f"{text}d.trainable = True\nd.fit(x, y)\nd.trainable = False\n")


def test_a_model_of_an_object_that_another_method_compiled() -> None:
    head = (
        "import keras\n\n\nclass Gan:\n    def __init__(self):\n        self.d = keras.Sequential()\n"
        "        self.d.compile('sgd', 'mse')\n\n    def join(self):\n        self.d.trainable = False\n"
        "        self.both = keras.Sequential([self.g, self.d])\n        self.both.compile('sgd', 'mse')\n\n"
        "    def train(self, x, y):\n"
    )
    trained = "        self.d.train_on_batch(x, y)\n"
    after = f"        self.d.trainable = True\n{trained}        self.d.trainable = False\n"
    changed(f"{head}{trained}", f"{head}{after}")
    unchanged(f"{head}        self.d.compile('sgd', 'mse')\n{trained}")
    unchanged(f"{head}        self.both.train_on_batch(x, y)\n")


def test_within_with_the_statements_are_in_the_same_order() -> None:
    text = GAN.replace("d.trainable = False\n", "with scope():\n    d.trainable = False\n")
    changed(f"{text}d.fit(x, y)\n", f"{text}d.trainable = True\nd.fit(x, y)\nd.trainable = False\n")


def test_training_whose_result_is_returned_is_left_to_a_person() -> None:
    outcome = check_noop(
        CLASS.format("        if x:\n            return self.d_trainer.train_on_batch(x, y)\n"),
        codes=CODES,
        unsafe=True,
        select=CODES,
    )
    assert [finding.fix for finding in outcome.findings] == [Fix.MANUAL]


def test_it_waits_for_unsafe() -> None:
    outcome = run(f"{GAN}d.fit(x, y)\n", select=CODES)
    assert [finding.fix for finding in outcome.findings] == [Fix.UNSAFE]


@pytest.mark.parametrize(
    "text",
    [
        f"{GAN}gan.fit(x, y)\n",
        GAN.replace("d.trainable = False\n", "d.fit(x, y)\nd.trainable = False\n"),
        f"{NETS}d.trainable = False\nd.compile('sgd', 'mse')\nd.fit(x, y)\n",
        f"{GAN}d.compile('sgd', 'mse')\nd.fit(x, y)\n",
        f"{GAN}d.trainable = True\nd.fit(x, y)\n",
        f"{GAN}for x in data:\n    d.trainable = True\n    for y in x:\n        d.fit(x, y)\n    d.trainable = False\n",
        f"{GAN}d.trainable = True\ntry:\n    f()\nexcept ValueError:\n    d.fit(x, y)\nd.trainable = False\n",
        f"{GAN}d.trainable = True\nmatch x:\n    case 1:\n        d.fit(x, y)\nd.trainable = False\n",
        f"{GAN}\ndef train(d, x):\n    d.compile('sgd', 'mse')\n    d.fit(x)\n",
        f"{NETS}g.compile('sgd', 'mse')\nd.trainable = False\ngan = keras.Sequential([g, d])\n"
        "gan.compile('sgd', 'mse')\ng.fit(x, y)\n",
        GAN.replace("d.trainable = False", "d.trainable = flag") + "d.fit(x, y)\n",
        GAN.replace("d.trainable = False", "freeze(d, False)") + "d.fit(x, y)\n",
        "def freeze(m, loud):\n    m.trainable = False\n\n"
        + GAN.replace("d.trainable = False", "freeze(d, False)")
        + "d.fit(x)\n",
        "def freeze(m, flag):\n    m.name = flag\n\n"
        + GAN.replace("d.trainable = False", "freeze(d, False)")
        + "d.fit(x)\n",
        f"{NETS}g.compile('sgd', 'mse')\ng.note(d)\nd.trainable = False\ngan = keras.Sequential([g, d])\n"
        "gan.compile('sgd', 'mse')\ng.fit(x, y)\n",
        f"{GAN}gan.fit(x, y)\nd.predict(x)\n",
        FROZEN_BY.format("d.trainable = flag", "d, False, loud=True"),
        FROZEN_BY.format("d.trainable = flag", "d, 0"),
        FROZEN_BY.format("d.trainable = flag", "d, True, False").replace("flag):", "flag, loud):"),
        GAN.replace("d.trainable = False", "for m in d.metrics:\n    m.trainable = False") + "d.fit(x, y)\n",
        GAN.replace("d.trainable = False", "for m in d.layers:\n    e.trainable = False") + "d.fit(x, y)\n",
        GAN.replace("d.trainable = False", "d.trainable = d.seen = False") + "d.fit(x, y)\n",
        GIVEN.format("    gan.compile('sgd', 'mse')\n").replace("d.train_on_batch", "gan.train_on_batch"),
        f"{GAN}e.fit(x, y)\n",
        GIVEN.replace("d.trainable = False", "d.trainable = True").format(""),
        GIVEN.replace("(g, d):", "(g):")
        .replace("    d.t", "    d = keras.Sequential()\n    d.t", 1)
        .format(""),
        GIVEN.replace("    d.trainable = False\n", "")
        .replace("    return", "    d.trainable = False\n    return")
        .format(""),
        GIVEN.format("    d.compile('sgd', 'mse')\n"),
        GIVEN.format("    d.trainable = True\n"),
        GAN.replace("d.trainable = False", "d.name = False") + "d.fit(x, y)\n",
        f"{GAN}\nclass Other:\n    def train(self, x):\n        self.d.fit(x)\n",
        "from sklearn.svm import SVC\nd = SVC()\nd.compile()\nd.trainable = False\nd.fit(x, y)\n",
        "import keras\n\ndef freeze(d):\n    d.trainable = False\n\ndef train(d, x):\n    d.fit(x)\n",
        "import keras\n\ndef again(d):\n    d.trainable = False\n    d.compile('sgd', 'mse')\n\n"
        "def train(d, x):\n    d.fit(x)\n",
    ],
    ids=[
        "it is trained only through the other",
        "it was trained before",
        "it was frozen before",
        "it is compiled again",
        "it is thawed",
        "it is thawed around an inner loop",
        "it is thawed before an exception",
        "it is thawed before a case",
        "its training compiles it",
        "what is frozen is no part of it",
        "frozen or not is known to the run",
        "an unknown function",
        "a function that always freezes",
        "a function that sets something else",
        "a method that adds no layer",
        "it only predicts",
        "a function with more arguments",
        "a number for a flag",
        "a function of three arguments",
        "a loop over its metrics",
        "a loop that freezes something else",
        "two targets",
        "another model is compiled anew",
        "another model is trained",
        "a given model is thawed",
        "a model of its own has the name of another",
        "nothing is compiled behind it",
        "its training compiles what it was given",
        "its training thaws what it was given",
        "another attribute",
        "an attribute of another class",
        "an estimator of another package",
        "nothing else is compiled where it is frozen",
        "it is compiled where it is frozen",
    ],
)
def test_what_is_trained_as_it_was_compiled_stays(text: str) -> None:
    unchanged(text)
