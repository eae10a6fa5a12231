"""Files that a script of this folder generates: written, or with ``--check`` compared."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path


def write_or_check(texts: Mapping[Path, str]) -> None:
    """Write each text to its file; with ``--check`` end with status 1 and the names of those that differ."""
    if "--check" not in sys.argv[1:]:
        for path, text in texts.items():
            path.write_text(text, encoding="utf-8")
        return
    old = [path.name for path, text in texts.items() if not _says(path, text)]
    sys.exit(f"out of date: {', '.join(old)}; run make docs" if old else 0)


def _says(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text
