"""Probes stay inside what a model accepts, and are the same everywhere."""

from __future__ import annotations

import numpy as np

from migrate.capsule.ends import TensorSpec
from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.parity.input_specs import InputSpec, input_specs
from migrate.parity.probes import ROUNDS, attempts, make_probes


def test_same_specification_same_probes() -> None:
    specs = [InputSpec("x", (None, 4), "float32")]
    first, second = make_probes(specs), make_probes(specs)
    assert first.keys() == second.keys()
    assert all(np.array_equal(first[key], second[key]) for key in first)


def test_dynamic_dimensions_come_in_two_sizes_and_batches_vary() -> None:
    probes = make_probes([InputSpec("x", (None, None, 3), "float32")])
    assert len({array.shape[1] for array in probes.values()}) == 2
    assert len({array.shape[0] for array in probes.values()}) == 3


def test_a_fixed_batch_is_kept() -> None:
    probes = make_probes([InputSpec("x", (5, 4), "float32")])
    assert {array.shape for array in probes.values()} == {(5, 4)}


def test_ids_stay_inside_the_embedding_behind_a_reshape() -> None:
    model = Model(
        "Functional",
        "m",
        Topology.FUNCTIONAL,
        (
            Layer("InputLayer", "ids", {}, (Node(()),)),
            Layer("Reshape", "reshape", {}, (Node((TensorRef("ids"),)),)),
            Layer("Embedding", "words", {"input_dim": 9}, (Node((TensorRef("reshape"),)),)),
        ),
        TensorRef("ids"),
        TensorRef("words"),
    )
    (spec,) = input_specs(model, [TensorSpec("ids", (None, 6), "float32")])
    assert spec.ids == 9
    probes = make_probes([spec])
    assert all(array.min() >= 0 and array.max() < 9 for array in probes.values())
    assert any((array[..., -2:] == 0).all() for array in probes.values()), "a padded case"


def test_strings_come_from_the_vocabulary_and_from_outside() -> None:
    probes = make_probes([InputSpec("s", (None, 8), "string", words=("red", "green"))])
    words = {word for array in probes.values() for word in array.ravel()}
    assert words & {"red", "green"}
    assert words - {"red", "green"}


def test_images_look_like_bytes_in_one_case() -> None:
    probes = make_probes([InputSpec("image", (None, 8, 8, 3), "float32")])
    assert any(array.max() > 100 for array in probes.values())


def test_seeds_draw_other_probes() -> None:
    specs = [InputSpec("x", (None, 4), "float32")]
    assert not np.array_equal(make_probes(specs, seed=1)["0/0"], make_probes(specs, seed=2)["0/0"])


def test_a_masked_sequence_is_hidden_wholly_in_one_row_and_in_the_middle_of_another() -> None:
    ids = make_probes([InputSpec("ids", (None, 9), "int32", ids=50)])["3/0"]
    assert not ids[0].any()
    assert ids[1].any()
    steps = make_probes([InputSpec("x", (None, 9, 2), "float32", fill=-1.0)])["3/0"]
    assert (steps[0] == -1.0).all()
    assert 0 < (steps[1] == -1.0).all(axis=-1).sum() < 9
    steps = make_probes([InputSpec("x", (None, 9, 2), "float32", fill=(-1.0, 3.0))])["3/0"]
    assert (steps[0] == [-1.0, 3.0]).all()


def test_whole_numbers_reach_the_ends_of_their_dtype_until_a_model_refuses() -> None:
    specs = [InputSpec("x", (None, 40), "int16")]
    first, tame, tamest = list(attempts(specs))[:3]
    assert np.concatenate([a.ravel() for a in make_probes(specs, first).values()]).max() == 32767
    assert max(a.max() for a in make_probes(specs, tame).values()) == 3
    assert max(a.max() for a in make_probes(specs, tamest).values()) == 1
    pixels = make_probes([InputSpec("image", (None, 8, 8, 3), "uint8")])
    assert max(array.max() for array in pixels.values()) > 250


def test_sizes_grow_for_a_model_that_refuses_short_sequences() -> None:
    specs = [InputSpec("x", (None, None, 2), "float32")]
    lengths = [a.shape[1] for attempt in attempts(specs) for a in make_probes(specs, attempt).values()]
    assert min(lengths) == 7
    assert max(lengths) > 10_000
    assert len(list(attempts([InputSpec("x", (None, 5, 2), "float32")]))) == 3


def test_further_probes_ask_for_every_id() -> None:
    specs = [InputSpec("ids", (None, 10), "int32", ids=1500)]
    asked = {
        int(i)
        for further in range(1, ROUNDS + 1)
        for a in make_probes(specs, further=further).values()
        for i in a.flat
    }
    assert asked == set(range(1500))


def test_a_size_that_a_layer_knows_is_kept() -> None:
    model = Model(
        "Functional",
        "m",
        Topology.FUNCTIONAL,
        (
            Layer("InputLayer", "x", {}, (Node(()),)),
            Layer("Normalization", "norm", {}, (Node((TensorRef("x"),)),), {"mean": np.zeros(12)}),
        ),
        TensorRef("x"),
        TensorRef("norm"),
    )
    (spec,) = input_specs(model, [TensorSpec("x", (None, None), "float32")])
    assert {array.shape[1] for array in make_probes([spec]).values()} == {12}


def test_each_input_of_a_nested_model_has_its_own_vocabulary() -> None:
    def entry(name: str) -> Layer:
        return Layer("InputLayer", name, {}, (Node(()),))

    def table(name: str, source: str, size: int) -> Layer:
        return Layer("Embedding", name, {"input_dim": size}, (Node((TensorRef(source),)),))

    inner = Model(
        "Functional",
        "inner",
        Topology.FUNCTIONAL,
        (entry("a"), entry("b"), table("words", "a", 30), table("types", "b", 2)),
        [TensorRef("a"), TensorRef("b")],
        [TensorRef("words"), TensorRef("types")],
    )
    call = Node(([TensorRef("ids"), TensorRef("kinds")],))
    model = Model(
        "Functional",
        "m",
        Topology.FUNCTIONAL,
        (entry("ids"), entry("kinds"), Layer("Functional", "inner", {}, (call,), model=inner)),
        [TensorRef("ids"), TensorRef("kinds")],
        [TensorRef("inner")],
    )
    described = [TensorSpec(n, (None, 4), "int32") for n in ("ids", "kinds")]
    assert [spec.ids for spec in input_specs(model, described)] == [30, 2]
