"""Weights of layers that another session named otherwise are paired in order, as Keras loaded them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from migrate.dialects.config_parser import parse_model
from migrate.dialects.recounted import recounted, recounted_own
from migrate.dialects.rule import Notes, Step
from migrate.dialects.translate import era_of, translate
from migrate.dialects.upgrade import upgrade
from migrate.dialects.weight_matching import assign_weights
from migrate.findings import MigrationError
from migrate.formats.artifact import LayerWeights, LegacyArtifact, SavedArray
from migrate.formats.read import read


def artifact(legacy_models: Path) -> LegacyArtifact:
    folder = legacy_models / "keras-2.2.4" / "mlp-yaml"
    return read(folder / "model.weights.h5", folder / "model.yaml")


def renamed(source: LegacyArtifact, **names: str) -> LegacyArtifact:
    text = json.dumps(source.architecture)
    for old, new in names.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    source.architecture = json.loads(text)
    return source


def test_layers_renamed_by_a_counter_keep_their_weights(legacy_models: Path) -> None:
    straight = translate(artifact(legacy_models), era_of(artifact(legacy_models))).assigned
    dense = [layer.name for layer in straight.layers if layer.weights]
    assert len(dense) > 1
    other = renamed(artifact(legacy_models), **{name: f"dense_{105 + i}" for i, name in enumerate(dense)})
    counted = translate(other, era_of(other)).assigned
    pairs = zip(
        [la for la in straight.layers if la.weights], [la for la in counted.layers if la.weights], strict=True
    )
    for one, two in pairs:
        assert one.name != two.name
        for role, array in one.weights.items():
            np.testing.assert_array_equal(array, two.weights[role])


def test_an_architecture_with_another_number_of_layers_is_refused(legacy_models: Path) -> None:
    other = artifact(legacy_models)
    assert other.architecture is not None
    layers = other.architecture["config"]["layers"]
    last = [layer for layer in layers if layer["class_name"] == "Dense"][-1]
    layers.remove(last)
    with pytest.raises(MigrationError) as refused:
        translate(other, era_of(other))
    assert refused.value.code == "WGT011"


def nested(*models: str) -> dict[str, object]:
    """A model of models with two layers each, counted from nothing as a fresh session does."""

    def dense(name: str) -> dict[str, object]:
        config = {"name": name, "units": 2, "use_bias": False, "activation": "linear"}
        return {"class_name": "Dense", "config": config}

    names = iter(["dense", *(f"dense_{n}" for n in range(1, 2 * len(models)))])
    layers = [
        {
            "class_name": "Sequential",
            "config": {"name": name, "layers": [dense(next(names)), dense(next(names))]},
        }
        for name in models
    ]
    return {"class_name": "Sequential", "config": {"name": "whole", "layers": layers}}


def test_layers_inside_models_that_a_session_counted_on_keep_their_order(legacy_models: Path) -> None:
    era = era_of(artifact(legacy_models))
    model = upgrade(parse_model(nested("sequential", "sequential_1"), Notes()), era, (Step.GRAMMAR,), Notes())
    arrays = [SavedArray(f"dense_{n}/kernel:0", np.full((2, 2), n, "float32")) for n in range(1, 5)]
    saved = [LayerWeights(("sequential_1",), arrays[:2]), LayerWeights(("sequential_2",), arrays[2:])]
    found = [
        layer.weights["kernel"][0, 0]
        for _, layer in assign_weights(model, saved, era).walk()
        if layer.weights
    ]
    assert found == [1, 2, 3, 4]


def test_names_that_differ_by_more_than_a_counter_stay(legacy_models: Path) -> None:
    arrays = [SavedArray("scale/kernel:0", np.zeros((2, 2), "float32"))]
    assert recounted([], arrays) is arrays


def test_authors_layers_in_a_nested_model_keep_their_order() -> None:
    """A block of the author's holds layers of Keras, whose names say nothing here; its own was counted on."""
    block = ["conv2d_21/kernel:0", "layer_normalization_7/gamma:0"]
    arrays = [
        SavedArray(f"block_{n}/inner_{3 * n}/{name}", np.full(1, n)) for n in (7, 8, 9) for name in block
    ]
    found = recounted_own(["block", "block_1", "block_2"], arrays)
    assert [array.name.split("/")[0] for array in found] == [
        name for name in ("block", "block_1", "block_2") for _ in block
    ]
    assert [array.name.split("/", 1)[1] for array in found] == [
        array.name.split("/", 1)[1] for array in arrays
    ]
    assert [array.array[0] for array in found] == [array.array[0] for array in arrays]
    assert recounted_own(["block", "block_1"], arrays) is arrays, "two layers for three groups"


def test_layers_that_are_counted_on_by_less_than_their_number_are_told_apart() -> None:
    arrays = [SavedArray(f"block_{n}/kernel:0", np.full(1, n)) for n in (1, 2)]
    found = recounted_own(["block", "block_1"], arrays)
    assert [(array.name, array.array[0]) for array in found] == [
        ("block/kernel:0", 1),
        ("block_1/kernel:0", 2),
    ]


@pytest.mark.parametrize("weightless", [False, True])
def test_a_layer_of_the_author_that_another_session_counted_is_paired_in_order(
    weightless: bool, legacy_models: Path
) -> None:
    """Whether such a layer has weights only its code says: where the file has a group too few, it has none."""
    era = era_of(artifact(legacy_models))
    own = {"class_name": "own>Attention", "config": {"name": "attention"}}
    dense = {
        "class_name": "Dense",
        "config": {"name": "dense", "units": 2, "use_bias": False, "activation": "linear"},
    }
    architecture = {"class_name": "Sequential", "config": {"name": "whole", "layers": [own, dense]}}
    model = upgrade(parse_model(architecture, Notes()), era, (Step.GRAMMAR,), Notes())
    mine = SavedArray("attention_3/att_b:0", np.full((4, 1), 3, "float32"))
    kernel = SavedArray("dense_7/kernel:0", np.full((2, 2), 7, "float32"))
    saved = [LayerWeights(("attention_3",), [mine]), LayerWeights(("dense_7",), [kernel])]
    found = assign_weights(model, saved[weightless:], era).layers
    assert [[float(a.flat[0]) for a in layer.weights.values()] for layer in found] == (
        [[], [7.0]] if weightless else [[3.0], [7.0]]
    )
