"""Dtypes and dtype policies, as each Keras 2 release wrote them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from packaging.version import Version

from migrate.capsule.model import Layer
from migrate.dialects.rule import Era, Step, layer_rule
from migrate.findings import Rule, Severity


@layer_rule(
    Rule(
        "CFG014",
        "dtype-policy",
        "A dtype is stored as a policy object.",
        Severity.ERROR,
        before='{"dtype": {"class_name": "Policy", "config": {"name": "mixed_float16"}}}',
        after='{"dtype": "mixed_float16"}',
        why="Keras 2.1 to 2.15 wrote `Policy` and `PolicyV1` objects, the latter with a loss scale that belongs to the "
        "optimizer. Keras 3 reads the name.",
        references=("keras-team/keras#19387", "keras-team/keras#19752"),
    ),
    Step.KERAS_2,
)
def dtype_policy(layer: Layer, era: Era) -> Layer:
    """Replace a policy object by the policy's name."""
    dtype = layer.config.get("dtype")
    if isinstance(dtype, Mapping) and isinstance(dtype.get("config"), Mapping):
        return layer.with_config(dtype=dtype["config"].get("name", "float32"))
    return layer


@layer_rule(
    Rule(
        "CFG015",
        "inferred-dtype",
        "A dtype is stored as `_infer` or as null.",
        Severity.ERROR,
        before='{"dtype": "_infer"}',
        after="{}",
        why="TF 1.14 to 2.0 stored the policy that uses the dtype of the first input; Keras 3 fails with `Cannot "
        "convert '_infer' to a mixed precision DTypePolicy`.",
    ),
    Step.KERAS_2,
)
def inferred_dtype(layer: Layer, era: Era) -> Layer:
    """Let the layer use the default dtype."""
    if "dtype" in layer.config and layer.config["dtype"] in ("_infer", "infer", None):
        return layer.with_config(drop=("dtype",))
    return layer


_LATER = Version("2.3")
_INITIALIZERS = frozenset(
    {
        "Constant",
        "GlorotNormal",
        "GlorotUniform",
        "HeNormal",
        "HeUniform",
        "Identity",
        "LecunNormal",
        "LecunUniform",
        "Ones",
        "Orthogonal",
        "RandomNormal",
        "RandomUniform",
        "TruncatedNormal",
        "VarianceScaling",
        "Zeros",
    }
)
"""Keras' own; from 2.3 on an author's initializer may well have a dtype."""


@layer_rule(
    Rule(
        "CFG032",
        "initializer-dtype",
        "An initializer has a dtype.",
        Severity.ERROR,
        applies_to="<3",
        before='{"class_name": "GlorotUniform", "config": {"seed": null, "dtype": "float32"}}',
        after='{"class_name": "GlorotUniform", "config": {"seed": null}}',
        why="TF 1.13 to 1.15 initializers had a dtype argument, and so have those of TF 2 after "
        "`tf.compat.v1.disable_v2_behavior()`: `GlorotUniform.__init__() got an unexpected keyword argument "
        "'dtype'`. It was the most frequent first error among 733 real files.",
    ),
    Step.KERAS_2,
)
def initializer_dtype(layer: Layer, era: Era) -> Layer:
    """Take the dtype out of initializers: weights have the layer's dtype."""
    changes: dict[str, Any] = {}
    for key, value in layer.config.items():
        if (
            key.endswith("_initializer")
            and isinstance(value, Mapping)
            and isinstance(value.get("config"), Mapping)
        ):
            config = value["config"]
            if "dtype" in config and (era.keras < _LATER or value.get("class_name") in _INITIALIZERS):
                changes[key] = {**value, "config": {k: v for k, v in config.items() if k != "dtype"}}
    return layer.with_config(**changes) if changes else layer


@layer_rule(
    Rule(
        "CFG049",
        "embedding-input-dtype",
        "The dtype of an Embedding is that of its ids.",
        Severity.ERROR,
        applies_to="<2.1",
        before='{"class_name": "Embedding", "config": {"dtype": "int32", "input_dim": 7, "output_dim": 2}}',
        after='{"class_name": "Embedding", "config": {"input_dim": 7, "output_dim": 2}}',
        why="In Keras 2.0.0 to 2.0.5 the dtype of a layer was that of its input placeholder, and `int32` for every "
        "Embedding. Today it is that of the vectors, and an integer table cannot be initialised: `Need minval < "
        "maxval, got 0 >= 0`.",
    ),
    Step.KERAS_2,
    "Embedding",
)
def embedding_input_dtype(layer: Layer, era: Era) -> Layer:
    """Let the vectors have the default dtype."""
    if str(layer.config.get("dtype")).startswith(("int", "uint")):
        return layer.with_config(drop=("dtype",))
    return layer
