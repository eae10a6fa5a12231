"""`ModelCheckpoint` of whole models: which names change, and which reads follow."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed, run

HEAD = "import keras\nfrom other import f, path\nm = keras.Sequential()\n"


@pytest.mark.parametrize("name", ["''", "'m.keras'", "'m.h5'", "'folder/'", "path", "3"])
def test_names_that_keras_takes_or_that_cannot_be_seen_stay(name: str) -> None:
    check_noop(f"{HEAD}keras.callbacks.ModelCheckpoint({name})\n", unsafe=True, select=["SAV015"], codes=[])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f'{path}/m'", "f'{path}/m.keras'"),
        ("f'{path}/m-{{epoch:02d}}'", "f'{path}/m-{{epoch:02d}}.keras'"),
        ("f'{path}/m.hdf5'", "f'{path}/m.h5'"),
        ("path + '/m'", "path + '/m.keras'"),
        ("f'{path}/{f}'", "f'{path}/{f}'"),
    ],
)
def test_the_visible_end_of_a_path_changes(before: str, after: str) -> None:
    text = HEAD + "keras.callbacks.ModelCheckpoint({})\n"
    assert run(text.format(before), unsafe=True, select=["SAV015"]).text == text.format(after)


@pytest.mark.parametrize("path", ["f'{path}/m' f'.tf'", "f'{path}/m\\x41'"])
def test_an_end_that_is_written_otherwise_is_left_to_a_person(path: str) -> None:
    line = f"keras.callbacks.ModelCheckpoint({path})\n"
    check_noop(HEAD + line, unsafe=True, select=["SAV015"], codes=["SAV015"])


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
