"""All arrays of an artifact under stable names, in HDF5 or safetensors, one array at a time.

For checkpoints without an architecture this is what can be had. Names are those of the file, less what only the
saver needs: ``dense/kernel/.ATTRIBUTES/VARIABLE_VALUE`` becomes ``dense/kernel``.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from migrate.findings import Finding, MigrationError, Severity
from migrate.formats.artifact import Format
from migrate.formats.checkpoint.layers import NAMED_SLOT
from migrate.formats.checkpoint.reader import open_checkpoint
from migrate.formats.identify import identify
from migrate.formats.read import read
from migrate.formats.saved_model.reader import read_saved_model

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

SUFFIXES = (".h5", ".hdf5", ".safetensors")
_ATTRIBUTES, _SLOT = "/.ATTRIBUTES/", "/.OPTIMIZER_SLOT/"
_SAFETENSORS = {
    "float64": "F64", "float32": "F32", "float16": "F16", "int64": "I64", "int32": "I32", "int16": "I16",
    "int8": "I8", "uint64": "U64", "uint32": "U32", "uint16": "U16", "uint8": "U8", "bool": "BOOL",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """One array that can be extracted: stable name, name in the file, shape and dtype, and how to load it."""

    name: str
    key: str
    shape: tuple[int, ...]
    dtype: str
    load: Callable[[], np.ndarray[Any, Any]]


@dataclass(slots=True)
class Extraction:
    """What was written.

    Attributes:
        out: the file.
        arrays: in the order of their names.
        left_out: arrays that the target cannot hold.
    """

    out: Path
    arrays: list[Source] = field(default_factory=list)
    left_out: list[Finding] = field(default_factory=list)


def extract(path: Path, out: Path, *, optimizer: bool = True, force: bool = False) -> Extraction:
    """Write all arrays of a checkpoint, SavedModel, HDF5 file or archive to ``out``.

    Args:
        path: checkpoint prefix or directory, SavedModel, HDF5 file or ``.keras`` archive.
        out: target; its suffix decides: ``.h5`` (a dataset for each name) or ``.safetensors``.
        optimizer: whether optimizer slots and counters are written as well.
        force: replace an existing ``out``.

    Returns:
        The extraction; strings and handles that the target cannot hold are in ``left_out``.

    Raises:
        MigrationError: of the readers; RUN010 when ``out`` exists, RUN011 when it cannot be written.
    """
    must_be_a_target(out, force=force)
    result = collect(path, out, optimizer=optimizer)
    publish(out, lambda target: write_arrays(target, result))
    return result


def collect(path: Path, out: Path, *, optimizer: bool = True) -> Extraction:
    """What there is to be written to ``out``, and what its format cannot hold; nothing is written.

    Raises:
        MigrationError: of the readers.
    """
    result = Extraction(out)
    sources = sorted(_sources(path, optimizer), key=lambda source: source.name)
    for source in sources:
        if _holds(out, source.dtype):
            result.arrays.append(source)
        else:
            result.left_out.append(
                Finding(
                    "FMT024",
                    Severity.WARNING,
                    f"{source.key} is a {source.dtype}, which {out.suffix} cannot store",
                    "Strings can be stored in .h5." if source.dtype == "string" else "It contains no values.",
                    source.key,
                )
            )
    _must_be_unique(result.arrays, path, nested=out.suffix != ".safetensors")
    return result


def write_arrays(target: Path, extraction: Extraction) -> None:
    """Write the arrays in the format that the suffix of the extraction's own file names."""
    _write(target, extraction.out.suffix, extraction.arrays)


def must_be_a_target(out: Path, *, force: bool) -> None:
    """Refuse a file that arrays cannot be written to.

    Raises:
        MigrationError: RUN010 when it exists, unless ``force``; RUN011 when its suffix names no format.
    """
    if out.suffix not in SUFFIXES:
        raise MigrationError(
            "RUN011", f"{out.name} is neither .h5 nor .safetensors", "Use one of these suffixes.", str(out)
        )
    if out.exists() and not force:
        raise MigrationError("RUN010", f"{out} exists", "Use another name, or --force.", str(out))


def stable_name(key: str, keys: Container[str] = ()) -> str:
    """A checkpoint key without the saver's decoration; slots as ``optimizer/m/dense/kernel``.

    Args:
        key: as stored.
        keys: all keys of a name-based checkpoint, which tell the slot ``dense/kernel/Adam`` from a variable.
    """
    name, separator, attribute = key.partition(_ATTRIBUTES)
    variable, is_slot, slot = name.partition(_SLOT)
    if is_slot:
        # A slot must not stand below its variable: HDF5 has no group where a dataset is.
        name = f"{slot}/{variable}"
    elif not separator and (match := NAMED_SLOT.search(key)) and key[: match.start()] in keys:
        name = f"optimizer/{match[1]}/{key[: match.start()]}"
    return name if attribute in ("", "VARIABLE_VALUE") else f"{name}/{attribute}"


