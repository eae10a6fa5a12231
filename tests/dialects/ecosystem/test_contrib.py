"""Instance normalization of keras-contrib: what becomes of gamma and beta, and whose word it takes."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from migrate.capsule.model import Layer, Model, Topology
from migrate.dialects.ecosystem.contrib import instance_normalization
from migrate.dialects.foreign import mark_foreign
from migrate.dialects.shapes import Shape
from migrate.dialects.translate import Translation, era_of, translate
from migrate.findings import MigrationError
from migrate.formats.own_names import OwnCode
from tests.dialects.authentic import artifact

CASE = "keras-2.2.4/contrib_normalization"


@cache
def modern() -> Translation:
    source = artifact(CASE)
    return translate(source, era_of(source), own=OwnCode(stock=frozenset({"InstanceNormalization"})))


def layer(**config: Any) -> Layer:
    weights = {"gamma": np.ones(3, "float32"), "beta": np.zeros(3, "float32")}
    return Layer(
        "keras_contrib>InstanceNormalization", "it", {"epsilon": 1e-3, "axis": -1, **config}, (), weights
    )


def around(*shape: int | None) -> Any:
    def told(position: int) -> Shape | None:
        return shape or None

    return told


def test_gamma_and_beta_are_weights_by_channel_and_constants_otherwise() -> None:
    classes = [
        la.class_name for la in modern().modern.layers if la.name.startswith("instance_normalization_")
    ]
    assert [name for name in classes if name != "Op"] == ["EinsumDense", "Rescaling", "Rescaling"]


def test_anybody_could_have_the_class() -> None:
    source = artifact(CASE)
    with pytest.raises(MigrationError) as doubt:
        translate(source, era_of(source))
    assert doubt.value.code == "CFG006"
    assert "--stock-names InstanceNormalization" in doubt.value.hint


def test_the_class_of_addons_is_another_one() -> None:
    config = {"axis": -1, "epsilon": 1e-3, "center": True, "scale": True}
    keys = {"beta_initializer": None, "gamma_initializer": None}
    theirs = Layer(
        "InstanceNormalization", "it", {**config, **keys}, registered_name="Addons>InstanceNormalization"
    )
    model = Model("Sequential", "m", Topology.SEQUENTIAL, (theirs,))
    assert mark_foreign(model, OwnCode()).layers[0].class_name == "Addons>InstanceNormalization"


@pytest.mark.parametrize("axis", [1, 2, -2])
def test_no_bias_goes_along_another_axis_than_the_last(axis: int) -> None:
    """``keras.ops.add`` of Keras 3.15 takes (4, 1) added to (…, 4, 4) for a bias of the last axis."""
    made = instance_normalization(layer(axis=axis), around(None, 3, 3, 3)).parts[-1]
    assert made.class_name == "Rescaling"
    assert np.shape(made.config["offset"]) == ((3, 1, 1) if axis == 1 else (1, 3, 1))


def test_without_a_scale_there_is_nothing_to_train() -> None:
    bare = replace(layer(), weights={"beta": np.array([1.0, 2.0, 3.0])})
    made = instance_normalization(bare, around(None, 8, 3)).parts[-1]
    assert made.class_name == "Rescaling"
    assert made.config == {"scale": 1.0, "offset": [[1.0, 2.0, 3.0]]}


def test_an_input_of_unknown_rank_is_refused() -> None:
    with pytest.raises(MigrationError, match="rank"):
        instance_normalization(layer(), around())
