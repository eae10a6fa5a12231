"""Helpers that rules make compute in double precision where the model does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.made_layers import in_double
from migrate.dialects.masks import masked_identity


def _model(dtype: str, topology: Topology = Topology.FUNCTIONAL) -> Model:
    layers = (
        Layer("InputLayer", "line", {"batch_shape": [None, 5, 3], "dtype": dtype}),
        Layer("Dense", "dense", {"dtype": dtype}, (Node((TensorRef("line"),)),)),
        Layer("Op", "relu", {"function": "keras.ops.relu"}, (Node((TensorRef("dense"),)),)),
        Layer("FixedMode", "fixed", {"name": "fixed"}, (Node((TensorRef("relu"),), {"mode": False}),)),
        Layer("Permute", "turned", {"dims": [2, 1]}, (Node((TensorRef("fixed"),)),)),
    )
    return Model("Functional", "model", topology, layers, TensorRef("line"), TensorRef("turned"))


def _dtypes(model: Model) -> dict[str, object]:
    return {layer.name: layer.config.get("dtype") for layer in model.layers}


def test_what_reads_double_precision_computes_in_it() -> None:
    found = _dtypes(in_double(_model("float64")))
    assert found == {
        "line": "float64",
        "dense": "float64",
        "relu": None,
        "fixed": "float64",
        "turned": "float64",
    }


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16"])
def test_other_models_stay_as_they_are(dtype: str) -> None:
    model = _model(dtype)
    assert in_double(model) is model


def test_the_layer_in_front_tells_in_a_sequential_model() -> None:
    model = _model("float64", Topology.SEQUENTIAL)
    bare = [replace(layer, nodes=()) for layer in model.layers if layer.class_name != "Op"]
    assert set(_dtypes(in_double(replace(model, layers=tuple(bare)))).values()) == {"float64"}


def test_a_part_in_single_precision_keeps_it() -> None:
    model = _model("float64")
    single = [
        layer.with_config(dtype="float32") if layer.name == "dense" else layer for layer in model.layers
    ]
    assert _dtypes(in_double(replace(model, layers=tuple(single))))["turned"] is None


def test_a_mask_is_given_back_in_the_precision_of_its_owner() -> None:
    made = masked_identity("merged", TensorRef("values"), 3, TensorRef("mask"), "float64")
    assert made.model is not None
    assert set(_dtypes(made.model).values()) == {"float64"}
