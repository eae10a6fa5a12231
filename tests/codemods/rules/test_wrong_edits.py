"""Edits that were wrong once, and stay away."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.options import Options
from codemods.run.runner import run as run_files
from codemods.testing import check_noop, check_transformed, run

OWN = {
    "compile": "def compile(self, a, b, c, d, e):\n        super().compile()",
    "fit": "def fit(self, data, workers):\n        return data",
    "fit_generator": "def fit_generator(self, data, rounds):\n        return data",
    "predict_proba": "def predict_proba(self, data):\n        return data",
}
CALLS = {
    "compile": "net.compile(1, 2, 3, 4, 5)",
    "fit": "net.fit(x, workers=3)",
    "fit_generator": "net.fit_generator(x, 3)",
    "predict_proba": "net.predict_proba(x)",
}


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("inherited", [False, True])
def test_methods_of_the_project_keep_their_arguments(name: str, inherited: bool) -> None:
    text = f"import keras\n\n\nclass Net(keras.Model):\n    {OWN[name]}\n\n\n"
    text += "class Deep(Net):\n    pass\n\n\nnet = Deep()\n" if inherited else "net = Net()\n"
    check_noop(f"{text}{CALLS[name]}\n", codes=())


def test_a_method_that_hands_everything_on_takes_what_keras_takes() -> None:
    text = "import keras\n\n\nclass Net(keras.Model):\n    def fit(self, *args, **kwargs):\n"
    text += "        return super().fit(*args, **kwargs)\n\n\nNet().fit(x, workers=3)\n"
    check_transformed(text, text.replace(", workers=3", ""))


@pytest.mark.parametrize(
    "head", ["from sklearn.svm import SVC", "from keras.wrappers.scikit_learn import KerasClassifier"]
)
def test_predict_proba_of_an_estimator_stays(head: str) -> None:
    text = f"import keras\n{head}\n\n\ndef f(clf, x):\n    return clf.predict_proba(x)\n"
    assert run(text, unsafe=True).text == text


def test_decay_beside_a_positional_rate() -> None:
    check_transformed(
        "import keras\nfrom keras.optimizers import Adam\n\nAdam(1e-4, decay=1e-5)\n",
        "import keras\nfrom keras.optimizers import Adam\n\n"
        "Adam(keras.optimizers.schedules.InverseTimeDecay(1e-4, 1, 1e-5))\n",
        unsafe=True,
    )


def test_an_edit_that_spoils_the_file_is_taken_back_alone() -> None:
    text = "import keras\n\nkeras.layers.Dense(units=3, output_dim=4)\nkeras.layers.Dense(output_dim=5)\n"
    outcome = run(text)
    assert outcome.error is None
    assert outcome.text == text.replace("output_dim=5", "units=5")
    left = [finding for finding in outcome.findings if not finding.applied]
    assert [(finding.code, finding.line) for finding in left] == [("KON001", 3)]
    assert left[0].hint


def test_an_argument_given_twice_does_not_compile() -> None:
    outcome = run("import keras\n\nmodel = keras.Sequential()\nmodel.fit(x, epochs=2, nb_epoch=3)\n")
    assert "epochs=2, nb_epoch=3" in outcome.text


def test_arguments_of_the_backend_by_their_names_of_keras_1() -> None:
    outcome = run(
        "from keras import backend as K\na = K.random_normal((2, 3), mean=0., std=1.)\n"
        "b = K.conv2d(x, w, border_mode='same')\n"
    )
    assert "keras.random.normal((2, 3), mean=0., stddev=1.)" in outcome.text
    assert "ops.conv(x, w, padding='same')" in outcome.text


def test_pythons_random_is_never_shadowed() -> None:
    text = run("from keras import backend as K\nz = K.random_uniform((2,))\n").text
    assert text == "import keras\nz = keras.random.uniform((2,))\n"


def test_a_range_of_floats_stays_one() -> None:
    assert run("from keras import backend as K\nx = K.arange(0.0, 1.0, 0.25)\n").text.endswith(
        "ops.arange(0.0, 1.0, 0.25)\n"
    )


def test_what_is_computed_is_computed_once() -> None:
    text = run("from keras import backend as K\ny = K.batch_flatten(f(x))\nz = K.batch_flatten(x.y)\n").text
    assert text.count("f(x)") == 1
    assert "ops.reshape(x.y, (ops.shape(x.y)[0], -1))" in text


@pytest.mark.parametrize(("test", "left"), [("hasattr(thing, 'x')", False), ("hasattr(K, 'x')", True)])
def test_only_modules_and_classes_are_asked_for_versions(test: str, left: bool) -> None:
    text = f"from keras import backend as K\nif {test}:\n    y = K.eval(x)\n"
    assert ("K.eval(x)" in run(text).text) is left


def test_short_losses_stay_where_only_weights_are_written() -> None:
    head = "import keras\nmodel = keras.Sequential()\nmodel.compile('sgd', loss='mse')\n"
    assert "'mse'" in run(head + "model.save_weights('w.h5')\nopen('data.h5')\n").text
    assert "'mse'" not in run(head + "model.save('m.h5')\n").text
    assert "'mse'" not in run(head + "path = 'm.h5'\nmodel.save(path)\n").text
    check = "keras.callbacks.ModelCheckpoint('m.h5', save_weights_only={})\n"
    assert "'mse'" in run(head + check.format(True)).text
    assert "'mse'" not in run(head + check.format(False)).text


def test_the_ending_of_weights_is_written_once() -> None:
    head = "import keras\nmodel = keras.Sequential()\n"
    assert (
        run(head + "model.save_weights('best.weights')\n").text
        == head + "model.save_weights('best.weights.h5')\n"
    )


@pytest.mark.parametrize("word", ["th", "tf"])
def test_the_order_of_dimensions_by_its_new_words(word: str) -> None:
    new = {"th": "channels_first", "tf": "channels_last"}[word]
    text = "from keras import backend as K\n"
    text += f"if K.image_dim_ordering() == '{word}':\n    axis = K.image_dim_ordering()\n"
    lines = run(text).text.splitlines()
    assert lines[-2] == f"if K.image_data_format() == '{new}':"
    assert lines[-1].endswith("{'channels_last': 'tf', 'channels_first': 'th'}[K.image_data_format()]")


@pytest.mark.parametrize("mark", ["'", '"'])
def test_strings_have_the_marks_of_the_file(mark: str) -> None:
    text = "from keras import backend as K\na = {'b': 'c'}\nx = K.image_dim_ordering()\n".replace("'", mark)
    assert f"[{mark}th{mark}]" not in run(text).text
    assert f"{{{mark}channels_last{mark}: {mark}tf{mark}," in run(text).text


def test_a_class_that_is_gone_is_stood_for_once() -> None:
    text = "import keras\n\n\nclass A(keras.layers.LocallyConnected1D):\n    pass\n\n\n"
    text += "class B(A, keras.layers.LocallyConnected1D):\n    pass\n"
    made = run(text, unsafe=True)
    assert made.text.count("class GoneLocallyConnected1D(keras.layers.Layer):") == 1
    assert "class B(A, GoneLocallyConnected1D):" in made.text
    left = [f for f in run(made.text, unsafe=True).findings if not f.applied]
    assert [(f.code, bool(f.hint)) for f in left] == [("API006", True)]
    assert run(text).text == text
    alive = "import keras\n\n\nclass A(keras.layers.Dense):\n    pass\n"
    assert run(alive, unsafe=True).text == alive


def test_a_class_that_is_gone_and_named_at_import_is_stood_for() -> None:
    text = (
        "import keras\nimport pytest\n\n\n@pytest.mark.parametrize('c', [keras.layers.LocallyConnected1D])\n"
    )
    text += "def test(c):\n    return c\n\n\nALL = [keras.layers.LocallyConnected1D]\n"
    made = run(text, unsafe=True).text
    assert made.count("class GoneLocallyConnected1D(keras.layers.Layer):") == 1
    assert "parametrize('c', [GoneLocallyConnected1D])" in made
    assert "ALL = [GoneLocallyConnected1D]" in made
    assert [finding.code for finding in run(text).findings] == ["API006", "API006"]
    for late in (
        "def f():\n    return [keras.layers.LocallyConnected1D]\n",
        "f = lambda: [keras.layers.LocallyConnected1D]\n",
    ):
        assert [f.code for f in check_noop(f"import keras\n\n\n{late}", unsafe=True).findings] == ["API001"]
    made_at_once = "import keras\n\ntimer = keras.utils.TimedThread(4)\n"
    assert [f.code for f in check_noop(made_at_once, unsafe=True).findings] == ["API001"]
    alive = "import keras\n\nALL = [keras.layers.Dense]\n"
    check_noop(alive, codes=(), unsafe=True)


def test_an_alias_of_what_is_gone_stops_no_import(tmp_path: Path) -> None:
    package = tmp_path / "pkg"
    package.mkdir()
    (tmp_path / "setup.py").write_text("")
    (package / "__init__.py").write_text("")
    file, other = package / "backend.py", package / "layers.py"
    text = "import keras\n\n__all__ = ['engine']\nengine = keras.engine\nlayers = keras.layers\n"
    file.write_text(text)

    def rewritten(unsafe: bool = True) -> tuple[bytes | None, list[str]]:
        (found,) = run_files([file], Options(unsafe=unsafe))
        return found.new, [finding.code for finding in found.findings]

    assert rewritten() == (text.replace("keras.engine", "None").encode(), ["API007"])
    assert rewritten(unsafe=False) == (None, ["API007"])
    for use in (
        "from .backend import engine\n",
        "from .backend import *\n",
        "from . import backend\nbackend.engine\n",
    ):
        other.write_text(use)
        assert rewritten() == (None, ["API002"])
    other.unlink()
    for line in ("x = engine.Layer\n", "engine = lower = keras.engine\n"):
        assert "API002" in {
            f.code for f in run(f"{text.replace('keras.engine', 'keras.engine')}{line}").findings
        }
    assert run("import keras\n\n\ndef f():\n    engine = keras.engine\n").findings[0].code == "API002"
    check_noop("import keras\n\nlayers = keras.layers\n", codes=())


def test_a_new_name_is_not_taken_along_by_a_star(tmp_path: Path) -> None:
    package = tmp_path / "pkg"
    (package / "ops").mkdir(parents=True)
    (tmp_path / "setup.py").write_text("")
    (package / "__init__.py").write_text("from . import ops\n")
    star, file = package / "ops" / "__init__.py", package / "ops" / "ops.py"
    star.write_text("from .ops import *\n")
    text = "from tensorflow.keras import backend as K\n\n\ndef total(x):\n    return K.sum(x)\n"

    def rewritten(source: str) -> str:
        file.write_text(source)
        return (next(iter(run_files([file], Options()))).new or b"").decode()

    whole = rewritten(text)
    assert (
        whole
        == "from keras import backend as K\nimport keras\n\n\ndef total(x):\n    return keras.ops.sum(x)\n"
    )
    assert rewritten(whole) == ""
    named = rewritten(f"__all__ = ['total']\n{text}")
    assert "from keras import ops\n" in named
    star.write_text("from .ops import total\n")
    assert "from keras import ops\n" in rewritten(text)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("K.clip(x, K.epsilon(), None)", "keras.ops.maximum(x, K.epsilon())"),
        ("K.clip(x, min_value=None, max_value=1)", "keras.ops.minimum(x, 1)"),
        ("K.clip(x, None, None)", "x"),
        ("K.clip(x, 0, 1)", "keras.ops.clip(x, 0, 1)"),
        ("K.clip(x, 0, bound)", "keras.ops.clip(x, 0, bound)"),
    ],
)
def test_a_bound_that_is_none_bounds_nothing(before: str, after: str) -> None:
    head = "import keras\nfrom keras import backend as K\n\ny = {} + K.floatx()\n"
    check_transformed(head.format(before), head.format(after))


def test_modules_that_layers_passed_on_are_where_they_belong() -> None:
    check_transformed(
        "from keras.layers import Dense, activations\nfrom keras.layers.core import initializers as init\n\n"
        "d = Dense(2, activations.get('relu'), kernel_initializer=init.get('zeros'))\ne = activations.serialize(f)\n",
        "from keras.layers import Dense\nfrom keras import activations\nfrom keras import initializers as init\n\n"
        "d = Dense(2, activations.get('relu'), kernel_initializer=init.get('zeros'))\ne = activations.serialize(f)\n",
    )
