"""Preprocessing layers keep what they learned; names, attention and images follow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects import registry  # noqa: F401 - registers every rule
from migrate.dialects.aliases import without_aliases
from migrate.dialects.keras3.attention import attention_causal, null_call_arguments
from migrate.dialects.keras3.preprocessing import (
    discretization_bins,
    encoding_arguments,
    encoding_tf_idf,
    quantiles,
)
from migrate.dialects.rule import Era, Notes, Step
from migrate.dialects.upgrade import upgrade
from migrate.findings import MigrationError
from migrate.formats.artifact import SavedArray


def upgraded(layer: Layer, keras: str = "2.8.0", *more: Layer) -> tuple[Model, Notes]:
    called = Layer(
        layer.class_name,
        layer.name,
        {"name": layer.name, **layer.config},
        layer.nodes or (Node((TensorRef("x"),)),),
        layer.weights,
        layer.children,
    )
    entry = Layer("InputLayer", "x", {"batch_input_shape": [None, 4, 4, 3]})
    model = Model(
        "Functional", "m", Topology.FUNCTIONAL, (entry, called, *more), TensorRef("x"), TensorRef(layer.name)
    )
    notes = Notes()
    return upgrade(model, Era.of(keras), (Step.KERAS_2, Step.KERAS_3), notes), notes


def config_of(layer: Layer, keras: str = "2.8.0") -> dict[str, Any]:
    return dict(upgraded(layer, keras)[0].layer(layer.name).config)


def test_learned_bins_become_boundaries() -> None:
    points = np.linspace(-1.0, 1.0, 100)
    summary = np.stack([points, np.ones(100)]).astype("float32")
    layer = Layer(
        "Discretization", "d", {"num_bins": 4, "bin_boundaries": None, "trainable": True, "dtype": "int64"}
    )
    model, notes = upgraded(Layer(**{**_fields(layer), "weights": {"summary": summary}}))
    made = model.layer("d")
    assert made.weights == {}
    assert made.config["bin_boundaries"] == pytest.approx(quantiles(summary, 4))
    assert made.config["bin_boundaries"] == pytest.approx([-0.5, 0.0, 0.5], abs=0.03)
    assert made.config["num_bins"] is None
    assert made.config["dtype"] == "float32"
    assert "trainable" not in made.config
    assert {"CFG080", "CFG087", "SIL059"} <= {fired.code for fired in notes.fired}


def _fields(layer: Layer) -> dict[str, Any]:
    return {"class_name": layer.class_name, "name": layer.name, "config": layer.config}


def test_short_summaries_are_their_own_boundaries() -> None:
    assert quantiles(np.array([[1.0, 2.0, 3.0], [1.0, 1.0, 1.0]], "float32"), 5) == [1.0, 2.0]


def test_experimental_bins_argument() -> None:
    assert config_of(Layer("Discretization", "d", {"bins": [0.0, 1.0]}), "2.4.0")["bin_boundaries"] == [
        0.0,
        1.0,
    ]


def test_encoding_names_of_the_experimental_releases() -> None:
    made = config_of(Layer("CategoryEncoding", "c", {"max_tokens": 4, "output_mode": "binary"}), "2.4.0")
    assert (made["num_tokens"], made["output_mode"]) == (4, "multi_hot")
    assert "max_tokens" not in made


CURRENT = Layer(
    "Discretization",
    "d",
    {"bin_boundaries": [0.0, 1.0], "num_bins": None, "epsilon": 0.01, "dtype": "float32"},
)


def test_bins_that_are_named_as_today_stay() -> None:
    assert discretization_bins(CURRENT, Era.of("2.15.0")) is CURRENT
    summary = {"summary": np.zeros((2, 100), np.float32)}
    learned = Layer("Discretization", "d", CURRENT.config, weights=summary)
    done = discretization_bins(learned, Era.of("2.15.0"))
    assert (done.config["bin_boundaries"], dict(done.weights)) == ([0.0, 1.0], {})


@pytest.mark.parametrize(
    ("name", "config", "after"),
    [
        (
            "TextVectorization",
            {"max_tokens": 4, "output_mode": "binary"},
            {"max_tokens": 4, "output_mode": "multi_hot"},
        ),
        ("StringLookup", {"max_tokens": 4, "output_mode": "int"}, None),
        ("CategoryEncoding", {"num_tokens": 4, "output_mode": "count"}, None),
    ],
)
def test_tokens_of_lookups_keep_their_name(
    name: str, config: dict[str, Any], after: dict[str, Any] | None
) -> None:
    layer = Layer(name, "l", config)
    done = encoding_arguments(layer, Era.of("2.4.0"))
    assert done.config == (config if after is None else after)
    assert (done is layer) is (after is None)


@pytest.mark.parametrize(("mode", "parts"), [("tf_idf", 2), ("count", 1)])
def test_learned_frequencies_weigh_the_mode_of_that_name_alone(mode: str, parts: int) -> None:
    weights = {"idf": np.array([0.7, 0.5], np.float32)}
    layer = Layer(
        "CategoryEncoding", "c", {"num_tokens": 2, "output_mode": mode}, (Node((TensorRef("x"),)),), weights
    )
    entry = Layer("InputLayer", "x", {"batch_input_shape": [None, 4]})
    model = Model("Functional", "m", Topology.FUNCTIONAL, (entry, layer), TensorRef("x"), TensorRef("c"))
    assert len(encoding_tf_idf(model, Era.of("2.4.0")).layers) == 1 + parts


def test_idf_weights_move_beside_the_vocabulary() -> None:
    weights = {"idf_weights": np.array([0.9, 1.0, 0.8], "float32")}
    layer = Layer("TextVectorization", "t", {"output_mode": "tf_idf", "vocabulary": ["a", "b"]}, (), weights)
    model, _ = upgraded(layer)
    assert model.layer("t").config["idf_weights"] == pytest.approx([1.0, 0.8])
    assert model.layer("t").weights == {}


def test_encoded_lookups_are_cast_back() -> None:
    model, notes = upgraded(Layer("StringLookup", "s", {"output_mode": "one_hot", "vocabulary": ["a"]}))
    assert model.layer("s").config == {"function": "keras.ops.cast"}
    assert model.layer("s").nodes[0].kwargs == {"dtype": "float32"}
    assert model.layer("s_encoding").class_name == "StringLookup"
    assert "SIL020" in {fired.code for fired in notes.fired}


def test_lookup_of_numbers_stays() -> None:
    assert (
        upgraded(Layer("StringLookup", "s", {"output_mode": "int"}))[0].layer("s").class_name
        == "StringLookup"
    )


def test_vocabulary_in_a_file_is_refused() -> None:
    with pytest.raises(MigrationError, match=r"words\.txt") as caught:
        upgraded(Layer("StringLookup", "s", {"vocabulary": "/home/me/words.txt"}))
    assert caught.value.code == "CFG083"


@pytest.mark.parametrize(
    ("axis", "stored", "expected"),
    [
        ([-1], [[0.1, 0.2]], [0.1, 0.2]),
        ([-1], 3.0, 3.0),
        ([-1], [0.1], [0.1]),
        (None, [[3.0]], 3.0),
        ([-1], [[0.1]], [0.1]),
        ([1, 2], [[[0.1], [0.2]]], [[0.1], [0.2]]),
        ([1, 2], [[[0.1, 0.2]]], [[0.1, 0.2]]),
    ],
)
def test_mean_loses_the_axes_it_was_broadcast_over(axis: Any, stored: Any, expected: Any) -> None:
    made = config_of(Layer("Normalization", "n", {"axis": axis, "mean": stored, "variance": stored}))
    assert made["mean"] == made["variance"] == expected


def test_mean_and_variance_have_one_shape() -> None:
    made = config_of(Layer("Normalization", "n", {"axis": [-1], "mean": 0.5, "variance": [[1.0, 2.0]]}))
    assert made["mean"] == [0.5, 0.5]
    assert made["variance"] == [1.0, 2.0]


def test_methods_of_tensorflow_alone_become_matrices() -> None:
    made = upgraded(Layer("Resizing", "r", {"height": 4, "width": 9, "interpolation": "area"}))[0].layer("r")
    assert made.config == {"function": "composite.resize"}
    assert made.nodes[0].kwargs == {"size": [4, 9], "method": "area"}
    assert (
        config_of(Layer("Resizing", "r", {"height": 4, "width": 9, "interpolation": "nearest"}))["height"]
        == 4
    )


def test_random_crop_does_what_inference_did() -> None:
    made = upgraded(Layer("RandomCrop", "r", {"height": 4, "width": 5, "seed": 1}))[0].layer("r")
    assert made.class_name == "Resizing"
    assert made.config == {"name": "r", "height": 4, "width": 5, "crop_to_aspect_ratio": True}


def test_causal_moves_into_every_call() -> None:
    layer = Layer("Attention", "a", {"causal": True}, (Node(([TensorRef("x"), TensorRef("x")],)),))
    made = upgraded(layer, "2.4.0")[0].layer("a")
    assert made.nodes[0].kwargs == {"use_causal_mask": True}
    assert "causal" not in made.config


def test_null_arguments_leave_calls() -> None:
    layer = Layer("LSTM", "l", {"units": 2}, (Node((TensorRef("x"),), {"training": None, "mask": None}),))
    assert upgraded(layer)[0].layer("l").nodes[0].kwargs == {}


@pytest.mark.parametrize(
    ("config", "after"), [({"use_scale": True}, None), ({"causal": False}, {}), ({"causal": True}, {})]
)
def test_the_argument_causal(config: dict[str, Any], after: dict[str, Any] | None) -> None:
    layer = Layer("Attention", "a", config, (Node(([TensorRef("x"), TensorRef("x")],)),))
    done = attention_causal(layer, Era.of("2.4.0"))
    assert (done is layer) is (after is None)
    assert done.config == (config if after is None else after)
    assert ("use_causal_mask" in done.nodes[0].kwargs) is bool(config.get("causal"))


@pytest.mark.parametrize(
    "layer",
    [
        Layer("Op", "o", {"function": "keras.ops.clip"}, (Node((TensorRef("x"),), {"x_max": None}),)),
        Layer("LSTM", "l", {"units": 2}, (Node((TensorRef("x"),), {"mask": TensorRef("m")}),)),
    ],
)
def test_arguments_that_stay(layer: Layer) -> None:
    assert null_call_arguments(layer, Era.of("2.8.0")) is layer


def test_slashes_go_from_names_and_references() -> None:
    inner = Layer("Dense", "b_c", {"name": "b_c"}, (Node((TensorRef("b/c"),)),))
    model, notes = upgraded(Layer("Dense", "b/c", {"units": 2}), "2.8.0", inner)
    assert [layer.name for layer in model.layers] == ["x", "b_c_1", "b_c"]
    assert model.layer("b_c_1").config["name"] == "b_c_1"
    assert model.layer("b_c").nodes[0].args == (TensorRef("b_c_1"),)
    assert model.outputs == TensorRef("b_c_1")
    assert "CFG010" in {fired.code for fired in notes.fired}


def arrays(*items: tuple[str, Any]) -> list[SavedArray]:
    return [SavedArray(name, np.asarray(value)) for name, value in items]


def test_kernel_of_a_spectral_normalisation_is_held_twice() -> None:
    kept = without_aliases(
        Layer("SpectralNormalization", "it"),
        arrays(("layer/vars/0", [[1.0]]), ("layer/vars/1", [2.0]), ("vars/0", [[1.0]]), ("vars/1", [[3.0]])),
    )
    assert [(item.name, item.array.ravel()[0]) for item in kept] == [
        ("layer/vars/0", 1.0),
        ("layer/vars/1", 2.0),
        ("vars/0", 3.0),
    ]


def test_weights_of_a_vectorisation_are_held_twice() -> None:
    kept = without_aliases(
        Layer("TextVectorization", "it"),
        arrays(("_lookup_layer/vars/idf_weights", [1.0]), ("vars/idf_weights", [1.0])),
    )
    assert [item.name for item in kept] == ["vars/idf_weights"]


def test_other_arrays_stay() -> None:
    given = arrays(("layer/vars/0", [[1.0]]), ("vars/0", [[2.0]]))
    assert without_aliases(Layer("Bidirectional", "it"), given) == given


def test_added_losses_go_with_what_only_they_used() -> None:
    ends = [
        Layer("TFOpLambda", "square", {"function": "math.square"}, (Node((TensorRef("d"),)),)),
        Layer("AddLoss", "add_loss", {"unconditional": False}, (Node((TensorRef("square"),)),)),
    ]
    model, notes = upgraded(Layer("Dense", "d", {"units": 2}), "2.8.0", *ends)
    assert [layer.name for layer in model.layers] == ["x", "d"]
    assert "CFG088" in {fired.code for fired in notes.fired}
