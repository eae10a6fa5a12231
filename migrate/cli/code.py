"""``keras-migrate code`` and ``keras-migrate undo``: arguments in, files and a report out."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from migrate.cli.output import Output, example, output_options, say
from migrate.cli.values import meant_code
from migrate.findings import Severity
from migrate.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from codemods.outcome import CodeFinding
    from codemods.output import terminal

CLEAN, LEFT, USAGE, INTERNAL = 0, 1, 2, 3
"""Exit statuses."""


@dataclass(frozen=True, slots=True)
class _Mode:
    write: bool
    diff: bool
    check: bool


def _codes(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code.strip().upper() for value in values for code in value.split(",") if code.strip())


@click.command(
    epilog=example(
        "code .                          show what would change",
        "code . --write --unsafe         rewrite, including the fixes that need review",
        "code . --check --format github  in CI: fail if anything still needs Keras 2",
        "code . --select IMP,SIL001      only some rules",
        "code . --write-baseline --baseline known.json",
    ),
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--write", "mode", flag_value="write", help="Write the files; `keras-migrate undo` reverts it.")
@click.option("--diff", "mode", flag_value="diff", help="Print only the diff.")
@click.option(
    "--check", "mode", flag_value="check", help="Print no diff; exit with 1 if a file would change."
)
@click.option("--target", type=click.Choice(["keras", "tf.keras", "tf_keras"]), help="Target API. [keras]")
@click.option(
    "--backend",
    type=click.Choice(["any", "tensorflow", "jax", "torch"]),
    help="Backend; for any but tensorflow, also report code that only TensorFlow can run. [tensorflow]",
)
@click.option("--keras-version", help="Keras 3 version to run with; detected from pins and lock files.")
@click.option("--select", multiple=True, callback=_codes, help="Rule codes or prefixes to act on.")
@click.option("--ignore", multiple=True, callback=_codes, help="Rule codes or prefixes to skip.")
@click.option("--unsafe", is_flag=True, help="Also apply unsafe fixes.")
@click.option("--todo", is_flag=True, help="Add a TODO comment where manual work is left.")
@click.option("--docs", is_flag=True, help="Also rewrite Python blocks in Markdown and reStructuredText.")
@click.option(
    "--ported", multiple=True, help="Keras 2 package that you have ported to Keras 3 (import name)."
)
@click.option(
    "--jobs",
    "-j",
    type=click.IntRange(0),
    default=0,
    help="Processes (0 = one per core, at most 8, one per 48 files).",
)
@click.option("--baseline", type=click.Path(path_type=Path), help="Known findings to suppress.")
@click.option("--write-baseline", is_flag=True, help="Write the remaining findings to the baseline file.")
@click.option("--allow-dirty", is_flag=True, help="Write into a git tree with uncommitted changes.")
@click.option("--no-pins", is_flag=True, help="Do not change requirement files.")
@output_options("text", "json", "sarif", "github", "junit", "markdown")
def code(**arguments: Any) -> None:
    """Rewrite Keras 1 and 2 code below PATHS to Keras 3.

    Prints a diff and writes nothing unless --write is given. Exit status: 0 nothing left, 1 findings left (with
    --check: files would change), 2 usage error, 3 internal error. Notes (severity info) require no action.
    """
    try:
        sys.exit(_code(**arguments))
    except click.ClickException:
        raise
    except KeyboardInterrupt:
        sys.exit(130)


def _fail(message: str) -> NoReturn:
    raise click.UsageError(message)


def _code(
    paths: tuple[Path, ...],
    mode: str | None,
    target: str | None,
    backend: str | None,
    keras_version: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    unsafe: bool,
    todo: bool,
    docs: bool,
    ported: tuple[str, ...],
    jobs: int,
    output: Output,
    baseline: Path | None,
    write_baseline: bool,
    allow_dirty: bool,
    no_pins: bool,
) -> int:
    from codemods.config import ConfigError, detect_version, find_root, formatter, parse_version, settings
    from codemods.files.discovery import Wanted, discover
    from codemods.files.journal import JournalError, write
    from codemods.options import NEWEST, Options
    from codemods.output import baseline as baselines
    from codemods.output import terminal
    from codemods.output.records import FileRecord, result
    from codemods.rules.api import Backend, Target
    from codemods.run.runner import run

    _refuse_unknown((*select, *ignore))
    root = find_root(paths[0])
    try:
        config = settings(root)
        wished = parse_version(keras_version) if keras_version else config.version
    except ConfigError as error:
        _fail(str(error))
    options = Options(
        target=Target(target) if target else config.target or Target.KERAS,
        version=wished or detect_version(root) or NEWEST,
        select=select or config.select,
        ignore=(*config.ignore, *ignore),
        unsafe=unsafe or config.unsafe,
        todo=todo or config.todo,
        ported=(*config.ported, *ported),
        backend=Backend(backend) if backend else config.backend or Backend.TENSORFLOW,
    )
    if options.backend is not Backend.TENSORFLOW and options.target is not Target.KERAS:
        _fail(f"--backend {options.backend} needs --target keras: {options.target} is TensorFlow's")
    if mode == "write" and not allow_dirty:
        _refuse_dirty(paths)
    files = discover(paths, Wanted(documents=docs or config.docs, pins=not no_pins, exclude=config.exclude))
    results = [(_shown(item.path), item) for item in run(files, options, jobs)]
    file = baseline or (root / config.baseline if config.baseline else None)
    if write_baseline:
        if file is None:
            _fail("--write-baseline needs --baseline FILE")
        count = baselines.save(file, results)
        say(f"{file}: {terminal.counted(count, 'finding')}", err=True)
    if file is not None:
        try:
            known = baselines.load(file)
        except baselines.BaselineError as error:
            _fail(str(error))
        results = [(path, baselines.without(path, item, known)) for path, item in results]
    told = (
        FileRecord(
            path=path,
            changed=item.new is not None,
            error=item.error,
            findings=item.findings,
        )
        for path, item in results
        if item.new is not None or item.findings or item.error
    )
    record = result(told, len(files), written=mode == "write")
    if mode == "write":
        changes = [(item.path, item.old, item.new) for _, item in results if item.new is not None]
        try:
            write(root, changes)
        except (JournalError, OSError) as error:
            say(f"Error: {error}", err=True)
            return INTERNAL
    _print(
        record, results, len(files), output, _Mode(mode == "write", mode in {None, "diff"}, mode == "check")
    )
    reformat = formatter(root) if mode == "write" and record.summary.changed and not output.quiet else None
    if reformat is not None:
        say(f"Edits keep the layout of their lines: run `{reformat}` on the rewritten files.", err=True)
    left = any(item.error or any(_asks_for_work(f) for f in item.findings) for _, item in results)
    changed = record.summary.changed > 0
    if any(item.crashed for _, item in results):
        return INTERNAL
    if mode == "check":
        return LEFT if changed or left else CLEAN
    return LEFT if left else CLEAN


def _print(record: Any, results: list[Any], looked_at: int, output: Output, mode: _Mode) -> None:
    from codemods.output import formats, terminal

    if output.format not in ("text", None):
        click.echo(formats.FORMATS[output.format](record))
        return
    if output.quiet:
        return
    show = _printer(output)
    if mode.diff:
        for path, item in results:
            if item.new is not None:
                old = item.old.decode("utf-8", "replace")
                show(terminal.diff(path, old, item.new.decode("utf-8", "replace")))
    for file in record.files:
        if mode.check and file.changed:
            say(f"{file.path} would change")
        show(terminal.findings(file, notes=bool(output.verbose)))
    click.echo(terminal.summary(record, looked_at, written=mode.write), nl=False, err=True)


def _printer(output: Output) -> Callable[[Iterable[terminal.Line]], None]:
    """A printer for lines of styled parts; without a terminal, no time is spent on styles."""
    from rich.text import Text

    console = output.console()

    def show(lines: Iterable[terminal.Line]) -> None:
        for line in lines:
            if console.is_terminal:
                console.print(Text.assemble(*line), soft_wrap=True)
            else:
                click.echo("".join(text for text, _ in line))

    return show


def _asks_for_work(finding: CodeFinding) -> bool:
    """Whether a finding requires work: notes do not."""
    return not finding.applied and finding.severity is not Severity.INFO


def _refuse_unknown(codes: tuple[str, ...]) -> None:
    """Reject codes that no rule has: a typo would find nothing and look like success."""
    from codemods.renamed import matches
    from codemods.rules.api import all_source_rules

    known = [rule.code for rule in all_source_rules()]
    for wanted in codes:
        if not any(matches(code, (wanted,)) for code in known):
            _fail(f"no rule code starts with {wanted}{meant_code(wanted, known)}")


def _shown(path: Path) -> str:
    """The name in output: printable, and UTF-8, which a path need not be."""
    relative = os.path.relpath(path)
    return printable(path.as_posix() if relative.startswith("..") else Path(relative).as_posix())


def _refuse_dirty(paths: tuple[Path, ...]) -> None:
    """Refuse to mix the rewrite with uncommitted changes."""
    from codemods.files.git import uncommitted

    for path in paths:
        if (first := uncommitted(path)) is not None:
            _fail(f"{path} has uncommitted changes ({printable(first)}); commit them or pass --allow-dirty")


@click.command(
    epilog=example(
        "undo           revert what the last keras-migrate code --write changed here",
        "undo --force   also files that were edited since",
    )
)
@click.argument("path", default=".", type=click.Path(exists=True, path_type=Path))
@click.option("--force", is_flag=True, help="Also restore files that were edited since.")
@output_options("text", "json")
def undo(path: Path, force: bool, output: Output) -> None:
    """Restore the files that the last `code --write` in the repository of PATH changed.

    Exit status: 0 restored, 1 there is nothing to undo or a file was edited since, 2 usage error.
    """
    from codemods.config import find_root
    from codemods.files.journal import JournalError
    from codemods.files.journal import undo as take_back

    try:
        restored = take_back(find_root(path), force=force)
    except JournalError as error:
        raise click.ClickException(printable(error)) from error
    if output.format == "json":
        click.echo(json.dumps({"restored": [_shown(file) for file in restored]}, indent=2))
    elif output.text:
        for file in restored:
            say(f"restored {_shown(file)}")
