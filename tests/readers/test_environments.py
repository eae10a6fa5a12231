"""Environments of single releases: made once, made again when they grew old, and refused with a reason."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from migrate.batch.job import Settings
from migrate.batch.local import make_job
from migrate.dialects.keras3_minors.versions import reader
from migrate.findings import MigrationError
from migrate.readers import environments
from migrate.readers.environments import Backend, cache_folder, environment_of
from migrate.worlds.host.environment import Limits


class Installer:
    """In the place of pip: writes what a wheel of Keras leaves behind, and counts."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []

    def run(self, command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        self.commands.append(command)
        target = Path(command[command.index("--target") + 1])
        (target / "keras-3.9.2.dist-info").mkdir(parents=True)
        return subprocess.CompletedProcess(command, 0, "", "")


@pytest.fixture
def installer(monkeypatch: pytest.MonkeyPatch) -> Installer:
    found = Installer()
    monkeypatch.setattr(environments.subprocess, "run", found.run)
    return found


def test_an_environment_is_made_once(tmp_path: Path, installer: Installer) -> None:
    first = environment_of(reader("3.9"), Backend.TENSORFLOW, tmp_path)
    second = environment_of(reader("3.9"), Backend.TENSORFLOW, tmp_path)
    assert first == second
    assert first.version == "3.9.2"
    assert first.python == Path(sys.executable)
    assert first.variables["PYTHONPATH"] == str(tmp_path / "keras-3.9")
    assert len(installer.commands) == 1
    assert "--only-binary" in installer.commands[0]


def test_a_nightly_build_is_fetched_again_when_it_is_old(tmp_path: Path, installer: Installer) -> None:
    environment_of(reader("nightly"), Backend.TENSORFLOW, tmp_path)
    made = tmp_path / "keras-nightly" / "made.json"
    environment_of(reader("nightly"), Backend.TENSORFLOW, tmp_path)
    assert len(installer.commands) == 1
    old = time.time() - environments.STALE_SECONDS - 1
    os.utime(made, (old, old))
    environment_of(reader("nightly"), Backend.TENSORFLOW, tmp_path)
    assert len(installer.commands) == 2
    assert "--pre" in installer.commands[1]


def test_a_half_made_environment_is_made_anew(tmp_path: Path, installer: Installer) -> None:
    (tmp_path / "keras-3.9" / "keras").mkdir(parents=True)
    environment_of(reader("3.9"), Backend.TENSORFLOW, tmp_path)
    assert not (tmp_path / "keras-3.9" / "keras").exists()
    assert json.loads((tmp_path / "keras-3.9" / "made.json").read_text()) == {"packages": ["keras==3.9.2"]}


def test_without_a_registry_the_refusal_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(MigrationError) as raised:
        environment_of(reader("3.9"), Backend.TENSORFLOW, tmp_path)
    assert raised.value.code == "RDR002"
    assert "keras==3.9.2" in raised.value.message
    assert not (tmp_path / "keras-3.9").exists()


def test_the_cache_is_where_the_variable_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KERAS_MIGRATE_READERS", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("KERAS_MIGRATE_READERS")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert cache_folder() == tmp_path / "cache" / "keras-migrate" / "readers"


def test_a_job_finds_the_cache_and_the_registry_of_its_user(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A job has a home of its own; with that alone it installed every release again, from the public registry."""
    monkeypatch.setenv("KERAS_MIGRATE_READERS", str(tmp_path))
    monkeypatch.setenv("PIP_INDEX_URL", "file:///mirror")
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    job = {"readers": "3.9"}
    given = make_job(tmp_path, Limits(), Settings(job, {}))._extra
    assert given["KERAS_MIGRATE_READERS"] == str(tmp_path)
    assert (given["PIP_INDEX_URL"], given["https_proxy"]) == ("file:///mirror", "http://proxy:3128")
    assert given["XDG_CONFIG_HOME"] == str(tmp_path / "config")
    assert "AWS_SECRET_ACCESS_KEY" not in given
    assert make_job(tmp_path, Limits(), Settings({"readers": None}, {}))._extra == {}
