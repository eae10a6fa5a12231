"""Each of the 152 known changes between Keras 2 and 3 is found in a minimal snippet, or has a reason not to be."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from codemods.rules.api import all_source_rules
from codemods.testing import run
from tests.codemods.source_changes import CHANGES, LEFT_TRAPS, TRAPS, UNCHANGED, Snippet

TABLE = Path(__file__).resolve().parents[2] / "scripts" / "changes.tsv"
with TABLE.open(encoding="utf-8", newline="") as stream:
    ROWS = {int(row["change"]): row for row in csv.DictReader(stream, delimiter="\t")}
SNIPPETS = [(number, snippet) for number, snippets in CHANGES.items() for snippet in snippets]
CALL = (
    "import tensorflow as tf\nfrom tensorflow import keras\n\n\nclass L(keras.layers.Layer):\n"
    "    inner = keras.layers.Dense(3)\n\n    def call(self, x, y, z, i, u, m, sizes):\n        return "
)


@pytest.mark.parametrize(("number", "snippet"), SNIPPETS, ids=lambda value: getattr(value, "codes", value))
def test_change_is_found(number: int, snippet: Snippet) -> None:
    outcome = run(snippet.head + snippet.text, version=snippet.version)
    assert outcome.error is None
    found = {finding.code for finding in outcome.findings}
    assert set(snippet.codes.split()) <= found, f"change {number}: {sorted(found)} in\n{snippet.text}"


@pytest.mark.parametrize("number", UNCHANGED)
def test_what_no_rule_speaks_of_has_a_reason_and_no_finding(number: int) -> None:
    reason = ROWS[number]["note"]
    assert len(reason) > 5, f"change {number} has neither a rule nor a reason"
    outcome = run(Snippet("", "").head + UNCHANGED[number])
    assert {finding.code for finding in outcome.findings} <= {"IMP001"}, (
        f"{number}, said to be left: {reason}"
    )


def test_every_change_is_told() -> None:
    assert ROWS.keys() == set(range(1, 153))
    assert CHANGES.keys() | UNCHANGED.keys() == ROWS.keys()
    assert not CHANGES.keys() & UNCHANGED.keys()


@pytest.mark.parametrize("number", range(1, 153))
def test_the_published_table_says_what_is_found(number: int) -> None:
    told = {code for code in ROWS[number]["rules"].split() if not code.startswith("PIN")}
    assert told == {code for snippet in CHANGES.get(number, ()) for code in snippet.codes.split()}
    assert told <= {rule.code for rule in all_source_rules()}


@pytest.mark.parametrize("case", TRAPS)
def test_trap_of_keras_ops(case: str) -> None:
    before, after = TRAPS[case]
    assert run(f"{CALL}{before}\n", unsafe=True).text.splitlines()[-1].strip() == f"return {after}"


@pytest.mark.parametrize("case", LEFT_TRAPS)
def test_trap_without_a_counterpart(case: str) -> None:
    outcome = run(f"{CALL}{LEFT_TRAPS[case]}\n", unsafe=True)
    assert outcome.text.splitlines()[-1].strip() == f"return {LEFT_TRAPS[case]}"
    assert [finding.code for finding in outcome.findings if not finding.applied] == ["OPS004"]
