"""``keras-migrate verify``: compare two artifacts."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import click

from migrate.cli.sandbox import sandboxed


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(exists=True, path_type=Path))
@click.option("--custom-objects", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--architecture", help="Architecture for weights: a JSON or YAML file, or file.py:function.")
@click.option("--stock-names", default="", help="Functions that are Keras' own: gelu,swish.")
@click.option("--tolerance", type=float, help="Relative tolerance in place of the default of each dtype.")
@click.option("--trust", is_flag=True, help="Load what the scan calls unsafe.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
@sandboxed
def verify(
    old: Path,
    new: Path,
    *,
    custom_objects: tuple[Path, ...],
    architecture: str | None,
    stock_names: str,
    tolerance: float | None,
    trust: bool,
    as_json: bool,
) -> None:
    """Compare OLD (legacy model, checkpoint or SavedModel) with NEW (.keras or SavedModel): signatures and numbers.

    Exit status: 0 equal, 1 different or not comparable, 2 wrong usage.
    """
    from migrate.findings import MigrationError
    from migrate.pipeline.request import Options
    from migrate.pipeline.verify import verify as compare
    from migrate.worlds.installed import must_have_frameworks
    from migrate.worlds.pool import Pool

    options = Options(
        custom_objects=tuple(file.resolve() for file in custom_objects),
        architecture=architecture,
        stock_names=tuple(name.strip() for name in stock_names.split(",") if name.strip()),
        trust=trust,
        tolerance=tolerance,
    )
    old, new = old.resolve(), new.resolve()
    around = [old.parent, new.parent]
    try:
        must_have_frameworks()
        with (
            tempfile.TemporaryDirectory(prefix="keras-migrate-") as folder,
            Pool(2, Path(folder), sources=around) as pool,
            pool.slot() as first,
            pool.slot() as second,
        ):
            verdict = compare(old, new, options, (first, second))
    except MigrationError as error:
        click.echo(f"keras-migrate: {error.code}: {error.message}. {error.hint}", err=True)
        sys.exit(2 if error.code == "RUN020" else 1)
    if as_json:
        value = {
            "equal": verdict.equal,
            "outputs": [asdict(c) for c in verdict.comparisons],
            "findings": [asdict(f) for f in verdict.findings],
        }
        click.echo(json.dumps(value, indent=1))
    else:
        for comparison in verdict.comparisons:
            state = "equal" if comparison.equal else comparison.reason
            click.echo(
                f"{comparison.name}: max rel {comparison.max_rel:.1e}, cosine {comparison.cosine:.6f}: {state}"
            )
        for finding in verdict.findings:
            click.echo(f"{finding.code}: {finding.message}")
        click.echo("equal" if verdict.equal else "not equal")
    sys.exit(0 if verdict.equal else 1)
