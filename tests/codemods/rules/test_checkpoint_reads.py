"""Weights that are read from checkpoints of TensorFlow."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.options import Options
from codemods.run.runner import run as run_files
from codemods.testing import run

HEAD = "import os\n\nimport keras\nimport tensorflow as tf\n\nfolder = os.getcwd()\nm = keras.Sequential()\n"


def lines(text: str) -> list[int]:
    head = HEAD.count("\n")
    found = run(HEAD + text, select=["SAV021"], unsafe=True).findings
    assert all("keras-migrate weights" in finding.hint for finding in found)
    return [finding.line - head for finding in found]


@pytest.mark.parametrize(
    "path",
    [
        "'w'",
        "'training/cp.ckpt'",
        "'./w'",
        "f'{folder}/w'",
        "folder + '/cp.ckpt'",
        "os.path.join(folder, 'w')",
        "filepath='w'",
        "tf.train.latest_checkpoint(folder)",
        "'w_%d' % 3",
        "folder + '/%s/w_%02d' % (folder, 3)",
    ],
)
def test_checkpoints_are_found(path: str) -> None:
    assert lines(f"m.load_weights({path})\n") == [1]


@pytest.mark.parametrize(
    "text",
    [
        "m.load_weights('w.h5')\n",
        "m.load_weights('v1.2/w.hdf5')\n",
        "m.load_weights(f'{folder}/w.weights.h5')\n",
        "m.load_weights(f'{folder}')\n",
        "m.load_weights(folder)\n",
        "m.load_weights('folder/')\n",
        "m.load_weights()\n",
        "m.load_weights('%s/%s' % (folder, folder))\n",
        "m.load_weights('w-%(name)s' % folder)\n",
        "m.load_weights('w%-5.3r' % folder)\n",
        "os.load_weights('w')\n",
        "m.save_weights('w')\nm.load_weights('w')\n",
        "m.save_weights(f'{folder}/w')\nm.load_weights(f'{folder}/w')\n",
        "p = folder + '/w'\nm.save_weights(folder + '/w')\nm.load_weights(p)\n",
        "keras.callbacks.ModelCheckpoint('w', save_weights_only=True)\nm.load_weights('w')\n",
        "class Own:\n    def load_weights(self, path):\n        pass\n\n\nf(Own).load_weights('w')\n",
    ],
)
def test_other_files_are_not(text: str) -> None:
    assert lines(text) == []


def test_a_name_that_is_given_once_shows_its_path() -> None:
    assert lines("path = 'w'\nm.load_weights(path)\n") == [2]
    assert lines("path = 'w'\npath = f()\nm.load_weights(path)\n") == []


def test_an_unknown_object_counts_as_a_model_unless_the_file_has_its_own_method() -> None:
    assert lines("f().load_weights('w')\n") == [1]


@pytest.mark.parametrize(("writes", "found"), [("m.save_weights('w')\n", False), ("print('w')\n", True)])
def test_what_another_file_writes_is_renamed(tmp_path: Path, writes: str, found: bool) -> None:
    (tmp_path / "a.py").write_text("import keras\n\nm = keras.Sequential()\n" + writes)
    (tmp_path / "b.py").write_text("import keras\n\nm = keras.Sequential()\nm.load_weights('w')\n")
    results = run_files([tmp_path / "a.py", tmp_path / "b.py"], Options(select=("SAV",)))
    codes = {finding.code for result in results for finding in result.findings}
    assert ("SAV021" in codes) is found
