"""Dtypes of tensors, as far as configurations of the final Keras 2 dialect show them."""

from __future__ import annotations

from collections.abc import Mapping

from migrate.capsule.model import Layer, Model, TensorRef

_KEEP = (
    "Concatenate",
    "Cropping",
    "Flatten",
    "Permute",
    "RepeatVector",
    "Reshape",
    "UpSampling",
    "ZeroPadding",
)
"""Prefixes of the names of classes that keep the dtype of their input, including integers."""


def dtype_of(model: Model, ref: TensorRef, known: Mapping[TensorRef, str | None]) -> str | None:
    """The dtype of a tensor; None if it is unknown.

    Args:
        model: Functional.
        ref: the tensor.
        known: dtypes that the layers do not show.
    """
    for _ in range(len(model.layers) + 1):
        if ref in known:
            return known[ref]
        layer = model.layer(ref.layer)
        if layer.class_name == "InputLayer":
            dtype = layer.config.get("dtype", "float32")
            return dtype if isinstance(dtype, str) else None
        if not layer.class_name.startswith(_KEEP):
            return _computed(layer)
        sources = list(layer.nodes[ref.node].refs()) if ref.node < len(layer.nodes) else []
        if not sources:
            return None
        ref = sources[0]
    return None


def _computed(layer: Layer) -> str | None:
    if layer.model is not None or layer.class_name in ("TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer"):
        return None
    policy = layer.config.get("dtype", "float32")
    if not isinstance(policy, str):
        return "float32" if policy is None else None
    return policy.removeprefix("mixed_")
