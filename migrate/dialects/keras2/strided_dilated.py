"""Depthwise and separable convolutions with both strides and a dilation, which releases since 2.12 refuse.

Source: ``with_space_to_batch`` of ``tensorflow/python/ops/nn_ops.py``: the image is taken apart into the grids that the
dilation sees, and each is convolved with the strides on its own. Keras 3 moves the window over the whole image.
"""

from __future__ import annotations

from collections.abc import Sequence

from migrate.capsule.model import Layer
from migrate.dialects.rule import Era, Step, layer_rule
from migrate.findings import MigrationError, Rule, Severity

_CLASSES = ("SeparableConv1D", "SeparableConv2D", "DepthwiseConv1D", "DepthwiseConv2D")


@layer_rule(
    Rule(
        "CFG129",
        "strides-and-dilation",
        "A depthwise or separable convolution has both strides and a dilation.",
        Severity.SILENT,
        applies_to=">=2.0,<2.12",
        before='{"class_name": "DepthwiseConv2D", "config": {"strides": [3, 3], "dilation_rate": [1, 2]}}',
        after="refused",
        why="Keras up to 2.11 took `tf.nn.depthwise_conv2d`, which moves the strides over each of the grids that the "
        "dilation sees: an image of 5 x 4 becomes 2 x 2. Keras 3 moves them over the image, 2 x 1; later releases and "
        "tf-keras refuse the layer, so that there is no reference either.",
    ),
    Step.KERAS_2,
    *_CLASSES,
)
def strided_dilated(layer: Layer, era: Era) -> Layer:
    """Refuse it.

    Raises:
        MigrationError: ``CFG129``.
    """
    if _largest(layer.config.get("strides", 1)) > 1 and _largest(layer.config.get("dilation_rate", 1)) > 1:
        raise MigrationError(
            "CFG129",
            f"{layer.name!r} has strides and a dilation, and no layer of Keras 3 computes what Keras 2 did with both",
            "Keep the model as a SavedModel, or train it without one of the two.",
            place=layer.name,
        )
    return layer


def _largest(value: int | Sequence[int]) -> int:
    return value if isinstance(value, int) else max(value)
