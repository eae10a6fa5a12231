"""Names of files of weights that other files have, which say nothing of Keras."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.options import Options
from codemods.run.runner import run as run_files

WRITES = "import keras\n\nmodel = keras.Sequential()\n"


def left(folder: Path, written: str, other: str) -> list[str]:
    (folder / "setup.py").write_text("")
    (folder / "upload.py").write_text(other)
    (folder / "train.py").write_text(WRITES + written)
    (result,) = run_files([folder / "train.py"], Options())
    return [finding.message for finding in result.findings if not finding.applied]


@pytest.mark.parametrize(
    "written",
    [
        "model.save_weights('w.h5')\n",
        "keras.callbacks.ModelCheckpoint('w.h5', save_weights_only=True)\n",
    ],
)
def test_a_file_without_keras_is_named(tmp_path: Path, written: str) -> None:
    (message,) = left(tmp_path, written, 'send("w.h5")\n')
    assert message == "upload.py names 'w.h5', which is written as 'w.weights.h5'"


@pytest.mark.parametrize(
    ("written", "other"),
    [
        ("model.save_weights('w.h5')\n", 'send("v.h5")\n'),
        ("model.save_weights('w.h5')\n", 'import keras\nsend("w.h5")\n'),
        ("model.save_weights('w.weights.h5')\n", 'send("w.weights.h5")\n'),
        ("model.save('w.h5')\n", 'send("w.h5")\n'),
        ("keras.callbacks.ModelCheckpoint('w.h5')\n", 'send("w.h5")\n'),
    ],
)
def test_others_are_not(tmp_path: Path, written: str, other: str) -> None:
    assert not [message for message in left(tmp_path, written, other) if "upload.py" in message]
