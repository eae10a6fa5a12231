"""Nodes of a graph of layers."""

from __future__ import annotations

import pytest

from codemods.testing import run
from migrate.findings import Fix

HEAD = "import keras\nlayer = keras.layers.Dense(3)\nnodes = layer._inbound_nodes\nnode = nodes[0]\n"
USES = {
    "node.layer": "node.operation",
    "nodes[0].outbound_layer": "nodes[0].operation",
    "[n.layer for n in layer._inbound_nodes]": "[n.operation for n in layer._inbound_nodes]",
    "layer.inbound_nodes": "layer._inbound_nodes",
    "node.call_args[0]": "node.arguments.args[0]",
    "node.call_kwargs": "node.arguments.kwargs",
    "node.input_tensors[0]": "node.input_tensors[0]",
    "len(node.input_tensors)": "len(node.input_tensors)",
    "[t for t in node.input_tensors]": "[t for t in node.input_tensors]",
}


@pytest.mark.parametrize("use", USES)
def test_members_of_nodes(use: str) -> None:
    outcome = run(f"{HEAD}{use}\n")
    assert outcome.text.splitlines()[-1] == USES[use]
    assert not [f for f in outcome.findings if not f.applied]


def test_shapes_of_nodes() -> None:
    line = run(HEAD + "s = node.output_shapes\n").text.splitlines()[-1]
    assert line == (
        "s = (node.outputs[0].shape if len(node.outputs) == 1 else [tensor.shape for tensor in node.outputs])"
    )


def test_a_single_tensor_is_left_to_a_person() -> None:
    found = run(HEAD + "f(node.input_tensors)\n").findings
    assert [(f.code, f.fix, bool(f.hint)) for f in found] == [("LAY120", Fix.MANUAL, True)]


def test_what_nodes_lack_has_a_hint() -> None:
    found = run(HEAD + "f(node.inbound_layers)\n").findings
    assert [(f.code, f.fix) for f in found] == [("LAY120", Fix.MANUAL)]
    assert "parent_nodes" in found[0].hint


@pytest.mark.parametrize(
    "use",
    [
        "tree.layer",
        "tree.inbound_layers",
        "other = tree.nodes[0]\nother.layer",
        "node.layer = 3",
        "thing.inbound_nodes",
        "item = item[0]\nitem.layer",
    ],
)
def test_members_of_other_objects_stay(use: str) -> None:
    outcome = run(f"{HEAD}{use}\n")
    assert (outcome.text, outcome.error) == (f"{HEAD}{use}\n", None)


@pytest.mark.parametrize(
    "text",
    [
        "for node in model._nodes_by_depth[0]:\n    node.layer\n",
        "nodes = model._nodes_by_depth\nfor depth in nodes:\n    for node in nodes[depth]:\n        node.layer\n",
        "for nodes in model.nodes_by_depth.values():\n    for node in nodes:\n        node.layer\n",
        "for node in layer._inbound_nodes[1:]:\n    node.layer\n",
        "[node.layer for node in layer._inbound_nodes]\n",
    ],
)
def test_nodes_are_found_by_their_depth_and_in_loops(text: str) -> None:
    before = "import keras\n\nmodel = keras.Sequential()\n" + text
    assert run(before).text == before.replace("node.layer", "node.operation")


@pytest.mark.parametrize(
    "text",
    [
        "for depth in model._nodes_by_depth:\n    depth.layer\n",
        "nodes = layer._inbound_nodes\nnodes.layer\n",
        "for node in other.values():\n    node.layer\n",
        "node = layer._inbound_nodes[0]\nnode = tree\nnode.layer\n",
    ],
)
def test_what_is_no_node_keeps_its_layer(text: str) -> None:
    before = "import keras\n\nmodel = keras.Sequential()\n" + text
    assert run(before).text == before
