"""``keras-migrate scan``: look for hostile content without loading anything."""

from __future__ import annotations

import json
import sys
from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import click

from migrate.cli.output import Output, example, output_options, say
from migrate.cli.sandbox import sandboxed

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from migrate.scan.files import Scan


@click.command(
    epilog=example(
        "scan downloads/                   before anything of it is loaded",
        "scan model.keras --strict         in CI: fail on warnings, too",
        "scan s3://bucket/models --json    for a program",
    )
)
@click.argument("paths", nargs=-1, required=True)
@click.option("--strict", is_flag=True, help="Warnings count, too: exit 1 unless everything is clean.")
@output_options("text", "json", "sarif")
@sandboxed
def scan(paths: tuple[str, ...], *, strict: bool, output: Output) -> None:
    """Look for hostile content in model files and folders, without loading them.

    PATHS may be addresses such as s3://bucket/models. Clean files are counted; -v lists them.

    Exit status: 0 nothing unsafe, 1 something is unsafe (with --strict: not clean), 2 usage error, 3 internal
    error.
    """
    from migrate.batch.places import Places
    from migrate.batch.scanner import scan_roots
    from migrate.findings import MigrationError
    from migrate.printable import printable

    console = output.console()
    scans = []
    left_out: list[Path] = []
    with Places() as places:
        try:
            roots = [_existing(places.local(path), path) for path in paths]
        except MigrationError as error:
            raise click.UsageError(printable(f"{error.message}. {error.hint}")) from error
        for root, one in scan_roots(roots, left_out=left_out):
            scans.append((root, one))
            if output.text and (one.findings or output.verbose):
                _show(root, one, console)
        if output.format in ("json", "sarif"):
            from migrate.scan import output as writers

            sarif = output.format == "sarif"
            value = (
                writers.as_sarif(scans, _version()) if sarif else writers.as_json(scans, _version(), left_out)
            )
            click.echo(json.dumps(value, indent=2))
    if output.text:
        _summary([one for _, one in scans])
        _show_left_out(left_out)
    verdicts = {one.verdict for _, one in scans}
    sys.exit(1 if "unsafe" in verdicts or (strict and "warning" in verdicts) else 0)


def _existing(path: Path, given: str) -> Path:
    if not path.exists():
        raise click.UsageError(f"{given} does not exist")
    return path


MOST = 5
"""Names of folders that are told."""
_COLOURS = {"unsafe": "red", "warning": "yellow", "clean": "green"}


def _show(root: Path, one: Scan, console: Console) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from migrate.printable import printable
    from migrate.scan.output import relative

    verdict = (f"{one.verdict:8}", _COLOURS[one.verdict])
    console.print(Text.assemble(verdict, printable(relative(one.path, root))), soft_wrap=True)
    for finding in one.findings:
        where = f" ({finding.place})" if finding.place else ""
        text = Text(printable(f"{finding.code} {finding.severity.value}: {finding.message}{where}"))
        console.print(Padding(text, (0, 0, 0, 9), expand=False))


def _summary(scans: list[Scan]) -> None:
    verdicts = [one.verdict for one in scans]
    models = sum(one.kind != "other" for one in scans)
    counts = ", ".join(f"{verdicts.count(name)} {name}" for name in ("unsafe", "warning", "clean"))
    say(f"{len(scans)} files, {models} of a kind that loaders accept: {counts}")


def _show_left_out(folders: list[Path]) -> None:
    """What nobody looked into: folders of version control and environments, and links to folders."""
    if folders:
        names = Counter(
            f"{folder.name} (a link)" if folder.is_symlink() else folder.name for folder in folders
        )
        told = ", ".join(
            name if count == 1 else f"{count} × {name}" for name, count in names.most_common(MOST)
        )
        more = f" and {len(names) - MOST} other names" if len(names) > MOST else ""
        say(f"not scanned: {told}{more}; name a folder to scan it")


def _version() -> str:
    try:
        return version("keras-migrate")
    except PackageNotFoundError:
        return "0"  # run from a checkout that was not installed
