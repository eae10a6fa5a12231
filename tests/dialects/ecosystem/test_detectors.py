"""ssd_keras and Mask R-CNN: what a file does not tell, and what is refused; numbers are those of the cases."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from migrate.capsule.model import Layer, Model, Topology
from migrate.dialects.ecosystem.ssd import anchor_boxes, l2_normalization
from migrate.dialects.foreign import mark_foreign
from migrate.dialects.unsupported import refuse_unsupported
from migrate.findings import MigrationError
from migrate.formats.own_names import OwnCode

CONFIG: dict[str, Any] = {
    "img_height": 30,
    "img_width": 60,
    "this_scale": 0.2,
    "next_scale": 0.8,
    "aspect_ratios": [1.0, 4.0],
    "two_boxes_for_ar1": True,
    "clip_boxes": False,
    "variances": [0.1, 0.1, 0.2, 0.2],
    "coords": "corners",
    "normalize_coords": False,
}


def anchors(**config: Any) -> Layer:
    return Layer("AnchorBoxes", "a", {**CONFIG, **config})


def one_layer(layer: Layer) -> Model:
    return Model("Sequential", "m", Topology.SEQUENTIAL, (layer,))


def known(*shape: int | None) -> Any:
    return lambda position: shape or None


def test_steps_that_the_package_does_not_store_are_asked_about() -> None:
    with pytest.raises(MigrationError, match="this_steps") as doubt:
        mark_foreign(one_layer(anchors()), OwnCode())
    assert doubt.value.code == "CFG006"
    assert "--stock-names AnchorBoxes" in doubt.value.hint
    for layer, own in (
        (anchors(), OwnCode(stock=frozenset({"AnchorBoxes"}))),
        (anchors(), OwnCode(proven=True)),
        (anchors(this_steps=8, this_offsets=None), OwnCode()),
    ):
        assert mark_foreign(one_layer(layer), own).layers[0].class_name == "ssd_keras>AnchorBoxes"


def centres(layer: Layer) -> dict[str, float]:
    (found,) = [part for part in anchor_boxes(layer, known(None, 3, 4, 8)).parts if part.name == "a_x"]
    return dict(found.config)


def test_centres_are_half_a_step_inside_unless_told() -> None:
    assert centres(anchors()) == {"scale": 15.0, "offset": -7.5}
    assert centres(anchors(this_steps=[7, 8], this_offsets=[0.1, 0.25])) == {"scale": 8.0, "offset": -6.0}
    assert centres(anchors(this_steps=8)) == {"scale": 8.0, "offset": -4.0}


def test_boxes_of_a_place_are_of_the_shorter_side() -> None:
    parts = anchor_boxes(anchors(), known(None, 3, 4, 8)).parts
    (corners,) = [part for part in parts if part.name == "a_corners"]
    sides = [(row[2] - row[0], row[3] - row[1]) for row in corners.nodes[0].kwargs["y"]]
    assert sides == [pytest.approx(side) for side in ((6, 6), (12, 12), (12, 3))]


@pytest.mark.parametrize(
    ("layer", "shape"), [(anchors(), (None, None, 4, 8)), (anchors(coords="polar"), (1, 3, 4, 8))]
)
def test_anchors_of_an_unknown_map_are_refused(layer: Layer, shape: tuple[int | None, ...]) -> None:
    with pytest.raises(MigrationError) as refused:
        anchor_boxes(layer, known(*shape))
    assert refused.value.code == "ECO090"


def test_normalization_with_channels_in_front_is_refused() -> None:
    layer = Layer("L2Normalization", "n", {"gamma_init": 20}, (), {"n_gamma": np.ones(4, "float32")})
    assert l2_normalization(layer, known(None, 6, 6, 4)).parts[-1].class_name == "EinsumDense"
    with pytest.raises(MigrationError, match="channels-last"):
        l2_normalization(layer, known(None, 4, 6, 6))


def test_of_a_decoder_the_model_in_front_of_it_is_named() -> None:
    config = {"confidence_thresh": 0.5, "iou_threshold": 0.45, "nms_max_output_size": 400}
    with pytest.raises(MigrationError) as caught:
        refuse_unsupported(one_layer(Layer("DecodeDetections", "d", config)), OwnCode())
    assert "model.get_layer(NAME).input" in caught.value.hint
