"""The builder of weights that stand alone: of the sources as they are, else as they were when the weights came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from migrate.findings import MigrationError
from migrate.own_code.files import SourceIndex
from migrate.own_code.history import Past, when_committed
from migrate.pipeline.builders import NothingFitsError, build_architecture
from migrate.pipeline.progress import Progress
from migrate.worlds.contracts.own_code import Wanted
from migrate.worlds.host.pool import Slot


@dataclass(frozen=True, slots=True)
class Built:
    """An architecture that code of some sources builds.

    Attributes:
        architecture: file.
        index: of the sources that built it; its own classes are those of the same sources.
        near: where the weights stand among them.
        unused: layers of the file that are not of the model; see `build_architecture`.
    """

    architecture: Path
    index: SourceIndex
    near: Path
    unused: tuple[str, ...] = ()


def built_by_sources(
    index: SourceIndex,
    path: Path,
    wanted: Wanted,
    slot: Slot,
    progress: Progress,
    defined: Mapping[str, Any],
) -> Built:
    """The architecture of the one builder whose model has weights of the file's shapes; see `build_architecture`.

    Where no code of a checkout makes such a model, the code of the commit that last changed the file is asked.

    Raises:
        MigrationError: ``FMT004`` when neither makes such a model, or when several builders make different ones.
    """
    try:
        built, unused = build_architecture(index, path, wanted, slot, progress, defined)
        return Built(built, index, path, unused)
    except NothingFitsError as error:
        past = when_committed(path, index.roots, slot.inputs)
        if past is None:
            raise
        earlier = SourceIndex(past.roots)
        first = len(progress.findings)
        try:
            built, unused = build_architecture(earlier, past.artifact, wanted, slot, progress, defined)
        except NothingFitsError:
            message = (
                f"{error.message}; nor does the code of commit {past.commit}, which last changed the file"
            )
            raise MigrationError(error.code, message, error.hint, error.place) from error
        except MigrationError as several:
            raise MigrationError(
                several.code, past.told(several.message), _check_out(past), several.place
            ) from error
    for number in range(first, len(progress.findings)):
        finding = progress.findings[number]
        message = past.told(finding.message)
        if finding.code == "CFG057":
            message += f"; it is the code of commit {past.commit}, which last changed the file: "
            message += "today's builds no such model"
        progress.findings[number] = msgspec.structs.replace(finding, message=message)
    progress.own_code["architecture"] = past.told(progress.own_code["architecture"])
    progress.own_code["commit"] = past.commit
    return Built(built, earlier, past.artifact, unused)


def _check_out(past: Past) -> str:
    return f"Check out commit {past.commit}, and choose one with --architecture FILE.py:FUNCTION."
