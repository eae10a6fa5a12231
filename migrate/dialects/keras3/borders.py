"""Borders that Keras 3 no longer takes from an argument of the convolution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from migrate.capsule.model import Layer, Model
from migrate.dialects.graph_rewrites import Chain, expand_chains
from migrate.dialects.rule import Era, Step, model_rule
from migrate.findings import MigrationError, Rule, Severity


@model_rule(
    Rule(
        "CFG048",
        "causal-separable-convolution",
        "A separable convolution looks only backwards in time.",
        Severity.ERROR,
        applies_to=">=2.0",
        before='{"class_name": "SeparableConv1D", "config": {"kernel_size": [3], "padding": "causal"}}',
        after='ZeroPadding1D([2, 0]); {"class_name": "SeparableConv1D", "config": {"padding": "valid"}}',
        why="SeparableConv1D in Keras 2 put zeros before the first step if its padding was `causal`. Keras 3 "
        "accepts only `valid` and `same`: `Invalid padding argument`. The zeros become a separate layer.",
    ),
    Step.KERAS_3,
)
def causal_separable(model: Model, era: Era) -> Model:
    """Write the zeros out.

    Raises:
        MigrationError: ``CFG041`` with channels first, which zeros of one dimension cannot be.
    """
    return expand_chains(model, {"SeparableConv1D"}, _padded)


def _padded(layer: Layer) -> Chain | None:
    config = layer.config
    if config.get("padding") != "causal":
        return None
    if config.get("data_format") == "channels_first":
        raise MigrationError(
            "CFG041",
            f"{layer.class_name} {layer.name!r} pads causally with channels first, which Keras 3 cannot express",
            "Replace the layer in the source, or keep the model as a SavedModel.",
            place=layer.name,
        )
    before = _number(config.get("dilation_rate", 1)) * (_number(config["kernel_size"]) - 1)
    zeros = Layer("ZeroPadding1D", f"{layer.name}_zeros", {"padding": [before, 0]})
    return [zeros, layer.with_config(padding="valid")]


def _number(value: Any) -> int:
    """One size, which Keras 2 stores as a number or a list of one."""
    return int(value[0]) if isinstance(value, Sequence) else int(value)
