"""The records of the compatibility report: the published JSON contract, and what every writer reads.

Their JSON Schema is ``migrate/report/schema/report.json``. Paths are POSIX and relative to the
scanned root; lines and columns count from 1, 0 means unknown.
"""

from __future__ import annotations

from msgspec import Struct, field

from migrate.findings import Severity
from migrate.report.compatibility.levels import Effort, Level, Origin
from migrate.report.compatibility.model_records import ModelUnit

SCHEMA_VERSION = 1


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One finding, from any source.

    Attributes:
        id: stable across runs and shifted lines (16 hexadecimal digits); the key of ``--compare``.
        done: nothing remains to be done: the edit was written, or the model was migrated.
        applied: the tool has the edit; without ``done`` it is waiting for ``--write``.
        path: the file or artifact.
        place: location inside an artifact: a layer, a member.
    """

    id: str
    origin: Origin
    code: str
    severity: Severity
    effort: Effort
    path: str
    message: str
    package: str
    done: bool = False
    applied: bool = False
    hint: str = ""
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    place: str = ""
    symbol: str = ""
    argument: str = ""


class Reason(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All findings of one code: its meaning, and how many there are.

    ``fired`` counts the models that a rule has changed; a rule may fire without leaving a finding.
    """

    code: str
    severity: Severity
    count: int
    open: int
    files: int
    models: int
    effort: dict[str, int]
    fired: int = 0
    name: str = ""
    summary: str = ""
    why: str = ""
    before: str = ""
    after: str = ""
    fix: str = ""
    references: list[str] = field(default_factory=list)
    page: str = ""


class Tally(Struct, frozen=True, kw_only=True):
    """Counts of the units (files and models) of a package or of the whole, by level, and of findings.

    ``severities`` counts all findings, ``open_severities`` the open ones, ``effort`` the open ones above
    information.
    """

    units: int
    levels: dict[str, int]
    findings: int
    open: int
    severities: dict[str, int]
    open_severities: dict[str, int]
    effort: dict[str, int]

    @property
    def level(self) -> Level:
        """The worst level of any unit; ``ready`` if there are none."""
        return max(
            (Level(name) for name, n in self.levels.items() if n), key=lambda x: x.rank, default=Level.READY
        )

    @property
    def without_person(self) -> int:
        """Units that are ready or that the tool makes ready."""
        return self.levels[Level.READY] + self.levels[Level.AUTOMATIC]


class Package(Struct, frozen=True, kw_only=True):
    """A folder of the repository and its readiness."""

    name: str
    files: int
    models: int
    tally: Tally
    level: Level


class Hunk(Struct, frozen=True, kw_only=True):
    """A piece of a file: ``lines`` are ``[mark, old line, new line, text]``, mark ``" "``, ``"-"`` or ``"+"``."""

    lines: list[tuple[str, int, int, str]]


class FileUnit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One source file. ``entries`` are positions in ``Report.findings``."""

    path: str
    package: str
    level: Level
    changed: bool = False
    error: str = ""
    entries: list[int] = field(default_factory=list)
    hunks: list[Hunk] = field(default_factory=list)


class Link(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A connection between a location in the source and an artifact or class.

    Attributes:
        kind: ``loads``, ``saves``, ``names`` (a configuration file), ``defines`` (a custom class) or ``calls``
            (a signature).
        path, line: its location in the source.
        target: the artifact that it refers to, or the text of the path if ``state`` is not ``linked``.
        state: ``linked``; ``broken`` (refers to nothing); ``open`` (not known before it runs).
        text: the text in the source.
    """

    kind: str
    path: str
    target: str
    state: str
    line: int = 0
    text: str = ""


class StepItem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file or model of a step and why it is listed; ``command`` continues a model that is blocked."""

    kind: str
    path: str
    level: Level
    effort: dict[str, int]
    after: list[str] = field(default_factory=list)
    command: str = ""


class Step(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A step of the order of work: all its items can be done at once, after the steps before it."""

    title: str
    why: str
    command: str = ""
    items: list[StepItem] = field(default_factory=list)


class Pin(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A requirement on Keras or its backends: ``verdict`` is ``modern``, ``legacy``, ``both`` or ``open``."""

    path: str
    line: int
    name: str
    specifier: str
    verdict: str


class Unseen(Struct, frozen=True, kw_only=True):
    """Something that could not be scanned, and why."""

    path: str
    reason: str


class Comparison(Struct, frozen=True, kw_only=True):
    """The burn-down against an earlier report: ids of findings, and open counts then and now."""

    earlier: str
    open_before: int
    open_now: int
    resolved: int
    new: int
    remaining: int
    severities: dict[str, tuple[int, int]]
    resolved_entries: list[Entry]
    new_ids: list[str]
    history: list[tuple[str, int]] = field(default_factory=list)
    """The dates of each earlier report and of this one, and the findings open then."""


class Report(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that a writer needs, and nothing else."""

    schema: int
    tool: dict[str, str]
    created: str
    root: str
    verdict: str
    tally: Tally
    statuses: dict[str, int]
    reasons: list[Reason]
    findings: list[Entry]
    packages: list[Package]
    files: list[FileUnit]
    models: list[ModelUnit]
    links: list[Link]
    order: list[Step]
    pins: list[Pin]
    environment: dict[str, str]
    unseen: list[Unseen]
    hours: tuple[float, float] = (0.0, 0.0)
    """Minimum and maximum hours of manual work that remain, by the rule of thumb in ``hours.py``."""
    comparison: Comparison | None = None
