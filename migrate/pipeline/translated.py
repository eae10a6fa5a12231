"""Models translated by the reader, as the parent sees them."""

from __future__ import annotations

from migrate.capsule.model import Model
from migrate.pipeline.answers import structure_of
from migrate.worlds.pool import Slot


def legacy_structure(slot: Slot) -> Model:
    """Records of the final Keras 2 dialect, weights as shapes."""
    return structure_of(slot.reader, "legacy")


def modern_structure(slot: Slot) -> Model:
    """Records of the Keras 3 side, weights as shapes."""
    return structure_of(slot.reader, "modern")
