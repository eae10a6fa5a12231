"""Calls that fix the mode: what becomes of the argument, by what depends on it."""

from __future__ import annotations

import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.keras3.fixed_mode import fixed_mode, frozen_inference, without_effect, without_noise
from migrate.dialects.rule import Era
from migrate.dialects.training_dependence import draws_in_training
from migrate.findings import MigrationError
from tests.dialects.authentic import codes, translated

ERA = Era.of("2.15.0")


def called(layer: Layer, *modes: bool | int | None) -> Layer:
    """The layer with one call for each mode; None is a call that names none."""
    calls = [Node((TensorRef("x"),), {} if mode is None else {"training": mode}) for mode in modes]
    return Layer(
        layer.class_name, layer.name, layer.config, tuple(calls), children=layer.children, model=layer.model
    )


def base(*layers: Layer) -> Layer:
    """A nested model of these layers, one after the other."""
    inside = Model("Sequential", "base", Topology.SEQUENTIAL, layers)
    return Layer("Sequential", "base", {}, model=inside)


def rewritten(layer: Layer) -> Layer:
    """The layer after the rules, in their order."""
    for rule in (without_noise, frozen_inference, without_effect, fixed_mode):
        layer = rule(layer, ERA)
    return layer


STATISTICS = Layer("BatchNormalization", "statistics", {"axis": [3]})
FROZEN = Layer("BatchNormalization", "statistics", {"axis": [3], "trainable": False})
DENSE = Layer("Dense", "dense", {"units": 2})
DROP = Layer("Dropout", "drop", {"rate": 0.5})


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("tf.keras-2.15/fixed_inference", {"SIL053"}),
        ("tf.keras-2.15/fixed_inference_frozen", {"SIL050", "SIL051"}),
        ("tf.keras-2.15/fixed_without_effect", {"SIL052"}),
        ("tf.keras-2.15/fixed_modes-keras", {"SIL053"}),
        ("keras-2.2.4/fixed_modes", {"SIL053"}),
    ],
)
def test_authentic_files(case: str, expected: set[str]) -> None:
    assert codes(translated(case)) & {"SIL050", "SIL051", "SIL052", "SIL053"} == expected


def test_statistics_that_are_trained_keep_the_mode_of_the_call() -> None:
    result = rewritten(called(base(DENSE, STATISTICS), False))
    assert result.registered_name == "keras_migrate>FixedMode"
    assert [dict(node.kwargs) for node in result.nodes] == [{"mode": False}]
    inner = result.children["layer"]
    assert inner.model is not None
    assert inner.nodes == ()


def test_calls_of_one_layer_may_differ() -> None:
    result = rewritten(called(STATISTICS, 1, None, False))
    assert [dict(node.kwargs) for node in result.nodes] == [{"mode": True}, {}, {"mode": False}]


def test_a_frozen_part_needs_no_argument_and_no_noise() -> None:
    result = rewritten(called(base(DENSE, FROZEN, DROP), False))
    assert result.class_name == "Sequential"
    assert result.nodes[0].kwargs == {}
    assert result.model is not None
    assert result.model.layer("drop").config["rate"] == 0.0
    assert result.model.layer("statistics") is FROZEN


def test_noise_stays_where_a_call_follows_the_model() -> None:
    result = rewritten(called(DROP, False, None))
    assert result.children["layer"].config["rate"] == 0.5


@pytest.mark.parametrize(
    "layer",
    [
        DROP,
        base(DENSE, DROP),
        Layer("GRU", "gru", {"units": 2, "dropout": 0.1}),
        base(Layer("RandomFlip", "flip", {"mode": "horizontal"})),
    ],
)
def test_noise_that_is_always_drawn_is_refused(layer: Layer) -> None:
    with pytest.raises(MigrationError) as refusal:
        rewritten(called(layer, True))
    assert refusal.value.code == "SIL058"
    assert refusal.value.hint


@pytest.mark.parametrize(
    "layer",
    [
        Layer("OwnNoise", "own", {}),
        Layer("OwnNoise", "own", {"trainable": False}),
        Layer("BatchNormalization", "own", {"trainable": False}, registered_name="Own>BatchNormalization"),
    ],
)
def test_what_a_layer_of_the_user_does_is_not_known(layer: Layer) -> None:
    result = rewritten(called(base(layer), False))
    assert result.class_name == "FixedMode"


def test_statistics_keep_their_noise_in_a_call_that_fixes_inference() -> None:
    inner = rewritten(called(base(STATISTICS, DROP), False)).children["layer"]
    assert inner.model is not None
    assert inner.model.layer("drop") is DROP


def test_frozen_statistics_keep_a_call_that_fixes_training() -> None:
    result = rewritten(called(FROZEN, True))
    assert [dict(node.kwargs) for node in result.nodes] == [{"mode": True}]


def test_an_argument_without_effect_is_left_out() -> None:
    result = rewritten(called(base(DENSE), True))
    assert result.class_name == "Sequential"
    assert result.nodes[0].kwargs == {}


@pytest.mark.parametrize("mode", [True, False])
@pytest.mark.parametrize("name", ["Op", "TFOpLambda"])
def test_an_operation_keeps_its_arguments(name: str, mode: bool) -> None:
    operation = called(Layer(name, "op", {"function": "own"}), mode)
    assert rewritten(operation) is operation


@pytest.mark.parametrize(("modes", "draws"), [((False,), False), ((False, None), True)])
def test_a_call_that_fixes_inference_draws_nothing(modes: tuple[bool | None, ...], draws: bool) -> None:
    layer = fixed_mode(called(base(DROP, STATISTICS), *modes), ERA)
    assert draws_in_training(Model("Functional", "m", Topology.FUNCTIONAL, (layer,))) is draws
