"""Strides and a dilation at once are refused by name where Keras 2 took both."""

from __future__ import annotations

import pytest

from migrate.capsule.model import Layer
from migrate.dialects.keras2.strided_dilated import strided_dilated
from migrate.dialects.rule import Era, Notes, Step
from migrate.dialects.upgrade import upgrade
from migrate.findings import MigrationError
from tests.dialects.authentic import translated
from tests.dialects.ecosystem.chains import chain

ERA = Era.of("2.3.1")


def test_an_authentic_file_is_refused_by_name() -> None:
    with pytest.raises(MigrationError, match="strides and a dilation") as error:
        translated("keras-2.3.1/strided_dilated")
    assert error.value.code == "CFG129"


@pytest.mark.parametrize(("strides", "dilation"), [(2, 1), ([1, 1], [2, 2]), ([1, 1], 1)])
def test_one_of_them_alone_stays(strides: object, dilation: object) -> None:
    layer = Layer("DepthwiseConv2D", "d", {"strides": strides, "dilation_rate": dilation})
    assert strided_dilated(layer, ERA) is layer


@pytest.mark.parametrize(
    "class_name", ["DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D"]
)
def test_each_class_is_refused_in_a_wrapper_too(class_name: str) -> None:
    strided = Layer(class_name, "d", {"strides": 2, "dilation_rate": 2})
    model = chain(Layer("TimeDistributed", "t", children={"layer": strided}))
    with pytest.raises(MigrationError, match="strides and a dilation"):
        upgrade(model, Era.of("2.8.0"), (Step.KERAS_2,), Notes())
