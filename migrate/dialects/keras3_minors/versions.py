"""Which releases of Keras 3 there are, and how a command line names them: the readers of an archive.

A minor (``3.9``) stands for its newest release, because that is what an installer gives who asks for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

from migrate.findings import MigrationError

RELEASES = (
    "3.0.5",
    "3.1.1",
    "3.2.1",
    "3.3.3",
    "3.4.1",
    "3.5.0",
    "3.6.0",
    "3.7.0",
    "3.8.0",
    "3.9.2",
    "3.10.0",
    "3.11.3",
    "3.12.4",
    "3.13.2",
    "3.14.1",
    "3.15.1",
)
"""The newest release of each minor that this project was tested with, oldest first."""
OLDEST = "3.9"
"""The oldest minor that archives are written for when no reader is named."""
NIGHTLY, NEWEST, ALL = "nightly", "newest", "all"
_RANGE = re.compile(r"(3\.\d+)?-(3\.\d+)?")
_ERA = re.compile(r"tf2\.([4-9]|1[0-5])")
_UNRELEASED = Version("3.9999")


@dataclass(frozen=True, slots=True)
class Reader:
    """One release of Keras 3 as a reader of archives.

    Attributes:
        name: as asked for and shown: ``3.9``, ``3.12.1``, ``newest``, ``nightly``.
        requirement: what an installer is asked for.
        version: what it can be told from its name to be; a development version counts as later than every release.
    """

    name: str
    requirement: str
    version: Version

    @property
    def is_fixed(self) -> bool:
        """Whether the requirement names one release, so that an environment with it never grows old."""
        return "==" in self.requirement and "*" not in self.requirement

    @property
    def is_development(self) -> bool:
        """Whether only pre-releases satisfy the requirement."""
        return self.requirement.startswith("keras-nightly")


def reader(name: str) -> Reader:
    """The reader of this name.

    Raises:
        MigrationError: ``RDR001`` for what is no version of Keras 3.
    """
    if name == NIGHTLY:
        return Reader(name, "keras-nightly", _UNRELEASED)
    if name == NEWEST:
        return Reader(name, "keras>=3", Version(RELEASES[-1]))
    try:
        version = Version(name)
    except InvalidVersion as error:
        raise _unknown(name) from error
    if version.major != 3 or len(version.release) < 2:
        raise _unknown(name)
    if version.is_devrelease:
        return Reader(name, f"keras-nightly=={version}", version)
    if len(version.release) > 2 or version.is_prerelease:
        return Reader(name, f"keras=={version}", version)
    known = {minor_of(release): release for release in RELEASES}
    if name in known:
        return Reader(name, f"keras=={known[name]}", Version(known[name]))
    return Reader(name, f"keras=={name}.*", version)


def writer(version: str) -> Reader:
    """The release that wrote an archive, under the name that shares its environment with the reader of that minor.

    Raises:
        MigrationError: ``RDR001`` for what is no version of Keras 3.
    """
    return reader(minor_of(version) if version in RELEASES else version)


def parse_readers(text: str) -> tuple[Reader, ...]:
    """Readers as a command line names them: minors, releases, ranges, ``newest``, ``nightly``, ``all``, with commas.

    A range holds the minors from one to the other, either of which may be left out: ``3.6-3.9``, ``3.12-``. ``all`` is
    every minor and the nightly build.

    Raises:
        MigrationError: ``RDR001`` for a name that is none, or no name at all.
    """
    found: dict[str, Reader] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        for name in _expand(part):
            found[name] = reader(name)
    if not found:
        raise _unknown(text)
    return tuple(sorted(found.values(), key=lambda one: one.version))


@dataclass(frozen=True, slots=True)
class Era:
    """A release of TensorFlow whose ``tf.keras`` is Keras 2.

    Attributes:
        name: as asked for: ``tf2.8``.
        version: of the Keras in it, which has had the number of TensorFlow since 2.4.
    """

    name: str
    version: Version


@dataclass(frozen=True, slots=True)
class Targets:
    """Whom a model is written for.

    Attributes:
        readers: releases of Keras 3; never empty.
        eras: releases of Keras 2.
    """

    readers: tuple[Reader, ...]
    eras: tuple[Era, ...] = ()

    @property
    def names(self) -> str:
        """As a command line names them."""
        return ",".join([*(era.name for era in self.eras), *(one.name for one in self.readers)])


def parse_targets(text: str) -> Targets:
    """Readers, and releases of Keras 2 beside them: ``tf2.8,3``, where 3 is every release from 3.9 on.

    Raises:
        MigrationError: ``RDR001`` for a name that is none, or no reader at all.
    """
    parts = [part.strip() for part in text.split(",")]
    eras = [(part, match) for part in parts if (match := _ERA.fullmatch(part))]
    rest = [f"{OLDEST}-" if part == "3" else part for part in parts if not _ERA.fullmatch(part)]
    return Targets(
        parse_readers(",".join(rest)),
        tuple(Era(part, Version(f"2.{match[1]}")) for part, match in eras),
    )


def _expand(part: str) -> list[str]:
    minors = [minor_of(release) for release in RELEASES]
    if part == ALL:
        return [*minors, NIGHTLY]
    match = _RANGE.fullmatch(part)
    if match is None or not any(match.groups()):
        return [part]
    first, last = match[1] or minors[0], match[2] or minors[-1]
    inside = [minor for minor in minors if Version(first) <= Version(minor) <= Version(last)]
    if not inside:
        raise _unknown(part)
    return inside


def minor_of(version: str) -> str:
    """``3.9`` of ``3.9.2``."""
    return ".".join(version.split(".")[:2])


def _unknown(name: str) -> MigrationError:
    return MigrationError(
        "RDR001",
        f"{name!r} is not a release of Keras 3",
        "Use minors, releases or ranges separated by commas, such as 3.9,3.12-3.15,nightly, or all.",
    )


DEFAULT = parse_readers(f"{OLDEST}-,{NIGHTLY}")
"""Whom archives are written for when no reader is named: every release from 3.9 on, and the next."""
