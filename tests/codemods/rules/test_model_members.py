"""Members of models of stand-alone Keras: of which objects they are said."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed

HEAD = "import keras\nfrom other import f\n\nm = keras.Sequential([keras.layers.Dense(1)])\n"
OWN = "\n\nclass M(keras.Model):\n    def f(self):\n        {}\n"


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        ("m.uses_learning_phase\n", ["LAY110"]),
        ("m.uses_learning_phase = True\n", []),
        ("m.uses_learning_phase = True\nprint(m.uses_learning_phase)\n", []),
        ("m.targets\n", ["LAY110"]),
        ("m._feed_inputs + m._feed_targets\n", ["LAY110", "LAY110"]),
        ("def g(x):\n    return x._feed_inputs\n", ["LAY110"]),
        ("def g(x):\n    return x.targets\n", []),
        ("import numpy\n\nnumpy.uses_learning_phase\n", []),
        (OWN.format("return self.uses_learning_phase"), ["LAY110"]),
        (OWN.format("return self.targets"), []),
        (OWN.format("self._feed_inputs = 3") + "\n    def g(self):\n        return self._feed_inputs\n", []),
        (
            OWN.format("pass")
            + "\n    def run_internal_graph(self):\n        pass\n\n\nM().run_internal_graph\n",
            [],
        ),
        (OWN.format("pass") + "\n\nM().run_internal_graph\n", ["LAY110"]),
        ("m.to_yaml()\n", []),
    ],
)
def test_what_keras_3_models_lack(lines: str, codes: list[str]) -> None:
    check_noop(HEAD + lines, unsafe=True, select=["LAY110"], codes=codes)


def test_functions_of_models_are_public() -> None:
    text = HEAD + "m.{0}make_predict_function()\n\n\ndef g(x):\n    x.{0}make_train_function()\n"
    check_transformed(text.format("_"), text.format(""), unsafe=True, select=["LAY118"])


@pytest.mark.parametrize(
    "lines",
    [
        "f._make_test_function = f\nf._make_test_function()\n",
        "import numpy\n\nnumpy._make_test_function()\n",
        OWN.format("pass")
        + "\n    def _make_test_function(self):\n        pass\n\n\nM()._make_test_function()\n",
    ],
)
def test_functions_of_the_project_stay(lines: str) -> None:
    check_noop(HEAD + lines, unsafe=True, select=["LAY118"], codes=[])
