"""Batch normalization of Mask R-CNN (``mrcnn/model.py`` of matterport/Mask_RCNN 2.1)."""

from __future__ import annotations

from migrate.capsule.model import Layer
from migrate.dialects.foreign import Foreign, layer_adapter, unchanged
from migrate.dialects.rule import Era
from migrate.dialects.variables import own_roles
from migrate.findings import Rule, Severity

_STOCK = "BatchNormalization"


def _roles(layer: Layer) -> tuple[str, ...]:
    return own_roles(layer.renamed_class(_STOCK)) or ()


@layer_adapter(
    Rule(
        "ECO203",
        "mask-rcnn-batch-normalization",
        "Batch normalization of Mask R-CNN is Keras' own under another name.",
        Severity.ERROR,
        before='{"class_name": "BatchNorm", "config": {"axis": -1, "momentum": 0.99, "epsilon": 0.001, …}}',
        after='{"class_name": "BatchNormalization", "config": {"axis": -1, "momentum": 0.99, "epsilon": 0.001, …}}',
        why="The class passes everything to the Keras class that it is derived from. Where the package froze it, "
        "each call has `training=False`, which stays in the call.",
        references=("https://github.com/matterport/Mask_RCNN",),
    ),
    Foreign(
        "Mask R-CNN",
        "mask_rcnn",
        "BatchNorm",
        keys=frozenset({"axis", "momentum", "epsilon", "moving_mean_initializer"}),
        roles=_roles,
        shape=unchanged,
        peculiar=False,
    ),
)
def normalization(layer: Layer, era: Era) -> Layer:
    """Keras' own class."""
    return layer.renamed_class(_STOCK)
