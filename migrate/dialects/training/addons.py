"""Optimizers, losses and metrics of TensorFlow Addons (0.8 to 0.23): what Keras 3 has of them, and why others are lost.

Formulas compared: ``optimizers/weight_decay_optimizers.py``, ``lamb.py``, ``rectified_adam.py``, ``lookahead.py``,
``losses/focal_loss.py``, ``triplet.py`` and ``metrics/f_scores.py`` of 0.23 with Keras 3.15.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PACKAGE = "Addons"
_DECAYED = {"AdamW": "AdamW", "SGDW": "SGD"}
"""Optimizers whose weights decay beside the update, and the class of Keras 3 that has the same update."""
_LOST_OPTIMIZERS: Mapping[str, str] = {
    "RectifiedAdam": "Keras 3 has no Adam whose rate is rectified by the variance of its first steps",
    "Lookahead": "Keras 3 has no optimizer that returns to slow weights every few steps",
    "LazyAdam": "Keras 3's Adam updates every row of an embedding in each step, LazyAdam only those of the batch",
}
_LOST_LOSSES: Mapping[str, str] = {
    "SigmoidFocalCrossEntropy": "it sums over the classes, keras.losses.BinaryFocalCrossentropy averages over them: "
    "multiply that by their number",
    "TripletSemiHardLoss": "Keras 3 has no loss that mines its triplets in the batch",
    "TripletHardLoss": "Keras 3 has no loss that mines its triplets in the batch",
    "ContrastiveLoss": "Keras 3 has no contrastive loss",
    "PinballLoss": "Keras 3 has no quantile loss",
    "GIoULoss": "Keras 3 has no box loss",
}
METRICS: Mapping[str, tuple[str, ...]] = {
    "F1Score": ("average", "threshold"),
    "FBetaScore": ("average", "beta", "threshold"),
}
"""Class to the arguments that it and the class of that name in Keras 3 have; the numbers are the same within 1e-7."""


class LostError(Exception):
    """What Keras 3 has nothing for; the message says why."""


def addons_optimizer(name: str, config: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The class of Keras with the same update, and its configuration in the words of tf.keras.

    Args:
        name: of the class, without its package.
        config: as the file has it.

    Raises:
        LostError: with the reason, as the end of a sentence.
    """
    if name in _DECAYED:
        return _DECAYED[name], _with_decay(dict(config))
    if name == "LAMB":
        given = dict(config)
        decay = given.pop("weight_decay", given.pop("weight_decay_rate", 0.0))
        if decay or given.pop("exclude_from_layer_adaptation", None):
            raise LostError(
                "its decay is part of the update whose norm is measured, and Keras 3 decays the weights separately"
            )
        return "Lamb", given
    raise LostError(_LOST_OPTIMIZERS.get(name, "Keras 3 has no optimizer with this update"))


def _with_decay(given: dict[str, Any]) -> dict[str, Any]:
    """The decay in the words of Keras 3, which multiplies it by the learning rate."""
    decay, rate = given.pop("weight_decay", 0.0), given.get("learning_rate")
    if given.pop("exclude_from_weight_decay", None):
        raise LostError("Keras 3 does not save which variables are excluded from the decay")
    if not isinstance(decay, int | float) or not isinstance(rate, int | float) or given.get("decay"):
        raise LostError("its decay does not follow the learning-rate schedule, unlike that of Keras 3")
    if decay and not rate:
        raise LostError("the weights decay at a learning rate of 0, but not in Keras 3")
    return {**given, **({"weight_decay": decay / rate} if decay else {})}


def lost_loss(name: str) -> str:
    """Why a loss of the package is lost, as the end of a sentence."""
    return _LOST_LOSSES.get(name, "Keras 3 has no such loss")
