"""IMP002 and IMP003 where another file of the repository gives Keras its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.options import Options
from codemods.rules.api import Target
from codemods.run.runner import FileResult, run

BACKEND = """\
import os

if os.environ.get("TF_KERAS"):
    import tensorflow as tf
    keras = tf.keras
else:
    import keras
layers = keras.layers
backend = keras.backend
metrics = keras.metrics
Layer = keras.layers.Layer
"""


def rewritten(tmp_path: Path, text: str, target: Target = Target.KERAS) -> dict[str, FileResult]:
    package = tmp_path / "package"
    package.mkdir()
    files = {"__init__": "", "backend": BACKEND, "layers": text}
    for name, content in files.items():
        (package / f"{name}.py").write_text(content, encoding="utf-8")
    results = run(sorted(package.glob("*.py")), Options(target=target))
    return {result.path.stem: result for result in results}


def text_of(result: FileResult) -> str:
    return (result.new or result.path.read_bytes()).decode()


@pytest.mark.parametrize("target", [Target.KERAS, Target.TF_KERAS_3, Target.TF_KERAS_2])
@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("keras.layers.wrappers.Wrapper", "keras.layers.Wrapper"),
        ("keras.engine.topology.Layer", "keras.layers.Layer"),
        ("layers.recurrent.LSTM", "layers.LSTM"),
        ("layers.Dense", "layers.Dense"),
    ],
)
def test_private_paths_are_left_for_public_ones(
    tmp_path: Path, written: str, becomes: str, target: Target
) -> None:
    text = "from .backend import keras, layers\n\n\nclass Own({}):\n    pass\n"
    result = rewritten(tmp_path, text.format(written), target)["layers"]
    assert text_of(result) == text.format(becomes)
    assert [f.code for f in result.findings] == (["IMP002"] if written != becomes else [])


def test_what_only_tensorflow_has_is_reached_there(tmp_path: Path) -> None:
    text = "from .backend import backend as K, keras\n\nx = K.dropout(y, 0.5)\n"
    assert "x = tf.keras.backend.dropout(y, 0.5)" in text_of(rewritten(tmp_path, text)["layers"])


def test_what_moved_out_of_the_module_stays(tmp_path: Path) -> None:
    text = "from .backend import metrics\n\nx = metrics.cosine_proximity(y, z)\n"
    result = rewritten(tmp_path, text)["layers"]
    assert text_of(result) == text


def test_a_class_is_no_place_to_look_in(tmp_path: Path) -> None:
    text = "from .backend import Layer\n\nx = Layer.core.Dense\n"
    assert text_of(rewritten(tmp_path, text)["layers"]) == text


def test_what_only_keras_2_has_is_reached_by_its_public_path(tmp_path: Path) -> None:
    text = "from .backend import keras\n\n\nclass Own({}):\n    pass\n"
    before = text.format("keras.layers.local.LocallyConnected1D")
    result = rewritten(tmp_path, before, Target.TF_KERAS_2)["layers"]
    assert text_of(result) == text.format("keras.layers.LocallyConnected1D")


def test_a_name_that_is_gone_stays_and_is_told(tmp_path: Path) -> None:
    text = "from .backend import keras\n\nx = keras.utils.generic_utils.func_load(f, 'mask')\n"
    result = rewritten(tmp_path, text)["layers"]
    assert text_of(result) == text
    assert [f.code for f in result.findings] == ["IMP010"]


@pytest.mark.parametrize(
    ("target", "line"),
    [(Target.KERAS, "    import keras\n"), (Target.TF_KERAS_2, "    import tf_keras as keras\n")],
)
def test_the_alias_of_tensorflow_is_an_import(tmp_path: Path, target: Target, line: str) -> None:
    text = text_of(rewritten(tmp_path, "", target)["backend"])
    assert text.count(line) == 2
    assert "keras = " not in text.replace(" as keras", "")
