"""Every rule shows itself: its before becomes its after, it has a proof, a reference, and says what to do."""

from __future__ import annotations

import re

import pytest

from codemods.rules.api import Backend, SourceRule, all_source_rules
from codemods.testing import run
from migrate.findings import Fix, Severity

RULES = tuple(rule for rule in all_source_rules() if rule.family not in {"ENV", "PIN", "IMP"})
EDITING = [rule for rule in RULES if rule.fix is not Fix.MANUAL]
ELSEWHERE = frozenset({"LIB003", "LIB005", "LIB006", "LIB007"})
"""Proven with releases of pandas, SciPy and scikit-learn that do not go with Keras 3: `scripts/library_proofs.py`."""
MANUAL = [rule for rule in RULES if rule.fix is Fix.MANUAL]
OLDEST = {"<3.14": "3.13.2", "<3.15": "3.12.0", "<3.13": "3.12.0", "<3.3": "3.2.1", "<3.9": "3.8.0"}
OLDEST |= {"<3.4": "3.3.3", "<3.5": "3.4.1", "<3.8": "3.7.0", ">=3.5,<3.7": "3.6.0"}


def version_of(rule: SourceRule) -> str:
    return OLDEST.get(rule.destination, "3.15.1")


def backend_of(rule: SourceRule) -> str:
    return "tensorflow" if Backend.TENSORFLOW in rule.backends else "any"


def target_of(rule: SourceRule) -> str:
    return "keras" if "keras" in {str(target) for target in rule.targets} else str(min(rule.targets))


@pytest.mark.parametrize("rule", EDITING, ids=lambda rule: rule.code)
def test_before_becomes_after(rule: SourceRule) -> None:
    if not rule.before:
        pytest.skip("not a rule about Python")
    unsafe = rule.fix is Fix.UNSAFE
    outcome = run(
        rule.before, unsafe=unsafe, target=target_of(rule), version=version_of(rule), backend=backend_of(rule)
    )
    assert outcome.error is None, outcome.error
    assert outcome.text == rule.after, f"became:\n{outcome.text}"
    assert rule.code in {finding.code for finding in outcome.findings if finding.applied}
    again = run(
        rule.after, unsafe=unsafe, target=target_of(rule), version=version_of(rule), backend=backend_of(rule)
    )
    assert again.text == rule.after, f"a second run makes:\n{again.text}"


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.fix is Fix.UNSAFE], ids=lambda rule: rule.code
)
def test_unsafe_edits_wait_to_be_asked_for(rule: SourceRule) -> None:
    outcome = run(rule.before, target=target_of(rule), version=version_of(rule), backend=backend_of(rule))
    found = [finding for finding in outcome.findings if finding.code == rule.code]
    assert found
    assert not any(finding.applied for finding in found)


@pytest.mark.parametrize("rule", MANUAL, ids=lambda rule: rule.code)
def test_manual_rules_find_their_before_and_say_what_to_do(rule: SourceRule) -> None:
    if not rule.before:
        pytest.skip("not a rule about Python")
    outcome = run(rule.before, target=target_of(rule), version=version_of(rule), backend=backend_of(rule))
    assert outcome.error is None, outcome.error
    found = [finding for finding in outcome.findings if finding.code == rule.code]
    assert found, outcome.findings
    assert all(finding.hint for finding in found)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_data_of_a_rule_is_complete(rule: SourceRule) -> None:
    assert re.fullmatch(r"[A-Z]{3}\d{3}", rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    assert rule.summary.endswith(".")
    assert rule.why
    assert rule.references
    if rule.fix is Fix.MANUAL:
        assert rule.manual or rule.family in {"PIN"}


@pytest.mark.parametrize(
    "rule", [r for r in EDITING if r.before and r.code not in ELSEWHERE], ids=lambda rule: rule.code
)
def test_automatic_rules_have_a_proof(rule: SourceRule) -> None:
    assert rule.proofs, "an edit without an executed proof"
    if rule.severity is Severity.SILENT:
        assert any(proof.changes or proof.expect for proof in rule.proofs)


def test_names_are_unique() -> None:
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names)), sorted(n for n in names if names.count(n) > 1)
