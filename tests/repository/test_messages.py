"""The text of a pull request says what is so, and no more."""

from __future__ import annotations

import msgspec

from migrate.repository import messages
from migrate.repository.models import Migrated
from migrate.repository.records import SCHEMA_VERSION, CaseVerdict, Change, Left, ModelState, State, Verdict
from migrate.repository.rules import JOIN001

MOVED = ModelState(
    path="a.h5", sha256="1", status="migrated", new="a.keras", evidence="golden", max_rel=1.3e-7
)
GRAPH = ModelState(path="served", sha256="2", status="migrated")
BLOCKED = ModelState(path="w.h5", sha256="3", status="blocked", reasons=["FMT004"])
OTHER = ModelState(path="new.keras", sha256="4", status="skipped")


def text(*tests: CaseVerdict, command: str = "") -> str:
    states = [MOVED, GRAPH, BLOCKED, OTHER]
    state = State(
        schema=SCHEMA_VERSION,
        tool="1",
        models=states,
        changes=[Change(code="JOIN001", title=JOIN001.summary, count=2, files=["a.py"])],
        left=[Left(id="1", code="FMT004", path="w.h5", message="blocked", severity="error", hint="give it")],
        command=command,
        tests=list(tests),
    )
    return messages.pull_request(state, [Migrated(one) for one in states])


def test_models_are_counted_by_what_became_of_them() -> None:
    said = text()
    assert "2 of 3 models migrated and equal; 2 places" in said
    assert "| `a.h5` | `a.keras` | golden | 1.3e-07 |" in said
    assert "- `served`" in said
    assert "| `w.h5` | blocked | FMT004 |" in said
    assert "new.keras" not in said
    assert "nothing of this repository was run" in said


def test_weights_that_are_written_anew_stand_beside_their_model() -> None:
    state = msgspec.structs.replace(MOVED, weights="a_keras3.h5")
    whole = State(schema=SCHEMA_VERSION, tool="1", models=[state], changes=[], left=[])
    said = messages.pull_request(whole, [Migrated(state)])
    assert "| `a.h5` | `a.keras`, weights `a_keras3.h5` | golden | 1.3e-07 |" in said


def test_tests_are_shown_worst_first_with_their_command() -> None:
    broken = CaseVerdict(
        name="t::b", verdict=Verdict.BROKEN, before="passed", after="failed", message="a | b", place="t.py:3"
    )
    said = text(broken, CaseVerdict(name="t::a", verdict=Verdict.PASSES), command="pytest -q")
    assert "`pytest -q` before" in said
    assert "- 1 broken\n- 1 passes in both" in said
    assert "| broken | `t::b` | t.py:3 a \\| b |" in said
    assert "t::a" not in said


def test_the_message_of_a_commit_says_what_why_proof_and_count() -> None:
    said = messages.of_rule(JOIN001, 3, ["a.py", "b.py"])
    subject, _, rest = said.partition("\n\n")
    assert subject == "Load of migrated model (JOIN001)"
    assert "Proof: " in rest
    assert "Count: 3 places in 2 files\n  a.py\n  b.py\n" in rest
    assert all(len(line) <= 72 for line in said.splitlines())
