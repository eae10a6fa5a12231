"""The ledger: what was asked, tried and finished, in SQLite beside the outputs.

It is the only state of a batch. A run that ends at any moment, by any means, leaves a ledger from which the
next one goes on. SQLite's write-ahead log survives the end of the process; after the end of the machine the
last rows may be missing, and the outputs that they told of are then found by their own ``migration.json``.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from migrate.batch.lock import STATE, must_be_own, not_writable
from migrate.batch.ruleset import RuleSet
from migrate.findings import MigrationError
from migrate.results import ArtifactResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_SCHEMA = """
CREATE TABLE IF NOT EXISTS artifacts (
    source TEXT PRIMARY KEY, folder TEXT NOT NULL, key TEXT NOT NULL DEFAULT '', state TEXT NOT NULL,
    size INTEGER NOT NULL DEFAULT 0, result TEXT, updated REAL NOT NULL,
    ruleset TEXT NOT NULL DEFAULT '', classes TEXT, files TEXT);
CREATE TABLE IF NOT EXISTS attempts (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL, started REAL NOT NULL, seconds REAL, outcome TEXT, cause TEXT,
    phases TEXT, peak_bytes INTEGER);
CREATE INDEX IF NOT EXISTS attempts_of ON attempts (source);
CREATE TABLE IF NOT EXISTS rulesets (version TEXT PRIMARY KEY, parts TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS files (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, changed TEXT NOT NULL, sha256 TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY, pid INTEGER NOT NULL, started REAL NOT NULL, ended REAL, jobs INTEGER, planned INTEGER,
    reason TEXT);
"""
_SUFFIXES = ("", "-wal", "-shm", "-journal")
"""Of the files that SQLite keeps for one database."""
_NOT_DAMAGE = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)
"""Primary result codes that say something of the disk, and nothing of what the file holds."""
Written = dict[str, tuple[int, str, str]]
"""Path from the output folder to size, time of change and SHA-256 of each file that an artifact became."""
PENDING, STARTED, FINISHED = "pending", "started", "finished"


@dataclass(frozen=True, slots=True)
class Row:
    """One artifact as the ledger knows it.

    Attributes:
        source: its name.
        folder: of its outputs.
        key: content and options.
        state: ``pending``, ``started`` or ``finished``.
        size: bytes.
        result: of the last attempt that gave one.
        ruleset: version of the rules that the result was made with.
        classes: of the layers that those rules were shown; None when not known.
        files: what it wrote, see `migrate.batch.outputs`; None when not known.
    """

    source: str
    folder: str
    key: str
    state: str
    size: int
    result: ArtifactResult | None
    ruleset: str = ""
    classes: tuple[str, ...] | None = None
    files: Written | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at one artifact; ``outcome`` is empty while it runs, or where its process was killed."""

    source: str
    started: float
    seconds: float | None
    outcome: str
    cause: str
    phases: dict[str, float]
    peak_bytes: int


class Ledger:
    """The database of one output folder. Safe for threads: one connection behind a lock.

    Args:
        file: the database; made when missing.
        readonly: for looking on while another process works.
    """

    def __init__(self, file: Path, *, readonly: bool = False) -> None:
        self.file = file
        self._mutex = threading.RLock()
        target = f"file:{file}?mode=ro" if readonly else str(file)
        self._db = sqlite3.connect(target, uri=readonly, check_same_thread=False, timeout=30)
        try:
            if not readonly:
                self._db.execute("PRAGMA journal_mode=WAL")
                self._db.execute("PRAGMA synchronous=NORMAL")
                self._db.executescript(_SCHEMA)
                self._bring_up_to_date()
            if self._db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise sqlite3.DatabaseError("the quick check failed")
            self._must_be_readable()
        except sqlite3.DatabaseError:
            self._db.close()
            raise

    def _must_be_readable(self) -> None:
        """Read all of it once: a database can be sound, and hold what no version of this project wrote.

        Raises:
            sqlite3.DatabaseError: it does.
        """
        try:
            for row in self.rows().values():
                pure = PurePosixPath(row.folder)
                if pure.is_absolute() or ".." in pure.parts or not pure.parts:
                    raise ValueError(f"outputs in {row.folder!r}")
            self.rulesets(), self.attempts(), self.known_hashes(), self.last_run()
        except (msgspec.MsgspecError, TypeError, ValueError, OverflowError, RecursionError) as error:
            raise sqlite3.DatabaseError(f"a row that this tool did not write: {error}") from error

    def _columns(self) -> set[str]:
        return {row[1] for row in self._db.execute("PRAGMA table_info(artifacts)")}

    def _bring_up_to_date(self) -> None:
        """Add what earlier versions did not keep; their results are done again, as their rules are unknown."""
        for name, declared in (
            ("ruleset", "TEXT NOT NULL DEFAULT ''"),
            ("classes", "TEXT"),
            ("files", "TEXT"),
        ):
            if name not in self._columns():
                self._db.execute(f"ALTER TABLE artifacts ADD COLUMN {name} {declared}")

    def close(self) -> None:
        """Close the database; everything was committed before."""
        with self._mutex:
            self._db.close()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction.

        Raises:
            MigrationError: RUN011 when the disk is full or has become read-only.
        """
        with self._mutex:
            try:
                with self._db:
                    yield self._db
            except sqlite3.OperationalError as error:
                raise MigrationError(
                    "RUN011",
                    f"the ledger cannot be written: {error}",
                    "Free space or restore permissions, and run the same command again.",
                ) from error

    def plan(self, rows: Iterable[tuple[str, str, str, int, bool]]) -> None:
        """Enter sources, folders, keys, sizes, and whether what the row says is outdated: then it is pending again."""
        now = time.time()
        with self._writing() as db:
            db.executemany(
                "INSERT INTO artifacts (source, folder, key, state, size, updated) VALUES (?, ?, ?, 'pending', ?, ?) "
                "ON CONFLICT (source) DO UPDATE SET folder = excluded.folder, size = excluded.size, "
                "state = CASE WHEN key = excluded.key AND NOT ? THEN state ELSE 'pending' END, key = excluded.key",
                [(source, folder, key, size, now, outdated) for source, folder, key, size, outdated in rows],
            )

    def rows(self) -> dict[str, Row]:
        """All artifacts by source."""
        with self._mutex:
            known = self._columns()
            later = ", ".join(
                name if name in known else missing
                for name, missing in (("ruleset", "''"), ("classes", "NULL"), ("files", "NULL"))
            )
            found = self._db.execute(
                f"SELECT source, folder, key, state, size, result, {later} FROM artifacts"
            ).fetchall()
        return {
            source: Row(
                source, folder, key, state, size, _result(result), ruleset, _classes(classes), _files(files)
            )
            for source, folder, key, state, size, result, ruleset, classes, files in found
        }

    def rulesets(self) -> dict[str, RuleSet]:
        """Rule sets that results were made with, by version."""
        with self._mutex:
            found = self._db.execute("SELECT version, parts FROM rulesets").fetchall()
        return {version: msgspec.json.decode(parts, type=RuleSet) for version, parts in found}

    def remember_ruleset(self, ruleset: RuleSet) -> None:
        """Keep a rule set, for a later one to be compared with."""
        with self._writing() as db:
            text = msgspec.json.encode(ruleset).decode()
            db.execute("INSERT OR IGNORE INTO rulesets VALUES (?, ?)", (ruleset.version, text))

    def start(self, source: str) -> int:
        """An attempt begins; its number ends it."""
        with self._writing() as db:
            db.execute(
                "UPDATE artifacts SET state = 'started', updated = ? WHERE source = ?", (time.time(), source)
            )
            cursor = db.execute("INSERT INTO attempts (source, started) VALUES (?, ?)", (source, time.time()))
            number = cursor.lastrowid
        assert number is not None
        return number

    def end(
        self,
        attempt: int,
        outcome: str,
        cause: str,
        phases: dict[str, float],
        peak_bytes: int,
        seconds: float,
    ) -> None:
        """An attempt ended: with a status, or with a cause such as ``SIGSEGV`` that may be tried again."""
        with self._writing() as db:
            db.execute(
                "UPDATE attempts SET seconds = ?, outcome = ?, cause = ?, phases = ?, peak_bytes = ? WHERE id = ?",
                (seconds, outcome, cause, msgspec.json.encode(phases).decode(), peak_bytes, attempt),
            )

    def finish(
        self,
        result: ArtifactResult,
        ruleset: str,
        classes: Sequence[str] | None = None,
        files: Written | None = None,
    ) -> None:
        """The final word on an artifact: its result, the rules' version, what they were shown, what was written."""
        kept = None if files is None else msgspec.json.encode(files).decode()
        shown = None if classes is None else msgspec.json.encode(classes).decode()
        with self._writing() as db:
            db.execute(
                "UPDATE artifacts SET state = 'finished', result = ?, updated = ?, ruleset = ?, classes = ?, "
                "files = ? WHERE source = ?",
                (msgspec.json.encode(result).decode(), time.time(), ruleset, shown, kept, result.source),
            )

    def distrust(self, source: str) -> None:
        """Outputs of a finished artifact are not what it wrote: as if it had begun and never ended."""
        with self._writing() as db:
            db.execute("UPDATE artifacts SET state = 'started' WHERE source = ?", (source,))

    def reopen(self, sources: Iterable[str]) -> None:
        """Make artifacts pending again, their results forgotten."""
        with self._writing() as db:
            db.executemany(
                "UPDATE artifacts SET state = 'pending', result = NULL WHERE source = ?",
                [(source,) for source in sources],
            )

    def attempts(self, source: str | None = None) -> list[Attempt]:
        """Attempts in order, of one artifact or of all."""
        query = "SELECT source, started, seconds, outcome, cause, phases, peak_bytes FROM attempts"
        with self._mutex:
            if source is None:
                found = self._db.execute(f"{query} ORDER BY id").fetchall()
            else:
                found = self._db.execute(f"{query} WHERE source = ? ORDER BY id", (source,)).fetchall()
        return [
            Attempt(name, started, seconds, outcome or "", cause or "", _phases(phases), peak or 0)
            for name, started, seconds, outcome, cause, phases, peak in found
        ]

    def known_hashes(self) -> dict[str, tuple[int, str, str]]:
        """Path to size, time of change and SHA-256, as they were when it was hashed."""
        with self._mutex:
            found = self._db.execute("SELECT path, size, changed, sha256 FROM files").fetchall()
        return {path: (size, changed, sha256) for path, size, changed, sha256 in found}

    def remember_hashes(self, rows: Iterable[tuple[str, int, str, str]]) -> None:
        """Keep hashes, so that an unchanged file is not read again."""
        with self._writing() as db:
            db.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", list(rows))

    def begin_run(self, jobs: int, planned: int) -> int:
        """A run begins; its number ends it."""
        with self._writing() as db:
            cursor = db.execute(
                "INSERT INTO runs (pid, started, jobs, planned) VALUES (?, ?, ?, ?)",
                (os.getpid(), time.time(), jobs, planned),
            )
            number = cursor.lastrowid
        assert number is not None
        return number

    def end_run(self, run: int, reason: str) -> None:
        """A run ended, empty ``reason`` when nothing was left."""
        with self._writing() as db:
            db.execute("UPDATE runs SET ended = ?, reason = ? WHERE id = ?", (time.time(), reason, run))

    def last_run(self) -> dict[str, object] | None:
        """The latest run: pid, started, ended, jobs, planned, reason."""
        with self._mutex:
            row = self._db.execute(
                "SELECT pid, started, ended, jobs, planned, reason FROM runs ORDER BY id DESC LIMIT 1"
            ).fetchone()
        return (
            dict(zip(("pid", "started", "ended", "jobs", "planned", "reason"), row, strict=True))
            if row
            else None
        )


def _result(text: str | None) -> ArtifactResult | None:
    return msgspec.json.decode(text, type=ArtifactResult) if text else None


def _classes(text: str | None) -> tuple[str, ...] | None:
    return msgspec.json.decode(text, type=tuple[str, ...]) if text else None


def _files(text: str | None) -> Written | None:
    return msgspec.json.decode(text, type=Written) if text else None


def _phases(text: str | None) -> dict[str, float]:
    return msgspec.json.decode(text, type=dict[str, float]) if text else {}


def open_ledger(out: Path) -> tuple[Ledger, Path | None]:
    """The ledger of an output folder; a damaged one is put aside and its new name returned beside a fresh one.

    Raises:
        MigrationError: RUN011 when it cannot be made.
    """
    file = out / STATE / "ledger.sqlite"
    try:
        for suffix in _SUFFIXES:  # SQLite follows links
            must_be_own(file.with_name(file.name + suffix))
    except OSError as error:
        raise not_writable(out, error) from error
    try:
        return Ledger(file), None
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _NOT_DAMAGE:
            raise not_writable(out, OSError(str(error))) from error
        aside = file.with_name(f"ledger.damaged-{int(time.time())}.sqlite")
        os.replace(file, aside)
        for suffix in _SUFFIXES[1:]:
            with contextlib.suppress(FileNotFoundError):
                file.with_name(file.name + suffix).unlink()
        return Ledger(file), aside
