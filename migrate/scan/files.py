"""One entry for every kind of file: what is it, and what does it hide?"""

from __future__ import annotations

import bz2
import gzip
import lzma
import mmap
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from migrate.findings import Finding, MigrationError, Severity
from migrate.formats.superblock import is_hdf5
from migrate.scan import graph
from migrate.scan.archive import scan_zip
from migrate.scan.config import NO_FILES, scan_json, scan_value
from migrate.scan.pickles import MAX_BYTES, NUMPY_MAGIC, PICKLE_MAGIC, scan_numpy, scan_pickle
from migrate.scan.rules import found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_HEAD = 64 * 1024
_PICKLE_SUFFIXES = frozenset({".pkl", ".pickle", ".joblib", ".p", ".dill", ".cloudpickle"})
_PACKED: dict[bytes, Callable[[BinaryIO], gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile]] = {
    b"\x1f\x8b": lambda raw: gzip.GzipFile(fileobj=raw),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ": lzma.LZMAFile,
}
_ZLIB = b"\x78"
_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", "__pycache__", "node_modules", ".venv"})
MAX_TEXT = 256 << 20


@dataclass(frozen=True, slots=True)
class Scan:
    """What was found in one artifact.

    Attributes:
        path: the file or SavedModel folder.
        kind: ``hdf5``, ``archive``, ``saved-model``, ``graph``, ``configuration``, ``pickle``, ``numpy``, or
            ``other`` for what no loader of models would take.
        findings: worst first; empty when nothing was found.
    """

    path: Path
    kind: str
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> str:
        """``unsafe``, ``warning`` or ``clean``."""
        if is_unsafe(self.findings):
            return "unsafe"
        return "warning" if self.findings else "clean"


def is_unsafe(findings: tuple[Finding, ...] | list[Finding]) -> bool:
    """Whether something with these findings must not be loaded without the user's word for it."""
    return any(finding.code.startswith("SEC") and finding.severity is Severity.ERROR for finding in findings)


def scan_artifact(path: Path) -> list[Finding]:
    """Findings of one file or SavedModel folder, worst first; an empty list says that nothing was found.

    Raises:
        MigrationError: FMT021 when the path cannot be read.
    """
    return list(scan_one(path).findings)


def scan_one(path: Path) -> Scan:
    """The kind and the findings of one file or SavedModel folder.

    Raises:
        MigrationError: FMT021 when the path cannot be read.
    """
    try:
        if path.is_dir():
            kind, findings = "saved-model", list(_saved_model(path))
        else:
            kind, findings = _file(path)
    except OSError as error:
        raise MigrationError(
            "FMT021",
            f"cannot read {path.name}: {error.strerror or error}",
            "Check its permissions.",
            str(path),
        ) from error
    order = {Severity.ERROR: 0, Severity.SILENT: 0, Severity.WARNING: 1, Severity.INFO: 2}
    return Scan(path, kind, tuple(sorted(findings, key=lambda finding: order[finding.severity])))


def artifacts(root: Path) -> Iterator[Path]:
    """Every file below ``root`` in order, a SavedModel as its folder; links to folders are not followed.

    A folder that cannot be looked into is yielded itself: whoever reads it says why.
    """
    try:
        if not root.is_dir() or _is_saved_model(root):
            yield root
            return
        children = sorted(root.iterdir())
    except PermissionError:
        yield root
        return
    for child in children:
        if child.is_dir():
            if child.name not in _SKIPPED_FOLDERS and not child.is_symlink():
                yield from artifacts(child)
        elif child.is_file():
            yield child


def scan_tree(root: Path) -> Iterator[Scan]:
    """Scans of everything below a folder, or of one file."""
    for path in artifacts(root):
        try:
            yield scan_one(path)
        except MigrationError as error:
            yield Scan(path, "other", (found("SEC014", error.message, str(path)),))


def _is_saved_model(folder: Path) -> bool:
    return any((folder / name).is_file() for name in ("saved_model.pb", "saved_model.pbtxt"))


def _file(path: Path) -> tuple[str, list[Finding]]:
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    place = path.name
    if is_hdf5(path, head):
        return "hdf5", list(_hdf5(path, head, place, size))
    if head.startswith(b"PK") and zipfile.is_zipfile(path):
        return "archive", list(scan_zip(path, place))
    if head.startswith(PICKLE_MAGIC) or path.suffix in _PICKLE_SUFFIXES:
        return "pickle", list(_pickle(path, head, place, size))
    if head.startswith(NUMPY_MAGIC):
        return "numpy", list(scan_numpy(_read(path, MAX_BYTES), place))
    if path.name in ("saved_model.pb", "keras_metadata.pb") or head.startswith(b"\x08\x01\x12"):
        return "graph", list(_protobuf(path, place))
    if path.suffix in (".pbtxt", ".pb") or _looks_like_graph(head):
        return "graph", list(_graph(path, place))
    if zipfile.is_zipfile(path):
        return "archive", [found("SEC006", "other content stands in front of the archive", place)]
    return _text(path, head, place, size)


