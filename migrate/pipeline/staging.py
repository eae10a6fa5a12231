"""Put the files of one artifact where sandboxed workers can read them."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from migrate.findings import MigrationError
from migrate.formats.artifact import TFJS, WEIGHTS, Format
from migrate.formats.checkpoint.locate import find_prefix, parts_of
from migrate.formats.companions import unused_architecture
from migrate.formats.identify import Identification, is_pointer
from migrate.formats.links import stays
from migrate.formats.read import refusal
from migrate.formats.saved_model.names import PROTO
from migrate.formats.saved_model.parts import is_renamed
from migrate.formats.saved_model.parts import parts_of as saved_model_parts
from migrate.formats.tfjs import shards_of
from migrate.parity.golden import find_golden
from migrate.pipeline.given_architecture import given_architecture
from migrate.pipeline.request import Options, parse_module
from migrate.worlds.contracts.reader import Identify, Pair
from migrate.worlds.host.answers import identification_of, pair_of
from migrate.worlds.host.pool import Slot

_SUFFIXES = {
    Format.HDF5_MODEL: ".h5",
    Format.HDF5_WEIGHTS: ".h5",
    Format.KERAS_ARCHIVE: ".keras",
    Format.WEIGHTS_ARCHIVE: ".weights.h5",
}
"""The file names that frameworks require for this content: they choose the reader by the name."""


STAGED = "original"
"""Stem of the staged artifact: frameworks choose by name, and a user's name may be anything."""
CUSTOM_PREFIX = "custom_"


@dataclass(frozen=True, slots=True)
class Staged:
    """Files of one artifact inside the slot."""

    found: Identification
    source: Path
    architecture: Path | None
    custom_objects: tuple[str, ...]
    modern_objects: tuple[str, ...] = ()
    """The same code rewritten for Keras 3; empty if the user's files serve both worlds."""
    given: tuple[str, ...] = ()
    """The user's unmodified files, even if the worlds use a slice of them."""
    initialised: Path | None = None
    """Weights that were initialised for an architecture that has none."""
    unused: tuple[str, ...] = ()
    """Layers of the file that are not of the model, which the author's code loads by name."""
    modules: Mapping[str, Path] = field(default_factory=dict)
    """TF Hub modules by handle, as passed by the user."""
    recorded: bool = False
    """Whether there is a recording next to the file, which proves whose function a doubtful name refers to."""

    @property
    def for_modern(self) -> tuple[str, ...]:
        """Files that define the author's code under Keras 3."""
        return self.modern_objects or self.custom_objects

    @property
    def format(self) -> Format:
        """The format, recognised by content."""
        return self.found.format

    def sources(self) -> list[str]:
        """Text of the user's files and of the extracted code, for readers that do not execute it."""
        files = dict.fromkeys([*self.given, *self.custom_objects])
        return [Path(file).read_text(encoding="utf-8", errors="replace") for file in files]

    @property
    def scanned(self) -> list[Path]:
        """What the scan examines: the source, for a checkpoint its index and its graph, and the architecture."""
        if self.format is Format.CHECKPOINT:
            parts = [self.source.with_name(f"{self.source.name}{suffix}") for suffix in (".index", ".meta")]
        else:
            parts = [self.source]
        if self.architecture is not None:
            parts.append(self.architecture)
        return [part for part in (*parts, *self.modules.values()) if part.exists()]


def stage(path: Path, options: Options, slot: Slot, golden: Path | None = None) -> Staged:
    """Link or copy the source, its architecture and the user's classes into the slot.

    Args:
        path: of the artifact.
        options: of the run.
        slot: whose workers will read.
        golden: recorded inputs and outputs; None to look next to the model.

    Raises:
        MigrationError: ``FMT021`` if the source cannot be read, ``FMT026`` if a part of it was never fetched.
    """
    found = _identified(path, slot)
    if found.format is Format.GIT_LFS_POINTER:
        raise refusal(found)  # a git-annex link whose target does not exist
    if found.format is Format.SAVED_MODEL:
        source = slot.inputs / STAGED
        _bring_saved_model(path, source)
    elif found.format in TFJS:
        source = _bring_tfjs(path, slot.inputs / STAGED)
    elif found.format is Format.CHECKPOINT:
        source = _bring_checkpoint(path, slot.inputs)
    else:
        source = slot.inputs / f"{STAGED}{_SUFFIXES.get(found.format, path.suffix)}"
        _bring(path, source)
    used = not unused_architecture(found.format, options.architecture)
    weights = source if found.format in WEIGHTS else None
    given = given_architecture(options, slot, weights) if used else None
    if given is None and found.format in WEIGHTS:
        given = pair_of(path, slot.reader.ask(Pair(path)))
    architecture = None
    if given is not None:
        architecture = _bring_architecture(given, slot.inputs)
    objects = []
    for number, file in enumerate(options.custom_objects):
        objects.append(str(slot.stage_code(f"{CUSTOM_PREFIX}{number}_{file.name}", file.read_bytes())))
    modules = {}
    for number, (handle, folder) in enumerate(map(parse_module, options.hub_modules)):
        modules[handle] = slot.inputs / f"module_{number}"
        _bring_folder(folder, modules[handle])
    recorded = golden is not None or find_golden(path) is not None
    return Staged(
        found,
        source,
        architecture,
        tuple(objects),
        given=tuple(objects),
        modules=modules,
        recorded=recorded,
    )


