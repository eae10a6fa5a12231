"""The options of a migration as flags of the command line, made from where they are declared."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

import click

from migrate.cli.values import NOT_NEGATIVE
from migrate.deployments import DEPLOYMENTS
from migrate.extras import command_for
from migrate.pipeline.request import (
    DEFAULT_TARGETS,
    Backend,
    Options,
    Target,
    builder_named,
    flags,
    parse_module,
    parse_shape,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_Command = TypeVar("_Command", bound="Callable[..., Any]")

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SOURCES: dict[str, Any] = {"type": click.Path(exists=True, path_type=Path), "multiple": True}
_KINDS: dict[Any, dict[str, Any]] = {
    bool: {"is_flag": True},
    float | None: {"type": NOT_NEGATIVE},
    int | None: {"type": click.IntRange(0, 2**32 - 1)},
    str | None: {},
    Backend | None: {"type": click.Choice([backend.value for backend in Backend])},
    Path | None: {"type": _FOLDER},
    tuple[str, ...]: {"multiple": True},
    tuple[Path, ...]: {"type": _FILE, "multiple": True},
    frozenset[Target]: {"default": ",".join(sorted(DEFAULT_TARGETS)), "show_default": True},
}
"""How click takes each type that an option can have."""


def migration_options(*names: str) -> Callable[[_Command], _Command]:
    """Give a command one flag for each named field of `Options`; without names, for all of them."""
    kinds = get_type_hints(Options)

    def decorate(command: _Command) -> _Command:
        for name, flag in reversed(flags().items()):
            if not names or name in names:
                kind = _SOURCES if name == "source" else _KINDS[kinds[name]]
                command = click.option(flag.name, name, help=flag.help, **kind)(command)
        return command

    return decorate


def options_from(chosen: Mapping[str, Any]) -> Options:
    """The options that a command line chose.

    Raises:
        click.BadParameter: a format that is unknown or lacks its packages, an architecture that does not exist, an
            invalid shape.
    """
    read: dict[str, Callable[[Any], Any]] = {
        "targets": _targets,
        "backend": lambda name: name and Backend(name),
        "architecture": _architecture,
        "input_shape": _input_shape,
        "stock_names": _names,
        "define": _definitions,
        "hub_modules": _modules,
        "readers": _readers,
        "custom_objects": lambda files: tuple(file.resolve() for file in files),
        "source": lambda paths: tuple(path.resolve() for path in paths),
        "modern_source": lambda paths: tuple(path.resolve() for path in paths),
        "serving": lambda folder: folder and folder.resolve(),
    }
    return Options(**{name: read.get(name, _as_it_is)(value) for name, value in chosen.items()})


def _as_it_is(value: object) -> object:
    return value


def _targets(text: str) -> frozenset[Target]:
    try:
        targets = frozenset(Target(part.strip()) for part in text.split(","))
    except ValueError as error:
        known = ", ".join(Target)
        raise click.BadParameter(f"{error}; known formats: {known}", param_hint="--to") from error
    for target, deployment in DEPLOYMENTS.items():
        missing = [name for name in deployment.modules if find_spec(name) is None]
        if target in targets and missing:
            raise click.BadParameter(
                f"{target} needs {', '.join(missing)}: {command_for(target)}",
                param_hint="--to",
            )
    return targets


def _architecture(text: str | None) -> str | None:
    """The path made absolute, its function kept."""
    if text is None:
        return None
    file, call = builder_named(text)
    path = file.resolve()
    if not path.is_file():
        raise click.BadParameter(f"{file} does not exist", param_hint="--architecture")
    return f"{path}:{call}" if call else str(path)


def _names(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.strip() for text in texts for name in text.split(",") if name.strip())


def _definitions(texts: Sequence[str]) -> tuple[str, ...]:
    from migrate.bytecode.definitions import definitions

    try:
        definitions(texts)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--define") from error
    return tuple(texts)


def _modules(texts: Sequence[str]) -> tuple[str, ...]:
    try:
        return tuple(f"{handle}={folder}" for handle, folder in map(parse_module, texts))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--hub-module") from error


def _readers(text: str | None) -> str | None:
    from migrate.dialects.keras3_minors.versions import parse_targets
    from migrate.findings import MigrationError

    try:
        return text if text is None else parse_targets(text).names
    except MigrationError as error:
        raise click.BadParameter(f"{error.code} {error.message}. {error.hint}", param_hint="--for") from error


def _input_shape(text: str | None) -> str | None:
    if text is not None:
        try:
            parse_shape(text)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--input-shape") from error
    return text
