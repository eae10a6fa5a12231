"""One entrance for every file that holds layers; weights are paired with their architecture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from migrate.findings import MigrationError
from migrate.formats.artifact import BARE_GRAPHS, Format, Writer
from migrate.formats.identify import identify, is_misnamed
from migrate.formats.vocabulary import restore_vocabularies

if TYPE_CHECKING:
    from pathlib import Path

    from migrate.formats.artifact import LegacyArtifact
    from migrate.formats.identify import Identification

_ARCHITECTURES = (Format.ARCHITECTURE_JSON, Format.ARCHITECTURE_YAML)


def read(path: Path, architecture: Path | None = None, *, values: bool = True) -> LegacyArtifact:
    """Read a model of any legacy kind.

    Weights are paired with ``architecture``, or with the one found beside them
    (``pairing.find_architecture``); when there is none, the artifact has ``architecture=None`` and it is for
    the caller to block.

    Args:
        path: HDF5, archive, ``model.json`` of TensorFlow.js, weights or architecture file, SavedModel directory, or a
            checkpoint by its prefix or any of its files.
        architecture: JSON, YAML, HDF5 model or archive whose architecture the weights belong to.
        values: False leaves values in the file: arrays have shape and dtype only, and ``sha256`` is empty.

    Returns:
        the artifact; vocabularies that layers learned are in their configuration (``vocabulary``).

    Raises:
        MigrationError: with the code of what is wrong; ``FMT`` codes for files that are no models.
    """
    artifact = _read(path, architecture, values)
    if values:
        restore_vocabularies(artifact)
    return artifact


def _read(path: Path, architecture: Path | None, values: bool) -> LegacyArtifact:
    """Dispatch by content."""
    from migrate.formats.architecture import architecture_writer, read_architecture
    from migrate.formats.archive import read_archive
    from migrate.formats.hdf5 import read_hdf5
    from migrate.formats.tfjs import read_tfjs

    found = identify(path)
    if found.format in (Format.CHECKPOINT, Format.SAVED_MODEL):
        return _read_tensorflow(path, found, architecture, values)
    if found.format is Format.HDF5_MODEL:
        return read_hdf5(path, values=values)
    if found.format is Format.KERAS_ARCHIVE and path.is_file():
        return read_archive(path, values=values)
    if found.format is Format.TFJS_LAYERS:
        return read_tfjs(path, values=values)
    if found.format in _ARCHITECTURES:
        return read_architecture(path)
    if found.format not in (Format.HDF5_WEIGHTS, Format.WEIGHTS_ARCHIVE):
        raise refusal(found)

    root, source = _architecture(path, architecture)
    if found.format is Format.WEIGHTS_ARCHIVE:
        artifact = read_archive(path, root, values=values)
    else:
        artifact = read_hdf5(path, values=values)
        artifact.architecture = root
    if root is not None and source is not None:
        artifact.metadata["architecture_source"] = str(source)
        artifact.writer = _joint_writer(artifact.writer, architecture_writer(root))
    return artifact


def _read_tensorflow(path: Path, found: Identification, given: Path | None, values: bool) -> LegacyArtifact:
    """A checkpoint with its architecture, or a SavedModel, whose metadata usually holds one."""
    from migrate.formats.architecture import architecture_writer
    from migrate.formats.checkpoint.locate import find_prefix
    from migrate.formats.checkpoint.reader import read_checkpoint
    from migrate.formats.saved_model.keras import read_keras_saved_model

    if found.format is Format.SAVED_MODEL:
        root = _architecture(path, given)[0] if given else None
        return read_keras_saved_model(path, root, values=values)
    prefix = find_prefix(path)
    root, source = _architecture(prefix, given)
    artifact = read_checkpoint(prefix, root, values=values)
    if root is not None:
        artifact.metadata["architecture_source"] = str(source)
        artifact.writer = _joint_writer(artifact.writer, architecture_writer(root))
    return artifact


def _joint_writer(weights: Writer, architecture: Writer) -> Writer:
    """The writer of a pair: what the weights say, and where they only hint, what the architecture says."""
    if weights.keras and not weights.evidence.startswith("inferred"):
        return weights
    if architecture.evidence.startswith("inferred") or architecture.keras is None:
        return weights if weights.keras else architecture
    evidence = "; ".join(filter(None, (architecture.evidence, weights.layout and weights.evidence)))
    return Writer(
        architecture.keras,
        architecture.tensorflow,
        architecture.backend or weights.backend,
        weights.layout,
        f"version stated by the architecture{'; ' if evidence else ''}{evidence}",
    )


def _architecture(weights: Path, given: Path | None) -> tuple[dict[str, Any] | None, Path | None]:
    """The architecture that the user named, or the one beside the weights."""
    from migrate.formats.pairing import find_architecture

    source = given or find_architecture(weights)
    if source is None:
        return None, None
    found = identify(source)
    if found.format not in (*_ARCHITECTURES, Format.HDF5_MODEL, Format.KERAS_ARCHIVE, Format.SAVED_MODEL):
        raise MigrationError(
            "FMT004",
            f"{source.name} contains no architecture: {found.detail}",
            "Pass the JSON or YAML of model.to_json(), a full model, or `file.py:function`.",
            str(weights),
        )
    root = read(source, values=False).architecture
    if root is None:
        raise MigrationError(
            "FMT004",
            f"{source.name} contains no architecture of layers",
            "Pass the JSON or YAML of model.to_json(), a full model, or `file.py:function`.",
            str(weights),
        )
    return root, source


def refusal(found: Identification) -> MigrationError:
    """Why a path of this kind cannot be read here."""
    place = str(found.path)
    if found.format is Format.GIT_LFS_POINTER:
        return MigrationError("FMT026", f"{found.detail}: the file was never fetched", found.hint, place)
    if found.format is Format.TRUNCATED:
        return MigrationError("FMT015", found.detail, found.hint or "Fetch the file again.", place)
    if found.format is Format.HDF5_GOLDEN:
        return MigrationError(
            "FMT023", found.detail, "Use it as a reference next to a model, not as a model.", place
        )
    if found.format in BARE_GRAPHS:
        return MigrationError(
            "FMT001", found.detail, "A graph has no layers to read; keras-migrate models creates some.", place
        )
    if found.format is Format.META_GRAPH:
        return MigrationError(
            "FMT028", found.detail, "Pass its checkpoint (PREFIX.index) with --architecture.", place
        )
    if is_misnamed(found):
        hint = found.hint or "Check its content; if it was a download, fetch it again."
        return MigrationError("FMT030", f"not a model, despite its name: {found.detail}", hint, place)
    return MigrationError(
        "FMT023", f"not a model: {found.detail}", found.hint or "Nothing to migrate.", place
    )
