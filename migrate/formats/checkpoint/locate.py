"""From whatever a person points at to the prefix of a checkpoint."""

from __future__ import annotations

import glob
import hashlib
import re
from typing import TYPE_CHECKING

from migrate.findings import MigrationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

STATE_FILE = "checkpoint"
_STATE_LINE = re.compile(r'^\s*(all_)?model_checkpoint_path(s?):\s*"((?:[^"\\]|\\.)*)"', re.MULTILINE)
_SHARD = re.compile(r"\.data-\d{5}-of-\d{5}$")
_MAX_STATE_BYTES = 1 << 20


def find_prefix(path: Path) -> Path:
    """The prefix that a directory, state file, ``.index``, ``.meta``, data shard or prefix stands for.

    Of a directory, the checkpoint that its state file names, or the only one in it.

    Raises:
        MigrationError: FMT022 when there is none, or more than one and nothing names the latest.
    """
    if path.is_dir():
        return _in_directory(path)
    if path.name == STATE_FILE and path.is_file():
        return _in_directory(path.parent)
    stem = _SHARD.sub("", path.name)
    for suffix in (".index", ".meta"):
        stem = stem.removesuffix(suffix)
    prefix = path.with_name(stem)
    if not prefix.with_name(prefix.name + ".index").is_file():
        raise MigrationError(
            "FMT022",
            f"{prefix.name}.index is missing: a checkpoint without its index",
            "Fetch all files of the checkpoint.",
            str(path),
        )
    return prefix


def parts_of(prefix: Path) -> list[Path]:
    """The files that a checkpoint consists of: index, shards, and the graph of a TF1 saver; in order."""
    beside = prefix.parent.glob(f"{glob.escape(prefix.name)}.*")
    return sorted(path for path in beside if path.is_file() and _is_part(path.name[len(prefix.name) :]))


def _is_part(ending: str) -> bool:
    return ending in (".index", ".meta") or _SHARD.fullmatch(ending) is not None


def digest_of_parts(digests: Mapping[Path, str]) -> str:
    """One SHA-256 for all files of a checkpoint, whatever its prefix; empty when one could not be read.

    Args:
        digests: SHA-256 of each file.
    """
    digest = hashlib.sha256()
    for path in sorted(digests):
        if not digests[path]:
            return ""
        digest.update(f"{path.suffix}\0{digests[path]}\n".encode())  # .index, .meta, .data-00000-of-00001
    return digest.hexdigest()


def latest(directory: Path) -> str | None:
    """The name of the latest checkpoint according to the state file; None without one.

    Absolute paths of the machine that wrote it are reduced to their last part.

    Raises:
        MigrationError: FMT021 when the state file cannot be read.
    """
    state = directory / STATE_FILE
    if not state.is_file():
        return None
    try:
        with state.open("rb") as stream:
            text = stream.read(_MAX_STATE_BYTES).decode("utf-8", "replace")
    except OSError as error:
        raise MigrationError(
            "FMT021", f"cannot read {STATE_FILE}: {error.strerror}", "", str(state)
        ) from error
    for match in _STATE_LINE.finditer(text):
        if not match[1]:
            return re.split(r"[\\/]", re.sub(r"\\(.)", r"\1", match[3]))[-1] or None
    return None


def _in_directory(directory: Path) -> Path:
    indices = sorted(directory.glob("*.index"))
    named = latest(directory)
    if named is not None and (directory / f"{named}.index").is_file():
        return directory / named
    if len(indices) == 1:
        return indices[0].with_suffix("")
    if not indices:
        what = (
            f"the checkpoint {named!r} that its state file names is missing"
            if named
            else "no checkpoint in it"
        )
        raise MigrationError("FMT022", what, "Fetch all files of the checkpoint.", str(directory))
    names = ", ".join(p.stem for p in indices[:4])
    raise MigrationError(
        "FMT022", f"several checkpoints: {names}", "Name the one that you mean.", str(directory)
    )
