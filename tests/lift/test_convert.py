"""Graphs become records of layers: patterns, bare variables, and what is refused with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from packaging.version import Version

from migrate.capsule.model import Array, Model
from migrate.dialects.rule import Era
from migrate.findings import MigrationError
from migrate.lift.convert import convert
from migrate.lift.graph import Endpoint, Graph, GraphNode, Variable

ERA = Era(Version("2.0"), tf_keras=True)


def graph(
    nodes: list[GraphNode],
    constants: Mapping[str, Any] | None = None,
    variables: Mapping[str, Array] | None = None,
    output: str = "y:0",
    shape: tuple[int | None, ...] = (None, 3),
) -> Graph:
    return Graph(
        {node.name: node for node in nodes},
        {name: np.asarray(value) for name, value in (constants or {}).items()},
        {name: Variable(name.split(":")[0], value) for name, value in (variables or {}).items()},
        {"x": Endpoint("x:0", "float32", shape)},
        {"scores": output},
    )


def lifted(given: Graph) -> Model:
    return convert(given, ERA)


def classes(model: Model) -> list[str]:
    return [layer.class_name for layer in model.layers]


KERNEL = np.arange(6, dtype=np.float32).reshape(3, 2)
BIAS = np.array([1, 2], np.float32)


def test_product_with_bias_is_one_dense() -> None:
    nodes = [GraphNode("h", "MatMul", ("x:0", "w:0")), GraphNode("y", "BiasAdd", ("h:0", "b:0"))]
    model = lifted(graph(nodes, variables={"w:0": KERNEL, "b:0": BIAS}))
    assert classes(model) == ["InputLayer", "Dense"]
    dense = model.layer("y")
    assert dense.config["units"] == 2
    assert dense.config["use_bias"] is True
    np.testing.assert_array_equal(dense.weights["kernel"], KERNEL)
    np.testing.assert_array_equal(dense.weights["bias"], BIAS)


def test_layer_of_fixed_variables_does_not_train() -> None:
    given = graph([GraphNode("y", "MatMul", ("x:0", "w:0"))], variables={"w:0": KERNEL})
    assert "trainable" not in lifted(given).layer("y").config
    fixed = replace(given, variables={"w:0": Variable("w", KERNEL, trainable=False)})
    assert lifted(fixed).layer("y").config["trainable"] is False


def test_transposed_kernel_is_turned() -> None:
    nodes = [GraphNode("y", "MatMul", ("x:0", "w:0"), {"transpose_b": {"b": True}})]
    model = lifted(graph(nodes, variables={"w:0": np.ascontiguousarray(KERNEL.T)}))
    np.testing.assert_array_equal(model.layer("y").weights["kernel"], KERNEL)


def test_product_that_is_used_twice_keeps_its_bias_apart() -> None:
    nodes = [
        GraphNode("h", "MatMul", ("x:0", "w:0")),
        GraphNode("z", "BiasAdd", ("h:0", "b:0")),
        GraphNode("y", "Mul", ("h:0", "z:0")),
    ]
    model = lifted(graph(nodes, variables={"w:0": KERNEL, "b:0": BIAS}))
    assert model.layer("h").config["use_bias"] is False
    assert classes(model).count("Dense") == 1
    assert model.layer("b").class_name == "Embedding"


def test_passing_operations_leave_no_trace() -> None:
    nodes = [
        GraphNode("read", "ReadVariableOp", ("w:0",)),
        GraphNode("h", "MatMul", ("x:0", "read:0")),
        GraphNode("both", "IdentityN", ("x:0", "h:0")),
        GraphNode("y", "Identity", ("both:1",)),
    ]
    assert classes(lifted(graph(nodes, variables={"w:0": KERNEL}))) == ["InputLayer", "Dense"]


def test_unfused_batch_normalisation_is_one_layer() -> None:
    nodes = [
        GraphNode("add", "AddV2", ("variance:0", "epsilon:0")),
        GraphNode("root", "Rsqrt", ("add:0",)),
        GraphNode("m", "Mul", ("root:0", "gamma:0")),
        GraphNode("xm", "Mul", ("x:0", "m:0")),
        GraphNode("mm", "Mul", ("mean:0", "m:0")),
        GraphNode("shift", "Sub", ("beta:0", "mm:0")),
        GraphNode("y", "AddV2", ("xm:0", "shift:0")),
    ]
    arrays = {
        f"{n}:0": np.full(3, i, np.float32) for i, n in enumerate(("gamma", "beta", "mean", "variance"))
    }
    model = lifted(graph(nodes, {"epsilon:0": 0.01}, arrays))
    assert classes(model) == ["InputLayer", "BatchNormalization"]
    layer = model.layer("y")
    assert layer.config["epsilon"] == 0.01
    found = [float(layer.weights[r][0]) for r in ("gamma", "beta", "moving_mean", "moving_variance")]
    assert found == [0, 1, 2, 3]


def test_bare_variable_is_a_row_of_an_embedding() -> None:
    model = lifted(graph([GraphNode("y", "Mul", ("x:0", "s:0"))], variables={"s:0": BIAS[:1]}))
    held = model.layer("s")
    assert held.class_name == "Embedding"
    assert held.weights["embeddings"].shape == (1, 1)
    assert [r.layer for r in model.layer("y").nodes[0].refs()] == ["x", "s_value"]


def test_layers_come_after_what_they_need() -> None:
    nodes = [
        GraphNode("a", "Relu", ("x:0",)),
        GraphNode("b", "Tanh", ("a:0",)),
        GraphNode("c", "Mul", ("b:0", "a:0")),
        GraphNode("y", "AddV2", ("c:0", "b:0")),
    ]
    model = lifted(graph(nodes))
    seen: set[str] = set()
    for layer in model.layers:
        assert {ref.layer for node in layer.nodes for ref in node.refs()} <= seen
        seen.add(layer.name)


@pytest.mark.parametrize(
    ("op", "code"),
    [("Betainc", "EXP020"), ("While", "EXP021"), ("LookupTableFindV2", "EXP021"), ("ParseExample", "EXP021")],
)
def test_what_cannot_be_lifted_is_named_with_its_place(op: str, code: str) -> None:
    nodes = [GraphNode("tower/deep", op, ("x:0",)), GraphNode("y", "Relu", ("tower/deep:0",))]
    with pytest.raises(MigrationError) as caught:
        lifted(graph(nodes))
    assert caught.value.code == code
    assert caught.value.place == "tower/deep"
    assert op in caught.value.message


def test_output_that_no_input_decides_is_refused() -> None:
    with pytest.raises(MigrationError) as caught:
        lifted(graph([], {"c:0": 1.0}, output="c:0"))
    assert caught.value.code == "EXP020"


def test_loop_is_refused() -> None:
    nodes = [GraphNode("a", "AddV2", ("x:0", "y:0")), GraphNode("y", "Relu", ("a:0",))]
    with pytest.raises(MigrationError) as caught:
        lifted(graph(nodes))
    assert caught.value.code == "EXP021"


def test_scalar_input_is_refused() -> None:
    with pytest.raises(MigrationError) as caught:
        lifted(graph([GraphNode("y", "Relu", ("x:0",))], shape=()))
    assert caught.value.code == "EXP020"
    assert "'x'" in caught.value.message


def test_product_over_sequences_is_one_dense() -> None:
    nodes = [
        GraphNode("d/Tensordot/transpose", "Transpose", ("x:0", "order:0")),
        GraphNode("d/Tensordot/Reshape", "Reshape", ("d/Tensordot/transpose:0", "flat:0")),
        GraphNode("d/Tensordot/MatMul", "MatMul", ("d/Tensordot/Reshape:0", "w:0")),
        GraphNode("d/Tensordot", "Reshape", ("d/Tensordot/MatMul:0", "whole:0")),
        GraphNode("y", "BiasAdd", ("d/Tensordot:0", "b:0")),
    ]
    constants = {"order:0": [0, 1, 2], "flat:0": [-1, 3], "whole:0": [-1, 4, 2]}
    given = graph(nodes, constants, {"w:0": KERNEL, "b:0": BIAS}, shape=(None, 4, 3))
    assert classes(lifted(given)) == ["InputLayer", "Dense"]
    turned = {**constants, "order:0": [0, 2, 1]}
    assert classes(lifted(graph(nodes, turned, {"w:0": KERNEL, "b:0": BIAS}, shape=(None, 4, 3)))) != [
        "InputLayer",
        "Dense",
    ]


def test_explicit_padding_is_added_before_the_layer() -> None:
    kernel = np.ones((2, 2, 3, 4), np.float32)
    attributes = {
        "padding": {"s": "RVhQTElDSVQ="},
        "explicit_paddings": {"list": {"i": ["0", "0", "1", "0", "0", "2", "0", "0"]}},
        "strides": {"list": {"i": ["1", "1", "1", "1"]}},
    }
    nodes = [GraphNode("y", "Conv2D", ("x:0", "w:0"), attributes)]
    model = lifted(graph(nodes, variables={"w:0": kernel}, shape=(None, 5, 5, 3)))
    assert classes(model) == ["InputLayer", "Op", "Conv2D"]
    assert model.layer("y_pad").nodes[0].kwargs == {"pad_width": [[0, 0], [1, 0], [0, 2], [0, 0]]}
    assert model.layer("y").config["padding"] == "valid"


def test_transposed_convolution_takes_its_bias() -> None:
    kernel, bias = np.ones((2, 2, 5, 3), np.float32), np.ones(5, np.float32)
    attributes = {"padding": {"s": "U0FNRQ=="}, "strides": {"list": {"i": ["1", "2", "2", "1"]}}}
    nodes = [
        GraphNode("up", "Conv2DBackpropInput", ("sizes:0", "w:0", "x:0"), attributes),
        GraphNode("y", "BiasAdd", ("up:0", "b:0")),
    ]
    constants = {"sizes:0": [1, 8, 8, 5]}
    given = graph(nodes, constants, {"w:0": kernel, "b:0": bias}, shape=(None, 4, 4, 3))
    layer = lifted(given).layer("y")
    assert (layer.class_name, layer.config["filters"], layer.config["strides"]) == (
        "Conv2DTranspose",
        5,
        [2, 2],
    )
    assert set(layer.weights) == {"kernel", "bias"}
