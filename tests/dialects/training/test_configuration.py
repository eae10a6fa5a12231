"""Optimizers, losses and metrics of every era in the words of Keras 3."""

from __future__ import annotations

from typing import Any

import pytest

from migrate.dialects.rule import Era
from migrate.dialects.training import plan_training
from migrate.dialects.training.losses import translate_loss, translate_losses
from migrate.dialects.training.metrics import translate_metrics
from migrate.dialects.training.optimizers import translate_optimizer
from migrate.dialects.training.plan import Remarks, State
from tests.dialects.training.factory import artifact, model

NOBODY: frozenset[str] = frozenset()


def optimizer(class_name: str, config: dict[str, Any], keras: str) -> tuple[Any, Remarks]:
    remarks = Remarks()
    return translate_optimizer({"class_name": class_name, "config": config}, Era.of(keras), remarks), remarks


def codes(remarks: Remarks) -> list[str]:
    return [fired.code for fired in remarks.fired]


def test_time_decay_becomes_the_same_formula_as_a_schedule() -> None:
    made, remarks = optimizer("SGD", {"lr": 0.05, "momentum": 0.9, "decay": 0.1, "nesterov": True}, "2.2.4")
    assert made["config"]["learning_rate"] == {
        "class_name": "InverseTimeDecay",
        "config": {"initial_learning_rate": 0.05, "decay_steps": 1, "decay_rate": 0.1},
    }
    assert "decay" not in made["config"]
    assert codes(remarks) == ["OPT001", "OPT006"]
    assert remarks.outcome().state is State.MAPPED


def test_absent_decay_is_only_a_spelling() -> None:
    made, remarks = optimizer("Adam", {"lr": 0.02, "beta_1": 0.9, "decay": 0.0, "epsilon": None}, "2.1.6")
    assert made == {"class_name": "Adam", "config": {"beta_1": 0.9, "learning_rate": 0.02, "epsilon": 1e-7}}
    assert remarks.outcome().state is State.KEPT


def test_clipnorm_of_standalone_keras_was_global() -> None:
    made, _ = optimizer("Adam", {"lr": 0.02, "clipnorm": 0.5, "clipvalue": 1.0}, "2.2.4")
    assert made["config"]["global_clipnorm"] == 0.5
    assert not {"clipnorm", "clipvalue"} & set(made["config"])
    again, _ = optimizer("Adam", {"learning_rate": 0.02, "clipnorm": 0.5}, "2.8.0")
    assert again["config"]["clipnorm"] == 0.5


@pytest.mark.parametrize(
    ("config", "keras", "epsilon"),
    [
        ({"lr": 0.01, "rho": 0.9, "epsilon": 1e-7}, "2.2.4", 1e-14),
        ({"learning_rate": 0.01, "rho": 0.9, "epsilon": 1e-7, "momentum": 0.0}, "2.8.0", 1e-14),
        ({"learning_rate": 0.01, "rho": 0.9, "epsilon": 1e-7, "momentum": 0.9}, "2.8.0", 1e-7),
        ({"learning_rate": 0.01, "rho": 0.9, "epsilon": 1e-7, "is_legacy_optimizer": False}, "2.13.0", 1e-7),
    ],
)
def test_epsilon_moves_under_the_root_where_it_was_outside(config: Any, keras: str, epsilon: float) -> None:
    made, _ = optimizer("RMSprop", config, keras)
    assert made["config"]["epsilon"] == pytest.approx(epsilon)


def test_schedules_stay_and_null_arguments_go() -> None:
    rate = {
        "class_name": "CosineDecay",
        "config": {"initial_learning_rate": 0.1, "decay_steps": 5, "name": None},
    }
    made, remarks = optimizer(
        "Custom>SGD", {"learning_rate": rate, "jit_compile": False, "use_ema": False}, "2.12.0"
    )
    assert made["config"]["learning_rate"]["config"] == {"initial_learning_rate": 0.1, "decay_steps": 5}
    assert made["class_name"] == "SGD"
    assert codes(remarks) == ["OPT003"]


