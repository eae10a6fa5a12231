"""The pages under docs/rules are what the rules say, and every known change is accounted for."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

from codemods.rules.api import all_source_rules

ROOT = Path(__file__).parents[3]


def test_pages_are_current() -> None:
    script = ROOT / "scripts" / "rule_pages.py"
    answer = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_every_known_change_has_a_rule_or_a_reason() -> None:
    with (ROOT / "scripts" / "changes.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE, restval=""))
    assert [int(row["change"]) for row in rows] == list(range(1, 153))
    codes = {rule.code for rule in all_source_rules()}
    for row in rows:
        assert row["rules"] or row["note"], row
        assert set(row["rules"].split()) <= codes, row
