"""Every rule is exercised by a file that an old framework wrote."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from migrate.dialects.rule import registered
from tests.dialects.translations import cases, translated

DAMAGED = "broken"
ROBBED: Mapping[str, str] = {
    "SIL009": "every release writes the gates' activation; manual configurations and other tools omit it",
}
"""Rules that no file as written needs: they fire on an authentic file that was robbed of a part."""


def witnesses() -> dict[str, set[str]]:
    """Code to the eras in which it fired."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, case in cases():
        for code in translated(name).codes:
            found[code].add(case["era"])
    return found


def test_every_rule_fires_on_an_authentic_file() -> None:
    found = witnesses()
    names = {code: rule.name for code, (rule, _) in registered().items()}
    missing = {
        code: name for code, name in names.items() if not found[code] - {DAMAGED} and code not in ROBBED
    }
    assert not missing, (
        "no file of legacy_models needs these rules: write one with the framework that does "
        "(legacy_models/write/README.md), or remove the rule"
    )
    assert set(ROBBED) <= set(names)
    for code, reason in ROBBED.items():
        assert found[code] == {DAMAGED}, f"{code}: {reason}"
