"""Bounds that keep a hostile file from costing more than it weighs, and the small shared guards.

Each number is a policy, so it stands here with its reason and nowhere else.
"""

from __future__ import annotations

import errno
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from migrate.findings import MigrationError

if TYPE_CHECKING:
    from pathlib import Path

MIB = 1024 * 1024

_BOMB_HINT = "No Keras model looks like this. Get the file again from a source you trust."

FREE_BYTES = 256 * MIB
"""What any file may expand to: less than a framework's own footprint."""
MAX_EXPANSION = 64
"""Declared over stored bytes above ``FREE_BYTES``. Trained weights barely compress; only bombs reach this."""
MAX_ARCHITECTURE_BYTES = 256 * MIB
"""Longest JSON or YAML text that is parsed. The largest seen in the wild is 0.6 MB."""
MAX_ASSET_BYTES = 1024 * MIB
"""All assets of one archive together."""
MAX_DEPTH = 200
"""Nesting of configurations, groups and messages. Real models stay below 40."""
MAX_MEMBERS = 200_000
"""Members of one archive or links of one HDF5 file: ten layers each for 20,000 layers."""


@dataclass(slots=True)
class Budget:
    """Bytes that reading one file may allocate.

    Attributes:
        stored: size of the file in bytes.
        place: the file, for the message.
        spent: bytes declared by everything read so far.
    """

    stored: int
    place: str
    spent: int = 0

    def spend(self, count: int, what: str) -> None:
        """Account for ``count`` bytes before they are allocated.

        Raises:
            MigrationError: SEC004, the file declares far more than it stores.
        """
        self.spent += count
        if count < 0 or self.spent > max(FREE_BYTES, MAX_EXPANSION * self.stored):
            raise MigrationError(
                "SEC004",
                f"{what} declares {count:,} bytes; the file has {self.stored:,}",
                _BOMB_HINT,
                self.place,
            )


def decode_json(text: str | bytes, what: str, place: str) -> Any:
    """Parse JSON that a file carries; ``NaN`` and ``Infinity`` are allowed as Keras writes them.

    Raises:
        MigrationError: FMT015 when the text is no JSON, SEC004 when it is oversized or nested beyond reason.
    """
    if len(text) > MAX_ARCHITECTURE_BYTES:
        raise MigrationError("SEC004", f"{what} is {len(text):,} bytes long", _BOMB_HINT, place)
    try:
        return json.loads(text)
    except RecursionError as error:
        raise MigrationError("SEC009", f"{what} is nested too deeply", _BOMB_HINT, place) from error
    except ValueError as error:
        raise MigrationError(
            "FMT015", f"{what} is not valid JSON: {error}", "The file is damaged; fetch it again.", place
        ) from error


def check_depth(value: Any, what: str, place: str) -> None:
    """Refuse JSON-like structures nested deeper than ``MAX_DEPTH``, without recursion.

    Raises:
        MigrationError: SEC004.
    """
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_DEPTH):
        children = (child for node in level for child in (node.values() if isinstance(node, dict) else node))
        level = [child for child in children if isinstance(child, dict | list)]
        if not level:
            return
    raise MigrationError("SEC009", f"{what} is nested deeper than {MAX_DEPTH} levels", _BOMB_HINT, place)


def digests_below(folder: Path) -> dict[str, str]:
    """SHA-256 of each file in a folder and below it, by its path from there; links are no files.

    Raises:
        MigrationError: FMT021 when one cannot be read.
    """
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in sorted(files)}


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes; of a directory, of its sorted relative names and their files' digests.

    Raises:
        MigrationError: FMT021 when something cannot be read.
    """
    digest = hashlib.sha256()
    try:
        if path.is_dir():
            for child in sorted(p for p in path.rglob("*") if p.is_file()):
                digest.update(child.relative_to(path).as_posix().encode("utf-8", "surrogateescape"))
                digest.update(b"\0" + sha256_of(child).encode())
        else:
            if not path.is_file() and path.exists():
                raise OSError(errno.EINVAL, "it is not a regular file")
            with path.open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise MigrationError(
            "FMT021",
            f"cannot read {path.name}: {error.strerror or error}",
            "Check the path and its permissions.",
            str(path),
        ) from error
    return digest.hexdigest()
