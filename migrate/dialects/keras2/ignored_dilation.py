"""``SeparableConv2D`` of the first releases of Keras 2, which took a dilation and did not use it.

Source: ``SeparableConv2D.call`` in ``keras/layers/convolutional.py`` of 2.0.8, which hands no ``dilation_rate`` to the
backend, and of 2.0.9, which does.
"""

from __future__ import annotations

from migrate.capsule.model import Layer
from migrate.dialects.rule import Era, Step, era_semantics, layer_rule
from migrate.findings import Rule, Severity


@layer_rule(
    era_semantics(
        Rule(
            "SIL061",
            "ignored-dilation",
            "A SeparableConv2D has a dilation, which its release did not use.",
            Severity.SILENT,
            applies_to=">=2.0,<2.0.9",
            before='{"class_name": "SeparableConv2D", "config": {"dilation_rate": [2, 2], …}}',
            after='{"class_name": "SeparableConv2D", "config": {"dilation_rate": [1, 1], …}}',
            why="Keras 2.0.0 to 2.0.8 stored the dilation and convolved without one. Later releases, tf-keras and "
            "Keras 3 use it: an output of another size, or other numbers with `padding` `same`.",
        )
    ),
    Step.KERAS_2,
    "SeparableConv2D",
)
def ignored_dilation(layer: Layer, era: Era) -> Layer:
    """Take the dilation out."""
    rate = layer.config.get("dilation_rate", 1)
    used = rate == 1 or list(rate) == [1, 1]
    return layer if used else layer.with_config(dilation_rate=[1, 1])
