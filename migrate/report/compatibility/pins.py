"""Requirement pins on Keras and its backends, and the environment that the report was made in."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from codemods.files import requirements
from codemods.files.kinds import kind_of
from migrate.report.compatibility.records import Pin


def _versions(text: str) -> tuple[Version, ...]:
    return tuple(map(Version, text.split()))


# Releases on either side of the change: TensorFlow 2.16 was the first with Keras 3.
_RELEASES = {
    "keras": (
        _versions("1.2.2 2.2.4 2.4.3 2.10.0 2.15.0"),
        _versions("3.0.0 3.4.1 3.8.0 3.10.0 3.15.1"),
    ),
    "tensorflow": (
        _versions("1.15.5 2.3.4 2.8.4 2.13.1 2.15.1"),
        _versions("2.16.0 2.18.0 2.19.0 2.21.0"),
    ),
}
_FRAMEWORKS = requirements.TENSORFLOW | {"keras", "tf-keras"}
PACKAGES = ("keras", "tensorflow", "tf-keras", "keras-migrate")
VARIABLES = ("TF_USE_LEGACY_KERAS", "KERAS_BACKEND")


def pins(path: str, text: str) -> Iterator[Pin]:
    """Pins on Keras and TensorFlow in a file, as the rules of source read them."""
    for found in requirements.pins(text, kind_of(Path(path))):
        if found.name in _FRAMEWORKS:
            line = text.count("\n", 0, found.start) + 1
            decided = verdict(found.name, found.specifier)
            specifier = found.spec.strip().strip("()")
            yield Pin(path=path, line=line, name=found.name, specifier=specifier, verdict=decided)


def verdict(name: str, specifier: SpecifierSet | None) -> str:
    """``legacy``, ``modern`` or ``both``: which Keras the specifier lets in; ``open`` without or beyond one."""
    if name == "tf-keras":
        return "legacy"
    if specifier is None or not str(specifier):
        return "open"
    old, new = _RELEASES["keras" if name == "keras" else "tensorflow"]
    legacy = any(version in specifier for version in old) or _exactly(specifier, lambda one: one < new[0])
    modern = any(version in specifier for version in new) or _exactly(specifier, lambda one: one >= new[0])
    return "both" if legacy and modern else "modern" if modern else "legacy" if legacy else "open"


def _exactly(specifier: SpecifierSet, holds: Callable[[Version], bool]) -> bool:
    """Whether one release alone is named, whichever it is, and it is on that side."""
    return any(
        one.operator in ("==", "===", "~=") and holds(Version(one.version.removesuffix(".*")))
        for one in specifier
    )


def environment() -> dict[str, str]:
    """Versions of Python, Keras and TensorFlow as installed (read from metadata, nothing is imported)."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    found.update({name: os.environ[name] for name in VARIABLES if name in os.environ})
    return found
