"""A stack of recurrent cells that holds one cell."""

from __future__ import annotations

from dataclasses import replace

from migrate.capsule.model import Layer
from migrate.dialects.keras2.stacked_states import given_states
from migrate.dialects.rule import Era, Step, layer_rule
from migrate.findings import Rule, Severity


@layer_rule(
    Rule(
        "CFG125",
        "stack-of-one-cell",
        "An RNN contains a list of one cell.",
        Severity.ERROR,
        before='{"class_name": "RNN", "config": {"cell": {"class_name": "StackedRNNCells", "config": {"cells": '
        '[LSTMCell]}}, "unroll": true}}',
        after='{"class_name": "RNN", "config": {"cell": LSTMCell, "unroll": true}}',
        why="Keras 3 unpacks the list that contains the states of the only cell: unrolled it raises `list index out "
        "of range`, and on JAX it always does. The cell alone computes the same.",
    ),
    Step.KERAS_3,
    "RNN",
)
def single_cell(layer: Layer, era: Era) -> Layer:
    """Put the cell in the place of its stack, unless states are given to it, which are arranged for a stack."""
    stack = layer.children.get("cell")
    if stack is None or stack.class_name != "StackedRNNCells" or len(stack.children) != 1:
        return layer
    if any(map(given_states, layer.nodes)):
        return layer
    (cell,) = stack.children.values()
    return replace(layer, children={**layer.children, "cell": cell})
