"""Functions that build models are found with what they are called with; the one whose weights fit is taken."""

from __future__ import annotations

import shlex
from itertools import pairwise
from pathlib import Path
from textwrap import dedent

import pytest

from migrate.findings import MigrationError
from migrate.own_code.builders import ENTRY, builder_source, builders
from migrate.own_code.files import SourceIndex, project_of
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.own_code_hints import without_architecture
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.worlds.host.pool import Slot

OUT = ("--out", "OUT")
REPOSITORY = """\
    import argparse
    import surely_not_installed
    from keras.layers import Activation, Dense, Input
    from keras.models import Model, Sequential
    from keras.optimizers import Adam

    WIDTH = {width}

    def make_model(outputs, hidden=WIDTH):
        line = Input((4,), name="other_line")
        x = Dense(4, use_bias=False, name="dense_77")(Dense(hidden, activation="relu", name="dense_76")(line))
        return Model(line, Dense(outputs, activation="softmax", name="dense_78")(Activation("tanh")(x)))

    def unrelated(x):
        return x

    def other():
        return Sequential([Dense(1, input_shape=(9,))])

    if __name__ == "__main__":
        parser = argparse.ArgumentParser()
        make_model(3).fit(*surely_not_installed.data(parser.parse_args()))
    """


def write(folder: Path, width: int = 5) -> Path:
    (folder / "train.py").write_text(dedent(REPOSITORY).format(width=width))
    return folder


def test_arguments_come_from_calls_with_literals(tmp_path: Path) -> None:
    found = builders(SourceIndex([write(tmp_path)]), tmp_path / "weights.h5")[0]
    assert [builder.call for builder in found] == ["make_model(outputs=3)", "other()"]
    text = builder_source(found[0])
    assert "WIDTH = 5" in text
    assert text.rstrip().endswith(f"def {ENTRY}(sizes=()):\n    return make_model(outputs=3)")
    assert "argparse" not in text
    assert "surely_not_installed" not in text


def test_what_builders_do_with_a_finished_model_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text(
        "def net():\n    m = Model()\n    m.compile(Lost(\n        lr=1))\n    m.load_weights('x.h5')\n    return m\n"
    )
    text = builder_source(builders(SourceIndex([tmp_path]), tmp_path / "w.h5")[0][0])
    assert "def net():\n    m = Model()\n    pass\n    pass\n    return m" in text


@pytest.mark.slow
def test_weights_find_the_function_that_built_them(legacy_models: Path, slot: Slot, tmp_path: Path) -> None:
    weights = weights_of(legacy_models, tmp_path)
    golden = legacy_models / "tf.keras-2.8" / "mlp-json" / "model.golden.npz"
    request = ArtifactRequest(weights, "w", tmp_path / "out", "model", golden)
    result = migrate_artifact(request, Options(source=(write(tmp_path),)), slot)
    assert result.status == "migrated", [f"{f.code}: {f.message}" for f in result.findings]
    assert result.parity is not None
    assert result.parity.evidence == "golden"


@pytest.mark.slow
def test_a_builder_by_name_does_not_run_its_script(legacy_models: Path, slot: Slot, tmp_path: Path) -> None:
    weights = weights_of(legacy_models, tmp_path)
    source = write(tmp_path) / "train.py"
    source.write_text(source.read_text() + "\n\ndef mine():\n    return make_model(3)\n")
    options = Options(architecture=f"{source}:mine")
    result = migrate_artifact(ArtifactRequest(weights, "w", tmp_path / "out", "model"), options, slot)
    assert result.status == "migrated", [f"{f.code}: {f.message}" for f in result.findings]


@pytest.mark.slow
def test_a_builder_of_other_shapes_is_not_taken(legacy_models: Path, slot: Slot, tmp_path: Path) -> None:
    weights = weights_of(legacy_models, tmp_path)
    options = Options(source=(write(tmp_path, width=6),))
    result = migrate_artifact(ArtifactRequest(weights, "w", tmp_path / "out", "model"), options, slot)
    assert result.status == "blocked"
    assert "it has (4, 6)" in result.findings[-1].message


