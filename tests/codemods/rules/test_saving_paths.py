"""Files of weights that one file of a project writes and another reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.options import Options
from codemods.run.runner import run
from codemods.testing import check_noop, check_transformed
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
    "m.save(f'{where}/m')": True,
    "m.save(f'{where}/v1.2/m')": True,
    "keras.models.save_model(m, f'{where}/m')": True,
    "m.save(f'{where}/m.keras')": False,
    "m.save(f'{where}/{m}')": False,
    "m.save(f'')": False,
    "m.save(f'{where}/')": False,
    "m.save(folder + '/model', save_format='h5')": False,
}


@pytest.mark.parametrize("line", FOLDERS)
def test_a_folder_that_is_put_together_is_said(line: str) -> None:
    made = check_noop(f"import os\nimport keras\n\n\ndef f(where):\n    m = keras.Sequential()\n    {line}\n")
    assert ("SAV001" in {finding.code for finding in made.findings}) is FOLDERS[line]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("f'{where}/m'", True),
        ("where + '/m'", True),
        ("os.path.join(where, 'm')", True),
        ("f'{where}/m.h5'", False),
        ("where", False),
        ("f'{where}'", False),
    ],
)
def test_a_folder_that_is_read_is_said(path: str, found: bool) -> None:
    made = check_noop(f"import os\nimport keras\n\n\ndef f(where):\n    keras.models.load_model({path})\n")
    assert ("SAV004" in {finding.code for finding in made.findings}) is found


def test_a_folder_that_is_saved_and_read_is_said_once() -> None:
    text = "import keras\n\n\ndef f(where):\n    keras.Sequential().save(where + '/{}')\n"
    text += "    keras.models.load_model(where + '/m')\n"
    assert [f.code for f in check_noop(text.format("m")).findings] == ["SAV001"]
    assert [f.code for f in check_noop(text.format("n")).findings] == ["SAV001", "SAV004"]


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


def test_what_asks_for_a_written_file_asks_for_its_new_name() -> None:
    text = "import os\nimport keras\nm = keras.Sequential()\nif os.path.exists('w.h5'):\n    m.load_weights('w.h5')\n"
    outcome = snippet(f"{text}m.save_weights('w.h5')\n")
    assert "os.path.exists('w.weights.h5')" in outcome.text
    assert all(finding.applied for finding in outcome.findings)


def test_a_mention_that_something_unknown_takes_waits(tmp_path: Path) -> None:
    (tmp_path / "setup.py").write_text("")
    (tmp_path / "train.py").write_text("import keras\nm = keras.Sequential()\nm.save_weights('w.h5')\n")
    test = tmp_path / "test.py"
    test.write_text(
        "import keras\n\ndef restore(m, path):\n    m.load_weights(path)\n\nrestore(keras.Model(), 'w.h5')\n"
    )
    made = next(iter(run([test], Options())))
    assert [(finding.code, finding.applied) for finding in made.findings] == [("SAV003", False)]
    made = next(iter(run([test], Options(unsafe=True))))
    assert made.new is not None
    assert made.new.decode().endswith("restore(keras.Model(), 'w.weights.h5')\n")


def test_a_mention_of_a_file_that_nothing_writes_stays() -> None:
    check_noop("import keras\nm = keras.Sequential()\nm.load_weights(first('w.h5'))\n", codes=[])


CHECKPOINTS = {
    "p = 'w-{epoch}.hdf5'\nkeras.callbacks.ModelCheckpoint(p)": "p = 'w-{epoch}.h5'",
    "p = f'w-{n}.hdf5'\nkeras.callbacks.ModelCheckpoint(p)": "p = f'w-{n}.h5'",
    "p = os.path.join(d, 'w.hdf5')\nkeras.callbacks.ModelCheckpoint(p)\nkeras.models.load_model(p)": (
        "p = os.path.join(d, 'w.h5')"
    ),
    "keras.callbacks.ModelCheckpoint(d + '/w.hdf5')": "keras.callbacks.ModelCheckpoint(d + '/w.h5')",
}


@pytest.mark.parametrize("code", CHECKPOINTS)
def test_the_ending_of_a_checkpoint_is_changed_where_its_path_is_made(code: str) -> None:
    text = f"import os\nimport keras\n{code}\n"
    assert CHECKPOINTS[code] in run_unsafe(text)
    check_noop(text, codes=["SAV015"])


@pytest.mark.parametrize(
    "code",
    [
        "p = 'w.h5'\nkeras.callbacks.ModelCheckpoint(p)",
        "p = 'w.hdf5'\nkeras.callbacks.ModelCheckpoint(p)\nshutil.copy(p, d)",
        "keras.callbacks.ModelCheckpoint(p)",
        "p = 'w.hdf5'\nkeras.callbacks.ModelCheckpoint(p, save_weights_only=only)",
    ],
)
def test_checkpoints_whose_path_is_taken_or_not_known_stay(code: str) -> None:
    check_noop(f"import shutil\nimport keras\n{code}\n", codes=[], unsafe=True)


def run_unsafe(text: str) -> str:
    return snippet(text, unsafe=True).text


HEAD = "import keras\nfrom other import Other, d, w\nm = keras.Sequential()\n"


@pytest.mark.parametrize(
    "lines",
    [
        "m.save_weights('')\n",
        "m.save_weights('folder/')\n",
        "m.save_weights('w.weights.h5')\n",
        "m.save_weights(d + '.weights.h5')\n",
        "m.save_weights(w)\n",
        "m.load_weights(d + '.h5')\n",
        "m.load_weights()\n",
        "keras.callbacks.ModelCheckpoint('m.h5')\nOther('w.h5', save_weights_only=True)\n",
        "layer = keras.layers.Dense(1)\nlayer.save_weights('w')\n",
    ],
)
def test_other_files_keep_their_names(lines: str) -> None:
    check_noop(HEAD + lines, unsafe=True, select=["SAV003"], codes=[])


def test_a_path_without_an_ending_is_only_said() -> None:
    check_noop(f"{HEAD}m.save_weights(d + 1)\n", unsafe=True, select=["SAV003"], codes=["SAV003"])


def test_a_checkpoint_of_a_whole_model_is_not_one_of_weights() -> None:
    text = HEAD + "m.save_weights('{new}')\nkeras.callbacks.ModelCheckpoint('w')\nm.load_weights('{new}')\n"
    check_transformed(text.format(new="w"), text.format(new="w.weights.h5"), select=["SAV003"])


def test_a_path_is_followed_to_the_function_it_is_made_in() -> None:
    line = "p = d + '{end}'\n{indent}m.save_weights(p)\n"
    inner = "".join(f"def {name}():\n    {line.replace('{indent}', '    ')}" for name in ("f", "g"))
    for text in (HEAD + inner, HEAD + line.replace("{indent}", "")):
        before, after = (text.format(end=end) for end in (".h5", ".weights.h5"))
        check_transformed(before, after, unsafe=True, select=["SAV003"])


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ("'m.h5'", ["SAV013"]),
        ("'m.keras'", []),
        ("w", []),
        ("'m.h5', save_weights_only=True", []),
        ("'m.h5', save_weights_only=w", []),
    ],
)
def test_checkpoints_of_whole_models_before_3_8(given: str, codes: list[str]) -> None:
    text = f"{HEAD}keras.callbacks.ModelCheckpoint({given})\n"
    check_noop(text, version="3.5", select=["SAV013"], codes=codes)
