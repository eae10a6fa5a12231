"""``keras-migrate report``: one compatibility report of a repository and its models."""

from __future__ import annotations

import os
import shlex
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from migrate.cli.output import Output, example, output_options
from migrate.cli.sandbox import sandboxed
from migrate.cli.values import did_you_mean
from migrate.findings import MigrationError, Severity

if TYPE_CHECKING:
    from migrate.batch.places import Places
    from migrate.report.compatibility.records import Report

DEFAULT_OUT = "keras-migrate-report.html"
FORMATS = ("html", "json", "markdown", "sarif", "junit", "github")
SUFFIXES = {
    ".html": "html",
    ".htm": "html",
    ".json": "json",
    ".md": "markdown",
    ".sarif": "sarif",
    ".xml": "junit",
}


class _Refused(click.ClickException):
    """Input that cannot be used: wrong usage, status 2."""

    exit_code = 2


@click.command(
    epilog=example(
        "report .                                     one page: what to do, and in which order",
        "report . --out report.html --out r.sarif     two formats at once",
        "report . --fail-on silent --quiet            in CI",
        "report . --table findings.csv --table models.parquet",
        "report . --compare last.json                 what was resolved since, and what is new",
        "report --models s3://bucket/out/report.json  of a run elsewhere",
    )
)
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--out",
    "outs",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"Output file, format by suffix ({' '.join(sorted(SUFFIXES))}). Repeatable; default: {DEFAULT_OUT}.",
)
@click.option(
    "--table",
    "tables",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a table: findings, models, files or links, as .csv or .parquet, such as findings.csv. Repeatable.",
)
@click.option(
    "--models",
    "models",
    multiple=True,
    metavar="JSON",
    help="report.json of a finished run, or its address. Runs below PATHS are found automatically.",
)
@click.option(
    "--code",
    "code",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="JSON",
    help="JSON of keras-migrate code, instead of scanning the source.",
)
@click.option(
    "--compare",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="JSON",
    help="An earlier report in JSON: show what was resolved and what is new. Repeatable, for a burn-down over runs.",
)
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity]),
    help="Exit with status 1 if an open finding has this severity or worse (silent is the worst).",
)
@output_options(*FORMATS, default=None)
@sandboxed
def report(
    paths: tuple[Path, ...],
    outs: tuple[Path, ...],
    tables: tuple[Path, ...],
    models: tuple[str, ...],
    code: tuple[Path, ...],
    compare: tuple[Path, ...],
    fail_on: str | None,
    output: Output,
) -> None:
    """Report whether a repository and its models can move to Keras 3, what is left, and in which order.

    PATHS are the folders or files to examine, by default the current folder, or nothing if JSON is given. None of the
    code is run, and only the report is written. --format sets the format of --out, or of standard output without it.

    Exit status: 0 the report was written, 1 with --fail-on: an open finding reaches that severity, 2 usage error.
    """
    from migrate.batch.places import Places

    _must_be_tables(tables)
    try:
        with Places() as places:
            opened = tuple(Path(places.opened(str(path))) for path in paths)
            made = _make(opened, tuple(_json(places, given) for given in models), code, compare)
            if opened != paths:
                made = _of_archive(made, paths)
        written = _write(made, outs, output.format) if outs or output.format or not tables else []
        written += _write_tables(made, tables)
    except MigrationError as error:
        raise _Refused(
            f"{error.code}: {error.message}" + (f" ({error.hint})" if error.hint else "")
        ) from error
    if written and not output.quiet:
        _tell(made, written, output)
    if fail_on and failing(made, Severity(fail_on)):
        raise SystemExit(1)


def _of_archive(made: Report, paths: tuple[Path, ...]) -> Report:
    """The report of an archive of models: its commands are for the folder that the archive becomes."""
    import msgspec

    from migrate.batch.unpacking import folder_name
    from migrate.report.compatibility.records import Step

    if len(paths) > 1:
        raise _Refused("an archive of models is reported on alone: name it without other paths")
    archive = paths[0]
    folder, kind = folder_name(archive), "zipfile" if zipfile.is_zipfile(archive) else "tarfile"
    command = (
        f"python -m {kind} -e {shlex.quote(str(archive))} {shlex.quote(folder)} && cd {shlex.quote(folder)}"
    )
    first = Step(title="Unpack the archive", why="The commands below are for its folder.", command=command)
    return msgspec.structs.replace(made, root=archive.name, order=[first, *made.order] if made.order else [])


