"""Optimizers of every Keras 1 and 2 release as Keras 3 configurations.

Formulas compared: ``keras/optimizers.py`` of 1.2.2 and 2.2.4, ``optimizer_v2`` of tf.keras 2.8 with its
kernels, ``keras/optimizers`` of 2.15 and of 3.15.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from migrate.dialects.rule import Era
from migrate.dialects.training.addons import PACKAGE as ADDONS
from migrate.dialects.training.addons import LostError, addons_optimizer
from migrate.dialects.training.plan import Remarks
from migrate.dialects.training.rules import (
    ADDONS_OPTIMIZER,
    BOOKKEEPING,
    EPSILON_NULL,
    EPSILON_PLACE,
    GLOBAL_CLIPNORM,
    LEARNING_RATE_NAME,
    NADAM_PRODUCT,
    NADAM_SCHEDULE,
    ONE_CLIP,
    TIME_DECAY,
    UNKNOWN_OPTIMIZER,
    WRAPPED_OPTIMIZER,
)

Config = Mapping[str, Any]


class Kind(Enum):
    """The three implementations of optimizers before Keras 3."""

    STANDALONE = "Keras 1.0 to 2.3"
    V2 = "tf.keras 1.13 to 2.10, and `legacy` after"
    NEW = "tf.keras 2.11 to 2.15"


_COMMON = ("learning_rate", "clipnorm", "clipvalue", "global_clipnorm", "weight_decay")
_EMA = ("use_ema", "ema_momentum", "ema_overwrite_frequency")
ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "SGD": ("momentum", "nesterov"),
    "RMSprop": ("rho", "momentum", "epsilon", "centered"),
    "Adagrad": ("initial_accumulator_value", "epsilon"),
    "Adadelta": ("rho", "epsilon"),
    "Adam": ("beta_1", "beta_2", "epsilon", "amsgrad"),
    "AdamW": ("beta_1", "beta_2", "epsilon", "amsgrad"),
    "Adamax": ("beta_1", "beta_2", "epsilon"),
    "Lamb": ("beta_1", "beta_2", "epsilon"),
    "Nadam": ("beta_1", "beta_2", "epsilon"),
    "Ftrl": (
        "learning_rate_power",
        "initial_accumulator_value",
        "l1_regularization_strength",
        "l2_regularization_strength",
        "l2_shrinkage_regularization_strength",
        "beta",
    ),
    "Lion": ("beta_1", "beta_2"),
    "Adafactor": ("beta_2_decay", "epsilon_1", "epsilon_2", "clip_threshold", "relative_step"),
}
"""Class to the arguments it has in Keras 3 beside the common ones."""
SCHEDULES = frozenset(
    {
        "CosineDecay",
        "CosineDecayRestarts",
        "ExponentialDecay",
        "InverseTimeDecay",
        "PiecewiseConstantDecay",
        "PolynomialDecay",
    }
)
_LOSS_SCALE = frozenset({"LossScaleOptimizer", "LossScaleOptimizerV1", "LossScaleOptimizerV3"})
_EPSILON = 1e-7


def optimizer_kind(raw: Config, era: Era) -> Kind:
    """Which implementation wrote an optimizer's object."""
    config = raw.get("config", {})
    if "is_legacy_optimizer" in config or "use_ema" in config:
        return Kind.NEW
    return Kind.V2 if era.tf_keras else Kind.STANDALONE


def unwrapped(raw: Config, remarks: Remarks) -> Config:
    """The optimizer inside a loss-scaling wrapper."""
    if str(raw.get("class_name")).split(">")[-1] not in _LOSS_SCALE:
        return raw
    inner = raw["config"].get("inner_optimizer") or raw["config"].get("optimizer") or {}
    remarks.apply(
        WRAPPED_OPTIMIZER.code,
        "optimizer",
        raw.get("class_name"),
        inner.get("class_name"),
        "loss scaling is left to Keras 3, which starts at its initial scale",
    )
    return inner


