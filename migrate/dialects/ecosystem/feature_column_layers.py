"""What one feature column gives, as preprocessing layers (``tensorflow/python/feature_column`` of 2.15).

A missing value is ``""`` of text and ``-1`` of integers: it is no category, and counts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from migrate.capsule.model import Layer, TensorRef
from migrate.dialects.graph_rewrites import Fragment, unique_name
from migrate.dialects.shapes import Shape
from migrate.findings import MigrationError

TEXT = "string"
_MISSING_WORD, _MISSING_NUMBER = "", -1
_CATEGORIES = frozenset(
    {"HashedCategoricalColumn", "IdentityCategoricalColumn", "VocabularyListCategoricalColumn"}
)
_HASH_KEY = 0xDECAFCAFFE
"""The key of a crossed column that states none, and of ``HashedCrossing``."""

Column = Mapping[str, Any]


def parts_of(column: Any) -> tuple[str, Column]:
    """Class and configuration of a serialised column; a key of a crossed one may be a name alone."""
    return (
        (str(column["class_name"]), column["config"])
        if isinstance(column, Mapping)
        else ("", {"key": column})
    )


def name_of(column: Any) -> str:
    """The name that TensorFlow gives a column, by which the layer sorts columns and names their variables."""
    kind, config = parts_of(column)
    if kind == "BucketizedColumn":
        return f"{name_of(config['source_column'])}_bucketized"
    if kind == "IndicatorColumn":
        return f"{name_of(config['categorical_column'])}_indicator"
    if kind == "EmbeddingColumn":
        return f"{name_of(config['categorical_column'])}_embedding"
    if kind == "CrossedColumn":
        return "_X_".join(sorted(name_of(key) for key in leaves_of(column)))
    return str(config["key"])


def leaves_of(column: Any) -> Iterator[Any]:
    """What a crossed column crosses, crossed columns among its keys taken apart."""
    kind, config = parts_of(column)
    if kind == "CrossedColumn":
        for key in config["keys"]:
            yield from leaves_of(key)
    else:
        yield column


def columns_of(layer: Layer) -> Sequence[Any]:
    """The serialised columns of a ``DenseFeatures``, in its order."""
    found = layer.config.get("feature_columns")
    return found if isinstance(found, list) else []


@dataclass(frozen=True, slots=True)
class Feature:
    """One input of the layer: its tensor, its shape where that is known, and its dtype, empty where it is computed."""

    tensor: TensorRef
    shape: Shape | None
    dtype: str


class Columns:
    """Adds the layers of one column after another; what two columns share is added once."""

    def __init__(self, fragment: Fragment, features: Mapping[str, Feature]) -> None:
        self._fragment, self._features = fragment, features
        self._made: dict[tuple[str, str, str], TensorRef] = {}

    def dense(self, column: Any) -> TensorRef:
        """What a column gives: floats, one row for each example."""
        kind, config = parts_of(column)
        if kind == "NumericColumn":
            return self._numbers(config)
        if kind == "BucketizedColumn":
            return self._buckets(column)[0]
        if kind == "IndicatorColumn":
            return self._counts(config["categorical_column"])[0]
        if kind == "EmbeddingColumn":
            return self._embedded(column)
        raise self._refusal(f"it has a {kind}")

    def _numbers(self, config: Column) -> TensorRef:
        if config.get("normalizer_fn") is not None:
            raise self._refusal(f"the column {config['key']!r} runs Python code, its normalizer_fn")
        key, size = str(config["key"]), prod(config["shape"])
        feature = self._feature(key)
        numbers = feature.tensor
        if feature.dtype != "float32":
            numbers = self._operation(key, "float", "cast", numbers, dtype="float32")
        return (
            numbers
            if feature.shape == (None, size)
            else self._add("Reshape", key, "row", numbers, target_shape=[size])
        )

    def _buckets(self, column: Any) -> tuple[TensorRef, int]:
        """One 1 for each number of the source: in the bucket that it falls into."""
        name, config = name_of(column), parts_of(column)[1]
        count, size = len(config["boundaries"]) + 1, prod(parts_of(config["source_column"])[1]["shape"])
        places = self._operation(name, "places", "one_hot", self._bucket_ids(column), depth=count)
        return self._add("Reshape", name, "row", places, target_shape=[size * count]), size * count

    def _bucket_ids(self, column: Any) -> TensorRef:
        config = parts_of(column)[1]
        boundaries = [float(value) for value in config["boundaries"]]
        numbers = self._numbers(parts_of(config["source_column"])[1])
        return self._add("Discretization", name_of(column), "ids", numbers, bin_boundaries=boundaries)

    def _embedded(self, column: Any) -> TensorRef:
        name, config = name_of(column), parts_of(column)[1]
        table = self._fragment.owner.weights.get(f"{name}/embedding_weights")
        if table is None:
            raise self._refusal(f"the file holds no table of {name!r}")
        if config.get("max_norm") is not None:
            raise self._refusal(f"the rows of {name!r} are cut at a norm of {config['max_norm']}")
        counts, _ = self._counts(config["categorical_column"])
        combiner = config.get("combiner", "mean")
        if combiner != "sum" and not self._is_single(config["categorical_column"]):
            total = self._operation(name, "total", "math.reduce_sum", counts, axis=-1, keepdims=True)
            total = self._operation(name, "some", "math.maximum", total, y=1.0)
            if combiner == "sqrtn":
                total = self._operation(name, "root", "math.sqrt", total)
            counts = self._operation(name, "shares", "math.truediv", counts, y=total)
        dense = {
            "units": int(table.shape[1]),
            "use_bias": False,
            "trainable": bool(config.get("trainable", True)),
        }
        return self._fragment.add("Dense", plain(name), counts, dense, {"kernel": table})

    def _counts(self, column: Any) -> tuple[TensorRef, int]:
        """How often each category of a column occurs, and how many there are."""
        kind, config = parts_of(column)
        name = name_of(column)
        if kind == "BucketizedColumn":
            return self._buckets(column)
        if kind == "CrossedColumn":
            return self._crossed(column)
        ids, below, count = self._ids(column)
        extra = int(config.get("num_oov_buckets") or 0)
        counted = self._add(
            "CategoryEncoding", name, "counted", ids, num_tokens=below + count, output_mode="count"
        )
        known = self._columns_of(name, "known", counted, below, None)
        if not extra:
            return known, count
        unknown = self._columns_of(name, "unknown", counted, 0, extra)
        joined = self._fragment.add("Concatenate", f"{plain(name)}_all", [known, unknown], {"axis": -1})
        return joined, count + extra

    def _ids(self, column: Any) -> tuple[TensorRef, int, int]:
        """Numbers of categories, how many stand before the first real one, and how many real ones there are."""
        kind, config = parts_of(column)
        key, name = str(config["key"]), name_of(column)
        feature = self._feature(key)
        text = str(config.get("dtype", "int64")) == TEXT
        if kind not in _CATEGORIES:
            raise self._refusal(f"it has a {kind}")
        if text != (feature.dtype == TEXT) or not (text or "int" in feature.dtype):
            raise self._refusal(
                f"the column {key!r} takes {config.get('dtype', 'int64')}, its input {feature.dtype!r}"
            )
        if kind == "HashedCategoricalColumn":
            count = int(config["hash_bucket_size"])
            missing = _MISSING_WORD if text else _MISSING_NUMBER
            return (
                self._add("Hashing", name, "ids", feature.tensor, num_bins=count + 1, mask_value=missing),
                1,
                count,
            )
        if kind == "IdentityCategoricalColumn":
            if config.get("default_value") is not None:
                raise self._refusal(f"the column {key!r} has a default_value")
            ids = self._operation(name, "ids", "math.add", feature.tensor, y=1)
            return ids, 1, int(config["number_buckets"])
        return self._looked_up(column, feature, text=text)

    def _looked_up(self, column: Any, feature: Feature, *, text: bool) -> tuple[TensorRef, int, int]:
        """Unknown words, the missing one, and the vocabulary."""
        config, name = parts_of(column)[1], name_of(column)
        words, unknown = list(config["vocabulary_list"]), int(config.get("num_oov_buckets") or 0)
        missing: Any = _MISSING_WORD if text else _MISSING_NUMBER
        if (
            missing in words
            or (unknown and not text)
            or (not unknown and config.get("default_value", -1) != -1)
        ):
            raise self._refusal(
                f"the vocabulary of {name!r} gives unknown or missing values a place of its own"
            )
        if not text:  # -1 is what IntegerLookup itself takes for unknown
            numbers = {"vocabulary": words, "num_oov_indices": 1, "mask_token": None}
            return self._add("IntegerLookup", name, "ids", feature.tensor, **numbers), 1, len(words)
        lookup = {"vocabulary": [missing, *words], "num_oov_indices": unknown or 1, "mask_token": None}
        ids = self._add("StringLookup", name, "ids", feature.tensor, **lookup)
        return ids, (unknown or 1) + 1, len(words)

    def _crossed(self, column: Any) -> tuple[TensorRef, int]:
        config, name = parts_of(column)[1], name_of(column)
        if config.get("hash_key") not in (None, _HASH_KEY):
            raise self._refusal(f"{name!r} has a hash_key of its own")
        # The operation takes sparse tensors, which columns give, before dense ones, as inputs are.
        keys = sorted(leaves_of(column), key=lambda key: not parts_of(key)[0])
        if not all(map(self._is_single, keys)):
            raise self._refusal(f"{name!r} crosses several values of one example")
        count = int(config["hash_bucket_size"])
        sides = [self._side(key) for key in keys]
        crossed = self._add("HashedCrossing", name, "ids", [ids for ids, _ in sides], num_bins=count)
        counts = self._add(
            "CategoryEncoding", name, "counted", crossed, num_tokens=count, output_mode="count"
        )
        for at, present in enumerate(present for _, present in sides if present is not None):
            counts = self._operation(name, f"present_{at}", "math.multiply", counts, y=present)
        return counts, count

    def _side(self, key: Any) -> tuple[TensorRef, TensorRef | None]:
        """What is hashed of one key, and where it is there at all."""
        kind, config = parts_of(key)
        if not kind:
            return self._feature(str(key)).tensor, None
        if kind == "BucketizedColumn":
            return self._bucket_ids(key), None
        if int(config.get("num_oov_buckets") or 0):
            raise self._refusal(f"a crossed key, {name_of(key)!r}, has places for unknown words")
        known = kind == "VocabularyListCategoricalColumn"
        if known and config.get("dtype") != TEXT:
            raise self._refusal(f"a crossed key, {name_of(key)!r}, has a vocabulary of numbers")
        name = f"{name_of(key)}_side"
        ids, below, _ = self._ids(key)
        real = self._operation(name, "ids", "math.subtract", ids, y=below)
        if known:
            real = self._operation(name, "known", "math.maximum", real, y=-1)
        there = self._operation(name, "there", "math.not_equal", ids, y=below - 1)
        return real, self._operation(name, "present", "cast", there, dtype="float32")

    def _is_single(self, column: Any) -> bool:
        """Whether each example has one value of it at most."""
        kind, config = parts_of(column)
        if kind == "CrossedColumn":
            return True
        if kind == "BucketizedColumn":
            return prod(parts_of(config["source_column"])[1]["shape"]) == 1
        return self._feature(str(config["key"])).shape == (None, 1)

    def _feature(self, key: str) -> Feature:
        """An input, as rows."""
        if key not in self._features:
            raise self._refusal(f"it is not given its feature {key!r}")
        feature = self._features[key]
        if feature.shape is None:
            raise self._refusal(f"the shape of its feature {key!r} is not known")
        if len(feature.shape) != 1:
            return feature
        column = self._operation(key, "column", "expand_dims", feature.tensor, axis=-1)
        return Feature(column, (None, 1), feature.dtype)

    def _columns_of(
        self, name: str, suffix: str, counts: TensorRef, first: int, end: int | None
    ) -> TensorRef:
        index = [{"start": None, "stop": None, "step": None}, {"start": first, "stop": end, "step": None}]
        return self._once(
            "SlicingOpLambda",
            name,
            suffix,
            counts,
            {"function": "__operators__.getitem"},
            {"slice_spec": index},
        )

    def _operation(
        self, name: str, suffix: str, function: str, tensor: TensorRef, **arguments: Any
    ) -> TensorRef:
        return self._once("TFOpLambda", name, suffix, tensor, {"function": function}, arguments)

    def _add(self, class_name: str, name: str, suffix: str, tensor: Any, **config: Any) -> TensorRef:
        return self._once(class_name, name, suffix, tensor, config, {})

    def _once(
        self,
        class_name: str,
        name: str,
        suffix: str,
        tensor: Any,
        config: Column,
        arguments: Mapping[str, Any],
    ) -> TensorRef:
        key = (class_name, name, suffix)
        if key not in self._made:
            owner = f"{self._fragment.owner.name}_"
            taken = {part.name.removeprefix(owner) for part in self._fragment.parts}
            fresh = unique_name(f"{plain(name)}_{suffix}", taken)
            self._made[key] = self._fragment.add(class_name, fresh, tensor, config, **arguments)
        return self._made[key]

    def _refusal(self, reason: str) -> MigrationError:
        return refusal(self._fragment.owner, reason)


def plain(name: str) -> str:
    """A column's name as Keras takes it in a layer's."""
    return re.sub(r"[^A-Za-z0-9_.\-]", "_", name)


def refusal(layer: Layer, reason: str) -> MigrationError:
    """Why the columns of a layer cannot be expressed."""
    return MigrationError(
        "ECO090",
        f"layer {layer.name!r} (DenseFeatures) cannot be expressed: {reason}",
        "Migrate a SavedModel of the model, which holds its graph.",
        place=layer.name,
    )
