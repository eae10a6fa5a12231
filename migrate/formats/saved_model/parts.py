"""What belongs to a SavedModel whose protobuf was given by itself, under whatever name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from migrate.formats.saved_model.names import PROTO, TEXT_PROTO

_BESIDE = ("variables", "assets", "assets.extra", "keras_metadata.pb", "fingerprint.pb")
"""What TensorFlow and Keras write into the folder of a SavedModel beside the protobuf."""


def is_renamed(path: Path) -> bool:
    """Whether the protobuf of a SavedModel has a name of its own: nothing says that the whole folder belongs to it."""
    return path.is_file() and path.name not in (PROTO, TEXT_PROTO)


def parts_of(proto: Path) -> dict[str, Path]:
    """The files of a SavedModel by their names in it, where the protobuf may have another one."""
    found = [proto]
    for part in (proto.with_name(name) for name in _BESIDE):
        files = part.rglob("*") if part.is_dir() else (part,)
        found += [path for path in sorted(files) if path.is_file()]
    return named(proto, found)


def named(proto: Path, files: Iterable[Path]) -> dict[str, Path]:
    """Files that were found to belong to a protobuf, by their names in the SavedModel, without another look at them."""
    return {PROTO if path == proto else path.relative_to(proto.parent).as_posix(): path for path in files}


def digest_of(digests: Mapping[str, str]) -> str:
    """The SHA-256 of the folder that these files make (`migrate.formats.limits.sha256_of`).

    Args:
        digests: names below the folder to the SHA-256 of each file.
    """
    digest = hashlib.sha256()
    for name in sorted(digests, key=PurePosixPath):
        if not digests[name]:
            return ""
        digest.update(name.encode("utf-8", "surrogateescape") + b"\0" + digests[name].encode())
    return digest.hexdigest()