def translate_optimizer(raw: Config, era: Era, remarks: Remarks) -> dict[str, Any] | None:
    """The optimizer's Keras 3 configuration; None when it is lost (``remarks`` say why).

    Args:
        raw: ``{"class_name": …, "config": …}`` as the file has it, unwrapped.
        era: who wrote it.
        remarks: receives rules and notes.
    """
    stored = str(raw.get("class_name"))
    package, _, name = stored.rpartition(">")
    kind = optimizer_kind(raw, era)
    given = dict(raw.get("config", {}))
    if package == ADDONS:
        try:
            name, given = addons_optimizer(name, given)
        except LostError as reason:
            remarks.apply(UNKNOWN_OPTIMIZER.code, "optimizer", stored, None)
            remarks.lost = f"{stored} of TensorFlow Addons is not in Keras: {reason}"
            return None
        decay = given.get("weight_decay")
        note = f"weight_decay became {decay:g}: Keras 3 multiplies it by the rate (exact)" if decay else ""
        remarks.apply(ADDONS_OPTIMIZER.code, "optimizer", stored, name, note)
        package = ""
    if name not in ARGUMENTS or package not in ("", "Custom", "Keras") or (package and kind is not Kind.NEW):
        remarks.apply(UNKNOWN_OPTIMIZER.code, "optimizer", stored, None)
        remarks.lost = f"{stored} is not an optimizer of Keras"
        return None
    config = {
        key: value
        for key, value in given.items()
        if key in (*_COMMON, *ARGUMENTS[name]) and value is not None
    }
    if kind is Kind.NEW:
        config |= {key: given[key] for key in _EMA if key in given and given.get("use_ema")}
        dropped = [key for key in ("is_legacy_optimizer", "jit_compile") if key in given]
        if dropped or package:
            remarks.apply(BOOKKEEPING.code, "optimizer", [stored, *dropped], name)
    if "lr" in given:
        config["learning_rate"] = given["lr"]
        remarks.apply(LEARNING_RATE_NAME.code, "optimizer", "lr", "learning_rate")
    if "epsilon" in given and given["epsilon"] is None:
        config["epsilon"] = _EPSILON
        remarks.apply(EPSILON_NULL.code, "optimizer", None, _EPSILON)
    _translate_rate(given, config, name, kind, remarks)
    if remarks.lost is not None:
        return None
    _translate_clipping(config, kind, remarks)
    if kind is not Kind.NEW:
        _translate_formula(name, given, config, kind, remarks)
    elif name == "Nadam":
        note = "the product of momenta is the intended one; the writer's was multiplied once per variable"
        remarks.apply(NADAM_PRODUCT.code, "optimizer", None, None, note)
    return {"class_name": name, "config": config}


def _translate_rate(given: Config, config: dict[str, Any], name: str, kind: Kind, remarks: Remarks) -> None:
    """Schedules and time decay."""
    rate = config.get("learning_rate")
    if isinstance(rate, Mapping):
        schedule = str(rate.get("class_name")).split(">")[-1]
        if schedule not in SCHEDULES:
            remarks.lost = f"the learning-rate schedule {schedule} is not part of Keras"
            return
        config["learning_rate"] = {
            "class_name": schedule,
            "config": {key: value for key, value in rate["config"].items() if value is not None},
        }
    decay = given.get("decay") or 0.0
    # tf.keras kept Nadam's `schedule_decay` under the name of the decay.
    if not decay or kind is Kind.NEW or (name == "Nadam" and kind is Kind.V2):
        return
    if isinstance(rate, Mapping):
        remarks.lost = "a schedule and time decay are combined, which Keras 3 cannot express"
        return
    config["learning_rate"] = {
        "class_name": "InverseTimeDecay",
        "config": {"initial_learning_rate": rate, "decay_steps": 1, "decay_rate": decay},
    }
    remarks.apply(
        TIME_DECAY.code,
        "optimizer",
        {"learning_rate": rate, "decay": decay},
        config["learning_rate"],
        f"decay={decay:g} became an InverseTimeDecay schedule (exact)",
    )


def _translate_clipping(config: dict[str, Any], kind: Kind, remarks: Remarks) -> None:
    if kind is Kind.STANDALONE and config.get("clipnorm"):
        config["global_clipnorm"] = config.pop("clipnorm")
        remarks.apply(
            GLOBAL_CLIPNORM.code,
            "optimizer",
            "clipnorm",
            "global_clipnorm",
            "clipnorm became global_clipnorm (exact)",
        )
    clips = [key for key in ("global_clipnorm", "clipnorm", "clipvalue") if config.get(key)]
    for key in clips[1:]:
        value = config.pop(key)
        remarks.apply(
            ONE_CLIP.code,
            "optimizer",
            {key: value},
            None,
            f"{key}={value:g} was dropped in favour of {clips[0]}",
        )


def _translate_formula(
    name: str, given: Config, config: dict[str, Any], kind: Kind, remarks: Remarks
) -> None:
    """Where the update itself was another one."""
    fused = name == "RMSprop" and kind is Kind.V2 and given.get("momentum")
    if name in ("RMSprop", "Adagrad") and not fused:
        epsilon = float(config.get("epsilon", _EPSILON))
        config["epsilon"] = epsilon**2
        remarks.apply(
            EPSILON_PLACE.code,
            "optimizer",
            epsilon,
            epsilon**2,
            "epsilon moved under the root (squared; off by at most epsilon)",
        )
    if name == "Adagrad" and "initial_accumulator_value" not in config:
        config["initial_accumulator_value"] = 0.0
    if name == "Nadam":
        decay = given.get("schedule_decay", given.get("decay", 0.004))
        if decay != 1:
            remarks.apply(
                NADAM_SCHEDULE.code,
                "optimizer",
                decay,
                1,
                f"schedule_decay={decay:g} cannot be expressed: momentum warms up faster, the next steps differ",
            )
