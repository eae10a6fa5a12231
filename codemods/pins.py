"""PIN: requirement files."""

from pathlib import Path


def is_pin_file(path: Path) -> bool:
    return False
