"""``keras-migrate orders`` and ``keras-migrate accept``: what is left as tasks, and whether one is done."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from migrate.cli.output import Output, example, output_options, say, say_refused
from migrate.cli.sandbox import sandboxed

if TYPE_CHECKING:
    from migrate.findings import MigrationError
    from migrate.worlds.host.pool import Slot


@click.command(
    epilog=example(
        "orders .                            after keras-migrate code --write",
        "orders . --prove                    also code that computes something different",
        "orders new --before old --json",
    )
)
@click.argument("path", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--before",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The original Keras 2 sources. [those kept by keras-migrate code --write]",
)
@click.option(
    "--prove",
    "proving",
    is_flag=True,
    help="Also run the definitions in both worlds.",
)
@output_options("text", "json")
@sandboxed
def orders(path: Path, *, before: Path | None, proving: bool, output: Output) -> None:
    """Write the remaining work in the rewritten repository PATH as work orders to PATH/.keras-migrate/orders.

    Each order is a self-contained task with an acceptance check: `keras-migrate accept WO-1`. With --prove, the code
    in PATH runs in sandboxed workers.

    Exit status: 0 nothing is left, 1 orders are left, 2 usage error.
    """
    import msgspec

    from migrate.cli.rules import every_rule
    from migrate.findings import MigrationError
    from migrate.workorders.service import write_orders

    try:
        if proving:
            with workers() as slot:
                written = write_orders(path, before, slot, every_rule())
        else:
            written = write_orders(path, before, None, every_rule())
    except MigrationError as error:
        _fail(error)
    record = written.state.record
    if output.format == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(record), indent=1).decode())
    elif output.text:
        for order in record.orders:
            after = f" after {', '.join(order.after)}" if order.after else ""
            hours = f"{order.hours.low:g}–{order.hours.high:g} h"
            say(f"{order.id:6} {order.file}:{order.line}  {order.title}  [{hours}]{after}")
        say(f"{len(record.orders)} work orders, {record.hours.low:g} to {record.hours.high:g} hours")
    sys.exit(1 if record.orders else 0)


@click.command(epilog=example("accept WO-1", "accept WO-1 path/to/repository --json"))
@click.argument("order")
@click.argument("path", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@output_options("text", "json")
@sandboxed
def accept(order: str, path: Path, *, output: Output) -> None:
    """Check whether work order ORDER in the repository PATH is done.

    The original sources run under tf-keras and the current sources under Keras 3, in sandboxed workers.

    Exit status: 0 accepted, 1 rejected or undecided, 2 usage error.
    """
    import msgspec

    from migrate.findings import MigrationError
    from migrate.workorders.records import Outcome
    from migrate.workorders.service import judge

    try:
        verdict = judge(path, order.upper(), workers)
    except MigrationError as error:
        _fail(error)
    if output.format == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(verdict), indent=1).decode())
    elif output.text:
        for check in verdict.checks:
            say(f"{check.outcome.value:9} {check.name}: {check.message}")
        say(f"{verdict.order} {verdict.outcome.value}")
    sys.exit(0 if verdict.outcome is Outcome.ACCEPTED else 1)


@contextmanager
def workers(*sources: Path) -> Iterator[Slot]:
    """A slot of sandboxed workers for as long as the block runs; its reader may look into ``sources``.

    Raises:
        MigrationError: ``RUN020``, the frameworks are not installed.
    """
    from migrate.worlds.host.installed import must_have_frameworks
    from migrate.worlds.host.pool import Pool

    must_have_frameworks()
    with (
        tempfile.TemporaryDirectory(prefix="keras-migrate-") as folder,
        Pool(1, Path(folder), sources=sources) as pool,
        pool.slot() as slot,
    ):
        yield slot


def _fail(error: MigrationError) -> NoReturn:
    say_refused(error)
    sys.exit(2)
