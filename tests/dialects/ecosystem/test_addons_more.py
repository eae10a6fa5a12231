"""Further layers of TensorFlow Addons: how kernels turn, what a mask and a size decide, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from migrate.capsule.model import Layer, Node, TensorRef
from migrate.dialects.ecosystem.addons_more import attention, crossing, filter_response
from migrate.dialects.rule import Era
from migrate.findings import MigrationError
from tests.dialects.ecosystem.chains import adapted, chain

ERA = Era.of("2.15.0")


def known(*shape: int | None) -> Any:
    return lambda position: shape or None


def heads(calls: tuple[Node, ...] = (), **config: Any) -> Layer:
    arrays = {f"{name}_kernel": np.zeros((2, 5, 3), "float32") for name in ("query", "key", "value")}
    arrays["projection_kernel"] = np.zeros((2, 3, 7), "float32")
    given = {"num_heads": 2, "head_size": 3, **config}
    return Layer("Addons>MultiHeadAttention", "m", given, calls, arrays)


def attended(layer: Layer) -> Layer:
    (made,) = attention(layer, known(None, 4, 5)).parts
    return made


def test_kernels_of_heads_turn() -> None:
    made = attended(heads())
    assert made.weights["query/kernel"].shape == (5, 2, 3)
    assert made.weights["attention_output/kernel"].shape == (2, 3, 7)
    assert made.config["output_shape"] == [7]
    assert made.config["use_bias"] is False


def test_a_bias_of_the_last_projection_leaves_the_others_at_nothing() -> None:
    layer = heads()
    weights: Mapping[str, Any] = {**layer.weights, "projection_bias": np.ones(7, "float32")}
    made = attended(Layer(layer.class_name, "m", layer.config, (), weights))
    assert made.config["use_bias"] is True
    assert not made.weights["value/bias"].any()
    assert made.weights["attention_output/bias"].all()


def test_the_key_is_the_value_where_none_is_given() -> None:
    two = attended(heads((Node(([TensorRef("a"), TensorRef("b")],)),)))
    three = attended(heads((Node(([TensorRef("a"), TensorRef("b"), TensorRef("c")],)),)))
    assert [two.nodes[0].kwargs[key].tensor for key in ("value", "key")] == [1, 1]
    assert [three.nodes[0].kwargs[key].tensor for key in ("value", "key")] == [2, 1]


def test_attention_that_is_refused() -> None:
    masked = Node(([TensorRef("a"), TensorRef("b")],), {"mask": TensorRef("m")})
    for layer, word in ((heads(return_attn_coef=True), "weights"), (heads((masked,)), "mask")):
        with pytest.raises(MigrationError, match=word):
            attended(layer)


def test_attention_along_one_axis_of_several_is_not_that_of_keras() -> None:
    with pytest.raises(MigrationError, match="several axes"):
        attention(heads(), known(None, 3, 4, 5))
    guard, made = attention(heads(), known()).parts
    assert (guard.class_name, guard.config["dims"]) == ("Permute", [1, 2])
    assert made.nodes[0].args == (TensorRef(guard.name),)


def test_a_learned_epsilon_is_added() -> None:
    arrays = {
        "gamma": np.ones((1, 1, 1, 2), "float32"),
        "beta": np.ones((1, 1, 1, 2), "float32"),
        "learned_epsilon": np.array([-0.5], "float32"),
    }
    layer = Layer("x", "f", {"axis": [1, 2], "epsilon": 0.25, "learned_epsilon": True}, (), arrays)
    parts = {part.name: part for part in filter_response(layer, known(None, 3, 3, 2)).parts}
    assert parts["f_padded"].nodes[0].kwargs["y"] == 0.75
    assert parts["f_scaled"].weights["kernel"].shape == (2,)
    with pytest.raises(MigrationError, match="size"):
        filter_response(layer, known(None, None, 3, 2))


def test_a_crossing_may_go_through_a_small_matrix() -> None:
    arrays = {"kernel_u": np.ones((4, 2), "float32"), "kernel_v": np.ones((2, 4), "float32")}
    layer = Layer("x", "p", {"projection_dim": 2, "diag_scale": 0.0}, (), arrays)
    names = [part.name for part in crossing(layer, known(None, 4)).parts]
    assert names == ["p_kernel_u", "p_kernel_v", "p_product", "p_crossed", "p_shifted"]
    with pytest.raises(MigrationError, match="weights"):
        crossing(Layer("x", "p", {"projection_dim": None}), known(None, 4))


def test_a_threshold_is_constant_unless_it_is_affine() -> None:
    arrays = {"tau": np.ones(3, "float32"), "alpha": np.full(3, 2.0, "float32")}
    for affine, slope in ((False, 0.0), (True, 2.0)):
        layer = Layer("Addons>TLU", "t", {"affine": affine}, (), arrays)
        (floor,) = [one for one in adapted(chain(layer), ERA).layers if one.class_name == "Rescaling"]
        assert floor.config == {"scale": [slope] * 3, "offset": [1.0] * 3}


def test_a_mask_is_not_lost() -> None:
    embedding = Layer("Embedding", "e", {"input_dim": 5, "output_dim": 2, "mask_zero": True})
    with pytest.raises(MigrationError, match="mask"):
        adapted(chain(embedding, Layer("Addons>GELU", "g", {})), ERA)
