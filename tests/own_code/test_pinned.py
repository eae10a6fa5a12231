"""Code that names tf-keras becomes code of Keras in the slice that Keras 3 gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.own_code.files import Place
from migrate.own_code.pinned import with_keras_named
from migrate.own_code.rewrite import for_legacy, for_modern
from migrate.own_code.slices import cut


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("from tf_keras.layers import Layer\n", "from keras.layers import Layer\n"),
        ("import tf_keras as k, os\n", "import keras as k, os\n"),
        (
            "import tf_keras\n\nx = (tf_keras.ops, tf_keras.layers)",
            "import keras\n\nx = (keras.ops, keras.layers)",
        ),
        ("tf_keras.layers.Dense(3)\f", "keras.layers.Dense(3)\f"),
        ("x = 'tf_keras'  # tf_keras\n", "x = 'tf_keras'  # tf_keras\n"),
        (
            "import keras._tf_keras.keras as k\nx = a.tf_keras\n",
            "import keras._tf_keras.keras as k\nx = a.tf_keras\n",
        ),
        ("import tf_keras\nx = (", "import tf_keras\nx = ("),
        ("import tf_keras\n  x = 1\n y = 2", "import tf_keras\n  x = 1\n y = 2"),
    ],
)
def test_the_package_is_named_and_nothing_else(old: str, new: str) -> None:
    assert with_keras_named(old) == new


def test_each_world_gets_a_slice_in_its_own_words(tmp_path: Path) -> None:
    code = tmp_path / "crf.py"
    code.write_text(
        "from tf_keras import backend as K\nfrom tf_keras.layers import Layer\n\n\n"
        "class Total(Layer):\n    def call(self, x):\n        return K.sum(x, axis=1)\n"
    )
    piece = cut([("Total", Place(tmp_path, code, 5))])
    legacy, modern = for_legacy(piece).text, for_modern(piece, {"Total": "crf"}).text
    assert all(part in legacy for part in ("from tf_keras.layers import Layer", "K.sum(x, axis=1)"))
    assert all(part in modern for part in ("from keras.layers import Layer", "ops.sum(x, axis=1)"))
    assert "tf_keras" not in modern
