"""What the reader world does for its parent: look at files that may crash the library that parses them.

libhdf5 parses in C; a crafted file may end the process. In here that costs one file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from migrate.capsule.store import save_arrays
from migrate.findings import MigrationError
from migrate.formats.bounded import bounded_memory
from migrate.formats.extract import collect, write_arrays
from migrate.formats.identify import identify
from migrate.formats.pairing import Neighbours, find_architecture, folders_of
from migrate.inspection import inspect
from migrate.inspection.records import Inspection
from migrate.parity.golden import read_recording
from migrate.scan.files import scan_one
from migrate.worlds.contracts import reader as asked
from migrate.worlds.contracts.call import handlers_of
from migrate.worlds.contracts.models import ArraysFile
from migrate.worlds.reader.keras3 import describe_keras3, rewrite_keras3
from migrate.worlds.reader.own_code import names_wanted
from migrate.worlds.reader.saved_model import describe_saved_model, read_subclassed
from migrate.worlds.reader.translation import read_and_translate

_T = TypeVar("_T")


def scan(call: asked.Scan, scratch: Path) -> asked.Scanned:
    """Scan one artifact."""
    return _scan(call.path)


def scan_many(call: asked.ScanMany, scratch: Path) -> asked.Answers[asked.Scanned]:
    """Scan artifacts."""
    return _many(call.paths, _scan)


def _scan(path: Path) -> asked.Scanned:
    with bounded_memory(path):
        found = scan_one(path)
    return asked.Scanned(found.kind, list(found.findings))


def identify_one(call: asked.Identify, scratch: Path) -> asked.Identified:
    """Say what an artifact is."""
    return _identify(call.path)


def identify_many(call: asked.IdentifyMany, scratch: Path) -> asked.Answers[asked.Identified]:
    """Say what artifacts are."""
    return _many(call.paths, _identify)


def _identify(path: Path) -> asked.Identified:
    with bounded_memory(path):
        found = identify(path)
    return asked.Identified(found.format, found.detail, found.hint, found.size)


def pair(call: asked.Pair, scratch: Path) -> asked.Paired:
    """Find the architecture beside weights."""
    with bounded_memory(call.path):
        found = find_architecture(call.path)
    if found is None:
        return asked.Paired(None)
    above = folders_of(call.path).index(folders_of(found)[0])
    return asked.Paired(found.name, above)


def pair_many(call: asked.PairMany, scratch: Path) -> asked.Answers[asked.Paired]:
    """Find the architectures beside weights; a folder is listed once."""
    folders: dict[Path, Neighbours] = {}

    def look(path: Path) -> asked.Paired:
        if path.parent not in folders:
            folders[path.parent] = Neighbours(path.parent)
        with bounded_memory(path):
            found = folders[path.parent].architecture_of(path)
        return asked.Paired(found.name if found else None)

    return _many(call.paths, look)


def inspect_many(call: asked.InspectMany, scratch: Path) -> asked.Answers[Inspection]:
    """Inspect artifacts."""

    def look(path: Path) -> Inspection:
        with bounded_memory(path):
            return inspect(path, call.architecture)

    return _many(call.paths, look)


def _many(paths: list[Path], look: Callable[[Path], _T]) -> asked.Answers[_T]:
    answers: list[_T | str] = []
    for path in paths:
        try:
            answers.append(look(path))
        except MigrationError as error:
            answers.append(error.message)
    return asked.Answers(answers)


def golden(call: asked.ReadGolden, scratch: Path) -> ArraysFile:
    """Read recorded inputs and outputs."""
    file = scratch / "golden.safetensors"
    with bounded_memory(call.path):
        save_arrays(file, read_recording(call.path))
    return ArraysFile(str(file))


def extract_arrays(call: asked.Extract, scratch: Path) -> asked.Extracted:
    """Write all arrays of an artifact."""
    file = scratch / f"weights{call.suffix}"
    done = collect(call.path, file, optimizer=call.optimizer)
    write_arrays(file, done)
    rows = [asked.ArrayRow(one.name, one.key, tuple(one.shape), one.dtype) for one in done.arrays]
    return asked.Extracted(str(file), rows, list(done.left_out))


HANDLERS = handlers_of(
    scan,
    scan_many,
    identify_one,
    identify_many,
    pair,
    pair_many,
    inspect_many,
    golden,
    extract_arrays,
    read_and_translate,
    describe_saved_model,
    describe_keras3,
    rewrite_keras3,
    read_subclassed,
    names_wanted,
)
