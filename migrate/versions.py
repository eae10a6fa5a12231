"""Versions of this tool and of the frameworks beside it, read from package metadata without importing them."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version

_PACKAGES = ("keras-migrate", "keras", "tf-keras", "tensorflow", "numpy", "h5py")


@cache
def tool_versions() -> dict[str, str]:
    """Package name to installed version; absent packages are left out."""
    found: dict[str, str] = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
