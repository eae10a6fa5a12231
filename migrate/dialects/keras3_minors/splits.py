"""Releases that cannot share an archive: what the older ones need means something else to the newer ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from packaging.version import Version

from migrate.dialects.keras3_minors.archives import walk
from migrate.dialects.keras3_minors.older_spellings import has_single_end, is_orthogonal
from migrate.dialects.keras3_minors.packing import is_int4
from migrate.dialects.keras3_minors.rule import Config
from migrate.dialects.keras3_minors.state_rule import class_of, optimizer_of
from migrate.dialects.keras3_minors.versions import Reader


@dataclass(frozen=True, slots=True)
class Split:
    """A border between releases.

    Attributes:
        rules: what one side needs, or each of them.
        before: releases older than this need an archive of their own,
        beyond: where one from this on is to read the model, too.
        concerns: whether a model is one of those that they read differently.
    """

    rules: tuple[str, ...]
    before: Version
    beyond: Version
    concerns: Callable[[Config], bool]


def _has_single_ends(config: Config) -> bool:
    return any(has_single_end(entry) for entry in walk(config))


def _has_orthogonal(config: Config) -> bool:
    return any(is_orthogonal(entry, "Orthogonal", "OrthogonalInitializer") for entry in walk(config))


def _is_for_nadam(config: Config) -> bool:
    return class_of(optimizer_of(config)) == "nadam"


def _has_int4_in_blocks(config: Config) -> bool:
    return any(is_int4(entry) and entry["class_name"] == "Int4DTypePolicy" for entry in walk(config))


SPLITS = (
    Split(("RDR106", "RDR105"), Version("3.5"), Version("3.10"), _has_single_ends),
    Split(("RDR103", "RDR112"), Version("3.6"), Version("3.16.dev0"), _has_orthogonal),
    Split(("RDR110", "RDR109"), Version("3.10"), Version("3.10"), _is_for_nadam),
    Split(("RDR115", "RDR116"), Version("3.14"), Version("3.14"), _has_int4_in_blocks),
)


@dataclass(frozen=True, slots=True)
class Group:
    """Readers that share an archive.

    Attributes:
        readers: oldest first.
        before: the border that they are older than; None for the newest.
    """

    readers: tuple[Reader, ...]
    before: Version | None = None

    @property
    def file(self) -> str:
        """What their archive is called: ``model.keras`` for the newest, ``model-before-3.5.keras``."""
        return "model.keras" if self.before is None else f"model-before-{self.before}.keras"


def groups(config: Config, readers: Sequence[Reader]) -> list[Group]:
    """The readers by the archive that they share, newest first."""
    borders = sorted(
        {
            split.before
            for split in SPLITS
            if any(one.version < split.before for one in readers)
            and any(one.version >= split.beyond for one in readers)
            and split.concerns(config)
        }
    )

    def border(one: Reader) -> Version | None:
        return next((version for version in borders if one.version < version), None)

    ordered = sorted(readers, key=lambda one: one.version)
    return [Group(tuple(members), before) for before, members in groupby(ordered, border)][::-1]
