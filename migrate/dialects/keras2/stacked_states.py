"""The states of stacked cells: counted from the last cell once, and in one flat list.

Source: ``StackedRNNCells`` in ``keras/layers/recurrent.py`` of 2.2.2 and 2.2.4, and of tf.keras 1.10, 1.12 and 2.15.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from migrate.capsule.model import Layer, Model, Node, TensorRef, map_structure, structure_refs
from migrate.dialects.rule import Era, Step, covers, era_semantics, layer_rule, model_rule
from migrate.findings import MigrationError, Rule, Severity

_STATES = {"LSTMCell": 2, "GRUCell": 1, "SimpleRNNCell": 1}
_REVERSED = ">=2.0.9,<2.2.3"
"""Writers that counted from the last cell: stand-alone Keras before 2.2.3, and TensorFlow up to 1.10."""
_EITHER = "==2.1.6"
"""What tf.keras of 1.10, which counted from the last cell, and of 1.12, which did not, both call themselves."""

STACKED_STATE_ORDER = era_semantics(
    Rule(
        "SIL037",
        "stacked-state-order",
        "The states of stacked cells are counted from the last cell.",
        Severity.SILENT,
        applies_to=_REVERSED,
        before='{"class_name": "RNN", "config": {"cell": {"class_name": "StackedRNNCells", …}, "return_state": true}}, '
        "outputs: sequences, states of cell 2, states of cell 1",
        after="outputs: sequences, states of cell 1, states of cell 2; who takes them takes the same ones",
        why="Keras 2.0.9 to 2.2.2 and TensorFlow up to 1.10 returned and accepted the states of stacked cells in "
        "reverse order. Keras 3 counts from the first cell, and states of equal size would be swapped silently.",
    )
)


@model_rule(STACKED_STATE_ORDER, Step.KERAS_2)
def stacked_state_order(model: Model, era: Era) -> Model:
    """Turn the order around wherever states are given or taken.

    Raises:
        MigrationError: ``SIL038`` where the order is not known, cells of the user's own keep states, or constants come
            with them.
    """
    for layer in model.layers:
        if any(_shows_states(child, layer) for child in layer.children.values()):
            raise _refusal(layer, "is inside another layer")
        if _shows_states(layer, layer):
            order = _order(layer)
            if era.tf_keras and covers(_EITHER, era):
                raise _refusal(layer, "the file does not show the order (tf.keras 2.1.6 has both)")
            model = _turned(model, layer, order)
    return model


def _shows_states(layer: Layer, called: Layer) -> bool:
    """Whether states of stacked cells are given, or taken by the layer that is called."""
    visible = bool(layer.config.get("return_state")) or any(map(given_states, called.nodes))
    return _stack(layer) is not None and visible


def _turned(model: Model, owner: Layer, order: Sequence[int]) -> Model:
    def forward(ref: TensorRef) -> TensorRef:
        moved = ref.layer == owner.name and ref.tensor > 0
        return replace(ref, tensor=1 + order[ref.tensor - 1]) if moved else ref

    def change(layer: Layer) -> Layer:
        nodes = tuple(
            Node(map_structure(node.args, forward), map_structure(node.kwargs, forward))
            for node in layer.nodes
        )
        if layer.name != owner.name:
            return replace(layer, nodes=nodes)
        return replace(layer, nodes=tuple(_with_states(node, partial(_arranged, order)) for node in nodes))

    outputs = map_structure(model.outputs, forward)
    return replace(model, layers=tuple(map(change, model.layers)), outputs=outputs)


def _arranged(order: Sequence[int], states: Sequence[TensorRef]) -> list[TensorRef]:
    return [state for _, state in sorted(zip(order, states, strict=True), key=lambda pair: pair[0])]


def _order(layer: Layer) -> list[int]:
    """For each state, counted from the last cell, its place when counted from the first."""
    sizes = _sizes(layer)
    starts = [sum(sizes[:number]) for number in range(len(sizes))]
    return [
        start + i for start, size in zip(reversed(starts), reversed(sizes), strict=True) for i in range(size)
    ]


@layer_rule(
    Rule(
        "CFG122",
        "flat-states",
        "The initial states of stacked cells are stored in one flat list.",
        Severity.ERROR,
        before='"inbound_nodes": [[["x", 0, 0, {}], ["first", 0, 1, {}], ["first", 0, 2, {}], ["first", 0, 3, {}]]]',
        after="args: [x], kwargs: {initial_state: [[first:1, first:2], first:3]}",
        why="From TF 1.13 on, stacked cells take one entry per cell: a list for an LSTMCell, a tensor for the "
        "others. Files store the tensors one after the other.",
    ),
    Step.KERAS_2,
    "RNN",
)
def flat_states(layer: Layer, era: Era) -> Layer:
    """Give the states by keyword, one entry for each cell."""
    if _stack(layer) is None or not any(map(given_states, layer.nodes)):
        return layer
    sizes = _sizes(layer)
    return replace(layer, nodes=tuple(_with_states(node, partial(_by_cell, sizes)) for node in layer.nodes))


def _by_cell(sizes: Sequence[int], states: Sequence[TensorRef]) -> list[Any]:
    starts = [sum(sizes[:number]) for number in range(len(sizes))]
    parts = [list(states[start : start + size]) for start, size in zip(starts, sizes, strict=True)]
    return [part if len(part) > 1 else part[0] for part in parts]


def _stack(layer: Layer) -> Layer | None:
    cell = layer.children.get("cell")
    return (
        cell
        if layer.class_name == "RNN" and cell is not None and cell.class_name == "StackedRNNCells"
        else None
    )


def _sizes(layer: Layer) -> list[int]:
    """How many states each cell has, from the first on."""
    cells = list(layer.children["cell"].children.values())
    if layer.config.get("num_constants") or any(cell.class_name not in _STATES for cell in cells):
        raise _refusal(layer, "the number of states of each is unknown")
    return [_STATES[cell.class_name] for cell in cells]


def _refusal(layer: Layer, reason: str) -> MigrationError:
    return MigrationError(
        "SIL038",
        f"{layer.class_name} {layer.name!r} returns or takes the states of stacked cells, and {reason}",
        "In the source, use built-in cells, without constants, and a later release, and save the model again.",
        place=layer.name,
    )


def given_states(node: Node) -> list[TensorRef]:
    """The initial states of a call, in the order of the file."""
    inputs = list(structure_refs(node.args[0]))
    return inputs[1:] or list(structure_refs(node.kwargs.get("initial_state")))


def _with_states(node: Node, change: Any) -> Node:
    states = given_states(node)
    if not states:
        return node
    source = next(structure_refs(node.args[0]))
    return Node((source, *node.args[1:]), {**node.kwargs, "initial_state": change(states)})
