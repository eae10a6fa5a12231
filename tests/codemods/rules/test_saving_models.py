"""Saving and loading of models: what is seen of a path."""

from __future__ import annotations

from codemods.testing import check_noop

MODEL = (
    "import keras\n\n\ndef save(path):\n    model = keras.Sequential([keras.layers.Dense(1)])\n"
    "    model.compile('adam', 'mse')\n"
)


def test_losses_stay_where_nothing_is_known_of_the_path() -> None:
    check_noop(f"{MODEL}    model.save(path)\n")
