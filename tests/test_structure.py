"""Imports point one way: among modules, and among the folders of each package; not even lazily or for annotations."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
Graph = dict[str, set[str]]


@cache
def graph() -> Graph:
    """By module: the modules of this project that it imports."""
    files = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
        for package in ("migrate", "codemods")
        for file in (ROOT / package).rglob("*.py")
        if "examples" not in file.parts
    }
    return {
        name: {path for path in imports(file) if path in files and path != name}
        for name, file in files.items()
    }


def imports(file: Path) -> set[str]:
    """Dotted paths that a file imports: modules, and what is taken from them."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def without_packages(found: Graph) -> Graph:
    """The graph of plain modules: ``from package import module`` is no use of what the package re-exports."""
    packages = {name for name in found if any(other.startswith(f"{name}.") for other in found)}
    return {name: below - packages for name, below in found.items()}


def folders(found: Graph) -> Graph:
    """The same by the parts of ``migrate``, with ``codemods`` as one."""
    merged: Graph = {}
    for name, below in found.items():
        merged.setdefault(part(name), set()).update(
            {part(other) for other in below} - {part(name), "migrate"}
        )
    return merged


def folders_of_codemods(found: Graph) -> Graph:
    """The same by the folders of ``codemods``, and the modules that stand beside them."""
    merged: Graph = {}
    for name, below in found.items():
        if part(name) == "codemods":
            place = ".".join(name.split(".")[:2])
            others = {".".join(other.split(".")[:2]) for other in below if part(other) == "codemods"}
            merged.setdefault(place, set()).update(others - {place, "codemods"})
    return merged


def part(name: str) -> str:
    pieces = name.split(".")
    return pieces[0] if pieces[0] == "codemods" else ".".join(pieces[:2])


@pytest.mark.parametrize("view", [without_packages, folders, folders_of_codemods])
def test_imports_point_one_way(view: Callable[[Graph], Graph]) -> None:
    try:
        TopologicalSorter(view(graph())).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


def reached(*starts: str) -> set[str]:
    seen, work = set[str](), list(starts)
    while work:
        name = work.pop()
        if name not in seen:
            seen.add(name)
            work.extend(graph()[name])
    return seen


def test_the_lowest_of_source_know_nothing_of_rules() -> None:
    seen = reached(
        "codemods.names.resolver", "codemods.names.canonical", "codemods.files.source", "codemods.edits"
    )
    assert not {name for name in seen if ".rules" in name or name == "codemods.context"}


def test_the_vocabulary_is_the_ground() -> None:
    assert graph()["migrate.findings"] == graph()["migrate.printable"] == set()
    assert {part(name) for name in reached(*(name for name in graph() if part(name) == "codemods"))} <= {
        "codemods",
        "migrate",
        "migrate.findings",
        "migrate.printable",
    }


SIDES = {
    "migrate.worlds.host": ("host", "contracts"),
    "migrate.worlds.contracts": ("contracts",),
    "migrate.worlds.guest": ("guest", "contracts"),
    "migrate.worlds.lockstep": ("guest", "contracts", "lockstep"),
    "migrate.worlds.reader": ("guest", "contracts", "reader"),
    "migrate.worlds.legacy": ("guest", "contracts", "lockstep", "legacy"),
    "migrate.worlds.modern": ("guest", "contracts", "lockstep", "modern"),
}
"""A folder of worlds, and those of them that it may import: the two sides of a pipe share the contracts alone."""


@pytest.mark.parametrize("folder", sorted(SIDES))
def test_the_sides_of_a_world_share_its_contracts_alone(folder: str) -> None:
    allowed = tuple(f"migrate.worlds.{name}." for name in SIDES[folder])
    modules = [name for name in graph() if name.startswith(f"{folder}.")]
    assert modules
    for name in modules:
        below = {other for other in graph()[name] if other.startswith("migrate.worlds.")}
        assert {o for o in below if not f"{o}.".startswith(allowed)} == set(), name
