"""The course of one run: what is begun, what its end means, when to stop, what is reported."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from migrate.batch import resources
from migrate.batch.events import Event, Outcome, Task
from migrate.batch.interrupts import Interrupts
from migrate.batch.job import Settings
from migrate.batch.ledger import FINISHED
from migrate.batch.local import RETRIED, Executor
from migrate.batch.lock import STATE, not_writable, open_own
from migrate.batch.outputs import missing_or_changed, written
from migrate.batch.plan import Action, Upgrade, make_plan, task_of
from migrate.batch.recover import recover, sweep_outputs
from migrate.findings import Finding, MigrationError, Severity, Status
from migrate.pipeline.request import encode_options
from migrate.printable import printable
from migrate.results import SCHEMA_VERSION, ArtifactResult, BatchReport, WrittenBy
from migrate.versions import tool_versions
from migrate.worlds.host.sandbox import granted, shortfall

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from migrate.batch.inputs import BatchInputs
    from migrate.batch.ledger import Ledger
    from migrate.batch.options import BatchOptions

FREE_BYTES = 256 << 20
"""Space that must be free on the output's disk before an artifact is begun, beside its own estimate."""


class BatchStopped(MigrationError):  # noqa: N818 - an event, not a fault
    """The run ended early; the ledger says what is left, and ``report`` holds what is finished."""

    def __init__(self, code: str, message: str, hint: str, report: BatchReport) -> None:
        super().__init__(code, message, hint)
        self.report = report


