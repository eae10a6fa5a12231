"""`scripts/new_rule.py`: what begins a rule is a rule, fits its place, and overwrites nothing."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("new_rule", ROOT / "scripts" / "new_rule.py")
    assert spec is not None and spec.loader is not None  # noqa: PT018
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "codemods" / "rules" / "layers").mkdir(parents=True)
    (tmp_path / "codemods" / "rules" / "layers" / "__init__.py").touch()
    (tmp_path / "tests" / "codemods" / "rules").mkdir(parents=True)
    return tmp_path


def test_a_rule_is_begun_with_its_example_and_tests(script: ModuleType, checkout: Path) -> None:
    written = {
        path.relative_to(checkout).as_posix() for path in script.scaffold(checkout, "LAY900", "layers/other")
    }
    assert written == {
        "codemods/rules/layers/other.py",
        "codemods/rules/examples/LAY900/before.py",
        "codemods/rules/examples/LAY900/after.py",
        "codemods/rules/examples/LAY900/proof.py",
        "tests/codemods/rules/test_other.py",
    }
    for name in written:
        ast.parse((checkout / name).read_text("utf-8"))


def test_the_rule_can_be_registered_and_found(
    script: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from codemods.rules import api

    script.scaffold(checkout, "LAY900", "layers/other")
    monkeypatch.setattr(api, "_HOOKS", [])
    spec = importlib.util.spec_from_file_location("begun", checkout / "codemods/rules/layers/other.py")
    assert spec is not None and spec.loader is not None  # noqa: PT018
    monkeypatch.setitem(sys.modules, "begun", importlib.util.module_from_spec(spec))
    spec.loader.exec_module(sys.modules["begun"])
    (hook,) = api._HOOKS
    assert [rule.code for rule in hook.rules] == ["LAY900"]


def test_a_second_rule_joins_the_module(script: ModuleType, checkout: Path) -> None:
    script.scaffold(checkout, "LAY900", "layers/other")
    script.scaffold(checkout, "LAY901", "layers/other")
    text = (checkout / "codemods/rules/layers/other.py").read_text("utf-8")
    assert text.count("SourceRule(\n") == 2
    assert text.count("import annotations") == 1
    ast.parse(text)


@pytest.mark.parametrize(
    ("code", "place", "message"),
    [
        ("LAY1", "layers/other", "is no code of a source rule"),
        ("LAY101", "layers/other", "LAY101 is taken"),
        ("LAY902", "other", "name a module below one of layers"),
        ("LAY902", "nowhere/other", "name a module below one of layers"),
    ],
)
def test_what_cannot_be_begun(
    script: ModuleType, checkout: Path, code: str, place: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        script.scaffold(checkout, code, place)
    assert not (checkout / "codemods" / "rules" / "examples").exists()
