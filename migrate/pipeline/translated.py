"""Models translated by the reader, as the parent sees them."""

from __future__ import annotations

from migrate.capsule.model import Model
from migrate.pipeline.answers import structure_of
from migrate.pipeline.staging import Staged
from migrate.worlds.host.custom_source import write_custom_objects
from migrate.worlds.host.pool import Slot


def legacy_structure(slot: Slot) -> Model:
    """Records of the final Keras 2 dialect, weights as shapes."""
    return structure_of(slot.reader, "legacy")


def modern_structure(slot: Slot) -> Model:
    """Records of the Keras 3 side, weights as shapes."""
    return structure_of(slot.reader, "modern")


def modern_objects(slot: Slot, staged: Staged, modern: Model) -> list[str]:
    """Files of the classes that a model needs under Keras 3: the author's, and those of this project."""
    pieces = write_custom_objects(modern, slot.inputs)
    return [*staged.for_modern, *([str(pieces)] if pieces else [])]
