"""Settings of a repository: ``[tool.keras-migrate]`` and the Keras version that its pins require."""

from __future__ import annotations

import contextlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from codemods.options import NEWEST
from codemods.rules.api import Backend, Target

SECTION = "keras-migrate"
_RELEASES = tuple(f"3.{minor}" for minor in range(16))
_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock")
_LOCKED = re.compile(r'^name = "keras"\s*\nversion = "([^"]+)"', re.MULTILINE)


class ConfigError(Exception):
    """Invalid settings, with the reason."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The content of ``[tool.keras-migrate]``; empty values are unset."""

    target: Target | None = None
    version: Version | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    unsafe: bool = False
    todo: bool = False
    docs: bool = False
    baseline: str = ""
    ported: tuple[str, ...] = ()
    backend: Backend | None = None


def find_root(path: Path) -> Path:
    """The repository a path belongs to: the nearest folder with ``.git`` or ``pyproject.toml``."""
    start = path.resolve()
    start = start if start.is_dir() else start.parent
    for folder in (start, *start.parents):
        if (folder / ".git").exists() or (folder / "pyproject.toml").is_file():
            return folder
    return start


def settings(root: Path) -> Settings:
    """Read the settings of a repository. Raises `ConfigError`."""
    file = root / "pyproject.toml"
    if not file.is_file():
        return Settings()
    section = _table(_table(_toml(file), "tool", file), SECTION, file)
    known = {"target", "keras-version", "select", "ignore", "exclude", "unsafe", "todo", "docs", "baseline"}
    known |= {"backend", "ported"}
    unknown = sorted(section.keys() - known)
    if unknown:
        raise ConfigError(f"{file}: [tool.{SECTION}] has no setting {unknown[0]!r}")
    return Settings(
        target=_target(section["target"], file) if "target" in section else None,
        version=parse_version(str(section["keras-version"])) if "keras-version" in section else None,
        select=_codes(section, "select", file),
        ignore=_codes(section, "ignore", file),
        exclude=_codes(section, "exclude", file),
        unsafe=_flag(section, "unsafe", file),
        todo=_flag(section, "todo", file),
        docs=_flag(section, "docs", file),
        baseline=_inside(str(section.get("baseline", "")), file),
        ported=_codes(section, "ported", file),
        backend=_backend(section["backend"], file) if "backend" in section else None,
    )


def _toml(file: Path) -> dict[str, Any]:
    """The settings in a file. Raises `ConfigError`; the file came with the repository, and may contain anything."""
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{file}: {error}") from error


def _table(parent: Mapping[str, Any], key: str, file: Path) -> Mapping[str, Any]:
    value = parent.get(key, {})
    if not isinstance(value, dict):
        raise ConfigError(f"{file}: {key} must be a table")
    return value


def _inside(name: str, file: Path) -> str:
    """The path of a file in the repository: settings cannot name files elsewhere to be read or written."""
    if not name:
        return ""
    path = file.parent / name
    if not path.resolve().is_relative_to(file.parent.resolve()):
        raise ConfigError(f"{file}: {name} is outside the repository; pass it with --baseline")
    if path.exists() and not path.is_file():
        raise ConfigError(f"{file}: {name} is not a file")
    return name


def _target(value: object, file: Path) -> Target:
    try:
        return Target(str(value))
    except ValueError as error:
        raise ConfigError(f"{file}: target must be one of {', '.join(Target)}") from error


def _backend(value: object, file: Path) -> Backend:
    try:
        return Backend(str(value))
    except ValueError as error:
        raise ConfigError(f"{file}: backend must be one of {', '.join(Backend)}") from error


def _codes(section: Mapping[str, Any], key: str, file: Path) -> tuple[str, ...]:
    value = section.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f"{file}: {key} must be a list of strings")
    return tuple(value)


def _flag(section: Mapping[str, Any], key: str, file: Path) -> bool:
    value = section.get(key, False)
    if not isinstance(value, bool):
        raise ConfigError(f"{file}: {key} must be true or false")
    return value


def parse_version(text: str) -> Version:
    """A Keras version as a target. Raises `ConfigError` if it is not a version of Keras 3."""
    try:
        version = Version(text)
    except InvalidVersion as error:
        raise ConfigError(f"{text!r} is not a version") from error
    if version.major != 3:
        raise ConfigError(f"the target must be a version of Keras 3, not {text}")
    return NEWEST if version.release[:2] == NEWEST.release[:2] else version


def detect_version(root: Path) -> Version | None:
    """The version of Keras 3 that a repository pins or locks, None if it mentions no Keras 3."""
    for name in _LOCKS:
        file = root / name
        if file.is_file():
            match = _LOCKED.search(file.read_text("utf-8", "replace"))
            if match is not None and match[1].startswith("3."):
                with contextlib.suppress(InvalidVersion):  # not a lock file written by a tool
                    return Version(match[1])
    for line in _requirements(root):
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        if requirement.name.lower() == "keras" and requirement.specifier:
            allowed = [text for text in _RELEASES if requirement.specifier.contains(f"{text}.99")]
            exact = [
                s.version for s in requirement.specifier if s.operator == "==" and s.version.startswith("3.")
            ]
            if exact:
                return Version(exact[0].removesuffix(".*"))
            if allowed and not requirement.specifier.contains("2.15.0"):
                # The newest version that may be installed: the one an installer chooses.
                return parse_version(allowed[-1])
    return None


def _requirements(root: Path) -> list[str]:
    lines: list[str] = []
    for file in sorted(path for path in root.glob("*requirements*.txt") if path.is_file()):
        text = file.read_text("utf-8", "replace")
        lines.extend(line.partition("#")[0].strip() for line in text.splitlines())
    project = root / "pyproject.toml"
    if project.is_file():
        try:
            table = _table(_toml(project), "project", project)
            extras = _table(table, "optional-dependencies", project).values()
        except ConfigError:
            return lines
        for given in (table.get("dependencies"), *extras):
            lines.extend(str(item) for item in (given if isinstance(given, list) else ()))
    return [line for line in lines if line and not line.startswith("-")]


_FORMATTERS = {"ruff format": ("ruff.toml", ".ruff.toml", "[tool.ruff"), "black": ("[tool.black",)}
"""By command: the files, or the tables of ``pyproject.toml``, that show that a project formats with it."""


def formatter(root: Path) -> str | None:
    """The command by which a project formats its code, None if nothing shows one."""
    project = root / "pyproject.toml"
    text = project.read_text("utf-8", "replace") if project.is_file() else ""
    for command, signs in _FORMATTERS.items():
        if any(sign in text if sign.startswith("[") else (root / sign).is_file() for sign in signs):
            return command
    return None
