"""Arguments of TensorFlow functions in the spelling of their targets, and constants that are tensors."""

from __future__ import annotations

from typing import Any

import pytest

from migrate.capsule.model import Layer, Node, TensorRef
from migrate.dialects.keras3.operations.calls import array_mark, bind, tensor_method, tensorflow_function
from migrate.dialects.keras3.operations.target import Target
from migrate.dialects.rule import Era
from migrate.findings import MigrationError

X, Y = TensorRef("x"), TensorRef("y")
ERA = Era.of("2.8.0")


@pytest.mark.parametrize(
    ("target", "given", "named"),
    [
        (Target("keras.ops.mean"), {"axis": 1, "name": "mean", "keepdims": None}, {"axis": 1}),
        (Target("keras.ops.mean", drop=frozenset({"validate"})), {"validate": True}, {}),
        (Target("composite.clip"), {"low": None}, {"low": None}),
        (Target("keras.ops.add", {"y": "x2"}), {"y": [1.0]}, {"x2": [1.0]}),
        (Target("keras.ops.add", {"y": "x2"}, arrays=frozenset({"x2"})), {"y": [1]}, {"x2": {"$array": [1]}}),
        (Target("keras.ops.norm", constants={"ord": 2}), {}, {"ord": 2}),
        (Target("keras.ops.norm", constants={"ord": 2}), {"ord": 1}, {"ord": 1}),
    ],
)
def test_arguments_by_name(target: Target, given: dict[str, Any], named: dict[str, Any]) -> None:
    assert bind(target, (X,), given) == Node((X,), named)


@pytest.mark.parametrize(
    ("arrays", "first", "marked"),
    [
        ({"x2"}, [1.0, 2.0], {"$array": [1.0, 2.0]}),
        (set(), [1.0, 2.0], [1.0, 2.0]),
        ({"x2"}, 2.0, 2.0),
        ({"x2"}, [X, Y], [X, Y]),
    ],
)
def test_the_first_argument(arrays: set[str], first: Any, marked: Any) -> None:
    assert bind(Target("keras.ops.add", arrays=frozenset(arrays)), (first,), {}) == Node((marked,), {})


@pytest.mark.parametrize(
    ("value", "marked"),
    [
        ([1, 2.0, True], {"$array": [1, 2.0, True]}),
        ([[1, 2], [3, 4]], {"$array": [[1, 2], [3, 4]]}),
        ([], []),
        (["same"], ["same"]),
        ([X, [1, 2]], [X, {"$array": [1, 2]}]),
        (3, 3),
        (X, X),
    ],
)
def test_lists_of_numbers_are_tensors(value: Any, marked: Any) -> None:
    assert array_mark(value) == marked


def called(function: str, *args: Any, **kwargs: Any) -> Layer:
    return Layer("TFOpLambda", "tf.op", {"function": function}, (Node(args, kwargs),))


def test_a_comparison_with_what_the_file_lacks_is_refused() -> None:
    with pytest.raises(MigrationError) as refused:
        tensorflow_function(called("__operators__.eq", X, name=None), ERA)
    assert refused.value.code == "CFG063"


@pytest.mark.parametrize("layer", [called("__operators__.eq", X, other=Y), called("math.equal", X, y=Y)])
def test_a_comparison_that_says_both_operands(layer: Layer) -> None:
    assert set(tensorflow_function(layer, ERA).nodes[0].refs()) == {X, Y}


@pytest.mark.parametrize(
    ("config", "name"),
    [({"attr_name": "flat_values"}, "flat_values"), ({"method_name": "to_tensor"}, "to_tensor")],
)
def test_a_refusal_names_the_member(config: dict[str, str], name: str) -> None:
    with pytest.raises(MigrationError, match=name):
        tensor_method(Layer("InstanceMethod", "m", config), ERA)
