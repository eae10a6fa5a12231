"""``keras-migrate models``: migrate a folder of legacy models, each proven equal."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from migrate.cli.options import migration_options, options_from
from migrate.cli.output import Output, example, output_options, say, say_refused
from migrate.cli.sandbox import required_here, sandboxed
from migrate.cli.values import POSITIVE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrate.batch.run import BatchOptions
    from migrate.results import BatchReport

_RETRY = ("failed", "blocked", "unverified", "unsafe")


@click.command(
    epilog=example(
        "models old.h5 --out migrated                      one file",
        "models models/ --out migrated --source src/       a folder, with the classes that its models need",
        "models models/ --out migrated --dry-run           what to expect for each file",
        "models weights.h5 --out m --architecture net.json",
        "models s3://bucket/models --out s3://bucket/new",
    )
)
@click.argument("sources", nargs=-1, required=True)
@click.option("--out", required=True, help="Folder for the outputs, or an fsspec URL.")
@click.option("--jobs", type=click.IntRange(0), default=0, help="Parallel jobs (0 = number of cores).")
@migration_options()
@click.option(
    "--timeout",
    type=POSITIVE,
    default=600.0,
    show_default=True,
    help="Time limit in seconds for one step of one artifact.",
)
@click.option(
    "--memory", type=POSITIVE, default=8.0, show_default=True, help="Memory limit of one worker in GiB."
)
@click.option(
    "--retry", type=click.Choice(_RETRY), multiple=True, help="Retry finished artifacts with this status."
)
@click.option("--executor", type=click.Choice(["local", "ray"]), default="local", show_default=True)
@click.option(
    "--dry-run", is_flag=True, help="Inspect the artifacts and show the plan; load nothing, write nothing."
)
@click.option("--progress", type=click.Choice(["auto", "rich", "plain", "json", "none"]), default="auto")
@output_options("text", "json")
@sandboxed
def models(
    sources: tuple[str, ...],
    out: str,
    jobs: int,
    timeout: float,
    memory: float,
    retry: tuple[str, ...],
    executor: str,
    dry_run: bool,
    progress: str,
    output: Output,
    **chosen: Any,
) -> None:
    """Migrate legacy models to Keras 3 and prove each equal.

    SOURCES are files, folders, archives of models (zip, tar, tar.gz), glob patterns or fsspec URLs. Every artifact
    ends as migrated (compared, equal), unverified, blocked, unsafe, failed or skipped, with reasons; OUT/report.json
    contains all of them, and a second run does only what is left.

    Exit status: 0 all migrated or skipped, 1 something is left, 2 usage error, 3 internal error.
    """
    from migrate.batch.lock import STATE
    from migrate.batch.places import Places
    from migrate.batch.run import BatchOptions, local_out
    from migrate.findings import MigrationError
    from migrate.pipeline.own_code import with_filled_stubs
    from migrate.worlds.host.installed import must_have_frameworks

    options = with_filled_stubs(options_from(chosen), Path(out))
    batch = BatchOptions(options, jobs, timeout, int(memory * (1 << 30)), frozenset(retry))
    batch = replace(batch, require_sandbox=required_here())
    try:
        if not dry_run:
            must_have_frameworks()
        keep = None if dry_run else local_out(out)[0] / STATE / "unpacked"
        with Places(keep) as places:
            opened = [places.opened(source) for source in sources]
            if dry_run:
                _show_plan(opened, out, batch, output)
                return
            shown = "none" if output.quiet and progress == "auto" else progress
            report, ended = _run(opened, out, batch, shown, executor, output)
    except MigrationError as error:
        say_refused(error)
        usage = error.code in ("RUN011", "RUN012", "RUN013", "RUN017", "RUN018", "RUN020", "RUN022")
        sys.exit(2 if usage else 1)
    _show(report, out, output)
    left = sum(count for status, count in report.summary.items() if status not in ("migrated", "skipped"))
    sys.exit(1 if left or not ended else 0)


def _run(
    sources: Sequence[str], out: str, batch: BatchOptions, progress: str, executor: str, output: Output
) -> tuple[BatchReport, bool]:
    """The report, and whether the run finished."""
    from migrate.batch.progress import renderer
    from migrate.batch.run import BatchStopped, run_batch

    make_executor = None
    if executor == "ray":
        from migrate.batch.ray import ray_executor

        make_executor = ray_executor
    color = output.color is not False and not os.environ.get("NO_COLOR")
    show = renderer(progress, every=bool(output.verbose), color=color)
    try:
        return run_batch(sources, out, batch, show, make_executor), True
    except BatchStopped as stopped:
        say_refused(stopped)
        return stopped.report, False
    finally:
        show.close()


def _show_plan(sources: Sequence[str], out: str, batch: BatchOptions, output: Output) -> None:
    from migrate.batch.plan import plan_json
    from migrate.batch.resources import jobs_for
    from migrate.batch.run import expect_batch, plan_batch

    plan = plan_batch(sources, out, batch)
    value = plan_json(
        plan, jobs_for(batch.jobs, batch.options.reader_count), expect_batch(plan, batch.options)
    )
    if output.format == "json":
        click.echo(json.dumps(value, indent=1))
    elif output.text:
        from migrate.cli.tables import show_plan

        show_plan(value, output)


def _show(report: BatchReport, out: str, output: Output) -> None:
    if output.format == "json":
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(report), indent=1))
    elif output.text:
        from migrate.cli.tables import show_results

        show_results(report, output)
        counts = [f"{count} {status}" for status, count in report.summary.items() if count]
        summary = ", ".join(counts) or "nothing was finished"
        say(f"{summary}. Report: {out.rstrip('/')}/report.json")
