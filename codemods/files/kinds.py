"""Kinds of files and folders, by their names alone."""

from __future__ import annotations

from pathlib import PurePath

PYTHON = frozenset({".py", ".pyi", ".pyw"})
NOTEBOOK = frozenset({".ipynb"})
DOCUMENT = frozenset({".md", ".markdown", ".rst"})
PRUNED = frozenset(
    (
        ".eggs",
        ".git",
        ".hg",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".svn",
        ".tox",
        ".venv",
        "__pycache__",
        "build",
        "dist",
        "node_modules",
        "site-packages",
        "venv",
    )
)
"""Folders that hold no source of the repository."""


def is_pin_file(path: PurePath) -> bool:
    """Whether a file of this name tells what to install."""
    return kind_of(path) != ""


def kind_of(path: PurePath) -> str:
    """The kind of a requirement file; empty for any other file."""
    name = path.name.lower()
    if name.endswith((".txt", ".in")) and ("requirement" in name or "constraint" in name):
        return "requirements"
    if path.parent.name.lower() == "requirements" and name.endswith((".txt", ".in")):
        return "requirements"
    if name in {"pyproject.toml", "setup.cfg", "tox.ini", "pipfile"}:
        return "toml"
    if name == "setup.py":
        return "setup"
    if name in {"environment.yml", "environment.yaml", "conda.yml", "conda.yaml", "meta.yaml"}:
        return "conda"
    if name == "dockerfile" or name.startswith("dockerfile.") or name.endswith(".dockerfile"):
        return "script"
    if name in {".travis.yml", ".gitlab-ci.yml", "azure-pipelines.yml", "appveyor.yml", ".appveyor.yml"}:
        return "script"
    if path.suffix in {".yml", ".yaml"} and ("workflows" in path.parts or ".circleci" in path.parts):
        return "script"
    return ""
