"""Every rule and reason for models: importing this module registers the rules in the order of their application."""

from __future__ import annotations

from collections.abc import Iterable

from migrate.dialects import ecosystem, keras1, keras2, keras3, training
from migrate.dialects.keras3_minors.registry import WEIGHT_RULES, archive_rules, state_rules
from migrate.dialects.rule import Step, registered
from migrate.findings import Rule
from migrate.formats.rules import RULES as FORMAT_RULES
from migrate.reasons import REASONS
from migrate.scan.rules import RULES as SCAN_RULES

_PACKAGES = (ecosystem, keras1, keras2, keras3, training)


def all_rules() -> tuple[Rule, ...]:
    """All rules and reasons by code; a dialect rule takes precedence over a reason with the same code."""
    found = {rule.code: rule for rule in (*REASONS, *SCAN_RULES, *FORMAT_RULES)}
    found |= {rule.code: rule for rule, _ in registered().values()}
    found |= {one.rule.code: one.rule for one in archive_rules()}
    found |= {one.rule.code: one.rule for one in state_rules()}
    found |= {rule.code: rule for rule in WEIGHT_RULES}
    return tuple(found[code] for code in sorted(found))


def before_the_reference(codes: Iterable[str]) -> list[str]:
    """Those codes, each once, whose rules change a model before tf-keras builds it.

    Both sides of a comparison with a ``reconstructed`` reference share the assumptions of such a rule about the writer,
    so the comparison cannot show that they are wrong.
    """
    steps = {code: step for code, (_, step) in registered().items()}
    later = (Step.KERAS_3, Step.TRAINING)
    return [code for code in dict.fromkeys(codes) if code in steps and steps[code] not in later]
