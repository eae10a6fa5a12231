"""Attention layers: arguments that became arguments of the call."""

from __future__ import annotations

from dataclasses import replace

from migrate.capsule.model import Layer, Node
from migrate.dialects.rule import Era, Step, layer_rule
from migrate.findings import Rule, Severity

_FUNCTIONS = frozenset(
    {"Op", "TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer", "ClassMethod", "InstanceMethod"}
)


@layer_rule(
    Rule(
        "CFG046",
        "attention-causal",
        "Causal attention is configured by an argument of the layer.",
        Severity.ERROR,
        applies_to="<2.11",
        before='{"class_name": "Attention", "config": {"causal": true}}',
        after="{use_causal_mask: true} in each call",
        why="`causal` was an argument of Attention and AdditiveAttention up to tf.keras 2.10; since then each call "
        "says `use_causal_mask`. Keras 3 rejects the old argument.",
    ),
    Step.KERAS_3,
    "Attention",
    "AdditiveAttention",
)
def attention_causal(layer: Layer, era: Era) -> Layer:
    """Move ``causal`` into the calls."""
    if "causal" not in layer.config:
        return layer
    without = layer.with_config(drop=("causal",))
    if not layer.config["causal"]:
        return without
    nodes = tuple(Node(node.args, {**node.kwargs, "use_causal_mask": True}) for node in layer.nodes)
    return replace(without, nodes=nodes)


@layer_rule(
    Rule(
        "CFG047",
        "null-call-arguments",
        "A call contains arguments that were not given.",
        Severity.WARNING,
        before='"inbound_nodes": [[["x", 0, 0, {"training": null, "mask": null}]]]',
        after="args: [x]",
        why="tf.keras 2.4 and later stored every argument of a call, given or not. Keras 3 treats an explicit null "
        "for some arguments (`attention_mask` with a mask that comes with the input) as a decision.",
    ),
    Step.KERAS_3,
)
def null_call_arguments(layer: Layer, era: Era) -> Layer:
    """Leave out arguments that are null; functions of ``keras.ops`` keep theirs."""
    if layer.class_name in _FUNCTIONS or not any(None in node.kwargs.values() for node in layer.nodes):
        return layer
    nodes = tuple(
        Node(node.args, {key: value for key, value in node.kwargs.items() if value is not None})
        for node in layer.nodes
    )
    return replace(layer, nodes=nodes)
