"""`ModelCheckpoint` of whole models: which names change, and which reads follow."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed

HEAD = "import keras\nfrom other import f, path\nm = keras.Sequential()\n"


@pytest.mark.parametrize("name", ["''", "'m.keras'", "'m.h5'", "'folder/'", "path", "3"])
def test_names_that_keras_takes_or_that_cannot_be_seen_stay(name: str) -> None:
    check_noop(f"{HEAD}keras.callbacks.ModelCheckpoint({name})\n", unsafe=True, select=["SAV015"], codes=[])


@pytest.mark.parametrize("only", ["True", "path"])
def test_files_of_weights_stay(only: str) -> None:
    call = f"keras.callbacks.ModelCheckpoint('best', save_weights_only={only})"
    check_noop(f"{HEAD}{call}\n", unsafe=True, select=["SAV015"], codes=[])


def test_only_reads_of_the_same_file_follow() -> None:
    text = (
        HEAD + "keras.callbacks.ModelCheckpoint('{new}', save_weights_only=False)\n"
        "m.load_weights('{new}')\nkeras.models.load_model('{new}')\n"
        "m.load_weights('other')\nm.load_weights()\nm.name('best')\nf('best')\n"
    )
    before, after = (text.format(new=name) for name in ("best", "best.keras"))
    check_transformed(before, after, unsafe=True, select=["SAV015"])
