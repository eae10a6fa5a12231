"""Recorded inputs and outputs next to a model: the strongest evidence there is.

Two layouts are read: ``STEM.golden.npz`` with ``inputs/0``, ``outputs/0`` and ``activations/NAME`` (for a SavedModel
also ``signatures/NAME/inputs/KEY`` and ``signatures/NAME/outputs/KEY``), and the
HDF5 files ``*_inputs_and_outputs.h5`` of the DL4J test resources (groups ``inputs``, ``predictions`` or
``outputs``, ``activations``).
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

import numpy as np

from migrate.capsule.model import Array
from migrate.findings import MigrationError
from migrate.formats.limits import MAX_DEPTH, Budget


@dataclass(frozen=True, slots=True)
class RecordedSignature:
    """Recorded inputs and outputs of one signature of a SavedModel, by key."""

    inputs: dict[str, Array] = field(default_factory=dict)
    outputs: dict[str, Array] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Golden:
    """One recorded case: flat inputs and outputs in the model's order, activations by layer name."""

    path: Path
    inputs: list[Array]
    outputs: list[Array]
    input_names: list[str] = field(default_factory=list)
    activations: dict[str, Array] = field(default_factory=dict)
    signatures: dict[str, RecordedSignature] = field(default_factory=dict)

    def arranged(self, names: Sequence[str]) -> Golden:
        """The inputs in the order of a model's input names, if the recording names them too.

        Raises:
            MigrationError: ``PAR003`` if the number of inputs differs.
        """
        if len(self.inputs) != len(names):
            raise MigrationError(
                "PAR003",
                f"{self.path.name} has {len(self.inputs)} inputs, the model {len(names)}",
                "Record one array per input of the model, in its order.",
            )
        if set(self.input_names) != set(names):
            return self
        by_name = dict(zip(self.input_names, self.inputs, strict=True))
        return replace(self, inputs=[by_name[name] for name in names], input_names=list(names))

    def probes(self) -> dict[str, Array]:
        """The inputs as the only case of a probe file."""
        return {f"0/{i}": array for i, array in enumerate(self.inputs)}

    def references(self) -> dict[str, Array]:
        """The outputs under the names that a world uses."""
        return {f"0/{i}": array for i, array in enumerate(self.outputs)}


def read_golden(path: Path) -> Golden:
    """Read a golden file of either layout in this process; in the pipeline, a reader process does the first half.

    Raises:
        MigrationError: ``PAR003`` if the file contains no recorded inputs and outputs.
    """
    return golden_of(path, read_recording(path))


def read_recording(path: Path) -> dict[str, Array]:
    """All arrays of a golden file; never unpickles, follows no links out of the file, and limits allocations.

    Raises:
        MigrationError: ``PAR003`` if it cannot be read, ``SEC003`` and ``SEC004`` if it refers to other files or
            declares far more than it stores.
    """
    try:
        return _read_npz(path) if path.suffix == ".npz" else _read_hdf5(path)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise MigrationError("PAR003", f"{path.name} cannot be read: {error}") from error


def golden_of(path: Path, arrays: Mapping[str, Array]) -> Golden:
    """The recorded case in the arrays of a golden file; ``path`` names the file, which is not read.

    Raises:
        MigrationError: ``PAR003`` if they are not recorded inputs and outputs.
    """
    input_keys = _numbered(arrays, "inputs")
    inputs = [arrays[name] for name in input_keys]
    # In the DL4J files, "outputs" are training targets; the outputs of the model are "predictions".
    group = "outputs" if path.suffix == ".npz" else "predictions"
    outputs = [arrays[name] for name in _numbered(arrays, group)]
    signatures = _signatures(arrays)
    if not signatures and (not inputs or not outputs):
        raise MigrationError(
            "PAR003",
            f"{path.name} has no recorded inputs and outputs",
            "Expected arrays inputs/0 … and outputs/0 … (predictions/… in HDF5).",
        )
    activations = {
        name.split("/", 1)[1]: array for name, array in arrays.items() if name.startswith("activations/")
    }
    names = [name.split("/", 1)[1] for name in input_keys]
    return Golden(path, inputs, outputs, names, activations, signatures)


def _signatures(arrays: Mapping[str, Array]) -> dict[str, RecordedSignature]:
    """Arrays named ``signatures/NAME/inputs/KEY`` and ``signatures/NAME/outputs/KEY``."""
    found: dict[str, RecordedSignature] = {}
    for name, array in arrays.items():
        parts = name.split("/")
        if len(parts) == 4 and parts[0] == "signatures" and parts[2] in ("inputs", "outputs"):
            recorded = found.setdefault(parts[1], RecordedSignature())
            getattr(recorded, parts[2])[parts[3]] = array
    return found


def _numbered(arrays: Iterable[str], group: str) -> list[str]:
    """Names of a group in order: by number (``inputs/2``, ``input_2``), otherwise unchanged."""
    names = [name for name in arrays if name.startswith(f"{group}/")]

    def number(name: str) -> tuple[int, str]:
        digits = "".join(c for c in name.rsplit("/", 1)[-1] if c.isdigit())
        return (int(digits) if digits else 0, name)

    return sorted(names, key=number)


def _read_npz(path: Path) -> dict[str, Array]:
    budget = Budget(path.stat().st_size, str(path))
    with zipfile.ZipFile(path) as members:
        for member in members.infolist():
            budget.spend(member.file_size, member.filename)
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def _read_hdf5(path: Path) -> dict[str, Array]:
    import h5py

    from migrate.formats.hdf5_access import H5Source

    arrays: dict[str, Array] = {}
    with H5Source(path, str(path), path.stat().st_size) as source:

        def visit(group: h5py.Group, prefix: str, depth: int) -> None:
            if depth > MAX_DEPTH:
                raise MigrationError("SEC009", f"{path.name} is nested deeper than {MAX_DEPTH} levels")
            for name in source.children(group):
                item = source.get(group, name)
                if isinstance(item, h5py.Group):
                    visit(item, f"{prefix}{name}/", depth + 1)
                elif item is not None:
                    arrays[f"{prefix}{name}"] = source.array(item, f"{prefix}{name}").array

        visit(source.file, "", 0)
    return arrays


def find_golden(source: Path) -> Path | None:
    """The golden file that belongs to a model by its name; None if there is none."""
    beside = (source.with_name(name) for name in golden_names(source.name))
    return next((path for path in beside if path.is_file()), None)


def golden_names(name: str) -> list[str]:
    """Possible file names for recordings of a model with this name, the most likely first."""
    stem = PurePath(name).stem
    # "model.ckpt-3.index" and "model.weights.h5" are recorded as "model.golden.npz".
    stems = dict.fromkeys((stem, stem.removesuffix(".weights"), name.split(".", maxsplit=1)[0], name))
    names = [f"{one}.golden.npz" for one in stems if one]
    endings = (ending for ending in ("_model", "_weights") if stem.endswith(ending))
    return names + [f"{stem.removesuffix(ending)}_inputs_and_outputs.h5" for ending in endings]
