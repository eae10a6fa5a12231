"""``keras-migrate repo --fleet FILE``: many repositories, one table and one page."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from migrate.cli.output import Output, say
from migrate.extras import command_for
from migrate.pipeline.request import flags

if TYPE_CHECKING:
    from migrate.repository.fleet.records import MemberResult

PAGE = "fleet.html"


def options_again(chosen: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    """Options as they were given, for the command of each repository.

    Args:
        chosen: values by parameter, as the command line gave them; those that say nothing are left out.
        names: the flag of each parameter that is none of the migration's.
    """
    known = {**names, **{name: flag.name for name, flag in flags().items()}}
    again: list[str] = []
    for parameter, value in chosen.items():
        if isinstance(value, bool):
            again += [known[parameter]] if value else []
        elif isinstance(value, tuple):
            again += [word for one in value for word in (known[parameter], str(one))]
        elif value not in (None, ""):
            again += [known[parameter], str(value)]
    return again


def fleet(file: Path, out: Path, options: list[str], executor: str, jobs: int, output: Output) -> bool:
    """Run the repositories of a list; whether nothing is left of any.

    Raises:
        MigrationError: the list makes no sense, or the cluster cannot be reached.
    """
    from migrate.repository.fleet.executors import local, on_ray
    from migrate.repository.fleet.members import read_members
    from migrate.repository.fleet.page import page_of
    from migrate.repository.fleet.run import run_fleet
    from migrate.repository.fleet.table import TABLES, write_tables

    members = read_members(file)
    out = out.absolute()
    execute = on_ray() if executor == "ray" else local(jobs or 1)

    def tell(result: MemberResult, kept: bool) -> None:
        if not output.quiet:
            say(_line(result, kept=kept), err=True)

    results = run_fleet(members, out, options, execute, tell)
    names = [name for name in TABLES if not name.endswith(".parquet") or find_spec("pyarrow") is not None]
    written = write_tables(results, out, names)
    (out / PAGE).write_text(page_of(results), encoding="utf-8")
    if output.format == "json":
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(results), indent=1).decode())
    elif output.text:
        say(f"{len(results)} repositories: {', '.join(str(path) for path in [out / PAGE, *written])}")
        if len(names) < len(TABLES):
            say(f"no Parquet: {command_for('table')}")
    return all(result.status == 0 for result in results)


def _line(result: MemberResult, *, kept: bool) -> str:
    from migrate.repository.fleet.page import row_of

    row = row_of(result)
    told = result.error or f"models {row['models']}, {row['places']} places, {row['left']} left"
    return f"{result.name}: {told}" + (" (done before)" if kept else f", {row['seconds']} s")
