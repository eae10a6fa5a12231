"""Find the architecture of weights in code: the builder whose model has weights with these shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from migrate.findings import Finding, MigrationError, Severity
from migrate.own_code.builders import builder_source, builders
from migrate.own_code.files import SourceIndex
from migrate.own_code.settings import settings_near
from migrate.pipeline.building import MAX_TOLD, Fitting, Search
from migrate.pipeline.progress import Progress
from migrate.worlds.contracts.own_code import Wanted
from migrate.worlds.host.pool import Slot

_MAX_BUILDERS = 60
"""Maximum number of calls that are tried for one weights file."""
_WRITE = (
    "Write a function without arguments that builds it, and pass it with --architecture FILE.py:FUNCTION."
)


class NothingFitsError(MigrationError):
    """``FMT004``: no code of the sources makes a model of these weights."""


def build_architecture(
    index: SourceIndex,
    path: Path,
    wanted: Wanted,
    slot: Slot,
    progress: Progress,
    defined: Mapping[str, Any],
) -> tuple[Path, tuple[str, ...]]:
    """The architecture of the only builder in the sources whose model has weights with the file's shapes.

    With it the layers of the file that are not of that model: those beside a part that the sources load by name.

    Args:
        index: of the sources.
        path: of the weights.
        wanted: what the reader says of them.
        slot: whose legacy world runs the builders.
        progress: receives a finding that names the builder.
        defined: values of arguments and variables from the user.

    Raises:
        NothingFitsError: ``FMT004`` when no builder makes such a model.
        MigrationError: ``FMT004`` when several make different ones.
    """
    search = Search(slot, wanted, defined)
    groups = builders(index, path, settings_near(path, index.roots), defined)
    for builder in islice((b for group in groups for b in group if b.is_told), _MAX_BUILDERS):
        search.try_(builder)
    if not search.fitting:
        search.fitting |= search.parts
    if not any(fitting.is_told for fitting in search.fitting.values()):
        for group in groups:
            for builder in islice(group, _MAX_BUILDERS):
                search.try_(builder)
            search.untried = max(0, len(group) - _MAX_BUILDERS)
            if search.fitting:
                break
    if not search.fitting:
        told = "; ".join(search.failed[:MAX_TOLD]) or "none"
        raise NothingFitsError(
            "FMT004",
            f"no function in the sources builds a model for these weights; tried {told}",
            " ".join([*search.wanting, _WRITE]),
        )
    best = max(fitting.rank for fitting in search.fitting.values())
    likely = [fitting for fitting in search.fitting.values() if fitting.rank == best]
    if len(likely) > 1:
        raise MigrationError(
            "FMT004",
            f"several functions in the sources build a model for these weights: {'; '.join(map(str, likely))}",
            _choice(likely),
        )
    untried = f"; {search.untried} further calls were not tried" if search.untried else ""
    says = "; the sources load the file into it" if likely[0].builder.loads else ""
    says += "; a configuration file next to the weights names it" if likely[0].builder.named else ""
    if likely[0].unused:
        says += f", by name: {', '.join(likely[0].unused[:MAX_TOLD])} of the file are not of it"
    progress.findings.append(
        Finding(
            "CFG057",
            Severity.INFO,
            f"the architecture is built by {likely[0]}: its weights have the file's shapes, and "
            f"{likely[0].agreement[0]} of {len(set(wanted.layers))} layers have the file's names{says}{untried}",
        )
    )
    if likely[0].unlike:
        progress.findings.append(
            Finding(
                "CFG058",
                Severity.WARNING,
                f"the weights have the shapes of {likely[0].builder.name}, but {likely[0].unlike}",
                "Record MODEL.golden.npz, or pass the code for these weights with --architecture FILE.py:FUNCTION.",
            )
        )
    progress.own_code |= {"architecture": str(likely[0]), "builder": builder_source(likely[0].builder)}
    return likely[0].architecture, likely[0].unused


def _choice(likely: Sequence[Fitting]) -> str:
    """How to select one of several that fit."""
    options = [option for fitting in likely if (option := fitting.option)]
    return f"Choose one: {'; or '.join(options)}." if options else _WRITE
