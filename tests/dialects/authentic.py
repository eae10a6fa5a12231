"""Authentic files of ``legacy_models`` as values: read, given their weights, and translated, without TensorFlow."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from migrate.capsule.model import Layer, Model
from migrate.dialects import registry  # noqa: F401 - registers the rules
from migrate.dialects.config_parser import parse_model
from migrate.dialects.rule import Era, Notes, Step
from migrate.dialects.translate import Translation, era_of, translate
from migrate.dialects.upgrade import upgrade
from migrate.dialects.weight_matching import assign_weights
from migrate.formats.artifact import LegacyArtifact
from migrate.formats.read import read

MODELS = Path(__file__).resolve().parents[2] / "legacy_models"


@cache
def artifact(case: str) -> LegacyArtifact:
    """The artifact of a case such as ``keras-1.2.2/mlp``."""
    folder = MODELS / case
    (path,) = [p for p in folder.iterdir() if p.name.startswith("model.") and p.suffix in (".h5", ".keras")]
    return read(path, None)


def translated(case: str) -> Translation:
    """The case in the final Keras 2 dialect and in Keras 3."""
    source = artifact(case)
    return translate(source, era_of(source))


def as_written(case: str) -> tuple[Model, Era]:
    """The case in its own dialect, with weights, and its era."""
    source = artifact(case)
    era, notes = era_of(source), Notes()
    assert source.architecture is not None
    model = upgrade(parse_model(source.architecture, notes), era, (Step.GRAMMAR,), notes)
    return assign_weights(model, source.weights, era), era


def codes(translation: Translation) -> set[str]:
    """Codes of the rules that fired."""
    return {fired.code for fired in translation.notes.fired}


def classes(model: Model) -> list[str]:
    """Class names in the order of the model."""
    return [layer.class_name for layer in model.layers]


def first(model: Model, class_name: str) -> Layer:
    """The first layer of a class, wrapped and nested ones included."""
    return next(layer for _, layer in model.walk() if layer.class_name == class_name)
