"""What a configuration of Keras 3 says of its inputs and its precision."""

from __future__ import annotations

from typing import Any

from migrate.dialects.keras3_minors.archives import masks_softmax, precision, tensors_of, uses_of_input, walk


def layer(class_name: str, name: str, *sources: str, **config: Any) -> dict[str, Any]:
    node = {"args": [tensor(source) for source in sources], "kwargs": {}}
    return {
        "module": "keras.layers",
        "class_name": class_name,
        "name": name,
        "config": {"name": name, **config},
        "inbound_nodes": [node] if sources else [],
    }


def tensor(source: str) -> dict[str, Any]:
    return {"class_name": "__keras_tensor__", "config": {"keras_history": [source, 0, 0]}}


def model(class_name: str, *layers: dict[str, Any]) -> dict[str, Any]:
    return {"class_name": class_name, "config": {"name": "model", "layers": list(layers)}}


def test_ids_stay_inside_the_smallest_table_behind_an_input() -> None:
    graph = model(
        "Functional",
        layer("InputLayer", "ids"),
        layer("InputLayer", "other"),
        layer("Embedding", "small", "ids", input_dim=5),
        layer("Reshape", "flat", "ids"),
        layer("Embedding", "large", "flat", input_dim=50),
    )
    assert uses_of_input(graph, "ids") == {"ids": 5}
    assert uses_of_input(graph, "other") == {}


def test_a_masking_layer_names_the_value_that_hides_a_step() -> None:
    stack = model("Sequential", layer("InputLayer", "x"), layer("Masking", "m", mask_value=-1.0))
    assert uses_of_input(stack, "x") == {"fill": -1.0}


def test_a_table_behind_other_layers_says_nothing_of_the_input() -> None:
    stack = model(
        "Sequential", layer("InputLayer", "x"), layer("Dense", "d"), layer("Embedding", "e", input_dim=4)
    )
    assert uses_of_input(stack, "x") == {}


def test_a_nested_model_hands_its_input_on() -> None:
    inner = model("Functional", layer("InputLayer", "inside"), layer("Embedding", "e", "inside", input_dim=9))
    outer = model("Sequential", layer("InputLayer", "x"), {**inner, "name": "inner"})
    assert uses_of_input(outer, "x") == {"ids": 9}


def test_the_precision_is_that_of_a_policy_in_either_spelling() -> None:
    policy = {"class_name": "DTypePolicy", "config": {"name": "mixed_bfloat16"}}
    assert precision(model("Sequential", layer("Dense", "d", dtype=policy))) == "bfloat16"
    assert precision(model("Sequential", layer("Dense", "d", dtype="mixed_float16"))) == "float16"
    assert precision(model("Sequential", layer("Dense", "d", dtype="float32"))) == ""
    quantized = {
        "class_name": "Int4DTypePolicy",
        "config": {"mode": "int4/128", "source_name": "mixed_bfloat16"},
    }
    assert precision(model("Sequential", layer("Dense", "d", dtype=quantized))) == "bfloat16"


def test_tensors_are_found_at_any_depth() -> None:
    value = {"args": [[tensor("a")], {"b": tensor("b")}, 1.0], "kwargs": {"mask": tensor("c")}}
    assert [name for name, _, _ in tensors_of(value)] == ["a", "b", "c"]


def test_objects_are_walked_from_the_outside_in() -> None:
    inner = {"class_name": "Zeros", "config": {}}
    found = [entry["class_name"] for entry in walk(model("Sequential", layer("Dense", "d", bias=inner)))]
    assert found == ["Sequential", "Dense", "Zeros"]


def test_a_softmax_over_masks_is_told() -> None:
    masked = layer("Embedding", "e", mask_zero=True)
    assert masks_softmax(model("Functional", masked, layer("Softmax", "s", "e")))
    assert masks_softmax(model("Functional", masked, layer("MultiHeadAttention", "a", "e", "e")))
    assert masks_softmax(model("Functional", layer("Softmax", "s", "x", "mask")))
    assert not masks_softmax(model("Functional", layer("MultiHeadAttention", "a", "x", "x")))
    assert not masks_softmax(model("Functional", masked, layer("LSTM", "l", "e")))
    assert not masks_softmax(model("Functional", layer("Embedding", "e"), layer("Softmax", "s", "e")))
