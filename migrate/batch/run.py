"""Runs a batch: discover, plan, migrate, report; and survives what happens on the way.

The order of writing is what makes it safe: outputs appear by one rename, then the ledger says *finished*. A
run that ends in between leaves outputs whose ``migration.json`` tells what they are, and the next run adopts them.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import signal
import sqlite3
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from migrate.batch import resources
from migrate.batch.discover import Candidate, Source, discover, expand
from migrate.batch.events import Event, Outcome, Task
from migrate.batch.job import PIPELINE, Settings, encode_options
from migrate.batch.keys import Hasher, keys_of, ruleset_version
from migrate.batch.ledger import STARTED, STATE, Ledger, Lock, not_writable, open_ledger
from migrate.batch.local import RETRIED, Executor, LocalExecutor
from migrate.batch.plan import Action, Planned, make_plan, task_of
from migrate.batch.scanner import Reader
from migrate.findings import MigrationError
from migrate.pipeline.request import Options
from migrate.report.records import (
    SCHEMA_VERSION,
    ArtifactResult,
    BatchReport,
    FindingRecord,
    MigrationRecord,
    Status,
    WrittenBy,
)
from migrate.versions import tool_versions
from migrate.worlds.environment import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

FREE_BYTES = 256 << 20
"""Space that must be free on the output's disk before an artifact is begun, beside its own estimate."""


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """How a batch runs; what each artifact becomes is in ``options``.

    Attributes:
        options: of every artifact.
        jobs: side by side; 0 for one a core.
        timeout: seconds of wall clock for one call of a worker.
        memory_bytes: resident memory of one worker.
        retry: statuses that are tried again although nothing changed, such as ``failed``.
        scratch: where workers write before outputs are published.
        sandboxed: False runs the workers without protection; for debugging.
        pipeline: the function that migrates one artifact.
        ruleset: the version of the rules that results are kept for; that of this code unless given.
    """

    options: Options = field(default_factory=Options)
    jobs: int = 0
    timeout: float = 600.0
    memory_bytes: int = 8 << 30
    retry: frozenset[str] = frozenset()
    scratch: Path | None = None
    sandboxed: bool = True
    pipeline: str = PIPELINE
    ruleset: str = ""

    @property
    def limits(self) -> Limits:
        """The limits of each worker."""
        return Limits(call_seconds=self.timeout, memory_bytes=self.memory_bytes)


class BatchStopped(MigrationError):  # noqa: N818 - an event, not a fault
    """The run ended early; the ledger says what is left, and ``report`` holds what is finished."""

    def __init__(self, code: str, message: str, hint: str, report: BatchReport) -> None:
        super().__init__(code, message, hint)
        self.report = report


def silent(event: Event) -> None:
    """The listener that listens to nothing."""


def plan_batch(sources: Sequence[str], out: Path, batch: BatchOptions) -> list[Planned]:
    """What a run would do, without doing it: nothing is written, no framework is imported.

    Raises:
        MigrationError: RUN013 for a source that does not exist.
    """
    file = out / STATE / "ledger.sqlite"
    found = _find(expand(sources))
    with contextlib.ExitStack() as stack:
        ledger = Ledger(Path(":memory:"))
        stack.callback(ledger.close)
        rows = {}
        if file.exists():
            with contextlib.suppress(sqlite3.DatabaseError):  # a damaged one plans as if there were none
                known = Ledger(file, readonly=True)
                stack.callback(known.close)
                rows = known.rows()
                ledger.remember_hashes((path, *rest) for path, rest in known.known_hashes().items())
        keys = keys_of(
            found, Hasher(ledger, resources.cores()), batch.options, batch.ruleset or ruleset_version()
        )
    return make_plan(found, keys, rows, retry=batch.retry)


def _find(sources: list[Source]) -> list[Candidate]:
    with Reader([source.root for source in sources]) as reader:
        return discover(sources, reader.identify)


