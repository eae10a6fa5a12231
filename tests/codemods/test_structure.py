"""Modules of the package import one way: no circle, not even lazily or for annotations."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import codemods

ROOT = Path(codemods.__file__).parent


def graph() -> dict[str, set[str]]:
    """By module: the modules of the package that it imports, lazily or for annotations too."""
    files = {
        ".".join(("codemods", *file.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__"): file
        for file in ROOT.rglob("*.py")
    }
    found: dict[str, set[str]] = {}
    for name, file in files.items():
        found[name] = set()
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                paths = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Import):
                paths = [alias.name for alias in node.names]
            else:
                continue
            found[name] |= {path for path in paths if path in files and path != name}
    return found


def test_imports_point_one_way() -> None:
    try:
        TopologicalSorter(graph()).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


def test_the_lowest_know_nothing_of_rules() -> None:
    found = graph()
    seen, work = set[str](), ["codemods.resolver", "codemods.canonical", "codemods.source", "codemods.edits"]
    while work:
        name = work.pop()
        if name not in seen:
            seen.add(name)
            work.extend(found[name])
    assert not {name for name in seen if ".rules" in name or name == "codemods.context"}
