"""Keras 1.0 to 1.2 become Keras 2.0: classes, arguments and weight layouts."""

from migrate.dialects.keras1 import spelling, weights  # noqa: I001 - rules are applied in this order
from migrate.dialects.keras1 import composites, convolution, endpoints, merging, normalization

__all__ = ["composites", "convolution", "endpoints", "merging", "normalization", "spelling", "weights"]
