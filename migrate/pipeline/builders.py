"""The architecture of weights that only code holds: of the builder whose model has weights of these shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from codemods.files.source import SourceError
from migrate.findings import Finding, MigrationError, Severity
from migrate.own_code.builders import ENTRY, Builder, builder_source, builders
from migrate.own_code.files import SourceIndex
from migrate.own_code.fitting import Weights, difference, solve, stand_ins
from migrate.own_code.settings import settings_near
from migrate.own_code.topology import agreement, unlike
from migrate.pipeline.progress import Progress
from migrate.printable import one_line
from migrate.worlds.contracts.legacy import ArchitecturesOf, BuiltModel
from migrate.worlds.ends import WorldError
from migrate.worlds.pool import Slot
from migrate.worlds.taking import take

_MAX_BUILDERS = 60
"""Calls that are tried for one file of weights."""
_MAX_TOLD = 5
"""Failed calls that the refusal names."""


@dataclass(frozen=True, slots=True)
class _Fitting:
    """A model whose weights have the file's shapes."""

    builder: Builder
    sizes: Mapping[str, int]
    part: str
    architecture: Path
    agreement: tuple[int, int]
    unlike: str

    @property
    def rank(self) -> tuple[int, int, bool]:
        """Larger is likelier: names of layers, then whether the sources load the file into it."""
        return *self.agreement, self.builder.loads

    def __str__(self) -> str:
        told = ", ".join(f"{name}={size}" for name, size in self.sizes.items())
        return f"{self.builder}{self.part}{f' with {told}' if told else ''}"


def build_architecture(
    index: SourceIndex, path: Path, wanted: Mapping[str, Any], slot: Slot, progress: Progress
) -> Path:
    """The architecture of the one builder of the sources whose model has weights of the file's shapes.

    Args:
        index: of the sources.
        path: of the weights.
        wanted: their ``shapes``, the ``layers`` that hold each, the ``topology``, and ``reset_after``.
        slot: whose legacy world runs the builders.
        progress: is told which one it was.

    Raises:
        MigrationError: ``FMT004`` when no builder makes such a model, or when several make different ones.
    """
    search = _Search(slot, wanted)
    for group in builders(index, path, settings_near(path, index.roots)):
        for builder in islice(group, _MAX_BUILDERS):
            search.try_(builder)
        search.untried = max(0, len(group) - _MAX_BUILDERS)
        if search.fitting:
            break
    if not search.fitting:
        told = "; ".join(search.failed[:_MAX_TOLD]) or "none"
        raise MigrationError(
            "FMT004",
            f"no function of the sources builds a model of these weights; tried {told}",
            "Write a function without arguments that builds it, and give it with --architecture FILE.py:FUNCTION.",
        )
    best = max(fitting.rank for fitting in search.fitting.values())
    likely = [fitting for fitting in search.fitting.values() if fitting.rank == best]
    if len(likely) > 1:
        raise MigrationError(
            "FMT004",
            f"several functions of the sources build a model of these weights: {'; '.join(map(str, likely))}",
            "Choose one with --architecture FILE.py:FUNCTION.",
        )
    untried = f"; {search.untried} further calls were not tried" if search.untried else ""
    loads = "; the sources load the file into it" if likely[0].builder.loads else ""
    progress.findings.append(
        Finding(
            "CFG057",
            Severity.INFO,
            f"the architecture is what {likely[0]} builds: its weights have the file's shapes, and "
            f"{likely[0].agreement[0]} of {len(set(wanted['layers']))} layers the file's names{loads}{untried}",
        )
    )
    if likely[0].unlike:
        progress.findings.append(
            Finding(
                "CFG058",
                Severity.WARNING,
                f"the weights have the shapes of {likely[0].builder.name}, but {likely[0].unlike}",
                "Record MODEL.golden.npz, or give the code of these weights with --architecture FILE.py:FUNCTION.",
            )
        )
    progress.own_code |= {"architecture": str(likely[0]), "builder": builder_source(likely[0].builder)}
    return likely[0].architecture


