"""``keras-migrate weights``: all arrays of an artifact, under stable names."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from migrate.cli.output import Output, example, output_options, say
from migrate.cli.sandbox import sandboxed


@click.command(
    epilog=example(
        "weights checkpoints/model.ckpt-100 --out weights.h5",
        "weights saved_model/ --out weights.safetensors --no-optimizer",
    )
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="weights.h5 or weights.safetensors."
)
@click.option("--no-optimizer", is_flag=True, help="Omit optimizer slots and counters.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
@output_options("text", "json")
@sandboxed
def weights(path: Path, out: Path, no_optimizer: bool, force: bool, output: Output) -> None:
    """Extract the arrays of PATH; no architecture is needed.

    PATH is a checkpoint (its prefix, one of its files, or its folder), a SavedModel, an HDF5 file or a .keras archive.

    Exit status: 0 everything was written, 1 something was left out or PATH is damaged, 2 usage error.
    """
    from migrate.batch.weights import extract_arrays
    from migrate.findings import MigrationError
    from migrate.printable import printable, shown

    try:
        done = extract_arrays(path, out, optimizer=not no_optimizer, force=force)
    except MigrationError as error:
        if error.code in ("RUN010", "RUN011", "FMT021"):
            raise click.UsageError(printable(f"{error.message}. {error.hint}")) from error
        say(f"{error.code} {error.message}", err=True)
        say(f"       {error.hint}", err=True)
        sys.exit(1)
    if output.format == "json":
        import msgspec

        rows = [{"name": s.name, "key": s.key, "shape": list(s.shape), "dtype": s.dtype} for s in done.held]
        click.echo(msgspec.json.encode({"out": str(out), "arrays": rows, "left_out": done.left_out}))
    elif output.text:
        from rich.table import Table

        table = Table("array", "shape", "dtype")
        for source in done.held:
            table.add_row(shown(source.name), str(source.shape), source.dtype)
        console = output.console()
        console.print(table)
        for finding in done.left_out:
            console.print(f"[yellow]{finding.code}[/yellow] {shown(finding.message)} {shown(finding.hint)}")
        console.print(f"{len(done.held)} arrays in {shown(str(out))}")
    sys.exit(1 if done.left_out else 0)
