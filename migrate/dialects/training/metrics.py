"""Metrics of every era as Keras 3 knows them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from migrate.dialects.training.addons import METRICS as ADDONS_METRICS
from migrate.dialects.training.addons import PACKAGE as ADDONS
from migrate.dialects.training.losses import canonical_name
from migrate.dialects.training.plan import Remarks
from migrate.dialects.training.rules import (
    LOSS_PER_OUTPUT,
    METRIC_ALIAS,
    METRIC_UNKNOWN,
    METRIC_WRAPPER,
)

FUNCTION_CLASSES: Mapping[str, str] = {
    "binary_accuracy": "BinaryAccuracy",
    "binary_crossentropy": "BinaryCrossentropy",
    "categorical_accuracy": "CategoricalAccuracy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "categorical_hinge": "CategoricalHinge",
    "cosine_similarity": "CosineSimilarity",
    "hinge": "Hinge",
    "kl_divergence": "KLDivergence",
    "log_cosh": "LogCoshError",
    "mean_absolute_error": "MeanAbsoluteError",
    "mean_absolute_percentage_error": "MeanAbsolutePercentageError",
    "mean_squared_error": "MeanSquaredError",
    "mean_squared_logarithmic_error": "MeanSquaredLogarithmicError",
    "poisson": "Poisson",
    "sparse_categorical_accuracy": "SparseCategoricalAccuracy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    "sparse_top_k_categorical_accuracy": "SparseTopKCategoricalAccuracy",
    "squared_hinge": "SquaredHinge",
    "top_k_categorical_accuracy": "TopKCategoricalAccuracy",
}
CLASSES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(FUNCTION_CLASSES.values(), ()),
    "AUC": (
        "num_thresholds",
        "curve",
        "summation_method",
        "thresholds",
        "multi_label",
        "label_weights",
        "from_logits",
    ),
    "Accuracy": (),
    "BinaryAccuracy": ("threshold",),
    "BinaryCrossentropy": ("from_logits", "label_smoothing"),
    "BinaryIoU": ("target_class_ids", "threshold"),
    "CategoricalCrossentropy": ("from_logits", "label_smoothing", "axis"),
    "CosineSimilarity": ("axis",),
    "F1Score": ("average", "threshold"),
    "FBetaScore": ("average", "beta", "threshold"),
    **dict.fromkeys(("FalseNegatives", "FalsePositives", "TrueNegatives", "TruePositives"), ("thresholds",)),
    "IoU": ("num_classes", "target_class_ids", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis"),
    "Mean": (),
    "MeanIoU": ("num_classes", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis"),
    "OneHotIoU": ("num_classes", "target_class_ids", "ignore_class", "sparse_y_pred", "axis"),
    "OneHotMeanIoU": ("num_classes", "ignore_class", "sparse_y_pred", "axis"),
    "Precision": ("thresholds", "top_k", "class_id"),
    "PrecisionAtRecall": ("recall", "num_thresholds", "class_id"),
    "R2Score": ("class_aggregation", "num_regressors"),
    "Recall": ("thresholds", "top_k", "class_id"),
    "RecallAtPrecision": ("precision", "num_thresholds", "class_id"),
    "RootMeanSquaredError": (),
    "SensitivityAtSpecificity": ("specificity", "num_thresholds", "class_id"),
    "SparseCategoricalCrossentropy": ("from_logits", "ignore_class", "axis"),
    "SparseTopKCategoricalAccuracy": ("k",),
    "SpecificityAtSensitivity": ("sensitivity", "num_thresholds", "class_id"),
    "Sum": (),
    "TopKCategoricalAccuracy": ("k",),
}
"""Class to the arguments that both Keras 2.15 and Keras 3 have."""
_WRAPPERS = frozenset({"MeanMetricWrapper", "SumOverBatchSizeMetricWrapper"})
"""Classes that stand for the function in their configuration."""
_ACCURACY = frozenset({"accuracy", "acc", "Accuracy"})


def translate_metrics(
    raw: Any, outputs: Sequence[str], custom: frozenset[str], remarks: Remarks, place: str = "metrics"
) -> Any:
    """Metrics as a flat list for one output, as a list of lists for several; None for none.

    Unknown metrics are left out and named in the remarks; the others stay.
    """
    if not raw:
        return None
    groups = _by_output(raw, outputs, remarks, place)
    made = [
        [metric for item in group if (metric := _metric(item, name, custom, remarks)) is not None]
        for name, group in zip(outputs, groups, strict=True)
    ]
    if not any(made):
        return None
    return made if len(outputs) > 1 else made[0]


def _by_output(raw: Any, outputs: Sequence[str], remarks: Remarks, place: str) -> list[list[Any]]:
    if isinstance(raw, Mapping) and "class_name" not in raw:
        if len(outputs) > 1:
            remarks.apply(LOSS_PER_OUTPUT.code, place, sorted(raw), list(outputs))
        return [_listed(raw.get(name)) for name in outputs]
    items = _listed(raw)
    if any(isinstance(item, list) for item in items):
        padded = [_listed(item) for item in items] + [[]] * len(outputs)
        return padded[: len(outputs)]
    if len(outputs) == 1:
        return [items]
    # A flat list counted for every output in stand-alone Keras, and does in tf.keras.
    return [items for _ in outputs]


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _metric(raw: Any, output: str, custom: frozenset[str], remarks: Remarks) -> Any:
    if raw is None:
        return None
    if isinstance(raw, str):
        return _named(raw, raw, custom, remarks)
    stored = str(raw.get("class_name"))
    name = stored.rpartition(">")[2]
    config = dict(raw.get("config") or {})
    if stored.startswith(f"{ADDONS}>"):
        return _of_addons(stored, name, config, output, custom, remarks)
    if (">" in stored and not stored.startswith("Keras>")) or name not in CLASSES.keys() | _WRAPPERS:
        return _lost(stored, custom, remarks, config)
    label = str(config.get("name") or "").removeprefix(f"{output}_")
    if name in _WRAPPERS:
        function = config.get("fn")
        if isinstance(function, Mapping):
            function = function.get("config")
        if not isinstance(function, str):
            return _lost(stored, custom, remarks, config)
        found = _named(function, label or function, custom, remarks)
        if isinstance(found, Mapping) and "class_name" in found:
            remarks.apply(METRIC_WRAPPER.code, "metrics", stored, found["class_name"])
        return found
    kept = {key: config[key] for key in CLASSES[name] if config.get(key) is not None}
    if "fn" in config:
        remarks.apply(METRIC_ALIAS.code, "metrics", "fn", None)
    return {"class_name": name, "config": {**kept, **({"name": label} if label else {})}}


def _of_addons(
    stored: str, name: str, config: Mapping[str, Any], output: str, custom: frozenset[str], remarks: Remarks
) -> Any:
    """A metric of TensorFlow Addons: that of its name in Keras 3, where the two compute the same."""
    if name not in ADDONS_METRICS or name in custom:
        return _lost(stored, custom, remarks, config)
    kept = {key: config[key] for key in ADDONS_METRICS[name] if config.get(key) is not None}
    label = str(config.get("name") or "").removeprefix(f"{output}_")
    remarks.apply(METRIC_ALIAS.code, "metrics", stored, name)
    return {"class_name": name, "config": {**kept, **({"name": label} if label else {})}}


def _named(function: str, label: str, custom: frozenset[str], remarks: Remarks) -> Any:
    if function in _ACCURACY:
        if function != "accuracy":
            remarks.apply(METRIC_ALIAS.code, "metrics", function, "accuracy")
        return "accuracy"
    modern = canonical_name(function)
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", function).lower()
    class_name = FUNCTION_CLASSES.get(modern) or FUNCTION_CLASSES.get(snake)
    if class_name is None and function in CLASSES:
        class_name = function
    if class_name is None:
        return _lost(function, custom, remarks)
    if modern != function:
        remarks.apply(METRIC_ALIAS.code, "metrics", function, class_name)
    return {"class_name": class_name, "config": {"name": label}}


def _lost(
    name: str, custom: frozenset[str], remarks: Remarks, config: Mapping[str, Any] | None = None
) -> Any:
    bare = name.rpartition(">")[2]
    if bare in custom:
        return {"custom": bare} | ({"config": dict(config)} if config is not None else {})
    remarks.apply(METRIC_UNKNOWN.code, "metrics", name, None, f"{name} is not part of Keras and was left out")
    return None
