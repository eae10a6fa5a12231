"""The ``keras-migrate`` group: commands are named here and imported when they run.

``keras-migrate --help`` must be fast, so the table contains each command's one-line help and no command
is imported to print it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from migrate.cli.output import example
from migrate.cli.values import did_you_mean
from migrate.printable import printable

COMMANDS: dict[str, tuple[str, str]] = {
    "repo": (
        "migrate.cli.repo:repo",
        "Move a repository to Keras 3: source, models, and the paths between them.",
    ),
    "models": ("migrate.cli.models:models", "Migrate legacy models to Keras 3 and prove each equal."),
    "inspect": (
        "migrate.cli.inspect:inspect",
        "Show what a file is, who wrote it and what blocks its migration.",
    ),
    "code": ("migrate.cli.code:code", "Rewrite source code from Keras 1 and 2 to Keras 3."),
    "undo": ("migrate.cli.code:undo", "Undo the last rewrite of source code."),
    "rules": ("migrate.cli.rules:rules", "List every rule for models and source."),
    "explain": ("migrate.cli.rules:explain", "Explain one rule: why, before and after, references."),
    "report": (
        "migrate.cli.report:report",
        "Write one compatibility report for a repository and its models.",
    ),
    "scan": ("migrate.cli.scan:scan", "Look for hostile content in model files without loading them."),
    "status": ("migrate.cli.status:status", "Show a running or finished batch."),
    "prove": ("migrate.cli.prove:prove", "Compare your own layers and models under tf-keras and Keras 3."),
    "orders": (
        "migrate.cli.orders:orders",
        "Write the remaining work as work orders with acceptance checks.",
    ),
    "accept": ("migrate.cli.orders:accept", "Check whether a work order is done."),
    "mcp": ("migrate.cli.mcp:mcp", "Serve work orders and their acceptance checks to coding agents."),
    "verify": ("migrate.cli.verify:verify", "Compare two artifacts: signatures and numbers."),
    "minimise": (
        "migrate.cli.minimise:minimise",
        "Reduce a failing comparison to the smallest model and input that show it.",
    ),
    "check": (
        "migrate.cli.check:check",
        "Load Keras 3 archives in several Keras 3 releases and compare the outputs.",
    ),
    "weights": (
        "migrate.cli.weights:weights",
        "Extract all arrays of a checkpoint or model under stable names.",
    ),
}


class LazyGroup(click.Group):
    """A group whose commands are looked up in ``COMMANDS`` and imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command, or return None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: Any = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments start with.

        Raises:
            click.UsageError: no command has that name; the message suggests a similar one.
        """
        name = args[0]
        if name not in COMMANDS and not ctx.resilient_parsing and not name.startswith("-"):
            hint = did_you_mean(name, COMMANDS, "run keras-migrate --help for a list")
            raise click.UsageError(f"there is no command {name!r}{hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; messages about its arguments may quote a file, and are made printable.

        Raises:
            click.UsageError: as the command raised it.
        """
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise click.UsageError(printable(error.format_message()), error.ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_) for name, (_, help_) in COMMANDS.items()])


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=example(
        "report .                           what needs to be done, and in which order",
        "code .                             show the rewritten source as a diff; --write applies it",
        "models models/ --out migrated      each model, proven equal",
        "inspect old.h5                     what a file is, and what blocks it",
    ),
)
@click.version_option(package_name="keras-migrate", message="%(prog)s %(version)s")
def cli() -> None:
    """Move Keras 1 and 2 models and source code to Keras 3, and prove that nothing changed.

    Exit status: 0 everything is done, 1 something is left, 2 usage error, 3 internal error.
    """
