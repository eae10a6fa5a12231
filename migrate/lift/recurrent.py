"""Keras' own LSTM and GRU in a graph: calls of functions that say what they compute.

The layers' default configuration is traced as a call of ``standard_lstm`` or ``standard_gru``, whose function carries
``api_implements`` (``"lstm_…"``, ``"gru_…"``), ``go_backwards`` and ``time_major`` (``lstm_with_backend_selection`` of
tf_keras/src/layers/rnn/lstm.py). Its inputs are the sequence, the initial states, kernel, recurrent kernel and bias;
its outputs the last output, all outputs, and the last states. Any other configuration is a loop.
"""

from __future__ import annotations

from collections.abc import Mapping

from migrate.lift.graph import Graph, GraphNode
from migrate.lift.layers import Lifted, attribute, weight

CLASSES: Mapping[str, tuple[str, int, int]] = {"KerasLSTM": ("LSTM", 2, 4), "KerasGRU": ("GRU", 1, 3)}
"""Kind of call to class, number of states, gates."""
LAST, ALL, STATE = 0, 1, 2
"""Outputs of the call; the first state is the last output."""
SEQUENCES = "return_sequences"
OUTPUTS = "outputs"
"""Attribute that lists which output of the author's function each output of the call is."""


def kind_of(implements: str) -> str:
    """The kind of call that a function's ``api_implements`` tells; empty for any other function."""
    return {"lstm": "KerasLSTM", "gru": "KerasGRU"}.get(implements.partition("_")[0], "")


def recurrent(graph: Graph, node: GraphNode, uses: Mapping[str, int]) -> Lifted | None:
    """The layer of such a call; None where it starts from given states or is masked."""
    name, states, gates = CLASSES[node.op]
    if len(node.inputs) != 4 + states or attribute(node, "time_major", False):
        return None
    if not all(_is_zero(graph, state) for state in node.inputs[1 : 1 + states]):
        return None
    kernel, inner, bias = (
        weight(graph, tensor, rank)
        for tensor, rank in zip(node.inputs[1 + states :], (2, 2, 1 if name == "LSTM" else 2), strict=True)
    )
    if kernel is None or inner is None or bias is None:
        return None
    units = int(inner.shape[0])
    if inner.shape[1] != gates * units or bias.shape != (
        (gates * units,) if name == "LSTM" else (2, gates * units)
    ):
        return None
    taken = {meaning for place, meaning in enumerate(outputs_of(node)) if uses.get(f"{node.name}:{place}")}
    if not taken or not taken <= {LAST, ALL, STATE}:
        return None
    config = {
        "units": units,
        SEQUENCES: ALL in taken,
        "go_backwards": bool(attribute(node, "go_backwards", False)),
    }
    return Lifted(name, node.inputs[0], config, {"kernel": kernel, "recurrent_kernel": inner, "bias": bias})


def outputs_of(node: GraphNode) -> list[int]:
    """For each output of the call, which of the author's function it is."""
    return [int(number) for number in attribute(node, OUTPUTS, [])]


def _is_zero(graph: Graph, tensor: str) -> bool:
    """Whether a state begins as zeros: a constant, or filled to the size of the batch."""
    value = graph.constants.get(graph.source(tensor))
    if value is None:
        producer = graph.producer(tensor)
        if producer is None or producer.op != "Fill":
            return False
        value = graph.constants.get(graph.source(producer.inputs[1]))
    return value is not None and not value.any()
