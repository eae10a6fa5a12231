"""Optimizers, losses and metrics of TensorFlow Addons: Keras 3's with the same numbers, or lost with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from migrate.dialects.rule import Era
from migrate.dialects.training.losses import translate_loss
from migrate.dialects.training.metrics import translate_metrics
from migrate.dialects.training.optimizers import translate_optimizer
from migrate.dialects.training.plan import Remarks

NOBODY: frozenset[str] = frozenset()


def optimizer(name: str, config: dict[str, Any]) -> tuple[Any, Remarks]:
    remarks = Remarks()
    raw = {"class_name": f"Addons>{name}", "config": config}
    return translate_optimizer(raw, Era.of("2.15.0"), remarks), remarks


@pytest.mark.parametrize(("name", "modern"), [("AdamW", "AdamW"), ("SGDW", "SGD")])
def test_decay_is_divided_by_the_rate_that_keras_multiplies_it_with(name: str, modern: str) -> None:
    made, remarks = optimizer(name, {"learning_rate": 0.02, "weight_decay": 0.01, "decay": 0.0})
    assert made["class_name"] == modern
    assert made["config"]["weight_decay"] == pytest.approx(0.5)
    assert [fired.code for fired in remarks.fired] == ["OPT015"]


def test_no_decay_stays_none() -> None:
    made, _ = optimizer("SGDW", {"learning_rate": 0.02, "weight_decay": 0.0})
    assert "weight_decay" not in made["config"]


SCHEDULE = {"class_name": "CosineDecay", "config": {"initial_learning_rate": 0.1, "decay_steps": 5}}


@pytest.mark.parametrize(
    ("name", "config", "word"),
    [
        ("AdamW", {"learning_rate": SCHEDULE, "weight_decay": 0.01}, "schedule"),
        ("AdamW", {"learning_rate": 0.1, "weight_decay": SCHEDULE}, "schedule"),
        ("AdamW", {"learning_rate": 0.1, "weight_decay": 0.01, "decay": 0.1}, "schedule"),
        (
            "AdamW",
            {"learning_rate": 0.1, "weight_decay": 0.1, "exclude_from_weight_decay": ["bias"]},
            "excluded from",
        ),
        ("SGDW", {"learning_rate": 0.0, "weight_decay": 0.1}, "rate of 0"),
        ("LAMB", {"learning_rate": 0.1, "weight_decay": 0.1}, "norm is"),
        ("LAMB", {"learning_rate": 0.1, "weight_decay_rate": 0.1}, "norm is"),
        ("LAMB", {"learning_rate": 0.1, "exclude_from_layer_adaptation": ["bias"]}, "norm is"),
        ("RectifiedAdam", {"learning_rate": 0.1}, "rectified"),
        ("Lookahead", {"sync_period": 6}, "slow weights"),
        ("Yogi", {"learning_rate": 0.1}, "no optimizer with this update"),
    ],
)
def test_what_keras_has_not_is_lost_with_the_reason(name: str, config: dict[str, Any], word: str) -> None:
    made, remarks = optimizer(name, config)
    assert made is None
    assert remarks.lost is not None
    assert word in remarks.lost
    assert f"Addons>{name}" in remarks.lost


def test_lamb_is_lamb() -> None:
    made, _ = optimizer("LAMB", {"learning_rate": 0.1, "weight_decay": 0.0, "beta_1": 0.8})
    assert made == {"class_name": "Lamb", "config": {"learning_rate": 0.1, "beta_1": 0.8}}


def test_losses_are_lost_with_what_differs() -> None:
    remarks = Remarks()
    assert (
        translate_loss({"class_name": "Addons>SigmoidFocalCrossEntropy", "config": {}}, NOBODY, remarks)
        is None
    )
    assert remarks.lost is not None
    assert "sums over the classes" in remarks.lost


def test_f1_is_keras_own_and_kappa_is_left_out() -> None:
    remarks = Remarks()
    config = {"name": "f1", "num_classes": 3, "average": "macro", "threshold": None}
    raw = [
        {"class_name": "Addons>F1Score", "config": config},
        {"class_name": "Addons>CohenKappa", "config": {}},
    ]
    made = translate_metrics(raw, ["out"], NOBODY, remarks)
    assert made == [{"class_name": "F1Score", "config": {"average": "macro", "name": "f1"}}]
    assert any("CohenKappa" in note for note in remarks.notes)