def _json(places: Places, given: str) -> Path:
    """A report.json, here or in a store."""
    path = places.local(given)
    if not path.is_file():
        raise click.BadParameter(f"{given} is not a file", param_hint="--models")
    return path


def failing(made: Report, limit: Severity) -> int:
    """Open findings as bad as ``limit`` or worse; a file or model that is blocked counts as an error."""
    from migrate.report.compatibility.levels import Level

    bad = sum(not entry.done and entry.severity.rank <= limit.rank for entry in made.findings)
    blocked = made.tally.levels[Level.BLOCKED] if limit.rank >= Severity.ERROR.rank else 0
    return bad + blocked


def _make(
    paths: tuple[Path, ...], models: tuple[Path, ...], code: tuple[Path, ...], compare: tuple[Path, ...]
) -> Report:
    import msgspec

    from migrate.report.compatibility import compare as burndown
    from migrate.report.compatibility.build import build
    from migrate.report.compatibility.engines import looks
    from migrate.report.compatibility.gather import gather

    chosen = list(paths) or ([] if models or code else [Path()])
    root, only = _root(chosen)
    made = build(gather(root, code, models, looks(), only))
    if compare:
        earlier = [burndown.read_report(path.read_bytes(), path.name) for path in compare]
        *older, last = sorted(earlier, key=lambda report: report.created)
        made = msgspec.structs.replace(made, comparison=burndown.compare(last, made, older))
    return made


def _root(paths: list[Path]) -> tuple[Path | None, list[str]]:
    """The folder that everything is relative to, and what below it to look at (empty: all)."""
    if not paths:
        return None, []
    if len(paths) == 1 and paths[0].is_dir() and not (paths[0] / "saved_model.pb").exists():
        return paths[0], []
    whole = [path.resolve() for path in paths]
    root = Path(os.path.commonpath([path.parent for path in whole]))
    return root, [path.relative_to(root).as_posix() for path in whole]


def _write(made: Report, outs: tuple[Path, ...], format_: str | None) -> list[Path]:
    if not outs and format_:
        click.echo(writer(format_)(made), nl=False)
        return []
    written = []
    for path in outs or (Path(DEFAULT_OUT),):
        kind = format_ or SUFFIXES.get(path.suffix.lower())
        if kind is None:
            raise click.UsageError(f"{path.name}: no format has this suffix; name one with --format")
        _replace(path, writer(kind)(made))
        written.append(path)
    return written


def _must_be_tables(paths: tuple[Path, ...]) -> None:
    """Refuse a file that does not say which table it is, before anything is looked at."""
    from migrate.report.writers.tables import NAMES, SUFFIXES

    for path in paths:
        if path.stem not in NAMES:
            hint = did_you_mean(path.stem, NAMES, "tables are " + ", ".join(NAMES))
            raise click.BadParameter(f"no table is called {path.stem!r}{hint}", param_hint="--table")
        if path.suffix not in SUFFIXES:
            raise click.BadParameter(f"{path.name} is neither .csv nor .parquet", param_hint="--table")


def _write_tables(made: Report, paths: tuple[Path, ...]) -> list[Path]:
    from migrate.report.writers.tables import write_table

    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_table(made, path.stem, path)
    return list(paths)


def writer(kind: str) -> Callable[[Report], str]:
    """The function that writes a format."""
    from importlib import import_module

    found: Callable[[Report], str] = import_module(f"migrate.report.writers.{kind}").write
    return found


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as file:
        try:
            file.write(text)
            file.flush()
            Path(file.name).chmod(0o666 & ~_umask())
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _tell(made: Report, written: list[Path], output: Output) -> None:
    from migrate.report.writers.terminal import show

    show(made, [str(path) for path in written], output.console())
