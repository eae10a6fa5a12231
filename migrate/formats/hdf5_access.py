"""Guarded access to HDF5: every look at a file that may be hostile or broken goes through here.

Soft links are followed as long as they stay inside the file (benign repacking tools write them). External
links, external storage and virtual datasets would read *other* files of this machine into the model
(CVE-2026-1669) and are refused; so are datasets that declare far more than they store (CVE-2026-0897).
"""

from __future__ import annotations

import posixpath
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

import h5py
import numpy as np

from migrate.findings import MigrationError
from migrate.formats.artifact import SavedArray
from migrate.formats.limits import MAX_MEMBERS, Budget

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What libhdf5 and h5py raise on damaged files: no common base class exists.
_LIBRARY_ERRORS = (
    OSError, RuntimeError, KeyError, ValueError, TypeError, UnicodeError, MemoryError, OverflowError,
    AttributeError, IndexError, NotImplementedError,
)  # fmt: skip
_MAX_HOPS = 64
_TRUST_HINT = (
    "Weights that refer to other files are an attack or a mistake; repack the file where you trust it."
)


@contextmanager
def library_errors(place: str, doing: str) -> Iterator[None]:
    """Turn what h5py raises on damaged files into one refusal.

    Raises:
        MigrationError: FMT015, chained to the library's own error.
    """
    try:
        yield
    except _LIBRARY_ERRORS as error:
        truncated = "truncated" in str(error)
        raise MigrationError(
            "FMT015",
            f"{doing}: {error}",
            "The file ends before its content does; fetch it again."
            if truncated
            else "The file is damaged or was not written by Keras; fetch it again or open it with `h5dump`.",
            place,
        ) from error


