"""An adapter as a package of other people ships it: its layer ``Ring`` scales its input by a stored factor.

The package names this module in its entry points; keras-migrate imports it after its own adapters.
"""

from __future__ import annotations

from migrate.capsule.model import Layer
from migrate.dialects.foreign import Foreign, layer_adapter
from migrate.dialects.rule import Era
from migrate.findings import Rule, Severity


@layer_adapter(
    Rule(
        "RINGS001",
        "rings-scale",
        "Ring of keras-rings is Keras' Rescaling.",
        Severity.ERROR,
        before='{"class_name": "Rings>Ring", "config": {"radius": 2.0}}',
        after='{"class_name": "Rescaling", "config": {"scale": 2.0, "offset": 0.0}}',
        why="Both multiply by a constant.",
        references=("https://example.org/keras-rings",),
    ),
    Foreign("keras-rings", "Rings", "Ring", registered=frozenset({"Rings"})),
)
def ring(layer: Layer, era: Era) -> Layer:
    """Use Keras' class."""
    scale = float(layer.config["radius"])
    return layer.with_config(drop=("radius",), scale=scale, offset=0.0).renamed_class("Rescaling")
