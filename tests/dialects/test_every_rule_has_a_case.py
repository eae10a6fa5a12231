"""Every rule is exercised by a file that an old framework wrote."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from migrate.dialects.rule import registered
from migrate.dialects.training import plan_training
from migrate.dialects.translate import era_of, translate
from migrate.findings import MigrationError
from migrate.formats.own_names import OwnCode
from migrate.formats.read import read
from tests.dialects.authentic import MODELS

LAYERED = {"h5", "h5+json", "h5+yaml", "keras", "saved_model", "checkpoint"}
DAMAGED = "broken"
ROBBED: Mapping[str, str] = {
    "SIL009": "every release writes the gates' activation; manual configurations and other tools omit it",
}
"""Rules that no file as written needs: they fire on an authentic file that was robbed of a part."""


def fired_in(folder: Path, case: Mapping[str, Any]) -> set[str]:
    """Codes of the rules that fired on a case, and of the one that refused it."""
    try:
        artifact = read(folder / case["artifact"])
        era = era_of(artifact)
        translation = translate(artifact, era, own=OwnCode(proven="golden" in case))  # as a migration is told
        plan = plan_training(artifact, era, translation.assigned, translation.modern)
    except MigrationError as error:
        return {error.code}
    return {fired.code for fired in (*translation.notes.fired, *plan.fired)}


def witnesses() -> dict[str, set[str]]:
    """Code to the eras in which it fired."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in sorted(MODELS.glob("*/*/case.json")):
        case = json.loads(file.read_text(encoding="utf-8"))
        if case["kind"] in LAYERED:
            for code in fired_in(file.parent, case):
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
