"""Losses that use symbolic tensors of a model, and those that only share their names or ask for their shapes."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop

HEAD = (
    "import keras\nfrom keras import ops\n\nx = keras.Input((8,))\nz = keras.layers.Dense(2)(x)\n"
    "model = keras.Model(x, keras.layers.Dense(8)(z))\n\n\n"
)
SAID = {
    "its parameters": "def f(y_true, y_pred):\n    return y_true - y_pred + z\n\n\nmodel.compile('sgd', f)\n",
    "by position": "def own(a, b):\n    return a - b + ops.sum(z)\n\n\nmodel.compile('sgd', own)\n",
    "in a list": "def own(a, b):\n    return a - b + ops.sum(z)\n\n\nmodel.compile('sgd', 'mse', metrics=[own])\n",
    "by output": "def own(a, b):\n    return a - b + ops.sum(z)\n\n\nmodel.compile('sgd', loss={'a': own})\n",
    "in a list by output": (
        "def own(a, b):\n    return a - b + ops.sum(z)\n\n\nmodel.compile('sgd', 'mse', metrics={'a': ['mse', own]})\n"
    ),
    "a lambda": "model.compile('sgd', lambda a, b: a - b + ops.sum(z))\n",
    "a named lambda": "own = lambda a, b: a - b + ops.sum(z)\nmodel.compile('sgd', loss=own)\n",
    "in a factory": (
        "def make():\n    y = keras.layers.Dense(2)(x)\n\n    def loss(y_true, y_pred):\n"
        "        return y_true - y_pred + y\n\n    return loss\n\n\nmodel.compile('sgd', make())\n"
    ),
    "given to a factory": "model.compile('sgd', 'mse', metrics=[made(z, 2)])\n",
    "given to a factory by name": "model.compile('sgd', {'a': made(tensor=z)})\n",
    "bound to a function": (
        "from functools import partial\n\nbound = partial(own, samples=z)\nmodel.compile('sgd', [bound, 'mse'])\n"
    ),
    "of an object": (
        "class Vae:\n    def __init__(self):\n        self.z = keras.layers.Dense(2)(x)\n\n"
        "    def loss(self, y_true, y_pred):\n        return y_true - y_pred + self.z\n\n\nmodel.compile('sgd', f)\n"
    ),
}
KEPT = {
    "a shape": "def own(a, b):\n    return (a - b) * x.shape[1]\n\n\nmodel.compile('sgd', own)\n",
    "a name of its own": "def own(a, b):\n    z = a * 2\n    return z - b\n\n\nmodel.compile('sgd', own)\n",
    "the parameter of a lambda": "model.compile('sgd', lambda x, z: x - z)\n",
    "its parameter": "def own(x, z):\n    return x - z\n\n\nmodel.compile('sgd', own)\n",
    "another function": "def own(a, b):\n    return a - b + ops.sum(z)\n\n\nmodel.compile('sgd', 'mse')\n",
    "given to a factory that is no loss": "made(z)\nmodel.compile('sgd', 'mse')\n",
    "a factory of numbers": "model.compile('sgd', made(2, rate=0.1))\n",
    "a factory bound twice": "bound = made(z)\nbound = made(2)\nmodel.compile('sgd', bound)\n",
    "a parameter": "def build(loss):\n    model.compile('sgd', loss)\n",
    "no model": "def loss(y_true, y_pred):\n    return y_true - y_pred + ops.sum(z)\n",
}


@pytest.mark.parametrize("case", SAID)
def test_a_symbolic_tensor_in_a_loss_is_said(case: str) -> None:
    found = [f for f in check_noop(HEAD + SAID[case]).findings if f.code == "LSS105"]
    assert len(found) == 1
    assert found[0].hint


@pytest.mark.parametrize("case", KEPT)
def test_what_a_loss_may_use_is_not_said(case: str) -> None:
    assert "LSS105" not in {finding.code for finding in check_noop(HEAD + KEPT[case]).findings}