@pytest.mark.parametrize(
    ("word", "name"),
    [("adagrad", "Adagrad"), ("rmsprop", "RMSprop"), ("RMSprop", "RMSprop"), ("adam", "Adam")],
)
def test_a_word_of_an_archive_means_the_optimizer_of_its_release(word: str, name: str) -> None:
    """tf.keras 2.12 and later start Adagrad at 0.1 and have epsilon under the root, as Keras 3 does."""
    built = model()
    training = {"optimizer": word, "loss": "mse", "metrics": None, "loss_weights": None}
    made = plan_training(artifact(training, []), Era.of("2.13.1"), built, built)
    assert made.compile is not None
    assert made.compile["optimizer"] == {"class_name": name, "config": {}}
    assert made.optimizer.state is State.KEPT


def test_a_word_that_is_no_optimizer_is_lost() -> None:
    built = model()
    made = plan_training(artifact({"optimizer": "yogi", "loss": "mse"}, []), Era.of("2.13.1"), built, built)
    assert made.optimizer.state is State.LOST


ADAGRAD = {"learning_rate": 0.1, "decay": 0.0, "epsilon": 1e-7}
POLYNOMIAL = {"class_name": "PolynomialDecay", "config": {"initial_learning_rate": 0.1, "decay_steps": 5}}


@pytest.mark.parametrize(
    ("name", "config", "keras", "expected"),
    [
        # The accumulator of stand-alone Keras started at 0, and its epsilon stood beside the root.
        ("Adagrad", ADAGRAD, "2.2.4", {"initial_accumulator_value": 0.0, "epsilon": pytest.approx(1e-14)}),
        (
            "Adagrad",
            {**ADAGRAD, "initial_accumulator_value": 0.1},
            "2.8.0",
            {"initial_accumulator_value": 0.1},
        ),
        (
            "RMSprop",
            {"learning_rate": 0.1, "momentum": 0.9, "epsilon": 1e-7},
            "2.3.1",
            {"epsilon": pytest.approx(1e-14)},
        ),
        ("Adam", {"learning_rate": 0.1, "epsilon": 1e-7, "momentum": 0.9}, "2.8.0", {"epsilon": 1e-7}),
        ("Adam", {"learning_rate": 0.1, "amsgrad": None}, "2.8.0", {"amsgrad": None}),
        # ``decay`` is the schedule of momenta in a Nadam of tf.keras; it is nothing in 2.11 and later.
        ("Nadam", {"learning_rate": 0.1, "decay": 0.004}, "2.8.0", {"learning_rate": 0.1}),
        ("Nadam", {"lr": 0.1, "schedule_decay": 1.0}, "2.2.4", {"learning_rate": 0.1}),
        ("SGD", {"learning_rate": 0.1, "decay": 0.1, "use_ema": False}, "2.13.1", {"learning_rate": 0.1}),
        (
            "SGD",
            {"learning_rate": 0.1, "decay": 0.1},
            "2.8.0",
            {
                "learning_rate": {
                    "class_name": "InverseTimeDecay",
                    "config": {"initial_learning_rate": 0.1, "decay_steps": 1, "decay_rate": 0.1},
                }
            },
        ),
        ("SGD", {"learning_rate": POLYNOMIAL}, "2.8.0", {"learning_rate": POLYNOMIAL}),
        (
            "SGD",
            {"learning_rate": 0.1, "use_ema": False, "ema_momentum": 0.99},
            "2.13.1",
            {"ema_momentum": None},
        ),
        (
            "SGD",
            {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.9},
            "2.13.1",
            {"ema_momentum": 0.9},
        ),
    ],
)
def test_formulas_of_releases(
    name: str, config: dict[str, Any], keras: str, expected: dict[str, Any]
) -> None:
    made, remarks = optimizer(name, config, keras)
    assert {key: made["config"].get(key) for key in expected} == expected
    assert "decay" not in made["config"]
    moved = {"OPT007", "OPT008"} & set(codes(remarks))
    assert bool(moved) is (name in ("RMSprop", "Adagrad") and made["config"]["epsilon"] < 1e-10)
    assert ("OPT009" in codes(remarks)) is (config.get("decay") == 0.004)


