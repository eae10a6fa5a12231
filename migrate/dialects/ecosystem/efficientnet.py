"""Dropout of efficientnet and segmentation_models (``efficientnet/model.py`` of 1.0.0)."""

from __future__ import annotations

from migrate.capsule.model import Layer
from migrate.dialects.foreign import Foreign, layer_adapter, unchanged
from migrate.dialects.rule import Era
from migrate.findings import Rule, Severity


@layer_adapter(
    Rule(
        "ECO142",
        "fixed-dropout",
        "FixedDropout of efficientnet is Keras' Dropout with a noise shape.",
        Severity.ERROR,
        before='{"class_name": "FixedDropout", "config": {"rate": 0.2, "noise_shape": [null, 1, 1, 1], "seed": null}}',
        after='{"class_name": "Dropout", "config": {"rate": 0.2, "noise_shape": [null, 1, 1, 1], "seed": null}}',
        why="In the noise shape, the class replaced None by the size of the input, which Keras' own did not do "
        "before 2.3.",
        references=("https://github.com/qubvel/efficientnet",),
    ),
    Foreign(
        "efficientnet",
        "efficientnet",
        "FixedDropout",
        keys=frozenset({"rate", "noise_shape", "seed"}),
        shape=unchanged,
    ),
)
def fixed_dropout(layer: Layer, era: Era) -> Layer:
    """Use Keras' class."""
    return layer.renamed_class("Dropout")