class H5Source:
    """One HDF5 file, open for reading.

    Args:
        file: path, or a seekable stream (a member of an archive).
        place: the name used in messages.
        stored: size in bytes of the file or member; bounds what reading it may allocate.
        values: False gives arrays with shape and dtype and no memory behind them.

    Raises:
        MigrationError: from every method: FMT015 damaged, SEC003 reaches outside, SEC004 declares a bomb.
    """

    def __init__(self, file: Path | BinaryIO, place: str, stored: int, *, values: bool = True) -> None:
        self.place = place
        self.values = values
        self.budget = Budget(stored, place)
        self.stored = stored
        with library_errors(place, "cannot open HDF5"):
            self.file = h5py.File(file, mode="r")

    def __enter__(self) -> H5Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def children(self, group: h5py.Group) -> list[str]:
        """Names of a group's links, in the order of the file."""
        with library_errors(self.place, f"cannot list {group.name}"):
            if len(group) > MAX_MEMBERS:
                raise MigrationError(
                    "SEC004", f"{group.name} has {len(group):,} members", _TRUST_HINT, self.place
                )
            return [name if isinstance(name, str) else name.decode("utf-8", "replace") for name in group]

    def get(self, group: h5py.Group, path: str) -> h5py.Group | h5py.Dataset | None:
        """The object at ``path`` below ``group`` or None; soft links are resolved by hand."""
        node: Any = group
        todo = [part for part in path.split("/") if part]
        hops = 0
        while todo:
            part = todo.pop(0)
            with library_errors(self.place, f"cannot resolve {path!r}"):
                if not isinstance(node, h5py.Group):
                    return None
                link = node.get(part, getlink=True)
                if link is None:
                    return None
                if isinstance(link, h5py.ExternalLink):
                    raise MigrationError(
                        "SEC003",
                        f"{path!r} is a link to another file ({link.filename!r})",
                        _TRUST_HINT,
                        self.place,
                    )
                if isinstance(link, h5py.SoftLink):
                    hops += 1
                    if hops > _MAX_HOPS:
                        raise MigrationError(
                            "FMT009", f"soft links of {path!r} are circular", _TRUST_HINT, self.place
                        )
                    target = posixpath.normpath(posixpath.join(node.name or "/", link.path))
                    todo = [p for p in target.split("/") if p] + todo
                    node = self.file
                    continue
                node = node[part]
        return node if isinstance(node, h5py.Group | h5py.Dataset) else None

    def group(self, parent: h5py.Group, path: str) -> h5py.Group | None:
        """The group at ``path``, or None."""
        found = self.get(parent, path)
        return found if isinstance(found, h5py.Group) else None

    def has_attr(self, node: h5py.Group | h5py.Dataset, name: str) -> bool:
        """Whether the attribute exists."""
        with library_errors(self.place, f"cannot read the attributes of {node.name}"):
            return name in node.attrs

    def attr_names(self, node: h5py.Group | h5py.Dataset) -> list[str]:
        """Names of a node's attributes."""
        with library_errors(self.place, f"cannot read the attributes of {node.name}"):
            return [str(name) for name in node.attrs]

    def attr(self, node: h5py.Group | h5py.Dataset, name: str) -> Any:
        """An attribute as plain Python values (bytes decoded, arrays as lists); None if absent."""
        if not self.has_attr(node, name):
            return None
        with library_errors(self.place, f"cannot read attribute {name!r}"):
            handle = node.attrs.get_id(name)
            shape = handle.shape or ()
            self.budget.spend(
                int(np.prod(shape, dtype=np.float64)) * int(handle.dtype.itemsize), f"attribute {name!r}"
            )
            return plain(node.attrs[name])

    def text(self, node: h5py.Group | h5py.Dataset, name: str) -> str | None:
        """A text attribute; None when absent or of another type."""
        value = self.attr(node, name)
        return value if isinstance(value, str) else None

    def names(self, node: h5py.Group, name: str) -> list[str] | None:
        """A list of names, joined from its chunks ``name0``, ``name1``… where it exceeded HDF5's 64 KB
        (FMT-8).

        None when the attribute is absent in both forms.
        """
        if self.has_attr(node, name):
            return self._name_list(node, name)
        if not self.has_attr(node, f"{name}0"):
            return None
        joined: list[str] = []
        index = 0
        while self.has_attr(node, f"{name}{index}"):
            joined += self._name_list(node, f"{name}{index}")
            index += 1
        return joined

    def _name_list(self, node: h5py.Group, name: str) -> list[str]:
        value = self.attr(node, name)
        if isinstance(value, str):
            return [value]
        if not isinstance(value, list) or not all(isinstance(v, str | int | float) for v in value):
            raise MigrationError(
                "FMT015",
                f"attribute {name!r} is not a list of names",
                "The file is damaged; fetch it again.",
                self.place,
            )
        # An empty list of names is stored as an empty array of floats.
        return [str(v) for v in value]

    def array(self, dataset: h5py.Dataset, name: str) -> SavedArray:
        """Read one dataset as it is stored; bfloat16, which numpy lacks, widened to float32."""
        with library_errors(self.place, f"cannot read dataset {name!r}"):
            if dataset.external:
                where = ", ".join(str(entry[0]) for entry in dataset.external)
                raise MigrationError(
                    "SEC003", f"dataset {name!r} stores its values in {where}", _TRUST_HINT, self.place
                )
            if dataset.is_virtual:
                raise MigrationError(
                    "SEC003", f"dataset {name!r} is a view of other files", _TRUST_HINT, self.place
                )
            if dataset.shape is None:
                return SavedArray(name, np.empty((0,), np.float32))
            shape, dtype = tuple(int(d) for d in dataset.shape), dataset.dtype
            count = 1
            for size in shape:
                count *= size
            self.budget.spend(count * int(dtype.itemsize), f"dataset {name!r}")
            opaque = dtype.kind == "V" and dtype.itemsize == 2 and dtype.names is None
            if dtype.kind not in "fiubcSO" and not opaque:
                raise MigrationError(
                    "FMT015",
                    f"dataset {name!r} has non-numeric dtype {dtype}",
                    "Keras does not store this.",
                    self.place,
                )
            if not self.values:
                return SavedArray(name, placeholder(shape, np.dtype(np.float32) if opaque else dtype))
            return self._loaded(dataset, name, opaque=opaque)

    def _loaded(self, dataset: h5py.Dataset, name: str, *, opaque: bool) -> SavedArray:
        if opaque:
            return SavedArray(name, widen_bfloat16(dataset[()]), "bfloat16")
        values = (
            dataset.asstr("utf-8", "surrogateescape")[()]
            if h5py.check_string_dtype(dataset.dtype)
            else dataset[()]
        )
        array = np.asarray(values)
        if array.dtype.kind == "O" and not all(isinstance(v, str) for v in array.ravel()):
            raise MigrationError(
                "FMT015",
                f"dataset {name!r} contains references, not numbers",
                "Keras does not store this.",
                self.place,
            )
        return SavedArray(name, array)


def placeholder(shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """A read-only array of this shape and dtype that occupies no memory."""
    return np.broadcast_to(np.zeros((), dtype), shape)


def widen_bfloat16(raw: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """bfloat16 bits to float32, exactly: bfloat16 is the upper half of a float32."""
    bits = np.ascontiguousarray(raw).view(np.uint16).reshape(np.shape(raw)).astype(np.uint32) << 16
    return bits.view(np.float32)


def plain(value: Any) -> Any:
    """h5py attribute values as plain ones: h5py 2 gave bytes where 3 gives str (FMT-10)."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, np.ndarray):
        return [plain(v) for v in value.tolist()] if value.ndim else plain(value.item())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, h5py.Empty):
        return None
    return value
