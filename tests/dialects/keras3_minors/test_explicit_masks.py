"""A Sequential model whose mask passes a recurrent layer becomes a graph that names the mask."""

from __future__ import annotations

from typing import Any

import pytest
from packaging.version import Version

from migrate.dialects.keras3_minors.registry import rewrite
from migrate.dialects.keras3_minors.versions import parse_readers

WRITER = Version("3.15.1")


def layer(class_name: str, shape: list[int | None], **config: Any) -> dict[str, Any]:
    name = config.pop("name", class_name.lower())
    return {
        "module": "keras.layers",
        "class_name": class_name,
        "config": {"name": name, **config},
        "build_config": {"input_shape": shape},
    }


def sequential(*layers: dict[str, Any], shape: list[int | None] | None = None) -> dict[str, Any]:
    entry = {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": {"name": "ids", "batch_shape": shape or [None, 7], "dtype": "int32"},
    }
    config = {"name": "model", "trainable": True, "dtype": "float32", "layers": [entry, *layers]}
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": config,
        "compile_config": {"loss": "mse"},
    }


EMBEDDING = layer("Embedding", [None, 7], mask_zero=True)
FIRST = layer("LSTM", [None, 7, 6], return_sequences=True, name="first")
SECOND = layer("LSTM", [None, 7, 5], return_sequences=False, name="second")
DENSE = layer("Dense", [None, 4])


def graph_of(config: dict[str, Any], readers: str = "nightly") -> tuple[dict[str, Any], list[str]]:
    return rewrite(config, WRITER, parse_readers(readers))


def masks_in(config: dict[str, Any]) -> dict[str, Any]:
    """Name of the layer to the history of the mask in its call; None where the call names none."""
    return {
        one["name"]: one["inbound_nodes"][0]["kwargs"]
        .get("mask", {"config": {}})["config"]
        .get("keras_history")
        for one in config["config"]["layers"]
        if one["inbound_nodes"]
    }


def test_every_call_names_the_mask_that_it_had() -> None:
    dropped = layer("Dropout", [None, 7, 5])
    made, codes = graph_of(sequential(EMBEDDING, FIRST, dropped, SECOND, DENSE))
    assert codes == ["RDR108"]
    assert made["class_name"] == "Functional"
    assert made["compile_config"] == {"loss": "mse"}
    mask = ["not_equal", 0, 0]
    assert masks_in(made) == {
        "embedding": None,
        "not_equal": None,
        "first": mask,
        "dropout": None,
        "second": mask,
        "dense": None,
    }
    operation = next(one for one in made["config"]["layers"] if one["name"] == "not_equal")
    source, value = operation["inbound_nodes"][0]["args"]
    assert (source["config"]["keras_history"], value) == (["ids", 0, 0], 0)
    assert made["config"]["output_layers"] == ["dense", 0, 0]
    assert set(made["config"]) == {"name", "trainable", "layers", "input_layers", "output_layers"}


def test_a_masking_layer_masks_steps_whose_features_all_have_its_value() -> None:
    masking = layer("Masking", [None, 6, 3], mask_value=-1.0)
    made, _ = graph_of(sequential(masking, FIRST, SECOND, shape=[None, 6, 3]))
    assert masks_in(made)["second"] == ["any", 0, 0]
    by_name = {one["name"]: one for one in made["config"]["layers"]}
    assert by_name["not_equal"]["inbound_nodes"][0]["args"][1] == -1.0
    assert by_name["any"]["config"] == {"axis": [-1], "keepdims": False}


def test_wrapped_layers_are_looked_into() -> None:
    inner = {"class_name": "GRU", "config": {"name": "gru", "return_sequences": True}}
    wrapped = layer("Bidirectional", [None, 7, 6], layer=inner)
    assert graph_of(sequential(EMBEDDING, wrapped, SECOND))[1] == ["RDR108"]
    last = {"class_name": "GRU", "config": {"name": "gru", "return_sequences": False}}
    assert graph_of(sequential(EMBEDDING, layer("Bidirectional", [None, 7, 6], layer=last), DENSE))[1] == []


def test_names_of_operations_are_free() -> None:
    taken = layer("Dense", [None, 4], name="not_equal")
    made, _ = graph_of(sequential(EMBEDDING, FIRST, SECOND, taken))
    assert masks_in(made)["second"] == ["not_equal_1", 0, 0]


@pytest.mark.parametrize(
    "layers",
    [
        (EMBEDDING, SECOND, DENSE),  # nothing behind the recurrent layer has a mask
        (layer("Embedding", [None, 7], mask_zero=False), FIRST, SECOND),
        (EMBEDDING, FIRST, DENSE),  # the mask is handed on, and nobody reads it
        (EMBEDDING, layer("Conv1D", [None, 7, 6]), FIRST, SECOND),  # the mask ends before
    ],
)
def test_models_that_do_not_need_it_stay(layers: tuple[dict[str, Any], ...]) -> None:
    config = sequential(*layers)
    assert graph_of(config) == (config, [])


def test_released_readers_do_not_need_it() -> None:
    config = sequential(EMBEDDING, FIRST, SECOND)
    assert graph_of(config, "3.9-") == (config, [])


def attention_over(states_mask: dict[str, Any] | None, **kwargs: Any) -> dict[str, Any]:
    """A masked LSTM under an attention layer that is given a list."""
    states = {"class_name": "__keras_tensor__", "config": {"keras_history": ["first", 0, 0]}}
    named = {"mask": states_mask} if states_mask else {}
    lstm = {**FIRST, "name": "first", "inbound_nodes": [{"args": [], "kwargs": named}]}
    attention = {
        **layer("Attention", [None, 7, 5]),
        "name": "attention",
        "inbound_nodes": [{"args": [[states, states]], "kwargs": kwargs}],
    }
    return {"class_name": "Functional", "config": {"name": "model", "layers": [lstm, attention]}}


MASK = {"class_name": "__keras_tensor__", "config": {"keras_history": ["not_equal", 0, 0]}}


def test_attention_is_given_the_masks_of_its_tensors() -> None:
    made, codes = graph_of(attention_over(MASK), "3.9-")
    assert codes == ["RDR111"]
    assert made["config"]["layers"][1]["inbound_nodes"][0]["kwargs"] == {"mask": [MASK, MASK]}


def test_attention_without_masks_or_with_its_own_stays() -> None:
    for config in (attention_over(None), attention_over(MASK, mask=[MASK, MASK])):
        assert graph_of(config, "3.9-") == (config, [])


def test_an_attention_of_the_author_is_called_as_it_was() -> None:
    config = attention_over(MASK)
    own = {**config["config"]["layers"][1], "module": None, "registered_name": "here>Attention"}
    config["config"]["layers"][1] = own
    assert graph_of(config, "3.9-") == (config, [])
