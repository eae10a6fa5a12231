"""TensorFlow functions in a graph become keras.ops: on configurations as tf.keras 2.2 and 2.8 wrote them."""

from __future__ import annotations

from typing import Any

import pytest

import migrate.dialects.keras3.operations  # noqa: F401 - registers the rules
from migrate.capsule.model import Layer, Model, Node
from migrate.dialects.config_parser import parse_model
from migrate.dialects.keras3.operations.graph_nodes import attribute_value
from migrate.dialects.keras3.operations.names import canonical
from migrate.dialects.keras3.operations.node_table import GRAPH_OPS
from migrate.dialects.keras3.operations.table import FUNCTIONS
from migrate.dialects.rule import Era, Notes, Step
from migrate.dialects.upgrade import upgrade
from migrate.findings import MigrationError


def model_of(*layers: dict[str, Any], output: str) -> dict[str, Any]:
    inputs = [
        {
            "class_name": "InputLayer",
            "name": name,
            "config": {"name": name, "batch_input_shape": [None, 4]},
            "inbound_nodes": [],
        }
        for name in ("x", "y")
    ]
    config = {
        "name": "model",
        "layers": [*inputs, *layers],
        "input_layers": [["x", 0, 0], ["y", 0, 0]],
        "output_layers": [[output, 0, 0]],
    }
    return {"class_name": "Functional", "config": config}


def function(name: str, node: Any, class_name: str = "TFOpLambda") -> dict[str, Any]:
    return {
        "class_name": class_name,
        "name": f"tf.{name}",
        "config": {"name": f"tf.{name}", "trainable": True, "dtype": "float32", "function": name},
        "inbound_nodes": node,
    }


def upgraded(*layers: dict[str, Any], output: str, keras: str = "2.8.0") -> Model:
    notes = Notes()
    model = parse_model(model_of(*layers, output=output), notes)
    return upgrade(model, Era.of(keras), (Step.KERAS_3,), notes)


def call(model: Model, name: str) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
    layer = model.layer(name)
    assert layer.class_name == "Op"
    (node,) = layer.nodes
    return str(layer.config["function"]), node.args, dict(node.kwargs)


def test_operator_with_a_constant_on_the_left() -> None:
    lay = function("math.subtract", [["_CONSTANT_VALUE", -1, 1.5, {"y": ["x", 0, 0], "name": None}]])
    kind, args, kwargs = call(upgraded(lay, output="tf.math.subtract"), "tf.math.subtract")
    assert (kind, args) == ("keras.ops.subtract", (1.5,))
    assert list(kwargs) == ["x2"]
    assert kwargs["x2"].layer == "x"


def test_list_constant_is_a_tensor_but_an_axis_list_is_not() -> None:
    scaled = function("math.multiply", [["x", 0, 0, {"y": [1.0, -2.0, 0.5, 2.0], "name": None}]])
    reduced = function("math.reduce_max", [["x", 0, 0, {"axis": [1]}]])
    model = upgraded(scaled, reduced, output="tf.math.multiply")
    assert call(model, "tf.math.multiply")[2] == {"x2": {"$array": [1.0, -2.0, 0.5, 2.0]}}
    assert call(model, "tf.math.reduce_max")[2] == {"axis": [1]}


def test_parameters_of_tensorflow_1_are_renamed() -> None:
    lay = function(
        "compat.v1.reduce_sum",
        [["x", 0, 0, {"axis": None, "keep_dims": True, "reduction_indices": 1, "name": None}]],
    )
    kind, _, kwargs = call(upgraded(lay, output="tf.compat.v1.reduce_sum"), "tf.compat.v1.reduce_sum")
    assert kind == "keras.ops.sum"
    assert kwargs == {"axis": 1, "keepdims": True}


def test_slices_keep_new_axes_and_ellipses() -> None:
    spec = [{"start": None, "stop": None, "step": None}, 2, None, {"class_name": "__ellipsis__"}]
    lay = function("__operators__.getitem", [["x", 0, 0, {"slice_spec": spec}]], "SlicingOpLambda")
    name = "tf.__operators__.getitem"
    kind, _, kwargs = call(upgraded(lay, output=name), name)
    assert kind == "composite.getitem"
    assert kwargs == {"key": [{"slice": [None, None, None]}, 2, None, "..."]}


