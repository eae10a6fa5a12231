"""What is read, and under which names."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from migrate.findings import MigrationError
from migrate.formats.limits import digests_below
from migrate.report.compatibility.build import build
from migrate.report.compatibility.contracts import Artifact
from migrate.report.compatibility.gather import Looked, Looks, gather
from migrate.report.compatibility.levels import Level

from .factory import models_report, write_run


class Stub:
    """An inspector that knows each artifact by its suffix."""

    def __init__(self, **needs: list[str]) -> None:
        self.needs = needs
        self.looked: list[str] = []

    def find(self, root: Path, only: Sequence[str]) -> list[str]:
        return sorted(p.relative_to(root).as_posix() for s in ("h5", "keras") for p in root.rglob(f"*.{s}"))

    def look(self, root: Path, paths: Sequence[str]) -> Iterator[Looked]:
        for path in paths:
            self.looked.append(path)
            needs = self.needs.get(Path(path).stem, [])
            yield Looked(
                Artifact(source=path, status="blocked" if needs else "planned", custom_objects=needs), {}
            )


def tree(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def run(root: Path, source: str, status: str, **more: Any) -> Path:
    report, details = models_report(1)
    output = source.rpartition(".")[0] + "/model.keras" if status == "migrated" else None
    artifact = report["artifacts"][0]
    details[source] = details.pop(artifact["source"])
    told = {"source": source, "status": status, "sha256": hashlib.sha256(b"").hexdigest()}
    artifact |= {**told, "outputs": {"keras": output}, **more}
    details[source] |= {"result": told, "files": {"model.keras": told["sha256"]}}
    if output:
        place = root / output
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    return write_run(root, report, details)


def test_run_of_a_folder_below_is_matched_by_the_end_of_the_path(tmp_path: Path) -> None:
    tree(tmp_path, weights__a_dot_h5="", t_dot_py="load_model('weights/a.h5')")
    run(tmp_path / "out", "a.h5", "migrated")
    inspector = Stub()
    report = build(gather(tmp_path, looks=Looks(inspector=inspector)))
    assert [(m.path, m.status, m.level) for m in report.models] == [("weights/a.h5", "migrated", Level.READY)]
    assert report.models[0].layers
    assert inspector.looked == [], "neither the migrated model nor its output has to be looked at"
    assert [(x.target, x.state) for x in report.links] == [("weights/a.h5", "linked")]


def test_a_run_that_wrote_saved_models_is_believed(tmp_path: Path) -> None:
    tree(tmp_path, a_dot_h5="")
    run(tmp_path / "out", "a.h5", "migrated")
    home = tmp_path / "out" / "a"
    tree(home / "saved_model", saved_model_dot_pb="graph", variables__variables_dot_index="index")
    record = json.loads((home / "migration.json").read_text())
    record["files"] = digests_below(home)
    del record["files"]["migration.json"]
    (home / "migration.json").write_text(json.dumps(record))
    report = build(gather(tmp_path, looks=Looks(inspector=Stub())))
    assert {m.path: m.status for m in report.models} == {"a.h5": "migrated"}
    assert report.unseen == []


def _forge_status(out: Path) -> None:
    """A Lambda file that was refused, under a report that somebody wrote by hand."""
    shutil.rmtree(out / "a")


def _other_source(out: Path) -> None:
    (out.parent / "a.h5").write_text("another model")


def _other_output(out: Path) -> None:
    (out / "a" / "model.keras").write_text("garbage")


def _no_output(out: Path) -> None:
    (out / "a" / "model.keras").unlink()


def _other_record(out: Path) -> None:
    file = out / "a" / "migration.json"
    file.write_text(file.read_text().replace("migrated", "failed"))


def _no_digests(out: Path) -> None:
    file = out / "a" / "migration.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"files": {}}))


def _linked_output(out: Path) -> None:
    (out / "a" / "model.keras").rename(out.parent / "elsewhere")
    (out / "a" / "model.keras").symlink_to(out.parent / "elsewhere")


@pytest.mark.parametrize(
    "forge",
    [_forge_status, _other_source, _other_output, _no_output, _other_record, _no_digests, _linked_output],
    ids=lambda f: f.__name__[1:],
)
def test_a_claim_in_the_tree_is_no_fact(tmp_path: Path, forge: Callable[[Path], None]) -> None:
    tree(tmp_path, a_dot_h5="")
    run(tmp_path / "out", "a.h5", "migrated")
    forge(tmp_path / "out")
    inspector = Stub()
    report = build(gather(tmp_path, looks=Looks(inspector=inspector)))
    assert ("a.h5", "planned") in [(m.path, m.status) for m in report.models]
    assert "a.h5" in inspector.looked
    assert [unseen.path for unseen in report.unseen if "does not count" in unseen.reason] == ["a.h5"]


def test_that_nothing_is_to_be_done_is_no_claim_at_all(tmp_path: Path) -> None:
    tree(tmp_path, a_dot_h5="")
    run(tmp_path / "out", "a.h5", "skipped")
    report = build(gather(tmp_path, looks=Looks(inspector=Stub())))
    assert {m.path: m.status for m in report.models} == {"a.h5": "planned"}
    assert report.unseen == [], "what the artifact itself tells is nothing that could not be looked at"


def test_what_a_run_could_not_read_is_told_by_a_look(tmp_path: Path) -> None:
    tree(tmp_path, a_dot_h5="")
    run(tmp_path / "out", "a.h5", "failed", sha256="")
    report = build(gather(tmp_path, looks=Looks(inspector=Stub())))
    assert {m.path: m.status for m in report.models} == {"a.h5": "planned"}
    assert report.unseen == []


def test_output_folder_hides_no_artifact_of_its_name(tmp_path: Path) -> None:
    tree(tmp_path, a__b_dot_h5="", a_dot_h5="")
    run(tmp_path / "out", "a.h5", "migrated")
    report = build(gather(tmp_path, looks=Looks(inspector=Stub())))
    assert {m.path: m.status for m in report.models} == {"a.h5": "migrated", "a/b.h5": "planned"}


def test_blocked_model_learns_its_classes_from_inspection(tmp_path: Path) -> None:
    tree(tmp_path, a_dot_h5="", layers_dot_py="import keras\nclass Scale(keras.layers.Layer): ...")
    finding = {"code": "CFG005", "severity": "error", "message": "needs Scale", "hint": "give it"}
    run(tmp_path / "out", "a.h5", "blocked", findings=[finding])
    report = build(gather(tmp_path, looks=Looks(inspector=Stub(a=["Scale"]))))
    model = report.models[0]
    assert (model.status, model.needs, model.level) == ("blocked", ["Scale"], Level.BLOCKED)
    assert [report.findings[i].effort for i in model.entries if report.findings[i].code == "CFG005"] == [
        "assisted"
    ]
    assert ("layers.py", "a.h5", "linked") in [(x.path, x.target, x.state) for x in report.links]


def test_class_that_is_nowhere_makes_it_manual(tmp_path: Path) -> None:
    tree(tmp_path, a_dot_h5="", t_dot_py="import keras")
    report = build(gather(tmp_path, looks=Looks(inspector=Stub(a=["Scale"]))))
    assert "LNK003" in {entry.code for entry in report.findings}


def test_what_is_not_looked_at_is_listed(tmp_path: Path) -> None:
    tree(tmp_path, a_dot_h5="", t_dot_py="print 'import keras'")
    report = build(gather(tmp_path))
    assert {u.path for u in report.unseen} == {"a.h5", "t.py"}
    assert report.models[0].status == "unseen"
    assert "could not be examined" in report.verdict


def test_other_report_json_is_left_alone(tmp_path: Path) -> None:
    tree(tmp_path, report_dot_json='{"artifacts": 3}', x__report_dot_json="no json")
    assert build(gather(tmp_path)).models == []


def test_damaged_record_is_listed_and_costs_only_its_details(tmp_path: Path) -> None:
    path = run(tmp_path / "out", "a.h5", "migrated")
    (tmp_path / "out" / "a" / "migration.json").write_text("{")
    report = build(gather(None, models=[path]))
    assert report.models[0].status == "migrated"
    assert [u.path for u in report.unseen] == ["a/migration.json"]


def test_run_of_another_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(json.dumps({"schema": 9, "artifacts": []}))
    with pytest.raises(MigrationError, match="schema 9"):
        gather(None, models=[path])


def test_ignored_text_is_passed_over_and_ignored_models_are_not(tmp_path: Path) -> None:
    tree(tmp_path, _dot_gitignore="*.h5\nskipped/\n", a_dot_h5="", skipped__t_dot_py="load_model('x.h5')")
    given = gather(tmp_path)
    assert [m.source for m in given.models] == ["a.h5"]
    assert "skipped/t.py" not in given.outlines


def test_nothing_at_all(tmp_path: Path) -> None:
    assert build(gather(tmp_path)).verdict == "Nothing related to Keras was found here."
