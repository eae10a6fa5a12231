"""Features inside serialised examples, found in the graphs of three writers."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.formats.saved_model.examples import Feature, example_features, words_of
from migrate.formats.saved_model.reader import read_saved_model
from tests.conftest import LEGACY_MODELS

SIZE = Feature("size", "float32", (2,), required=True)


def test_estimator_names_its_features() -> None:
    model = read_saved_model(LEGACY_MODELS / "tf.keras-1.15/estimator/saved_model")
    found = example_features(model.serving)
    colour = Feature("colour", "string")
    assert set(found) == {"serving_default", "classification", "regression", "predict"}
    assert set(found["predict"]) == {"examples"}
    assert set(found["predict"]["examples"]) == {SIZE, colour}
    assert words_of(model) == ["red", "green", "blue"]


def test_function_names_its_features() -> None:
    model = read_saved_model(LEGACY_MODELS / "tf.keras-2.11/module_parsing/saved_model")
    found = example_features(model.serving)
    assert set(found["serving_default"]["examples"]) == {
        SIZE,
        Feature("count", "int64", ()),
        Feature("steps", "float32", (None,)),
        Feature("tags", "string"),
        Feature("colour", "string"),
    }
    assert set(words_of(model)) == {"red", "green", "blue"}


def test_words_come_from_a_vocabulary_file() -> None:
    model = read_saved_model(LEGACY_MODELS / "tf.keras-1.15/builder/saved_model")
    assert example_features(model.serving) == {}
    assert words_of(model) == ["red", "green", "blue"]


@pytest.mark.shared
def test_features_of_a_served_model(real_models: Path) -> None:
    (folder,) = real_models.glob("tensorflow__serving/*half_plus_two_cpu*")
    found = example_features(read_saved_model(folder).serving)
    assert found, "the model answers classify and regress requests"
    keys = {feature.key for inputs in found.values() for features in inputs.values() for feature in features}
    assert keys == {"x", "x2"}
