"""``keras-migrate check``: which releases of Keras 3 load an archive, and compute the same."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from migrate.cli.options import migration_options, options_from
from migrate.cli.output import Output, example, output_options, say
from migrate.cli.sandbox import sandboxed

if TYPE_CHECKING:
    from rich.table import Table

    from migrate.dialects.keras3_minors.versions import Reader
    from migrate.readers.environments import Backend
    from migrate.results import CheckedArchive

DEFAULT_READERS = "3.9,3.12,newest"
_COLOURS = {"equal": "green", "silent": "red", "error": "red", "open": "yellow"}


@click.command(
    epilog=example(
        "check model.keras --readers 3.9,3.12,3.15,nightly",
        "check migrated --readers all --backends jax,tensorflow",
        "check migrated --json",
    )
)
@click.argument("paths", nargs=-1, required=True)
@click.option(
    "--readers",
    default=DEFAULT_READERS,
    show_default=True,
    help="Keras 3 releases, separated by commas: 3.9, 3.12.1, 3.9-3.12, newest, nightly, all.",
)
@click.option(
    "--backends", default="jax", show_default=True, help="jax, numpy, tensorflow, torch; separated by commas."
)
@click.option(
    "--page", type=click.Path(path_type=Path, dir_okay=False), help="Also write the matrix as an HTML page."
)
@migration_options("custom_objects", "tolerance", "seed", "trust")
@output_options("text", "json")
@sandboxed
def check(
    paths: tuple[str, ...], *, readers: str, backends: str, page: Path | None, output: Output, **chosen: Any
) -> None:
    """Load Keras 3 archives in several Keras 3 releases and compare the outputs.

    They are compared with the recording next to the archive (MODEL.golden.npz, or the proof.npz of a migrated model),
    otherwise with the outputs of the Keras that wrote it. The custom_objects.py of a migrated model is run, in the
    sandbox, if --custom-objects names it or --trust says that you made it. Readers are installed on demand, once, into
    a cache folder.

    Exit status: 0 equal everywhere, 1 something differs or does not load, 2 usage error.
    """
    import msgspec

    from migrate.pipeline.keras3.matrix import check_archives
    from migrate.report.writers.readers import reasons
    from migrate.report.writers.readers import write as write_page
    from migrate.results import ReaderOutcome

    asked, below, options = _readers(readers), _backends(backends), options_from(chosen)
    archives = _archives(paths)
    with tempfile.TemporaryDirectory(prefix="keras-migrate-") as folder:
        checked = check_archives(archives, asked, below, Path(folder), options)
    if output.format == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(checked), indent=1).decode())
    elif output.text:
        output.console().print(matrix_table(checked))
        for line in reasons(checked):
            say(line)
    if page is not None:
        page.write_text(write_page(checked), encoding="utf-8")
    equal = all(
        archive.readings and all(reading.outcome is ReaderOutcome.EQUAL for reading in archive.readings)
        for archive in checked
    )
    sys.exit(0 if equal else 1)


def _readers(text: str) -> tuple[Reader, ...]:
    from migrate.dialects.keras3_minors.versions import parse_readers
    from migrate.findings import MigrationError

    try:
        return parse_readers(text)
    except MigrationError as error:
        raise click.BadParameter(
            f"{error.code} {error.message}. {error.hint}", param_hint="--readers"
        ) from error


def _backends(text: str) -> tuple[Backend, ...]:
    from migrate.readers.environments import Backend

    try:
        return tuple(dict.fromkeys(Backend(part.strip()) for part in text.split(",") if part.strip()))
    except ValueError as error:
        known = ", ".join(Backend)
        raise click.BadParameter(f"{error}; known: {known}", param_hint="--backends") from error


def _archives(given: tuple[str, ...]) -> list[tuple[Path, str]]:
    """Archives among files and folders, each with its name relative to what was given."""
    found: dict[Path, str] = {}
    for text in given:
        path = Path(text)
        if path.is_dir():
            for file in sorted(path.rglob("*.keras")):
                found.setdefault(file.resolve(), file.relative_to(path).as_posix())
        elif path.is_file():
            found.setdefault(path.resolve(), path.name)
        else:
            raise click.BadParameter(f"RUN013 {text} does not exist", param_hint="PATHS")
    if not found:
        raise click.BadParameter("RUN013 there is no .keras file", param_hint="PATHS")
    return list(found.items())


def matrix_table(checked: list[CheckedArchive]) -> Table:
    """One row per archive, one column per reader and backend."""
    from rich.table import Table
    from rich.text import Text

    from migrate.printable import printable
    from migrate.report.writers.readers import cell_of

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("archive", no_wrap=True)
    table.add_column("written by")
    columns = next((archive.readings for archive in checked if archive.readings), [])
    several = len({reading.backend for reading in columns}) > 1
    for reading in columns:
        table.add_column(f"{reading.reader} {reading.backend}" if several else reading.reader, no_wrap=True)
    for archive in checked:
        cells = [f"[{_COLOURS[cell.kind]}]{cell.text}[/]" for cell in map(cell_of, archive.readings)]
        table.add_row(
            Text(printable(archive.source)), Text(printable(archive.written_by or "refused")), *cells
        )
    return table
