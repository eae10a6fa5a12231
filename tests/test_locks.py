"""The locks pin what `pyproject.toml` asks for, at the versions of `constraints.txt`, and name no registry."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LIGHT = PROJECT["project"]["dependencies"]
MODELS = [*LIGHT, *PROJECT["project"]["optional-dependencies"]["models"]]
WANTED = {"light": LIGHT, "models": MODELS, "dev": [*MODELS, *PROJECT["dependency-groups"]["dev"]]}


def pins(text: str) -> dict[str, str]:
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[a-z,]+\])?==([^ ;\\\n]+)", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


@pytest.mark.parametrize("name", WANTED)
def test_a_lock_holds_what_is_asked_for(name: str) -> None:
    """When this fails: `make lock`."""
    text = (ROOT / "locks" / f"{name}.txt").read_text()
    locked, tested = pins(text), pins((ROOT / "constraints.txt").read_text())
    for wanted in map(Requirement, WANTED[name]):
        assert wanted.specifier.contains(locked[canonicalize_name(wanted.name)], prereleases=True), wanted
    assert {one: locked[one] for one in locked.keys() & tested.keys()} == {
        one: tested[one] for one in locked.keys() & tested.keys()
    }
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(locked)
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert not re.search(r"https?:|^--", text, re.MULTILINE)
