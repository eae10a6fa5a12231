"""What the reader world does for its parent: look at files that may crash the library that parses them.

libhdf5 parses in C; a crafted file may end the process. In here that costs one file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from migrate.capsule.store import save_arrays
from migrate.findings import MigrationError
from migrate.formats.bounded import bounded_memory
from migrate.formats.extract import collect, write_arrays
from migrate.formats.identify import identify
from migrate.formats.pairing import Neighbours, find_architecture
from migrate.inspection import inspect
from migrate.parity.golden import read_recording
from migrate.scan.files import scan_one
from migrate.scan.output import finding_json
from migrate.worlds.reader.own_code import names_wanted
from migrate.worlds.reader.saved_model import describe_saved_model, read_subclassed
from migrate.worlds.reader.translation import read_and_translate

if TYPE_CHECKING:
    from collections.abc import Callable


def _scan(path: Path) -> dict[str, Any]:
    with bounded_memory(path):
        found = scan_one(path)
    return {"kind": found.kind, "findings": [finding_json(finding) for finding in found.findings]}


def _identify(path: Path) -> dict[str, Any]:
    with bounded_memory(path):
        found = identify(path)
    return {"format": found.format.value, "detail": found.detail, "hint": found.hint, "size": found.size}


def _inspect(path: Path, architecture: Path | None = None) -> dict[str, Any]:
    with bounded_memory(path):
        found = inspect(path, architecture)
    described: dict[str, Any] = msgspec.to_builtins(found, enc_hook=_plain)
    return described


def _plain(value: Any) -> Any:
    """What JSON has no form for: numpy scalars in a configuration become numbers, the rest text."""
    return value.item() if hasattr(value, "item") else str(value)


def _pair(path: Path) -> dict[str, Any]:
    with bounded_memory(path):
        found = find_architecture(path)
    if found is None:
        return {"name": None}
    return {"name": found.name, "above": list(path.absolute().parents).index(found.absolute().parent)}


def _many(params: dict[str, Any], look: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    answers: list[dict[str, Any] | str] = []
    for path in params["paths"]:
        try:
            answers.append(look(Path(path)))
        except MigrationError as error:
            answers.append(error.message)
    return {"answers": answers}


def scan(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Scan one artifact: ``path`` → kind and findings.

    Raises:
        MigrationError: FMT021 when it cannot be read.
    """
    return _scan(Path(params["path"]))


def scan_many(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Scan artifacts: ``paths`` → kind and findings of each, or why it cannot be read."""
    return _many(params, _scan)


def identify_many(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Identify artifacts: ``paths`` → format, detail, hint and size of each, or why it cannot be read."""
    return _many(params, _identify)


def identify_one(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Identify an artifact: ``path`` → format, detail, hint and size.

    Raises:
        MigrationError: FMT021 when it cannot be read.
    """
    return _identify(Path(params["path"]))


def pair(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """The architecture beside weights: ``path`` → its ``name`` in the same folder, None where there is none.

    Raises:
        MigrationError: FMT021 when the folder cannot be listed.
    """
    return _pair(Path(params["path"]))


def pair_many(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """The same for many: ``paths`` → the name for each, or why its folder cannot be listed."""
    folders: dict[Path, Neighbours] = {}

    def look(path: Path) -> dict[str, Any]:
        if path.parent not in folders:
            folders[path.parent] = Neighbours(path.parent)
        with bounded_memory(path):
            found = folders[path.parent].architecture_of(path)
        return {"name": found.name if found else None}

    return _many(params, look)


def golden(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Recorded inputs and outputs: ``path`` → a ``file`` of its arrays in the scratch folder.

    Raises:
        MigrationError: PAR003 when it cannot be read, SEC003 and SEC004 when it reaches outside or is a bomb.
    """
    path = Path(params["path"])
    with bounded_memory(path):
        save_arrays(scratch / "golden.safetensors", read_recording(path))
    return {"file": str(scratch / "golden.safetensors")}


def extract_arrays(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """All arrays of an artifact: ``path``, ``suffix``, ``optimizer`` → a ``file``, what it holds, what it lacks.

    Raises:
        MigrationError: of the readers.
    """
    file = scratch / f"weights{params['suffix']}"
    done = collect(Path(params["path"]), file, optimizer=params["optimizer"])
    write_arrays(file, done)
    rows = [
        {"name": one.name, "key": one.key, "shape": list(one.shape), "dtype": one.dtype}
        for one in done.arrays
    ]
    return {"file": str(file), "arrays": rows, "left_out": [finding_json(one) for one in done.left_out]}


def inspect_many(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Inspect artifacts: ``paths`` → the inspection of each, or why it cannot be read."""
    given = params.get("architecture")
    return _many(params, lambda path: _inspect(path, Path(given) if given else None))


HANDLERS = {
    "scan": scan,
    "scan_many": scan_many,
    "identify": identify_one,
    "identify_many": identify_many,
    "pair": pair,
    "pair_many": pair_many,
    "golden": golden,
    "extract": extract_arrays,
    "inspect_many": inspect_many,
    "describe_saved_model": describe_saved_model,
    "read_subclassed": read_subclassed,
    "names_wanted": names_wanted,
    "translate": read_and_translate,
}
