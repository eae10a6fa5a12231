"""Metrics in every form that a file keeps them: names, objects, wrapped functions, by output."""

from __future__ import annotations

from typing import Any

import pytest

from migrate.dialects.training.metrics import translate_metrics
from migrate.dialects.training.plan import Remarks

OWN = frozenset({"f1_of_mine", "Kappa"})
MSE = {"class_name": "MeanSquaredError", "config": {"name": "mse"}}


def wrapped(function: Any, name: str | None = "m", by: str = "MeanMetricWrapper") -> dict[str, Any]:
    return {"class_name": by, "config": {"name": name, "dtype": "float32", "fn": function}}


@pytest.mark.parametrize(
    ("raw", "made"),
    [
        ("accuracy", "accuracy"),
        ("acc", "accuracy"),
        ("mse", MSE),
        ("MeanSquaredError", {"class_name": "MeanSquaredError", "config": {"name": "MeanSquaredError"}}),
        ("AUC", {"class_name": "AUC", "config": {"name": "AUC"}}),
        ("Kappa", {"custom": "Kappa"}),
        ("f2", None),
        (wrapped("mse", "mse"), MSE),
        (wrapped("mse", None), MSE),
        (wrapped("mse", "a_mse"), MSE),
        (wrapped("accuracy"), "accuracy"),
        (wrapped({"class_name": "function", "config": "mse"}, "mse"), MSE),
        (wrapped("mse", "mse", "SumOverBatchSizeMetricWrapper"), MSE),
        (wrapped("f1_of_mine"), {"custom": "f1_of_mine"}),
        (wrapped(None), None),
        (wrapped("mse", by="MseOfMine"), None),
        (wrapped("mse", by="mine>MeanMetricWrapper"), None),
        ({"class_name": "mine>Precision", "config": {"name": "p"}}, None),
        ({"class_name": "mine>Kappa", "config": {"name": "k"}}, {"custom": "Kappa", "config": {"name": "k"}}),
        (
            {"class_name": "Mean", "config": {"name": "a_loss"}},
            {"class_name": "Mean", "config": {"name": "loss"}},
        ),
        ({"class_name": "Recall", "config": {}}, {"class_name": "Recall", "config": {}}),
        (
            {"class_name": "Recall", "config": {"thresholds": None, "top_k": 3, "name": "r"}},
            {"class_name": "Recall", "config": {"top_k": 3, "name": "r"}},
        ),
        (
            {"class_name": "Addons>F1Score", "config": {"average": "macro", "name": "a_f1"}},
            {"class_name": "F1Score", "config": {"average": "macro", "name": "f1"}},
        ),
        ({"class_name": "Kappa", "config": {"name": "k"}}, {"custom": "Kappa", "config": {"name": "k"}}),
    ],
)
def test_one_metric(raw: Any, made: Any) -> None:
    remarks = Remarks()
    found = translate_metrics([raw], ["a"], OWN, remarks)
    assert found == (None if made is None else [made])
    assert bool(remarks.notes) is (made is None)


def test_a_class_of_the_user_stands_for_that_of_addons() -> None:
    raw = {"class_name": "Addons>F1Score", "config": {"average": "macro"}}
    found = translate_metrics([raw], ["a"], frozenset({"F1Score"}), Remarks())
    assert found == [{"custom": "F1Score", "config": {"average": "macro"}}]


@pytest.mark.parametrize(
    ("raw", "outputs", "made"),
    [
        (None, ["a"], None),
        ([], ["a"], None),
        ([None], ["a"], None),
        ("mse", ["a"], [MSE]),
        (MSE, ["a"], [MSE]),
        (["mse"], ["a", "b"], [[MSE], [MSE]]),
        ([["mse"], None], ["a", "b"], [[MSE], []]),
        ([["mse"]], ["a", "b"], [[MSE], []]),
        ([["mse"], "acc"], ["a", "b"], [[MSE], ["accuracy"]]),
        ({"a": "mse"}, ["a"], [MSE]),
        ({"b": ["mse", "acc"]}, ["a", "b"], [[], [MSE, "accuracy"]]),
        (["f2"], ["a", "b"], None),
    ],
)
def test_metrics_of_outputs(raw: Any, outputs: list[str], made: Any) -> None:
    remarks = Remarks()
    assert translate_metrics(raw, outputs, OWN, remarks) == made
    said = [fired.code for fired in remarks.fired]
    assert ("LOSS004" in said) is (isinstance(raw, dict) and len(outputs) > 1)
