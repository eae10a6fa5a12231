"""What holds for any text: nothing raises, strangers keep their bytes, and a second run changes nothing."""

from __future__ import annotations

import importlib.util
import sysconfig
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codemods.edit.engine import rewrite
from codemods.files.kinds import PYTHON
from codemods.files.source import Source, SourceError
from codemods.names.repository import Repository
from codemods.options import Options
from codemods.run.runner import process, run

STDLIB = Path(sysconfig.get_path("stdlib"))
UNRELATED = ("numpy", "libcst", "rich", "hypothesis")


def files(root: Path) -> list[Path]:
    return sorted(
        p for p in root.rglob("*") if p.suffix in PYTHON and "site-packages" not in p.relative_to(root).parts
    )


@pytest.mark.slow
def test_standard_library_keeps_its_bytes() -> None:
    changed = [result.path for result in run(files(STDLIB), Options(unsafe=True)) if result.new is not None]
    assert not changed


@pytest.mark.slow
@pytest.mark.parametrize("package", UNRELATED)
def test_unrelated_packages_keep_their_bytes(package: str) -> None:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    found = files(Path(spec.origin).parent)
    assert found
    changed = [result.path for result in run(found, Options(unsafe=True)) if result.new is not None]
    assert not changed


@pytest.mark.slow
def test_marker_is_only_a_shortcut() -> None:
    """Without the byte marker the rules say nothing about the standard library either."""
    for path in files(STDLIB)[::6]:
        data = path.read_bytes() + b"\n# keras\n"
        try:
            source = Source.decode(data, path)
        except SourceError:
            continue  # test data in odd encodings
        outcome = rewrite(source, Options(unsafe=True))
        assert outcome.text == source.text, path


def test_tf_keras_keeps_its_bytes() -> None:
    """Code that imports ``tf_keras`` chose to stay."""
    spec = importlib.util.find_spec("tf_keras")
    assert spec is not None
    assert spec.origin is not None
    root = Path(spec.origin).parent
    repository = Repository()
    for path in files(root / "src" / "layers")[::5]:
        result = process(path, Options(), repository)
        assert result.error is None, path
        if b"tf_keras" in path.read_bytes():
            assert result.new is None, path


IMPORTS = (
    "import tensorflow as tf",
    "from tensorflow import keras",
    "from tensorflow.keras import layers, backend as K",
    "from keras.layers import *",
    "import keras",
    "import tensorflow.keras.layers as kl",
    "from keras.utils import np_utils",
    "from tensorflow.keras.optimizers import Adam",
)
EXPRESSIONS = (
    "tf.keras.layers.Dense(3, input_shape=(2,))",
    "keras.layers.LSTM(4, recurrent_activation='hard_sigmoid')(x)",
    "K.mean(K.square(x - y), axis=-1)",
    "tf.reduce_mean(x, axis=0)",
    "Adam(lr=1e-3, decay=0.1)",
    "np_utils.to_categorical(y, 10)",
    "kl.Conv2D(3, (2, 2), border_mode='same')",
    "model.fit_generator(gen(), samples_per_epoch=3, nb_epoch=2)",
    "model.compile('adam', 'mse', ['mae'])",
    "layers.Embedding(3, 4, input_length=5)",
    "tf.keras.losses.mse(y, x)",
    "keras.Model(inputs=x, outputs=y)",
    "Dense(3)(keras.Input((4,)))",
    "tf.argmax(K.concatenate([x, y]))",
)
SHAPES = (
    "{0}\n",
    "y = {0}\n",
    "y = ({0})  # a comment\n",
    "def f(x, model):\n    return {0}\n",
    "class A(keras.layers.Layer):\n    def call(self, x):\n        return {0} + {1}\n",
    "if x: y = {0}; z = {1}\n",
    "y = [{0} for x in {1}]\n",
    "y = g({0},  # one\n      {1},\n      )\n",
    "with {0} as x: pass\n",
    "y = lambda x: {0} if {1} else -{0}\n",
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    imports=st.lists(st.sampled_from(IMPORTS), unique=True),
    body=st.lists(
        st.tuples(st.sampled_from(SHAPES), st.sampled_from(EXPRESSIONS), st.sampled_from(EXPRESSIONS)),
        max_size=5,
    ),
    unsafe=st.booleans(),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_any_program_comes_out_whole(
    imports: list[str], body: list[tuple[str, str, str]], unsafe: bool, newline: str
) -> None:
    text = "\n".join([*imports, "", *(shape.format(a, b) for shape, a, b in body)]).replace("\n", newline)
    options = Options(unsafe=unsafe)
    once = rewrite(Source(Path("x.py"), text), options)
    assert once.error is None or once.text == text
    if once.error is None:
        twice = rewrite(Source(Path("x.py"), once.text), options)
        assert twice.text == once.text
        compile(once.text, "x.py", "exec")


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    outcome = rewrite(Source(Path("x.py"), "# keras\n" + text), Options())
    assert outcome.text.endswith(text) or outcome.error is None
