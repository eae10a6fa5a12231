"""Files of weights that one file of a project writes and another reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.options import Options
from codemods.run.runner import run

NEW, OLD = "m.load_weights('./RPN.weights.h5')", "m.load_weights('./RPN.h5')"
WRITTEN = {
    "m.save_weights('RPN.h5')": NEW,
    "m.save_weights(filepath='./RPN.h5')": NEW,
    "m.save_weights('RPN.weights.h5')": NEW,
    "keras.callbacks.ModelCheckpoint('RPN.h5', verbose=1, save_weights_only=True)": NEW,
    "m.save('RPN.h5')": OLD,
    "m.save_weights('other/RPN.h5')": OLD,
    "m.save_weights('RPN')": OLD,
    "keras.callbacks.ModelCheckpoint('RPN.h5')": OLD,
}


@pytest.mark.parametrize("written", WRITTEN)
def test_weights_are_read_as_another_file_writes_them(tmp_path: Path, written: str) -> None:
    (tmp_path / "setup.py").write_text("")
    (tmp_path / "train.py").write_text(f"import keras\nm = keras.Sequential()\n{written}\n")
    test = tmp_path / "test.py"
    test.write_text(f"import keras\nm = keras.Sequential()\n{OLD}\n")
    made = next(iter(run([test], Options())))
    assert (made.new or test.read_bytes()).decode().splitlines()[-1] == WRITTEN[written]
