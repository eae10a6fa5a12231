"""OPZ114, LAY127: defaults of older releases, written where pins or features leave only those releases."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.options import Options
from codemods.outcome import CodeFinding
from codemods.run.runner import run as run_files
from codemods.testing import check_noop, check_transformed, run

OLD = "import keras\n\nf.fit_generator(nb_epoch=3)\n"
"""What only Keras 1 documents: the file was written for stand-alone Keras."""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("keras.optimizers.Adadelta()", "keras.optimizers.Adadelta(learning_rate=1.0)"),
        ("keras.optimizers.Adadelta(rho=0.9)", "keras.optimizers.Adadelta(rho=0.9, learning_rate=1.0)"),
        ("keras.optimizers.Adamax()", "keras.optimizers.Adamax(learning_rate=0.002)"),
        (
            "keras.optimizers.Adagrad(lr=0.1)",
            "keras.optimizers.Adagrad(learning_rate=0.1, initial_accumulator_value=0.0)",
        ),
        (
            "keras.Sequential().compile('Nadam', 'mse')",
            "keras.Sequential().compile(keras.optimizers.Nadam(learning_rate=0.002), 'mse')",
        ),
        (
            "keras.optimizers.get('adadelta')",
            "keras.optimizers.get(keras.optimizers.Adadelta(learning_rate=1.0))",
        ),
    ],
)
def test_the_rate_of_old_releases_is_written(before: str, after: str) -> None:
    check_transformed(f"{OLD}a = {before}\n", f"{OLD}a = {after}\n")


@pytest.mark.parametrize(
    "line",
    [
        "keras.optimizers.Adadelta(0.1)",
        "keras.optimizers.Adadelta(*rest)",
        "keras.optimizers.Adadelta(**rest)",
        "keras.optimizers.Adam()",
        "keras.Sequential().compile('adam', 'mse')",
        "keras.Sequential().compile(loss='mse')",
        "other.compile('adadelta')",
    ],
)
def test_what_says_its_rate_or_kept_it_stays(line: str) -> None:
    head = "import keras\nfrom sklearn import other\n\nf.fit_generator(nb_epoch=3)\n"
    check_noop(f"{head}a = {line}\n", select=["OPZ114"], codes=[])


def test_where_releases_disagree_nothing_is_said() -> None:
    check_noop("import keras\n\na = keras.optimizers.Adadelta()\nb = keras.layers.LSTM(3)\n", codes=[])


@pytest.mark.parametrize(
    "line",
    [
        "from keras.engine.topology import Layer",
        "import keras.objectives",
        "from keras.backend import tensorflow_backend",
    ],
)
def test_modules_of_stand_alone_keras_tell_the_release(line: str) -> None:
    text = f"import keras\n{line}\n\na = keras.optimizers.Adadelta()\n"
    assert "Adadelta(learning_rate=1.0)" in run(text).text


@pytest.mark.parametrize(
    "line",
    [
        "f.fit(nb_epoch=3)",
        "keras.layers.Dense(output_dim=3)",
        "keras.layers.Convolution2D(3, 3, 3, subsample=(2, 2))",
        "keras.backend.image_dim_ordering()",
    ],
)
def test_words_of_keras_1_tell_the_release(line: str) -> None:
    assert {f.code for f in run(f"import keras\n{line}\nkeras.layers.GRU(3)\n").findings} >= {"LAY127"}


@pytest.mark.parametrize(
    "lines",
    [
        "keras.layers.Embedding(input_dim=9, output_dim=4)",
        "from xgboost import XGBClassifier\nXGBClassifier(subsample=0.8)",
        "from here import net, train\nnet(output_dim=4, nb_filter=3)\ntrain(nb_epoch=3)\nnet.train(nb_epoch=3)",
        "try:\n    from keras.engine.topology import Layer\nexcept ImportError:\n    from keras.layers import Layer",
        "if keras.__version__ < '2':\n    keras.layers.Dense(output_dim=3)\nelse:\n    keras.layers.Dense(3)",
        "K = keras.backend\ntry:\n    K.image_dim_ordering()\nexcept AttributeError:\n    K.image_data_format()",
        "if keras.__version__ >= '2':\n    Z = 2\nelse:\n    import keras.objectives",
    ],
)
def test_words_of_others_and_of_branches_tell_nothing(lines: str) -> None:
    text = f"import keras\n{lines}\nkeras.layers.GRU(3)\nkeras.optimizers.Adadelta()\n"
    assert not {f.code for f in run(text).findings} & {"LAY127", "OPZ114"}


@pytest.mark.parametrize(
    "lines",
    [
        "if tf.__version__ >= '2':\n    tf.random.set_seed(1)\nelse:\n    tf.set_random_seed(1)",
        "try:\n    tf.set_random_seed(1)\nexcept AttributeError:\n    tf.random.set_seed(1)",
        "tf.compat.v1.Session()",
        "tf.random.set_seed(1)",
    ],
)
def test_code_for_both_releases_of_tensorflow_is_not_of_the_first(lines: str) -> None:
    text = f"import tensorflow as tf\n{lines}\ntf.keras.layers.GRU(3)\ny = tf.nn.dropout(x, 0.3)\n"
    assert not {f.code for f in run(text).findings} & {"LAY127", "ECO008"}


def test_tf_keras_without_pins_is_taken_for_tensorflow_2() -> None:
    text = "from tensorflow import keras\n\na = keras.optimizers.Adadelta()\nb = keras.layers.LSTM(3)\n"
    assert {f.code for f in run(text).findings} == {"IMP001"}


@pytest.mark.parametrize("name", ["tf.Session", "tf.contrib.layers.flatten"])
def test_names_of_tensorflow_1_tell_the_release(name: str) -> None:
    text = f"import tensorflow as tf\n\na = tf.keras.layers.GRU(3)\nb = {name}()\n"
    assert "GRU(3, recurrent_activation='hard_sigmoid', reset_after=False)" in run(text).text


@pytest.mark.parametrize(
    "call", ["LSTM(3, 'tanh', 'sigmoid')", "LSTM(3, recurrent_activation='sigmoid')", "LSTM(**c)"]
)
def test_a_layer_that_says_its_activation_stays(call: str) -> None:
    text = f"import tensorflow as tf\n\na = tf.keras.layers.{call}\nb = tf.Session()\n"
    assert "LAY127" not in {f.code for f in run(text).findings}


def test_an_optimizer_that_has_its_name_from_a_variable() -> None:
    check_transformed(
        f"{OLD}name = 'adamax'\nkeras.Sequential().compile(name, 'mse')\n",
        f"{OLD}name = 'adamax'\nkeras.Sequential().compile(keras.optimizers.Adamax(learning_rate=0.002), 'mse')\n",
    )
    twice = f"{OLD}name = 'adamax'\nname = 'adam'\nkeras.Sequential().compile(name, 'mse')\n"
    check_noop(twice, select=["OPZ114"], codes=[])


@pytest.mark.parametrize(
    ("call", "given"),
    [("LSTM(3)", "recurrent_activation='hard_sigmoid'"), ("GRUCell(3, 'tanh', 'tanh')", "reset_after=False")],
)
def test_layers_of_the_api_of_tensorflow_1_kept_the_defaults_in_tensorflow_2(call: str, given: str) -> None:
    text = f"import tensorflow.compat.v1 as tf\n\na = tf.keras.layers.{call}\n"
    assert f"{call[:-1]}, {given})" in run(text, select=["LAY127"]).text


def found(tmp_path: Path, pin: str, text: str = "") -> list[CodeFinding]:
    """What the two rules say of a file (by default with two layers) of a project with a pin."""
    (tmp_path / "setup.py").write_text("")
    (tmp_path / "requirements.txt").write_text(f"{pin}\n")
    (tmp_path / "net.py").write_text(text or "from keras.layers import LSTM\n\na = LSTM(3)\nb = LSTM(4)\n")
    (outcome,) = run_files([tmp_path / "net.py"], Options(select=("LAY127", "OPZ114")))
    return list(outcome.findings)


def test_gru_of_keras_2_3_applied_its_reset_gate_first(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, "keras==2.3.1", "from keras.layers import GRU\n\na = GRU(3)\n")
    assert finding.message.startswith("GRU had reset_after=False by default")


@pytest.mark.parametrize(("pin", "count"), [("1.13.2", 2), ("1.14.0", 0), ("1.15.5", 0), ("2.0.4", 0)])
def test_tensorflow_changed_its_rates_with_1_14(tmp_path: Path, pin: str, count: int) -> None:
    text = "from tensorflow import keras\n\nkeras.optimizers.Adadelta()\nkeras.Sequential().compile('nadam', 'mse')\n"
    assert len(found(tmp_path, f"tensorflow=={pin}", text)) == count


def test_a_pin_decides(tmp_path: Path) -> None:
    assert [f.applied for f in found(tmp_path, "keras==2.2.4")] == [True, True]


def test_a_pin_to_a_later_release_has_the_defaults_of_today(tmp_path: Path) -> None:
    assert found(tmp_path, "keras==2.3.1") == []
