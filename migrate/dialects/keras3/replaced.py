"""Layers that Keras 3 dropped although another one does the same."""

from __future__ import annotations

from dataclasses import replace

from migrate.capsule.model import Layer, Node, TensorRef, structure_refs
from migrate.dialects.rule import Era, Step, layer_rule
from migrate.findings import Fix, Rule, Severity

_RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "Bidirectional")


@layer_rule(
    Rule(
        "CFG072",
        "thresholded-relu",
        "ThresholdedReLU becomes ReLU with a threshold, which returns 0 for NaN and minus infinity, where it "
        "returned NaN.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "ThresholdedReLU", "config": {"theta": 0.4}}',
        after='{"class_name": "ReLU", "config": {"threshold": 0.4}}',
        why="ThresholdedReLU is not part of Keras 3. ReLU with a threshold is the same function for numbers: x "
        "where it is greater than the threshold, otherwise 0. ThresholdedReLU multiplied x by 0 or 1, so that NaN "
        "and minus infinity gave NaN; Keras 3 returns 0 for them.",
    ),
    Step.KERAS_3,
    "ThresholdedReLU",
)
def thresholded_relu(layer: Layer, era: Era) -> Layer:
    """Use ReLU with a threshold."""
    theta = layer.config.get("theta", 1.0)
    return layer.with_config(drop=("theta",), threshold=theta).renamed_class("ReLU")


@layer_rule(
    Rule(
        "CFG013",
        "initial-state-in-inputs",
        "A recurrent layer gets its initial states in one list with its input.",
        Severity.ERROR,
        before='"inbound_nodes": [[["target", 0, 0, {}], ["encoder", 0, 1, {}], ["encoder", 0, 2, {}]]]',
        after="args: [target], kwargs: {initial_state: [encoder:1, encoder:2]}",
        why='Keras 2 stored `decoder(x, initial_state=[h, c])` as a call with three inputs. Keras 3: `Layer "decoder" '
        "expects 1 input(s), but it received 3 input tensors`. Every encoder-decoder model has such a call.",
    ),
    Step.KERAS_3,
    *_RECURRENT,
)
def initial_state_in_inputs(layer: Layer, era: Era) -> Layer:
    """Give initial states by keyword."""
    nodes = tuple(_state_by_keyword(node) for node in layer.nodes)
    if all(new is old for new, old in zip(nodes, layer.nodes, strict=True)):
        return layer
    return replace(layer, nodes=nodes)


def _state_by_keyword(node: Node) -> Node:
    given = node.args[0]
    # ``constants`` is stored as null where there are none; Keras 3 does not know the argument.
    kwargs = {key: value for key, value in node.kwargs.items() if key != "constants" or value}
    if isinstance(given, list | tuple) and len(given) > 1:
        refs = list(structure_refs(given))
        return Node((refs[0],), {**kwargs, "initial_state": refs[1:]})
    if isinstance(kwargs.get("initial_state"), TensorRef):
        return Node(node.args, {**kwargs, "initial_state": [kwargs["initial_state"]]})
    return node if len(kwargs) == len(node.kwargs) else Node(node.args, kwargs)


@layer_rule(
    Rule(
        "CFG075",
        "synchronized-batch-normalization",
        "A separate class computes batch statistics over all replicas.",
        Severity.ERROR,
        applies_to=">=2.3",
        before='{"class_name": "SyncBatchNormalization", "config": {"axis": [3], …}}',
        after='{"class_name": "BatchNormalization", "config": {"axis": 3, …}}',
        why="Keras 3 replaced the class by an argument, `synchronized`, which it rejects on every backend but "
        "TensorFlow. It acts only in training on several replicas; set it again for that. The argument of tf.keras "
        "2.12 and later is in no file: `get_config` omitted it.",
    ),
    Step.KERAS_3,
    "SyncBatchNormalization",
)
def synchronized_batch_normalization(layer: Layer, era: Era) -> Layer:
    """Use the ordinary class: the same function at inference."""
    return layer.renamed_class("BatchNormalization")
