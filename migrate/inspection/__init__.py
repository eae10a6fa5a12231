"""One description of any path: what it is, who wrote it, what it holds, and what blocks its migration.

Nothing is loaded: arrays keep their values in the file, graphs keep their constants, and neither TensorFlow nor
Keras is imported.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from migrate.findings import MigrationError
from migrate.formats.artifact import BARE_GRAPHS, Format
from migrate.formats.checkpoint.locate import find_prefix
from migrate.formats.companions import unused_architecture
from migrate.formats.identify import identify
from migrate.formats.pickled_classes import pickled_classes
from migrate.formats.saved_model.parts import is_renamed
from migrate.inspection.expectation import Expectation, expected
from migrate.inspection.graphs import inspect_checkpoint, inspect_graph, inspect_saved_model
from migrate.inspection.layered import basic, inspect_layers
from migrate.inspection.records import Inspection, MetaGraphRecord
from migrate.outcomes import severity_of
from migrate.scan.bytecode import beside_a_graph
from migrate.scan.files import scan_artifact

if TYPE_CHECKING:
    from migrate.findings import Finding
    from migrate.formats.identify import Identification

__all__ = ["Expectation", "Inspection", "MetaGraphRecord", "expected", "inspect"]


def inspect(path: str | Path, architecture: str | Path | None = None) -> Inspection:
    """Describe a model file, SavedModel directory or checkpoint.

    Args:
        path: anything; also a ``.pb`` inside a SavedModel, an ``.index``, a checkpoint's prefix.
        architecture: the file with the architecture of a weights file.

    Returns:
        An inspection. What the scan finds, what is damaged, incomplete or no model at all is said in ``obstacles``.

    Raises:
        MigrationError: FMT021 when the path cannot be read at all.
    """
    source = Path(path)
    given = Path(architecture) if architecture else None
    found = identify(source)
    obstacles: list[Finding] = unused_architecture(found.format, str(architecture) if architecture else None)
    try:
        if found.format is not Format.GIT_LFS_POINTER:  # it stands for content that is not here
            seen = scan_artifact(_scanned(found))
            obstacles += beside_a_graph(seen) if found.format is Format.SAVED_MODEL else seen
        if found.format.is_model:
            obstacles += pickled_classes(source)
        if found.format is Format.SAVED_MODEL:
            return inspect_saved_model(found, obstacles)
        if found.format is Format.CHECKPOINT:
            return inspect_checkpoint(found, given, obstacles)
        if found.format in BARE_GRAPHS | {Format.META_GRAPH}:
            return inspect_graph(found, obstacles)
        return inspect_layers(found, given, obstacles)
    except MigrationError as error:
        return basic(found, [*obstacles, error.finding(severity_of(error.code))])


def _scanned(found: Identification) -> Path:
    """The file or folder that the scan looks at; of a checkpoint its index."""
    if found.format is Format.CHECKPOINT:
        prefix = find_prefix(found.path)
        return prefix.with_name(f"{prefix.name}.index")
    if found.format is Format.SAVED_MODEL and found.path.is_file() and not is_renamed(found.path):
        return found.path.parent
    return found.path
