"""Which links of a folder are its own, in plain folders and in the cache of ``huggingface_hub``."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from migrate.cli.main import cli
from migrate.formats.links import blobs_of, stays
from migrate.scan.files import scan_one
from tests.conftest import LEGACY_MODELS
from tests.scan.exploits import graph, node, saved_model

MLP = LEGACY_MODELS / "keras-2.2.4" / "mlp" / "model.h5"
REVISION = "0123456789abcdef0123456789abcdef01234567"


def snapshot(cache: Path, name: str = "models--someone--old", **files: Path) -> Path:
    """A repository as ``huggingface_hub`` stores it: its files are links to contents named by their digest."""
    made = cache / name / "snapshots" / REVISION
    (cache / name / "blobs").mkdir(parents=True)
    made.mkdir(parents=True)
    for target, source in files.items():
        for file in sorted(source.rglob("*")) if source.is_dir() else [source]:
            if file.is_file():
                link = made / target / file.relative_to(source) if source.is_dir() else made / file.name
                link_to(link, file.read_bytes())
    return made


def link_to(link: Path, content: bytes) -> Path:
    (repository,) = (path.parent for path in link.parents if path.name == "snapshots")
    blob = repository / "blobs" / hashlib.sha256(content).hexdigest()
    blob.write_bytes(content)
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(os.path.relpath(blob, link.parent))
    return blob


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    file = tmp_path / "home" / "secret.h5"
    file.write_bytes(MLP.read_bytes())
    return file


def test_contents_of_a_snapshot_are_its_own(tmp_path: Path, secret: Path) -> None:
    made = snapshot(tmp_path / "cache")
    link_to(made / "a.h5", b"a")
    link_to(made / "saved" / "assets" / "words.txt", b"b")
    blobs = made.parent.parent / "blobs"
    assert blobs_of(made) == blobs_of(made / "saved") == blobs
    assert stays(made / "a.h5", made)
    assert stays(made / "saved" / "assets" / "words.txt", made / "saved")
    (made / "out.h5").symlink_to(secret)
    assert not stays(made / "out.h5", made)


def _content_that_is_a_link(made: Path, secret: Path) -> Path:
    blob = link_to(made / "m.h5", b"m")
    blob.unlink()
    blob.symlink_to(secret)
    return made / "m.h5"


def _contents_that_are_a_link(made: Path, secret: Path) -> Path:
    blobs = made.parent.parent / "blobs"
    blobs.rmdir()
    blobs.symlink_to(secret.parent)
    (made / "m.h5").symlink_to("../../blobs/secret.h5")
    return made / "m.h5"


def _below_the_contents(made: Path, secret: Path) -> Path:
    blobs = made.parent.parent / "blobs"
    (blobs / "more").symlink_to(secret.parent)
    (made / "m.h5").symlink_to("../../blobs/more/secret.h5")
    return made / "m.h5"


def _of_another_repository(made: Path, secret: Path) -> Path:
    other = snapshot(made.parents[2], "models--someone--private")
    blob = link_to(other / "m.h5", secret.read_bytes())
    (made / "m.h5").symlink_to(blob)
    return made / "m.h5"


ATTACKS = [_content_that_is_a_link, _contents_that_are_a_link, _below_the_contents, _of_another_repository]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda f: f.__name__[1:])
def test_no_layout_leads_elsewhere(tmp_path: Path, secret: Path, attack) -> None:
    made = snapshot(tmp_path / "cache")
    assert not stays(attack(made, secret), made)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda f: f.__name__[1:])
def test_no_worker_reads_what_a_layout_leads_to(tmp_path: Path, secret: Path, attack) -> None:
    made = snapshot(tmp_path / "cache")
    attack(made, secret)
    result = CliRunner().invoke(
        cli, ["models", "--dry-run", "--json", "--out", str(tmp_path / "out"), str(made)]
    )
    (row,) = json.loads(result.stdout)["artifacts"]
    assert row["expected"] == "failed"
    assert row["code"] == "FMT021"


def test_a_folder_of_another_name_is_no_cache(tmp_path: Path) -> None:
    made = snapshot(tmp_path / "home", "private")
    link_to(made / "a.h5", b"a")
    assert blobs_of(made) is None
    assert not stays(made / "a.h5", made)


def test_a_snapshot_is_scanned_and_planned_like_its_files(tmp_path: Path) -> None:
    good = saved_model(tmp_path / "good", graph(node("x", "Placeholder"), node("y", "Identity", "x")))
    evil = saved_model(tmp_path / "evil", graph(node("x", "Placeholder"), node("y", "PyFunc", "x")))
    made = snapshot(tmp_path / "cache", good=good, evil=evil, model=MLP)
    assert not scan_one(made / "good").findings
    assert [finding.code for finding in scan_one(made / "evil").findings] == ["SEC007"]
    arguments = ["models", "--dry-run", "--json", "--out", str(tmp_path / "out"), str(made)]
    rows = json.loads(CliRunner().invoke(cli, arguments).stdout)["artifacts"]
    told = {row["source"]: (row["format"], row["expected"]) for row in rows}
    assert told["model.h5"] == ("hdf5-model", "migrated")
    assert told["evil"] == ("saved-model", "unsafe")
    assert told["good"][1] != "unsafe"


def test_a_link_that_is_named_is_followed_and_one_that_is_found_is_not(tmp_path: Path, secret: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "latest.h5").symlink_to(secret)
    arguments = ["models", "--dry-run", "--json", "--out", str(tmp_path / "out")]
    named = json.loads(CliRunner().invoke(cli, [*arguments, str(tmp_path / "in" / "latest.h5")]).stdout)
    found = json.loads(CliRunner().invoke(cli, [*arguments, str(tmp_path / "in")]).stdout)
    assert [(row["source"], row["expected"]) for row in named["artifacts"]] == [("latest.h5", "migrated")]
    assert [(row["expected"], row["code"]) for row in found["artifacts"]] == [("failed", "FMT021")]
