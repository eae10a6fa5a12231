"""Shapes told from configurations agree with those that the original frameworks computed."""

from __future__ import annotations

import numpy as np
import pytest

from migrate.capsule.model import Layer, TensorRef
from migrate.dialects.shapes import borders, infer_shapes, output_shape
from tests.dialects.authentic import MODELS, translated


@pytest.mark.parametrize(
    "case",
    [
        "keras-1.2.2/conv_tf",
        "keras-1.2.2/conv_1d",
        "keras-1.2.2/conv_3d",
        "keras-1.2.2/conv_atrous_separable",
        "keras-1.2.2/merge_modes",
        "keras-1.2.2/time_distributed",
        "keras-2.2.4-theano/conv_1d_3d",
        "keras-2.2.4/merging",
        "keras-1.2.2/reshaping",
    ],
)
def test_shapes_agree_with_recorded_activations(case: str) -> None:
    model = translated(case).legacy
    shapes = infer_shapes(model)
    golden = np.load(MODELS / case / "model.golden.npz")
    checked = 0
    for key in golden:
        name = key.removeprefix("activations/")
        shape = shapes.get(TensorRef(name))
        if name == key or shape is None:
            continue
        recorded = golden[key].shape
        assert len(shape) == len(recorded)
        assert all(
            size is None or size == real for size, real in zip(shape[1:], recorded[1:], strict=True)
        ), name
        checked += 1
    assert checked >= 2


def test_what_is_not_known_is_absent() -> None:
    assert output_shape(Layer("Mystery", "m"), [(None, 3)]) is None
    assert output_shape(Layer("Add", "a"), [(None, 3), (None, 2, 3)]) is None
    assert output_shape(Layer("Flatten", "f"), [(None, None, 3)]) == (None, None)


GRU = Layer("GRU", "g", {"units": 2, "return_sequences": True})


@pytest.mark.parametrize(
    ("layer", "inputs", "expected"),
    [
        (Layer("MultiHeadAttention", "m"), [(None, 6, 4)], (None, 6, 4)),
        (Layer("MultiHeadAttention", "m", {"output_shape": [3]}), [(None, 6, 4)], (None, 6, 3)),
        (Layer("Attention", "a"), [(None, 6, 4), (None, 9, 5)], (None, 6, 5)),
        (Layer("Attention", "a"), [(None, 6, 4)], None),
        (Layer("Bidirectional", "b", children={"forward_layer": GRU}), [(None, 6, 4)], (None, 6, 4)),
        (
            Layer("Bidirectional", "b", {"merge_mode": "sum"}, children={"forward_layer": GRU}),
            [(1, 6, 4)],
            (1, 6, 2),
        ),
    ],
)
def test_attention_and_both_directions(
    layer: Layer, inputs: list[tuple[int | None, ...]], expected: tuple[int | None, ...] | None
) -> None:
    assert output_shape(layer, inputs) == expected


@pytest.mark.parametrize(
    ("value", "rank", "expected"),
    [
        (1, 2, [(1, 1), (1, 1)]),
        ([1, 2], 1, [(1, 2)]),
        ([1, 2], 2, [(1, 1), (2, 2)]),
        ([[1, 0], [0, 2]], 2, [(1, 0), (0, 2)]),
    ],
)
def test_borders_take_every_form(value: object, rank: int, expected: list[tuple[int, int]]) -> None:
    assert borders(value, rank) == expected


def test_merging_layers_stretch_sizes_of_one() -> None:
    add = Layer("Add", "a")
    assert output_shape(add, [(None, 1, 4), (None, 5, 4)]) == (None, 5, 4)
    assert output_shape(add, [(None, 5), (None, None)]) == (None, None)
    assert output_shape(add, [(None, 1), (None, 1)]) == (None, 1)
    assert output_shape(add, [(None, 5), (None, 5, 4)]) is None
