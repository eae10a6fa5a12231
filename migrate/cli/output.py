"""Output options, declared once for all commands.

A command names the formats that it can write and gets an `Output`:

    @output_options("text", "json")
    def status(out: str, output: Output) -> None: ...
"""

from __future__ import annotations

import functools
import logging
import os
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from migrate.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from migrate.findings import MigrationError

_Command = TypeVar("_Command", bound="Callable[..., Any]")

EXAMPLE_COLUMNS = 78
"""For a terminal of 80 columns, in which the help of a command is indented by two."""
PIPE_COLUMNS = 10_000
"""For programs that read the output: a path or a name is never wrapped or cut."""
SHORTHANDS = {
    "json": "Short for --format json.",
    "sarif": "Short for --format sarif.",
    "metrics": "Short for --format metrics: Prometheus text.",
}
"""Formats with their own option in every command that supports them."""
LOGGERS = ("migrate", "codemods")


def say(line: object, *, err: bool = False) -> None:
    """Print one line for people; control characters in names from files are escaped."""
    click.echo(printable(line), err=err)


def say_refused(error: MigrationError) -> None:
    """Print why a command failed, and what to do."""
    say(f"keras-migrate: {error.code}: {error.message}. {error.hint}", err=True)


@dataclass(frozen=True, slots=True)
class Output:
    """The chosen output options.

    Attributes:
        format: one of the command's formats; None if none was chosen and the command has no default.
        quiet: print only errors and explicitly requested formats.
        verbose: 1 lists rows that are otherwise only counted, and logs; 2 logs details.
        color: False for never, None if the terminal supports it.
    """

    format: str | None = "text"
    quiet: bool = False
    verbose: int = 0
    color: bool | None = None

    @property
    def text(self) -> bool:
        """Whether text for people goes to standard output."""
        return self.format == "text" and not self.quiet

    def console(self, *, stderr: bool = False) -> Console:
        """The console for text: as wide as the terminal, and without line breaks in a pipe.

        NO_COLOR, FORCE_COLOR and TERM=dumb are respected; NO_COLOR overrides FORCE_COLOR.
        """
        from rich.console import Console

        plain = self.color is False or bool(os.environ.get("NO_COLOR"))
        console = Console(stderr=stderr, color_system=None if plain else "auto", highlight=False)
        if not console.is_terminal and "COLUMNS" not in os.environ:
            console.width = PIPE_COLUMNS
        return console


def output_options(*formats: str, default: str | None = "text") -> Callable[[_Command], _Command]:
    """Give a command ``--format`` and its shorthands, ``-q``, ``-v`` and ``--no-color``, as one `Output`.

    Args:
        formats: the formats of the command; the first comes first in its help.
        default: the format without any of these options.
    """

    def decorate(command: _Command) -> _Command:
        @functools.wraps(command)
        def with_output(
            *arguments: Any, format_: str | None, quiet: bool, verbose: int, no_color: bool, **rest: Any
        ) -> Any:
            short = [name for name in SHORTHANDS if rest.pop(f"as_{name}", False)]
            chosen = sorted({*short, *([format_] if format_ else [])})
            if len(chosen) > 1:
                raise click.UsageError(f"choose one format: {', '.join(chosen)}")
            if quiet and verbose:
                raise click.UsageError("choose one of --quiet and --verbose")
            output = Output(chosen[0] if chosen else default, quiet, verbose, False if no_color else None)
            _log(verbose)
            return command(*arguments, output=output, **rest)

        made: Any = with_output
        told = f"Output format. Default: {default}." if default else "Output format."
        for option in reversed(
            [
                click.option("--format", "format_", type=click.Choice(formats), help=told),
                *(
                    click.option(f"--{name}", f"as_{name}", is_flag=True, help=help_)
                    for name, help_ in SHORTHANDS.items()
                    if name in formats
                ),
                click.option("--quiet", "-q", is_flag=True, help="Print errors only; check the exit status."),
                click.option(
                    "--verbose",
                    "-v",
                    count=True,
                    help="List everything and log progress; -vv logs in detail.",
                ),
                click.option(
                    "--no-color", is_flag=True, help="No colours; the same as NO_COLOR=1 in the environment."
                ),
            ]
        ):
            made = option(made)
        wrapped: _Command = made
        return wrapped

    return decorate


def _log(verbose: int) -> None:
    """Show log messages on standard error: from INFO with ``-v``, from DEBUG with ``-vv``, otherwise as before."""
    if not verbose:
        for name in LOGGERS:
            logger = logging.getLogger(name)
            logger.handlers, logger.propagate = [], True
            logger.setLevel(logging.NOTSET)
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s", "%H:%M:%S"))
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(logging.INFO if verbose == 1 else logging.DEBUG)
        logger.propagate = False


def example(*lines: str) -> str:
    """Commands for the end of a command's help, one per line.

    A comment follows its command after some blanks, or precedes it if not all lines fit into 80 columns.
    """
    shown = [f"  keras-migrate {line}" for line in lines]
    if any(len(line) > EXAMPLE_COLUMNS for line in shown):
        apart = [re.split(r" {2,}", line, maxsplit=1) for line in lines]
        shown = [
            text
            for command, *comment in apart
            for text in (*(f"  # {words}" for words in comment), f"  keras-migrate {command}")
        ]
    return "\b\nExamples:\n" + "\n".join(shown)