def _identified(path: Path, slot: Slot) -> Identification:
    """The format, identified by the reader: this process opens nothing that could crash a parser."""
    found = identification_of(path, slot.reader.ask(Identify(path)))
    if isinstance(found, MigrationError):
        raise found
    return found


def _bring_architecture(given: Path, folder: Path) -> Path:
    """A file with an architecture or a model, or a SavedModel whose metadata contains one."""
    if given.name == PROTO:
        given = given.parent
    target = folder / f"architecture{given.suffix if given.is_file() else ''}"
    if given.is_dir():
        _bring_folder(given, target)
    else:
        _bring(given, target)
    return target


def _bring(source: Path, target: Path) -> None:
    """A hard link if the file system allows it, otherwise a copy: workers cannot write to either.

    An existing file with that name is unlinked, not written to: it may be a link to one of the user's files.

    Raises:
        MigrationError: ``FMT021`` if it cannot be read or is not a regular file.
    """
    try:
        real = source.resolve(strict=True)  # a link to a link would be staged, and point elsewhere there
        if not real.is_file():
            raise OSError(errno.EINVAL, "it is not a regular file")
        target.unlink(missing_ok=True)
        try:
            os.link(real, target, follow_symlinks=False)
        except OSError:
            shutil.copyfile(real, target, follow_symlinks=False)
    except OSError as error:
        raise MigrationError(
            "FMT021",
            f"cannot read {source.name}: {error.strerror or error}",
            "Check that the file exists and its permissions.",
        ) from error


def _bring_saved_model(path: Path, target: Path) -> None:
    """The folder of a SavedModel; of a protobuf with a name of its own, only what a SavedModel consists of.

    Raises:
        MigrationError: ``SEC006`` for a link that leaves the folder.
    """
    if not is_renamed(path):
        _bring_folder(path if path.is_dir() else path.parent, target)
        return
    root = path.parent.resolve()
    for name, part in saved_model_parts(path).items():
        if part != path and not stays(part, root):
            raise MigrationError(
                "SEC006", f"{name} is a link that leaves the folder", "Copy the folder with `cp -RL`.", name
            )
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        _bring(part, target / name)
        _must_be_fetched(target / name, name)


def _bring_folder(source: Path, target: Path) -> None:
    """The same for a folder and everything below it that it contains itself or that its snapshot links to.

    Raises:
        MigrationError: ``SEC006`` for a link that leaves the folder, or a link to a folder.
    """
    root = source.resolve()
    for folder, below, files in os.walk(root):
        here = target / Path(folder).relative_to(root)
        here.mkdir(parents=True, exist_ok=True)
        links = [name for name in below if Path(folder, name).is_symlink()]
        links += [name for name in files if not stays(Path(folder, name), root)]
        if links:
            place = Path(folder, links[0]).relative_to(root).as_posix()
            raise MigrationError(
                "SEC006",
                f"{place} is a link that leaves the folder",
                "If you know where the links in this folder lead, copy it with `cp -RL` and migrate the copy.",
                place,
            )
        for name in files:
            _bring(Path(folder, name), here / name)
            _must_be_fetched(here / name, name)


def _must_be_fetched(part: Path, name: str) -> None:
    """Refuse a file that is only a pointer to the actual content.

    Raises:
        MigrationError: ``FMT026``.
    """
    with part.open("rb") as file:
        head = file.read(64)
    if is_pointer(head):
        raise MigrationError(
            "FMT026",
            f"{name} is a git-lfs pointer: the file was never fetched",
            "Run `git lfs pull` in its repository.",
        )


def _bring_checkpoint(path: Path, folder: Path) -> Path:
    """The index, shards and graph of a checkpoint, under a prefix of our own."""
    prefix = find_prefix(path)
    target = folder / f"{STAGED}.ckpt"
    for part in parts_of(prefix):
        brought = target.with_name(target.name + part.name.removeprefix(prefix.name))
        _bring(part, brought)
        _must_be_fetched(brought, part.name)
    return target


def _bring_tfjs(path: Path, folder: Path) -> Path:
    """A ``model.json`` and the weights files that it names, in a separate folder.

    Raises:
        MigrationError: as raised by `migrate.formats.tfjs.shards_of`.
    """
    for part in (path, *shards_of(path)):
        target = folder / part.relative_to(path.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        _bring(part, target)
        _must_be_fetched(target, part.name)
    return folder / path.name
