"""keras-tcn and capsules: what an adapter refuses, and what decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from migrate.capsule.model import Layer, Model, Topology
from migrate.dialects.ecosystem.contrib_capsule import capsules
from migrate.dialects.ecosystem.tcn import temporal
from migrate.dialects.foreign import foreign_of
from migrate.dialects.rule import Era
from migrate.findings import MigrationError

ERA = Era.of("2.2.4")


def tcn_layer(**config: Any) -> Layer:
    settings = {
        "nb_filters": 2,
        "kernel_size": 2,
        "nb_stacks": 1,
        "dilations": [1],
        "padding": "causal",
        "use_skip_connections": True,
        "activation": "relu",
        "use_weight_norm": False,
        **config,
    }
    arrays = {
        f"residual_block_0/conv1D_{n}/{role}": np.ones(2, "float32")
        for n in (0, 1)
        for role in ("kernel", "bias")
    }
    return Layer("tcn>TCN", "t", settings, (), arrays)


def known(*shape: int | None) -> Any:
    return lambda position: shape or None


def test_the_last_step_of_a_causal_one_and_the_middle_of_the_other() -> None:
    last = temporal(tcn_layer(), known(None, None, 2)).parts[-1]
    assert last.nodes[0].kwargs["slice_spec"][1] == -1
    middle = temporal(tcn_layer(padding="same"), known(None, 9, 2)).parts[-1]
    assert middle.nodes[0].kwargs["slice_spec"][1] == 4


@pytest.mark.parametrize(
    ("config", "word"),
    [
        ({"use_weight_norm": True}, "weight normalization"),
        ({"return_state": True}, "states"),
        ({"padding": "same"}, "length"),
        ({"dilations": [1, 2]}, "residual_block_1"),
    ],
)
def test_what_a_temporal_convolution_cannot_be_is_refused(config: Mapping[str, Any], word: str) -> None:
    with pytest.raises(MigrationError, match=word):
        temporal(tcn_layer(**config), known(None, None, 2))


def test_files_of_older_releases_are_not_taken_for_it() -> None:
    config = {key: value for key, value in tcn_layer().config.items() if key != "use_weight_norm"}
    assert foreign_of(Layer("TCN", "t", config)) is None
    assert foreign_of(Layer("TCN", "t", tcn_layer().config)) is not None


def test_capsules_of_keras_2_3_are_refused() -> None:
    layer = Layer("keras_contrib>Capsule", "c", {"num_capsule": 2, "dim_capsule": 2, "routings": 1})
    model = Model("Sequential", "m", Topology.SEQUENTIAL, (layer,))
    with pytest.raises(MigrationError, match=r"2\.3"):
        capsules(model, Era.of("2.3.1"))
    with pytest.raises(MigrationError, match="weights"):
        capsules(model, ERA)
