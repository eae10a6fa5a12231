"""What every command that parses or loads files says first: which promises of the sandbox this machine cannot keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import click

from migrate.cli.output import say
from migrate.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable

_REQUIRED = f"{__name__}.required"
"""Where click keeps it for the length of a call."""
_Command = TypeVar("_Command", bound="Callable[..., object]")


def announce(context: click.Context, parameter: click.Parameter, required: bool) -> None:
    """Tell each promise that does not hold, on standard error; with ``--require-sandbox`` go no further then.

    Raises:
        click.UsageError: not all of them hold, and they are required.
    """
    if context.resilient_parsing:
        return
    context.meta[_REQUIRED] = required
    from migrate.worlds.host.sandbox import granted, shortfall

    missing = shortfall(granted())
    if missing and required:
        broken = "; ".join(printable(finding.message) for finding in missing)
        raise click.UsageError(
            f"RUN006 {broken}. --require-sandbox goes no further. {missing[0].hint}", context
        )
    for finding in missing:
        say(f"{finding.code} {finding.message}. {finding.hint}", err=True)


def required_here() -> bool:
    """Whether this call of a command has ``--require-sandbox``, for the processes that it starts on other machines."""
    return bool(click.get_current_context().meta.get(_REQUIRED))


def sandboxed(command: _Command) -> _Command:
    """Add ``--require-sandbox`` to a command, and have it announce what the sandbox lacks."""
    return click.option(
        "--require-sandbox",
        is_flag=True,
        callback=announce,
        expose_value=False,
        help="Refuse to continue if the sandbox cannot give all of its guarantees.",
    )(command)
