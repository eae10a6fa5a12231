"""What recurrent layers gave for masked steps, release by release."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.keras2.masked_bidirectional import unsaid_release
from migrate.dialects.keras2.masked_states import masked_cells, masked_initial_state
from migrate.dialects.keras2.stateful_bidirectional import stateful_bidirectional
from migrate.dialects.rule import Era
from migrate.findings import MigrationError
from tests.dialects.authentic import codes, translated

TF1 = {"class_name": "GlorotUniform", "config": {"seed": None, "dtype": "float32"}}
TF2 = {"class_name": "GlorotUniform", "config": {"seed": None}}


@pytest.mark.parametrize(
    ("case", "code", "fires"),
    [
        ("keras-2.2.4/masked_initial_state", "SIL054", True),
        ("keras-2.3.1/masked_initial_state", "SIL054", False),
        ("tf.keras-1.12/masked_initial_states", "SIL054", True),
        ("keras-2.2.4/masked_cells", "SIL055", True),
        ("keras-2.3.1/masked_cells", "SIL055", False),
        ("keras-2.2.4/stateful_bidirectional", "SIL057", True),
        ("keras-2.3.1/stateful_bidirectional", "SIL057", True),
        ("tf.keras-1.15/stateful_bidirectional", "SIL057", True),
    ],
)
def test_releases(case: str, code: str, fires: bool) -> None:
    assert (code in codes(translated(case))) is fires


def test_which_cell_a_file_of_tf_keras_2_1_6_means_is_not_known() -> None:
    with pytest.raises(MigrationError, match="which one's state") as caught:
        translated("tf.keras-1.12/masked_cells_of_either")
    assert caught.value.code == "SIL056"


def test_releases_that_gave_the_last_output_keep_their_stacks() -> None:
    before = model(stack())
    for era in ("2.2.2", "2.1.5-tf", "2.2.4-tf"):
        assert masked_cells(before, Era.of(era)) is before
    unrolled = model(stack(unroll=True))
    assert masked_cells(unrolled, Era.of("2.1.6-tf")) is unrolled


def model(layer: Layer, *, mask: bool = True, ragged: bool = False) -> Model:
    """A Functional model of words and one recurrent layer over them."""
    entry = {"batch_input_shape": [2, 5], **({"ragged": False} if ragged else {})}
    words = {"input_dim": 9, "output_dim": 4, "mask_zero": mask}
    called = Node((TensorRef("words"),))
    return Model(
        "Model",
        "m",
        Topology.FUNCTIONAL,
        (
            Layer("InputLayer", "ids", entry),
            Layer("Embedding", "words", words, (Node((TensorRef("ids"),)),)),
            Layer(layer.class_name, "rnn", layer.config, (called,), {}, layer.children),
        ),
        TensorRef("ids"),
        TensorRef("rnn"),
    )


def stack(**config: Any) -> Layer:
    cells = {f"cells/{i}": Layer("GRUCell", f"cell_{i}", {"units": 3}) for i in range(2)}
    return Layer(
        "RNN", "rnn", config, children={"cell": Layer("StackedRNNCells", "stack", {}, children=cells)}
    )


STATEFUL = Layer("LSTM", "rnn", {"units": 3, "stateful": True})


def test_a_stateful_layer_over_a_mask_is_refused() -> None:
    with pytest.raises(MigrationError, match="keeps its states") as refusal:
        masked_initial_state(model(STATEFUL), Era.of("2.2.4"))
    assert refusal.value.code == "SIL056"


@pytest.mark.parametrize("era", ["2.3.1-tf", "2.4.0"])
def test_tf_keras_gives_zeros(era: str) -> None:
    given = model(STATEFUL)
    assert masked_initial_state(given, Era.of(era)) is given


def test_without_a_mask_nothing_changes() -> None:
    for layer, rule in ((STATEFUL, masked_initial_state), (stack(), masked_cells)):
        given = model(layer, mask=False)
        assert rule(given, Era.of("2.2.4")) is given


def test_unrolled_layers_gave_the_step_before() -> None:
    for layer, rule in (
        (Layer("LSTM", "rnn", {"units": 3, "stateful": True, "unroll": True}), masked_initial_state),
        (stack(unroll=True), masked_cells),
    ):
        assert rule(model(layer), Era.of("2.2.4")).layer("rnn").class_name == layer.class_name


@pytest.mark.parametrize("config", [{"stateful": True}, {"go_backwards": True}, {"return_state": True}])
def test_stacks_that_cannot_be_taken_apart_are_refused(config: dict[str, Any]) -> None:
    with pytest.raises(MigrationError) as refusal:
        masked_cells(model(stack(**config)), Era.of("2.2.4"))
    assert refusal.value.code == "SIL056"


def bidirectional(initializer: Any, **config: Any) -> Layer:
    parts = {"units": 2, "kernel_initializer": initializer, **config}
    children = {"forward_layer": Layer("LSTM", "f", parts), "backward_layer": Layer("LSTM", "b", parts)}
    return Layer("Bidirectional", "rnn", {}, children=children)


@pytest.mark.parametrize(
    ("era", "initializer", "carried"),
    [
        ("2.1.3", TF2, True),
        ("2.1.4", TF2, False),
        ("2.3.1", TF2, False),
        ("2.2.4-tf", TF1, False),
        ("2.2.4-tf", TF2, True),
        ("2.4.0", TF2, True),
    ],
)
def test_states_of_a_bidirectional_layer(era: str, initializer: Any, carried: bool) -> None:
    changed = stateful_bidirectional(bidirectional(initializer, stateful=True), Era.of(era))
    assert {child.config["stateful"] for child in changed.children.values()} == {carried}


@pytest.mark.parametrize(
    ("initializer", "ragged", "doubtful"), [(TF1, False, True), (TF1, True, False), (TF2, False, False)]
)
def test_releases_of_one_version_are_told_apart_or_named(
    initializer: Any, ragged: bool, doubtful: bool
) -> None:
    found = unsaid_release(model(bidirectional(initializer), ragged=ragged), Era.of("2.2.4-tf"))
    assert [finding.code for finding in found] == (["PAR021"] if doubtful else [])


H = [TensorRef("ids"), TensorRef("ids")]
"""What stands for two states: where they come from decides nothing here."""


def given(layer: Layer, **kwargs: Any) -> Model:
    """The model with arguments in the call of its recurrent layer."""
    made = model(layer)
    called = replace(made.layer("rnn"), nodes=(Node((TensorRef("words"),), kwargs),))
    return replace(made, layers=(*made.layers[:-1], called))


@pytest.mark.parametrize(
    ("config", "functions"),
    [
        ({}, ["math.not_equal", "math.reduce_any", "where"]),
        (
            {"return_sequences": True},
            ["math.not_equal", "cast", "math.cumsum", "math.greater", "expand_dims", "expand_dims", "where"],
        ),
        (
            {"return_sequences": True, "go_backwards": True},
            [
                "math.not_equal",
                "reverse",
                "cast",
                "math.cumsum",
                "math.greater",
                "expand_dims",
                "expand_dims",
                "where",
            ],
        ),
    ],
)
def test_the_first_state_stands_before_the_first_step(config: dict[str, Any], functions: list[str]) -> None:
    before = given(Layer("LSTM", "rnn", {"units": 3, **config}), initial_state=H)
    done = masked_initial_state(before, Era.of("2.2.4"))
    made = [layer.config["function"] for layer in done.layers if layer.class_name == "TFOpLambda"]
    assert made[: len(functions)] == functions
    assert done.layer("rnn_steps").class_name == "LSTM"


@pytest.mark.parametrize(
    "layer",
    [
        Layer("LSTM", "rnn", {"units": 3}),
        Layer("OwnRecurrent", "rnn", {"units": 3, "stateful": True}),
        stack(stateful=True),
    ],
)
def test_layers_without_a_state_to_begin_with_stay(layer: Layer) -> None:
    before = model(layer)
    assert masked_initial_state(before, Era.of("2.2.4")) is before


def test_a_stack_of_one_cell_and_other_layers_stay() -> None:
    one = stack()
    cells = {"cells/0": one.children["cell"].children["cells/0"]}
    single = replace(one, children={"cell": replace(one.children["cell"], children=cells)})
    for layer in (
        single,
        Layer("RNN", "rnn", children={"cell": Layer("GRUCell", "c", {"units": 3})}),
        replace(stack(), class_name="OwnRecurrent"),
    ):
        for era in ("2.2.4", "2.1.6-tf"):
            before = model(layer)
            assert masked_cells(before, Era.of(era)) is before


def test_stacks_of_own_cells_and_with_states_are_refused() -> None:
    own = stack()
    cells = {"cells/0": Layer("OwnCell", "a"), "cells/1": Layer("GRUCell", "b", {"units": 3})}
    own = replace(own, children={"cell": replace(own.children["cell"], children=cells)})
    for before in (model(own), given(stack(), initial_state=H)):
        with pytest.raises(MigrationError) as refusal:
            masked_cells(before, Era.of("2.2.4"))
        assert refusal.value.code == "SIL056"


@pytest.mark.parametrize("sequences", [True, False])
def test_a_stack_is_taken_apart(sequences: bool) -> None:
    done = masked_cells(model(stack(return_sequences=sequences)), Era.of("2.2.4"))
    assert done.layer("rnn_first_cell").config["return_sequences"] is True
    assert done.layer("rnn_other_cells").children["cell"].class_name == "GRUCell"
    functions = [layer.config.get("function") for layer in done.layers]
    assert ("expand_dims" in functions) is sequences
    assert ("gather" in functions) is not sequences


def test_three_cells_leave_a_stack_of_two() -> None:
    three = stack()
    cells = {f"cells/{i}": Layer("GRUCell", f"c{i}", {"units": 3}) for i in range(3)}
    three = replace(three, children={"cell": replace(three.children["cell"], children=cells)})
    done = masked_cells(model(three), Era.of("2.2.4"))
    assert list(done.layer("rnn_other_cells").children["cell"].children) == ["cells/0", "cells/1"]


def test_a_shared_layer_is_refused() -> None:
    once = given(STATEFUL)
    twice = replace(once.layers[-1], nodes=once.layers[-1].nodes * 2)
    with pytest.raises(MigrationError, match="is shared"):
        masked_initial_state(replace(once, layers=(*once.layers[:-1], twice)), Era.of("2.2.4"))


@pytest.mark.parametrize("mask", [True, False])
def test_a_layer_inside_another_is_refused_where_it_sees_a_mask(mask: bool) -> None:
    before = model(Layer("TimeDistributed", "rnn", children={"layer": STATEFUL}), mask=mask)
    other = Layer("InputLayer", "features", {"batch_input_shape": [2, 5, 4]})
    elsewhere = replace(before.layers[-1], nodes=(Node((TensorRef("features"),)),))
    unmasked = replace(before, layers=(*before.layers[:-1], other, elsewhere))
    assert masked_initial_state(unmasked, Era.of("2.2.4")) is unmasked
    if mask:
        with pytest.raises(MigrationError, match="inside another layer"):
            masked_initial_state(before, Era.of("2.2.4"))
