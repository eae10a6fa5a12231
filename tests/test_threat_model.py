"""The tests that the threat model names are there."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT
from tests.scan.test_hidden_forms import FORMS

PAGES = ("threat-model.md", "threat-model-tests.md")


@pytest.mark.parametrize("page", PAGES)
def test_each_test_that_is_named_exists(page: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / "docs" / page).read_text())
    assert len(named) > 10
    for file, name in named:
        text = (ROOT / file).read_text()
        assert not name or f"def {name}(" in text, f"{file}::{name}"


def test_each_form_that_is_named_exists() -> None:
    text = (ROOT / "docs" / "threat-model-tests.md").read_text()
    cells = re.findall(r"forms? (`[^|;]+)", text)
    named = [name.rstrip("…") for cell in cells for name in re.findall(r"`([^`]+)`", cell)]
    assert len(named) > 20
    for name in named:
        assert any(form.startswith(name) or name in form for form in FORMS), name