def run_batch(
    sources: Sequence[str],
    out: Path,
    batch: BatchOptions,
    on_event: Callable[[Event], None] = silent,
    make_executor: Callable[[int, Settings, BatchOptions], Executor] | None = None,
) -> BatchReport:
    """Migrate everything that the sources hold, as far as the ledger says that it is not done.

    Args:
        sources: files, folders, patterns.
        out: folder of outputs, ledger and report; made when missing.
        batch: how.
        on_event: called for every event, from any thread, one at a time.
        make_executor: where tasks run; this machine unless given.

    Raises:
        MigrationError: RUN011 output not writable, RUN012 another run works there, RUN013 no such source.
        BatchStopped: the run ended early: Ctrl-C (RUN015), a full disk (RUN011).
    """
    found = _find(expand(sources))
    lock = Lock(out.absolute())
    try:
        with _Log(out / STATE / "log.jsonl", on_event) as log:
            ledger, aside = open_ledger(out)
            try:
                if aside is not None:
                    log(
                        Event(
                            "warning", data={"message": f"the ledger was damaged; it is kept as {aside.name}"}
                        )
                    )
                run = _Run(found, out.absolute(), batch, ledger, log, rebuilt=aside is not None)
                return run.go(make_executor or _local)
            finally:
                ledger.close()
    finally:
        lock.close()


def _local(jobs: int, settings: Settings, batch: BatchOptions) -> Executor:
    return LocalExecutor(jobs, settings, batch.limits, batch.scratch)


class _Log:
    """Events go to the listener and, as JSON lines, to the log beside the ledger; one at a time."""

    def __init__(self, file: Path, listener: Callable[[Event], None]) -> None:
        self._listener = listener
        self._mutex = threading.Lock()
        try:
            self._file = file.open("a", encoding="utf-8")
        except OSError as error:
            raise not_writable(file.parent.parent, error) from error

    def __enter__(self) -> _Log:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # a full disk was told elsewhere
            self._file.close()

    def __call__(self, event: Event) -> None:
        with self._mutex:
            with contextlib.suppress(
                OSError, ValueError
            ):  # the log is a convenience; the ledger is the state
                self._file.write(json.dumps(event.as_json()) + "\n")
                self._file.flush()
            self._listener(event)


