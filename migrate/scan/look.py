"""What some content is and what it hides, judged by its first bytes, not by its name."""

from __future__ import annotations

import zipfile
from functools import partial
from typing import TYPE_CHECKING

from migrate.findings import Finding, Severity
from migrate.formats.artifact import Format
from migrate.formats.saved_model.sniff import sniff_protobuf
from migrate.formats.superblock import HDF5_SIGNATURE, is_hdf5, superblock_offset
from migrate.scan import graph, packed
from migrate.scan.archive import scan_zip
from migrate.scan.numpy_files import NUMPY_MAGIC, scan_numpy
from migrate.scan.pickles import MAX_BYTES, looks_like_pickle, scan_pickle
from migrate.scan.rules import found
from migrate.scan.texts import MAX_TEXT, scan_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrate.scan.content import Content

_PICKLE_SUFFIXES = frozenset({".pkl", ".pickle", ".joblib", ".p", ".dill", ".cloudpickle"})
_HDF5_SUFFIXES = frozenset({".h5", ".hdf5", ".hdf", ".keras"})
_MODEL_SUFFIXES = _HDF5_SUFFIXES | {".npy", ".npz", ".zip"}
_TEXT_SUFFIXES = frozenset({".pbtxt", ".prototxt", ".textproto"})
_GRAPH_SUFFIXES = frozenset({".pb", ".meta"})


def scan_content(
    content: Content, place: str, *, nesting: int = 0, member: bool = False
) -> tuple[str, list[Finding]]:
    """The kind (see `migrate.scan.files.Scan`) and the findings of some content.

    Args:
        content: what to scan.
        place: its name in messages.
        nesting: archives around it.
        member: whether it is part of a model, in which no framework puts programs.
    """
    if nesting > packed.MAX_NESTING:
        return "packed", [found("SEC009", "archives nested without limit", place)]
    head = content.head

    def inner(other: Content, at: str) -> Iterator[Finding]:
        yield from scan_content(other, at, nesting=nesting + 1, member=True)[1]

    if _is_hdf5(content):
        return "hdf5", list(_hdf5(content, place))
    if head.startswith(b"PK") and _is_zip(content):
        return "archive", list(scan_zip(content, place, inner))
    if head.startswith(NUMPY_MAGIC):
        with content.open() as stream:
            return "numpy", list(scan_numpy(stream, place))
    if content.suffix in _PICKLE_SUFFIXES:
        return "pickle", list(_pickle(content, place))
    if packed.is_compressed(head):
        return "packed", list(packed.scan_compressed(content, place, inner))
    if packed.is_tar(content):
        return "packed", list(packed.scan_tar(content, place, inner))
    if (what := packed.foreign(content)) is not None:
        return "packed", [found("SEC014", f"{what}: its content is not examined", place)]
    if _is_pickle(content):
        return "pickle", list(_pickle(content, place))
    if (kind := _graph_kind(content)) is not None:
        return "graph", list(_graph(content, kind, place))
    if _is_zip(content):
        return "archive", [found("SEC006", "other content precedes the archive", place)]
    if (judged := scan_text(content, place)) is not None:
        return judged
    return "other", list(_program(content, place, member))


def _is_hdf5(content: Content) -> bool:
    if content.path is not None:
        return is_hdf5(content.path, content.head)
    if content.head.startswith(HDF5_SIGNATURE):
        return True
    if content.suffix not in _HDF5_SUFFIXES:
        return False
    with content.open() as stream:
        return superblock_offset(stream, content.size) is not None


def _hdf5(content: Content, place: str) -> Iterator[Finding]:
    from migrate.scan.hdf5 import scan_hdf5

    if not content.head.startswith(HDF5_SIGNATURE):
        # Other readers may take that content for the file.
        yield found("SEC006", "other content precedes the HDF5 part", place, Severity.WARNING)
    if content.path is not None:
        if _is_zip(content):
            yield found("SEC006", "the file is both an HDF5 file and a zip archive", place)
        yield from scan_hdf5(content.path, place, content.size)
        return
    with content.open() as stream:
        yield from scan_hdf5(stream, place, content.size)


def _is_zip(content: Content) -> bool:
    with content.open() as stream:
        return zipfile.is_zipfile(stream)


def _is_pickle(content: Content) -> bool:
    told = looks_like_pickle(content.head, whole=content.size <= len(content.head))
    if told is None:
        told = looks_like_pickle(content.read(MAX_BYTES))
    return bool(told)


def _pickle(content: Content, place: str) -> Iterator[Finding]:
    if content.size > MAX_BYTES:
        yield found("SEC014", f"the pickle is longer than {MAX_BYTES:,} bytes", place)
        return
    try:
        data = packed.unpacked(content, MAX_BYTES)
    except packed.PACK_ERRORS as error:
        yield found("SEC014", f"cannot be unpacked: {error}", place)
        return
    yield from scan_pickle(data, place)


def _graph_kind(content: Content) -> str | None:
    """Which of TensorFlow's messages it is; ``any`` if only the suffix suggests a message."""
    if content.suffix in _TEXT_SUFFIXES:
        return "text"
    if content.name == "keras_metadata.pb":
        return "metadata"
    told = sniff_protobuf(content.name, content.head)
    if told is not None and told[0] in _KINDS:
        return _KINDS[told[0]]
    if content.name == "saved_model.pb":
        return "saved model"
    return "any" if content.suffix in _GRAPH_SUFFIXES else None


_KINDS = {Format.SAVED_MODEL: "saved model", Format.META_GRAPH: "meta graph", Format.FROZEN_GRAPH: "graph"}
_READERS = {
    "saved model": graph.scan_saved_model_proto,
    "meta graph": graph.scan_meta_graph,
    "graph": graph.scan_graph_def,
    "metadata": graph.scan_keras_metadata,
}


def _graph(content: Content, kind: str, place: str) -> Iterator[Finding]:
    if kind == "text":
        yield from graph.scan_graph_text(content.read(MAX_TEXT).decode("utf-8", "replace"), place)
        return
    data = content.view()
    if kind != "any":
        yield from graph.examined(partial(_READERS[kind], data, place), place)
        return
    # A message has no marker of its type: whatever any reading of it finds is a finding.
    readings = [
        graph.examined(partial(reader, data, place), place)
        for reader in (graph.scan_graph_def, graph.scan_meta_graph, graph.scan_saved_model_proto)
    ]
    unread = [findings for findings in readings if any(finding.code == "SEC014" for finding in findings)]
    for findings in readings:
        if findings not in unread or (len(unread) == len(readings) and findings is readings[0]):
            yield from findings


def _program(content: Content, place: str, member: bool) -> Iterator[Finding]:
    what = packed.program(content.head)
    if content.suffix in _MODEL_SUFFIXES:
        yield found("SEC014", "the content does not match the name", place)
    elif member and packed.is_code(content):
        yield found("SEC013", f"{what or 'a program'} does not belong in a model", place)
    elif what is not None and not content.head.startswith(b"#!"):
        yield found("SEC014", f"{what}: it is not examined", place)
