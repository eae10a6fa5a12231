"""Recurrent layers: defaults and layouts of older Keras 2 releases."""

from __future__ import annotations

from dataclasses import replace

from packaging.version import Version

from migrate.capsule.model import Layer
from migrate.dialects.rule import Era, Step, era_semantics, layer_rule
from migrate.findings import Rule, Severity

RESET_AFTER = era_semantics(
    Rule(
        "WGT001",
        "gru-reset-after",
        "A GRU configuration does not store where the reset gate acts.",
        Severity.ERROR,
        applies_to=">=2.0,<3",
        before='{"class_name": "GRU", "config": {"units": 4}}',
        after='{"class_name": "GRU", "config": {"units": 4, "reset_after": false}}',
        why="`reset_after` came with Keras 2.1.3 and was False until TF 2; Keras 3 and tf-keras assume True and "
        "expect a bias of two rows. The shape of the saved bias shows which one it was; a layer without a bias "
        "loads in them, and silently computes something different.",
        references=("keras-team/keras#8690",),
    )
)


@layer_rule(RESET_AFTER, Step.KERAS_2, "GRU", "GRUCell")
def gru_reset_after(layer: Layer, era: Era) -> Layer:
    """Write out ``reset_after``, from the bias where it is saved and from the era's default otherwise."""
    if "reset_after" in layer.config:
        return layer
    bias = layer.weights.get("bias")
    default = era.tf_keras and era.keras >= Version("2.3")
    return layer.with_config(reset_after=bias.ndim == 2 if bias is not None else default)


DEFAULT_GATES = era_semantics(
    Rule(
        "SIL009",
        "recurrent-default-activation",
        "A recurrent layer relies on its era's default gate activation.",
        Severity.SILENT,
        before='{"class_name": "LSTM", "config": {"units": 4}}',
        after='{"class_name": "LSTM", "config": {"units": 4, "recurrent_activation": "hard_sigmoid"}}',
        why="The default was `hard_sigmoid` in stand-alone Keras and TF 1, and in ConvLSTM layers up to 2.15; it is "
        "`sigmoid` in tf-keras and in Keras 3. Every release writes the argument; manually written configurations, "
        "and those of other tools, omit it.",
    )
)


@layer_rule(
    DEFAULT_GATES,
    Step.KERAS_2,
    "LSTM",
    "GRU",
    "LSTMCell",
    "GRUCell",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
)
def recurrent_default_activation(layer: Layer, era: Era) -> Layer:
    """Write out the gate activation that the writing era meant."""
    if "recurrent_activation" in layer.config:
        return layer
    is_convolutional = layer.class_name.startswith("ConvLSTM")
    old = is_convolutional or not (era.tf_keras and era.keras >= Version("2.3"))
    return layer.with_config(recurrent_activation="hard_sigmoid" if old else "sigmoid")


@layer_rule(
    Rule(
        "CFG033",
        "bidirectional-backward-config",
        "The file contains only one wrapped layer of a Bidirectional.",
        Severity.ERROR,
        before='{"class_name": "Bidirectional", "config": {"layer": {…}}}',
        after="forward and backward layer, each with its own weights",
        why="Only the forward layer is stored; the backward one is its copy with `go_backwards` inverted.",
    ),
    Step.GRAMMAR,
    "Bidirectional",
)
def backward_layer(layer: Layer, era: Era) -> Layer:
    """Make the implied backward layer a value of its own, so that rules and weights reach it."""
    forward = layer.children.get("forward_layer")
    if forward is None or "backward_layer" in layer.children:
        return layer
    turned = forward.with_config(go_backwards=not forward.config.get("go_backwards", False))
    name = f"backward_{forward.name.removeprefix('forward_')}"
    backward = replace(turned, name=name, config={**turned.config, "name": name})
    return replace(layer, children={**layer.children, "backward_layer": backward})
