"""Strides and a dilation at once are refused by name where Keras 2 took both."""

from __future__ import annotations

import pytest

from migrate.capsule.model import Layer
from migrate.dialects.keras2.strided_dilated import strided_dilated
from migrate.dialects.rule import Era
from migrate.findings import MigrationError
from tests.dialects.authentic import translated

ERA = Era.of("2.3.1")


def test_an_authentic_file_is_refused_by_name() -> None:
    with pytest.raises(MigrationError, match="strides and a dilation") as error:
        translated("keras-2.3.1/strided_dilated")
    assert error.value.code == "CFG129"


@pytest.mark.parametrize(("strides", "dilation"), [(2, 1), ([1, 1], [2, 2]), ([1, 1], 1)])
def test_one_of_them_alone_stays(strides: object, dilation: object) -> None:
    layer = Layer("DepthwiseConv2D", "d", {"strides": strides, "dilation_rate": dilation})
    assert strided_dilated(layer, ERA) is layer
