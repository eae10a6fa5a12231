"""Frozen batch normalization of keras-resnet, keras-retinanet and Mask R-CNN.

Sources: ``keras_resnet/layers/_batch_normalization.py`` of 0.2.0, ``BatchNorm`` of matterport/Mask_RCNN.
"""

from __future__ import annotations

from migrate.capsule.model import Layer
from migrate.dialects.foreign import Foreign, layer_adapter, unchanged
from migrate.dialects.rule import Era
from migrate.findings import Rule, Severity


def _roles(layer: Layer) -> tuple[str, ...]:
    gamma = ("gamma",) if layer.config.get("scale", True) else ()
    beta = ("beta",) if layer.config.get("center", True) else ()
    return (*gamma, *beta, "moving_mean", "moving_variance")


@layer_adapter(
    Rule(
        "ECO140",
        "frozen-batch-normalization",
        "Batch normalization of keras-resnet has an argument `freeze`.",
        Severity.ERROR,
        before='{"class_name": "BatchNormalization", "config": {"freeze": true, "momentum": 0.99, …}}',
        after='{"class_name": "BatchNormalization", "config": {"trainable": false, "momentum": 0.99, …}}',
        why="`freeze` made the layer untrainable and made it use its moving statistics in training, too. "
        "`trainable=False` does the same to Keras' own class since tf.keras 2.0.",
        references=("https://github.com/broadinstitute/keras-resnet",),
    ),
    Foreign(
        "keras-resnet",
        "keras_resnet",
        "BatchNormalization",
        keys=frozenset({"freeze", "momentum"}),
        roles=_roles,
        shape=unchanged,
    ),
)
def frozen(layer: Layer, era: Era) -> Layer:
    """Say it the way of Keras."""
    plain = layer.with_config(drop=("freeze",)).renamed_class("BatchNormalization")
    return plain.with_config(trainable=False) if layer.config.get("freeze") else plain
