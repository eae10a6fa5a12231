"""Imports point one way: what reads files knows nothing of what runs them, and that nothing of the command line."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "migrate"
ABOVE = {
    "scan": {"dialects", "worlds", "parity", "lift", "pipeline", "batch", "report", "cli", "api"},
    "dialects": {"worlds", "parity", "lift", "pipeline", "batch", "cli", "api"},
    "parity": {"worlds", "pipeline", "batch", "cli", "api"},
    "worlds": {"pipeline", "batch", "cli", "api"},
    "pipeline": {"batch", "cli", "api"},
    "batch": {"cli", "api"},
}


def imported(file: Path) -> set[str]:
    """Packages of this project that a file names in an import, at its top or inside a function."""
    names: list[str] = []
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return {name.split(".")[1] for name in names if name.startswith("migrate.")}


@pytest.mark.parametrize("package", ABOVE)
def test_imports_point_one_way(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    wrong = {file.name: found for file in files if (found := imported(file) & ABOVE[package])}
    assert wrong == {}


def test_modules_of_the_scan_import_each_other_in_one_direction() -> None:
    """At any depth of a function, too: an import inside a function is how circles hide."""
    edges: dict[str, set[str]] = {}
    for file in (ROOT / "scan").glob("*.py"):
        names = {
            node.module.rpartition(".")[2] if node.module != "migrate.scan" else alias.name
            for node in ast.walk(ast.parse(file.read_bytes()))
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("migrate.scan")
            for alias in node.names
        }
        if file.stem != "__init__":
            edges[file.stem] = names
    while edges:
        leaves = {name for name, targets in edges.items() if not targets & edges.keys()}
        assert leaves, f"a circle among {sorted(edges)}"
        edges = {name: targets for name, targets in edges.items() if name not in leaves}
