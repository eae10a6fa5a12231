"""The types shared by models and source: severities, statuses, fixes, rules and findings.

Every part of the project reports problems with these types, so that one report can contain the findings of a
codemod and of a model side by side. Workers return `Finding` objects, records store them and the report
reads them, so nothing has to be converted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import msgspec


class Severity(StrEnum):
    """What happens if a finding is ignored, worst first.

    ``SILENT`` ranks above ``ERROR``: wrong numbers without a message cost more than a traceback.
    """

    SILENT = "silent"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Position in the order of severity: 0 is the worst."""
        return list(Severity).index(self)


class Status(StrEnum):
    """The outcome of one artifact."""

    MIGRATED = "migrated"
    """Compared with a reference and equal within the tolerances."""
    UNVERIFIED = "unverified"
    """Built, but no reference could be obtained; a finding says why."""
    BLOCKED = "blocked"
    """Needs something from the user; a finding says what."""
    UNSAFE = "unsafe"
    """The scan found content that would run code; it was not loaded."""
    FAILED = "failed"
    """Could not be read, translated or proven equal; a finding says why."""
    SKIPPED = "skipped"
    """Already Keras 3, or not a model."""


class Fix(StrEnum):
    """What the tool does about a finding."""

    SAFE = "safe"
    """Done automatically: the meaning is certain."""
    UNSAFE = "unsafe"
    """Done with ``--unsafe``: right in most cases, so the user reviews the diff."""
    MANUAL = "manual"
    """Left to the user; the hint says how."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The data of one rule; its implementation is a function registered next to it.

    Attributes:
        code: stable reason code, a family of letters and a number (``CFG001``).
        name: short name in kebab-case, used in page names.
        summary: one sentence that says what was wrong in the old artifact or source.
        severity: what happens without the rule.
        fix: what the tool does.
        applies_to: versions of the *writing* framework as a specifier (``"<2.2.5"``), empty for all.
        before: smallest piece of the old form (JSON, Python), shown by ``explain`` and in the docs.
        after: the same piece after the rule.
        why: a few sentences: the cause, the measured difference.
        references: upstream issues, commits or documentation, as ``owner/repo#n`` or a URL.
        outcome: status of an artifact whose migration ends with this code.
    """

    code: str
    name: str
    summary: str
    severity: Severity
    fix: Fix = Fix.SAFE
    applies_to: str = ""
    before: str = ""
    after: str = ""
    why: str = ""
    references: tuple[str, ...] = ()
    outcome: Status = Status.FAILED

    @property
    def family(self) -> str:
        """The letters of the code: ``CFG`` of ``CFG001``."""
        return self.code.rstrip("0123456789")


class Finding(msgspec.Struct, frozen=True):
    """One blocker or change, or one note about it.

    Attributes:
        code: the code of the rule or reason.
        severity: of this occurrence; usually the rule's own.
        message: what was found, with the names involved.
        hint: the next step for the user; empty if nothing is left to do.
        place: where inside the artifact: a layer path (``encoder/dense_1``), a member, a JSON pointer.
    """

    code: str
    severity: Severity
    message: str
    hint: str = ""
    place: str = ""


class MigrationError(Exception):
    """A refusal with a reason code: what, where, why, and what to do next.

    Raised by readers, rules and worlds; the batch turns it into a finding of the artifact.
    """

    def __init__(self, code: str, message: str, hint: str = "", place: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.place = place

    def finding(self, severity: Severity = Severity.ERROR) -> Finding:
        """The same refusal as a finding."""
        return Finding(self.code, severity, self.message, self.hint, self.place)
