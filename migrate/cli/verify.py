"""``keras-migrate verify``: compare two artifacts."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from migrate.cli.options import migration_options, options_from
from migrate.cli.output import Output, example, output_options, say, say_refused
from migrate.cli.sandbox import sandboxed

if TYPE_CHECKING:
    from migrate.pipeline.request import Options
    from migrate.pipeline.verify import Verdict


@click.command(
    epilog=example(
        "verify old.h5 migrated/old/model.keras",
        "verify saved_model/1 saved_model/2 --tolerance 1e-4",
        "verify s3://bucket/old.h5 model.keras --json",
    )
)
@click.argument("old")
@click.argument("new")
@migration_options("custom_objects", "architecture", "stock_names", "define", "tolerance", "seed", "trust")
@output_options("text", "json")
@sandboxed
def verify(old: str, new: str, *, output: Output, **chosen: Any) -> None:
    """Compare OLD (legacy model, checkpoint or SavedModel) with NEW (.keras or SavedModel): signatures and numbers.

    OLD and NEW may be addresses such as s3://bucket/model.h5.

    Exit status: 0 equal, 1 different or not comparable, 2 usage error.
    """
    from migrate.batch.places import Places
    from migrate.findings import MigrationError
    from migrate.worlds.host.installed import must_have_frameworks

    options = options_from(chosen)
    with Places() as places:
        try:
            first, second = places.local(old), places.local(new)
            if not second.exists():
                raise click.UsageError(f"{new} does not exist")
            must_have_frameworks()
            verdict = _compare(first.absolute(), second.absolute(), options)
        except MigrationError as error:
            say_refused(error)
            sys.exit(2 if error.code in ("RUN013", "RUN018", "RUN020", "RUN022") else 1)
    _show(verdict, output)
    sys.exit(0 if verdict.equal else 1)


def _compare(old: Path, new: Path, options: Options) -> Verdict:
    from migrate.pipeline.verify import verify as compare
    from migrate.worlds.host.pool import Pool

    with (
        tempfile.TemporaryDirectory(prefix="keras-migrate-") as folder,
        Pool(2, Path(folder), sources=[old.parent, new.parent, old, new]) as pool,
        pool.slot() as first,
        pool.slot() as second,
    ):
        return compare(old, new, options, (first, second))


def _show(verdict: Verdict, output: Output) -> None:
    if output.format == "json":
        value = {
            "equal": verdict.equal,
            "outputs": [asdict(c) for c in verdict.comparisons],
            "findings": [msgspec.to_builtins(f) for f in verdict.findings],
        }
        click.echo(json.dumps(value, indent=1))
    elif output.text:
        for comparison in verdict.comparisons:
            state = "equal" if comparison.equal else comparison.reason
            say(
                f"{comparison.name}: max rel {comparison.max_rel:.1e}, cosine {comparison.cosine:.6f}: {state}"
            )
        for finding in verdict.findings:
            say(f"{finding.code}: {finding.message}")
        click.echo("equal" if verdict.equal else "not equal")
