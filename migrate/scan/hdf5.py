"""Scans an HDF5 file: links, storage, filters, declared sizes, configurations in attributes.

No dataset values are read, so the time depends on the number of objects, not on the size of the file.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

import h5py
import numpy as np

from migrate.formats.limits import FREE_BYTES, MAX_EXPANSION, MAX_MEMBERS, MIB
from migrate.scan.config import is_json, scan_json
from migrate.scan.pickles import looks_like_pickle, scan_pickle
from migrate.scan.rules import found

if TYPE_CHECKING:
    from pathlib import Path

    from migrate.findings import Finding

# The exceptions of libhdf5 and h5py for damaged files: they have no common base class.
_LIBRARY_ERRORS = (
    OSError, RuntimeError, KeyError, ValueError, TypeError, UnicodeError, MemoryError, OverflowError,
    AttributeError, IndexError, NotImplementedError,
)  # fmt: skip
_KNOWN_FILTERS = {1, 2, 3, 4, 5, 6, 32000}
"""deflate, shuffle, fletcher32, szip, nbit, scale-offset, and h5py's own lzf: all compiled in."""
MAX_ATTRIBUTE = 256 * MIB
_LOADED = frozenset({"model_config", "training_config"})
"""Attributes that a loader decodes as JSON, whatever their first bytes are."""


def scan_hdf5(file: Path | BinaryIO, place: str, stored: int) -> Iterator[Finding]:
    """All findings of an HDF5 file or of one inside an archive.

    Args:
        file: path or seekable stream.
        place: its name in messages.
        stored: its size in bytes, which limits what it may declare.
    """
    try:
        with h5py.File(file, "r") as opened:
            yield from _Walk(opened, place, stored).run()
    except _LIBRARY_ERRORS as error:
        yield found("SEC014", f"cannot be read to its end: {error}", place)


class _Walk:
    """One pass over all objects, each visited once, no matter how many links lead to it."""

    def __init__(self, file: h5py.File, place: str, stored: int) -> None:
        self._root = file.id
        self._place = place
        self._stored = stored
        self._declared = 0
        self._seen: set[object] = set()

    def run(self) -> Iterator[Finding]:
        root = h5py.h5o.open(self._root, b"/")
        stack: list[tuple[Any, str]] = [(root, "")]
        links = 0
        told = False
        while stack:
            node, name = stack.pop()
            info = h5py.h5o.get_info(node)
            if (info.fileno, info.addr) in self._seen:
                continue
            self._seen.add((info.fileno, info.addr))
            yield from self._attributes(node, name)
            if isinstance(node, h5py.h5d.DatasetID):
                yield from self._dataset(node, name)
                if not told and self._declared > max(FREE_BYTES, MAX_EXPANSION * self._stored):
                    told = True
                    yield found(
                        "SEC004",
                        f"declares {self._declared:,} bytes and stores {self._stored:,}",
                        self._at(name),
                    )
            elif isinstance(node, h5py.h5g.GroupID):
                for child in node:
                    links += 1
                    if links > MAX_MEMBERS:
                        yield found("SEC004", f"more than {MAX_MEMBERS:,} links", self._place)
                        return
                    path = f"{name}/{child.decode('utf-8', 'replace')}"
                    kind = node.links.get_info(child).type
                    if kind == h5py.h5l.TYPE_EXTERNAL:
                        target = node.links.get_val(child)[0].decode("utf-8", "replace")
                        yield found("SEC003", f"a link to the file {target[:100]!r}", self._at(path))
                    elif kind == h5py.h5l.TYPE_HARD:
                        stack.append((h5py.h5o.open(node, child), path))
                    elif (
                        kind != h5py.h5l.TYPE_SOFT
                    ):  # a soft link leads to an object that is walked anyway, or nowhere
                        yield found("SEC003", "a link of a user-defined kind", self._at(path))

    def _at(self, name: str) -> str:
        return f"{self._place}:{name[:300] or '/'}"

    def _dataset(self, node: h5py.h5d.DatasetID, name: str) -> Iterator[Finding]:
        plist = node.get_create_plist()
        if plist.get_external_count():
            target = plist.get_external(0)[0].decode("utf-8", "replace")
            yield found("SEC003", f"its values are stored in the file {target[:100]!r}", self._at(name))
        if plist.get_layout() == h5py.h5d.VIRTUAL:
            yield found("SEC003", "a virtual dataset: a view of other datasets or files", self._at(name))
        for index in range(plist.get_nfilters()):
            number = plist.get_filter(index)[0]
            if number not in _KNOWN_FILTERS:
                yield found("SEC013", f"the HDF5 filter {number} is loaded from a plugin", self._at(name))
        space = node.get_space()
        if space.get_simple_extent_type() == h5py.h5s.SIMPLE:
            self._declared += math.prod(space.get_simple_extent_dims()) * node.get_type().get_size()
        else:
            self._declared += node.get_type().get_size()

    def _attributes(self, node: Any, name: str) -> Iterator[Finding]:
        for index in range(h5py.h5a.get_num_attrs(node)):
            attribute = h5py.h5a.open(node, index=index)
            label = attribute.name.decode("utf-8", "replace")
            kind = attribute.get_type()
            declared = math.prod(attribute.shape or ()) * kind.get_size()
            if declared > min(MAX_ATTRIBUTE, self._stored):  # its bytes are stored uncompressed
                yield found("SEC004", f"the attribute {label!r} declares {declared:,} bytes", self._at(name))
            elif isinstance(kind, h5py.h5t.TypeStringID | h5py.h5t.TypeOpaqueID):
                yield from self._text(attribute, kind, label, name)

    def _text(self, attribute: Any, kind: Any, label: str, name: str) -> Iterator[Finding]:
        """A text may be a configuration, an opaque value a pickle; a list of names is neither."""
        if math.prod(attribute.shape or ()) > 64:
            return
        at = f"{self._at(name)}@{label}"
        for value in _values(attribute, kind):
            if looks_like_pickle(value):
                yield from scan_pickle(value, at)
            elif label in _LOADED or is_json(value):
                yield from scan_json(value, at)


def _values(attribute: Any, kind: Any) -> Iterator[bytes]:
    """The values of a text or opaque attribute as bytes."""
    if attribute.get_space().get_simple_extent_type() == h5py.h5s.NULL:
        return
    array = np.empty(attribute.shape, dtype=attribute.dtype)
    attribute.read(array, mtype=kind if isinstance(kind, h5py.h5t.TypeOpaqueID) else None)
    for value in array.ravel():
        if isinstance(value, str):
            yield value.encode("utf-8", "replace")
        elif isinstance(value, bytes):
            yield value
        elif isinstance(value, np.void):
            yield value.tobytes()
