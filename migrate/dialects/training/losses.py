"""Losses of every era as Keras 3 knows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from migrate.dialects.training.addons import PACKAGE as ADDONS
from migrate.dialects.training.addons import lost_loss
from migrate.dialects.training.plan import Remarks
from migrate.dialects.training.rules import (
    LOSS_ALIAS,
    LOSS_NOT_SAVED,
    LOSS_PER_OUTPUT,
    LOSS_REDUCTION,
    LOSS_UNKNOWN,
)

FUNCTIONS: Mapping[str, str] = {
    "binary_crossentropy": "BinaryCrossentropy",
    "binary_focal_crossentropy": "BinaryFocalCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "categorical_focal_crossentropy": "CategoricalFocalCrossentropy",
    "categorical_hinge": "CategoricalHinge",
    "cosine_similarity": "CosineSimilarity",
    "hinge": "Hinge",
    "huber": "Huber",
    "kl_divergence": "KLDivergence",
    "log_cosh": "LogCosh",
    "mean_absolute_error": "MeanAbsoluteError",
    "mean_absolute_percentage_error": "MeanAbsolutePercentageError",
    "mean_squared_error": "MeanSquaredError",
    "mean_squared_logarithmic_error": "MeanSquaredLogarithmicError",
    "poisson": "Poisson",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    "squared_hinge": "SquaredHinge",
}
"""Name of a function in Keras 3 to the class that means the same."""
ALIASES: Mapping[str, str] = {
    "bce": "binary_crossentropy",
    "cosine": "cosine_similarity",
    "cosine_proximity": "cosine_similarity",
    "huber_loss": "huber",
    "kld": "kl_divergence",
    "kl_divergence": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "mse": "mean_squared_error",
    "msle": "mean_squared_logarithmic_error",
}
_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "BinaryCrossentropy": ("from_logits", "label_smoothing", "axis"),
    "BinaryFocalCrossentropy": (
        "apply_class_balancing",
        "alpha",
        "gamma",
        "from_logits",
        "label_smoothing",
        "axis",
    ),
    "CategoricalCrossentropy": ("from_logits", "label_smoothing", "axis"),
    "CategoricalFocalCrossentropy": ("alpha", "gamma", "from_logits", "label_smoothing", "axis"),
    "CosineSimilarity": ("axis",),
    "Huber": ("delta",),
    "SparseCategoricalCrossentropy": ("from_logits", "ignore_class", "axis"),
}
_NOT_SAVED: Mapping[str, Mapping[str, float]] = {
    "CosineSimilarity": {"axis": -1},
    "Huber": {"delta": 1.0},
    "SparseCategoricalCrossentropy": {"axis": -1},
}
"""Class to arguments that Keras 3.15 leaves out of the loss's configuration, with their defaults."""
_REDUCTIONS = {
    "auto": "sum_over_batch_size",
    "sum_over_batch_size": "sum_over_batch_size",
    "sum_over_nonzero_weights": "sum_over_batch_size",
    "sum": "sum",
    "none": None,
}


def canonical_name(name: str) -> str:
    """The Keras 3 name of a loss function: ``mse`` and ``MSE`` are ``mean_squared_error``."""
    if name in FUNCTIONS:
        return name
    lower = name.lower() if name.isupper() else name
    return ALIASES.get(lower, name)


def translate_losses(raw: Any, outputs: Sequence[str], custom: frozenset[str], remarks: Remarks) -> Any:
    """Losses in the form of the plan: one leaf, or a list of leaves in the order of the outputs."""
    return per_output(raw, outputs, lambda leaf: translate_loss(leaf, custom, remarks), remarks, "loss")


def per_output(raw: Any, outputs: Sequence[str], leaf: Any, remarks: Remarks, place: str) -> Any:
    """Spread a value, a list or a dict by output name over the outputs."""
    if isinstance(raw, Mapping) and "class_name" not in raw:
        values = [leaf(raw.get(name)) for name in outputs]
        unknown = sorted(set(raw) - set(outputs))
        if unknown:
            remarks.lost = f"{place} is given for {', '.join(unknown)}, which are not outputs"
        elif len(outputs) > 1:
            remarks.apply(LOSS_PER_OUTPUT.code, place, sorted(raw), list(outputs))
        return values if len(outputs) > 1 else values[0]
    if isinstance(raw, list):
        if len(raw) != len(outputs):
            remarks.lost = f"{place} has {len(raw)} entries for {len(outputs)} outputs"
            return None
        values = [leaf(item) for item in raw]
        return values if len(outputs) > 1 else values[0]
    value = leaf(raw)
    return [value] * len(outputs) if len(outputs) > 1 and value is not None else value


def translate_loss(raw: Any, custom: frozenset[str], remarks: Remarks) -> Any:
    """One loss: a name, an object, or nothing."""
    if raw is None:
        return None
    if isinstance(raw, str):
        return _function(raw, custom, remarks)
    stored = str(raw.get("class_name"))
    name = stored.rpartition(">")[2]
    config = dict(raw.get("config") or {})
    if name == "LossFunctionWrapper":
        return _function(str(config.get("fn")), custom, remarks)
    if name not in FUNCTIONS.values() or (">" in stored and not stored.startswith("Keras>")):
        return _unknown(stored, custom, remarks)
    kept = {key: config[key] for key in _ARGUMENTS.get(name, ()) if config.get(key) is not None}
    reduction = config.get("reduction", "auto")
    kept["reduction"] = _REDUCTIONS.get(str(reduction), reduction)
    if config.get("name"):
        kept["name"] = config["name"]
    for key, default in _NOT_SAVED.get(name, {}).items():
        if kept.get(key, default) != default:
            note = f"Keras 3 uses {key}={kept[key]:g} but does not save it: compile again after loading"
            remarks.apply(LOSS_NOT_SAVED.code, "loss", {key: kept[key]}, None, note)
    if reduction == "auto" or "fn" in config:
        remarks.apply(LOSS_REDUCTION.code, "loss", {"reduction": reduction}, {"reduction": kept["reduction"]})
    return {"class_name": name, "config": kept}


def _function(name: str, custom: frozenset[str], remarks: Remarks) -> Any:
    modern = canonical_name(name)
    if modern not in FUNCTIONS:
        return _unknown(name, custom, remarks)
    if modern != name:
        remarks.apply(LOSS_ALIAS.code, "loss", name, modern)
    return modern


def _unknown(name: str, custom: frozenset[str], remarks: Remarks) -> Any:
    bare = name.rpartition(">")[2]
    remarks.apply(LOSS_UNKNOWN.code, "loss", name, bare if bare in custom else None)
    if bare in custom:
        return {"custom": bare}
    remarks.lost = (
        f"{name} of TensorFlow Addons is not in Keras: {lost_loss(bare)}"
        if name.startswith(f"{ADDONS}>")
        else f"{name} is a user function; supply it with --custom-objects"
    )
    return None
