"""Scaled weights make Keras 3's hard_sigmoid compute what Keras 2's did."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from migrate.capsule.model import Array, Layer, Model, Topology
from migrate.dialects.keras3.hard_sigmoid import REGISTERED, hard_sigmoid, hard_sigmoid_activation
from migrate.dialects.rule import Era

ERA = Era.of("2.2.4")


def keras2(x: Array) -> Array:
    return np.clip(0.2 * x + 0.5, 0.0, 1.0)


def keras3(x: Array) -> Array:
    return np.clip(x + 3.0, 0.0, 6.0) / 6.0


def test_dense_is_exact_after_scaling() -> None:
    rng = np.random.default_rng(1)
    x, kernel, bias = rng.normal(size=(50, 3)) * 4, rng.normal(size=(3, 4)), rng.normal(size=4)
    layer = Layer("Dense", "d", {"activation": "hard_sigmoid"}, weights={"kernel": kernel, "bias": bias})
    changed = hard_sigmoid(layer, ERA)
    before = keras2(x @ kernel + bias)
    after = keras3(x @ changed.weights["kernel"] + changed.weights["bias"])
    np.testing.assert_allclose(after, before, atol=1e-12)
    assert np.abs(keras3(x @ kernel + bias) - before).max() > 1e-2, "unchanged it computes something else"


@pytest.mark.parametrize(("name", "gates", "untouched"), [("LSTM", 4, 2), ("GRU", 3, 2)])
def test_only_gates_are_scaled(name: str, gates: int, untouched: int) -> None:
    weights = {role: np.ones((2, gates * 3), "float32") for role in ("kernel", "recurrent_kernel", "bias")}
    layer = Layer(name, "r", {"recurrent_activation": "hard_sigmoid", "activation": "tanh"}, weights=weights)
    kernel = hard_sigmoid(layer, ERA).weights["kernel"]
    for gate in range(gates):
        factor = 1.0 if gate == untouched else 1.2
        np.testing.assert_allclose(kernel[:, gate * 3 : gate * 3 + 3], factor, rtol=1e-6)


MAX_NORM = {"class_name": "MaxNorm", "config": {"max_value": 2, "axis": 0}}
STORED = {
    "module": "builtins",
    "class_name": "function",
    "config": "hard_sigmoid",
    "registered_name": "function",
}
"""The activation as archives of 2.12 and later store it."""
GATED = {"recurrent_activation": "hard_sigmoid", "activation": "tanh"}
ROLES = ("kernel", "recurrent_kernel", "bias")


def ones(*roles: str) -> dict[str, Array]:
    return {role: np.ones((2, 12), "float32") for role in roles}


@pytest.mark.parametrize(
    ("config", "roles", "keep"),
    [
        (GATED, ROLES, True),
        ({**GATED, "kernel_constraint": MAX_NORM}, ROLES, False),
        ({**GATED, "activation": "hard_sigmoid"}, ROLES, False),
        (GATED, ("kernel",), False),
        ({**GATED, "recurrent_activation": STORED}, (), False),
    ],
)
def test_gates_that_cannot_be_scaled_get_the_old_function(config: Any, roles: Any, keep: bool) -> None:
    layer = Layer("LSTM", "l", config, weights=ones(*roles))
    changed = hard_sigmoid(layer, replace(ERA, keep_weights=keep))
    assert changed.weights is layer.weights
    assert changed.config["recurrent_activation"] == REGISTERED
    assert changed.config["activation"] == (REGISTERED if config["activation"] == "hard_sigmoid" else "tanh")


@pytest.mark.parametrize("without", ["bias", ""])
def test_gates_without_a_constraint_are_scaled(without: str) -> None:
    weights = ones(*(role for role in ROLES if role != without))
    changed = hard_sigmoid(Layer("LSTM", "l", {**GATED, "kernel_constraint": None}, weights=weights), ERA)
    assert set(changed.weights) == set(weights)
    assert all(array.max() > 1 for array in changed.weights.values())


@pytest.mark.parametrize(
    ("name", "roles", "keep", "scaled"),
    [
        ("Dense", ("kernel", "bias"), False, True),
        ("SeparableConv2D", ("depthwise_kernel", "pointwise_kernel"), False, True),
        ("Dense", ("kernel", "bias"), True, False),
        ("Dense", (), False, False),
        ("LSTM", ROLES, False, False),
    ],
)
def test_an_activation_is_scaled_where_the_kernel_alone_decides(
    name: str, roles: tuple[str, ...], keep: bool, scaled: bool
) -> None:
    layer = Layer(name, "l", {"activation": STORED}, weights=ones(*roles))
    changed = hard_sigmoid(layer, replace(ERA, keep_weights=keep))
    moved = [role for role in roles if changed.weights[role].max() > 1]
    assert moved == [role for role in roles if scaled and role != "depthwise_kernel"]
    assert (changed.config["activation"] == REGISTERED) is not scaled


@pytest.mark.parametrize(
    "layer",
    [
        Layer("OwnRecurrent", "o", {"recurrent_activation": "hard_sigmoid"}, weights=ones(*ROLES)),
        Layer("Dense", "d", {"activation": {**STORED, "config": "relu"}}, weights=ones("kernel")),
    ],
)
def test_what_another_class_or_function_computes_is_not_known(layer: Layer) -> None:
    assert hard_sigmoid(layer, ERA) is layer


def test_a_constraint_forbids_scaling() -> None:
    config = {"activation": "hard_sigmoid", "kernel_constraint": {"class_name": "MaxNorm", "config": {}}}
    layer = Layer("Dense", "d", config, weights={"kernel": np.ones((1, 1))})
    assert hard_sigmoid(layer, ERA).config["activation"] == REGISTERED


def test_other_activations_are_left_alone() -> None:
    layer = Layer("LSTM", "l", {"recurrent_activation": "sigmoid", "activation": "tanh"})
    assert hard_sigmoid(layer, ERA) is layer


def test_an_activation_layer_gets_a_rescaling_before_it() -> None:
    model = Model(
        "Sequential",
        "m",
        Topology.SEQUENTIAL,
        (Layer("InputLayer", "x", {}), Layer("Activation", "gate", {"activation": "hard_sigmoid"})),
    )
    changed = hard_sigmoid_activation(model, ERA)
    assert [layer.class_name for layer in changed.layers] == ["InputLayer", "Rescaling", "Activation"]
    assert changed.layers[-1].name == "gate"
    assert hard_sigmoid(changed.layers[-1], ERA).config["activation"] == "hard_sigmoid"
    plain = replace(model, layers=(Layer("Activation", "gate", {"activation": "relu"}),))
    assert hard_sigmoid_activation(plain, ERA) is plain
