"""Initializers that no source can define: what a lambda draws is in no file, and a model with weights needs no draw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrate.capsule.model import Layer
from migrate.dialects.rule import Era, Step, layer_rule
from migrate.findings import Rule, Severity

_LAMBDA = "<lambda>"


@layer_rule(
    Rule(
        "CFG056",
        "lambda-initializer",
        "The initializer of a weight is a lambda, of which only the name is stored.",
        Severity.ERROR,
        before='{"class_name": "Dense", "config": {"units": 1, "kernel_initializer": "<lambda>"}}',
        after='{"class_name": "Dense", "config": {"units": 1}}',
        why="`init=lambda shape, name: normal(shape, scale=1e-4, name=name)` was common in Keras 1. The weights in "
        "the file replace the initial values; a newly built layer uses Keras' default.",
    ),
    Step.KERAS_2,
)
def lambda_initializer(layer: Layer, era: Era) -> Layer:
    """Leave the initializer to Keras' default."""
    drop = tuple(
        key for key, value in layer.config.items() if key.endswith("_initializer") and _is_lambda(value)
    )
    return layer.with_config(drop=drop) if drop else layer


def _is_lambda(value: Any) -> bool:
    return value == _LAMBDA or (
        isinstance(value, Mapping) and _LAMBDA in (value.get("class_name"), value.get("config"))
    )
