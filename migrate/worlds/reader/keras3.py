"""What the reader world says of a Keras 3 archive, from its JSON members alone."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from packaging.version import Version

from migrate.dialects.keras3_minors.archives import precision, uses_of_input, walk
from migrate.dialects.keras3_minors.rewriting import make_portable
from migrate.dialects.keras3_minors.versions import parse_readers
from migrate.findings import MigrationError
from migrate.formats.archive import CONFIG, METADATA
from migrate.formats.bounded import bounded_memory
from migrate.formats.limits import MAX_ARCHITECTURE_BYTES, decode_json
from migrate.formats.zip_access import ZipSource


def describe_keras3(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """An archive of Keras 3: ``path`` → ``version`` of its writer, ``precision``, ``uses`` of its inputs by name.

    Raises:
        MigrationError: ``RDR005`` for anything else.
    """
    path = Path(params["path"])
    with bounded_memory(path):
        config, metadata = _members(path)
    version = str(metadata.get("keras_version", ""))
    if not version.startswith("3."):
        raise MigrationError(
            "RDR005",
            f"{path.name} is no archive of Keras 3 (it says keras_version {version or 'nothing'})",
            "Migrate it first: keras-migrate models.",
        )
    entries = [config, *walk(config)]
    names = {str(entry["config"].get("name")) for entry in entries if entry.get("class_name") == "InputLayer"}
    uses = {name: uses_of_input(config, name) for name in sorted(names)}
    return {"version": version, "precision": precision(config), "uses": uses}


def rewrite_keras3(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """An archive for the ``readers`` named: ``path`` → a ``file``, and the ``rules`` that changed it.

    Raises:
        MigrationError: ``RDR005`` for anything that is no archive of Keras 3.
    """
    path, target = Path(params["path"]), scratch / "model.keras"
    with bounded_memory(path):
        _, metadata = _members(path)
        shutil.copyfile(path, target)
        fired = make_portable(target, Version(metadata["keras_version"]), parse_readers(params["readers"]))
    return {"file": str(target), "rules": fired}


def _members(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    with ZipSource(path) as archive:
        if not {CONFIG, METADATA} <= archive.members.keys():
            raise MigrationError(
                "RDR005", f"{path.name} has no {CONFIG} or no {METADATA}", "Give a .keras file."
            )
        limits = {CONFIG: MAX_ARCHITECTURE_BYTES, METADATA: MAX_ARCHITECTURE_BYTES}
        config, metadata = (
            decode_json(archive.read(name, limit), name, str(path)) for name, limit in limits.items()
        )
    if not isinstance(config, dict) or not isinstance(metadata, dict):
        raise MigrationError(
            "RDR005", f"{path.name} holds no configuration of a model", "Give a .keras file."
        )
    return config, metadata
