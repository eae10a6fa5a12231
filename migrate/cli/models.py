"""``keras-migrate models``: migrate a folder of legacy models, each proven equal."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrate.batch.run import BatchOptions
    from migrate.pipeline.request import Target
    from migrate.results import BatchReport

_PACKAGES = {"onnx": ("tf2onnx", "onnxruntime"), "litert": ("ai_edge_litert",)}
"""Modules that a deployment format needs; they come with the extra of its name."""
_RETRY = ("failed", "blocked", "unverified", "unsafe")


@click.command()
@click.argument("sources", nargs=-1, required=True)
@click.option("--out", required=True, help="Folder for the outputs, or an fsspec URL.")
@click.option("--jobs", type=click.IntRange(0), default=0, help="Artifacts side by side; 0 for one a core.")
@click.option(
    "--to",
    "targets",
    default="keras,savedmodel",
    help="What to write: keras, savedmodel, onnx, litert, with commas.",
)
@click.option(
    "--custom-objects",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Python file with classes that the models need; may be given again.",
)
@click.option("--architecture", help="Architecture for weights: a JSON or YAML file, or file.py:function.")
@click.option(
    "--stock-names",
    default="",
    help="Functions that are Keras' own where the file does not say whose they are: gelu,swish.",
)
@click.option(
    "--trust", is_flag=True, help="Load what the scan calls unsafe. Only for files you made yourself."
)
@click.option("--force", is_flag=True, help="Replace outputs that exist.")
@click.option(
    "--keep-weights", is_flag=True, help="Register functions instead of folding constants into weights."
)
@click.option("--tolerance", type=float, help="Relative tolerance in place of the default of each dtype.")
@click.option("--lift", is_flag=True, help="Make Keras layers of graphs that hold none.")
@click.option(
    "--serving-layout",
    "serving",
    type=click.Path(file_okay=False, path_type=Path),
    help="Root of NAME/VERSION folders: add each SavedModel as a new version and point latest at it.",
)
@click.option(
    "--timeout", type=float, default=600.0, show_default=True, help="Seconds for one step of one artifact."
)
@click.option("--memory", type=float, default=8.0, show_default=True, help="GiB that one worker may use.")
@click.option(
    "--retry", type=click.Choice(_RETRY), multiple=True, help="Try finished artifacts of this status again."
)
@click.option("--executor", type=click.Choice(["local", "ray"]), default="local", show_default=True)
@click.option(
    "--dry-run", is_flag=True, help="Inspect the artifacts and show the plan; load nothing, write nothing."
)
@click.option("--progress", type=click.Choice(["auto", "rich", "plain", "json", "none"]), default="auto")
@click.option("--json", "as_json", is_flag=True, help="Print report.json to standard output.")
def models(
    sources: tuple[str, ...],
    out: str,
    jobs: int,
    targets: str,
    custom_objects: tuple[Path, ...],
    architecture: str | None,
    stock_names: str,
    trust: bool,
    force: bool,
    keep_weights: bool,
    tolerance: float | None,
    lift: bool,
    serving: Path | None,
    timeout: float,
    memory: float,
    retry: tuple[str, ...],
    executor: str,
    dry_run: bool,
    progress: str,
    as_json: bool,
) -> None:
    """Migrate legacy models to Keras 3 and prove each equal.

    SOURCES are files, folders, glob patterns or fsspec URLs. Every artifact ends as migrated (compared, equal),
    unverified, blocked, unsafe, failed or skipped, with reasons; OUT/report.json holds them all, and a second call
    does only what is left.

    Exit status: 0 all migrated or skipped, 1 something is left, 2 wrong usage, 3 internal error.
    """
    from migrate.batch.run import BatchOptions
    from migrate.findings import MigrationError
    from migrate.pipeline.request import Options

    options = Options(
        targets=_targets(targets),
        custom_objects=tuple(file.resolve() for file in custom_objects),
        architecture=_architecture(architecture),
        stock_names=tuple(name.strip() for name in stock_names.split(",") if name.strip()),
        trust=trust,
        force=force,
        keep_weights=keep_weights,
        tolerance=tolerance,
        lift=lift,
        serving=serving.resolve() if serving else None,
    )
    batch = BatchOptions(options, jobs, timeout, int(memory * (1 << 30)), frozenset(retry))
    try:
        if dry_run:
            _show_plan(sources, out, batch, as_json)
            return
        report, ended = _run(sources, out, batch, progress, executor)
    except MigrationError as error:
        click.echo(f"keras-migrate: {error.code}: {error.message}. {error.hint}", err=True)
        usage = error.code in ("RUN011", "RUN012", "RUN013", "RUN017", "RUN018")
        sys.exit(2 if usage else 1)
    _show(report, out, as_json)
    left = sum(count for status, count in report.summary.items() if status not in ("migrated", "skipped"))
    sys.exit(1 if left or not ended else 0)


def _targets(text: str) -> frozenset[Target]:
    from migrate.pipeline.request import Target

    try:
        targets = frozenset(Target(part.strip()) for part in text.split(","))
    except ValueError as error:
        known = ", ".join(Target)
        raise click.BadParameter(f"{error}; known are {known}", param_hint="--to") from error
    for target, packages in _PACKAGES.items():
        missing = [name for name in packages if find_spec(name) is None]
        if target in targets and missing:
            raise click.BadParameter(
                f"{target} needs {', '.join(missing)}: pip install 'keras-migrate[{target}]'",
                param_hint="--to",
            )
    return targets


def _architecture(text: str | None) -> str | None:
    """The path made absolute, its function kept.

    Raises:
        click.BadParameter: the file does not exist.
    """
    if text is None:
        return None
    file, colon, function = text.rpartition(":") if ".py:" in text else (text, "", "")
    path = Path(file).resolve()
    if not path.is_file():
        raise click.BadParameter(f"{file} does not exist", param_hint="--architecture")
    return f"{path}{colon}{function}"


def _run(
    sources: Sequence[str], out: str, batch: BatchOptions, progress: str, executor: str
) -> tuple[BatchReport, bool]:
    """The report, and whether the run came to its end."""
    from migrate.batch.progress import renderer
    from migrate.batch.run import BatchStopped, run_batch

    make_executor = None
    if executor == "ray":
        from migrate.batch.ray import ray_executor

        make_executor = ray_executor
    show = renderer(progress)
    try:
        return run_batch(sources, out, batch, show, make_executor), True
    except BatchStopped as stopped:
        click.echo(f"keras-migrate: {stopped.code}: {stopped.message}. {stopped.hint}", err=True)
        return stopped.report, False
    finally:
        show.close()


def _show_plan(sources: Sequence[str], out: str, batch: BatchOptions, as_json: bool) -> None:
    from migrate.batch.plan import plan_json
    from migrate.batch.resources import jobs_for
    from migrate.batch.run import expect_batch, plan_batch

    plan = plan_batch(sources, out, batch)
    value = plan_json(plan, jobs_for(batch.jobs), expect_batch(plan, batch.options))
    if as_json:
        click.echo(json.dumps(value, indent=1))
        return
    from migrate.cli.tables import plan_lines

    click.echo("\n".join(plan_lines(value)))


def _show(report: BatchReport, out: str, as_json: bool) -> None:
    import msgspec

    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(report), indent=1))
        return
    from migrate.cli.console import stdout
    from migrate.cli.tables import reasons_table, result_table

    console = stdout()
    console.print(result_table(report))
    reasons = reasons_table(report)
    if reasons is not None:
        console.print(reasons)
    summary = ", ".join(f"{count} {status}" for status, count in report.summary.items() if count)
    click.echo(f"{summary}. Report: {out.rstrip('/')}/report.json")
