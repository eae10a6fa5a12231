"""The dilation that the first releases of Keras 2 stored and did not use."""

from __future__ import annotations

import pytest

from migrate.capsule.model import Layer
from migrate.dialects.keras2.ignored_dilation import ignored_dilation
from migrate.dialects.rule import Era, in_era, overrides_original, registered
from tests.dialects.authentic import codes, translated

ERA = Era.of("2.0.8")


def test_an_authentic_file_is_convolved_without_it() -> None:
    found = translated("keras-2.0.8/separable_dilated")
    assert "SIL061" in codes(found)
    assert [found.modern.layer(name).config["dilation_rate"] for name in ("valid", "same")] == [
        [1, 1],
        [1, 1],
    ]
    assert overrides_original("SIL061"), "tf-keras on the untouched file uses the dilation"


@pytest.mark.parametrize("config", [{}, {"dilation_rate": 1}, {"dilation_rate": [1, 1]}])
def test_a_layer_without_one_stays(config: dict[str, object]) -> None:
    layer = Layer("SeparableConv2D", "s", config)
    assert ignored_dilation(layer, ERA) is layer


@pytest.mark.parametrize(
    ("era", "within"), [("1.2.2", False), ("2.0.5", True), ("2.0.9", False), ("2.2.4", False)]
)
def test_releases(era: str, within: bool) -> None:
    assert in_era(registered()["SIL061"][0], Era.of(era)) is within