@pytest.mark.slow
def test_without_sources_the_hint_names_the_builder(legacy_models: Path, slot: Slot, tmp_path: Path) -> None:
    weights = weights_of(legacy_models, write(tmp_path))
    result = migrate_artifact(ArtifactRequest(weights, "w", tmp_path / "out", "model"), Options(), slot)
    assert result.status == "blocked"
    (refusal,) = [f for f in result.findings if f.code == "FMT004"]
    assert "train.py:9 builds a model with make_model" in refusal.hint
    assert f"keras-migrate models {weights} --source {tmp_path} --out OUT" in refusal.hint


def test_what_a_hint_tells_to_type_names_the_file_whatever_it_is_called(tmp_path: Path) -> None:
    """Names of real weights hold brackets, which a shell takes for a pattern, and spaces."""
    write(tmp_path)
    error = MigrationError("FMT004", "the file contains weights without an architecture")
    weights = tmp_path / "of mine" / ".." / "MLP_[64,32].h5"
    told = without_architecture(error, weights, Options()).hint
    words = shlex.split(told.partition(": ")[2])
    assert words == [
        "keras-migrate",
        "models",
        str(tmp_path / "MLP_[64,32].h5"),
        "--source",
        str(tmp_path),
        *OUT,
    ]


def test_a_project_beside_the_one_that_is_stood_in_is_not_that(tmp_path: Path) -> None:
    """``here/../there/model.h5`` is below no folder ``here``, whatever source that holds."""
    (tmp_path / "here").mkdir()
    write(tmp_path / "here")
    (tmp_path / "here" / "pyproject.toml").touch()
    (tmp_path / "there").mkdir()
    weights = tmp_path / "here" / ".." / "there" / "model.h5"
    assert project_of(weights) == tmp_path / "there"
    error = MigrationError("FMT004", "the file contains weights without an architecture")
    assert without_architecture(error, weights, Options()) is error


def weights_of(legacy_models: Path, folder: Path) -> Path:
    """The weights of an authentic model, whose layers have other names than the builder gives them."""
    import h5py

    source = legacy_models / "tf.keras-2.8" / "mlp-json" / "model.weights.h5"
    with h5py.File(source) as file:
        shapes = [file[n][w].shape for n in file.attrs["layer_names"] for w in file[n].attrs["weight_names"]]
    assert shapes == [(4, 5), (5,), (5, 4), (4, 3), (3,)]
    target = folder / "alone.h5"
    target.write_bytes(source.read_bytes())
    return target


def test_the_builder_whose_model_loads_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(
        "W = 'weights/net.h5'\n\ndef train_model():\n    return Model()\n\ndef predict_model():\n    return Model()\n\n"
        "def predict():\n    net = predict_model()\n    net.load_weights(W)\n    return net\n"
    )
    found = builders(SourceIndex([tmp_path]), tmp_path / "net.h5")[0]
    assert {builder.name: builder.loads for builder in found if builder.name != "predict"} == {
        "train_model": False,
        "predict_model": True,
    }


@pytest.mark.parametrize(
    ("path", "loads"),
    [
        ("os.path.join('weights', '{}.h5'.format(task))", True),
        ("f'weights/{task}.h5'", True),
        ("'weights/' + task + '.h5'", True),
        ("'weights/net-%02d.h5' % task", False),
        ("'%s_net.h5' % task", False),
        ("'bass_%s.h5' % task", True),
        ("task + '.h5'", False),
        ("os.path.join(task, '*.h5')", False),
        ("os.path.join('models', '{}.h5'.format(task))", False),
    ],
)
def test_a_path_that_only_a_run_tells_has_to_agree_where_it_is_fixed(
    path: str, loads: bool, tmp_path: Path
) -> None:
    (tmp_path / "main.py").write_text(
        "import os\n\ndef net():\n    return Model()\n\n\ndef load(task):\n    model = net()\n"
        f"    path = {path}\n    model.load_weights(path)\n    return model\n"
    )
    found = builders(SourceIndex([tmp_path]), tmp_path / "weights" / "bass_1.h5")[0]
    assert [builder.loads for builder in found if builder.name == "net"] == [loads]


