"""Convolutions of some releases that took a dilation and did not use it.

Source: ``SeparableConv2D.call`` in ``keras/layers/convolutional.py`` of 2.0.8, which hands no ``dilation_rate`` to the
backend, and of 2.0.9, which does; ``Conv2DTranspose`` and ``Conv3DTranspose`` of tf.keras in TensorFlow 1.12, which
store it and do not use it, and of 1.13, where the former uses it and the latter no longer stores it.
"""

from __future__ import annotations

from packaging.version import Version

from migrate.capsule.model import Layer
from migrate.dialects.rule import Era, Step, era_semantics, layer_rule
from migrate.findings import Rule, Severity

_USED_BY_SEPARABLE = Version("2.0.9")


@layer_rule(
    era_semantics(
        Rule(
            "SIL061",
            "ignored-dilation",
            "A separable or transposed convolution has a dilation, which its release did not use.",
            Severity.SILENT,
            applies_to=">=2.0,<2.2",
            before='{"class_name": "SeparableConv2D", "config": {"dilation_rate": [2, 2], …}}',
            after='{"class_name": "SeparableConv2D", "config": {"dilation_rate": [1, 1], …}}',
            why="Keras 2.0.0 to 2.0.8 (SeparableConv2D) and tf.keras up to TensorFlow 1.12 (Conv2DTranspose, "
            "Conv3DTranspose) stored the dilation and convolved without one. Later releases, tf-keras and "
            "Keras 3 use it: an output of another size, or other numbers with `padding` `same`.",
        )
    ),
    Step.KERAS_2,
    "SeparableConv2D",
    "Conv2DTranspose",
    "Conv3DTranspose",
)
def ignored_dilation(layer: Layer, era: Era) -> Layer:
    """Take the dilation out."""
    separable = layer.class_name == "SeparableConv2D"
    if (era.keras >= _USED_BY_SEPARABLE) if separable else not era.tf_keras:
        return layer
    rate = layer.config.get("dilation_rate", 1)
    if rate == 1 or set(rate) == {1}:
        return layer
    return layer.with_config(dilation_rate=[1] * len(rate))
