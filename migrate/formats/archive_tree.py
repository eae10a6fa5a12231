"""The groups and arrays of ``model.weights.h5``, before anybody knows whose they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from migrate.formats.artifact import SavedArray

if TYPE_CHECKING:
    from collections.abc import Iterable

CONTAINERS = ("layers", "_layer_checkpoint_dependencies")
"""The group of a model's layers: 2.15 and later, and 2.12 to 2.14."""


def is_archive_layout(members: Iterable[str]) -> bool:
    """Whether the members of an HDF5 root are those of an archive's weights (2.12 and later)."""
    names = set(members)
    return bool(names & {*CONTAINERS, "vars"}) and "model_weights" not in names


def natural(path: str) -> list[tuple[int, int | str]]:
    """Sort key that orders numbers as numbers: HDF5 lists ``1, 10, 11, 2``."""
    return [(0, int(p)) if p.isdigit() else (1, p) for p in path.split("/")]


@dataclass(slots=True)
class ArchiveTree:
    """What ``model.weights.h5`` holds: groups and arrays by path, and which arrays a layer has claimed."""

    groups: set[str]
    arrays: dict[str, SavedArray]
    place: str
    claimed: set[str] = field(default_factory=set)

    def below(self, prefix: str) -> list[str]:
        """Paths of the arrays below a group, numbers in order."""
        start = f"{prefix}/" if prefix else ""
        return sorted((p for p in self.arrays if p.startswith(start)), key=natural)

    def children(self, prefix: str) -> list[str]:
        """Names of the groups directly below a group."""
        start = f"{prefix}/" if prefix else ""
        return sorted(
            g[len(start) :]
            for g in self.groups
            if g.startswith(start) and "/" not in g[len(start) :] and g != prefix
        )

    def claim(self, prefix: str, below: str | None = None) -> list[SavedArray]:
        """Arrays below ``prefix`` that nobody claimed yet, renamed relative to ``below`` (default:
        ``prefix``).

        Raises:
            MigrationError: WGT006 when one was claimed before.
        """
        start = prefix if below is None else below
        taken = [p for p in self.below(prefix) if p not in self.claimed]
        self.claimed.update(taken)
        cut = len(start) + 1 if start else 0
        return [SavedArray(p[cut:], self.arrays[p].array, self.arrays[p].stored_dtype) for p in taken]
