"""``keras-migrate status``: look at a running or finished batch."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

import click

from migrate.cli.output import Output, example, output_options, say
from migrate.cli.values import POSITIVE

if TYPE_CHECKING:
    from migrate.batch.status import BatchStatus


@click.command(
    epilog=example(
        "status migrated              once",
        "status migrated --watch 5    every five seconds until it ends",
        "status migrated --metrics    for Prometheus",
    )
)
@click.argument("out")
@click.option(
    "--watch", type=POSITIVE, metavar="SECONDS", help="Refresh at this interval until the batch ends."
)
@output_options("text", "json", "metrics")
def status(out: str, *, watch: float | None, output: Output) -> None:
    """Show a running or finished batch, given its output folder or the address passed to --out.

    Exit status: 0 everything is finished, 1 something is left, 2 usage error or no batch there.
    """
    from migrate.batch import status as batch_status
    from migrate.batch.run import local_out
    from migrate.findings import MigrationError

    while True:
        try:
            found = batch_status.look(local_out(out)[0])
        except MigrationError as error:
            raise click.UsageError(f"{error.message}. {error.hint}") from error
        if output.format == "json":
            click.echo(json.dumps(batch_status.as_json(found), indent=2))
        elif output.format == "metrics":
            click.echo(batch_status.as_metrics(found), nl=False)
        elif output.text:
            _show(found)
        if watch is None or not found.alive:
            break
        time.sleep(watch)
    left = sum(count for state, count in found.states.items() if state != "finished")
    sys.exit(1 if left else 0)


def _show(found: BatchStatus) -> None:
    run = found.run
    if run:
        state = "running" if found.alive else "ended" if run["ended"] else "was killed; run the command again"
        reason = f": {run['reason']}" if run.get("reason") else ""
        say(f"Run of process {run['pid']} with {run['jobs']} jobs {state}{reason}")
    total = sum(found.states.values())
    say(f"{found.states.get('finished', 0)} of {total} finished, {found.rate:.2f} per second")
    for name, count in sorted(found.statuses.items(), key=lambda item: -item[1]):
        say(f"  {count:6} {name}")
    if found.reasons:
        click.echo("Reasons:")
        for code, (count, hint) in found.reasons.items():
            say(f"  {count:6} {code}  {hint}")
    for source, seconds in found.running.items():
        say(f"  now: {source} ({seconds:.0f} s)")
    for cause, count in found.broken.items():
        say(f"  {count} attempts failed: {cause}")
    if found.phases:
        parts = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in found.phases.items())
        say(f"Time: {parts}; peak {found.peak_bytes >> 20} MB")
