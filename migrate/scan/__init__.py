"""Static search for hostile content in model files: by allow-list, at every depth, without loading anything.

`scan_artifact` scans one file or SavedModel folder, `scan_tree` everything below a folder. Neither
TensorFlow nor Keras is imported, and no pickle, bytecode or graph is ever executed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrate.scan.files import Scan, is_unsafe, scan_artifact, scan_tree

__all__ = ["Scan", "is_unsafe", "scan_artifact", "scan_tree"]


def __getattr__(name: str) -> object:
    if name in __all__:
        from migrate.scan import files

        return getattr(files, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
