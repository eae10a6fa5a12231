"""What recurrent layers gave for masked steps, release by release."""

from __future__ import annotations

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
