"""What migration will make of an artifact, as far as looking at it tells; a plan and a report say it beforehand."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from migrate.findings import Severity, Status
from migrate.formats.artifact import BARE_GRAPHS, Format
from migrate.outcomes import leaves_unverified, status_of
from migrate.scan.rules import NOT_EXAMINED

if TYPE_CHECKING:
    from collections.abc import Callable

    from migrate.findings import Finding
    from migrate.inspection.records import Inspection

_GRAPHS = BARE_GRAPHS | {Format.SAVED_MODEL, Format.CHECKPOINT}
"""What TensorFlow has to load before anybody knows."""
_MODELS = frozenset(kind.value for kind in Format if kind.is_model)


class Certainty(StrEnum):
    """How far an expectation goes."""

    SURE = "sure"
    """The reader refuses it, and the run asks the same reader."""
    LIKELY = "likely"
    """The rules translate it; the comparison decides."""
    POSSIBLE = "possible"
    """TensorFlow has to load it first."""


class Expectation(msgspec.Struct, frozen=True):
    """The status to expect; ``code`` names what decides it, empty when nothing is in the way."""

    status: Status
    certainty: Certainty
    code: str = ""


def expected(found: Inspection, lifted: Callable[[str], bool] = lambda code: False) -> Expectation:
    """Expect a status from an inspection.

    Args:
        found: what was seen.
        lifted: whether the options of the run are there to get an artifact past a refusal with this code.

    What a run refuses first comes first: content that is no model, then content that the scan forbids to load, then
    whatever the reader and the rules refuse.
    """
    refusals = [finding for finding in found.obstacles if _stops(finding.code, finding.severity)]
    stops = [finding for finding in refusals if not lifted(finding.code)]
    if not Format(found.kind).is_model:
        # An identification is certain, and names its own reason before any other.
        first = next((finding for finding in stops if finding.code.startswith("FMT")), None)
        code = first.code if first else "FMT023"
        return Expectation(status_of(code), Certainty.SURE, code)
    unsafe = next((finding for finding in stops if status_of(finding.code) is Status.UNSAFE), None)
    if (first := unsafe or next(iter(stops), None)) is not None:
        return Expectation(status_of(first.code), Certainty.SURE, first.code)
    open_ended = Format(found.kind) in _GRAPHS or len(stops) < len(refusals)
    certainty = Certainty.POSSIBLE if open_ended else Certainty.LIKELY
    doubt = next(
        (f for f in found.obstacles if f.severity is Severity.WARNING and leaves_unverified(f.code)), None
    )
    if doubt is not None:
        return Expectation(Status.UNVERIFIED, certainty, doubt.code)
    return Expectation(Status.MIGRATED, certainty)


def blockers(found: Inspection) -> list[Finding]:
    """What a run refuses an artifact for, or would if no option lifted it; that there is nothing to do is none."""
    stops = [finding for finding in found.obstacles if _stops(finding.code, finding.severity)]
    model = found.kind in _MODELS
    return [f for f in stops if f.severity is not Severity.INFO and (model or f.code != NOT_EXAMINED)]


def _stops(code: str, severity: Severity) -> bool:
    """Whether a run ends with a finding; of what the scan could not examine nothing is loaded either."""
    return (
        severity in (Severity.ERROR, Severity.SILENT)
        or status_of(code) is Status.SKIPPED
        or code == NOT_EXAMINED
    )