def _sources(path: Path, optimizer: bool) -> Iterator[Source]:
    found = identify(path)
    if found.format in (Format.CHECKPOINT, Format.SAVED_MODEL):
        prefix = read_saved_model(path).variables_prefix if found.format is Format.SAVED_MODEL else path
        checkpoint = open_checkpoint(prefix)
        slots = {slot.key for slot in checkpoint.graph.slots()} if checkpoint.graph else set()
        for key in checkpoint.names():
            entry = checkpoint.bundle.entries[key]
            name = stable_name(key, checkpoint.bundle)
            training = key in slots or name.startswith("optimizer/") or "optimizer" in key.split("/")
            if optimizer or not training:
                yield Source(name, key, entry.shape, entry.dtype, _loader(checkpoint.bundle, key))
        return
    artifact = read(path)
    groups = [("/".join(layer.layer), layer.arrays) for layer in artifact.weights]
    if optimizer:
        groups.append(("optimizer", artifact.optimizer_weights))
    for prefix_name, arrays in groups:
        for array in arrays:
            name = array.name if array.name.startswith(f"{prefix_name}/") else f"{prefix_name}/{array.name}"
            dtype = "string" if array.dtype.kind in "OSU" else str(array.dtype)
            yield Source(
                name.strip("/").removesuffix(":0"), array.name, array.shape, dtype, _constant(array.array)
            )


def _loader(bundle: Any, key: str) -> Callable[[], np.ndarray[Any, Any]]:
    def load() -> np.ndarray[Any, Any]:
        values: np.ndarray[Any, Any] = bundle[key]
        return values

    return load


def _constant(array: np.ndarray[Any, Any]) -> Callable[[], np.ndarray[Any, Any]]:
    return lambda: array


def _holds(out: Path, dtype: str) -> bool:
    if out.suffix == ".safetensors":
        return _stored_as(dtype) in _SAFETENSORS
    return dtype not in ("resource", "variant")


def _stored_as(dtype: str) -> str:
    return "float32" if dtype == "bfloat16" else dtype


def _must_be_unique(arrays: list[Source], path: Path, *, nested: bool) -> None:
    """Two arrays of one name, or in HDF5 one below the other, cannot both be written."""
    for first, second in pairwise(arrays):
        if first.name == second.name or (nested and second.name.startswith(f"{first.name}/")):
            raise MigrationError(
                "WGT006",
                f"{first.key} and {second.key} would both be named {first.name}",
                "Please report this file.",
                str(path),
            )


def publish(out: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` make a file beside ``out`` and rename it: it appears whole or not at all."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.parent)
        os.close(handle)
        target = Path(name)
        try:
            write(target)
            os.chmod(target, 0o644)
            os.replace(target, out)
        finally:
            target.unlink(missing_ok=True)
    except OSError as error:
        raise MigrationError(
            "RUN011",
            f"cannot write {out}: {error.strerror or error}",
            "Check the folder and its space.",
            str(out),
        ) from error


def _write(target: Path, suffix: str, arrays: list[Source]) -> None:
    if suffix == ".safetensors":
        _write_safetensors(target, arrays)
        return
    with h5py.File(target, "w") as file:
        for source in arrays:
            values = source.load()
            if source.dtype == "string":
                file.create_dataset(source.name, data=values.astype(object), dtype=h5py.string_dtype("utf-8"))
            else:
                file.create_dataset(source.name, data=values)
            file[source.name].attrs["key"] = source.key


def _write_safetensors(target: Path, arrays: list[Source]) -> None:
    """The format of https://github.com/huggingface/safetensors#format, written as a stream."""
    header: dict[str, Any] = {"__metadata__": {"keys": json.dumps({s.name: s.key for s in arrays})}}
    offset = 0
    for source in arrays:
        dtype = _stored_as(source.dtype)
        size = np.dtype(dtype).itemsize
        for dimension in source.shape:
            size *= dimension
        header[source.name] = {
            "dtype": _SAFETENSORS[dtype],
            "shape": list(source.shape),
            "data_offsets": [offset, offset + size],
        }
        offset += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with target.open("wb") as stream:
        stream.write(len(text).to_bytes(8, "little") + text)
        for source in arrays:
            stream.write(
                np.ascontiguousarray(source.load()).astype(_stored_as(source.dtype), copy=False).tobytes()
            )
