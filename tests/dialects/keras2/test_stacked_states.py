"""States of stacked cells keep their places, whichever end their writer counted from."""

from __future__ import annotations

import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.keras2.stacked_states import STACKED_STATE_ORDER, flat_states, stacked_state_order
from migrate.dialects.rule import Era, in_era
from migrate.findings import MigrationError
from tests.dialects.authentic import codes, translated

X = TensorRef("x")


def stack(name: str, node: Node, *cells: str, **config: object) -> Layer:
    """An RNN over built-in cells."""
    parts = {f"cells/{i}": Layer(cell, f"{name}_{i}") for i, cell in enumerate(cells)}
    inner = Layer("StackedRNNCells", f"{name}_cells", children=parts)
    return Layer("RNN", name, {"return_state": True, **config}, (node,), children={"cell": inner})


def model(*cells: str) -> Model:
    """One stack that gives its states to another."""
    first = stack("first", Node((X,)), *cells)
    states = [TensorRef("first", 0, 1 + i) for i in range(3)]
    second = stack("second", Node(([X, *states],)), *cells, return_state=False)
    layers = (Layer("InputLayer", "x", {"batch_shape": [None, 4, 3]}), first, second)
    return Model("Functional", "m", Topology.FUNCTIONAL, layers, X, [TensorRef("second"), *states])


def test_both_ends_change_together() -> None:
    turned = stacked_state_order(model("LSTMCell", "GRUCell"), Era.of("2.2.2"))
    places = [ref.tensor for ref in turned.outputs]
    assert places == [0, 3, 1, 2]  # was: GRU, then h and c of the LSTM
    (node,) = turned.layer("second").nodes
    assert [ref.tensor for ref in node.kwargs["initial_state"]] == [1, 2, 3]
    assert node.args == (X,)


def test_later_releases_counted_forward_and_only_the_list_is_split() -> None:
    plain = model("LSTMCell", "GRUCell")
    assert not in_era(STACKED_STATE_ORDER, Era.of("2.2.4"))
    (node,) = flat_states(plain.layer("second"), Era.of("2.2.4")).nodes
    h, c, gru = (TensorRef("first", 0, 1 + i) for i in range(3))
    assert node.kwargs == {"initial_state": [[h, c], gru]}


@pytest.mark.parametrize(
    ("cells", "keras"), [(("MyCell", "GRUCell"), "2.2.2"), (("LSTMCell", "GRUCell"), "2.1.6-tf")]
)
def test_what_the_file_does_not_say_is_refused(cells: tuple[str, ...], keras: str) -> None:
    with pytest.raises(MigrationError) as caught:
        stacked_state_order(model(*cells), Era.of(keras))
    assert caught.value.code == "SIL038"


def test_states_inside_of_a_wrapper_are_refused() -> None:
    inner = stack("first", Node((X,)), "LSTMCell", "GRUCell")
    wrapper = Layer("Bidirectional", "both", nodes=(Node((X,)),), children={"forward_layer": inner})
    held = Model(
        "Functional", "m", Topology.FUNCTIONAL, (Layer("InputLayer", "x"), wrapper), X, TensorRef("both")
    )
    with pytest.raises(MigrationError, match="inside another layer"):
        stacked_state_order(held, Era.of("2.2.2"))


def test_states_that_nobody_sees_are_left_alone() -> None:
    assert "SIL037" not in codes(translated("keras-2.2.2/stacked_cells"))
    assert "SIL037" not in codes(translated("tf.keras-1.12/stacked_cells"))
    assert "SIL037" in codes(translated("keras-2.2.2/stacked_states"))
