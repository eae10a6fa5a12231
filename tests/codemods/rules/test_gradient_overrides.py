"""BKD005: a model that is made inside of ``gradient_override_map``, and graphs that nothing takes the place of."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, run

HEAD = "import tensorflow as tf\nimport keras\nfrom keras.models import load_model\n\n"
GUIDED = """\
def guided(path):
    {graph}
    with {map}:
        # made again
        model = load_model(path)
    return model
"""


@pytest.mark.parametrize(
    ("graph", "given"),
    [
        ("graph = tf.get_default_graph()", "graph.gradient_override_map({'Relu': 'G'})"),
        ("g = tf.compat.v1.get_default_graph()", "g.gradient_override_map({'Relu': 'G'})"),
        ("names = {'Relu': 'G'}", "tf.get_default_graph().gradient_override_map(names)"),
    ],
)
def test_layers_that_are_made_inside_get_the_gradients(graph: str, given: str) -> None:
    outcome = run(HEAD + GUIDED.format(graph=graph, map=given), unsafe=True)
    assert {finding.code for finding in outcome.findings} == {"BKD005"}
    assert all(finding.applied for finding in outcome.findings)
    assert outcome.text.count("class GradientOverrideMap:") == 1
    assert "    with GradientOverrideMap(" in outcome.text
    assert "        # made again\n" in outcome.text
    assert "get_default_graph" not in outcome.text.partition("def guided")[2]
    assert run(outcome.text, unsafe=True).text == outcome.text


def test_two_blocks_share_one_helper() -> None:
    text = GUIDED.format(graph="pass", map="tf.get_default_graph().gradient_override_map({'Relu': 'G'})")
    outcome = run(f"{HEAD}{text}\n\n{text.replace('guided', 'again')}", unsafe=True)
    assert outcome.text.count("class GradientOverrideMap:") == 1
    assert outcome.text.count("with GradientOverrideMap(") == 2


def test_a_graph_that_serves_something_else_stays_a_finding() -> None:
    graph = "graph = tf.get_default_graph()\n    graph.finalize()"
    outcome = run(
        HEAD + GUIDED.format(graph=graph, map="graph.gradient_override_map({'Relu': 'G'})"), unsafe=True
    )
    assert {finding.code: finding.applied for finding in outcome.findings} == {
        "BKD005": True,
        "ECO003": False,
    }
    assert "graph = tf.get_default_graph()" in outcome.text


@pytest.mark.parametrize(
    "block",
    [
        "graph = tf.get_default_graph()\nwith graph.gradient_override_map({'Relu': 'G'}):\n    y = tf.nn.relu(x)\n",
        "graph = tf.get_default_graph()\ngraph.gradient_override_map({'Relu': 'G'})\nload_model('a.keras')\n",
        "with tf.get_default_graph().gradient_override_map({'Relu': 'G'}) as m:\n    load_model('a.keras')\n",
    ],
)
def test_a_block_in_which_no_model_is_made_is_told(block: str) -> None:
    check_noop(HEAD + block, codes=["ECO003"], unsafe=True)


def test_a_graph_of_its_own_is_none_of_keras() -> None:
    block = "with tf.Graph().gradient_override_map({'Relu': 'G'}):\n    load_model('a.keras')\n"
    check_noop(HEAD + block, select=["BKD005", "ECO003"], codes=[], unsafe=True)
