"""Names that promise another content than the file has.

Source: ``load_model`` and ``load_weights`` of Keras 3.15 (``saving_api.py``), which go by the suffix.
"""

from __future__ import annotations

from pathlib import PurePath

from migrate.findings import Finding, Severity
from migrate.formats.artifact import Format

_HDF5 = frozenset({".h5", ".hdf5"})
_HINT = "No action is needed: the output has the name that Keras 3 expects."


def misnamed(name: str, found: Format) -> list[Finding]:
    """What is worth knowing of a file's name, given its content; stock Keras 3 goes by the name alone.

    Args:
        name: the file's own name.
        found: what it is by its content.
    """
    suffix = PurePath(name).suffix.lower()
    weights = name.lower().endswith(".weights.h5")
    if found is Format.HDF5_MODEL and suffix not in _HDF5:
        message = (
            f"HDF5 with the suffix {suffix or '(none)'}: read by its content, which Keras 3 would not do"
        )
        return [Finding("FMT002", Severity.INFO, message, _HINT, name)]
    if found is Format.HDF5_WEIGHTS and weights:
        message = "the Keras 2 layout under a name that Keras 3 expects to be an archive"
        return [Finding("FMT005", Severity.INFO, message, _HINT, name)]
    if found is Format.WEIGHTS_ARCHIVE and not weights:
        message = "the layout of an archive under a name that is not *.weights.h5"
        return [Finding("FMT005", Severity.INFO, message, _HINT, name)]
    return []
