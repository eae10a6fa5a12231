"""Parts that were frozen when a model was saved, which only the number of the optimizer's slots tells.

Stand-alone Keras kept ``trainable`` of a model in no file: ``Container.get_config`` (1.2.2, 2.0) and
``Network.get_config`` (2.2, 2.3) hold the layers' own, and setting it on a model set nothing on the layers. tf.keras
sets it on every layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

from migrate.capsule.model import Layer, Model, map_layers
from migrate.dialects.config_parser import plain
from migrate.dialects.rule import Era, Notes
from migrate.dialects.training.optimizers import ARGUMENTS, Kind, optimizer_kind
from migrate.dialects.training.rules import FROZEN_PART
from migrate.dialects.training.slots import SlotsUnreadableError, read_state
from migrate.dialects.training.variables import stored_names, trainable_variables
from migrate.formats.artifact import LegacyArtifact

_MOST_PARTS = 10
"""Nested models up to which all combinations are tried."""

Path = tuple[str, ...]


def freeze_by_slots(model: Model, artifact: LegacyArtifact, era: Era, notes: Notes) -> Model:
    """The model with those nested models frozen that the optimizer's state leaves out.

    Args:
        model: in the writer's dialect, weights in place.
        artifact: whose optimizer's state was read.
        era: who wrote it.
        notes: receives the rule.

    Returns:
        The same object where the state fits all variables, or where several choices of parts would fit it.
    """
    stored = _optimizer(artifact)
    if stored is None or not artifact.optimizer_weights or optimizer_kind(stored, era) is not Kind.STANDALONE:
        return model
    parts = [path for path, layer in model.walk() if layer.model is not None and layer.model.trainable]
    if not parts or len(parts) > _MOST_PARTS or _fits(model, artifact, era, stored):
        return model
    fitting: dict[frozenset[str], Model] = {}
    for count in range(1, len(parts) + 1):
        for chosen in combinations(parts, count):
            frozen = _frozen(model, frozenset(chosen))
            left = frozenset(variable.key for variable in trainable_variables(frozen))
            if left not in fitting and _fits(frozen, artifact, era, stored):
                fitting[left] = frozen
        if fitting:
            break
    if len(fitting) != 1:
        return model
    (found,) = fitting.values()
    for path, layer in found.walk():
        if path in parts and layer.model is not None and not layer.model.trainable:
            notes.record(FROZEN_PART.code, "/".join(path), {"trainable": True}, {"trainable": False})
    return found


def _optimizer(artifact: LegacyArtifact) -> Mapping[str, Any] | None:
    """The stored optimizer of a class that is known."""
    training = plain(artifact.training, Notes()) if artifact.training else {}
    stored = training.get("optimizer_config")
    known = isinstance(stored, Mapping) and stored.get("class_name") in ARGUMENTS
    return stored if known else None


def _fits(model: Model, artifact: LegacyArtifact, era: Era, stored: Mapping[str, Any]) -> bool:
    variables = trainable_variables(model, era, stored_names(artifact))
    try:
        read_state(
            artifact.optimizer_weights,
            stored["class_name"],
            stored.get("config", {}),
            Kind.STANDALONE,
            variables,
        )
    except SlotsUnreadableError:
        return False
    return True


def _frozen(model: Model, chosen: frozenset[Path]) -> Model:
    def freeze(path: Path, layer: Layer) -> Layer:
        if path not in chosen or layer.model is None:
            return layer
        return replace(layer, model=replace(layer.model, trainable=False))

    return map_layers(model, freeze)