class _Run:
    """One run over one ledger."""

    def __init__(
        self,
        found: list[Candidate],
        out: Path,
        batch: BatchOptions,
        ledger: Ledger,
        log: _Log,
        *,
        rebuilt: bool,
    ) -> None:
        self._out, self._batch, self._ledger, self._log = out, batch, ledger, log
        self._stopping = threading.Event()
        self._interrupts = 0
        self._attempts: dict[str, int] = {}
        self._again: list[Task] = []
        self._reason = ("", "", "")
        self._retrying = False
        _sweep_outputs(out)
        keys = keys_of(
            found, Hasher(ledger, resources.cores()), batch.options, batch.ruleset or ruleset_version()
        )
        plan = make_plan(found, keys, ledger.rows(), retry=batch.retry)
        ledger.plan((one.candidate.source, one.folder, one.key, one.candidate.size) for one in plan)
        if self._adopt(plan, everything=rebuilt):
            plan = make_plan(found, keys, ledger.rows(), retry=batch.retry)
        self._plan = plan

    def go(self, make_executor: Callable[[int, Settings, BatchOptions], Executor]) -> BatchReport:
        todo = [one for one in self._plan if one.action is Action.MIGRATE]
        jobs = min(resources.jobs_for(self._batch.jobs), max(1, len(todo)))
        counts = {action.value: sum(one.action is action for one in self._plan) for action in Action}
        seconds = sum(one.seconds for one in todo) / jobs
        self._log(Event("plan", data={**counts, "jobs": jobs, "seconds": round(seconds, 1)}))
        run = self._ledger.begin_run(jobs, len(todo))
        tasks = [task_of(one, self._out, force=self._batch.options.force) for one in todo]
        if tasks:
            settings = Settings(
                encode_options(self._batch.options), {}, self._batch.pipeline, self._batch.sandboxed
            )
            with self._interruptible() as set_executor:
                executor = make_executor(jobs, settings, self._batch)
                set_executor(executor)
                try:
                    self._execute(executor, tasks)
                except _NotBegun:
                    pass  # the reason stands in self._reason
                except MigrationError as error:
                    self._stop(error.code, error.message, error.hint)
                finally:
                    executor.close()
        return self._conclude(run)

    def _execute(self, executor: Executor, tasks: list[Task]) -> None:
        """All tasks once; then those that broke once more, alone: what ran beside them is then no cause."""
        executor.run(tasks, self._begin, self._end, self._stopping)
        self._retrying = True
        for task in self._again:
            if not self._stopping.is_set():
                # what an attempt of this run may have left is its own to replace
                executor.run([replace(task, force=True)], self._begin, self._end, self._stopping)

    def _conclude(self, run: int) -> BatchReport:
        code, message, hint = self._reason
        if self._stopping.is_set() and not code:
            code, message = "RUN015", "interrupted; what was running has been finished"
            if self._interrupts > 1:
                message = "interrupted at once; what was running will be begun again"
            hint = "Run the same command again to go on."
        if not code:
            self._finish_copies()
        report = self._report()
        with contextlib.suppress(MigrationError):  # a full disk: the reason is told below
            self._ledger.end_run(run, message)
        self._write_report(report)
        self._log(Event("end", data={"summary": report.summary, "reason": message}))
        if code:
            raise BatchStopped(code, message, hint, report)
        return report

    # --- one attempt -----------------------------------------------------------------------------------------

    def _begin(self, task: Task) -> None:
        free = shutil.disk_usage(self._out).free
        if free < FREE_BYTES + 4 * task.size:
            self._stop(
                "RUN011", f"{free >> 20} MB are free in {self._out}, too few for {task.source}", _MAKE_ROOM
            )
            raise _NotBegun
        self._attempts[task.source] = self._ledger.start(task.source)
        self._log(Event("start", task.source, {"bytes": task.size}))

    def _end(self, task: Task, outcome: Outcome, seconds: float) -> None:
        result = outcome.result
        told = result.status.value if result else "broken"
        self._ledger.end(
            self._attempts.pop(task.source), told, outcome.cause, outcome.phases, outcome.peak_bytes, seconds
        )
        if result is not None and _disk_is_full(result, self._out):
            self._ledger.reopen([task.source])
            self._stop("RUN011", f"no space is left in {self._out}", _MAKE_ROOM)
            return
        if result is None and outcome.code in RETRIED and not self._retrying:
            self._again.append(task)
            self._log(Event("retry", task.source, {"cause": outcome.cause, "message": outcome.message}))
            return
        final = result or self._failed(task, outcome)
        final = msgspec.structs.replace(final, source=task.source, seconds=round(seconds, 3))
        self._ledger.finish(final)
        data = {
            "status": final.status.value,
            "seconds": final.seconds,
            "codes": [f.code for f in final.findings],
        }
        self._log(Event("done", task.source, {**data, "phases": outcome.phases}))

    def _failed(self, task: Task, outcome: Outcome) -> ArtifactResult:
        """The row of an artifact that no attempt survived."""
        if outcome.code == "RUN014":
            shutil.rmtree(self._out / task.folder, ignore_errors=True)  # made from what is no longer there
        tries = " Tried twice, the second time alone." if self._retrying else ""
        finding = FindingRecord(outcome.code, "error", outcome.message, f"{outcome.hint}{tries}".strip())
        form = next((p.candidate.format for p in self._plan if p.candidate.source == task.source), None)
        return ArtifactResult(
            source=task.source,
            sha256=task.sha256,
            format=form.value if form else "unknown",
            written_by=WrittenBy(),
            status=Status.FAILED,
            findings=[finding],
        )

    def _stop(self, code: str, message: str, hint: str) -> None:
        if not self._reason[0]:
            self._reason = (code, message, hint)
            self._log(Event("stop", data={"code": code, "message": message}))
        self._stopping.set()

    # --- around the attempts -----------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _interruptible(self) -> Iterator[Callable[[Executor], None]]:
        """Ctrl-C and SIGTERM: the first lets the running artifacts finish, the second ends at once."""
        executors: list[Executor] = []

        def interrupt(number: int, frame: FrameType | None) -> None:
            self._interrupts += 1
            self._stopping.set()
            if self._interrupts > 1:
                for executor in executors:
                    executor.abort()
            else:
                self._log(
                    Event(
                        "stop",
                        data={"code": "RUN015", "message": "finishing what runs; again to end at once"},
                    )
                )

        if threading.current_thread() is not threading.main_thread():
            yield executors.append
            return
        before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield executors.append
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _adopt(self, plan: list[Planned], *, everything: bool) -> int:
        """Take over outputs that an earlier run published without living to say so."""
        rows = self._ledger.rows()
        adopted = 0
        for one in plan:
            row = rows.get(one.candidate.source)
            if one.action is not Action.MIGRATE or not (everything or (row and row.state == STARTED)):
                continue
            record = _record_in(self._out / one.folder)
            if record is None or record.result.source != one.candidate.source:
                continue
            if record.result.sha256 == one.sha256 and record.tool == tool_versions():
                self._ledger.finish(record.result)
                adopted += 1
        return adopted

    def _finish_copies(self) -> None:
        rows = self._ledger.rows()
        for one in self._plan:
            if one.action is not Action.COPY:
                continue
            leader = rows[one.same_as].result
            if leader is None:
                continue
            note = FindingRecord("RUN016", "info", f"the same content and options as {one.same_as}")
            copied = msgspec.structs.replace(
                leader, source=one.candidate.source, findings=[*leader.findings, note], seconds=0.0
            )
            self._ledger.finish(copied)
            self._log(
                Event(
                    "done",
                    copied.source,
                    {"status": copied.status.value, "seconds": 0.0, "codes": ["RUN016"]},
                )
            )

    def _report(self) -> BatchReport:
        rows = self._ledger.rows()
        results = [
            row.result
            for one in self._plan
            if (row := rows[one.candidate.source]).result is not None and row.state == "finished"
        ]
        finished = [result for result in results if result is not None]
        summary = {status.value: sum(result.status is status for result in finished) for status in Status}
        return BatchReport(SCHEMA_VERSION, tool_versions(), summary, finished)

    def _write_report(self, report: BatchReport) -> None:
        target = self._out / "report.json"
        beside = self._out / STATE / "report.json.tmp"
        try:
            beside.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")
            os.replace(beside, target)
        except OSError as error:
            if not self._reason[0]:
                raise not_writable(self._out, error) from error


