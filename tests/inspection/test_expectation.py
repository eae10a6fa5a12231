"""What is said of an artifact beforehand is what a run makes of it."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from migrate.cli.models import models
from migrate.findings import Status
from migrate.inspection import expected, inspect
from migrate.inspection.expectation import Certainty, blockers
from migrate.outcomes import severity_of, status_of
from tests.conftest import LEGACY_MODELS

ONLY_NUMBERS_TELL = {
    "broken/reshaped_weight",
    "tf.keras-1.13/upsampling_lost",
    "tf.keras-2.15/own_gelu-keras",
}
"""Cases whose architecture and weights look right; the worlds find that they are not."""
ONLY_VALUES_TELL = {"tf.keras-2.11/addons"}
"""Cases that an adapter refuses for a value in the file; an inspection reads none, and names another blocker."""

CASES = sorted(LEGACY_MODELS.glob("*/*/case.json"))


@pytest.mark.parametrize("file", CASES, ids=[f"{f.parent.parent.name}/{f.parent.name}" for f in CASES])
def test_the_expectation_is_what_the_case_promises(file: Path) -> None:
    case = json.loads(file.read_text(encoding="utf-8"))
    name = f"{file.parent.parent.name}/{file.parent.name}"
    architecture = case.get("architecture")
    found = inspect(file.parent / case["artifact"], file.parent / architecture if architecture else None)
    expectation = expected(found, lifted=lambda code: code == "CFG006")  # each case has a recording
    if name in ONLY_NUMBERS_TELL:
        assert expectation.certainty is not Certainty.SURE
        return
    promised = Status(case["expect"]["status"])
    if promised is Status.UNVERIFIED:  # only the comparison can tell that it says too little
        promised = Status.MIGRATED
    assert expectation.status == promised, expectation
    reason = case["expect"].get("reason", "")
    if expectation.code and name not in ONLY_VALUES_TELL:
        assert expectation.code.startswith(reason) or any(f.code.startswith(reason) for f in found.obstacles)


def bad_files(folder: Path) -> Path:
    """The first bytes of a model, an empty archive, and a pointer whose file was never fetched."""
    folder.mkdir()
    whole = LEGACY_MODELS / "keras-2.2.4" / "transfer" / "model.h5"
    (folder / "model.h5").write_bytes(whole.read_bytes()[:3000])
    (folder / "x.keras").touch()
    (folder / "y.h5").write_text(
        "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12345\n"
    )
    return folder


PAGE = b"<!DOCTYPE html><html><body>Not Found</body></html>"
MISNAMED = {
    "page.h5": PAGE,
    "message.keras": b"404: Not Found",
    "packed.hdf5": b"\x1f\x8b\x08" + bytes(40),
    "pickled.h5": b"\x80\x04}q\x00.",
    "empty.keras": b"PK\x05\x06" + bytes(18),
}


def absent_files(folder: Path) -> dict[str, tuple[Status, str]]:
    """What stands under the name of a model without being one, and what is to be said of each."""
    folder.mkdir()
    for name, content in MISNAMED.items():
        (folder / name).write_bytes(content)
    (folder / "annexed.h5").symlink_to("../.git/annex/objects/aa/bb/SHA256E-s9--abc.h5/SHA256E-s9--abc.h5")
    (folder / "gone.h5").symlink_to(folder / "nowhere.h5")
    (folder / "circle.keras").symlink_to("circle.keras")
    (folder / "page.html").write_bytes(PAGE)
    (folder / "gone.txt").symlink_to("nowhere.txt")
    unreadable = dict.fromkeys(("gone.h5", "circle.keras"), (Status.FAILED, "FMT021"))
    misnamed = dict.fromkeys(MISNAMED, (Status.FAILED, "FMT030"))
    return misnamed | unreadable | {"annexed.h5": (Status.BLOCKED, "FMT026")}


def test_what_only_has_the_name_of_a_model_is_not_skipped(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    wanted = absent_files(folder)
    result = CliRunner().invoke(models, [str(folder), "--out", str(tmp_path / "out"), "--dry-run", "--json"])
    rows = json.loads(result.output)["artifacts"]
    assert {row["source"]: (row["expected"], row["code"]) for row in rows} == wanted
    assert expected(inspect(folder / "page.html")).status is Status.SKIPPED


def test_what_the_scan_cannot_examine_is_unsafe_beforehand(tmp_path: Path) -> None:
    whole = LEGACY_MODELS / "tf.keras-2.8" / "custom_metric-savedmodel" / "saved_model"
    folder = Path(shutil.copytree(whole, tmp_path / "saved_model"))
    proto = folder / "saved_model.pb"
    proto.write_bytes(proto.read_bytes()[:-100])
    found = inspect(folder)
    assert (expected(found).status, expected(found).code) == (Status.UNSAFE, "SEC014")
    assert "SEC014" in [finding.code for finding in blockers(found)]
    trusted = expected(found, lifted=lambda code: code == "SEC014")
    assert (trusted.status, trusted.code) == (Status.FAILED, "FMT015")
    packed = tmp_path / "notes.txt.gz"
    packed.write_bytes(PAGE)
    assert blockers(inspect(packed)) == []


def test_a_subclassed_model_has_the_code_that_a_run_gives_it() -> None:
    found = inspect(LEGACY_MODELS / "tf.keras-2.13" / "subclassed-keras" / "model.keras")
    assert (expected(found).status, expected(found).code) == (Status.BLOCKED, "CFG022")
    assert found.custom_objects == ["towers>TwoTowers"]


def test_an_architecture_of_keras_3_is_not_an_authors(tmp_path: Path) -> None:
    archive = LEGACY_MODELS / "broken" / "already_keras3" / "model.keras"
    found = inspect(archive)
    assert (expected(found).code, found.custom_objects) == ("FMT013", [])
    file = tmp_path / "config.json"
    with zipfile.ZipFile(archive) as members:
        file.write_bytes(members.read("config.json"))
    found = inspect(file)
    assert (expected(found).status, expected(found).code) == (Status.SKIPPED, "FMT013")
    assert found.custom_objects == []


def test_damaged_and_unfetched_files_are_not_skipped(tmp_path: Path) -> None:
    folder = bad_files(tmp_path / "models")
    found = {path.name: expected(inspect(path)) for path in sorted(folder.iterdir())}
    assert {name: one.status for name, one in found.items()} == {
        "model.h5": Status.FAILED,
        "x.keras": Status.FAILED,
        "y.h5": Status.BLOCKED,
    }
    assert all(one.certainty is Certainty.SURE for one in found.values())


def test_a_dry_run_says_the_same_and_names_the_code(tmp_path: Path) -> None:
    folder = bad_files(tmp_path / "models")
    bytecode = LEGACY_MODELS / "keras-2.2.4" / "lambda_bytecode" / "model.h5"
    (folder / "lambda.h5").write_bytes(bytecode.read_bytes())
    arguments = [str(folder), "--out", str(tmp_path / "out"), "--dry-run", "--json"]
    result = CliRunner().invoke(models, arguments)
    assert result.exit_code == 0, result.output
    rows = {row["source"]: (row["expected"], row["code"]) for row in json.loads(result.output)["artifacts"]}
    for name, (status, code) in rows.items():
        beforehand = expected(inspect(folder / name))
        assert (status, code) == (beforehand.status, beforehand.code or None), name
    assert not (tmp_path / "out").exists()


def test_an_option_that_lifts_a_refusal_opens_the_outcome() -> None:
    folder = LEGACY_MODELS / "broken" / "weights_alone"
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    found = inspect(folder / case["artifact"])
    assert expected(found).status is Status.BLOCKED
    opened = expected(found, lifted=lambda code: code == "FMT004")
    assert (opened.status, opened.certainty) == (Status.MIGRATED, Certainty.POSSIBLE)


def test_a_recording_settles_whose_a_name_is(tmp_path: Path) -> None:
    """The run compares with it, so that a plan does not stop at the doubt (CFG006)."""
    folder = LEGACY_MODELS / "tf.keras-2.15" / "own_gelu-keras"
    for name in ("alone", "recorded"):
        (tmp_path / name).mkdir()
        shutil.copy(folder / "model.keras", tmp_path / name)
    shutil.copy(folder / "model.golden.npz", tmp_path / "recorded")
    for name, code in (("alone", "CFG006"), ("recorded", None)):
        arguments = [str(tmp_path / name), "--out", str(tmp_path / "out"), "--dry-run", "--json"]
        (row,) = json.loads(CliRunner().invoke(models, arguments).output)["artifacts"]
        assert row["code"] == code


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("FMT026", Status.BLOCKED),
        ("CFG005", Status.BLOCKED),
        ("FMT013", Status.SKIPPED),
        ("FMT015", Status.FAILED),
        ("SEC001", Status.UNSAFE),
        ("SIL012", Status.FAILED),
    ],
)
def test_each_code_has_one_outcome(code: str, status: Status) -> None:
    assert status_of(code) is status
    assert (severity_of(code).value == "info") is (status is Status.SKIPPED)


def test_what_only_a_recording_settles_is_expected_to_stay_unverified(tmp_path: Path) -> None:
    glorot = {"class_name": "GlorotUniform", "config": {"seed": None, "dtype": "float32"}}
    gates = {"units": 2, "kernel_initializer": glorot, "recurrent_initializer": glorot}
    embedding = {
        "name": "words",
        "input_dim": 9,
        "output_dim": 3,
        "mask_zero": True,
        "batch_input_shape": [None, 5],
    }
    both = {"name": "both", "layer": {"class_name": "LSTM", "config": {"name": "lstm", **gates}}}
    layers = [
        {"class_name": "Embedding", "config": embedding},
        {"class_name": "Bidirectional", "config": both},
    ]
    root = {"class_name": "Sequential", "config": {"name": "s", "layers": layers}}
    alone = tmp_path / "net.json"
    alone.write_text(json.dumps(root | {"keras_version": "2.2.4-tf", "backend": "tensorflow"}))
    told = expected(inspect(alone))
    assert (told.status, told.code) == (Status.UNVERIFIED, "PAR021")
    recorded = {"inputs/0": np.ones((1, 5), "int32"), "outputs/0": np.ones((1, 4), "float32")}
    np.savez(tmp_path / "net.golden.npz", **recorded)
    assert expected(inspect(alone)).status is Status.MIGRATED
