"""Models that a program makes from a file of the architecture and one of weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.repository.joins.described import Described, Whole, join_described
from migrate.repository.joins.uses import Program

ONE = Described("m/net.h5", "m/net.keras", "m/net.json")
HEAD = "from keras.models import model_from_json\n"


def joined(root: Path, text: str, *, loadable: bool = True) -> Whole:
    (root / "main.py").write_text(HEAD + text)
    program = Program(root, ["main.py"])
    return join_described(program, {ONE.path: ONE}, [ONE.path], lambda _artifact, _place: loadable)


WAYS = {
    "names": (
        "text = open('m/net.json').read()\nmodel = model_from_json(text)\nmodel.load_weights('m/net.h5')\n",
        "text = open('m/net.json').read()\nmodel = keras.models.load_model('m/net.keras', compile=False)\n",
    ),
    "a block": (
        "def get():\n    with open('m/net.json') as f:\n        model = model_from_json(f.read())\n"
        "    model.load_weights('m/net.h5')\n    return model\n",
        "def get():\n    with open('m/net.json') as f:\n        pass\n"
        "    model = keras.models.load_model('m/net.keras', compile=False)\n    return model\n",
    ),
    "an attribute, a name of the module and own classes": (
        "W = 'm/net.h5'\n\n\nclass A:\n    def __init__(self):\n"
        "        self.model = model_from_json(open('m/net.json').read(), custom_objects={'B': B})\n"
        "        self.model.load_weights(W)\n",
        "W = 'm/net.keras'\n\n\nclass A:\n    def __init__(self):\n"
        "        self.model = keras.models.load_model(W, custom_objects={'B': B}, compile=False)\n",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_two_files_become_one_load(way: str, tmp_path: Path) -> None:
    before, after = WAYS[way]
    made = joined(tmp_path, before)
    assert made.texts["main.py"].endswith(after)
    assert "import keras" in made.texts["main.py"]
    assert (made.counts, made.artifacts) == ({"main.py": 1}, {"m/net.h5"})


STAYS = {
    "something reads the model": (
        "m = model_from_json(open('m/net.json').read())\nm.summary()\nm.load_weights('m/net.h5')\n"
    ),
    "another architecture": "m = model_from_json(open('m/other.json').read())\nm.load_weights('m/net.h5')\n",
    "by name": "m = model_from_json(open('m/net.json').read())\nm.load_weights('m/net.h5', by_name=True)\n",
    "a model that is built": "# m/net.json\nm = build()\nm.load_weights('m/net.h5')\n",
    "a path that goes elsewhere": (
        "P = 'm/net.h5'\nm = model_from_json(open('m/net.json').read())\nm.load_weights(P)\nupload(P)\n"
    ),
    "two functions": (
        "def make():\n    return model_from_json(open('m/net.json').read())\n\n\ndef get():\n    m = make()\n"
        "    m.load_weights('m/net.h5')\n"
    ),
}


@pytest.mark.parametrize("way", STAYS)
def test_what_is_not_certain_stays(way: str, tmp_path: Path) -> None:
    assert joined(tmp_path, STAYS[way]).texts == {}


def test_a_file_without_the_classes_that_it_needs_stays(tmp_path: Path) -> None:
    assert joined(tmp_path, WAYS["names"][0], loadable=False).texts == {}
