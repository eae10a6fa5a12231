"""``keras-migrate mcp``: work orders for coding agents."""

from __future__ import annotations

from pathlib import Path

import click

from migrate.cli.output import Output, example, output_options
from migrate.cli.sandbox import sandboxed


@click.command(epilog=example("mcp .", "mcp path/to/repository"))
@click.argument("path", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@output_options("json", default="json")
@sandboxed
def mcp(path: Path, *, output: Output) -> None:
    """Serve the work orders of the repository PATH over the Model Context Protocol, on standard input and output.

    Standard output carries the protocol messages (JSON-RPC), whatever the format. Tools: inspect, explain,
    work_orders, work_order, verify, accept. An agent proposes edits; they run on a copy in sandboxed workers and are
    written only if accepted. Requires the extra `mcp`.

    Exit status: 0 the client disconnected, 2 usage error.
    """
    from migrate.cli.orders import workers
    from migrate.cli.rules import every_rule
    from migrate.extras import command_for
    from migrate.workorders.mcp_server import server

    try:
        made = server(path, workers, every_rule())
    except ImportError as error:
        raise click.UsageError(f"the SDK is not installed: {command_for('mcp')}") from error
    made.run()
