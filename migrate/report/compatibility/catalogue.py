"""The reasons by code: the rules of source, of models, of the scan and of the report itself."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.findings import Rule
from migrate.report.compatibility.rules import RULES


def catalogue() -> dict[str, Rule]:
    """Every rule by code; importing the modules that declare the rules fills the registries."""
    return {rule.code: rule for rule in _rules()}


def _rules() -> Iterator[Rule]:
    from codemods.rules.api import all_source_rules
    from migrate.dialects.registry import all_rules
    from migrate.formats.rules import RULES as FORMATS
    from migrate.scan.rules import RULES as SCAN

    yield from FORMATS
    yield from SCAN
    yield from all_rules()
    yield from all_source_rules()
    yield from RULES
