"""A name that Keras has today is not therefore Keras' own: the era, the configuration and the file's records tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from migrate.dialects.packaged import adapted, functions_of_packages
from migrate.findings import MigrationError
from migrate.formats.artifact import Format, LegacyArtifact, Writer
from migrate.formats.own_names import OwnCode, mark_own, mark_own_training, own_names, settle
from migrate.formats.read import read

TF_2_15 = Writer(keras="2.15.0", backend="tensorflow")
KERAS_2_2_4 = Writer(keras="2.2.4", backend="tensorflow")


def artifact(
    *layers: dict[str, Any], writer: Writer = TF_2_15, format_: Format = Format.HDF5_MODEL
) -> LegacyArtifact:
    root = {"class_name": "Sequential", "config": {"name": "sequential", "layers": list(layers)}}
    return LegacyArtifact(Path("model.h5"), "", format_, writer, root)


def layer(class_name: str, **config: Any) -> dict[str, Any]:
    return {"class_name": class_name, "config": {"name": "it", "trainable": True, **config}}


def dense(activation: Any, **config: Any) -> dict[str, Any]:
    return layer("Dense", units=2, activation=activation, use_bias=True, **config)


@pytest.mark.parametrize(
    ("node", "writer", "words"),
    [
        (dense("swish"), KERAS_2_2_4, "keras 2.2.4 had no swish"),
        (dense("gelu"), Writer(keras="2.2.4-tf"), "tf.keras 2.2.4-tf had no gelu"),
        (dense("mish"), Writer(keras="2.12.0"), "had no mish"),
        (layer("LayerNormalization", eps=1e-6), KERAS_2_2_4, "had no LayerNormalization"),
        (layer("MultiHeadAttention", heads=2), KERAS_2_2_4, "had no MultiHeadAttention"),
        (layer("Attention", step_dim=5, bias=True), TF_2_15, "'bias', 'step_dim'"),
        (layer("LayerNormalization", dtype="float32"), TF_2_15, "lacks"),
        (layer("Highway", size=3), TF_2_15, "had no Highway"),
        (layer("RMSNormalization", epsilon=1e-6), TF_2_15, "had no RMSNormalization"),
        (dense("hard_swish"), TF_2_15, "had no hard_swish"),
        (dense("squareplus"), Writer(keras="2.8.0"), "had no squareplus"),
        (
            {**layer("Attention", use_scale=False), "module": "my.layers", "registered_name": "Attention"},
            TF_2_15,
            "module 'my.layers'",
        ),
        (
            dense("relu", kernel_constraint={"class_name": "NonNeg", "config": {"floor": 1.0}}),
            TF_2_15,
            "'floor'",
        ),
        (
            dense("relu", kernel_initializer={"class_name": "HeNormal", "config": {"gain": 1.0}}),
            TF_2_15,
            "'gain'",
        ),
        (
            dense("relu", kernel_regularizer={"class_name": "L2", "config": {"strength": 1.0}}),
            TF_2_15,
            "'strength'",
        ),
    ],
)
def test_the_authors_own_is_told(node: dict[str, Any], writer: Writer, words: str) -> None:
    found = own_names(artifact(node, writer=writer))
    assert [own.certain for own in found] == [True]
    assert words in found[0].reason
    with pytest.raises(MigrationError, match="author's own") as refused:
        settle(artifact(node, writer=writer), OwnCode(proven=True))
    assert refused.value.code == "CFG005"
    assert settle(artifact(node, writer=writer), OwnCode(defined=frozenset({found[0].name}))) == found


@pytest.mark.parametrize(
    ("node", "writer"),
    [
        (dense("relu"), KERAS_2_2_4),
        (dense("selu"), Writer(keras="2.0.6")),
        (dense("relu", kernel_initializer="glorot_uniform", bias_initializer="zeros"), TF_2_15),
        (dense("relu", kernel_initializer="he_normal"), Writer(keras="2.1.6-tf")),
        (dense("swish"), Writer(keras=None)),
        (layer("Highway", activation="linear"), Writer(keras="1.2.2")),
        (layer("LayerNormalization", axis=-1, epsilon=1e-3, center=True, scale=True), TF_2_15),
        (layer("Attention", use_scale=False, dropout=0.0), TF_2_15),
        ({**layer("LSTM", units=3), "module": "keras.layers", "registered_name": None}, TF_2_15),
    ],
)
def test_what_keras_wrote_is_keras(node: dict[str, Any], writer: Writer) -> None:
    assert not [own for own in own_names(artifact(node, writer=writer)) if own.certain]


@pytest.mark.parametrize("name", ["gelu", "swish", "silu"])
def test_a_late_function_is_doubtful_where_nothing_records_whose_it_is(name: str) -> None:
    it = artifact(dense(name))
    (own,) = own_names(it)
    assert not own.certain
    with pytest.raises(MigrationError, match="does not record") as refused:
        settle(it, OwnCode())
    assert refused.value.code == "CFG006"
    assert settle(it, OwnCode(stock=frozenset({name}))) == []
    assert settle(it, OwnCode(proven=True)) == []
    assert settle(it, OwnCode(defined=frozenset({name}))) == [own]
    assert own_names(artifact(dense(name), format_=Format.KERAS_ARCHIVE)) == [own], (
        "archives store the name alone"
    )
    assert not own_names(artifact(dense(name), format_=Format.SAVED_MODEL)), "its graph is compared with"


def test_one_word_is_asked_for_about_all_doubtful_names() -> None:
    """With the names that were given already: the option replaces what it said before."""
    it = artifact(dense("gelu"), dense("relu"), dense("swish"), dense("silu"))
    with pytest.raises(MigrationError) as refused:
        settle(it, OwnCode(stock=frozenset({"silu"})))
    assert "pass --stock-names silu,gelu,swish;" in refused.value.hint
    assert settle(it, OwnCode(stock=frozenset({"silu", "gelu", "swish"}))) == []


def test_swish_of_an_application_is_keras_own() -> None:
    node = layer("Activation", activation="swish")
    node["config"]["name"] = "block1a_se_reduce"
    assert not own_names(artifact(node))


def test_marking_touches_what_was_found_alone() -> None:
    it = artifact(dense("swish"), dense("relu"), writer=KERAS_2_2_4)
    assert it.architecture is not None
    marked = mark_own(it.architecture, own_names(it))
    first, second = marked["config"]["layers"]
    assert first["config"]["activation"] == "own>swish"
    assert second["config"]["activation"] == "relu"
    assert it.architecture["config"]["layers"][0]["config"]["activation"] == "swish"


def test_training_of_a_later_name_is_the_authors() -> None:
    training = {
        "loss": {"a": "huber_loss", "b": "mse"},
        "metrics": ["accuracy", "precision", {"class_name": "Precision", "config": {}}],
        "optimizer_config": {"class_name": "AdamW", "config": {}},
    }
    marked = mark_own_training(training, KERAS_2_2_4)
    assert marked["loss"] == {"a": "own>huber_loss", "b": "mse"}
    assert marked["metrics"][0] == "accuracy"
    assert marked["metrics"][1] == "own>precision"
    assert marked["metrics"][2]["class_name"] == "own>Precision"
    assert marked["optimizer_config"]["class_name"] == "own>AdamW"
    assert mark_own_training(training, TF_2_15)["optimizer_config"] == training["optimizer_config"]


@pytest.mark.parametrize(
    "era", ["keras-1.2.2", "keras-2.2.4", "keras-2.3.1", "tf.keras-1.15", "tf.keras-2.15"]
)
def test_no_stock_name_of_authentic_files_is_taken_for_an_authors(era: str, legacy_models: Path) -> None:
    files = [f for f in sorted((legacy_models / era).glob("*/model.*")) if f.suffix in (".h5", ".keras")]
    taken = []
    for file in files:
        artifact_ = read(file, values=False)
        if (file.parent / "custom_objects.py").is_file():
            continue
        try:
            root = artifact_.architecture or {}
            settle(artifact_, OwnCode(proven=True), adapted(root), functions_of_packages(root))
        except MigrationError as error:
            taken.append((file, error.message))
    assert files
    assert not taken


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("a-collide/k224_own_swish/model.h5", "CFG005"),
        ("a-collide/tf215_own_gelu/model.h5", "CFG006"),
        ("a-custom/attention_k-h5-tf2.15/model.h5", "CFG005"),
        ("a-custom/attention_k-keras-tf2.15/model.keras", "CFG005"),
        ("i-bert/bert4keras/model.h5", "CFG005"),
    ],
)
def test_authentic_collisions_are_refused(case: str, code: str) -> None:
    folder = Path(__file__).resolve().parents[3] / "shared" / "user_code"
    if not folder.is_dir():
        pytest.skip("the folder of models with people's own code does not stand beside this checkout")
    with pytest.raises(MigrationError) as refused:
        settle(read(folder / case, values=False), OwnCode())
    assert refused.value.code == code


@pytest.mark.parametrize(("key", "own"), [("keras_version", 0), ("built_with", 0), ("other", 1)])
def test_names_are_those_of_the_release_that_an_architecture_states(key: str, own: int) -> None:
    initializer = {"class_name": "GlorotUniform", "config": {"seed": None}}
    pair = artifact(dense("tanh", kernel_initializer=initializer), writer=KERAS_2_2_4)
    assert pair.architecture is not None
    pair.architecture[key] = "2.15.0"
    assert len(own_names(pair)) == own
