"""What an upgrade of the rules redoes, and what it leaves alone."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import msgspec
import pytest

from migrate.batch.lock import STATE
from migrate.batch.options import BatchOptions
from migrate.batch.ruleset import CORE, Part, RuleSet, ruleset, touches
from migrate.batch.run import plan_batch, run_batch
from migrate.findings import Status
from migrate.results import ArtifactResult, WrittenBy
from migrate.versions import tool_versions
from tests.batch.support import ROOT, calls, models, options, rules, run, statuses

LSTM = Part("CFG902", "a", "<2.3", ("LSTM",))
ANY = Part("CFG903", "a", ">=2.4")
CASES = ("keras-2.2.4/mlp", "keras-2.2.4/rnn_defaults", "tf.keras-2.8/train_adam")


def result(keras: str | None, *fired: str) -> ArtifactResult:
    return ArtifactResult("m.h5", "", "hdf5-model", WrittenBy(keras), Status.MIGRATED, rules=list(fired))


@pytest.mark.parametrize(
    ("part", "keras", "classes", "touched"),
    [
        (Part(CORE, "x"), "2.2.4", ["Dense"], True),
        (LSTM, "2.2.4", ["Dense", "LSTM"], True),
        (LSTM, "2.2.4", ["Dense"], False),
        (LSTM, "2.4.0", ["LSTM"], False),
        (LSTM, "2.2.4-tf", ["LSTM"], True),
        (LSTM, None, ["LSTM"], True),
        (LSTM, "2.2.4", None, True),
        (ANY, "2.4.0", ["Dense"], True),
        (ANY, "2.4.0", None, True),
        (ANY, "2.4.0", [], False),  # a graph, which no rule was shown
        (ANY, "2.2.4", ["Dense"], False),
    ],
)
def test_what_a_changed_rule_could_matter_to(
    part: Part, keras: str | None, classes: list[str] | None, touched: bool
) -> None:
    assert touches(part, result(keras), classes) is touched


def test_a_rule_that_fired_matters_whatever_it_declares() -> None:
    assert touches(LSTM, result("2.11", "CFG902"), ["Dense"])


def test_what_changed_is_told_as_it_was_and_as_it_is() -> None:
    old, new = rules("1", LSTM), rules("1", msgspec.structs.replace(LSTM, digest="b", classes=("GRU",)))
    assert {part.classes for part in new.changed_since(old)} == {("LSTM",), ("GRU",)}
    assert rules("1").changed_since(old) == (LSTM,)
    assert old.changed_since(rules("1")) == (LSTM,)
    assert old.changed_since(old) == ()
    assert [part.name for part in rules("1", LSTM, ANY).changed_since(rules("1", ANY, LSTM))] == [CORE]


def test_the_rules_of_this_project() -> None:
    found = ruleset()
    assert found.version == ruleset().version
    assert len({part.name for part in found.parts}) == len(found.parts) > 50
    named = {part.name: part for part in found.parts}
    assert named["WGT002"].eras == "<2"
    assert "LSTM" in named["WGT002"].classes


def test_a_change_of_a_rules_file_changes_its_rules_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    before = ruleset()
    home = ROOT / "migrate" / "dialects" / "keras2" / "recurrent.py"
    read = Path.read_bytes

    def changed(path: Path) -> bytes:
        return read(path) + (b"# changed" if path == home else b"")

    monkeypatch.setattr(Path, "read_bytes", changed)
    after = ruleset.__wrapped__()
    names = {part.name for part in after.changed_since(before)}
    assert names
    assert CORE not in names
    assert all(f'"{name}"' in home.read_text() for name in names)


@pytest.mark.parametrize("file", ["dialects/graph_rewrites.py", "dialects/keras1/spelling.py"])
def test_shared_code_changes_all_rules_that_use_it(monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    before, read = ruleset(), Path.read_bytes
    home = ROOT / "migrate" / file
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + (b"\n" if path == home else b""))
    assert ruleset.__wrapped__().changed_since(before)


@pytest.mark.parametrize(
    "file", ["dialects/rule.py", "parity/compare.py", "worlds/modern/build.py", "scan/ops.json"]
)
def test_all_else_is_the_core(monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    before, read = ruleset(), Path.read_bytes
    home = ROOT / "migrate" / file
    assert home.is_file()
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + (b"\n" if path == home else b""))
    assert CORE in {part.name for part in ruleset.__wrapped__().changed_since(before)}


@pytest.mark.parametrize("package", ["keras", "tf-keras", "tensorflow"])
def test_other_frameworks_are_another_core(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    before, versions = ruleset(), tool_versions()
    monkeypatch.setattr("migrate.batch.ruleset.tool_versions", lambda: {**versions, package: "99"})
    assert CORE in {part.name for part in ruleset.__wrapped__().changed_since(before)}


def test_the_number_of_a_release_is_no_change(monkeypatch: pytest.MonkeyPatch) -> None:
    before, versions = ruleset(), tool_versions()
    monkeypatch.setattr("migrate.batch.ruleset.tool_versions", lambda: {**versions, "keras-migrate": "99"})
    assert ruleset.__wrapped__().changed_since(before) == ()


def test_an_upgrade_redoes_only_what_it_touches(tmp_path: Path) -> None:
    """The pipeline without frameworks says: written by Keras 2.11, shown a Dense."""
    folder, out = models(tmp_path / "in", "a", "bug"), tmp_path / "out"
    run(folder, out, ruleset=rules("1", LSTM))
    assert len(calls(out)) == 2
    run(folder, out, ruleset=rules("1", msgspec.structs.replace(LSTM, digest="b")))
    assert calls(out)[2:] == ["bug.h5"]  # what failed may be what the new rules are for
    run(folder, out, ruleset=rules("1", LSTM, ANY))
    assert sorted(calls(out)[3:]) == ["a.h5", "bug.h5"]
    run(folder, out, ruleset=rules("1", LSTM, ANY))
    assert len(calls(out)) == 5
    plan = plan_batch([str(folder)], out, options(ruleset=rules("2")))
    assert {one.candidate.source: one.action.value for one in plan} == {
        "a.h5": "migrate",
        "bug.h5": "migrate",
    }


def test_an_interrupted_upgrade_still_knows_what_is_outdated(tmp_path: Path) -> None:
    folder, out = models(tmp_path / "in", "a"), tmp_path / "out"
    run(folder, out)
    database = sqlite3.connect(out / STATE / "ledger.sqlite")
    with database:
        database.execute("UPDATE artifacts SET state = 'started'")  # killed in the middle of redoing it
    database.close()
    run(folder, out, ruleset=rules("2"))
    assert calls(out) == ["a.h5", "a.h5"]  # the outputs of the old rules are not taken for those of the new


def test_a_ledger_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path) -> None:
    folder, out = models(tmp_path / "in", "a"), tmp_path / "out"
    run(folder, out)
    database = sqlite3.connect(out / STATE / "ledger.sqlite")
    with database:
        for column in ("ruleset", "classes"):
            database.execute(f"ALTER TABLE artifacts DROP COLUMN {column}")
    database.close()
    (record,) = out.rglob("migration.json")  # nor did a record of that time say what rules it was made with
    record.write_text(json.dumps({**json.loads(record.read_text()), "made_for": {}}))
    assert [one.action.value for one in plan_batch([str(folder)], out, options())] == ["migrate"]
    assert statuses(run(folder, out)) == {"a.h5": "migrated"}
    assert len(calls(out)) == 2


@pytest.mark.full
@pytest.mark.slow
def test_an_upgrade_with_the_real_rules(tmp_path: Path) -> None:
    """Three authentic models; then a rule for old LSTMs changes, and the LSTM alone is migrated again."""
    source = tmp_path / "in"
    source.mkdir()
    for case in CASES:
        (source / f"{Path(case).name}.h5").write_bytes(
            (ROOT / "legacy_models" / case / "model.h5").read_bytes()
        )
    done: list[str] = []

    def go(found: RuleSet) -> list[str]:
        done.clear()
        report = run_batch(
            [str(source)],
            tmp_path / "out",
            BatchOptions(jobs=1, ruleset=found),
            lambda event: done.append(event.source) if event.kind == "done" else None,
        )
        assert set(statuses(report).values()) == {"migrated"}
        return sorted(done)

    now = ruleset()
    everything = sorted(f"{Path(case).name}.h5" for case in CASES)
    assert go(now) == everything
    assert go(now) == []
    assert go(_with_another(now, "SIL009")) == ["rnn_defaults.h5"]
    assert go(_with_another(now, CORE)) == everything


@pytest.mark.slow
def test_an_upgrade_redoes_the_saved_models_that_it_can_change(tmp_path: Path) -> None:
    """Of two SavedModels one was made of layers; a rule for Dense layers concerns that one, a rule for LSTMs none."""
    source, dense = tmp_path / "in", "saved_model_of_layers"
    for case, name in (
        ("tf.keras-2.8/input_named_in-savedmodel", dense),
        ("tf.keras-2.11/module_plain", "graph"),
    ):
        shutil.copytree(ROOT / "legacy_models" / case / "saved_model", source / name)
    done: list[str] = []

    def go(found: RuleSet) -> list[str]:
        done.clear()
        run_batch(
            [str(source)],
            tmp_path / "out",
            BatchOptions(jobs=1, ruleset=found),
            lambda event: done.append(event.source) if event.kind == "done" else None,
        )
        return sorted(done)

    now = ruleset()
    rule = Part("CFG904", "a", ">=2", ("Dense",))
    lstm = Part("CFG905", "a", ">=2", ("LSTM",))
    whole = Part("CFG906", "a", ">=2")
    assert go(now) == ["graph", dense]
    assert go(RuleSet((*now.parts, lstm))) == []
    assert go(RuleSet((*now.parts, lstm, rule))) == [dense]
    assert go(RuleSet((*now.parts, lstm, rule, whole))) == [dense]
    assert go(_with_another(RuleSet((*now.parts, lstm, rule, whole)), CORE)) == ["graph", dense]


def _with_another(found: RuleSet, name: str) -> RuleSet:
    """The rule set in which one part has become another."""
    assert any(part.name == name for part in found.parts)
    return RuleSet(
        tuple(
            msgspec.structs.replace(part, digest="upgraded") if part.name == name else part
            for part in found.parts
        )
    )
