"""Every automatic rule is proven: its program gives the same result under tf-keras, and rewritten under Keras 3.

The programs are files beside the rules (`codemods/rules/examples`). All of them are sent to two warm processes at
once; each test looks at the answers of one.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from packaging.specifiers import SpecifierSet

from codemods.rules.api import Backend, Proof, SourceRule, Target, all_source_rules
from codemods.testing import run
from migrate.findings import Fix

pytestmark = pytest.mark.xdist_group("proofs")
"""All programs are run once, in two processes; every worker of the tests that holds one of them would do it again."""
WORLD = Path(__file__).with_name("world.py")
VERSION = "version of Keras"
UNPROVEN = frozenset({"ENV001", "PIN001", "PIN002", "PIN003", "LIB003", "LIB005", "LIB006", "LIB007"})
"""Automatic rules about files and settings that no program can show, and about libraries that are not installed here
(`scripts/library_proofs.py` runs those of LIB)."""


@dataclass(frozen=True)
class Case:
    rule: SourceRule
    number: int
    proof: Proof

    @property
    def name(self) -> str:
        return f"{self.rule.code}-{self.number}"

    @property
    def before(self) -> str:
        return self.rule.program(self.proof.program)

    @property
    def legacy(self) -> str:
        return self.rule.program(f"{self.proof.program}_reference") or self.before


def cases() -> list[Case]:
    return [Case(rule, n, proof) for rule in all_source_rules() for n, proof in enumerate(rule.proofs, 1)]


CASES = {case.name: case for case in cases()}


def rewritten(case: Case) -> str:
    """The tool's own output for a proof."""
    unsafe = case.proof.unsafe or case.rule.fix is Fix.UNSAFE
    target = Target.KERAS if Target.KERAS in case.rule.targets else sorted(case.rule.targets)[0]
    backend = Backend.TENSORFLOW if Backend.TENSORFLOW in case.rule.backends else Backend.ANY
    outcome = run(case.before, unsafe=unsafe, target=target, backend=backend)
    assert outcome.error is None, outcome.error
    applied = {finding.code for finding in outcome.findings if finding.applied}
    assert case.rule.code in applied, (
        f"{case.rule.code} was not applied to its own proof, only {sorted(applied)}"
    )
    return outcome.text


def _ask(programs: dict[str, dict[str, str]]) -> dict[str, dict[str, Any]]:
    """Run programs by world and name; both worlds work at the same time."""
    processes = {}
    for world in programs:
        processes[world] = subprocess.Popen(
            [sys.executable, str(WORLD), world],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    for world, process in processes.items():
        assert process.stdin is not None
        for name, code in programs[world].items():
            process.stdin.write(json.dumps({"id": name, "code": code}) + "\n")
        process.stdin.close()
    answers: dict[str, dict[str, Any]] = {}
    for world, process in processes.items():
        assert process.stdout is not None
        answers[world] = {answer["id"]: answer for answer in map(json.loads, process.stdout)}
        process.wait()
    return answers


@pytest.fixture(scope="module")
def answers(request: pytest.FixtureRequest) -> dict[str, dict[str, Any]]:
    wanted = {i.callspec.params.get("name") for i in request.session.items if hasattr(i, "callspec")}
    chosen = [case for name, case in CASES.items() if name in wanted]
    programs: dict[str, dict[str, str]] = {
        "legacy": {},
        "modern": {VERSION: "import keras\nresult = keras.__version__"},
    }
    for case in chosen:
        programs["legacy"][case.name] = case.legacy
        try:
            programs["modern"][case.name] = rewritten(case)
        except AssertionError:
            continue  # its own test says so
        if case.proof.changes:
            programs["modern"][f"{case.name} unchanged"] = case.before
        if case.proof.expect == "raises":
            programs["legacy"][f"{case.name} before"] = case.before
    return _ask(programs)


def equal(one: Any, two: Any, tolerance: float) -> bool:
    """Whether two results agree: numbers within the tolerance, all else exactly."""
    if isinstance(one, (list, tuple)) and isinstance(two, (list, tuple)):
        return len(one) == len(two) and all(equal(a, b, tolerance) for a, b in zip(one, two, strict=True))
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(equal(one[key], two[key], tolerance) for key in one)
    if isinstance(one, (int, float)) and isinstance(two, (int, float)):
        if math.isnan(one) or math.isnan(two):
            return math.isnan(one) and math.isnan(two)
        return math.isclose(one, two, rel_tol=tolerance, abs_tol=tolerance)
    return bool(one == two)


def names() -> list[Any]:
    """The first proof of each rule; its others with ``--full``."""
    return [pytest.param(n, marks=[pytest.mark.full] if case.number > 1 else []) for n, case in CASES.items()]


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_proof(name: str, answers: dict[str, dict[str, Any]]) -> None:
    case = CASES[name]
    after = rewritten(case)
    old, new = answers["legacy"][name], answers["modern"][name]
    assert "raised" not in old, f"legacy: {old['raised']}\n{case.legacy}"
    assert "raised" not in new, f"Keras 3: {new['raised']}\n{after}"
    assert equal(old["result"], new["result"], case.proof.tolerance), (
        f"{old['result']}\n{new['result']}\n{after}"
    )
    unchanged = answers["modern"].get(f"{name} unchanged")
    if case.proof.changes:
        assert unchanged is not None
        assert "raised" not in unchanged, f"unchanged: {unchanged['raised']}"
        same = equal(old["result"], unchanged["result"], case.proof.tolerance)
        version = answers["modern"][VERSION]["result"]
        needed = SpecifierSet(case.rule.destination).contains(version, prereleases=True)
        assert same is not needed, (
            f"unchanged it gives {'the same' if same else 'something else'} in Keras {version}"
        )
    if case.proof.expect == "raises":
        before = answers["legacy"][f"{name} before"]
        assert "raised" in before, (
            "the old program still runs under tf-keras: compare with it, not with a reference"
        )


def test_every_automatic_rule_has_a_proof() -> None:
    missing = [
        rule.code
        for rule in all_source_rules()
        if rule.fix is not Fix.MANUAL and rule.after and not rule.proofs and rule.code not in UNPROVEN
    ]
    assert not missing


def test_equality_is_strict() -> None:
    assert equal([1.0, {"a": float("nan")}], [1.0 + 1e-9, {"a": float("nan")}], 1e-6)
    assert not equal([1.0], [1.1], 1e-6)
    assert not equal([1.0], [1.0, 2.0], 1e-6)
    assert not equal({"a": 1}, {"b": 1}, 1e-6)
    assert not equal("a", "b", 1e-6)
