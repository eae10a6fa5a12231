"""Weights find their variable by name; nothing is used twice or left over."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from migrate.capsule.model import Model
from migrate.dialects.config_parser import parse_model
from migrate.dialects.rule import Era, Notes, Step
from migrate.dialects.translate import era_of
from migrate.dialects.upgrade import upgrade
from migrate.dialects.weight_matching import assign_weights, snake_case
from migrate.findings import MigrationError
from migrate.formats.artifact import LayerWeights, LegacyArtifact, SavedArray
from migrate.formats.read import read


def bare(artifact: LegacyArtifact, era: Era) -> Model:
    assert artifact.architecture is not None
    return upgrade(parse_model(artifact.architecture, Notes()), era, (Step.GRAMMAR,), Notes())


def assigned(path: Path) -> tuple[LegacyArtifact, Model]:
    artifact = read(path)
    era = era_of(artifact)
    return artifact, assign_weights(bare(artifact, era), artifact.weights, era)


@pytest.mark.parametrize(
    "case",
    [
        "keras-2.2.4/transfer",
        "tf.keras-2.8/bidirectional_modes",
        "tf.keras-2.4/partly_frozen",
        "tf.keras-2.8/slash_names_nested",
    ],
)
def test_each_array_is_used_once(legacy_models: Path, case: str) -> None:
    artifact, model = assigned(legacy_models / case / "model.h5")
    given = sorted(a.array.tobytes() for _, a in artifact.arrays())
    used = sorted(a.tobytes() for _, layer in model.walk() for a in layer.weights.values())
    assert used == given


def test_order_inside_a_nested_model_does_not_matter(legacy_models: Path) -> None:
    artifact = read(legacy_models / "keras-2.2.4" / "transfer" / "model.h5")
    era = era_of(artifact)
    model = bare(artifact, era)
    shuffled = [replace(entry, arrays=entry.arrays[::-1]) for entry in artifact.weights]
    straight = assign_weights(model, artifact.weights, era)
    turned = assign_weights(model, shuffled, era)
    for (path, one), (_, other) in zip(straight.walk(), turned.walk(), strict=True):
        assert one.weights.keys() == other.weights.keys(), path
        assert all(np.array_equal(one.weights[r], other.weights[r]) for r in one.weights), path


def test_a_missing_array_is_refused(legacy_models: Path) -> None:
    artifact = read(legacy_models / "keras-2.2.4" / "mlp" / "model.h5")
    era = era_of(artifact)
    first = next(entry for entry in artifact.weights if entry.arrays)
    first.arrays.pop()
    with pytest.raises(MigrationError) as caught:
        assign_weights(bare(artifact, era), artifact.weights, era)
    assert caught.value.code == "WGT010"
    assert first.layer[0] in caught.value.message


def test_arrays_of_an_unknown_layer_are_refused(legacy_models: Path) -> None:
    artifact = read(legacy_models / "keras-2.2.4" / "mlp" / "model.h5")
    era = era_of(artifact)
    extra = LayerWeights(("ghost",), [SavedArray("ghost/kernel:0", np.zeros((2, 2), "float32"))])
    with pytest.raises(MigrationError) as caught:
        assign_weights(bare(artifact, era), [*artifact.weights, extra], era)
    assert caught.value.code == "WGT011"


@pytest.mark.parametrize(
    ("name", "snake"),
    [("LSTMCell", "lstm_cell"), ("Conv2D", "conv2d"), ("BatchNormalization", "batch_normalization")],
)
def test_snake_case_is_that_of_keras(name: str, snake: str) -> None:
    assert snake_case(name) == snake


def test_a_class_of_keras_1_without_its_arrays_is_no_class_of_the_users(legacy_models: Path) -> None:
    """The weights of another model beside an architecture (seen in a public repository)."""
    artifact = read(legacy_models / "keras-1.2.2" / "conv_tf" / "model.h5")
    era = era_of(artifact)
    model = bare(artifact, era)
    name = next(layer.name for layer in model.layers if layer.class_name == "Convolution2D")
    others = [entry for entry in artifact.weights if entry.layer[0] != name]
    with pytest.raises(MigrationError) as caught:
        assign_weights(model, others, era)
    assert caught.value.code == "WGT010"