_MAKE_ROOM = "Make room and run the same command again; what was finished stays finished."


class _NotBegun(Exception):  # noqa: N818 - control flow between this module and an executor
    """An attempt was not begun; the run is stopping."""


def _disk_is_full(result: ArtifactResult, out: Path) -> bool:
    """Whether publishing failed for want of space, rather than for this artifact's sake."""
    if not any(finding.code == "RUN011" for finding in result.findings):
        return False
    told = os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT), os.strerror(errno.EROFS)
    return any(text in finding.message for finding in result.findings for text in told) or not os.access(
        out, os.W_OK
    )


def _record_in(folder: Path) -> MigrationRecord | None:
    try:
        return msgspec.json.decode((folder / "migration.json").read_bytes(), type=MigrationRecord)
    except (OSError, msgspec.DecodeError):
        return None  # nothing there, or not ours


def _sweep_outputs(out: Path) -> None:
    """Remove what a killed run was still writing, and put back what it had taken away to replace it.

    The names are those of `migrate.pipeline.publish`: ``.NAME.TOKEN.tmp`` and ``.NAME.TOKEN.old``.
    """
    for path in list(out.rglob(".*.tmp")) + list(out.rglob(".*.old")):
        name, _, token = path.name.removesuffix(path.suffix)[1:].rpartition(".")
        if STATE in path.parts or len(token) != 8 or not name or not path.is_dir():
            continue
        if path.suffix == ".old" and not path.with_name(name).exists():
            path.rename(path.with_name(name))
        else:
            shutil.rmtree(path, ignore_errors=True)
