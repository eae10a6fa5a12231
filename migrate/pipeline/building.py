"""Calls of the sources' builders in the legacy world, and the models of which the weights fit a file's."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrate.findings import MigrationError
from migrate.own_code.builders import ENTRY, Builder
from migrate.own_code.fitting import (
    Weights,
    beyond,
    counted_otherwise,
    difference,
    in_theanos_order,
    solve,
    stand_ins,
    telling,
)
from migrate.own_code.import_guards import absent_packages
from migrate.own_code.topology import agreement, unlike
from migrate.pipeline.given_architecture import MAX_CALL, stage_builder
from migrate.printable import one_line
from migrate.worlds.contracts.legacy import ArchitecturesOf, BuiltModel
from migrate.worlds.contracts.own_code import Wanted
from migrate.worlds.host.ends import WorldError
from migrate.worlds.host.pool import Slot
from migrate.worlds.host.taking import take

MAX_TOLD = 5
"""Failed calls, and names, that a refusal names."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """A model whose weights have the file's shapes.

    Attributes:
        builder: the builder that creates it.
        sizes: by name, those known from the shapes or the user.
        given: all arguments of the call.
        part: the selected part of the builder's return value.
        architecture: file.
        agreement: how many of its layer names match the file's.
        unlike: the layers in which the two differ.
        unused: layers of the file that it lacks, because it is a part that the sources load by name.
    """

    builder: Builder
    sizes: Mapping[str, int]
    given: tuple[int, ...]
    part: str
    architecture: Path
    agreement: tuple[int, int]
    unlike: str
    unused: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[bool, int, int, bool]:
        """Larger is more likely: the repository says so and nothing contradicts it, then layer names."""
        return self.is_told, *self.agreement, self.builder.is_told

    @property
    def is_told(self) -> bool:
        """Whether the repository itself says that it is this one, and its layers match those that the file lists."""
        return self.builder.is_told and not self.unlike

    def __str__(self) -> str:
        told = ", ".join(f"{name}={size}" for name, size in self.sizes.items())
        return f"{self.builder}{self.part}{f' with {told}' if told else ''}"

    @property
    def option(self) -> str:
        """The option that selects this one; empty if it takes more than a function call."""
        if self.builder.script or self.builder.inputs or self.builder.then:
            return ""
        call = self.builder.called_with(self.given) + self.part
        return f"--architecture {shlex.quote(f'{self.builder.place.file}:{call}')}"


class Search:
    """Runs builders in the legacy world and keeps the models whose weights match."""

    def __init__(self, slot: Slot, wanted: Wanted, defined: Mapping[str, Any]) -> None:
        self.fitting: dict[str, Fitting] = {}
        """By architecture without names: two calls that create the same model count as one."""
        self.parts: dict[str, Fitting] = {}
        """The same of models that are a part of what the file holds."""
        self.failed: list[str] = []
        self.untried = 0
        self._slot, self._reset_after = slot, wanted.reset_after
        self._wanted = Weights(wanted.shapes, wanted.layers, wanted.topology)
        self._sizes = {name: size for name, size in defined.items() if type(size) is int}
        self._broken: dict[tuple[str, Path], str] = {}
        self._tried: set[Builder] = set()
        self._number = 0
        self._folders: dict[Path, str] = {}
        """Source file → the folder where its builders are staged, with the files they read."""
        self._untold: dict[str, None] = {}
        """Names whose values neither the sources nor the shapes of the weights show."""
        self._absent: dict[str, None] = {}
        """Packages that builders import and that are not installed."""
        self._unread: dict[tuple[Path, int], str] = {}
        """File and line of a builder → the file that it reads but that the sources do not contain."""

    @property
    def wanting(self) -> list[str]:
        """What would allow the failed calls to continue."""
        unread = dict.fromkeys(self._unread.values())
        told = [f"The code reads {name}, which does not exist: put it below --source." for name in unread]
        names = " ".join(f"--define {name}=VALUE" for name in [*self._untold][:MAX_TOLD])
        told += [f"The code imports {name}, which is not installed here." for name in self._absent]
        return [*told, *([f"Supply what neither the code nor the weights show: {names}."] if names else [])]

    def try_(self, builder: Builder) -> None:
        """Call a builder; first with placeholders for unknown sizes, then with the sizes found from the weights."""
        key = (builder.name, builder.place.file)
        if key in self._broken or builder in self._tried:
            return
        self._tried.add(builder)
        if builder.lacking:
            self._untold |= dict.fromkeys(builder.lacking)
            self.failed.append(f"{builder}: the arguments {', '.join(builder.lacking)} are unknown")
            return
        self._number += 1
        try:
            file = self._staged(builder)
        except MigrationError as error:
            self._broken[key] = error.message
            self.failed.append(f"{builder}: {one_line(error.message, 160)}")
            return
        if not builder.open:
            self._keep(builder, file, [], {})
            return
        primes = dict(zip(builder.open, stand_ins(len(builder.open), self._wanted.shapes), strict=True))
        fixed = {name: self._sizes[name] for name in builder.open if name in self._sizes}
        standing = primes | fixed
        answers: dict[tuple[int, ...], dict[str, int]] = {}
        for model in self._built(builder, file, [*standing.values()]):
            asked = [size for name, size in primes.items() if name not in fixed]
            told = telling({size for shape in model.shapes for size in shape}, asked)
            silent = [name for name, size in primes.items() if size in asked and size not in told]
            if silent and not self._indifferent(builder, file, standing, silent, model):
                self._ask(model, silent)
                continue
            solved = solve(_weights_of(model), self._wanted, told)
            if not solved:
                self._ask(model, [name for name, size in primes.items() if size in told])
                differs = difference(_weights_of(model), self._wanted)
                self.failed.append(f"{builder}{model.part}: no sizes give the file's shapes; {differs}")
            for found in solved:
                real = dict(zip(told, found, strict=True))
                sizes = {name: real.get(size, size) for name, size in standing.items()}
                answers[tuple(sizes.values())] = {n: size for n, size in sizes.items() if n not in silent}
        for given, told_names in answers.items():
            self._keep(builder, file, list(given), told_names)

    def _ask(self, model: BuiltModel, names: list[str]) -> None:
        """Ask the user for sizes, if the model has as many arrays as the file."""
        if len(model.shapes) == len(self._wanted.shapes):
            self._untold |= dict.fromkeys(names)

    def _indifferent(
        self,
        builder: Builder,
        file: Path,
        standing: Mapping[str, int],
        silent: list[str],
        model: BuiltModel,
    ) -> bool:
        """Whether arguments that no shape shows do not matter: other values, and 0, give the same architecture."""
        return all(
            any(m.part == model.part and m.alike == model.alike for m in self._built(builder, file, others))
            for others in (
                [size + 1 if name in silent else size for name, size in standing.items()],
                [0 if name in silent else size for name, size in standing.items()],
            )
        )

    def _staged(self, builder: Builder) -> Path:
        """The module of a builder where the workers read it; those of one file share a folder with the files they read.

        Raises:
            MigrationError: ``CFG052`` if it cannot be extracted.
        """
        folder = self._folders.setdefault(builder.place.file, f"code{len(self._folders)}")
        file = stage_builder(self._slot, builder, folder, f"builder{self._number}.py")
        self._absent |= dict.fromkeys(absent_packages(file.read_text(encoding="utf-8")))
        return file

    def _built(
        self,
        builder: Builder,
        file: Path,
        sizes: list[int],
        *,
        renamed: bool = False,
        channels_first: bool = False,
    ) -> list[BuiltModel]:
        self._number += 1
        out = f"built{self._number}_"
        call = ArchitecturesOf(
            file,
            ENTRY,
            builder.call[:MAX_CALL],
            out,
            sizes,
            self._reset_after,
            bool(builder.inputs),
            files=True,
            named=tuple(dict.fromkeys(self._wanted.layers)),
            renamed=renamed,
            channels_first=channels_first,
        )
        try:
            models = self._slot.legacy.ask(call).models
        except WorldError as error:
            if error.code == "CFG050":  # the file cannot be imported, whatever it is called with
                self._broken[builder.name, builder.place.file] = error.message
            if error.code == "CFG052" and error.place:  # a file that it reads
                self._unread[builder.place.file, builder.place.line] = error.place
            self.failed.append(f"{builder}: {one_line(error.message, 160)}")
            return []
        self._unread.pop((builder.place.file, builder.place.line), None)  # what builds needs no such file
        return models

    def _keep(self, builder: Builder, file: Path, sizes: list[int], told: Mapping[str, int]) -> None:
        models = self._built(builder, file, sizes)
        first = any(in_theanos_order(_weights_of(model), self._wanted) for model in models)
        if first:  # nothing comes of it where the code itself says that channels are last
            models = self._built(builder, file, sizes, channels_first=True) or models
        for number, made in enumerate(models):
            model, weights = made, _weights_of(made)
            differs = difference(weights, self._wanted)
            counted = bool(differs) and counted_otherwise(weights, self._wanted)
            again = self._built(builder, file, sizes, renamed=True, channels_first=first) if counted else []
            if again:
                model, weights, differs = again[number], _weights_of(again[number]), ""
            unused = beyond(weights, self._wanted) if differs and builder.by_name else []
            if differs and not unused:
                self.failed.append(f"{builder}{model.part}: {differs}")
                continue
            built = take(self._slot.legacy, str(model.file), f"built{self._number}_{number}.json")
            score = agreement(weights, self._wanted)
            differing = "" if unused else unlike(weights, self._wanted)
            found = Fitting(builder, told, tuple(sizes), model.part, built, score, differing, tuple(unused))
            fitting = self.parts if unused else self.fitting
            before = fitting.setdefault(model.alike, found)
            if before.rank < found.rank:
                fitting[model.alike] = found


def _weights_of(model: BuiltModel) -> Weights:
    return Weights(model.shapes, model.layers, model.topology)
