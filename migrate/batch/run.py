"""Runs a batch: discover, plan, migrate, report; and survives what happens on the way.

The order of writing is what makes it safe: outputs appear by one rename, then the ledger says *finished*. A
run that ends in between leaves outputs whose ``migration.json`` tells what they are, and the next run recovers
them.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from migrate.batch.events import Event
from migrate.batch.inputs import find
from migrate.batch.ledger import Ledger, open_ledger
from migrate.batch.local import Executor, LocalExecutor
from migrate.batch.lock import STATE, Lock, not_writable, open_own
from migrate.batch.options import BatchOptions
from migrate.batch.plan import Planned, Upgrade, expectations, make_plan
from migrate.batch.remote import publish_state, recover_state, state_folder
from migrate.batch.runner import BatchRun, BatchStopped
from migrate.batch.scanner import Reader
from migrate.batch.store import is_url, local_path, must_have_bucket
from migrate.pipeline.request import builder_named

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from migrate.batch.job import Settings
    from migrate.inspection import Expectation
    from migrate.pipeline.request import Options
    from migrate.results import BatchReport

__all__ = ["BatchOptions", "BatchStopped", "expect_batch", "plan_batch", "run_batch"]

_LEDGER = f"{STATE}/ledger.sqlite"


def silent(event: Event) -> None:
    """The listener that listens to nothing."""


def local_out(out: Path | str) -> tuple[Path, str]:
    """The local folder for outputs and ledger, and the address that outputs are uploaded to, if any."""
    text = str(out)
    if is_url(text):
        return state_folder(text), text.rstrip("/")
    return Path(local_path(text)).absolute(), ""


def plan_batch(sources: Sequence[str], out: Path | str, batch: BatchOptions) -> list[Planned]:
    """What a run would do, without doing it: nothing is written, no framework is imported.

    Raises:
        MigrationError: RUN013 for a source that does not exist, RUN018 for a store that cannot be read.
    """
    folder, _ = local_out(out)
    found = find(sources)
    with contextlib.ExitStack() as stack:
        ledger = Ledger(Path(":memory:"))
        stack.callback(ledger.close)
        rows, rulesets = {}, {}
        if (folder / _LEDGER).exists():
            with contextlib.suppress(sqlite3.DatabaseError):  # a damaged one plans as if there were none
                known = Ledger(folder / _LEDGER, readonly=True)
                stack.callback(known.close)
                rows, rulesets = known.rows(), known.rulesets()
                ledger.remember_hashes((path, *rest) for path, rest in known.known_hashes().items())
        keys = found.keys(ledger, batch.options)
    upgrade = Upgrade(rulesets, batch.rules)
    return make_plan(found.candidates, keys, rows, upgrade, retry=batch.retry, remote=found.remote)


def expect_batch(plan: Sequence[Planned], options: Options) -> dict[str, Expectation]:
    """What each artifact of a plan is expected to become; sandboxed readers look into those that would be migrated."""
    local = [one.candidate for one in plan if one.remote is None]
    roots = {one.path.absolute().parent for one in local}
    roots |= {one.path.resolve().parent for one in local if not one.problem}  # of a link that was named
    file, call = builder_named(options.architecture) if options.architecture else (None, "")
    given = None if call else file
    with Reader([*sorted(roots), *([given] if given else [])]) as reader:
        return expectations(plan, options, lambda paths: reader.inspect(paths, given))


def run_batch(
    sources: Sequence[str],
    out: Path | str,
    batch: BatchOptions,
    on_event: Callable[[Event], None] = silent,
    make_executor: Callable[[int, Settings, BatchOptions], Executor] | None = None,
) -> BatchReport:
    """Migrate everything that the sources hold, as far as the ledger says that it is not done.

    Args:
        sources: files, folders, patterns, and addresses of stores.
        out: folder or address of outputs and report; made when missing. The ledger is in the folder, for an
            address in the user's cache, with a copy beside the outputs.
        batch: how.
        on_event: called for every event, from any thread, one at a time.
        make_executor: where tasks run; this machine unless given.

    Raises:
        MigrationError: RUN011 output not writable, RUN012 another run works there, RUN013 no such source,
            RUN017 and RUN018 a store does not answer.
        BatchStopped: the run ended early: Ctrl-C (RUN015), a full disk (RUN011).
    """
    folder, out_url = local_out(out)
    if out_url:
        must_have_bucket(out_url)
    found = find(sources)
    lock = Lock(folder)
    try:
        if out_url:
            recover_state(folder, out_url, _LEDGER)
        with _Log(folder / STATE / "log.jsonl", on_event) as log:
            ledger, aside = open_ledger(folder)
            try:
                if aside is not None:
                    log(
                        Event(
                            "warning",
                            data={"message": f"the ledger was damaged; it was moved to {aside.name}"},
                        )
                    )
                run = BatchRun(found, folder, batch, ledger, log, rebuilt=aside is not None, out_url=out_url)
                return run.go(make_executor or _local)
            finally:
                ledger.close()
                if out_url:
                    publish_state(folder, out_url, ["report.json", _LEDGER])
    finally:
        lock.close()


def _local(jobs: int, settings: Settings, batch: BatchOptions) -> Executor:
    return LocalExecutor(jobs, settings, batch.limits, batch.scratch)


class _Log:
    """Events go to the listener and, as JSON lines, to the log beside the ledger; one at a time."""

    def __init__(self, file: Path, listener: Callable[[Event], None]) -> None:
        self._listener = listener
        self._mutex = threading.RLock()  # a signal may arrive, and be told, while an event is
        try:
            self._file = open_own(file, "a")
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
