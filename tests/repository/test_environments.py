"""Environments for the user's command: packages on top of this installation, as wheels."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

from migrate.findings import MigrationError
from migrate.repository.environments import environment_with, required
from tests.repository.support import write

NAME = "keras_migrate_test_package"


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one wheel, the only place that pip looks at."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    info = f"{NAME}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{NAME}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{NAME}.py", "x = 1\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", f"{NAME}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


def test_an_environment_has_the_package_and_this_installation(wheels: Path) -> None:
    found = environment_with([NAME])
    code = f"import {NAME}, numpy; print({NAME}.x, numpy.__version__)"
    said = subprocess.run([found.python, "-I", "-c", code], capture_output=True, text=True, check=True).stdout
    import numpy as np

    assert said == f"1 {np.__version__}\n"
    for wheel in wheels.iterdir():
        wheel.unlink()
    assert environment_with([NAME]) == found  # made once


def test_what_cannot_be_had_is_told_and_tried_again(wheels: Path) -> None:
    for _ in range(2):
        with pytest.raises(MigrationError, match="no-such-package") as raised:
            environment_with(["no-such-package"])
        assert raised.value.code == "REPO006"


@pytest.mark.parametrize(
    "text",
    [
        "keras==2.2.4",
        "tensorflow",
        "tf-keras",
        "numpy<1.20",
        "a @ https://example.org/a.whl",
        "not one",
        "-r x",
    ],
)
def test_frameworks_and_addresses_are_not_installed(text: str) -> None:
    with pytest.raises(MigrationError) as raised:
        environment_with([text])
    assert raised.value.code == "REPO006"


def test_no_packages_are_this_interpreter() -> None:
    assert environment_with([]).read == ()


def test_requirements_without_pins_and_without_what_is_here(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"requirements.txt": "keras==2.2.4\nnumpy==1.12\nFlask_SocketIO==1.0  # web\npytest\n-r more.txt\n"},
    )
    assert required(tmp_path, ["requirements.txt"]) == ["flask-socketio"]
