"""Probes stay inside what a model accepts, and are the same everywhere."""

from __future__ import annotations

import numpy as np

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.parity.probes import InputSpec, input_specs, make_probes


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
    (spec,) = input_specs(model, [{"name": "ids", "shape": [None, 6], "dtype": "float32"}])
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
