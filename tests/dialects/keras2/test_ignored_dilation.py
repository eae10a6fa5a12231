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
    ("class_name", "era", "ignored"),
    [
        ("SeparableConv2D", "2.0.5", True),
        ("SeparableConv2D", "2.0.9", False),
        ("SeparableConv2D", "2.1.6-tf", False),
        ("Conv2DTranspose", "2.1.6-tf", True),
        ("Conv2DTranspose", "2.0.8", False),
    ],
)
def test_releases(class_name: str, era: str, ignored: bool) -> None:
    layer = Layer(class_name, "c", {"dilation_rate": [2, 2]})
    assert (ignored_dilation(layer, Era.of(era)).config["dilation_rate"] == [1, 1]) is ignored


@pytest.mark.parametrize(("era", "within"), [("1.2.2", False), ("2.0.5", True), ("2.2.4-tf", False)])
def test_other_eras_are_not_asked(era: str, within: bool) -> None:
    assert in_era(registered()["SIL061"][0], Era.of(era)) is within


def test_transposed_convolutions_of_an_authentic_file_are_not_dilated() -> None:
    found = translated("tf.keras-1.12/transposed_dilated")
    assert "SIL061" in codes(found)
    assert found.modern.layer("up").config["dilation_rate"] in (1, [1, 1])