@pytest.mark.slow
def test_weights_of_the_wrapper_of_addons_find_its_builder(
    legacy_models: Path, slot: Slot, tmp_path: Path
) -> None:
    """The file lists the field before the model; the package that makes both is not installed."""
    folder = legacy_models / "tf.keras-2.15" / "own_tagger_weights"
    request = ArtifactRequest(folder / "model.h5", "w", tmp_path / "out", "model")
    result = migrate_artifact(request, Options(source=(folder,)), slot)
    assert result.status == "migrated", [f"{f.code}: {f.message}" for f in result.findings]
    assert result.parity is not None
    assert result.parity.evidence == "golden"


AGENT = """\
    from keras.layers import Activation, Dense, Input
    from keras.models import Model
    from keras.optimizers import Adam

    class Agent:
        def __init__(self, game, steps):
            self.game = game
            line = Input((4,))
            hidden = Dense(5, activation="relu")(line)
            x = Dense(4, use_bias=False)(hidden)
            self.model = Model(line, Dense(3, activation="softmax")({between}(x)))
            self.model.compile(Adam(lr=0.1, decay=1e-3), "mse")
    """


@pytest.mark.slow
def test_an_argument_that_the_model_does_not_depend_on_may_be_anything(
    legacy_models: Path, slot: Slot, tmp_path: Path
) -> None:
    """Nor what its optimizer was given, which no release takes any more."""
    weights = weights_of(legacy_models, tmp_path)
    (tmp_path / "agent.py").write_text(dedent(AGENT).format(between='Activation("tanh")'))
    golden = legacy_models / "tf.keras-2.8" / "mlp-json" / "model.golden.npz"
    request = ArtifactRequest(weights, "w", tmp_path / "out", "model", golden)
    result = migrate_artifact(request, Options(source=(tmp_path / "agent.py",)), slot)
    assert result.status == "migrated", [f"{f.code}: {f.message}" for f in result.findings]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("between", "status", "code"),
    [
        ("(lambda x: x * steps)", "blocked", "FMT004"),  # the value matters, and no shape tells it
        ("(lambda x: -x if steps else x)", "blocked", "FMT004"),  # whether there is one matters
        ("(lambda x: x)", "unverified", "CFG058"),  # the file lists an activation
    ],
)
def test_shapes_alone_prove_no_model(
    between: str, status: str, code: str, legacy_models: Path, slot: Slot, tmp_path: Path
) -> None:
    weights = weights_of(legacy_models, tmp_path)
    (tmp_path / "agent.py").write_text(dedent(AGENT).format(between=between))
    request = ArtifactRequest(weights, "w", tmp_path / "out", "model")
    result = migrate_artifact(request, Options(source=(tmp_path / "agent.py",)), slot)
    told = [f"{f.code}: {f.message}" for f in result.findings]
    assert result.status == status, told
    assert any(line.startswith(code) for line in told)


@pytest.mark.slow
def test_weights_of_a_class_derived_from_model_find_it_and_its_inputs(
    legacy_models: Path, slot: Slot, tmp_path: Path
) -> None:
    folder = legacy_models / "tf.keras-2.8" / "own_network_weights"
    request = ArtifactRequest(folder / "model.h5", "w", tmp_path / "out", "model")
    result = migrate_artifact(request, Options(source=(folder,)), slot)
    assert result.status == "migrated", [f"{f.code}: {f.message}" for f in result.findings]
    assert result.parity is not None
    assert result.parity.evidence == "golden"
    (built,) = [f for f in result.findings if f.code == "CFG057"]
    assert "own_network.py:Network(classes=4) of inputs (6, 5, 1)" in built.message


READING = """\
    import json
    import surely_not_installed as frames
    from keras.layers import Activation, Dense, Input
    from keras.models import Model

    class Agent:
        def __init__(self, columns):
            self.frame = frames.Frame(columns=[columns])
            self.frame.index = 3
            with open("sizes.json") as file:
                sizes = json.load(file)
            line = Input((4,))
            x = Activation("tanh")(Dense(4, use_bias=False)(Dense(sizes["hidden"], activation="relu")(line)))
            self.model = Model(line, Dense(3, activation="softmax")(x))
    """


