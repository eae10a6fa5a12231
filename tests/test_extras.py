"""The command that installs an extra works for the installation that says it."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path

import pytest

from migrate.extras import command_for


class Installed:
    """A distribution with what pip wrote down of its origin."""

    def __init__(self, told: str | None) -> None:
        self.told = told

    def read_text(self, name: str) -> str | None:
        assert name == "direct_url.json"
        return self.told


def test_a_registry_has_it_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "distribution", lambda name: Installed(None))
    assert command_for("models") == "pip install 'keras-migrate[models]'"


def test_a_checkout_has_it_by_its_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "a checkout"
    folder.mkdir()
    told = json.dumps({"url": folder.as_uri(), "dir_info": {}})
    monkeypatch.setattr(importlib.metadata, "distribution", lambda name: Installed(told))
    assert command_for("models") == f"pip install '{folder}[models]'"
    folder.rmdir()
    assert command_for("models") == "pip install 'keras-migrate[models]'"


@pytest.mark.parametrize("told", ["", "{", "[]", '{"url": "https://example.org/x.whl"}'])
def test_what_says_no_place_here_is_no_place(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setattr(importlib.metadata, "distribution", lambda name: Installed(told))
    assert command_for("all") == "pip install 'keras-migrate[all]'"


def test_without_an_installation_it_is_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)
    assert command_for("mcp") == "pip install 'keras-migrate[mcp]'"
