"""Preprocessing layers with what they have learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from migrate.capsule.model import Array, Layer, Model
from migrate.dialects.graph_rewrites import Fragment, expand_graphs
from migrate.dialects.rule import Era, Step, layer_rule, model_rule
from migrate.findings import MigrationError, Rule, Severity

_LOOKUPS = ("StringLookup", "IntegerLookup", "TextVectorization")
_OUTPUT_MODES: Mapping[str, str] = {"binary": "multi_hot", "tf-idf": "tf_idf"}


@layer_rule(
    Rule(
        "CFG080",
        "discretization-bins",
        "Bin boundaries are stored under an older name, or as the summary they are computed from.",
        Severity.ERROR,
        before='{"class_name": "Discretization", "config": {"num_bins": 4, "bin_boundaries": null}}, summary (2, 100)',
        after='{"class_name": "Discretization", "config": {"bin_boundaries": [-0.7, 0.1, 0.8]}}',
        why="A layer that learned its bins stored a summary of the data as a variable of dynamic length, and "
        "computed the boundaries from it after loading; Keras 3 restores neither. The boundaries are the quantiles "
        "of that summary.",
        references=("keras-team/keras#20971",),
    ),
    Step.KERAS_2,
    "Discretization",
)
def discretization_bins(layer: Layer, era: Era) -> Layer:
    """Write the boundaries out."""
    config = {key: value for key, value in layer.config.items() if key != "bins"}
    boundaries = layer.config.get("bin_boundaries") or layer.config.get("bins")
    weights = dict(layer.weights)
    summary = weights.pop("summary", None)
    if not boundaries and summary is not None:
        boundaries = quantiles(summary, int(layer.config["num_bins"]))
    if boundaries:
        config |= {"bin_boundaries": list(boundaries), "num_bins": None}
    if config == layer.config and len(weights) == len(layer.weights):
        return layer
    return replace(layer, config=config, weights=weights)


@layer_rule(
    Rule(
        "CFG087",
        "discretization-arguments",
        "A Discretization carries `trainable`.",
        Severity.ERROR,
        before='{"class_name": "Discretization", "config": {"trainable": true, …}}',
        after='{"class_name": "Discretization", "config": {…}}',
        why="Keras 3 rejects `trainable`; the layer has nothing to train.",
    ),
    Step.KERAS_3,
    "Discretization",
)
def discretization_arguments(layer: Layer, era: Era) -> Layer:
    """Leave out ``trainable``."""
    return layer.with_config(drop=("trainable",)) if "trainable" in layer.config else layer


@layer_rule(
    Rule(
        "SIL059",
        "discretization-dtype",
        "A Discretization has an integer dtype.",
        Severity.SILENT,
        before='{"class_name": "Discretization", "config": {"dtype": "int64", …}}',
        after='{"class_name": "Discretization", "config": {"dtype": "float32", …}}',
        why="The dtype was that of the numbers of bins. In a graph, Keras 3 casts the layer's input to it: 0.7 becomes "
        "0 and falls into another bin, in a SavedModel only (found on 3.15.1).",
    ),
    Step.KERAS_3,
    "Discretization",
)
def discretization_dtype(layer: Layer, era: Era) -> Layer:
    """Compute in floating point."""
    return layer.with_config(dtype="float32") if "int" in str(layer.config.get("dtype")) else layer


def quantiles(summary: Array, bins: int) -> list[float]:
    """Boundaries of bins of equal weight, from a summary of shape (2, points): values and their weights.

    Source: ``compress`` and ``get_bin_boundaries`` of ``discretization.py`` in tf.keras 2.8 to 2.15.
    """
    epsilon = 1.0 / bins
    if summary.shape[1] * epsilon < 1:
        return [float(value) for value in summary[0, :-1]]
    percents = epsilon + np.arange(0.0, 1.0, epsilon)
    total = summary[1].cumsum()
    found = np.interp(percents, total / total[-1], summary[0]).astype(np.float32)
    return [float(value) for value in found[:-1]]


@layer_rule(
    Rule(
        "CFG081",
        "encoding-arguments",
        "An encoding layer has arguments of the experimental releases.",
        Severity.ERROR,
        applies_to="<2.6",
        before='{"class_name": "CategoryEncoding", "config": {"max_tokens": 4, "output_mode": "binary"}}',
        after='{"class_name": "CategoryEncoding", "config": {"num_tokens": 4, "output_mode": "multi_hot"}}',
        why="`max_tokens`, `binary` and `tf-idf` were renamed when the preprocessing layers left "
        "`experimental` in tf.keras 2.6.",
    ),
    Step.KERAS_2,
    "CategoryEncoding",
    *_LOOKUPS,
)
def encoding_arguments(layer: Layer, era: Era) -> Layer:
    """Use the later names."""
    changes: dict[str, Any] = {}
    mode = str(layer.config.get("output_mode"))
    if mode in _OUTPUT_MODES:
        changes["output_mode"] = _OUTPUT_MODES[mode]
    drop: tuple[str, ...] = ()
    if layer.class_name == "CategoryEncoding" and "max_tokens" in layer.config:
        changes["num_tokens"] = layer.config["max_tokens"]
        drop = ("max_tokens",)
    return layer.with_config(drop=drop, **changes) if changes else layer


@model_rule(
    Rule(
        "CFG123",
        "encoding-tf-idf",
        "A CategoryEncoding weights its counts.",
        Severity.ERROR,
        applies_to="<2.6",
        before='{"class_name": "CategoryEncoding", "config": {"max_tokens": 5, "output_mode": "tf-idf"}}, array idf',
        after='CategoryEncoding(num_tokens=5, output_mode="count") → multiply by [0.69, 0.51, …]',
        why="The experimental layer learned the inverse document frequencies. From tf.keras 2.6 on, only lookup "
        "layers have this mode; the weights become constants after a layer that counts.",
    ),
    Step.KERAS_2,
)
def encoding_tf_idf(model: Model, era: Era) -> Model:
    """Count, and multiply by the learned weights."""
    return expand_graphs(model, {"CategoryEncoding"}, _weighted)


def _weighted(layer: Layer) -> Fragment | None:
    weights = layer.weights.get("idf")
    if layer.config.get("output_mode") != "tf_idf" or weights is None:
        return None
    fragment = Fragment(layer)
    config = {**layer.config, "output_mode": "count"}
    counted = fragment.add("CategoryEncoding", "counted", fragment.input(), config)
    values = [float(value) for value in weights]
    fragment.operation("weighted", "math.multiply", counted, y=values)
    return fragment


@layer_rule(
    Rule(
        "CFG082",
        "idf-weights",
        "The weights of a TF-IDF encoding are stored as a variable.",
        Severity.ERROR,
        before='{"config": {"output_mode": "tf_idf", "idf_weights": null}}, array idf_weights',
        after='{"config": {"output_mode": "tf_idf", "idf_weights": [1.1, 0.9, …]}}',
        why="Keras 3 requires the weights with the vocabulary: `in TF-IDF output mode, the `idf_weights` argument "
        "must also be provided`. The entry for unknown words is their mean, in both.",
    ),
    Step.KERAS_2,
    *_LOOKUPS,
)
def idf_weights(layer: Layer, era: Era) -> Layer:
    """Put the learned weights into the configuration."""
    stored = layer.weights.get("idf_weights")
    vocabulary = layer.config.get("vocabulary")
    if stored is None or not isinstance(vocabulary, list):
        return layer
    unknown = layer.config.get("num_oov_indices", 1)
    values = [float(value) for value in stored[unknown : unknown + len(vocabulary)]]
    weights = {role: array for role, array in layer.weights.items() if role != "idf_weights"}
    return replace(layer.with_config(idf_weights=values), weights=weights)


@layer_rule(
    Rule(
        "CFG083",
        "vocabulary-file",
        "A vocabulary is stored as a file name.",
        Severity.ERROR,
        before='{"class_name": "StringLookup", "config": {"vocabulary": "/home/me/words.txt"}}',
        after="refused: the words are not in the model's file",
        why="A lookup that was created from a file stores the file's path. Keras 3 reads such paths only with "
        "safe_mode off, and from the machine that loads the model (CVE-2025-12058).",
        references=("keras-team/keras#21751",),
    ),
    Step.KERAS_3,
    *_LOOKUPS,
)
def vocabulary_file(layer: Layer, era: Era) -> Layer:
    """Refuse a vocabulary that the file does not hold.

    Raises:
        MigrationError: ``CFG083``.
    """
    vocabulary = layer.config.get("vocabulary")
    if isinstance(vocabulary, str):
        raise MigrationError(
            "CFG083",
            f"the vocabulary of {layer.name!r} is the file {vocabulary!r}, which is not part of the model",
            "Save the model again with its vocabulary as a list, or as a SavedModel, which includes the file.",
            place=layer.name,
        )
    return layer


@layer_rule(
    Rule(
        "CFG027",
        "normalization-mean-shape",
        "A Normalization's mean is stored in its broadcast shape.",
        Severity.ERROR,
        before='{"class_name": "Normalization", "config": {"axis": [-1], "mean": [[0.1, 0.2]]}}',
        after='{"class_name": "Normalization", "config": {"axis": [-1], "mean": [0.1, 0.2]}}',
        why="tf.keras 2.6 and later wrote mean and variance with the axes that they are broadcast over. Keras 3: "
        "`The rank of `mean` must be less than or equal to the number of axes (1)`. It wants both of one shape, too.",
    ),
    Step.KERAS_3,
    "Normalization",
)
def normalization_mean_shape(layer: Layer, era: Era) -> Layer:
    """Leave out the axes in front; those that the layer keeps stay, also where their size is 1."""
    axes = layer.config.get("axis")
    kept = len(axes) if isinstance(axes, list) else (0 if axes is None else 1)
    given = {key: layer.config.get(key) for key in ("mean", "variance")}
    stored = {key: np.asarray(value) for key, value in given.items() if value is not None}
    cut = {key: _without_axes_in_front(value, kept) for key, value in stored.items()}
    if len({value.shape for value in cut.values()}) > 1:
        cut = dict(zip(cut, np.broadcast_arrays(*cut.values()), strict=True))
    changes = {key: value.tolist() for key, value in cut.items() if value.shape != stored[key].shape}
    return layer.with_config(**changes) if changes else layer


def _without_axes_in_front(value: Array, kept: int) -> Array:
    in_front = max(value.ndim - kept, 0)
    return value.reshape(value.shape[in_front:]) if set(value.shape[:in_front]) <= {1} else value


@layer_rule(
    Rule(
        "CFG086",
        "sparse-encoding",
        "A layer returns a sparse encoding.",
        Severity.ERROR,
        before='{"class_name": "CategoryEncoding", "config": {"num_tokens": 4, "sparse": true}}',
        after='{"class_name": "CategoryEncoding", "config": {"num_tokens": 4, "sparse": false}}',
        why="A Keras 3 graph accepts no sparse tensor where it casts, adds or concatenates, and only the backends "
        "TensorFlow and JAX have sparse tensors. The dense encoding contains the same numbers; it uses memory for "
        "all tokens. A model whose output was sparse returns it dense.",
    ),
    Step.KERAS_3,
    "CategoryEncoding",
    "Hashing",
    *_LOOKUPS,
)
def sparse_encoding(layer: Layer, era: Era) -> Layer:
    """Encode densely."""
    return layer.with_config(sparse=False) if layer.config.get("sparse") else layer


@model_rule(
    Rule(
        "SIL020",
        "lookup-output-dtype",
        "A lookup that encodes returned floating-point numbers.",
        Severity.SILENT,
        before='{"class_name": "StringLookup", "config": {"output_mode": "one_hot"}}: float32',
        after="the same layer, and a cast to float32",
        why="Keras 3 declares float32 and returns int64 for `one_hot`, `multi_hot` and `count`: the output of a "
        "model or of a signature changes its type, and a division after it changes its meaning.",
    ),
    Step.KERAS_3,
)
def lookup_output_dtype(model: Model, era: Era) -> Model:
    """Cast what the lookup gives."""
    return expand_graphs(model, set(_LOOKUPS), _cast_lookup)


def _cast_lookup(layer: Layer) -> Fragment | None:
    if layer.config.get("output_mode") not in ("one_hot", "multi_hot", "count"):
        return None
    fragment = Fragment(layer)
    encoded = fragment.add(layer.class_name, "encoding", fragment.input(), layer.config, layer.weights)
    fragment.add("Op", "cast", encoded, {"function": "keras.ops.cast"}, dtype="float32")
    return fragment
