"""Training steps that no translation can make equal are named, by era and by what the model holds."""

from __future__ import annotations

from typing import Any

import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.rule import Era
from migrate.dialects.training.era_steps import step_differences

IDS = Layer("InputLayer", "ids", {"batch_input_shape": [None, 5]})
TF1 = {"class_name": "Ones", "config": {"dtype": "float32"}}


def model(*layers: Layer) -> Model:
    """A Functional model of masked words and these layers, one after the other."""
    words = Layer("Embedding", "words", {"input_dim": 9, "output_dim": 4, "mask_zero": True})
    chain: list[Layer] = [IDS]
    for layer in (words, *layers):
        node = Node((TensorRef(chain[-1].name),))
        chain.append(Layer(layer.class_name, layer.name, layer.config, (node,)))
    return Model("Model", "m", Topology.FUNCTIONAL, tuple(chain), TensorRef("ids"), TensorRef(chain[-1].name))


def places(era: str, *layers: Layer, loss: Any = "mean_squared_error") -> list[str]:
    found = step_differences(model(*layers), {"loss": loss}, Era.of(era))
    assert all(finding.code == "OPT021" and finding.hint for finding in found)
    return [finding.place for finding in found]


LAST = Layer("LSTM", "last", {"units": 2})
SUMMED = Layer(
    "Dense", "dense", {"units": 2, "activity_regularizer": {"class_name": "L1L2", "config": {"l1": 0.1}}}
)
STATISTICS = Layer("BatchNormalization", "statistics", {"axis": -1})
FROZEN = Layer("BatchNormalization", "frozen", {"axis": -1, "trainable": False, "gamma_initializer": TF1})


@pytest.mark.parametrize(
    ("era", "expected"),
    [("2.2.4", ["dense"]), ("2.3.1", ["dense"]), ("2.1.6-tf", ["dense"]), ("2.2.4-tf", [])],
)
def test_penalties_on_outputs_were_sums(era: str, expected: list[str]) -> None:
    assert places(era, SUMMED, LAST) == expected


@pytest.mark.parametrize(
    ("era", "expected"), [("1.2.2", ["loss"]), ("2.2.4", ["loss"]), ("2.1.6-tf", ["loss"]), ("2.3.1", [])]
)
def test_hinge_losses_took_labels_as_they_were(era: str, expected: list[str]) -> None:
    assert places(era, LAST, loss="squared_hinge") == expected


@pytest.mark.parametrize(
    ("era", "expected"),
    [
        ("2.2.4", []),
        ("2.1.6-tf", []),
        ("2.3.1", ["top"]),
        ("2.2.4-tf", ["top"]),
        ("2.9.0", ["top"]),
        ("2.10.0", []),
    ],
)
def test_losses_of_masked_outputs_were_divided_by_all_steps(era: str, expected: list[str]) -> None:
    assert places(era, Layer("Dense", "top", {"units": 1})) == expected


@pytest.mark.parametrize(("era", "expected"), [("2.3.1", True), ("2.2.4-tf", True), ("2.8.0", False)])
def test_frozen_statistics_were_those_of_the_batch(era: str, expected: bool) -> None:
    found = step_differences(model(FROZEN, LAST), {"loss": "mse"}, Era.of(era))
    assert any("normalised by the batch" in finding.message for finding in found) is expected


@pytest.mark.parametrize(("era", "expected"), [("2.3.1", 2), ("2.11.0", 1), ("2.12.0", 0)])
def test_statistics_behind_a_mask(era: str, expected: int) -> None:
    assert len(places(era, STATISTICS, LAST)) == expected


@pytest.mark.parametrize(
    ("era", "name", "rate", "expected"),
    [
        ("2.2.4", "Adagrad", {"class_name": "InverseTimeDecay"}, ["optimizer"]),
        ("1.2.2", "RMSprop", {"class_name": "InverseTimeDecay"}, ["optimizer"]),
        ("2.2.4", "Adagrad", 0.01, []),
        ("2.2.4", "SGD", {"class_name": "InverseTimeDecay"}, []),
        ("2.3.1", "Adagrad", {"class_name": "InverseTimeDecay"}, []),
        ("2.1.6-tf", "Adagrad", {"class_name": "InverseTimeDecay"}, ["optimizer"]),
        ("2.2.4-tf", "Adagrad", {"class_name": "InverseTimeDecay"}, []),
    ],
)
def test_a_decay_whose_steps_were_not_saved_starts_again(
    era: str, name: str, rate: Any, expected: list[str]
) -> None:
    optimizer = {"class_name": name, "config": {"learning_rate": rate}}
    found = step_differences(model(LAST), {"loss": "mse", "optimizer": optimizer}, Era.of(era))
    assert [finding.place for finding in found] == expected


def test_a_plain_model_has_none() -> None:
    assert places("2.2.4", LAST) == []


LABELS = Layer("Dense", "top", {"units": 1})
LATER = Layer(
    "BatchNormalization",
    "frozen",
    {"axis": -1, "trainable": False, "gamma_initializer": {"class_name": "Ones", "config": {}}},
)
ADDED = Layer("ActivityRegularization", "penalty", {"l1": 0.1})


@pytest.mark.parametrize(
    ("era", "layers", "word"),
    [
        ("2.2.4", (ADDED, LAST), "sum over the batch"),
        ("2.2.4-tf", (FROZEN, LAST), "normalised by the batch"),
        ("2.2.4", (STATISTICS, LAST), "hidden counters"),
    ],
)
def test_what_is_said_of_a_layer(era: str, layers: tuple[Layer, ...], word: str) -> None:
    found = step_differences(model(*layers), {"loss": "mse"}, Era.of(era))
    assert any(word in finding.message for finding in found)


@pytest.mark.parametrize(
    ("era", "layers", "word"),
    [
        ("2.2.4-tf", (LATER, LAST), "normalised by the batch"),
        ("2.2.4-tf", (STATISTICS, LAST), "normalised by the batch"),
        ("2.2.4", (Layer("Dense", "d", {"units": 3, "trainable": False}), LAST), "normalised by the batch"),
        ("2.2.4", (FROZEN, LAST), "hidden counters"),
        ("2.2.4", (LAST, STATISTICS), "all steps"),
    ],
)
def test_what_is_not_said_of_a_layer(era: str, layers: tuple[Layer, ...], word: str) -> None:
    found = step_differences(model(*layers), {"loss": "mse"}, Era.of(era))
    assert not any(word in finding.message for finding in found)
