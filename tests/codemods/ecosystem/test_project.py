"""A repository with every package of the table: each use is found, and no rewritten module mixes two Keras.

A line that ends in ``# found`` is one where a finding stands. ``scripts/ecosystem_runs.py`` runs what becomes of the
modules.
"""

from __future__ import annotations

import ast
import shutil
from functools import cache
from pathlib import Path

import pytest

from codemods.ecosystem import HOLDING, Package, World, packages
from codemods.options import Options
from codemods.run.runner import FileResult, run
from scripts.ecosystem_runs import PROJECT, module_of

MODULES = sorted(path.stem for path in PROJECT.glob("use_*.py"))
FREE = {"keras_applications", "keras_preprocessing", "hyperas"}
"""Packages of Keras 2 whose functions take and give arrays, so that the code around them may move."""


@cache
def rewritten(folder: Path) -> dict[str, FileResult]:
    (folder / "pyproject.toml").write_text("")
    for path in PROJECT.glob("use_*.py"):
        shutil.copy(path, folder)
    return {item.path.stem: item for item in run(sorted(folder.glob("*.py")), Options(unsafe=True))}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FileResult]:
    return rewritten(tmp_path_factory.mktemp("packages"))


def imported(text: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


def test_every_package_of_the_table_is_used() -> None:
    assert {module_of(package) for package in packages().values()} == {*MODULES} - {
        "use_tensorflow_estimator"
    }


@pytest.mark.parametrize("module", MODULES)
def test_each_use_is_found_and_nothing_else(results: dict[str, FileResult], module: str) -> None:
    lines = (PROJECT / f"{module}.py").read_text().splitlines()
    marked = {number for number, line in enumerate(lines, 1) if line.endswith("# found")}
    left = [finding for finding in results[module].findings if not finding.applied]
    assert {finding.line for finding in left if finding.code != "ECO002"} <= marked
    assert {finding.line for finding in left} >= marked


@pytest.mark.parametrize("package", packages().values(), ids=lambda package: package.name)
def test_no_module_mixes_two_keras(results: dict[str, FileResult], package: Package) -> None:
    item = results[module_of(package)]
    assert item.error is None
    old = (PROJECT / f"{module_of(package)}.py").read_text()
    new = old if item.new is None else item.new.decode()
    holds = [finding for finding in item.findings if finding.code == "ECO002"]
    if package.world not in HOLDING or package.name in FREE:
        assert not holds
        assert "tf.keras" not in new
        assert "tf_keras" not in imported(new)
    elif package.world is World.KERAS_2:
        assert len(holds) == 1
        assert new == old
    else:
        assert len(holds) == 1
        assert "tf_keras" in imported(new)
        assert "keras" not in imported(new)
        assert "tf.keras" not in new
        assert "tensorflow.keras" not in new
