"""Weights of layers that another session named otherwise are paired in order, as Keras loaded them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from migrate.dialects.translate import era_of, translate
from migrate.findings import MigrationError
from migrate.formats.artifact import LegacyArtifact
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
