"""Small programs in ``cases``: what they become, and which lines the rules speak of.

A file begins with the codes that it is about and the destination, and the lines that stand before each program. A
program begins with a line ``>>>`` and the findings, each with its line and code; behind ``===`` stands how it ends when
all edits are made. Where that is missing the program stays.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from codemods.testing import run
from migrate.findings import Fix

FOLDER = Path(__file__).parent / "cases"


class Case(NamedTuple):
    """One program of a file."""

    head: str
    families: tuple[str, ...]
    options: dict[str, str]
    before: str
    after: str
    findings: list[str]


def cases(path: Path) -> list[Case]:
    """The programs of a file."""
    head, *programs = path.read_text("utf-8").rstrip("\n").split("\n>>>")
    about, _, head = head.partition("\n")
    families = tuple(word for word in about.split() if "=" not in word)
    options = dict(word.split("=") for word in about.split() if "=" in word)
    found = []
    for program in programs:
        findings, _, text = program.partition("\n")
        before, _, after = text.partition("\n===\n")
        found.append(Case(f"{head}\n", families, options, before, after, findings.split()))
    return found


CASES = {
    f"{path.stem}-{n}": case for path in sorted(FOLDER.glob("*.txt")) for n, case in enumerate(cases(path))
}


@pytest.mark.parametrize("name", CASES)
def test_programs(name: str) -> None:
    case = CASES[name]
    outcome = run(f"{case.head}{case.before}\n", unsafe=True, **case.options)
    assert outcome.error is None
    assert outcome.text.endswith(f"{case.after or case.head + case.before}\n")
    defined = re.findall(r"^def (\w+)", outcome.text, re.MULTILINE)
    assert sorted(set(defined)) == sorted(defined)
    first = case.head.count("\n")
    spoken = [
        f"{f.line - first}:{f.code}{'!' if f.fix is Fix.UNSAFE else ''}"
        for f in outcome.findings
        if f.code.startswith(case.families)
    ]
    assert spoken == case.findings
