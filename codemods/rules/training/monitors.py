"""TRN: what a callback takes for better, which Keras 2 read off the name and Keras 3 asks the metric for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import SetArgument
from codemods.rules.api import Match, Proof, SourceRule, visit
from codemods.rules.training.metric_keys import metrics_given
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

MODE = SourceRule(
    code="TRN042",
    name="monitor-without-mode",
    summary="Without a mode, Keras 3 asks the metric whether higher or lower is better, and raises if that is "
    "unknown.",
    severity=Severity.ERROR,
    why="Keras 2 treated the highest value as best if the name ended in acc, accuracy or auc, and the lowest "
    "otherwise. Keras 3 knows the direction of `loss` and of its own metrics under their own names: the losses and "
    "metrics of a model with several outputs (`val_left_loss`, `val_left_accuracy`) and custom functions raise "
    "`Keras isn't able to automatically determine whether that metric should be maximized or minimized` when "
    "training begins. The rule writes the mode of Keras 2 explicitly; if that was the lowest value of a metric for "
    "which higher may be better, the edit requires --unsafe. For Keras' own metrics for which higher is better "
    "(`val_precision`), Keras 3 uses the highest value, where Keras 2 used the lowest: that is a finding.",
    references=("https://keras.io/api/callbacks/early_stopping/",),
    manual="set mode='max' or mode='min'",
    proofs=(Proof(), Proof("proof_2")),
)
_CALLBACKS = {
    "keras.callbacks.EarlyStopping": ("monitor", "min_delta", "patience", "verbose", "mode"),
    "keras.callbacks.ReduceLROnPlateau": ("monitor", "factor", "patience", "verbose", "mode"),
    "keras.callbacks.ModelCheckpoint": (
        "filepath",
        "monitor",
        "verbose",
        "save_best_only",
        "save_weights_only",
        "mode",
    ),
}
_HIGH = frozenset(
    {
        *(
            "acc",
            "accuracy",
            "auc",
            "binary_accuracy",
            "binary_io_u",
            "categorical_accuracy",
            "concordance_correlation",
        ),
        *(
            "cosine_similarity",
            "f1_score",
            "fbeta_score",
            "io_u",
            "mean_io_u",
            "one_hot_io_u",
            "one_hot_mean_io_u",
        ),
        *(
            "pearson_correlation",
            "precision",
            "precision_at_recall",
            "r2_score",
            "recall",
            "recall_at_precision",
        ),
        *("sensitivity_at_specificity", "sparse_categorical_accuracy", "sparse_top_k_categorical_accuracy"),
        *("specificity_at_sensitivity", "top_k_categorical_accuracy"),
    }
)
"""Metrics of Keras 3.15 that say they are better high, by the names that they have."""
_LOW = frozenset(
    {
        *(
            "loss",
            "binary_crossentropy",
            "categorical_crossentropy",
            "categorical_hinge",
            "hinge",
            "kl_divergence",
        ),
        *(
            "logcosh",
            "mae",
            "mape",
            "mean_absolute_error",
            "mean_absolute_percentage_error",
            "mean_squared_error",
        ),
        *("mean_squared_logarithmic_error", "mse", "msle", "poisson", "root_mean_squared_error"),
        *("sparse_categorical_crossentropy", "squared_hinge"),
    }
)
"""Those that are better low."""


def _was_high(callback: str, monitor: str) -> bool:
    """Whether Keras 2 took the highest value for the best."""
    if callback.endswith("EarlyStopping"):
        return monitor.endswith(("acc", "accuracy", "auc"))
    return "acc" in monitor or (callback.endswith("ModelCheckpoint") and monitor.startswith("fmeasure"))


def _is_function(key: str, ctx: Context) -> bool:
    """Whether ``compile`` is given a metric of this name as a function: ``metrics=[sparse_categorical_accuracy]``."""
    given = (node for call, _ in ctx.module.index.calls for node in metrics_given(call, ctx))
    return any(
        isinstance(node, (ast.Attribute, ast.Name))
        and (getattr(node, "attr", "") or getattr(node, "id", "")) == key
        and ctx.callee(node) is None
        and ctx.receiver(node) is None  # an object, which says what it is
        for node in given
    )


@visit(MODE, calls=frozenset(_CALLBACKS))
def modes(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``EarlyStopping(monitor="val_left_loss")``."""
    callback = ctx.name(call.func) or ""
    args = ctx.arguments(call, *_CALLBACKS[callback])
    monitor = ctx.literal(args.get("monitor"))
    if (
        not isinstance(monitor, str)
        or ctx.literal(args.get("mode"), "auto" if args.get("mode") is None else "") != "auto"
    ):
        return
    if callback.endswith("ModelCheckpoint") and ctx.literal(args.get("save_best_only"), False) is False:
        return
    key = monitor.removeprefix("val_")
    high = _was_high(callback, monitor)
    silent = _is_function(key, ctx)  # a function says nothing of itself, whatever it is called
    if not silent and (key in _LOW or (key in _HIGH and high)):
        return
    if not silent and key in _HIGH:
        message = f"Keras 2 treated the lowest {monitor} as best, Keras 3 the highest"
        yield Match(MODE, call, message, argument="mode", fix=Fix.MANUAL, severity=Severity.SILENT)
        return
    mode = "max" if high else "min"
    sure = high or key in _LOW or any(key.endswith(f"_{name}") for name in _LOW)
    message = f"it is unclear whether {monitor} should be high or low; Keras 2 used mode={mode!r}"
    edits = (SetArgument(call, "mode", repr(mode)),)
    yield Match(MODE, call, message, edits=edits, argument="mode", fix=Fix.SAFE if sure else Fix.UNSAFE)
