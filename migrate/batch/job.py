"""One job: a process that owns a slot of warm workers and migrates artifacts one after another.

The batch's own process only plans, keeps the ledger and shows progress; whatever a file does to the code that
handles it happens in here or in the workers below, and ends with an answer or with the death of this process.
"""

from __future__ import annotations

import importlib
import importlib.util
import platform
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from migrate.batch.remote import fetched_folder
from migrate.findings import MigrationError, Status
from migrate.pipeline.request import ArtifactRequest, Options, decode_options
from migrate.results import RECORD, ArtifactResult
from migrate.worlds.host.environment import Limits, World
from migrate.worlds.host.pool import Pool
from migrate.worlds.host.sandbox import granted, shortfall

if TYPE_CHECKING:
    from collections.abc import Callable

    from migrate.worlds.host.pool import Slot

    Pipeline = Callable[[ArtifactRequest, Options, Slot], ArtifactResult]

PIPELINE = "migrate.pipeline.migrate:migrate_artifact"


class Settings(msgspec.Struct, frozen=True):
    """What a job is told once; the same for each artifact."""

    options: dict[str, Any]
    limits: dict[str, Any]
    pipeline: str = PIPELINE
    sandboxed: bool = True
    sources: list[str] = []
    """Folders that hold the artifacts; the readers of the jobs may read them."""
    require_sandbox: bool = False
    """Whether a machine whose sandbox cannot keep all promises is to migrate nothing."""
    forkservers: dict[str, str] | None = None
    """World to the socket of a fork server that all jobs share; None lets the job have its own."""


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a job says of one artifact."""

    result: ArtifactResult
    phases: dict[str, float]
    peak_bytes: int
    protections: list[str]
    classes: list[str] | None = None
    files: dict[str, str] = {}


def find_pipeline(name: str) -> Pipeline:
    """The function ``module:function`` or ``file.py:function``."""
    where, _, function = name.rpartition(":")
    if where.endswith(".py"):
        spec = importlib.util.spec_from_file_location("pipeline_file", where)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    else:
        module = importlib.import_module(where)
    pipeline: Pipeline = getattr(module, function)
    return pipeline


class Job:
    """The state of a job process: its pool with one slot, made on first use."""

    def __init__(self, settings: Settings, scratch: Path) -> None:
        self.settings = settings
        self._pipeline = find_pipeline(settings.pipeline)
        limits = msgspec.convert(settings.limits, Limits)
        shared = settings.forkservers
        forkservers = None if shared is None else {World(name): Path(path) for name, path in shared.items()}
        remote = fetched_folder(scratch)
        remote.mkdir(exist_ok=True)  # before the readers start: what they may read must be there
        self._pool = Pool(
            1,
            scratch / "pool",
            limits,
            sources=[remote, *map(Path, settings.sources)],
            sandboxed=settings.sandboxed,
            forkservers=forkservers,
        )

    def migrate(self, params: dict[str, Any]) -> Answer:
        """Migrate one artifact.

        Raises:
            MigrationError: one of ``WORKER_ENDED`` for a worker that broke; to be tried again.
        """
        started = time.perf_counter()
        golden = params.get("golden")
        request = ArtifactRequest(
            path=Path(params["path"]),
            source=params["source"],
            out=Path(params["out"]),
            folder=params["folder"],
            golden=Path(golden) if golden else None,
            made_for=params["made_for"],
        )
        options = decode_options(self.settings.options, force=params["force"])
        with self._pool.slot() as slot:
            result = self._pipeline(request, options, slot)
            peak = sum(worker.peak_bytes for worker in slot.workers.values())
            active = [worker.hello.protections for worker in slot.workers.values() if worker.hello]
        record = _record(request, result)
        phases = {**record.phases, "total": round(time.perf_counter() - started, 4)}
        return Answer(result, phases, peak, active[0] if active else [], record.classes, record.files)


class _Record(msgspec.Struct, frozen=True):
    """What of ``migration.json`` a batch keeps."""

    phases: dict[str, float] = {}
    classes: list[str] | None = None
    files: dict[str, str] = {}


def _record(request: ArtifactRequest, result: ArtifactResult) -> _Record:
    """From beside a finished model; empty where there is none."""
    if result.status not in (Status.MIGRATED, Status.UNVERIFIED):
        return _Record()
    try:
        return msgspec.json.decode((request.out / request.folder / RECORD).read_bytes(), type=_Record)
    except (OSError, msgspec.DecodeError):
        return _Record()


_jobs: list[Job] = []


def configure(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Make the job; once for each process.

    Raises:
        MigrationError: ``RUN006``, this machine cannot keep a promise of the sandbox, and all are required.
    """
    settings = msgspec.convert(params, Settings)
    missing = shortfall(granted()) if settings.require_sandbox else []
    if missing:
        raise MigrationError(
            missing[0].code,
            f"{platform.node()}: {missing[0].message}; --require-sandbox stops here",
            missing[0].hint,
        )
    _jobs.append(Job(settings, scratch))
    return {}


def migrate(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Migrate one artifact: the fields of a task → the fields of `Answer`."""
    if not _jobs:
        raise MigrationError("RUN005", "the job was not configured")
    answer: dict[str, Any] = msgspec.to_builtins(_jobs[-1].migrate(params))
    return answer


HANDLERS = {"configure": configure, "migrate": migrate}