@pytest.mark.parametrize(
    ("name", "config", "keras", "word"),
    [
        ("SGD", {"learning_rate": {"class_name": "Warmup", "config": {}}}, "2.8.0", "Warmup"),
        ("SGD", {"learning_rate": POLYNOMIAL, "decay": 0.1}, "2.8.0", "combined"),
        ("Yogi", {"learning_rate": 0.1}, "2.8.0", "Yogi"),
        ("Mine>Adam", {"learning_rate": 0.1, "use_ema": False}, "2.13.1", "Mine>Adam"),
        ("Custom>Adam", {"learning_rate": 0.1}, "2.8.0", "Custom>Adam"),
    ],
)
def test_optimizers_that_are_lost(name: str, config: dict[str, Any], keras: str, word: str) -> None:
    made, remarks = optimizer(name, config, keras)
    assert made is None
    assert word in str(remarks.lost)


def test_foreign_optimizer_of_a_known_name_is_lost_not_replaced() -> None:
    made, remarks = optimizer("Mine>Adam", {"name": "Adam", "learning_rate": 0.5}, "2.11.0")
    assert made is None
    assert codes(remarks) == ["OPT005"]
    assert remarks.outcome().state is State.LOST


@pytest.mark.parametrize(
    ("stored", "modern"),
    [
        ("mse", "mean_squared_error"),
        ("MAE", "mean_absolute_error"),
        ("kullback_leibler_divergence", "kl_divergence"),
        ("cosine_proximity", "cosine_similarity"),
        ("logcosh", "log_cosh"),
        ("categorical_crossentropy", "categorical_crossentropy"),
    ],
)
def test_losses_by_name(stored: str, modern: str) -> None:
    assert translate_loss(stored, NOBODY, Remarks()) == modern


def test_loss_object_loses_only_its_implementation() -> None:
    remarks = Remarks()
    raw = {
        "class_name": "Huber",
        "config": {"reduction": "auto", "name": "huber_loss", "delta": 0.7, "fn": "huber"},
    }
    assert translate_loss(raw, NOBODY, remarks) == {
        "class_name": "Huber",
        "config": {"delta": 0.7, "reduction": "sum_over_batch_size", "name": "huber_loss"},
    }
    assert codes(remarks) == ["LOSS005", "LOSS003"]


def test_losses_by_output_name_follow_the_outputs() -> None:
    remarks = Remarks()
    assert translate_losses({"b": "mae", "a": "mse"}, ["a", "b", "c"], NOBODY, remarks) == [
        "mean_squared_error",
        "mean_absolute_error",
        None,
    ]
    assert "LOSS004" in codes(remarks)


REDUCED = {"reduction": "sum_over_batch_size"}
SMOOTH = {"label_smoothing": 0.1, "from_logits": True}


@pytest.mark.parametrize(
    ("raw", "made", "fired"),
    [
        (
            {"class_name": "Huber", "config": {"reduction": "sum", "delta": 1.0}},
            {"class_name": "Huber", "config": {"reduction": "sum", "delta": 1.0}},
            [],
        ),
        (
            {"class_name": "Keras>BinaryCrossentropy", "config": {"reduction": "none", **SMOOTH}},
            {"class_name": "BinaryCrossentropy", "config": {**SMOOTH, "reduction": None}},
            [],
        ),
        (
            {
                "class_name": "MeanSquaredError",
                "config": {"reduction": "sum_over_batch_size", "fn": "mse", "name": None},
            },
            {"class_name": "MeanSquaredError", "config": REDUCED},
            ["LOSS003"],
        ),
        ({"class_name": "LossFunctionWrapper", "config": {"fn": "mse"}}, "mean_squared_error", ["LOSS001"]),
        ({"class_name": "Mine>Huber", "config": {}}, None, ["LOSS002"]),
        ({"class_name": "Focal", "config": {}}, None, ["LOSS002"]),
        ("mean_squared_error", "mean_squared_error", []),
        ("hinge", "hinge", []),
        (None, None, []),
    ],
)
def test_losses(raw: Any, made: Any, fired: list[str]) -> None:
    remarks = Remarks()
    assert translate_loss(raw, NOBODY, remarks) == made
    assert codes(remarks) == fired