def _hdf5(path: Path, head: bytes, place: str, size: int) -> Iterator[Finding]:
    from migrate.scan.hdf5 import scan_hdf5, user_block

    block = user_block(head)
    if block is not None:
        yield found(block.code, block.message, place, block.severity)
    if zipfile.is_zipfile(path):
        yield found("SEC006", "the file is an HDF5 file and a zip archive at once", place)
    yield from scan_hdf5(path, place, size)


def _pickle(path: Path, head: bytes, place: str, size: int) -> Iterator[Finding]:
    if size > MAX_BYTES:
        yield found("SEC014", f"the pickle is longer than {MAX_BYTES:,} bytes", place)
        return
    try:
        data = _unpacked(path, head)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
        yield found("SEC014", f"cannot be unpacked: {error}", place)
        return
    yield from scan_pickle(data, place)


def _unpacked(path: Path, head: bytes) -> bytes:
    """A pickle's bytes without the compression that joblib and others put around it.

    Raises:
        ValueError: when they expand beyond the limit.
    """
    opener = next((opener for magic, opener in _PACKED.items() if head.startswith(magic)), None)
    with path.open("rb") as raw:
        if opener is not None:
            data = opener(raw).read(MAX_BYTES + 1)
        elif head.startswith(_ZLIB):
            data = zlib.decompressobj().decompress(raw.read(), MAX_BYTES + 1)
        else:
            data = raw.read()
    if len(data) > MAX_BYTES:
        raise ValueError(f"expands beyond {MAX_BYTES:,} bytes")
    return data


def _read(path: Path, limit: int) -> bytes:
    with path.open("rb") as stream:
        return stream.read(limit)


def _mapped(path: Path) -> memoryview:
    """The file's bytes without reading them all; an empty file cannot be mapped."""
    with path.open("rb") as stream:
        if path.stat().st_size == 0:
            return memoryview(b"")
        return memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))


def _protobuf(path: Path, place: str) -> Iterator[Finding]:
    data, assets = _mapped(path), path.parent / "assets"
    inside = frozenset(f.name for f in assets.iterdir() if f.is_file()) if assets.is_dir() else NO_FILES
    if path.name == "keras_metadata.pb":
        yield from graph.scan_keras_metadata(data, place, inside)
    else:
        yield from graph.scan_saved_model_proto(data, place, inside)


def _looks_like_graph(head: bytes) -> bool:
    """A ``GraphDef`` begins with a node: field 1, its length, and again field 1 with its name."""
    return head[:1] == b"\x0a" and (head[2:3] == b"\x0a" or head[3:4] == b"\x0a") and b"\x12" in head[:300]


def _graph(path: Path, place: str) -> Iterator[Finding]:
    if path.suffix == ".pbtxt":
        yield from graph.scan_graph_text(_read(path, MAX_TEXT).decode("utf-8", "replace"), place)
        return
    try:
        yield from list(graph.scan_graph_def(_mapped(path), place))
    except MigrationError:
        return  # another kind of protobuf: no loader of models takes it


def _saved_model(folder: Path) -> Iterator[Finding]:
    """The parts of a SavedModel that a loader reads, and pickles beside them."""
    if not _is_saved_model(folder):
        yield found("SEC014", "the folder is no SavedModel; scan the files in it", str(folder))
        return
    root = folder.resolve()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            yield found("SEC006", f"{name} is a link that leaves the model", name)
        elif path.is_dir() or not path.is_file():
            continue
        elif path.parent == folder and path.name in ("saved_model.pb", "keras_metadata.pb"):
            yield from _protobuf(path, name)
        elif path.parent == folder and path.name == "saved_model.pbtxt":
            yield from _graph(path, name)
        elif not name.startswith("variables/"):
            yield from (
                Finding(finding.code, finding.severity, finding.message, finding.hint, name)
                for finding in _file(path)[1]
            )


def _text(path: Path, head: bytes, place: str, size: int) -> tuple[str, list[Finding]]:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    json_like, yaml_like = start in (b"{", b"[", b'"'), path.suffix in (".yaml", ".yml")
    if not (json_like or yaml_like) or size > MAX_TEXT:
        return "other", []
    data = _read(path, MAX_TEXT)
    if b"class_name" not in data and b"!!python" not in data:
        return "other", []
    text = data.decode("utf-8-sig", "replace")
    if json_like:
        return "configuration", scan_json(text, place)
    from migrate.formats.architecture import parse_yaml

    try:
        return "configuration", scan_value(parse_yaml(text, place), place)
    except MigrationError as error:
        code = error.code if error.code.startswith("SEC") else "SEC014"
        return "configuration", [found(code, error.message, place)]