class BatchRun:
    """One run over one ledger: planned when made, run once by `go`."""

    def __init__(
        self,
        found: BatchInputs,
        out: Path,
        batch: BatchOptions,
        ledger: Ledger,
        log: Callable[[Event], None],
        *,
        rebuilt: bool,
        out_url: str = "",
    ) -> None:
        self._out, self._batch, self._ledger, self._log = out, batch, ledger, log
        self._sources = [str(root) for root in found.roots]
        self._stopping = threading.Event()
        self._interrupts = Interrupts(self._stopping, log)
        self._attempts: dict[str, int] = {}
        self._protections: tuple[str, ...] = ()
        self._again: list[Task] = []
        self._reason = ("", "", "")
        self._retrying = False
        self._out_url = out_url
        self._state = _identity(out)
        sweep_outputs(out)
        self._ruleset = batch.rules.version
        ledger.remember_ruleset(batch.rules)
        keys = found.keys(ledger, batch.options)
        upgrade = Upgrade(ledger.rulesets(), batch.rules)
        self._reopen_damaged()
        rows = ledger.rows()
        plan = make_plan(found.candidates, keys, rows, upgrade, retry=batch.retry, remote=found.remote)
        ledger.plan(
            (one.candidate.source, one.folder, one.key, one.candidate.size, one.outdated) for one in plan
        )
        self._plan = recover(plan, ledger, out, self._ruleset, everything=rebuilt)

    def _reopen_damaged(self) -> None:
        """Outputs that were deleted or overwritten since they were written are made again."""
        if self._out_url:
            return  # they are in the store
        for source, row in self._ledger.rows().items():
            if row.state != FINISHED or row.result is None:
                continue
            if path := missing_or_changed(self._out, row.result, row.files):
                self._ledger.distrust(source)
                message = f"{path} has changed since it was written; {source} is migrated again"
                self._log(Event("warning", source, {"message": message}))

    def go(self, make_executor: Callable[[int, Settings, BatchOptions], Executor]) -> BatchReport:
        """Migrate what the plan says, and report all of it.

        Raises:
            BatchStopped: the run ended early.
        """
        todo = [one for one in self._plan if one.action is Action.MIGRATE]
        jobs = min(resources.jobs_for(self._batch.jobs, self._batch.options.reader_count), max(1, len(todo)))
        counts = {action.value: sum(one.action is action for one in self._plan) for action in Action}
        seconds = sum(one.seconds for one in todo) / jobs
        self._log(Event("plan", data={**counts, "jobs": jobs, "seconds": round(seconds, 1)}))
        run = self._ledger.begin_run(jobs, len(todo))
        force = self._batch.options.force
        tasks = [task_of(one, self._out, self._ruleset, force=force, out_url=self._out_url) for one in todo]
        if tasks:
            settings = Settings(
                encode_options(self._batch.options),
                {},
                self._batch.pipeline,
                self._batch.sandboxed,
                self._sources,
                require_sandbox=self._batch.require_sandbox,
            )
            with self._interrupts:
                executor = self._interrupts.executor = make_executor(jobs, settings, self._batch)
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
            code, message = "RUN015", "interrupted; running artifacts have been finished"
            if self._interrupts.count > 1:
                message = "interrupted immediately; running artifacts will be started again"
            hint = "Run the same command again to continue."
        sweep_outputs(self._out)  # what an attempt was writing whose worker or node went
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
        self._must_stand()
        free = shutil.disk_usage(self._out).free
        if free < FREE_BYTES + 4 * task.size:
            self._stop(
                "RUN011",
                f"only {free >> 20} MB are free in {self._out}, too few for {task.source}",
                _MAKE_ROOM,
            )
            raise _NotBegun
        self._attempts[task.source] = self._ledger.start(task.source)
        self._log(Event("start", task.source, {"bytes": task.size}))

    def _end(self, task: Task, outcome: Outcome, seconds: float) -> None:
        self._tell_protections(outcome)
        result = outcome.result
        told = result.status.value if result else "broken"
        self._ledger.end(
            self._attempts.pop(task.source), told, outcome.cause, outcome.phases, outcome.peak_bytes, seconds
        )
        if full := _full_disk(outcome, self._out):
            self._ledger.reopen([task.source])
            self._stop("RUN011", full, _MAKE_ROOM)
            return
        if outcome.code == "RUN006":
            self._ledger.reopen([task.source])
            self._stop(outcome.code, outcome.message, outcome.hint)
            return
        if result is None and outcome.code in RETRIED and not self._retrying:
            self._again.append(task)
            self._log(Event("retry", task.source, {"cause": outcome.cause, "message": outcome.message}))
            return
        final = result or self._failed(task, outcome)
        final = msgspec.structs.replace(final, source=task.source, seconds=round(seconds, 3))
        files = written(self._out, task.folder, outcome.files)
        self._ledger.finish(final, self._ruleset, outcome.classes, files)
        data = {
            "status": final.status.value,
            "seconds": final.seconds,
            "codes": [f.code for f in final.findings],
        }
        self._log(Event("done", task.source, {**data, "phases": outcome.phases}))

    def _must_stand(self) -> None:
        """Stop where the output folder is no longer what it was: nobody would look for outputs below its old name."""
        if _identity(self._out) != self._state:
            self._stop("RUN011", f"{self._out} was renamed or removed during the run", _GO_ON)
            raise _NotBegun

    def _tell_protections(self, outcome: Outcome) -> None:
        """Once: what the workers' sandbox consists of here, and what this machine cannot promise."""
        if self._protections or not outcome.protections:
            return
        self._protections = outcome.protections
        self._log(Event("sandbox", data={"protections": list(outcome.protections)}))
        told = shortfall(granted())  # at the start, by the command
        for finding in (found for found in shortfall(outcome.protections) if found not in told):
            self._log(
                Event("warning", data={"code": finding.code, "message": f"{finding.message}. {finding.hint}"})
            )

    def _failed(self, task: Task, outcome: Outcome) -> ArtifactResult:
        """The row of an artifact that no attempt survived."""
        if outcome.code == "RUN014":
            shutil.rmtree(self._out / task.folder, ignore_errors=True)  # made from what is no longer there
        tries = " Tried twice, the second time alone." if self._retrying else ""
        finding = Finding(
            outcome.code, Severity.ERROR, printable(outcome.message), f"{outcome.hint}{tries}".strip()
        )
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

    def _finish_copies(self) -> None:
        rows = self._ledger.rows()
        for one in self._plan:
            if one.action is not Action.COPY:
                continue
            row = rows[one.same_as]
            leader = row.result
            if leader is None:
                continue
            note = Finding("RUN016", Severity.INFO, f"the same content and options as {one.same_as}")
            copied = msgspec.structs.replace(
                leader, source=one.candidate.source, findings=[*leader.findings, note], seconds=0.0
            )
            self._ledger.finish(copied, row.ruleset, row.classes, row.files)
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
            with open_own(beside, "w") as file:
                file.write(msgspec.json.format(msgspec.json.encode(report), indent=1).decode() + "\n")
            os.replace(beside, target)
        except OSError as error:
            if not self._reason[0]:
                raise not_writable(self._out, error) from error


_GO_ON = "Run the same command again with its new name in --out; finished artifacts are kept."
_MAKE_ROOM = "Free space and run the same command again; finished artifacts are kept."


class _NotBegun(Exception):  # noqa: N818 - control flow between this module and an executor
    """An attempt was not begun; the run is stopping."""


def _identity(out: Path) -> tuple[int, int] | None:
    """Which folder holds the state of a batch, whatever it is called; None where there is none."""
    try:
        found = (out / STATE).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _full_disk(outcome: Outcome, out: Path) -> str:
    """Why nothing can be written any more, rather than not for this artifact's sake; empty where that is not so."""
    told = os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT), os.strerror(errno.EROFS)
    findings = outcome.result.findings if outcome.result else ()
    refusals = [(f.message, f.place) for f in findings if f.code == "RUN011"]
    if outcome.code == "RUN011":
        refusals.append((outcome.message, ""))
    if refusals and not os.access(out, os.W_OK):
        return f"{out} cannot be written"
    for message, place in refusals:
        if any(text in message for text in told):
            return f"{message} ({place})" if place else message
    return ""
