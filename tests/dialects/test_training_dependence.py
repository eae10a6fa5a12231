"""Which layers compute something else in training, by class, rates, and what is around them."""

from __future__ import annotations

import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.training_dependence import dependent_parts, draws_in_training, silenced


def nested(*layers: Layer, trainable: bool = True) -> Layer:
    inside = Model("Sequential", "inner", Topology.SEQUENTIAL, layers, trainable=trainable)
    return Layer("Sequential", "inner", model=inside)


STATISTICS = Layer("BatchNormalization", "statistics", {"axis": -1})
DROP = Layer("Dropout", "drop", {"rate": 0.5})


@pytest.mark.parametrize(
    ("layer", "parts"),
    [
        (DROP, [("drop", True)]),
        (Layer("Dropout", "drop", {"rate": 0.0}), []),
        (Layer("LSTM", "l", {"recurrent_dropout": 0.1}), [("l", True)]),
        (STATISTICS, [("statistics", True)]),
        (Layer("SpectralNormalization", "s", children={"layer": Layer("Dense", "d")}), [("s", True)]),
        (Layer("RandomFlip", "flip"), [("flip", True)]),
        (Layer("Dense", "d"), []),
        (Layer("Op", "o", {"function": "keras.ops.add"}), []),
        (Layer("OwnNoise", "own"), [("own", True)]),
        (Layer("Dense", "own", registered_name="Own>Dense"), [("own", True)]),
        (Layer("HardSigmoid", "ours", registered_name="keras_migrate>HardSigmoid"), []),
        (nested(DROP, Layer("Dense", "d")), [("drop", True)]),
        (nested(STATISTICS, trainable=False), [("statistics", False)]),
        (
            Layer("TimeDistributed", "t", {"trainable": False}, children={"layer": STATISTICS}),
            [("statistics", False)],
        ),
    ],
)
def test_parts(layer: Layer, parts: list[tuple[str, bool]]) -> None:
    assert [(part.name, trainable) for part, trainable in dependent_parts(layer)] == parts


def fixed(*modes: bool | None) -> Layer:
    calls = tuple(Node((TensorRef("x"),), {} if mode is None else {"mode": mode}) for mode in modes)
    return Layer(
        "FixedMode", "fixed", {}, calls, children={"layer": DROP}, registered_name="keras_migrate>FixedMode"
    )


@pytest.mark.parametrize(("modes", "parts"), [((False, True), 0), ((False, None), 1)])
def test_calls_that_all_fix_the_mode_depend_on_none(modes: tuple[bool | None, ...], parts: int) -> None:
    assert len(list(dependent_parts(fixed(*modes)))) == parts


@pytest.mark.parametrize(
    ("layer", "draws"),
    [
        (DROP, True),
        (Layer("RandomZoom", "zoom"), True),
        (STATISTICS, False),
        (nested(DROP), True),
        (nested(STATISTICS), False),
        (Layer("TimeDistributed", "t", children={"layer": DROP}), True),
        (fixed(False), False),
        (fixed(True), True),
        (
            Layer(
                "OwnLayer", "own", nodes=(Node((TensorRef("x"),), {"mode": False}),), children={"layer": DROP}
            ),
            True,
        ),
    ],
)
def test_random_numbers_of_a_training_step(layer: Layer, draws: bool) -> None:
    assert draws_in_training(Model("Functional", "m", Topology.FUNCTIONAL, (layer,))) is draws


def test_only_rates_are_silenced() -> None:
    layer = Layer("LSTM", "l", {"units": 2, "dropout": 0.1, "recurrent_dropout": 0.0})
    assert silenced(layer).config == {"units": 2, "dropout": 0.0, "recurrent_dropout": 0.0}
    assert silenced(STATISTICS) is STATISTICS