@pytest.mark.slow
def test_a_builder_reads_the_files_of_its_repository_and_needs_no_package_beside_its_model(
    legacy_models: Path, slot: Slot, tmp_path: Path
) -> None:
    weights = weights_of(legacy_models, tmp_path)
    source = tmp_path / "code" / "net"
    source.mkdir(parents=True)
    (source / "agent.py").write_text(dedent(READING))
    golden = legacy_models / "tf.keras-2.8" / "mlp-json" / "model.golden.npz"
    request = ArtifactRequest(weights, "w", tmp_path / "out", "model", golden)
    options = Options(source=(tmp_path / "code",))
    result = migrate_artifact(request, options, slot)
    (refusal,) = [f for f in result.findings if f.code == "FMT004"]
    assert "The code reads sizes.json" in refusal.hint
    (tmp_path / "code" / "sizes.json").write_text('{"hidden": 5}')
    slot.reset()
    result = migrate_artifact(request, options, slot)
    assert result.status == "migrated", [f"{f.code}: {f.message}" for f in result.findings]
    assert result.parity is not None
    assert result.parity.evidence == "golden"


TWO = """\
    from keras.layers import Activation, Dense, Input
    from keras.models import Model

    def make(outputs, between):
        line = Input((4,))
        x = Activation(between)(Dense(4, use_bias=False)(Dense(5, activation="relu")(line)))
        return Model(line, Dense(outputs, activation="softmax")(x))

    def one(n_classes):
        return make(n_classes, "tanh")

    def two(n_classes):
        return make(n_classes, "elu")
    """


@pytest.mark.slow
def test_of_several_that_fit_the_option_that_is_named_takes_one(
    legacy_models: Path, slot: Slot, tmp_path: Path
) -> None:
    weights = weights_of(legacy_models, tmp_path)
    (tmp_path / "nets.py").write_text(dedent(TWO))
    golden = legacy_models / "tf.keras-2.8" / "mlp-json" / "model.golden.npz"
    request = ArtifactRequest(weights, "w", tmp_path / "out", "model", golden)
    result = migrate_artifact(request, Options(source=(tmp_path,)), slot)
    (refusal,) = [f for f in result.findings if f.code == "FMT004"]
    assert refusal.message.startswith("several functions"), refusal.message
    words = shlex.split(refusal.hint.removeprefix("Choose one: ").replace(";", " ; ").rstrip("."))
    offered = [word for option, word in pairwise(words) if option == "--architecture"]
    assert offered == [f"{tmp_path}/nets.py:make(outputs=3, between={name!r})" for name in ("tanh", "elu")]
    statuses = []
    for text in offered:
        slot.reset()
        statuses.append(migrate_artifact(request, Options(architecture=text), slot).status)
    assert statuses == ["migrated", "failed"]


PART = """\
    from keras.layers import Dense, Input
    from keras.models import Model

    def features():
        line = Input((4,))
        hidden = Dense(5, activation="relu", name="{names[0]}")(line)
        return Model(line, Dense(4, use_bias=False, name="{names[1]}")(hidden))

    net = features()
    net.load_weights("out/alone.h5"{by_name})
    """


@pytest.mark.slow
@pytest.mark.parametrize(("by_name", "status"), [(", by_name=True", "migrated"), ("", "blocked")])
def test_a_part_takes_its_layers_out_of_a_file_by_their_names(
    by_name: str, status: str, legacy_models: Path, slot: Slot, tmp_path: Path
) -> None:
    import h5py

    weights = weights_of(legacy_models, tmp_path)
    with h5py.File(weights) as file:
        names = [
            name
            for name in map(str, file.attrs["layer_names"].astype(str))
            if len(file[name].attrs["weight_names"])
        ]
    (tmp_path / "features.py").write_text(dedent(PART).format(names=names, by_name=by_name))
    request = ArtifactRequest(weights, "w", tmp_path / "out", "model")
    result = migrate_artifact(request, Options(source=(tmp_path / "features.py",)), slot)
    told = [f"{f.code}: {f.message}" for f in result.findings]
    assert result.status == status, told
    if status == "migrated":
        assert any(f"by name: {names[2]} of the file are not of it" in line for line in told), told
        assert result.parity is not None
        assert result.parity.evidence == "reconstructed"
