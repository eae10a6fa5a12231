"""What looks like the place of a rule and is another: each case holds one guard of a rule."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, run
from migrate.findings import Severity


def test_the_name_of_a_variable_that_is_not_set_stays() -> None:
    check_noop("import keras\nname = 'KERAS_BACKEND'\n")


def test_another_parameter_that_is_auto_by_default_stays() -> None:
    check_noop(
        "import keras\n\n\nclass Own(keras.losses.Loss):\n    def __init__(self, mode='auto'):\n"
        "        super().__init__()\n        self.mode = mode\n"
    )


@pytest.mark.parametrize(
    ("tensor", "severity"), [("tf.constant([1.0])", Severity.ERROR), ("make()", Severity.WARNING)]
)
def test_a_tensor_of_unknown_making_may_be_one_of_keras(tensor: str, severity: Severity) -> None:
    text = f"import keras\nimport tensorflow as tf\nfrom here import make\nx = keras.Input(tensor={tensor})\n"
    assert [f.severity for f in run(text).findings if f.argument == "tensor"] == [severity]
