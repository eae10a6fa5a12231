"""What is this path? Told by content, never by suffix, without TensorFlow or Keras and in milliseconds.

HDF5 is called ``.keras``, ``.model`` or ``.pkl``; archives have no suffix at all; ``*.weights.h5`` has one
of two layouts. So the first bytes decide, then the smallest look inside that settles it.
"""

from __future__ import annotations

import errno
import json
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrate.findings import MigrationError
from migrate.formats.artifact import Format
from migrate.formats.superblock import is_hdf5

if TYPE_CHECKING:
    from pathlib import Path

TABLE_MAGIC = bytes.fromhex("57fb808b247547db")
_HEAD = 64 * 1024
_FOLLOW = "It is a link whose target does not exist or cannot be read; name the target file."
_LFS = b"version https://git-lfs.github.com/spec/"
_REFETCH = "Only part of the file is here; fetch it again."
_UNPACK = "Unpack it, and migrate what is inside."
_SAVE = "Save the model with model.save() where its framework can load it."
_MODEL_NAMES = frozenset({".h5", ".hdf5", ".keras"})
"""Suffixes that mean a model to Keras; HDF5 of other programs has two of them, too."""

# Files that lie beside models and are taken for them; first bytes → what it is.
_STRANGERS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x93NUMPY", "a numpy array"),
    (4, b"TFL3", "a TensorFlow Lite model: it cannot be turned back into layers"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ", "an xz archive"),
    (0, b"7z\xbc\xaf", "a 7z archive"),
    (0, b"Rar!", "a rar archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
    (0, b"%PDF", "a PDF document"),
    (0, b"\x89PNG", "an image"),
    (0, b"\xff\xd8\xff", "an image"),
    (0, b"GIF8", "an image"),
    (0, b"GGUF", "a GGUF model"),
)


@dataclass(frozen=True, slots=True)
class Identification:
    """What a path holds.

    Attributes:
        path: as given; of a checkpoint also its prefix, which is no file.
        format: the kind.
        detail: one line for people: the sub-kind, or why it is not a model.
        hint: the next step where the path cannot be migrated as it is; empty otherwise.
        size: bytes of the file; of a directory, of all its files.
    """

    path: Path
    format: Format
    detail: str
    hint: str = ""
    size: int = 0


def identify(path: Path) -> Identification:
    """Say what a path is.

    Raises:
        MigrationError: FMT021 when it does not exist or cannot be read. Any readable path has an answer.
    """
    try:
        if path.is_dir():
            return _directory(path)
        if not path.exists() and (index := path.with_name(path.name + ".index")).is_file():
            return Identification(path, Format.CHECKPOINT, "TensorFlow checkpoint", "", index.stat().st_size)
        if path.is_symlink() and not path.exists():
            target = path.readlink().as_posix()
            if "annex/objects/" in target:
                return Identification(
                    path, Format.GIT_LFS_POINTER, "a git-annex link", "Run `git annex get`."
                )
        info = path.stat()
        if not stat.S_ISREG(info.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")  # of a pipe nobody knows when it ends
        size = info.st_size
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
            stream.seek(max(0, size - 8))
            tail = stream.read(8)
    except OSError as error:
        raise MigrationError(
            "FMT021",
            f"cannot read {path}: {error.strerror or error}",
            _FOLLOW if path.is_symlink() else "Check the path and its permissions.",
            str(path),
        ) from error
    format_, detail, hint = _content(path, head, tail, size)
    return Identification(path, format_, detail, hint, size)


def is_misnamed(found: Identification) -> bool:
    """Whether a name promises a model of Keras, and the content cannot be one: a web page, text, a packed file."""
    return found.format is Format.NOT_A_MODEL and found.path.suffix.lower() in _MODEL_NAMES


_Answer = tuple[Format, str, str]


def is_pointer(head: bytes) -> bool:
    """Whether a file that begins so only stands for one that git-lfs did not fetch."""
    return head.startswith(_LFS)


def _content(path: Path, head: bytes, tail: bytes, size: int) -> _Answer:
    if not head:
        return Format.TRUNCATED, "an empty file", _REFETCH
    if ".data-" in path.name and path.with_name(path.name.split(".data-")[0] + ".index").exists():
        return Format.CHECKPOINT, "shard of a TensorFlow checkpoint", ""
    if not head.strip(b"\0"):
        return Format.TRUNCATED, "a file of zeros: an incomplete download", _REFETCH
    if is_pointer(head):
        return Format.GIT_LFS_POINTER, "a git-lfs pointer", "Run `git lfs pull`."
    if head.startswith((b"/annex/objects/", b"../.git/annex/", b".git/annex/")):
        return Format.GIT_LFS_POINTER, "a git-annex pointer", "Run `git annex get`."
    if is_hdf5(path, head):
        return _hdf5(path)
    if head.startswith(b"PK\x03\x04"):
        return _zip(path)
    if head.startswith(b"PK\x05\x06"):
        return Format.NOT_A_MODEL, "an empty zip archive", ""
    if tail == TABLE_MAGIC:
        return Format.CHECKPOINT, "index of a TensorFlow checkpoint", ""
    stranger = next((what for at, magic, what in _STRANGERS if head[at : at + len(magic)] == magic), None)
    if stranger is not None:
        return Format.NOT_A_MODEL, stranger, _UNPACK if stranger.endswith(" archive") else ""
    text = _text(head)
    if text is not None:
        return _textual(path, text, size)
    return _binary(path, head)


def _hdf5(path: Path) -> _Answer:
    from migrate.formats.archive_tree import is_archive_layout
    from migrate.formats.guard import survive
    from migrate.formats.hdf5_access import H5Source

    try:
        survive(path, lambda values: _read_hdf5_once(path, values))
        with H5Source(path, str(path), path.stat().st_size, values=False) as source:
            root = source.file
            members = set(source.children(root))
            attrs = set(source.attr_names(root))
            if "model_config" in attrs:
                return Format.HDF5_MODEL, "HDF5 model: architecture and weights", ""
            if {"layer_names", "layer_names0", "nb_layers"} & attrs or "model_weights" in members:
                return Format.HDF5_WEIGHTS, "HDF5 weights, Keras 2 layout", ""
            if is_archive_layout(members):
                return Format.WEIGHTS_ARCHIVE, "HDF5 weights, archive layout (2.12 and later)", ""
            if (
                attrs & {"inputs", "outputs"}
                or {"inputs", "outputs"} <= members
                or {"input", "output"} <= members
            ):
                return Format.HDF5_GOLDEN, "recorded inputs and outputs of a model", ""
            shown = ", ".join(sorted(members)[:4])
            return Format.HDF5_OTHER, f"HDF5, but not from Keras: {shown or 'nothing inside'}", ""
    except MigrationError as error:
        if error.code != "FMT015":
            return Format.HDF5_OTHER, error.message, error.hint
        return Format.TRUNCATED, f"damaged HDF5: {error.message}", _REFETCH


def _read_hdf5_once(path: Path, values: bool) -> None:
    """Touch all that a reader will touch, in either layout."""
    from migrate.formats.archive import read_archive
    from migrate.formats.hdf5 import read_hdf5

    try:
        read_hdf5(path, values=values)
    except MigrationError as error:
        if error.code != "FMT005":
            raise
        read_archive(path, values=values)


def _zip(path: Path) -> _Answer:
    from migrate.formats.archive import is_archive_of, read_archive
    from migrate.formats.guard import survive

    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, struct.error, zlib.error, NotImplementedError) as error:
        return Format.TRUNCATED, f"damaged zip archive: {error}", _REFETCH
    if is_archive_of(names):
        try:
            survive(path, lambda values: read_archive(path, values=values))
        except MigrationError as error:
            return Format.TRUNCATED, error.message, error.hint
        return Format.KERAS_ARCHIVE, "Keras archive", ""
    bases = {name.rsplit("/", 1)[-1] for name in names}
    if "saved_model.pb" in bases:
        return Format.NOT_A_MODEL, "a zipped SavedModel", _UNPACK
    if "data.pkl" in bases:
        return Format.NOT_A_MODEL, "a PyTorch model", ""
    if names and all(name.endswith(".npy") for name in names):
        return Format.NOT_A_MODEL, "numpy arrays (.npz)", ""
    return Format.NOT_A_MODEL, "a zip archive without a Keras model", _UNPACK


def _text(head: bytes) -> str | None:
    """The head as text; a multi-byte character may be cut at its end."""
    if b"\0" in head:
        return None
    for cut in range(4):
        try:
            text = head[: len(head) - cut].decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
        return text if all(c.isprintable() or c in "\t\r\n\f" for c in text[:2000]) else None
    return None


def _textual(path: Path, text: str, size: int) -> _Answer:
    stripped = text.lstrip()
    if "model_checkpoint_path:" in text[:4096]:
        return Format.CHECKPOINT, "state file that names the latest checkpoint", ""
    if stripped[:1] in ("{", "[", '"'):
        return _json(path, size)
    if stripped[:15].lower().startswith(("<!doctype", "<html", "<?xml")):
        return (
            Format.NOT_A_MODEL,
            "a web page or XML document instead of the file",
            "Download the raw file.",
        )
    if stripped.startswith(("saved_model_schema_version:", "meta_graphs")):
        return Format.SAVED_MODEL, "SavedModel in text form (saved_model.pbtxt)", ""
    if "class_name:" in text and any(f"\n{k}:" in f"\n{text}" for k in ("class_name", "config", "backend")):
        return Format.ARCHITECTURE_YAML, "architecture in YAML", ""
    if stripped.startswith("node {"):
        return Format.FROZEN_GRAPH, "graph in text form (.pbtxt)", ""
    return Format.NOT_A_MODEL, "a text file", ""


def _json(path: Path, size: int) -> _Answer:
    from migrate.formats.architecture import as_architecture, read_text
    from migrate.formats.limits import decode_json
    from migrate.formats.tfjs import tfjs_format

    try:
        value = decode_json(read_text(path).lstrip("\ufeff"), path.name, str(path))
        depth = 1
        while isinstance(value, str) and depth < 3:
            value = json.loads(value)
            depth += 1
    except (MigrationError, ValueError) as error:
        return Format.NOT_A_MODEL, f"text that starts like JSON: {error}", ""
    if (kind := tfjs_format(value)) is not None:
        graph = kind is Format.TFJS_GRAPH
        return kind, "TensorFlow.js graph model" if graph else "TensorFlow.js layers model", ""
    if as_architecture(value) is None:
        return Format.NOT_A_MODEL, "JSON that contains no architecture", ""
    detail = "architecture in JSON" + (", encoded twice" if depth > 1 else "")
    return Format.ARCHITECTURE_JSON, detail, ""


def _binary(path: Path, head: bytes) -> _Answer:
    from migrate.formats.saved_model.sniff import sniff_protobuf

    found = sniff_protobuf(path.name, head)
    if found is not None:
        return found
    if head[:1] == b"\x80" and head[1:2] in b"\x02\x03\x04\x05":
        return Format.NOT_A_MODEL, "a Python pickle: it runs code when opened, so this tool does not", _SAVE
    return Format.NOT_A_MODEL, "binary data of an unknown kind", ""


def _directory(path: Path) -> Identification:
    names = {child.name for child in path.iterdir()}
    size = sum(child.stat().st_size for child in path.rglob("*") if child.is_file())

    def answer(format_: Format, detail: str, hint: str = "") -> Identification:
        return Identification(path, format_, detail, hint, size)

    if names & {"saved_model.pb", "saved_model.pbtxt"}:
        return answer(Format.SAVED_MODEL, "SavedModel directory")
    if "variables" in names and (
        names & {"assets", "keras_metadata.pb", "fingerprint.pb"} or len(names) == 1
    ):
        return answer(Format.TRUNCATED, "a SavedModel directory without its saved_model.pb", _REFETCH)
    if {"config.json", "model.weights.h5"} <= names:
        return answer(
            Format.KERAS_ARCHIVE, "an unpacked Keras archive", "Zip its members into one .keras file first."
        )
    if "checkpoint" in names or any(name.endswith(".index") for name in names):
        return answer(Format.CHECKPOINT, "checkpoint directory")
    return answer(Format.NOT_A_MODEL, "a folder")
