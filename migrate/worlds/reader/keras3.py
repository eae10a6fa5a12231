"""What the reader world says of a Keras 3 archive, from its JSON members alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from migrate.dialects.keras3_minors.archives import (
    has_masks,
    masks_softmax,
    name_of,
    precision,
    uses_of_input,
    walk,
)
from migrate.dialects.keras3_minors.packing import has_int4
from migrate.dialects.keras3_minors.rewriting import write_for
from migrate.dialects.keras3_minors.versions import parse_readers
from migrate.findings import MigrationError
from migrate.formats.archive import CONFIG, METADATA
from migrate.formats.bounded import bounded_memory
from migrate.formats.limits import MAX_ARCHITECTURE_BYTES, decode_json
from migrate.formats.zip_access import ZipSource
from migrate.worlds.contracts import keras3 as asked

_MAJOR = 3


def describe_keras3(call: asked.DescribeKeras3, scratch: Path) -> asked.DescribedKeras3:
    """Who wrote an archive of Keras 3, and what it says of its inputs.

    Raises:
        MigrationError: ``RDR005`` for anything else.
    """
    path = call.path
    with bounded_memory(path):
        config, metadata = _members(path)
    version = str(metadata.get("keras_version", ""))
    if not _is_keras3(version):
        raise MigrationError(
            "RDR005",
            f"{path.name} is not a Keras 3 archive (it says keras_version {version or 'nothing'})",
            "Migrate it first: keras-migrate models.",
        )
    names = {name_of(entry) for entry in walk(config) if entry.get("class_name") == "InputLayer"}
    uses = {name: uses_of_input(config, name) for name in sorted(names)}
    return asked.DescribedKeras3(
        version, precision(config), uses, has_masks(config), has_int4(config), masks_softmax(config)
    )


def _is_keras3(version: str) -> bool:
    try:
        return Version(version).major == _MAJOR
    except InvalidVersion:
        return False


def rewrite_keras3(call: asked.RewriteKeras3, scratch: Path) -> asked.RewrittenKeras3:
    """Write an archive for the readers named, or several, into the scratch folder.

    Raises:
        MigrationError: ``RDR005`` for anything that is no archive of Keras 3.
    """
    with bounded_memory(call.path):
        _, metadata = _members(call.path)
        written = write_for(
            call.path, Version(metadata["keras_version"]), parse_readers(call.readers), scratch
        )
    return asked.RewrittenKeras3(
        [asked.ArchiveFor(str(one.path), [r.name for r in one.readers], one.rules) for one in written]
    )


def _members(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    with ZipSource(path) as archive:
        if not {CONFIG, METADATA} <= archive.members.keys():
            raise MigrationError(
                "RDR005", f"{path.name} has no {CONFIG} or no {METADATA}", "Pass a .keras file."
            )
        limits = {CONFIG: MAX_ARCHITECTURE_BYTES, METADATA: MAX_ARCHITECTURE_BYTES}
        config, metadata = (
            decode_json(archive.read(name, limit), name, str(path)) for name, limit in limits.items()
        )
    if not isinstance(config, dict) or not isinstance(metadata, dict):
        raise MigrationError(
            "RDR005", f"{path.name} contains no configuration of a model", "Pass a .keras file."
        )
    return config, metadata
