"""Folders, zips and addresses where a command wants a model."""

from __future__ import annotations

import io
import json
import shlex
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from click.testing import CliRunner, Result

from migrate.batch import store
from migrate.batch.places import Places
from migrate.batch.unpacking import folder_name
from migrate.cli.main import cli
from migrate.extras import command_for
from migrate.findings import MigrationError
from tests.formats.makers import write_hdf5_model, write_hdf5_weights
from tests.report.factory import models_report, write_run
from tests.scan import exploits


def call(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(a) for a in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "models" / "a").mkdir(parents=True)
    write_hdf5_model(tmp_path / "models" / "a" / "good.h5")
    write_hdf5_weights(tmp_path / "models" / "weights-alone.h5")
    (tmp_path / "models" / "notes.txt").write_text("x")
    return tmp_path / "models"


@pytest.fixture
def memory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(store, "FIRST_PAUSE", 0.0)
    system = fsspec.filesystem("memory")
    system.put(str(folder), "/places/models", recursive=True)
    yield "memory://places/models"
    system.rm("/places", recursive=True)


def test_a_folder_lists_its_models(folder: Path) -> None:
    result = call("inspect", folder)
    assert result.exit_code == 1
    assert "a/good.h5" in result.output
    assert "FMT004" in result.output
    assert "2 models, 1 with blockers" in result.output
    found = json.loads(call("inspect", folder, "--json").stdout)
    assert [one["path"] for one in found["models"]] == ["a/good.h5", "weights-alone.h5"]


def test_many_models_without_blockers_fold(folder: Path) -> None:
    (folder / "many").mkdir()
    for number in range(12):
        write_hdf5_model(folder / "many" / f"{number}.h5")
    folded = call("inspect", folder)
    assert "13 without blockers (-v lists them)" in folded.output
    assert "many/3.h5" not in folded.output
    assert "many/3.h5" in call("inspect", folder, "-v").output