@pytest.mark.parametrize(
    ("raw", "outputs", "made"),
    [
        ("mse", ["a"], "mean_squared_error"),
        ("mse", ["a", "b"], ["mean_squared_error"] * 2),
        (None, ["a", "b"], None),
        (["mse"], ["a"], "mean_squared_error"),
        (["mse", None], ["a", "b"], ["mean_squared_error", None]),
        (["mse", "mae"], ["a"], None),
        ({"a": "mse"}, ["a"], "mean_squared_error"),
        (
            {"class_name": "Poisson", "config": {"reduction": "sum"}},
            ["a"],
            {"class_name": "Poisson", "config": {"reduction": "sum"}},
        ),
    ],
)
def test_losses_of_outputs(raw: Any, outputs: list[str], made: Any) -> None:
    remarks = Remarks()
    assert translate_losses(raw, outputs, NOBODY, remarks) == made
    assert (remarks.lost is not None) is (raw == ["mse", "mae"])
    assert not codes(remarks).count("LOSS004")


def test_loss_for_no_output_is_lost() -> None:
    remarks = Remarks()
    translate_losses({"z": "mae"}, ["a", "b"], NOBODY, remarks)
    assert remarks.lost is not None
    assert "z" in remarks.lost


def test_own_loss_needs_the_users_file() -> None:
    remarks = Remarks()
    assert translate_loss("dice_loss", NOBODY, remarks) is None
    assert remarks.lost is not None
    assert translate_loss("dice_loss", frozenset({"dice_loss"}), Remarks()) == {"custom": "dice_loss"}


def test_wrapped_metric_becomes_its_class_and_keeps_its_name() -> None:
    raw = [
        [{"class_name": "MeanMetricWrapper", "config": {"name": "value_mse", "fn": "mean_squared_error"}}],
        [],
    ]
    assert translate_metrics(raw, ["value", "kind"], NOBODY, Remarks()) == [
        [{"class_name": "MeanSquaredError", "config": {"name": "mse"}}],
        [],
    ]


def test_flat_metrics_count_for_every_output() -> None:
    assert translate_metrics(["acc"], ["a", "b"], NOBODY, Remarks()) == [["accuracy"], ["accuracy"]]


def test_unknown_metric_is_left_out_and_named() -> None:
    remarks = Remarks()
    raw = [
        "mape",
        "f1_of_mine",
        {"class_name": "BinaryAccuracy", "config": {"name": "b", "fn": "x", "threshold": 0.3}},
    ]
    assert translate_metrics(raw, ["a"], NOBODY, remarks) == [
        {"class_name": "MeanAbsolutePercentageError", "config": {"name": "mape"}},
        {"class_name": "BinaryAccuracy", "config": {"threshold": 0.3, "name": "b"}},
    ]
    assert remarks.outcome().state is State.MAPPED
    assert "f1_of_mine" in remarks.outcome().note


@pytest.mark.parametrize(
    ("metrics", "state"),
    [(["f1_of_mine"], State.LOST), (["f1_of_mine", "mape"], State.MAPPED), (["mape"], State.KEPT)],
)
def test_metrics_are_lost_when_none_is_left(metrics: list[str], state: State) -> None:
    built = model()
    source = artifact({"loss": "mse", "metrics": metrics, "optimizer_config": None}, [])
    assert plan_training(source, Era.of("2.8.0"), built, built).metrics.state is state
