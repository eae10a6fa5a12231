"""Wrappers of TensorFlow Model Optimization (tfmot 0.5 to 0.8) that were left in the saved model.

Sources: ``sparsity/keras/pruning_wrapper.py`` and ``clustering/keras/cluster_wrapper.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from migrate.capsule.model import Array, Layer
from migrate.dialects.foreign import Foreign, as_wrapped, layer_adapter, refusal
from migrate.dialects.rule import Era
from migrate.findings import Fix, Rule, Severity

PACKAGE = "TensorFlow Model Optimization"
_PRUNED: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("Conv1D", "Conv2D", "Conv3D", "Dense", "Conv1DTranspose", "Conv2DTranspose"), ("kernel",)
    ),
    "Conv3DTranspose": ("kernel",),
    "Embedding": ("embeddings",),
    "SeparableConv1D": ("pointwise_kernel",),
    "SeparableConv2D": ("pointwise_kernel",),
    "LocallyConnected1D": ("kernel",),
    "LocallyConnected2D": ("kernel",),
}
"""What ``PruneRegistry`` prunes of a class; classes without an entry have nothing that is pruned."""
_CLUSTERED = _PRUNED
"""``ClusteringRegistry`` names the same: of DepthwiseConv2D, "big unrecoverable accuracy loss", nothing."""


def _of_pruning(layer: Layer) -> tuple[str, ...]:
    pruned_ones = ("mask", "threshold") if layer.children["layer"].class_name in _PRUNED else ()
    return (*pruned_ones, "pruning_step")


def _of_clustering(layer: Layer) -> tuple[str, ...]:
    if layer.children["layer"].class_name not in _CLUSTERED:
        return ()
    return ("cluster_centroids_kernel", "pulling_indices_kernel")


@layer_adapter(
    Rule(
        "ECO110",
        "pruned-layer",
        "The layer is wrapped for pruning by TensorFlow Model Optimization.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "PruneLowMagnitude", "config": {"pruning_schedule": …, "layer": {"class_name": '
        '"Dense", …}}}',
        after='{"class_name": "Dense", …} with the masked kernel',
        why="The wrapper multiplies the kernel by its mask before every call. The result is the layer with the "
        "masked kernel, as `strip_pruning` gives it. Continued training does not keep the zeros.",
        references=("tensorflow/model-optimization#1141",),
    ),
    Foreign(
        PACKAGE,
        "tfmot",
        "PruneLowMagnitude",
        keys=frozenset({"pruning_schedule", "block_size", "block_pooling_type"}),
        roles=_of_pruning,
        shape=as_wrapped,
    ),
)
def pruned(layer: Layer, era: Era) -> Layer:
    """The wrapped layer with its masked kernel.

    Raises:
        MigrationError: ``ECO090`` when it has no single kernel that the mask belongs to.
    """
    inner = layer.children["layer"]
    if "mask" in layer.weights:
        roles = [role for role, array in inner.weights.items() if array.shape == layer.weights["mask"].shape]
        wanted = [role for role in _PRUNED.get(inner.class_name, ()) if role in roles]
        if len(wanted) != 1:
            raise refusal(
                layer, f"it is unknown which of the arrays of {inner.class_name} its mask belongs to"
            )
        inner = _with(inner, wanted[0], inner.weights[wanted[0]] * layer.weights["mask"])
    return _unwrapped(layer, inner)


@layer_adapter(
    Rule(
        "ECO111",
        "clustered-layer",
        "The layer is wrapped for weight clustering by TensorFlow Model Optimization.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "ClusterWeights", "config": {"number_of_clusters": 4, "layer": {"class_name": '
        '"Dense", …}}}',
        after='{"class_name": "Dense", …} with each weight replaced by its centroid',
        why="Before every call, the wrapper gives the layer a kernel in which each weight is the nearest centroid. "
        "The result is the layer with that kernel, as `strip_clustering` gives it. Continued training does not keep "
        "the clusters.",
        references=("tensorflow/model-optimization#1141",),
    ),
    Foreign(
        PACKAGE,
        "tfmot",
        "ClusterWeights",
        keys=frozenset({"number_of_clusters", "cluster_centroids_init"}),
        roles=_of_clustering,
        shape=as_wrapped,
    ),
)
def clustered(layer: Layer, era: Era) -> Layer:
    """The wrapped layer with the clustered kernel.

    Raises:
        MigrationError: ``ECO090`` for what this has no authentic case for.
    """
    inner = layer.children["layer"]
    if layer.config.get("preserve_sparsity") or layer.config.get("cluster_per_channel"):
        raise refusal(
            layer, "preserve_sparsity and cluster_per_channel are not supported; call strip_clustering first"
        )
    if "cluster_centroids_kernel" in layer.weights:
        roles = [role for role in _CLUSTERED.get(inner.class_name, ()) if role in inner.weights]
        if len(roles) != 1:
            raise refusal(layer, f"it is unknown which arrays of {inner.class_name} are clustered")
        inner = _with(
            inner, roles[0], nearest(inner.weights[roles[0]], layer.weights["cluster_centroids_kernel"])
        )
    return _unwrapped(layer, inner)


def nearest(weights: Array, centroids: Array) -> Array:
    """Each weight replaced by the centroid that is nearest to it, the first of equals (``get_pulling_indices``)."""
    distance = np.abs(weights[..., np.newaxis] - centroids)
    return np.asarray(centroids[np.argmin(distance, axis=-1)].astype(weights.dtype))


def _with(layer: Layer, role: str, array: Array) -> Layer:
    return replace(layer, weights={**layer.weights, role: array})


def without_mask(inner: Layer) -> Layer:
    """A wrapped layer that makes no mask: the wrappers of the package hand none on."""
    return inner.with_config(mask_zero=False) if inner.config.get("mask_zero") else inner


def _unwrapped(layer: Layer, inner: Layer) -> Layer:
    inner = without_mask(inner)
    kept = {key: layer.config[key] for key in ("batch_input_shape",) if key in layer.config}
    return replace(
        inner, name=layer.name, config={**inner.config, **kept, "name": layer.name}, nodes=layer.nodes
    )