class _Search:
    """Runs builders in the legacy world and keeps the models whose weights fit."""

    def __init__(self, slot: Slot, wanted: Mapping[str, Any]) -> None:
        self.fitting: dict[str, _Fitting] = {}
        """By what the architecture is but for names: two calls that make the same model are one answer."""
        self.failed: list[str] = []
        self.untried = 0
        self._slot, self._reset_after = slot, wanted["reset_after"]
        self._wanted = Weights(wanted["shapes"], wanted["layers"], wanted["topology"])
        self._broken: dict[tuple[str, Path], str] = {}
        self._number = 0

    def try_(self, builder: Builder) -> None:
        """Call a builder; with stand-ins first where sizes are open, then with the sizes that the weights tell."""
        key = (builder.name, builder.place.file)
        if key in self._broken:
            return
        self._number += 1
        try:
            file = self._slot.stage_code(f"builder{self._number}.py", builder_source(builder).encode())
        except SourceError as error:
            self._broken[key] = error.message
            self.failed.append(f"{builder}: {one_line(error.message, 160)}")
            return
        if not builder.open:
            self._keep(builder, file, [], {})
            return
        standing = stand_ins(len(builder.open), self._wanted.shapes)
        names = dict(zip(standing, builder.open, strict=True))
        answers: dict[tuple[int, ...], dict[str, int]] = {}
        for model in self._built(builder, file, standing):
            seen = {size for shape in model.shapes for size in shape}
            telling = [size for size in standing if size in seen]
            if len(telling) < len(standing) and not self._indifferent(
                builder, file, standing, telling, model
            ):
                continue
            for found in solve(Weights(model.shapes, model.layers), self._wanted, telling):
                told = dict(zip(telling, found, strict=True))
                answers[tuple(told.get(s, s) for s in standing)] = {names[s]: told[s] for s in telling}
        for sizes, told_names in answers.items():
            self._keep(builder, file, list(sizes), told_names)

    def _indifferent(
        self, builder: Builder, file: Path, standing: list[int], telling: list[int], model: BuiltModel
    ) -> bool:
        """Whether the arguments that no shape holds do not matter: others, and 0, make the same architecture."""
        return all(
            any(m.part == model.part and m.alike == model.alike for m in self._built(builder, file, others))
            for others in (
                [size if size in telling else size + 1 for size in standing],
                [size if size in telling else 0 for size in standing],
            )
        )

    def _built(self, builder: Builder, file: Path, sizes: list[int]) -> list[BuiltModel]:
        self._number += 1
        out = f"built{self._number}_"
        call = ArchitecturesOf(
            file, ENTRY, builder.call[:80], out, sizes, self._reset_after, bool(builder.inputs)
        )
        try:
            return self._slot.legacy.ask(call).models
        except WorldError as error:
            if error.code == "CFG050":  # the file cannot be imported, whatever it is called with
                self._broken[builder.name, builder.place.file] = error.message
            self.failed.append(f"{builder}: {one_line(error.message, 160)}")
            return []

    def _keep(self, builder: Builder, file: Path, sizes: list[int], told: Mapping[str, int]) -> None:
        for number, model in enumerate(self._built(builder, file, sizes)):
            weights = Weights(model.shapes, model.layers, model.topology)
            differs = difference(weights, self._wanted)
            if differs:
                self.failed.append(f"{builder}{model.part}: {differs}")
                continue
            built = take(self._slot.legacy, str(model.file), f"built{self._number}_{number}.json")
            score = agreement(weights, self._wanted)
            found = _Fitting(builder, told, model.part, built, score, unlike(weights, self._wanted))
            before = self.fitting.setdefault(model.alike, found)
            if before.rank < found.rank:
                self.fitting[model.alike] = found
