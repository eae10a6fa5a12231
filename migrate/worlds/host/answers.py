"""What the reader's answers mean for the paths that it was asked about."""

from __future__ import annotations

from pathlib import Path

from migrate.findings import MigrationError
from migrate.formats.identify import Identification
from migrate.formats.pairing import ABOVE, folders_of
from migrate.inspection.records import Inspection
from migrate.scan.files import Scan
from migrate.scan.rules import found
from migrate.worlds.contracts.reader import Identified, Paired, Scanned
from migrate.worlds.host.protocol import ProtocolError


def scan_of(path: Path, answer: Scanned | str) -> Scan:
    """What was found; a path that cannot be read was not examined."""
    if isinstance(answer, str):
        return Scan(path, "other", (found("SEC014", answer, path.name),))
    return Scan(path, answer.kind, tuple(answer.findings))


def identification_of(path: Path, answer: Identified | str) -> Identification | MigrationError:
    """What the path is, or the error that says why it cannot be read."""
    if isinstance(answer, str):
        return _unreadable(path, answer)
    return Identification(path, answer.format, answer.detail, answer.hint, answer.size)


def inspection_of(path: Path, answer: Inspection | str) -> Inspection | MigrationError:
    """What the path holds, or the error that says why it cannot be read."""
    return _unreadable(path, answer) if isinstance(answer, str) else answer


def _unreadable(path: Path, why: str) -> MigrationError:
    return MigrationError("FMT021", why, "Check the path and its permissions.", str(path))


def pair_of(path: Path, answer: Paired | str) -> Path | None:
    """The architecture beside weights, or above their folder; a folder that cannot be listed pairs nothing.

    Raises:
        ProtocolError: the answer names what is not in the same folder or in one of those above.
    """
    if isinstance(answer, str) or answer.name is None:
        return None
    name = answer.name
    if not name or name in (".", "..") or "/" in name or "\0" in name:
        raise ProtocolError(f"the reader pairs {path.name} with {name!r}, which is not a file name")
    if not 0 <= answer.above <= ABOVE:
        raise ProtocolError(f"the reader pairs {path.name} with a file {answer.above} folders above")
    return folders_of(path)[answer.above] / name
