"""keras-tcn, capsules and keras-retinanet: what an adapter refuses, and what decides."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.ecosystem.contrib_capsule import capsules
from migrate.dialects.ecosystem.retinanet import anchors_of_a_place, boxes, with_constant_prior
from migrate.dialects.ecosystem.tcn import temporal
from migrate.dialects.foreign import foreign_of
from migrate.dialects.rule import Era
from migrate.dialects.unsupported import refuse_unsupported
from migrate.findings import MigrationError
from migrate.formats.own_names import OwnCode

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


def clipped_model(data_format: str = "channels_last") -> Model:
    return Model(
        "Functional",
        "m",
        Topology.FUNCTIONAL,
        (
            Layer("InputLayer", "image", {"batch_input_shape": [None, None, None, 3]}),
            Layer("InputLayer", "boxes", {"batch_input_shape": [None, None, 4]}),
            Layer("Conv2D", "c", {"data_format": data_format}, (Node((TensorRef("image"),)),)),
            Layer(
                "keras_retinanet>ClipBoxes", "clip", {}, (Node(([TensorRef("image"), TensorRef("boxes")],)),)
            ),
        ),
        (TensorRef("image"), TensorRef("boxes")),
        TensorRef("clip"),
    )


def functions(model: Model) -> list[str]:
    return [la.config["function"] for la in model.layers if la.class_name == "TFOpLambda"]


def test_boxes_end_at_the_edge_or_one_pixel_before_it() -> None:
    assert "math.subtract" not in functions(boxes(clipped_model(), ERA))
    assert "math.subtract" in functions(boxes(clipped_model(), Era.of("2.4.0-tf")))


def test_boxes_are_refused_where_either_may_be_meant() -> None:
    with pytest.raises(MigrationError, match="one pixel"):
        boxes(clipped_model(), Era.of("2.3.1"))
    with pytest.raises(MigrationError, match="channels first"):
        boxes(clipped_model("channels_first"), ERA)


def test_anchors_of_a_place() -> None:
    found = anchors_of_a_place(32, [0.5, 1.0, 2.0], [1.0, 1.5])
    areas = (found[:, 2] - found[:, 0]) * (found[:, 3] - found[:, 1])
    np.testing.assert_allclose(areas, [1024, 2304] * 3, rtol=1e-5)
    ratios = (found[:, 3] - found[:, 1]) / (found[:, 2] - found[:, 0])
    np.testing.assert_allclose(ratios, [0.5, 0.5, 1, 1, 2, 2], rtol=1e-5)


def test_the_prior_becomes_a_constant() -> None:
    stored = {"class_name": "PriorProbability", "config": {"probability": 0.01}}
    made = with_constant_prior(Layer("Conv2D", "c", {"bias_initializer": stored}))
    assert made.config["bias_initializer"]["config"]["value"] == pytest.approx(-math.log(99))
    plain = Layer("Conv2D", "c", {"bias_initializer": "zeros"})
    assert with_constant_prior(plain) is plain


def test_of_a_filter_the_model_in_front_of_it_is_named() -> None:
    config = {"nms_threshold": 0.5, "score_threshold": 0.05, "max_detections": 300}
    model = Model("Functional", "m", Topology.FUNCTIONAL, (Layer("FilterDetections", "filtered", config),))
    with pytest.raises(MigrationError) as caught:
        refuse_unsupported(model, OwnCode())
    assert caught.value.code == "ECO091"
    assert "model.get_layer(NAME).input" in caught.value.hint
