"""Models at the top level of scripts become functions of what only data tells; what depends on more is not guessed."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from migrate.findings import MigrationError
from migrate.own_code.builders import Builder, builder_source, builders
from migrate.own_code.files import SourceIndex
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.own_code_hints import without_architecture
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.worlds.host.pool import Slot
from tests.own_code.test_builders import weights_of

HEAD = """\
    import numpy as np
    import pandas as pd
    from keras import Model, Sequential, backend as K
    from keras.datasets import mnist
    from keras.layers import *
    import surely_not_installed

    args = surely_not_installed.arguments()

    """


def found(folder: Path, script: str) -> list[Builder]:
    (folder / "train.py").write_text(dedent(HEAD) + dedent(script))
    return [b for group in builders(SourceIndex([folder]), folder / "w.h5") for b in group if b.script]


def function(folder: Path, script: str) -> str:
    (builder,) = found(folder, script)
    compile(builder_source(builder), "builder.py", "exec")
    return builder.script


def test_data_and_training_stay_behind(tmp_path: Path) -> None:
    script = """\
        rows = 28
        (x, y), _ = mnist.load_data()
        if K.image_data_format() == "channels_first":
            x = x.reshape(x.shape[0], 1, rows, rows)
            shape = (1, rows, rows)
        else:
            x = x.reshape(x.shape[0], rows, rows, 1)
            shape = (rows, rows, 1)
        if __name__ == "__main__":
            model = Sequential()
            model.add(Conv2D(4, 3, input_shape=shape))
            for width in (5, 6):
                model.add(Dense(width))
            model.compile("adam", "mse")
            model.fit(x, y)
        """
    assert function(tmp_path, script) == dedent("""\
        def model_of_train():
            rows = 28
            if K.image_data_format() == 'channels_first':
                shape = (1, rows, rows)
            else:
                shape = (rows, rows, 1)
            model = Sequential()
            model.add(Conv2D(4, 3, input_shape=shape))
            for width in (5, 6):
                model.add(Dense(width))
            return model""")


def test_what_only_data_tells_is_an_open_size(tmp_path: Path) -> None:
    script = """\
        frame = pd.read_csv("data.csv")
        words = sorted(set(frame.text))
        count = len(words) + 1
        x = np.load("x.npy")
        net = Sequential([
            Embedding(count, 8, weights=[np.load("e.npy")], input_shape=x.shape[1:]),
            LSTM(int(np.sqrt(16))),
            Dense(len(set(frame.label)), activation="softmax"),
        ])
        """
    builder, other = found(tmp_path, script)
    assert other.open == ("x_shape_1", "count", "len_set_frame_label")
    assert builder.open == ("count", "len_set_frame_label")
    assert "weights=None" in builder.script
    assert "int(np.sqrt(16))" in builder.script
    assert "read_csv" not in builder_source(builder)
    assert str(builder).endswith("train.py:net_of_train(count=?, len_set_frame_label=?)")


@pytest.mark.parametrize(
    ("script", "shape", "opened", "lengths"),
    [
        (
            "net = Sequential([LSTM(3, input_shape=x.shape[1:])])",
            "input_shape=(None, x_shape_last)",
            ("x_shape_last",),
            ("x_shape_1", "x_shape_last"),
        ),
        (
            "net = Sequential([Conv2D(3, 2, input_shape=x[0].shape)])",
            "(None, None, x_0_shape_last)",
            ("x_0_shape_last",),
            ("x_0_shape_0", "x_0_shape_1", "x_0_shape_last"),
        ),
        (
            "i = Input(x.shape[1:])\nnet = Model(i, GRU(2)(i))",
            "Input((None, x_shape_last))",
            ("x_shape_last",),
            ("x_shape_1", "x_shape_last"),
        ),
        (
            "i = Input(shape=x[0].shape)\nnet = Model(i, Embedding(9, 2)(i))",
            "Input(shape=(None,))",
            (),
            ("x_0_shape_0",),
        ),
    ],
)
def test_the_shape_of_data_is_what_weights_tell_of_it(
    script: str, shape: str, opened: tuple[str, ...], lengths: tuple[str, ...], tmp_path: Path
) -> None:
    """Lengths are left open at first; where that builds no such model, they are sizes, too."""
    builder, other = found(tmp_path, f"x = np.load('x.npy')\n{script}\n")
    assert shape in builder.script
    assert (builder.open, other.open) == (opened, lengths)


def test_names_mean_what_they_meant_at_each_statement(tmp_path: Path) -> None:
    script = """\
        line = Input((4,))
        x = Dense(3)(line)
        kept = x
        x = Dense(3)(x)
        model = Model(line, add([x, kept]))
        x = pd.read_csv("other.csv")
        """
    text = function(tmp_path, script)
    assert text.index("kept = x") < text.index("x = Dense(3)(x)")
    assert "read_csv" not in text


def test_each_model_of_a_name_is_one_of_its_own(tmp_path: Path) -> None:
    script = "m = Sequential([Dense(2)])\nm.fit()\nm = Sequential()\nm.add(Dense(3))\n"
    first, second = sorted(found(tmp_path, script), key=lambda b: b.place.line)
    assert "Dense(2)" in first.script
    assert "Dense(3)" not in first.script
    assert "Dense(3)" in second.script
    assert "Dense(2)" not in second.script


def test_a_function_that_returns_nothing_may_make_one(tmp_path: Path) -> None:
    script = """\
        def train(path, units=6, rate=args.rate):
            from keras.layers import Dense as D
            data = pd.read_csv(path)
            model = Sequential([D(units, input_shape=(data.shape[1],))])
            model.add(Dropout(rate))
            model.fit(data)

        train("x.csv")
        """
    (builder,) = found(tmp_path, script)
    assert builder.open == ("data_shape_1", "rate")
    assert "units = 6" in builder.script
    assert "import Dense as D" in builder.script


def test_a_function_that_reads_data_around_it_is_given_that(tmp_path: Path) -> None:
    script = """\
        words = pd.read_csv("words.csv")
        count = len(words) + 1
        WIDTH = 8

        def plain(units):
            return Sequential([Dense(units, input_shape=(WIDTH,))])

        def build(units=3):
            model = Sequential()
            model.add(Embedding(count, WIDTH))
            model.add(Dense(units))
            return model

        build().fit(words)
        """
    (builder,) = found(tmp_path, script)
    assert (builder.name, builder.open) == ("model_of_build", ("count",))
    assert "WIDTH = 8" in builder.script
    assert "units = 3" in builder.script
    assert "read_csv" not in builder_source(builder)


def test_a_function_of_data_is_a_size(tmp_path: Path) -> None:
    script = """\
        words = pd.read_csv("words.csv")

        def width():
            return 8

        def count(of=words):
            return len(set(of))

        model = Sequential([Embedding(count() + 1, width()), LSTM(2)])
        """
    (builder,) = found(tmp_path, script)
    assert builder.open == ("count_1",)
    assert "Embedding(count_1, width())" in builder.script
    text = builder_source(builder)
    assert "def width" in text
    assert "read_csv" not in text


@pytest.mark.parametrize(
    "script",
    [
        "model = Sequential()\nfor layer in args.layers:\n    model.add(Dense(layer))\n",
        "model = Sequential()\nwhile args.more:\n    model.add(Dense(2))\n",
        "model = Sequential()\nif args.deep:\n    model.add(Dense(2))\n",
        "model = Sequential([Dense(2, activation='relu' if args.relu else 'elu')])\n",
        "model = Sequential([Dense(2, use_bias=args.bias > 1)])\n",
        "model = Sequential([Dense(2, activation=args.act or 'elu')])\n",
        "model = Sequential([Dense(3) for _ in range(args.depth)])\n",
    ],
)
def test_which_layers_there_are_is_not_guessed(script: str, tmp_path: Path) -> None:
    assert found(tmp_path, script) == []


def test_what_a_function_does_beside_building_is_left_out_where_it_cannot_be_called(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        dedent(HEAD) + "def net():\n    model = Sequential()\n    model.add(Dense(3, input_shape=(2,)))\n"
        "    data = surely_not_installed.flow_from_directory('data/train')\n    model.fit(data)\n    return model\n\n"
        "def plain():\n    model = Sequential([Dense(3, input_shape=(2,))])\n    return model\n"
    )
    called, *_, late = builders(SourceIndex([tmp_path]), tmp_path / "weights.h5")
    assert [builder.name for builder in called] == ["net", "plain"]
    (builder,) = late
    assert builder.script.splitlines() == [
        "def model_of_net():",
        "    model = Sequential()",
        "    model.add(Dense(3, input_shape=(2,)))",
        "    return model",
    ]


def test_a_variable_that_decides_which_layers_there_are_can_be_given(tmp_path: Path) -> None:
    script = "depth = args.depth\nmodel = Sequential([Dense(3) for _ in range(depth)])\n"
    (builder,) = found(tmp_path, script)
    assert builder.lacking == ("depth",)
    groups = builders(SourceIndex([tmp_path]), tmp_path / "weights.h5", defined={"depth": 2})
    (builder,) = [one for group in groups for one in group]
    assert builder.lacking == ()
    assert "depth = 2" in builder.script


def test_without_sources_the_hint_names_the_line_of_the_script(tmp_path: Path) -> None:
    found(tmp_path, "x = 1\nnet = Sequential([Dense(2)])\nnet.fit()\n")
    (tmp_path / "setup.py").touch()
    error = MigrationError("FMT004", "the file contains weights without an architecture")
    told = without_architecture(error, tmp_path / "w.h5", Options()).hint
    assert told.startswith(
        "train.py:11 builds a model with net, which may be this one: keras-migrate models "
    )


@pytest.mark.slow
def test_weights_find_the_script_that_trained_them(legacy_models: Path, slot: Slot, tmp_path: Path) -> None:
    weights = weights_of(legacy_models, tmp_path)
    script = """\
        table = pd.read_csv("table.csv")
        line = Input((4,))
        x = Dense(5, activation="relu")(line)
        x = Activation("tanh")(Dense(4, use_bias=False)(x))
        model = Model(line, Dense(table.shape[1], activation="softmax")(x))
        model.fit(table)
        """
    found(tmp_path, script)
    golden = legacy_models / "tf.keras-2.8" / "mlp-json" / "model.golden.npz"
    request = ArtifactRequest(weights, "w", tmp_path / "out", "model", golden)
    result = migrate_artifact(request, Options(source=(tmp_path / "train.py",)), slot)
    assert result.status == "migrated", [f"{f.code}: {f.message}" for f in result.findings]
    (built,) = [f for f in result.findings if f.code == "CFG057"]
    assert "model_of_train(table_shape_1=?) with table_shape_1=3" in built.message
