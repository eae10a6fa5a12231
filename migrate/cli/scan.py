"""``keras-migrate scan``: look for hostile content without loading anything."""

from __future__ import annotations

import json
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from migrate.cli.sandbox import sandboxed

if TYPE_CHECKING:
    from migrate.scan.files import Scan


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Write one JSON value.")
@click.option("--sarif", "as_sarif", is_flag=True, help="Write a SARIF 2.1.0 log.")
@click.option("--strict", is_flag=True, help="Warnings count, too: exit 1 unless everything is clean.")
@click.option("--verbose", "-v", is_flag=True, help="Name the clean files, too.")
@sandboxed
def scan(paths: tuple[Path, ...], *, as_json: bool, as_sarif: bool, strict: bool, verbose: bool) -> None:
    """Look for hostile content in model files and folders, without loading them.

    Exit status: 0 nothing unsafe, 1 something is unsafe (with --strict: not clean), 2 wrong usage, 3 internal
    error.
    """
    from migrate.batch.scanner import scan_roots

    if as_json and as_sarif:
        raise click.UsageError("choose one of --json and --sarif")
    scans = []
    for root, one in scan_roots(list(paths)):
        scans.append((root, one))
        if not (as_json or as_sarif) and (one.findings or verbose):
            _show(root, one)
    if as_json or as_sarif:
        from migrate.scan import output

        make = output.as_json if as_json else output.as_sarif
        click.echo(json.dumps(make(scans, _version()), indent=2))
    else:
        _summary([one for _, one in scans])
    verdicts = {one.verdict for _, one in scans}
    sys.exit(1 if "unsafe" in verdicts or (strict and "warning" in verdicts) else 0)


_COLOURS = {"unsafe": "red", "warning": "yellow", "clean": "green"}


def _show(root: Path, one: Scan) -> None:
    from migrate.printable import printable
    from migrate.scan.output import relative

    click.secho(f"{one.verdict:8}", fg=_COLOURS[one.verdict], nl=False)
    click.echo(printable(relative(one.path, root)))
    for finding in one.findings:
        where = f" ({finding.place})" if finding.place else ""
        click.echo(printable(f"         {finding.code} {finding.severity.value}: {finding.message}{where}"))


def _summary(scans: list[Scan]) -> None:
    verdicts = [one.verdict for one in scans]
    models = sum(one.kind != "other" for one in scans)
    counts = ", ".join(f"{verdicts.count(name)} {name}" for name in ("unsafe", "warning", "clean"))
    click.echo(f"{len(scans)} files, {models} of a kind that loaders take: {counts}")


def _version() -> str:
    try:
        return version("keras-migrate")
    except PackageNotFoundError:
        return "0"  # run from a checkout that was not installed