def test_a_zip_of_models_lists_them(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "models.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(folder.rglob("*.h5")):
            file.write(path, path.relative_to(folder))
    before = set(tmp_path.rglob("*"))
    result = call("inspect", archive)
    assert "a/good.h5" in result.output
    assert "2 models" in result.output
    assert set(tmp_path.rglob("*")) == before


def packed(folder: Path, target: Path) -> Path:
    """The files of a folder in the archive that the name of ``target`` says."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    if target.suffix == ".zip":
        with zipfile.ZipFile(target, "w") as archive:
            for path in files:
                archive.write(path, path.relative_to(folder))
    else:
        with tarfile.open(target, "w:gz" if target.suffix == ".gz" else "w") as tar:
            for path in files:
                tar.add(path, str(path.relative_to(folder)))
    return target


ARCHIVES = ["m.zip", "m.tar", "m.tar.gz"]


@pytest.mark.parametrize("name", ARCHIVES)
def test_every_command_looks_into_an_archive_of_models(folder: Path, tmp_path: Path, name: str) -> None:
    archive = packed(folder, tmp_path / name)
    seen = json.loads(call("inspect", archive, "--json").stdout)
    assert [one["path"] for one in seen["models"]] == ["a/good.h5", "weights-alone.h5"]
    plan = call("models", archive, "--out", tmp_path / "out", "--dry-run", "--json")
    assert plan.exit_code == 0, plan.output
    assert [one["source"] for one in json.loads(plan.stdout)["artifacts"]] == [
        "a/good.h5",
        "weights-alone.h5",
    ]
    report = call("report", archive, "--format", "json")
    assert '"a/good.h5"' in report.stdout
    assert '"weights-alone.h5"' in report.stdout
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ARCHIVES)
def test_the_commands_of_a_report_fit_the_folder_that_an_archive_becomes(
    folder: Path, tmp_path: Path, name: str
) -> None:
    archive = packed(folder, tmp_path / name)
    order = json.loads(call("report", archive, "--format", "json").stdout)["order"]
    unpack, there = order[0]["command"].removeprefix("python ").split(" && cd ")
    subprocess.run([sys.executable, *shlex.split(unpack)], cwd=tmp_path, check=True)
    for item in order[1]["items"]:
        assert (tmp_path / there / item["path"]).is_file()
    both = call("report", archive, folder, "--format", "json")
    assert (both.exit_code, "reported on alone" in both.stderr) == (2, True)


@pytest.mark.parametrize("name", [*ARCHIVES, ".hidden.zip", "v1.2.tgz"])
def test_an_archive_that_is_kept_stays_unpacked_for_what_is_said_of_it(
    folder: Path, tmp_path: Path, name: str
) -> None:
    archive = packed(folder, tmp_path / name)
    kept = []
    for _ in range(2):
        with Places(tmp_path / "out" / "state" / "unpacked") as places:
            kept.append(Path(places.opened(str(archive))))
    assert kept[0] == kept[1]
    assert kept[0].name == folder_name(archive)
    assert (kept[0] / "a" / "good.h5").is_file()
    assert [path.name for path in kept[0].parent.iterdir()] == [kept[0].name]


def test_an_archive_is_not_unpacked_behind_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "unpacked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir()
    archive = packed(folder, tmp_path / "m.zip")
    with Places(tmp_path / "out" / "unpacked") as places, pytest.raises(MigrationError, match="is a link"):
        places.opened(str(archive))
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.slow
def test_what_a_run_says_of_an_archive_can_be_followed(tmp_path: Path) -> None:
    cases = Path(__file__).parents[2] / "legacy_models"
    (tmp_path / "in" / "below").mkdir(parents=True)
    shutil.copy(cases / "keras-1.2.2" / "mlp-json" / "model.json", tmp_path / "in" / "architecture.json")
    shutil.copy(cases / "keras-2.2.4" / "mlp" / "model.h5", tmp_path / "in" / "below")
    archive = packed(tmp_path / "in", tmp_path / "m.tar")
    done = call("models", archive, "--out", tmp_path / "out", "--progress", "none", "--skip-untouched")
    assert done.exit_code == 1, done.output
    found = json.loads((tmp_path / "out" / "report.json").read_text())["artifacts"]
    hints = [
        shlex.split(f["hint"]) for one in found for f in one["findings"] if "--architecture" in f["hint"]
    ]
    assert hints
    assert all(Path(words[words.index("--architecture") + 1]).is_file() for words in hints)
    again = json.loads(call("models", tmp_path, "--out", tmp_path / "other", "--dry-run", "--json").stdout)
    assert not [one["source"] for one in again["artifacts"] if "unpacked" in one["source"]]


@pytest.mark.parametrize("name", ARCHIVES)
def test_hostile_content_of_an_archive_is_found(tmp_path: Path, name: str) -> None:
    (tmp_path / "inside").mkdir()
    exploits.lambda_h5(tmp_path / "inside" / "evil.h5", tmp_path / "marker")
    archive = packed(tmp_path / "inside", tmp_path / name)
    result = call("scan", archive)
    assert result.exit_code == 1, result.output
    assert "SEC001" in result.output
    plan = call("models", archive, "--out", tmp_path / "out", "--dry-run")
    assert "unsafe" in plan.output or "blocked" in plan.output
    assert not (tmp_path / "marker").exists()


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size
    return info


MISLEADING = {
    "above": member("../out.h5"),
    "absolute": member("/out.h5"),
    "a link": member("a.h5", tarfile.SYMTYPE, "/etc/hostname"),
    "a hard link": member("a.h5", tarfile.LNKTYPE, "/etc/hostname"),
    "a pipe": member("a.h5", tarfile.FIFOTYPE),
}


@pytest.mark.parametrize("what", sorted(MISLEADING))
@pytest.mark.parametrize("command", ["inspect", "models"])
def test_a_tar_that_misleads_is_refused(tmp_path: Path, what: str, command: str) -> None:
    with tarfile.open(tmp_path / "bad.tar", "w") as tar:
        tar.addfile(MISLEADING[what])
    more = ["--out", tmp_path / "out", "--dry-run"] if command == "models" else []
    result = call(command, tmp_path / "bad.tar", *more)
    assert result.exit_code != 0
    assert "member" in result.output
    assert {path.name for path in tmp_path.iterdir()} == {"bad.tar"}


def test_a_tar_with_two_members_of_one_name_is_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "two.tar", "w") as tar:
        tar.addfile(member("a.h5"))
        tar.addfile(member("./a.h5"))
    result = call("inspect", tmp_path / "two.tar")
    assert result.exit_code != 0
    assert "two members have the name 'a.h5'" in result.output


def test_a_tar_that_expands_beyond_reason_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrate.formats.limits.FREE_BYTES", 1 << 20)
    with tarfile.open(tmp_path / "bomb.tar.gz", "w:gz") as tar:
        tar.addfile(member("a.h5", size=8 << 20), io.BytesIO(b"\0" * (8 << 20)))
    result = call("models", tmp_path / "bomb.tar.gz", "--out", tmp_path / "out", "--dry-run")
    assert result.exit_code == 1
    assert "SEC004" in result.output


def test_a_model_with_a_zip_behind_it_is_a_model(folder: Path, tmp_path: Path) -> None:
    both = tmp_path / "both.h5"
    both.write_bytes(
        (folder / "a" / "good.h5").read_bytes() + packed(folder, tmp_path / "m.zip").read_bytes()
    )
    assert json.loads(call("inspect", both, "--json").stdout)["kind"] == "hdf5-model"


def test_archives_that_carry_no_models_are_none(tmp_path: Path) -> None:
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "a.txt").write_text("x")
    for name in ARCHIVES:
        plan = call(
            "models", packed(tmp_path / "text", tmp_path / name), "--out", tmp_path / "o", "--dry-run"
        )
        assert "FMT023" in plan.output, plan.output


def test_a_zip_that_climbs_out_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "bad.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("../out.h5", b"x")
    result = call("inspect", archive)
    assert result.exit_code != 0
    assert not (tmp_path.parent / "out.h5").exists()


def test_addresses_where_a_path_may_stand(memory: str, folder: Path) -> None:
    result = call("inspect", f"{memory}/a/good.h5")
    assert result.exit_code == 0, result.output
    assert f"{memory}/a/good.h5" in result.output
    assert "2 models" in call("inspect", memory).output
    assert call("inspect", f"file://{folder}/a/good.h5").exit_code == 0
    assert "1 of a kind" in call("scan", f"{memory}/a/good.h5").output


def test_hostile_content_of_a_store_is_found(memory: str, tmp_path: Path) -> None:
    exploits.lambda_h5(tmp_path / "evil.h5", tmp_path / "marker")
    fsspec.filesystem("memory").put(str(tmp_path / "evil.h5"), "/places/models/evil.h5")
    result = call("scan", memory)
    assert result.exit_code == 1
    assert "SEC001" in result.output
    assert "models/evil.h5" in result.output or " evil.h5" in result.output


def test_a_run_elsewhere_is_reported(memory: str, tmp_path: Path) -> None:
    run = write_run(tmp_path / "out", *models_report(8))
    fsspec.filesystem("memory").put(str(run), "/places/report.json")
    result = call("report", "--models", "memory://places/report.json", "--json")
    assert result.exit_code == 0, result.output
    assert len(json.loads(result.stdout)["models"]) == 8


@pytest.mark.parametrize(
    "arguments",
    [
        ("inspect", "{0}/none.h5"),
        ("scan", "{0}/none.h5"),
        ("inspect", "nosuch://bucket/m.h5"),
        ("scan", "nosuch://bucket/m.h5"),
        ("report", "--models", "{0}/none.json"),
        ("verify", "{0}/none.h5", "{0}/none.keras"),
    ],
    ids=" ".join,
)
def test_what_is_not_there_is_one_sentence(memory: str, arguments: tuple[str, ...]) -> None:
    result = call(*(word.format(memory) for word in arguments))
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)
    said = [line for line in result.stderr.splitlines() if "none." in line or "nosuch" in line]
    assert len(said) >= 1


@pytest.mark.parametrize(
    ("address", "extra"),
    [("s3://b/m.h5", "s3"), ("gs://b/m.h5", "gcs"), ("az://b/m.h5", "azure"), ("hf://b/m", "hf")],
)
def test_a_store_whose_package_is_missing_names_the_command(
    address: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(url: str) -> None:
        raise ImportError("Install it to access the store.")

    monkeypatch.setattr("fsspec.core.url_to_fs", missing)
    result = call("inspect", address)
    assert result.exit_code == 2
    assert command_for(extra) in result.stderr


def test_a_server_that_cannot_be_reached_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(url: str) -> None:
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr("fsspec.core.url_to_fs", refused)
    result = call("inspect", "ftp://127.0.0.1:1/m.h5")
    assert result.exit_code == 2
    assert "Connection refused" in result.stderr
