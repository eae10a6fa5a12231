"""Feature columns: where missing and unknown values go, in which order a hash sees its keys, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.config_parser import parse_model
from migrate.dialects.ecosystem.feature_columns import feature_columns
from migrate.dialects.rule import Era, Notes
from migrate.findings import MigrationError

ERA = Era.of("2.8.0")
Inputs = Mapping[str, tuple[list[int | None], str]]


def column(class_name: str, **config: Any) -> dict[str, Any]:
    return {"class_name": class_name, "config": config}


def number(key: str, *shape: int, **more: Any) -> dict[str, Any]:
    return column(
        "NumericColumn", key=key, shape=list(shape or (1,)), dtype="float32", normalizer_fn=None, **more
    )


def words(key: str, *known: Any, dtype: str = "string", **more: Any) -> dict[str, Any]:
    return column(
        "VocabularyListCategoricalColumn", key=key, vocabulary_list=list(known), dtype=dtype, **more
    )


def indicator(of: dict[str, Any]) -> dict[str, Any]:
    return column("IndicatorColumn", categorical_column=of)


def embedding(of: dict[str, Any], **more: Any) -> dict[str, Any]:
    return column("EmbeddingColumn", categorical_column=of, dimension=2, **more)


def cross(*keys: Any, **more: Any) -> dict[str, Any]:
    return indicator(column("CrossedColumn", keys=list(keys), hash_bucket_size=7, **more))


AGE, TOWN = ([None, 1], "float32"), ([None, 1], "string")


def model(
    inputs: Inputs, *columns: dict[str, Any], weights: Mapping[str, Any] | None = None, calls: int = 1
) -> Model:
    entries = [
        Layer("InputLayer", name, {"batch_input_shape": shape, "dtype": dtype})
        for name, (shape, dtype) in inputs.items()
    ]
    given = {name: TensorRef(name) for name in inputs}
    nodes = (Node((given,)),) * calls
    layer = Layer("DenseFeatures", "df", {"feature_columns": list(columns)}, nodes, dict(weights or {}))
    return Model("Functional", "m", Topology.FUNCTIONAL, (*entries, layer), given, TensorRef("df"))


def made(*arguments: Any, **more: Any) -> dict[str, Layer]:
    found = feature_columns(model(*arguments, **more), ERA)
    return {layer.name: layer for layer in found.layers}


def test_missing_and_unknown_words_count_nothing() -> None:
    layers = made({"town": TOWN}, indicator(words("town", "Ulm", "Bonn")))
    assert layers["df_town_ids"].config["vocabulary"] == ["", "Ulm", "Bonn"]
    assert layers["df_town_counted"].config["num_tokens"] == 4
    assert layers["df_town_known"].nodes[0].kwargs["slice_spec"][1]["start"] == 2
    assert layers["df"].class_name == "Activation"


def test_places_of_unknown_words_stand_behind_the_vocabulary() -> None:
    layers = made({"town": TOWN}, indicator(words("town", "Ulm", "Bonn", num_oov_buckets=3)))
    assert layers["df_town_ids"].config["num_oov_indices"] == 3
    assert layers["df_town_counted"].config["num_tokens"] == 6
    assert layers["df_town_known"].nodes[0].kwargs["slice_spec"][1]["start"] == 4
    assert layers["df_town_unknown"].nodes[0].kwargs["slice_spec"][1]["stop"] == 3
    assert list(layers["df_town_all"].nodes[0].refs()) == [
        TensorRef("df_town_known"),
        TensorRef("df_town_unknown"),
    ]


def test_a_missing_number_is_no_category() -> None:
    kind = column("IdentityCategoricalColumn", key="kind", number_buckets=5, default_value=None)
    layers = made({"kind": ([None, 1], "int64")}, indicator(kind))
    assert layers["df_kind_ids"].nodes[0].kwargs == {"y": 1}
    assert layers["df_kind_counted"].config["num_tokens"] == 6
    hashed = column("HashedCategoricalColumn", key="kind", hash_bucket_size=5, dtype="int64")
    layers = made({"kind": ([None, 1], "int64")}, indicator(hashed))
    assert layers["df_kind_ids"].config == {"num_bins": 6, "mask_value": -1}


def test_a_vocabulary_of_numbers_leaves_the_missing_one_to_the_lookup() -> None:
    layers = made({"n": ([None, 1], "int64")}, indicator(words("n", 3, 5, dtype="int64")))
    assert layers["df_n_ids"].config["vocabulary"] == [3, 5]
    assert layers["df_n_counted"].config["num_tokens"] == 3
    assert layers["df_n_known"].nodes[0].kwargs["slice_spec"][1]["start"] == 1


def test_scalars_become_rows() -> None:
    layers = made({"town": ([None], "string")}, indicator(words("town", "Ulm")))
    assert layers["df_town_column"].nodes[0].kwargs == {"axis": -1}
    assert next(layers["df_town_ids"].nodes[0].refs()) == TensorRef("df_town_column")


def test_numbers_are_floats_in_a_row() -> None:
    layers = made({"n": ([None, 2, 3], "int32")}, number("n", 2, 3))
    assert layers["df_n_float"].nodes[0].kwargs == {"dtype": "float32"}
    assert layers["df_n_row"].config == {"target_shape": [6]}
    assert len(made({"age": AGE}, number("age"))) == 2  # the input, and what has the layer's name


def test_several_values_are_averaged_and_one_is_not() -> None:
    table = {"town_embedding/embedding_weights": np.ones((1, 2), "float32")}
    one = made({"town": TOWN}, embedding(words("town", "Ulm")), weights=table)
    assert "df_town_embedding_shares" not in one
    several: Inputs = {"town": ([None, 3], "string")}
    mean = made(several, embedding(words("town", "Ulm")), weights=table)
    assert "df_town_embedding_shares" in mean
    assert "df_town_embedding_root" not in mean
    assert "df_town_embedding_root" in made(
        several, embedding(words("town", "Ulm"), combiner="sqrtn"), weights=table
    )
    assert "df_town_embedding_shares" not in made(
        several, embedding(words("town", "Ulm"), combiner="sum"), weights=table
    )


def test_a_cross_sees_columns_before_names_as_the_operation_takes_them() -> None:
    aged = column("BucketizedColumn", source_column=number("age"), boundaries=[18, 30])
    layers = made({"age": AGE, "town": TOWN}, cross("town", aged))
    crossed = layers["df_age_bucketized_X_town_ids"]
    assert [ref.layer for ref in crossed.nodes[0].refs()] == ["df_age_bucketized_ids", "town"]


def test_a_cross_with_a_missing_word_counts_nothing() -> None:
    layers = made({"town": TOWN}, cross(words("town", "Ulm"), words("town", "Bonn")))
    known = layers["df_town_side_known"]
    assert known.nodes[0].kwargs == {"y": -1}
    assert layers["df_town_side_there"].nodes[0].kwargs == {"y": 1}


def test_names_that_meet_stay_apart() -> None:
    inputs: Inputs = {"a b": TOWN, "a_b": TOWN}
    layers = made(inputs, indicator(words("a b", "x")), indicator(words("a_b", "y")))
    vocabularies = [
        layer.config["vocabulary"] for layer in layers.values() if layer.class_name == "StringLookup"
    ]
    assert vocabularies == [["", "x"], ["", "y"]]


def test_a_sequential_model_gets_an_input_for_each_feature() -> None:
    columns = [number("age"), cross("town", words("kind", "x")), indicator(words("age", 1, dtype="int64"))]
    first = Layer(
        "DenseFeatures",
        "df",
        {"feature_columns": columns[:2], "build_input_shape": {"town": [7, 1], "age": [7, 1]}},
    )
    sequential = Model("Sequential", "s", Topology.SEQUENTIAL, (first, Layer("Dense", "age", {"units": 2})))
    found = feature_columns(sequential, ERA)
    entries = [layer for layer in found.layers if layer.class_name == "InputLayer"]
    assert [(e.name, e.config["batch_input_shape"], e.config["dtype"]) for e in entries] == [
        ("age_1", [None, 1], "float32"),
        ("town", [None, 1], "string"),
        ("kind", [None, 1], "string"),
    ]
    assert found.inputs == {"age": TensorRef("age_1"), "town": TensorRef("town"), "kind": TensorRef("kind")}
    assert found.outputs == TensorRef("age")


REFUSED: dict[str, tuple[str, Inputs, dict[str, Any]]] = {
    "python code": (
        "Python",
        {"age": AGE},
        {**number("age")} | column("NumericColumn", key="age", shape=[1], normalizer_fn="f"),
    ),
    "a file of words": (
        "VocabularyFile",
        {"town": TOWN},
        indicator(column("VocabularyFileCategoricalColumn", key="town", vocabulary_file="w.txt")),
    ),
    "weights": ("Weighted", {"town": TOWN}, indicator(column("WeightedCategoricalColumn", key="town"))),
    "a sequence": ("Sequence", {"town": TOWN}, column("SequenceNumericColumn", key="town")),
    "a place for unknown words": ("place", {"town": TOWN}, indicator(words("town", "x", default_value=0))),
    "numbers with places for others": (
        "place",
        {"n": ([None, 1], "int64")},
        indicator(words("n", 1, dtype="int64", num_oov_buckets=2)),
    ),
    "the missing word among the others": ("place", {"town": TOWN}, indicator(words("town", "", "x"))),
    "a default": (
        "default_value",
        {"n": ([None, 1], "int64")},
        indicator(column("IdentityCategoricalColumn", key="n", number_buckets=3, default_value=0)),
    ),
    "another key": ("hash_key", {"town": TOWN}, cross("town", "town", hash_key=3)),
    "several crossed": (
        "several",
        {"town": ([None, 2], "string")},
        cross(words("town", "x"), words("town", "y")),
    ),
    "crossed places": ("unknown", {"town": TOWN}, cross(words("town", "x", num_oov_buckets=1), "town")),
    "a crossed vocabulary of numbers": (
        "numbers",
        {"n": ([None, 1], "int64")},
        cross(words("n", 3, dtype="int64"), words("n", 5, dtype="int64")),
    ),
    "a short row": ("norm", {"town": TOWN}, embedding(words("town", "x"), max_norm=1.0)),
    "no table": ("table", {"town": TOWN}, embedding(words("town", "x"))),
    "another dtype": ("takes", {"town": AGE}, indicator(words("town", "x"))),
    "no such input": ("not given", {"town": TOWN}, number("age")),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_columns_that_layers_do_not_express(kind: str) -> None:
    word, inputs, columns = REFUSED[kind]
    weights = {} if kind == "no table" else {"town_embedding/embedding_weights": np.ones((1, 2), "float32")}
    with pytest.raises(MigrationError, match=word) as caught:
        made(inputs, columns, weights=weights)
    assert caught.value.code == "ECO090"


def test_a_layer_that_is_called_twice_is_refused() -> None:
    with pytest.raises(MigrationError, match="once"):
        made({"age": AGE}, number("age"), calls=2)


def test_the_sizes_of_a_sequential_model_s_features_reach_the_columns() -> None:
    features = {
        "class_name": "DenseFeatures",
        "config": {"name": "df", "feature_columns": [number("age", 2)]},
    }
    dense = {"class_name": "Dense", "config": {"name": "d", "units": 1}}
    config = {"name": "s", "layers": [features, dense], "build_input_shape": {"age": [3, 2]}}
    parsed = parse_model({"class_name": "Sequential", "config": config}, Notes())
    assert parsed.layers[0].config["build_input_shape"] == {"age": [3, 2]}
    entry = feature_columns(parsed, ERA).layers[0]
    assert (entry.class_name, entry.config["batch_input_shape"]) == ("InputLayer", [None, 2])