@pytest.mark.parametrize(
    ("name", "node", "code"),
    [
        ("math.lbeta", [["x", 0, 0, {}]], "CFG061"),
        ("nn.dropout", [["x", 0, 0, {"rate": 0.5}]], "CFG061"),
        ("einsum", [["_CONSTANT_VALUE", -1, "bi,bj->bij", {}]], "CFG063"),
    ],
)
def test_what_cannot_be_expressed_is_refused_by_name(name: str, node: Any, code: str) -> None:
    with pytest.raises(MigrationError, match=name) as caught:
        upgraded(function(name, node), output=f"tf.{name}")
    assert caught.value.code == code
    assert caught.value.place == f"tf.{name}"


def graph_node(
    op: str, constants: dict[str, Any], attributes: dict[str, Any], inbound: list[Any]
) -> dict[str, Any]:
    definition = {"name": op, "op": op, "input": [], "attr": {"T": {"type": "DT_FLOAT"}, **attributes}}
    return {
        "class_name": "TensorFlowOpLayer",
        "name": f"tf_op_layer_{op}",
        "config": {
            "name": op,
            "trainable": True,
            "dtype": "float32",
            "node_def": definition,
            "constants": constants,
        },
        "inbound_nodes": [inbound],
    }


X, Y = ["x", 0, 0, {}], ["y", 0, 0, {}]


def test_graph_node_puts_constants_back_in_their_places() -> None:
    lay = graph_node("Sub", {"0": 1.5}, {}, [X])
    kind, args, kwargs = call(upgraded(lay, output="tf_op_layer_Sub", keras="2.3.0-tf"), "tf_op_layer_Sub")
    assert (kind, args) == ("keras.ops.subtract", (1.5,))
    assert kwargs["x2"].layer == "x"


def test_graph_node_with_a_list_of_inputs() -> None:
    lay = graph_node("ConcatV2", {"2": -1}, {"N": {"i": "2"}}, [X, Y])
    kind, args, kwargs = call(
        upgraded(lay, output="tf_op_layer_ConcatV2", keras="2.3.0-tf"), "tf_op_layer_ConcatV2"
    )
    assert kind == "composite.concat"
    assert [ref.layer for ref in args[0]] == ["x", "y"]
    assert kwargs == {"axis": -1}


def test_split_takes_its_axis_first_in_a_graph() -> None:
    lay = graph_node("Split", {"0": 1}, {"num_split": {"i": "2"}}, [X])
    _, args, kwargs = call(upgraded(lay, output="tf_op_layer_Split", keras="2.3.0-tf"), "tf_op_layer_Split")
    assert args[0].layer == "x"
    assert kwargs == {"axis": 1, "num_or_size_splits": 2}


def test_unknown_graph_node_is_refused() -> None:
    lay = graph_node("Lgamma", {}, {}, [X])
    with pytest.raises(MigrationError, match="Lgamma"):
        upgraded(lay, output="tf_op_layer_Lgamma", keras="2.3.0-tf")


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ({"i": "3"}, 3),
        ({"b": True}, True),
        ({"f": 0.1}, 0.1),
        ({"s": "U0FNRQ=="}, "SAME"),
        ({"type": "DT_HALF"}, "float16"),
        ({"list": {"i": ["1", "2"]}}, [1, 2]),
        ({"list": {}}, []),
    ],
)
def test_attributes_follow_the_json_mapping_of_protobuf(attribute: Any, value: Any) -> None:
    assert attribute_value(attribute) == value


def test_every_graph_operation_names_a_function_of_the_table() -> None:
    assert {op.function for op in GRAPH_OPS.values()} <= set(FUNCTIONS)


def test_aliases_lead_to_the_table() -> None:
    assert canonical("compat.v1.nn.conv2d") in FUNCTIONS
    assert canonical("compat.v1.matmul") == "linalg.matmul"


def test_operation_records_keep_their_names_and_drop_layer_arguments() -> None:
    lay = function("nn.relu", [["x", 0, 0, {"name": None}]])
    layer = upgraded(lay, output="tf.nn.relu").layer("tf.nn.relu")
    assert layer == Layer(
        "Op", "tf.nn.relu", {"function": "keras.ops.relu"}, (Node(layer.nodes[0].args, {}),)
    )
