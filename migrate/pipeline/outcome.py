"""Which outcome a refusal has, and what to do next for each reason that has no better hint."""

from __future__ import annotations

from migrate.findings import MigrationError
from migrate.formats.artifact import Format
from migrate.results import Status

_BLOCKED = frozenset(
    {
        "CFG005",
        "CFG009",
        "CFG017",
        "CFG018",
        "CFG022",
        "CFG050",
        "CFG052",
        "FMT004",
        "FMT007",
        "FMT026",
        "FMT028",
    }
)
_SKIPPED = frozenset({"FMT013", "FMT023"})
_NO_MODEL = frozenset({Format.NOT_A_MODEL, Format.HDF5_GOLDEN, Format.HDF5_OTHER})


def must_be_a_model(found: Format, name: str) -> None:
    """Refuse what holds no model, before anything is read.

    Raises:
        MigrationError: ``FMT026`` for a pointer whose file was never fetched, ``FMT023`` for other content.
    """
    if found is Format.GIT_LFS_POINTER:
        raise MigrationError(
            "FMT026",
            f"{name} is a pointer: the file itself was never fetched",
            "Run `git lfs pull` (or `git annex get`) in its repository.",
        )
    if found in _NO_MODEL:
        raise MigrationError("FMT023", f"{name} holds no model ({found.value})")


def status_of(error: MigrationError) -> Status:
    """The status that an artifact has when its migration ends with this refusal."""
    if error.code.startswith("SEC"):
        return Status.UNSAFE
    if error.code in _BLOCKED:
        return Status.BLOCKED
    if error.code in _SKIPPED:
        return Status.SKIPPED
    return Status.FAILED
