"""``in_train_phase`` and ``in_test_phase``: the ``training`` of the call around them."""

from __future__ import annotations

import pytest

from codemods.testing import run
from migrate.findings import Fix

HEAD = "from keras import backend as K\nfrom keras.layers import Layer\n\n\nclass Phased(Layer):\n"
CHOSEN = {
    "def call(self, x, mask=None):": "def call(self, x, mask=None, training=None):",
    "def call(self, x, training=None):": "def call(self, x, training=None):",
    "def call(self, x, *rest, **more):": "def call(self, x, *rest, training=None, **more):",
    "def call(self, x, *rest, scale=1):": "def call(self, x, *rest, scale=1, training=None):",
    "def call(self, x, **more):": "def call(self, x, training=None, **more):",
}


@pytest.mark.parametrize("head", CHOSEN)
def test_call_is_given_training(head: str) -> None:
    made = run(f"{HEAD}    {head}\n        return K.in_train_phase(x, x * 2)\n").text
    assert f"    {CHOSEN[head]}\n        return x if training else (x * 2)\n" in made


def test_two_of_one_call_share_the_argument() -> None:
    body = (
        "    def call(self, x):\n        y = K.in_train_phase(x, x * 2)\n"
        "        return K.in_test_phase(x, y, training=None)\n"
    )
    made = run(HEAD + body).text
    assert "def call(self, x, training=None):\n        y = x if training else (x * 2)\n" in made
    assert "return y if training else x\n" in made


def test_functions_are_called_where_they_are_chosen() -> None:
    body = (
        "    def call(self, x):\n        def noisy():\n            return x * 2\n"
        "        return K.in_train_phase(noisy, lambda: x + 1)\n"
    )
    assert "return noisy() if training else (x + 1)" in run(HEAD + body).text


PHASED = "        return K.in_train_phase(x, x * 2)\n"
LEFT = {
    "a helper": f"    def scaled(self, x, training=None):\n{PHASED}",
    "no layer": f"    pass\n\n\ndef call(x):\n    if x:\n{PHASED}",
    "called by a class below": f"    def call(self, x):\n{PHASED}\n\nclass More(Phased):\n"
    "    def call(self, x):\n        return super().call(x)\n",
    "another training": f"    def call(self, x):\n        training = x > 0\n{PHASED}",
    "written again": f"    def call(self, x, training=None):\n        training = 1\n{PHASED}",
    "of a function inside": f"    def call(self, x):\n        def f(training):\n    {PHASED}        return f(1)\n",
    "a value": "    def call(self, x):\n        return K.in_train_phase(x, x * 2, training=self.on)\n",
}


@pytest.mark.parametrize("why", LEFT)
def test_what_a_person_has_to_look_at(why: str) -> None:
    outcome = run(HEAD + LEFT[why])
    assert "K.in_train_phase" in outcome.text
    assert [one.fix for one in outcome.findings if "in_train_phase" in one.symbol] == [Fix.MANUAL]


def test_a_subprocess_calls_no_layer() -> None:
    text = (
        HEAD
        + "    def call(self, x):\n        return K.in_train_phase(x, x * 2)\n\n\nsubprocess.call(['ls'])\n"
    )
    assert "if training else" in run("import subprocess\n" + text).text
