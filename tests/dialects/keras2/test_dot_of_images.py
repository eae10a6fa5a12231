"""``Dot`` of images was a product of matrices before Keras 2.3 and TensorFlow 2."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.keras2.dot_of_images import dot_of_images
from migrate.dialects.rule import Era, in_era, overrides_original, registered
from migrate.findings import MigrationError
from tests.dialects.authentic import codes, translated

IMAGES = ((None, 5, 4, 3), (None, 5, 4, 3))
OLD = {"class_name": "Zeros", "config": {"dtype": "float32"}}
NEW = {"class_name": "Zeros", "config": {}}


def model(axes: Any, shapes: tuple[Any, Any] = IMAGES, initializer: Any = None, **config: Any) -> Model:
    entries = [
        Layer("InputLayer", name, {"batch_input_shape": list(s)})
        for name, s in zip("ab", shapes, strict=True)
    ]
    dot = Layer("Dot", "dot", {"axes": axes, **config}, (Node(([TensorRef("a"), TensorRef("b")],)),))
    kernel = Layer(
        "Dense", "dense", {"units": 2, "kernel_initializer": initializer}, (Node((TensorRef("dot"),)),)
    )
    layers = (*entries, dot, *([kernel] if initializer else []))
    return Model(
        "Model", "m", Topology.FUNCTIONAL, layers, [TensorRef("a"), TensorRef("b")], TensorRef("dot")
    )


def test_an_authentic_file_has_it() -> None:
    assert "SIL060" in codes(translated("keras-2.2.4/images_by_rows"))
    assert overrides_original("SIL060"), "tf-keras on the untouched file contracts the axis that is named"


@pytest.mark.parametrize(
    ("axes", "left", "right"),
    [(3, False, True), (-1, False, True), (2, True, False), (1, True, False), ([3, 2], False, False)],
)
def test_the_last_two_axes_are_multiplied_whatever_axes_are_named(axes: Any, left: bool, right: bool) -> None:
    made = dot_of_images(model(axes), Era.of("2.2.4")).layer("dot")
    assert made.config["function"] == "linalg.matmul"
    assert made.nodes[0].kwargs == {"b": TensorRef("b"), "transpose_a": left, "transpose_b": right}


def test_normalised_along_the_axes_that_are_named() -> None:
    made = dot_of_images(model([3, 1], normalize=True), Era.of("2.2.4"))
    axes = [
        layer.nodes[0].kwargs["axis"]
        for layer in made.layers
        if layer.config.get("function") == "math.l2_normalize"
    ]
    assert axes == [3, 1]


@pytest.mark.parametrize(
    ("era", "initializer", "changes"),
    [
        ("1.2.2", None, True),
        ("2.1.6-tf", None, True),
        ("2.2.4-tf", OLD, True),
        ("2.2.4-tf", NEW, False),
    ],
)
def test_tensorflow_2_computes_as_keras_3_does(era: str, initializer: Any, changes: bool) -> None:
    given = model(3, initializer=initializer)
    assert (dot_of_images(given, Era.of(era)) is not given) is changes


@pytest.mark.parametrize("era", ["2.3.1", "2.4.0"])
def test_later_releases_are_left_alone(era: str) -> None:
    assert not in_era(registered()["SIL060"][0], Era.of(era))


def test_a_file_that_does_not_say_which_tensorflow_is_refused() -> None:
    with pytest.raises(MigrationError, match="may be of TensorFlow 1 or of TensorFlow 2") as error:
        dot_of_images(model(3), Era.of("2.2.4-tf"))
    assert error.value.code == "SIL060"


def test_several_ranks_are_refused_and_matrices_stay() -> None:
    with pytest.raises(MigrationError, match="several ranks"):
        dot_of_images(model([3, 1], ((None, 5, 4, 3), (None, 3))), Era.of("2.2.4"))
    matrices = model(2, ((None, 4, 3), (None, 5, 3)))
    assert dot_of_images(matrices, Era.of("2.2.4")) is matrices


@pytest.mark.parametrize(
    ("class_name", "config", "shape"),
    [
        ("Conv2DTranspose", {"filters": 3, "kernel_size": [2, 2]}, (None, 5, 4, 3)),
        ("DepthwiseConv2D", {"kernel_size": [2, 2]}, (None, 5, 4, 3)),
        ("ConvLSTM2D", {"filters": 3, "kernel_size": [2, 2]}, (None, 2, 5, 4, 3)),
    ],
)
def test_images_of_any_convolution_are_images(class_name: str, config: Any, shape: Any) -> None:
    made = dot_of_images(behind(Layer(class_name, "x", config), shape), Era.of("2.2.4"))
    assert made.layer("dot").class_name == "TFOpLambda"


def test_images_of_a_layer_that_is_not_known_are_refused() -> None:
    with pytest.raises(MigrationError, match="not known") as caught:
        dot_of_images(behind(Layer("Mystery", "x", {}), (None, 5, 4, 3)), Era.of("2.2.4"))
    assert caught.value.code == "SIL060"


def behind(layer: Layer, shape: Any) -> Model:
    """``Dot`` over the last axis of what a layer gives, twice."""
    graph = model(3, (shape, shape))
    given = replace(layer, nodes=(Node((TensorRef("a"),)),))
    dot = replace(graph.layer("dot"), nodes=(Node(([TensorRef("x"), TensorRef("x")],)),))
    return replace(graph, layers=(*graph.layers[:-1], given, dot))
