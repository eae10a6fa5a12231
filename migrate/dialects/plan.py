"""What a migration would do with an artifact, without any framework: rules that will fire, refusals to expect."""

from __future__ import annotations

from migrate.dialects.rule import registered
from migrate.dialects.translate import era_of, translate
from migrate.findings import Finding, MigrationError, Severity
from migrate.formats.artifact import LegacyArtifact


def plan(artifact: LegacyArtifact) -> list[Finding]:
    """Findings, worst first: what stands in the way (``error``), then what rules will do (``info``).

    Args:
        artifact: read with or without values; arrays without memory behind them are enough.
    """
    try:
        translation = translate(artifact, era_of(artifact))
    except MigrationError as error:
        return [error.finding()]
    findings = list(translation.notes.findings)
    places: dict[str, list[str]] = {}
    for fired in translation.notes.fired:
        places.setdefault(fired.code, []).append(fired.place)
    for code, where in places.items():
        rule, _ = registered()[code]
        times = f" ({len(where)} places)" if len(where) > 1 else ""
        findings.append(Finding(code, Severity.INFO, f"{rule.summary}{times}", "", where[0]))
    return sorted(findings, key=lambda finding: finding.severity.rank)
