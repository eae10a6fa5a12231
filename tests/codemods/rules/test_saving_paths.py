"""Files of weights that one file of a project writes and another reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.options import Options
from codemods.run.runner import run
from codemods.testing import check_noop
from codemods.testing import run as snippet

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


FOLDERS = {
    "m.save(os.path.join(where, 'm'))": True,
    "m.save(folder + '/model')": True,
    "p = folder + '/model'; m.save(p)": True,
    "m.save('model_%d' % 3)": True,
    "m.save(folder + '/model.keras')": False,
    "m.save('model_%d.h5' % 3)": False,
    "m.save(os.path.join(where, name))": False,
    "m.save(f'{where}/m')": False,
    "m.save(folder + '/model', save_format='h5')": False,
}


@pytest.mark.parametrize("line", FOLDERS)
def test_a_folder_that_is_put_together_is_said(line: str) -> None:
    made = check_noop(f"import os\nimport keras\n\n\ndef f(where):\n    m = keras.Sequential()\n    {line}\n")
    assert ("SAV001" in {finding.code for finding in made.findings}) is FOLDERS[line]


TEMPORARY = (
    "import os\nimport tempfile\nimport tensorflow as tf\nimport keras\n\n\ndef f(where):\n"
    "    m = keras.Sequential()\n    with tempfile.TemporaryDirectory() as tmp:\n"
    "        path = os.path.join(tmp, '{name}')\n        m.save(path{more})\n        keras.models.load_model(path)\n"
)


@pytest.mark.parametrize(("name", "new"), [("m", "m.keras"), ("m.h5", "m.h5"), ("m.x", "m.x"), ("m/", "m/")])
def test_a_temporary_model_that_is_read_again_is_a_file(name: str, new: str) -> None:
    before, after = (TEMPORARY.format(name=part, more="") for part in (name, new))
    assert snippet(before, unsafe=True).text.replace('"', "'") == after


def test_options_of_a_folder_are_left_out_when_asked() -> None:
    text = TEMPORARY.format(name="m", more=", options=tf.saved_model.SaveOptions()")
    assert "m.save(path, options=" in snippet(text).text
    assert "m.save(path)" in snippet(text, unsafe=True).text
    signed = TEMPORARY.format(name="m", more=", signatures=f")
    assert "m.save(path, signatures=f)" in snippet(signed, unsafe=True).text


def test_a_placeholder_is_a_symbolic_tensor() -> None:
    text = (
        "import tensorflow as tf\nfrom keras import backend as K\nx = K.placeholder(ndim=2)\ny = tf.abs(x)\n"
    )
    assert "y = ops.abs(x)" in snippet(text, unsafe=True).text
