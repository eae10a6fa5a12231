"""Layers of QKeras: rounded weights, rounded activations, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from migrate.capsule.model import Layer
from migrate.dialects.ecosystem.qkeras import activation, layer_of_few_bits
from migrate.dialects.ecosystem.qkeras_quantisers import UnknownQuantiserError, called, rounded, settings_of
from migrate.dialects.foreign import foreign_of, mark_foreign
from migrate.findings import MigrationError
from migrate.formats.own_names import OwnCode
from tests.dialects.ecosystem.chains import chain


def nowhere(position: int) -> None:
    return None


BITS = {"class_name": "quantized_bits", "config": {"bits": 4, "integer": 1, "symmetric": 0, "alpha": 1.0}}


def qdense(**config: Any) -> Layer:
    given = {"units": 2, "kernel_quantizer": BITS, "bias_quantizer": None, "activation": "linear", **config}
    return Layer("qkeras>QDense", "q", given, (), {"kernel": np.array([[0.3, -5.0]], "float32")})


def test_weights_of_few_bits_are_stored_rounded() -> None:
    made = layer_of_few_bits(qdense(), nowhere).parts[0]
    assert made.class_name == "Dense"
    np.testing.assert_array_equal(made.weights["kernel"], [[0.25, -2.0]])


@pytest.mark.parametrize(
    ("quantiser", "word"),
    [
        ({"class_name": "quantized_po2", "config": {}}, "quantized_po2"),
        ({"class_name": "quantized_bits", "config": {"use_stochastic_rounding": True}}, "stochastic"),
        ({"class_name": "quantized_bits", "config": {"qnoise_factor": 0.5}}, "qnoise"),
        ({"class_name": "quantized_bits", "config": {"alpha": "other"}}, "other"),
    ],
)
def test_quantisers_without_a_case_are_refused(quantiser: Any, word: str) -> None:
    with pytest.raises(MigrationError, match=word):
        layer_of_few_bits(qdense(kernel_quantizer=quantiser), nowhere)


def test_a_mask_of_the_kernel_is_refused() -> None:
    with pytest.raises(MigrationError, match="mask"):
        layer_of_few_bits(qdense(mask=[[1, 0]]), nowhere)


def test_activations_are_read_from_text_and_from_objects() -> None:
    text = settings_of(called("quantized_relu(4,1)"))
    assert (text.step, text.lowest, text.highest, text.rectified) == (0.125, 0.0, 15.0, True)
    assert settings_of(called({"class_name": "quantized_relu", "config": {"bits": 4, "integer": 1}})) == text
    assert settings_of(called("quantized_bits(bits=4, symmetric=1)")).lowest == -7.0


@pytest.mark.parametrize(
    "text", ["quantized_relu(__import__('os'))", "a.b(1)", "quantized_relu(", "hard_tanh"]
)
def test_text_that_is_no_call_with_constants_is_refused(text: str) -> None:
    with pytest.raises(UnknownQuantiserError):
        called(text)


def test_an_activation_ends_in_an_operation_with_a_gradient() -> None:
    layer = Layer("qkeras>QActivation", "a", {"activation": "quantized_relu(3,0)"})
    functions = [part.config["function"] for part in activation(layer, nowhere).parts]
    assert functions[-2:] == ["stop_gradient", "math.add"]


def test_scales_of_their_own() -> None:
    weights = np.array([[0.9, 0.1], [-0.4, 0.0]], "float32")
    signs = rounded(weights, called("binary(alpha='auto')"))
    np.testing.assert_allclose(np.abs(signs), [[0.65, 0.05], [0.65, 0.05]], atol=1e-6)
    powers = rounded(weights, called("ternary(alpha='auto_po2')"))
    exponents = np.log2(np.abs(powers[powers != 0]))
    np.testing.assert_allclose(exponents, np.round(exponents), atol=1e-5)


def test_each_kernel_has_the_quantiser_of_its_name() -> None:
    coarse = {
        "class_name": "quantized_bits",
        "config": {"bits": 2, "integer": 1, "symmetric": 0, "alpha": 1.0},
    }
    given = {"filters": 1, "kernel_size": [1, 1], "depthwise_quantizer": BITS, "pointwise_quantizer": coarse}
    arrays = {
        name: np.full((1, 1, 1, 1), 0.8, "float32") for name in ("depthwise_kernel", "pointwise_kernel")
    }
    layer = Layer("qkeras>QSeparableConv2D", "q", {**given, "activation": "linear"}, (), arrays)
    made = layer_of_few_bits(layer, nowhere).parts[0]
    assert made.class_name == "SeparableConv2D"
    assert {role: float(array.item()) for role, array in made.weights.items()} == {
        "depthwise_kernel": 0.75,
        "pointwise_kernel": 1.0,
    }


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("QDepthwiseConv2D", {"depthwise_quantizer": None, "bias_quantizer": None}),
        (
            "QSeparableConv1D",
            {"depthwise_quantizer": None, "pointwise_quantizer": None, "bias_quantizer": None},
        ),
    ],
)
def test_convolutions_are_told_by_their_quantisers(name: str, keys: dict[str, Any]) -> None:
    assert foreign_of(Layer(name, "q", keys)) is not None
    assert foreign_of(Layer(name, "q", {})) is None


@pytest.mark.parametrize(
    ("quantiser", "doubted"),
    [
        ("quantized_bits(4,0,1,alpha='auto')", True),
        ({"class_name": "quantized_bits", "config": {"bits": 4, "alpha": "auto_po2"}}, True),
        ("ternary(alpha='auto')", False),
        ("quantized_bits(4,0,1,alpha=1.0)", False),
        ("quantized_po2(4)", False),
        (None, False),
    ],
)
def test_an_axis_that_no_file_stores_needs_somebody_s_word(quantiser: Any, doubted: bool) -> None:
    layer = Layer("QDense", "q", {"units": 2, "kernel_quantizer": quantiser, "bias_quantizer": None})
    assert (
        mark_foreign(chain(layer), OwnCode(stock=frozenset({"QDense"}))).layers[-1].class_name
        == "qkeras>QDense"
    )
    if doubted:
        with pytest.raises(MigrationError, match="scale_axis") as caught:
            mark_foreign(chain(layer), OwnCode())
        assert caught.value.code == "CFG006"
    else:
        assert mark_foreign(chain(layer), OwnCode()).layers[-1].class_name == "qkeras>QDense"
