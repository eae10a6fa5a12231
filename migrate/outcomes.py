"""The status of an artifact whose migration ends with a code, for runs, plans, inspections and reports."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from migrate.findings import Severity, Status
from migrate.formats.rules import RULES as FORMAT_RULES
from migrate.reasons import REASONS, parity
from migrate.scan.rules import RULES as SCAN_RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from migrate.findings import Finding
    from migrate.results import ArtifactResult

WORKER_ENDED = frozenset({"RUN001", "RUN002", "RUN003", "RUN004", "RUN021", "RUN022"})
"""A worker crashed, hung, outgrew its limits, sent invalid answers or starved: the batch decides whether to retry."""
_OF_EVIDENCE = frozenset({rule.code for rule in parity.REASONS} | {"CFG058", "FMT027"})
"""As warnings, they say why an artifact is unverified."""


@cache
def _outcomes() -> Mapping[str, Status]:
    refused = {rule.code: rule.outcome for rule in (*REASONS, *FORMAT_RULES)}
    return refused | {rule.code: Status.UNSAFE for rule in SCAN_RULES}


def status_of(code: str) -> Status:
    """The status of an artifact refused with ``code``; unlisted codes, those of dialect rules, mean failed."""
    return _outcomes().get(code, Status.FAILED)


def leaves_unverified(code: str) -> bool:
    """Whether a warning with ``code`` is a reason not to report a built model as migrated."""
    return code in _OF_EVIDENCE


def severity_of(code: str) -> Severity:
    """The severity of a refusal with ``code``: having nothing to migrate is not an error."""
    return Severity.INFO if status_of(code) is Status.SKIPPED else Severity.ERROR


def deciding(result: ArtifactResult) -> list[Finding]:
    """The findings that prevented the migration of an artifact, or that leave it unverified."""
    stops = [f for f in result.findings if f.severity in (Severity.ERROR, Severity.SILENT)]
    warnings = [f for f in result.findings if f.severity is Severity.WARNING]
    match result.status:
        case Status.MIGRATED:
            return []
        case Status.UNVERIFIED:
            return [f for f in warnings if leaves_unverified(f.code)] or warnings or stops or result.findings
        case _:
            return stops or warnings or result.findings
