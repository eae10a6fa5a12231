"""Keras 3 releases as warm workers of a slot: started once, used for every archive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from migrate.capsule.model import Array
from migrate.dialects.keras3_minors.versions import Reader
from migrate.pipeline.answers import arrays_in
from migrate.pipeline.untouched import error_line
from migrate.readers.environments import Backend, environment_of
from migrate.readers.session import reader_worker
from migrate.worlds.contracts.stock import Load, LoadedArchive, PredictArchive
from migrate.worlds.host.ends import ENDED, WorldError
from migrate.worlds.host.pool import Slot
from migrate.worlds.host.worker import Worker

BROKEN = (WorldError, *ENDED)
_WITHIN = "Exception encountered: "


def worker_of(slot: Slot, one: Reader, backend: Backend, cache: Path | None = None) -> Worker:
    """The worker of a release; it imports Keras once (some seconds) and stays with the slot.

    Raises:
        MigrationError: the environment cannot be created (``RDR002``, ``RDR003``).
    """
    name = f"keras-{one.name}-{backend}"

    def start() -> Worker:
        environment = environment_of(one, backend, cache)
        return reader_worker(environment, slot.folder / name, [slot.inputs])

    return slot.guest(name, start)


def version_of(worker: Worker) -> str:
    """The Keras version in a worker; waits until it is imported."""
    return worker.ready().versions.get("keras", "?")


@dataclass(frozen=True, slots=True)
class Answered:
    """The results of a model for its probes.

    Attributes:
        outputs: arrays by ``case/output``.
        nesting: the structure that ``predict`` returns: ``*`` for an array, ``[*]`` for a list of one.
    """

    outputs: dict[str, Array]
    nesting: str


def load(worker: Worker, path: Path, custom: Sequence[str]) -> LoadedArchive:
    """``keras.saving.load_model(path)``: inputs and names of outputs."""
    return worker.ask(Load(path, list(custom)))


def run(worker: Worker, probes: Path) -> Answered:
    """The results of the loaded model."""
    answer = worker.ask(PredictArchive(probes))
    return Answered(arrays_in(worker, answer.file), answer.nesting)


def cause(text: str) -> str:
    """The innermost of the nested errors that Keras raises if it cannot create an object."""
    return error_line(text.rpartition(_WITHIN)[2])
