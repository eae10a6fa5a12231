"""One model for Keras 2 and Keras 3: the Keras 2 file is kept next to the migrated one, with one proof."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from packaging.version import InvalidVersion, Version

from migrate.dialects.keras3_minors.versions import Era
from migrate.findings import Finding, MigrationError, Severity
from migrate.formats.artifact import Format
from migrate.pipeline.progress import Progress
from migrate.pipeline.staging import Staged
from migrate.results import UntouchedOutcome

SUFFIXES = {Format.HDF5_MODEL: ".h5", Format.KERAS_ARCHIVE: ".keras"}
LOADER = Path(__file__).with_name("load_model.py")
_FIRST = Version("2.0")


def files_for_eras(eras: Sequence[Era], staged: Staged, progress: Progress, folder: Path) -> dict[str, Path]:
    """Keep the untouched file under a separate name and, if Keras 3 computes something different, a small loader.

    Args:
        eras: Keras 2 releases that must be able to load the model.
        staged: the file.
        progress: the model has been migrated and compared; the result of stock Keras 3 on the file is known.
        folder: where to write.

    Raises:
        MigrationError: ``RDR007`` if there is no evidence that those releases load the file and compute the same.
    """
    oldest = min(eras, key=lambda one: one.version)
    suffix = SUFFIXES.get(staged.format)
    if suffix is None:
        raise _refusal(oldest, f"load_model does not accept a {staged.format} in both")
    _must_be_read_by(oldest, progress)
    name = f"model-keras2{suffix}"
    shutil.copyfile(staged.source, folder / name)
    parts = {name: folder / name}
    one = progress.untouched is not None and progress.untouched.outcome is UntouchedOutcome.EQUAL
    if not one:
        shutil.copyfile(LOADER, folder / LOADER.name)
        parts[LOADER.name] = folder / LOADER.name
    text = (
        f"{name} alone serves both: Keras 3 loads it and computes the same"
        if one
        else f"{oldest.name} and later load {name}, Keras 3 loads model.keras; load_model.py selects the right one"
    )
    progress.findings.append(Finding("RDR008", Severity.INFO, text, ""))
    return parts


def _must_be_read_by(era: Era, progress: Progress) -> None:
    """Refuse a file of a later Keras, of Keras 1, and one for which the last Keras 2 computes something different."""
    written = progress.facts.keras if progress.facts is not None else None
    try:
        writer = Version(str(written))
    except InvalidVersion:
        raise _refusal(era, "the file does not say which Keras wrote it") from None
    if not writer >= _FIRST or writer.release[:2] > era.version.release[:2]:
        raise _refusal(era, f"Keras {written} wrote the file")
    if not any(witness.evidence == "original" for witness in progress.witnesses):
        raise _refusal(era, "tf-keras does not load the file unmodified, or computes something different")


def _refusal(era: Era, reason: str) -> MigrationError:
    return MigrationError(
        "RDR007",
        f"no file for {era.name}: {reason}",
        "Leave it out of --for, or name the release that wrote the file, or a later one.",
    )
