"""Weights that a program saves and loads again."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.repository.joins.own_weights import OwnWeights, join_own_weights
from migrate.repository.joins.uses import Program

LOADS = "def restore(model, path):\n    model.load_weights(path, by_name=True)\n"
EITHER = "    model.load_weights(path, **({} if str(path).endswith('.weights.h5') else {'by_name': True}))"


def joined(root: Path, files: dict[str, str], artifacts: tuple[str, ...] = ()) -> OwnWeights:
    for path, text in files.items():
        (root / path).write_text(text)
    return join_own_weights(Program(root, sorted(files)), artifacts)


def test_what_is_saved_through_a_parameter_is_saved_and_loaded_under_the_new_name(tmp_path: Path) -> None:
    net = (
        "from keras.models import Model\n\n\nclass Net:\n"
        "    def save(self, path='net_weights_saved.hdf5'):\n        self.model.save_weights(path)\n\n"
        "    def fit(self):\n        weights_path = '{}_weights.hdf5'.format(self.name)\n"
        "        self.save(weights_path)\n        restore(self.model, weights_path)\n"
    )
    made = joined(tmp_path, {"net.py": f"{net}\n\n{LOADS}"})
    text = made.texts["net.py"]
    assert "path='net_weights_saved.weights.h5'" in text
    assert "'{}_weights.weights.h5'.format(self.name)" in text
    assert EITHER in text
    assert made.counts == {"net.py": 3}
    assert made.left == []


def test_a_load_in_another_file_follows_what_the_rules_renamed(tmp_path: Path) -> None:
    files = {
        "callbacks.py": "def keep(model, name):\n    model.save_weights('{}_weights.weights.h5'.format(name))\n",
        "use.py": "def again(model, name):\n    model.load_weights('{}_weights.hdf5'.format(name))\n",
    }
    made = joined(tmp_path, files)
    assert made.texts == {"use.py": files["use.py"].replace(".hdf5", ".weights.h5")}


@pytest.mark.parametrize("use", ["upload(path)", "return path", "import shutil\n    shutil.copy(path, '/x')"])
def test_a_path_that_goes_elsewhere_keeps_its_name_and_is_told(use: str, tmp_path: Path) -> None:
    text = f"def keep(model, path='w.h5'):\n    model.save_weights(path)\n    {use}\n"
    made = joined(tmp_path, {"net.py": text})
    assert made.texts == {}
    assert [(placed.path, placed.line, placed.finding.code) for placed in made.left] == [
        ("net.py", 1, "JOIN005")
    ]


def test_files_of_the_repository_and_programs_that_only_load_stay(tmp_path: Path) -> None:
    saves = {"net.py": "def keep(model, path='w.h5'):\n    model.save_weights(path)\n"}
    assert joined(tmp_path, saves, ("models/w.h5",)).texts == {}
    assert joined(tmp_path, {"net.py": LOADS}).texts == {}
