"""Optimizer state of every era finds its variables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from migrate.dialects.rule import Era
from migrate.dialects.training import State, TrainingPlan, plan_training
from migrate.dialects.training.variables import stored_names, trainable_variables
from tests.dialects.authentic import artifact as authentic_artifact
from tests.dialects.authentic import translated
from tests.dialects.training.factory import FLAT, SHAPES, artifact, model, numbered

ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7, "amsgrad": False}
PATHS = ["dense_1/kernel", "dense_1/bias", "dense_2/kernel", "dense_2/bias"]


def plan(
    config: dict[str, Any], saved: list[tuple[str, Any]], keras: str, class_name: str = "Adam"
) -> TrainingPlan:
    training = {"loss": "mse", "optimizer_config": {"class_name": class_name, "config": config}}
    built = model()
    return plan_training(artifact(training, saved), Era.of(keras), built, built)


def values(found: TrainingPlan, slot: str) -> list[float]:
    return [float(found.slots[slot][path].ravel()[0]) for path in PATHS]


def test_standalone_keras_groups_slots_by_kind() -> None:
    names = [f"training/Adam/Variable_{i}:0" for i in range(12)]
    arrays = [*numbered(FLAT + FLAT), *[np.zeros(1, "float32")] * 4]
    found = plan({"lr": 0.02, **ADAM}, [("Adam/iterations:0", 3), *zip(names, arrays, strict=True)], "2.2.4")
    assert values(found, "momentum") == [0, 1, 2, 3]
    assert values(found, "velocity") == [4, 5, 6, 7]
    assert "velocity_hat" not in found.slots
    assert found.iterations == 3
    assert "OPT013" in [fired.code for fired in found.fired]


def test_keras_2_0_had_no_placeholders_and_counts_as_stored() -> None:
    saved = [("Adam/iterations:0", 3.0), *((f"v{i}", a) for i, a in enumerate(numbered(FLAT + FLAT)))]
    found = plan({"lr": 0.02, "epsilon": 1e-8, "decay": 0.0}, saved, "2.0.8")
    assert values(found, "velocity") == [4, 5, 6, 7]
    assert found.iterations == 3
    assert found.slot_state.state is State.MAPPED, "whether the writer read it before it counted is not known"


def test_keras_1_sorted_variables_by_name() -> None:
    saved = [
        ("Variable:0", 3.0),
        *((f"v{i}", a) for i, a in enumerate(numbered([(4,), (3, 4), (2,), (4, 2)]))),
    ]
    found = plan({"lr": 0.02, "momentum": 0.9, "decay": 0.0, "nesterov": False}, saved, "1.2.2", "SGD")
    assert values(found, "momentum") == [1, 0, 3, 2]


def test_keras_2_0_5_sorted_variables_by_the_names_in_the_file() -> None:
    source = authentic_artifact("keras-2.0.5/train_adam_crossed")
    translation = translated("keras-2.0.5/train_adam_crossed")
    names = stored_names(source)
    inside = trainable_variables(translation.assigned, Era.of("2.0.5"), names)
    found = [names[id(variable.array)] for variable in inside]
    assert found == sorted(found)
    assert [v.key for v in trainable_variables(translation.assigned, Era.of("2.0.6"), names)] != [
        v.key for v in inside
    ]
    plan = plan_training(source, Era.of("2.0.5"), translation.assigned, translation.modern)
    assert plan.slot_state.state is State.MAPPED
    assert "no slots for" not in plan.slot_state.note


def test_names_of_tf_keras_decide() -> None:
    arrays = numbered(FLAT + FLAT)
    names = [f"Adam/{path}/{slot}:0" for slot in "mv" for path in PATHS]
    found = plan(
        {"learning_rate": 0.02, **ADAM}, [("Adam/iter:0", 3), *zip(names, arrays, strict=True)], "2.8.0"
    )
    assert values(found, "momentum") == [0, 1, 2, 3]
    assert values(found, "velocity") == [4, 5, 6, 7]
    assert found.iterations == 3
    assert found.slot_state.state is State.KEPT


def test_variable_without_gradient_has_no_slot() -> None:
    names = [f"SGD/{path}/momentum:0" for path in PATHS[:2]]
    saved = [("SGD/iter:0", 1), *zip(names, numbered(FLAT[:2]), strict=True)]
    found = plan({"learning_rate": 0.1, "momentum": 0.5}, saved, "2.8.0", "SGD")
    assert sorted(found.slots["momentum"]) == sorted(PATHS[:2])
    assert found.slot_state.state is State.MAPPED
    assert "dense_2/kernel" in found.slot_state.note


NEW = {"is_legacy_optimizer": False, "jit_compile": True, "use_ema": False, "learning_rate": 0.02, **ADAM}


def test_new_names_carry_the_slot_first() -> None:
    names = [f"Adam/{slot}/{path}:0" for path in PATHS for slot in "mv"]
    shapes = [shape for shape in FLAT for _ in "mv"]
    saved = [("iteration:0", 7), *zip(names, numbered(shapes), strict=True)]
    found = plan(NEW, saved, "2.12.0", "Custom>Adam")
    assert values(found, "momentum") == [0, 2, 4, 6]
    assert values(found, "velocity") == [1, 3, 5, 7]
    assert found.iterations == 7


def test_archives_interleave_slots_after_the_averages() -> None:
    shapes = [*FLAT, *(shape for shape in FLAT for _ in "mv")]
    saved = [("vars/0", 7), *((f"vars/{i + 1}", a) for i, a in enumerate(numbered(shapes)))]
    found = plan({**NEW, "use_ema": True, "ema_momentum": 0.9}, saved, "2.14.0")
    assert values(found, "average") == [0, 1, 2, 3]
    assert values(found, "momentum") == [4, 6, 8, 10]


def test_loss_scaling_archives_list_everything_twice() -> None:
    own = [
        (f"vars/{i}", a) for i, a in enumerate([np.asarray(7), *numbered([s for s in FLAT for _ in "mv"])])
    ]
    inner = [(f"_optimizer/{name}", array) for name, array in own]
    training = {"class_name": "Adam", "config": NEW}
    found = plan(
        {"inner_optimizer": training, "dynamic": False}, [*inner, *own], "2.13.1", "LossScaleOptimizerV3"
    )
    assert values(found, "momentum") == [0, 2, 4, 6]
    assert found.optimizer.state is State.MAPPED


@pytest.mark.parametrize(
    ("saved", "why"),
    [
        ([("vars/0", 7), ("vars/1", np.zeros((3, 4)))], "8 slots"),
        ([("vars/0", 7), *((f"vars/{i + 1}", np.zeros(9)) for i in range(8))], "shape"),
    ],
)
def test_contradictions_are_lost_with_the_reason(saved: list[tuple[str, Any]], why: str) -> None:
    found = plan(NEW, saved, "2.14.0")
    assert found.slot_state.state is State.LOST
    assert why in found.slot_state.note
    assert not found.slots


def test_nadam_gets_the_product_that_keras_2_2_did_not_save() -> None:
    saved = [("Nadam/iterations:0", 3), *((f"v{i}", a) for i, a in enumerate(numbered(FLAT + FLAT)))]
    found = plan({"lr": 0.02, "beta_1": 0.9, "schedule_decay": 0.004}, saved, "2.2.4", "Nadam")
    expected = np.prod([0.9 * (1 - 0.5 * 0.96 ** (0.004 * t)) for t in (1, 2, 3)])
    assert found.extras["u_product"] == pytest.approx(expected)
    assert found.optimizer.state is State.MAPPED
    assert "schedule_decay" in found.optimizer.note


def test_plain_sgd_keeps_the_number_of_steps() -> None:
    saved = [("vars/0", 3), *((f"vars/{i + 1}", a) for i, a in enumerate(numbered(FLAT)))]
    found = plan({"learning_rate": 0.1, "momentum": 0.0, "use_ema": False}, saved, "2.15.0", "SGD")
    assert found.iterations == 3
    assert found.slots == {}
    assert found.slot_state.state is State.KEPT


ADAFACTOR = {"learning_rate": 0.02, "beta_2_decay": -0.8, "use_ema": False, "jit_compile": True}
FACTORED = [shape for kernel, bias in SHAPES.values() for shape in (kernel[:1], kernel[1:], kernel, bias)]


@pytest.mark.parametrize(
    ("keras", "saved"),
    [
        ("2.15.0", [("vars/0", 5), *((f"vars/{i + 1}", a) for i, a in enumerate(numbered(FACTORED)))]),
        (
            "2.11.0",
            [
                ("iteration:0", 5),
                *zip(
                    [
                        f"Adafactor/{slot}/{path}:0"
                        for path in PATHS
                        for slot in ("rcv" if path.endswith("kernel") else "v")
                    ],
                    numbered(FACTORED),
                    strict=True,
                ),
            ],
        ),
    ],
)
def test_adafactor_keeps_factors_of_kernels(keras: str, saved: list[tuple[str, Any]]) -> None:
    found = plan(ADAFACTOR, saved, keras, "Adafactor")
    assert {key: array.shape for key, array in found.slots["row"].items()} == {PATHS[0]: (3,), PATHS[2]: (4,)}
    assert {key: float(array[0]) for key, array in found.slots["column"].items()} == {
        PATHS[0]: 1,
        PATHS[2]: 5,
    }
    assert values(found, "velocity") == [2, 3, 6, 7]
    assert found.iterations == 5
    assert found.slot_state.state is State.KEPT


def test_factors_of_weights_that_a_rule_scales_are_not_kept() -> None:
    saved = [("vars/0", 5), *((f"vars/{i + 1}", a) for i, a in enumerate(numbered(FACTORED)))]
    training = {"loss": "mse", "optimizer_config": {"class_name": "Adafactor", "config": ADAFACTOR}}
    plain = model()
    gate = plain.layer("dense_1").with_config(activation="hard_sigmoid")
    built = replace(plain, layers=tuple(gate if one.name == "dense_1" else one for one in plain.layers))
    found = plan_training(artifact(training, saved), Era.of("2.15.0"), built, built)
    assert sorted(found.slots["row"]) == ["dense_2/kernel"]
    assert "the row factors of weights that a rule changed start at zero" in found.slot_state.note


@pytest.mark.parametrize(
    ("config", "saved", "keras", "name", "word"),
    [
        # Seven arrays do not divide among four variables, and four are too few for Adam.
        (ADAM, [(f"v{i}", a) for i, a in enumerate(numbered(FLAT + FLAT[:3]))], "2.2.4", "Adam", "divide"),
        (ADAM, [(f"v{i}", a) for i, a in enumerate(numbered(FLAT))], "2.2.4", "Adam", "or more for each"),
        ({}, [(f"v{i}", a) for i, a in enumerate(numbered(FLAT * 2))], "2.2.4", "SGD", "more groups"),
        ({}, [("SGD/dense_1/kernel/unheard:0", np.zeros((3, 4)))], "2.8.0", "SGD", "unknown"),
        ({}, [("SGD/dense_1/gamma/momentum:0", np.zeros((3, 4)))], "2.8.0", "SGD", "no variable is left"),
        ({}, [("SGD/dense_1/kernel/momentum:0", np.zeros((3, 3)))], "2.8.0", "SGD", "no variable is left"),
        ({}, [("SGD/other/kernel/momentum:0", np.zeros((3, 4)))], "2.8.0", "SGD", "no variable is left"),
    ],
)
def test_arrays_that_fit_no_variable(
    config: dict[str, Any], saved: list[tuple[str, Any]], keras: str, name: str, word: str
) -> None:
    found = plan(config, saved, keras, name)
    assert found.slot_state.state is State.LOST
    assert word in found.slot_state.note


def test_numbers_that_are_no_slots() -> None:
    scalars = [
        ("Nadam/iter:0", 3),
        ("Nadam/momentum_cache:0", 0.25),
        ("Nadam/learning_rate:0", 0.1),
        ("beta_1:0", 0.9),
    ]
    names = [f"Nadam/{path}/{slot}:0" for slot in "mv" for path in PATHS]
    saved = [*scalars, *zip(names, numbered(FLAT + FLAT), strict=True)]
    found = plan({"learning_rate": 0.1, "decay": 0.004}, saved, "2.8.0", "Nadam")
    assert (found.iterations, found.extras["u_product"]) == (3, 0.25)
    assert values(found, "velocity") == [4, 5, 6, 7]


def test_the_schedule_of_momenta_that_stand_alone_keras_saved() -> None:
    scalars = [("Nadam/iterations:0", 3), ("training/Nadam/m_schedule:0", 0.5)]
    saved = [*scalars, *((f"v{i}", a) for i, a in enumerate(numbered(FLAT + FLAT)))]
    found = plan({"lr": 0.1, "schedule_decay": 0.004}, saved, "2.3.1", "Nadam")
    assert (found.iterations, found.extras["u_product"]) == (3, 0.5)


def test_momenta_that_plain_sgd_does_not_read() -> None:
    saved = [
        ("SGD/iter:0", 3),
        *((f"SGD/{path}/momentum:0", a) for path, a in zip(PATHS, numbered(FLAT), strict=True)),
    ]
    assert plan({"learning_rate": 0.1, "momentum": 0.0}, saved, "2.8.0", "SGD").slots == {}
    assert values(plan({"learning_rate": 0.1, "momentum": 0.5}, saved, "2.8.0", "SGD"), "momentum") == [
        0,
        1,
        2,
        3,
    ]
