"""Every code that a report can hold is explained."""

from __future__ import annotations

import re
from pathlib import Path

from migrate.dialects.registry import all_rules

PACKAGE = Path(__file__).resolve().parent.parent / "migrate"
CODE = re.compile(r'"((?:FMT|CFG|WGT|SIL|OPT|LOSS|MET|EXP|SEC|RUN|PAR|RDR|PRV|ORD)\d{3})"')


def test_every_code_in_the_sources_is_declared() -> None:
    used = {
        code: file.relative_to(PACKAGE).as_posix()
        for file in PACKAGE.rglob("*.py")
        for code in CODE.findall(file.read_text(encoding="utf-8"))
    }
    declared = {rule.code for rule in all_rules()}
    assert not {code: file for code, file in used.items() if code not in declared}


def test_every_rule_says_what_why_and_is_named_once() -> None:
    rules = all_rules()
    assert len({rule.name for rule in rules}) == len(rules)
    for rule in rules:
        assert re.fullmatch(r"[A-Z]+\d{3}", rule.code), rule.code
        assert re.fullmatch(r"[a-z0-9-]+", rule.name), rule.code
        assert rule.summary.endswith("."), rule.code
