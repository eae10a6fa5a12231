"""``DenseFeatures`` becomes the layers of its feature columns, concatenated in the order of the configuration.

That order is the one of the columns' names, which the layer computes in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.ecosystem.feature_column_layers import (
    TEXT,
    Columns,
    Feature,
    columns_of,
    name_of,
    parts_of,
    plain,
    refusal,
)
from migrate.dialects.graph_rewrites import Fragment, expand_graphs, unique_name
from migrate.dialects.rule import Era, Step, model_rule
from migrate.dialects.shapes import Shape, infer_shapes
from migrate.dialects.variables import Roles, declare_roles
from migrate.findings import Fix, Rule, Severity

_LAYER = "DenseFeatures"


def _roles(layer: Layer) -> Roles:
    return tuple(
        f"{name_of(column)}/embedding_weights"
        for column in columns_of(layer)
        if parts_of(column)[0] == "EmbeddingColumn"
    )


declare_roles(_LAYER, _roles)


@model_rule(
    Rule(
        "ECO204",
        "feature-columns",
        "DenseFeatures and its feature columns become preprocessing layers.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "DenseFeatures", "config": {"feature_columns": [{"class_name": "IndicatorColumn", …}]}}',
        after="a lookup, Discretization, Hashing or HashedCrossing, CategoryEncoding, Dense of the counts, Concatenate",
        why="Keras 3 has no DenseFeatures and TensorFlow 2.16 no Estimators. A column is a lookup or a hash, whose ids "
        "are counted; an embedding is the product of the counts with its table. Hashes are the same function with the "
        "same key. A column with Python code (`normalizer_fn`), with a vocabulary in a file, with weights, shared or "
        "for sequences is refused.",
        references=("tensorflow/tensorflow#61920", "tensorflow/tensorflow#40707"),
    ),
    Step.ECOSYSTEM,
)
def feature_columns(model: Model, era: Era) -> Model:
    """Write every DenseFeatures of a graph with preprocessing layers.

    Raises:
        MigrationError: ``ECO090`` for columns that they do not express.
    """
    if not any(layer.class_name == _LAYER for _, layer in model.walk()):
        return model
    model = _with_inputs(model)
    shapes = infer_shapes(model)
    return expand_graphs(model, {_LAYER}, lambda layer: _expanded(model, layer, shapes))


def _with_inputs(model: Model) -> Model:
    """A Sequential model that begins with the layer, as a graph with an input for each feature."""
    first = model.layers[0]
    if model.topology is not Topology.SEQUENTIAL or first.class_name != _LAYER:
        return model
    sizes = first.config.get("build_input_shape") or {}
    taken = {layer.name for layer in model.layers}
    inputs: dict[str, Layer] = {}
    for key, usual, dtype in (found for column in columns_of(first) for found in _features_of(column)):
        if key not in inputs:
            known, name = sizes.get(key), unique_name(plain(key), taken)
            size = known[1:] if isinstance(known, list) and known else usual
            inputs[key] = Layer("InputLayer", name, {"batch_input_shape": [None, *size], "dtype": dtype})
            taken.add(name)
    given = {key: TensorRef(layer.name) for key, layer in inputs.items()}
    chain: list[Layer] = []
    for layer in model.layers:
        before: Any = TensorRef(chain[-1].name) if chain else given
        chain.append(replace(layer, nodes=(Node((before,)),)))
    return replace(
        model,
        class_name="Functional",
        topology=Topology.FUNCTIONAL,
        layers=(*inputs.values(), *chain),
        inputs=given,
        outputs=TensorRef(chain[-1].name),
    )


def _features_of(column: Any) -> Iterator[tuple[str, list[int], str]]:
    """Key, size of one example and dtype of each feature that a column takes."""
    kind, config = parts_of(column)
    if "source_column" in config or "categorical_column" in config:
        yield from _features_of(config.get("source_column") or config["categorical_column"])
    elif kind == "CrossedColumn":
        for key in config["keys"]:
            yield from _features_of(key)
    else:
        default = "int64" if kind == "IdentityCategoricalColumn" else TEXT
        yield str(config["key"]), list(config.get("shape", (1,))), str(config.get("dtype") or default)


def _expanded(model: Model, layer: Layer, shapes: Mapping[TensorRef, Shape]) -> Fragment:
    given = layer.nodes[0].args[0] if layer.nodes else None
    if not isinstance(given, Mapping) or len(layer.nodes) != 1:
        raise refusal(layer, "it is not called once, with a dictionary of inputs")
    fragment = Fragment(layer)
    features = {
        key: Feature(fragment.input(at), shapes.get(given[key]), _dtype(model.layer(given[key].layer)))
        for at, key in enumerate(sorted(given))
    }
    columns = Columns(fragment, features)
    made = [columns.dense(column) for column in columns_of(layer)]
    fragment.add("Concatenate", "features", made, {"axis": -1})
    if len(made) == 1:
        fragment.parts[-1] = replace(
            fragment.parts[-1], class_name="Activation", config={"activation": "linear"}
        )
    return fragment


def _dtype(source: Layer) -> str:
    return str(source.config.get("dtype") or "float32") if source.class_name == "InputLayer" else ""
