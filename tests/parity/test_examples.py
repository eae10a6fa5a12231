"""Serialised examples are messages that the wire format's own reader takes apart again."""

from __future__ import annotations

import numpy as np

from migrate.formats.saved_model.examples import Feature
from migrate.formats.wire import Message
from migrate.parity.examples import UNKNOWN, encode_example, example_batch
from migrate.parity.probes import Attempt, InputSpec, attempts, make_probes

SIZE = Feature("size", "float32", (2,), required=True)
COLOUR = Feature("colour", "string")


def decoded(data: bytes) -> dict[str, Message]:
    return dict(Message(data).message(1).mapping(1))


def test_every_type_is_encoded() -> None:
    data = encode_example(
        {"a": ("float32", [0.5, -2.0]), "b": ("int64", [3, -1, 300]), "c": ("string", [b"x", b""])}
    )
    found = decoded(data)
    assert found["a"].message(2).floats(1) == [0.5, -2.0]
    assert found["b"].message(3).ints(1) == [3, -1, 300]
    assert [bytes(v) for v in found["c"].message(1).views(1)] == [b"x", b""]


def test_required_features_are_always_there_and_others_are_not() -> None:
    batch = example_batch(np.random.default_rng(0), [SIZE, COLOUR], ["red"], (40,), complete=False)
    found = [decoded(data) for data in batch]
    assert all(len(one["size"].message(2).floats(1)) == 2 for one in found)
    assert 0 < sum("colour" in one for one in found) < 40
    words = {bytes(v).decode() for one in found if "colour" in one for v in one["colour"].message(1).views(1)}
    assert words == {"red", UNKNOWN}


def test_free_size_holds_several_of_the_inner_shape() -> None:
    feature = Feature("steps", "float32", (None, 2), required=True)
    batch = example_batch(np.random.default_rng(0), [feature], [], (20,), complete=True)
    sizes = {len(decoded(data)["steps"].message(2).floats(1)) for data in batch}
    assert sizes == {2, 4, 6}


def test_probes_of_an_input_of_examples() -> None:
    probes = make_probes([InputSpec("inputs", (None,), "string", words=("red",), examples=(SIZE, COLOUR))])
    assert {array.shape for array in probes.values()} == {(1,), (3,), (2,)}
    assert set(decoded(probes["0/0"][0])) == {"size", "colour"}, "the first case is complete"


def test_a_graph_that_fails_is_given_single_values() -> None:
    specs = [InputSpec("inputs", (None,), "string", words=("red",), examples=(COLOUR,))]
    first, tame = list(attempts(specs))[:2]

    def most(attempt: Attempt) -> int:
        probes = [make_probes(specs, attempt, seed) for seed in range(20)]
        found = [decoded(data) for arrays in probes for array in arrays.values() for data in array]
        return max(len(list(one["colour"].message(1).views(1))) for one in found if "colour" in one)

    assert (most(first), most(tame)) == (3, 1)
