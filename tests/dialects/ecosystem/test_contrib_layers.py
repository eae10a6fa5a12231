"""Layers of keras-contrib: whose a group normalization is, what a mask and a size decide, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from migrate.capsule.model import Layer, TensorRef
from migrate.dialects.ecosystem.contrib_layers import cosine, group_normalization, upscaling
from migrate.dialects.foreign import foreign_of
from migrate.dialects.rule import Era
from migrate.findings import MigrationError
from tests.dialects.ecosystem.chains import adapted, chain

ERA = Era.of("2.2.4")
GROUPS = dict.fromkeys(
    ("groups", "axis", "epsilon", "center", "scale", "beta_constraint", "gamma_constraint")
)


def known(*shape: int | None) -> Any:
    return lambda position: shape or None


def part(fragment: Any, suffix: str) -> Layer:
    return next(layer for layer in fragment.parts if layer.name.endswith(f"_{suffix}"))


def test_a_group_normalization_with_a_dtype_is_that_of_keras() -> None:
    assert foreign_of(Layer("GroupNormalization", "g", GROUPS)) is not None
    assert foreign_of(Layer("GroupNormalization", "g", {**GROUPS, "dtype": "float32"})) is None


def grouped(axis: int, **config: Any) -> Layer:
    arrays = {role: np.arange(4, dtype="float32") for role in ("gamma", "beta")}
    return Layer("x", "g", {"groups": 2, "axis": axis, "epsilon": 1e-5, **config}, (), arrays)


def test_groups_lie_one_behind_the_other() -> None:
    last = group_normalization(grouped(-1), known(None, 6, 5, 4))
    assert part(last, "grouped").config == {"target_shape": [2, 6, 5, 2]}
    assert np.shape(part(last, "scaled").config["scale"]) == (2, 1, 1, 2)
    first = group_normalization(grouped(1), known(None, 4, 6, 5))
    assert part(first, "grouped").config == {"target_shape": [2, 2, 6, 5]}
    assert np.shape(part(first, "scaled").config["offset"]) == (2, 2, 1, 1)
    assert part(first, "whole").config == {"target_shape": [4, 6, 5]}


@pytest.mark.parametrize(("axis", "shape"), [(-1, (None, None, 5, 4)), (-1, ()), (2, (None, 6, 4, 5))])
def test_groups_that_cannot_be_told(axis: int, shape: tuple[int | None, ...]) -> None:
    with pytest.raises(MigrationError) as caught:
        group_normalization(grouped(axis), known(*shape))
    assert caught.value.code == "ECO090"


def test_a_mask_is_not_lost() -> None:
    swish = Layer("keras_contrib>Swish", "w", {"beta": 1.5})
    assert len(adapted(chain(swish), ERA).layers) == 4
    embedding = Layer("Embedding", "e", {"input_dim": 5, "output_dim": 2, "mask_zero": True})
    with pytest.raises(MigrationError, match="mask"):
        adapted(chain(embedding, swish), ERA)
    ended = Layer("LSTM", "l", {"units": 2})
    assert len(adapted(chain(embedding, ended, swish), ERA).layers) == 6


def test_a_learned_beta_comes_from_the_weights() -> None:
    learned = Layer(
        "keras_contrib>Swish", "w", {"beta": 1.0, "trainable": True}, (), {"scaling_factor": np.float32(0.25)}
    )
    found = adapted(chain(learned), ERA)
    (scaled,) = [layer for layer in found.layers if layer.class_name == "Rescaling"]
    assert scaled.config["scale"] == 0.25


def test_slopes_without_weights_are_refused() -> None:
    with pytest.raises(MigrationError, match="weights"):
        adapted(chain(Layer("keras_contrib>PELU", "p", {})), ERA)


def cosine_layer(*shape: int, **config: Any) -> Layer:
    arrays = {"c_W": np.full(shape, 0.5, "float32"), "c_b": np.zeros(shape[-1], "float32")}
    return Layer("x", "c", {"activation": "relu", **config}, (), arrays)


def test_a_kernel_has_the_length_one() -> None:
    dense = cosine(cosine_layer(4, 2, units=2), known(None, 4))
    assert np.allclose(part(dense, "turned").weights["kernel"], 0.5)
    assert part(dense, "padded").nodes[0].kwargs["y"] == pytest.approx(1 + 1e-7)
    place = {"kernel_size": [2, 2], "strides": [1, 1], "padding": "same"}
    image = cosine(cosine_layer(2, 2, 1, 3, **place), known(None, 4, 4, 1))
    assert part(image, "total").config["trainable"] is False
    assert next(part(image, "cosines").nodes[0].refs()) == TensorRef("c_turned")


@pytest.mark.parametrize("config", [{"data_format": "channels_first"}, {"padding": "full"}])
def test_images_that_are_not_expressed(config: dict[str, Any]) -> None:
    place = {"kernel_size": [2, 2], "strides": [1, 1], "padding": "same", **config}
    with pytest.raises(MigrationError) as caught:
        cosine(cosine_layer(2, 2, 1, 3, **place), known(None, 4, 4, 1))
    assert caught.value.code == "ECO090"


def test_upscaling_with_the_channels_in_front_is_refused() -> None:
    layer = Layer("x", "u", {"scale_factor": 2, "data_format": "channels_last"})
    (only,) = upscaling(layer, known(None, 2, 2, 4)).parts
    assert only.nodes[0].kwargs == {"block_size": 2}
    with pytest.raises(MigrationError) as caught:
        upscaling(layer.with_config(data_format="channels_first"), known(None, 4, 2, 2))
    assert caught.value.code == "ECO090"
