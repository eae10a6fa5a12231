"""``keras-migrate repo``: one command from an old repository to one that runs on Keras 3."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from migrate.cli.options import migration_options, options_from
from migrate.cli.output import Output, example, output_options, say, say_refused
from migrate.cli.sandbox import required_here, sandboxed
from migrate.cli.values import POSITIVE
from migrate.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrate.repository.request import Outcome, Wish

DONE, LEFT, USAGE, INTERRUPTED = 0, 1, 2, 130
"""Exit statuses."""


@click.command(
    epilog=example(
        "repo --dry-run                                   the plan; nothing is run or written",
        'repo . --source . --test "pytest -q" --commit    source, models and tests, and a branch',
        "repo . --out ../moved --resume                   go on with an earlier run",
        "repo --check                                     in CI: refuse code for Keras 2 that came in since",
        "repo --fleet repos.txt --out moved --jobs 4      many repositories: a table and a page",
    )
)
@click.argument("path", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for outputs. [PATH-keras3]"
)
@click.option("--dry-run", is_flag=True, help="Show the plan; run nothing, write nothing.")
@click.option(
    "--check",
    is_flag=True,
    help="Compare the source with .keras-migrate/state.json; exit with 1 if there are new findings.",
)
@click.option(
    "--test", default="", metavar="COMMAND", help='Run this in both worlds, sandboxed: "pytest -q".'
)
@migration_options("source", "custom_objects", "architecture", "stock_names", "define")
@click.option("--commit", is_flag=True, help="Create a branch with one commit for each rule.")
@click.option("--branch", default="keras-migrate/keras-3", show_default=True, help="Name of the branch.")
@click.option("--resume", is_flag=True, help="Continue the run in --out.")
@click.option("--safe-only", is_flag=True, help="Skip rewrites that are right in most cases only.")
@click.option(
    "--remove-old", is_flag=True, help="Remove old artifacts that were migrated and that nothing refers to."
)
@click.option("--network", is_flag=True, help="Let the command of --test use the network.")
@click.option("--jobs", type=click.IntRange(0), default=0, help="Parallel jobs (0 = number of cores).")
@click.option(
    "--timeout",
    type=POSITIVE,
    default=1800.0,
    show_default=True,
    help="Time limit in seconds for the command of --test in one world.",
)
@click.option("--with", "packages", multiple=True, metavar="PACKAGE", help="Package for --test; repeatable.")
@click.option(
    "--install",
    is_flag=True,
    help="Install the packages of requirement files for --test, without their pins.",
)
@click.option(
    "--prove", is_flag=True, help="Run the repository's own classes and functions in both worlds, sandboxed."
)
@click.option(
    "--fleet",
    "fleet_list",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Move every repository listed in FILE, one PATH [OPTIONS] per line, --jobs at a time. PATH is ignored.",
)
@click.option(
    "--executor",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Where a fleet runs.",
)
@output_options("text", "json")
@sandboxed
def repo(
    path: Path,
    out: Path | None,
    dry_run: bool,
    check: bool,
    test: str,
    commit: bool,
    branch: str,
    resume: bool,
    safe_only: bool,
    remove_old: bool,
    network: bool,
    jobs: int,
    timeout: float,
    packages: tuple[str, ...],
    install: bool,
    prove: bool,
    fleet_list: Path | None,
    executor: str,
    output: Output,
    **chosen: Any,
) -> None:
    """Move the repository at PATH to Keras 3: source, models, and the paths between them.

    The repository is copied; OUT/after contains the result, OUT/report.html and OUT/pull-request.md say what was done
    and what is left. The repository itself is not changed, except that --commit adds a branch to it.

    With --fleet, the options apply to each repository, relative to it; finished repositories are not run again.
    OUT/fleet.html, fleet.csv and fleet.parquet contain the results of all.

    Exit status: 0 nothing left, 1 something is left, 2 usage error, 3 internal error.
    """
    from codemods.config import ConfigError
    from migrate.batch.run import BatchStopped
    from migrate.findings import MigrationError
    from migrate.repository.request import BRANCH, Wish, default_out
    from migrate.repository.run import migrate_repository
    from migrate.worlds.host.installed import must_have_frameworks

    if fleet_list is not None:
        if check or dry_run:
            raise click.UsageError("--fleet goes with neither --check nor --dry-run")
        own = {
            "test": test, "commit": commit, "branch": "" if branch == BRANCH else branch, "safe_only": safe_only,
            "remove_old": remove_old, "network": network, "timeout": timeout, "packages": packages,
            "install": install, "prove": prove,
        }  # fmt: skip
        _fleet(fleet_list, out or Path("fleet-keras3"), {**chosen, **own}, executor, jobs, output)
        return
    wish = Wish(
        path,
        out or default_out(path),
        options_from(chosen),
        test,
        commit,
        branch,
        resume,
        not safe_only,
        network,
        remove_old,
        jobs,
        timeout,
        packages,
        install,
        prove,
    )
    try:
        if check:
            sys.exit(_check(path, output, unsafe=not safe_only))
        if dry_run:
            _plan(wish, output)
            return
        must_have_frameworks()
        outcome = migrate_repository(wish, (lambda _text: None) if output.quiet else _tell)
    except BatchStopped as stopped:
        say(f"keras-migrate: {stopped.code}: {stopped.message}. Pass --resume to continue.", err=True)
        sys.exit(LEFT)
    except MigrationError as error:
        say_refused(error)
        sys.exit(USAGE)
    except ConfigError as error:
        raise click.UsageError(str(error)) from error
    except KeyboardInterrupt:
        click.echo("interrupted; no branch was made or moved. Pass --resume to continue.", err=True)
        sys.exit(INTERRUPTED)
    _show(outcome, wish, output)
    sys.exit(LEFT if outcome.state.left else DONE)


def _fleet(listed: Path, out: Path, chosen: dict[str, Any], executor: str, jobs: int, output: Output) -> None:
    from migrate.cli.fleet import fleet, options_again
    from migrate.findings import MigrationError

    names = {"packages": "--with"}
    names |= {name: f"--{name.replace('_', '-')}" for name in chosen if name not in names}
    options = [*options_again(chosen, names), "--jobs", "1"]
    options += ["--require-sandbox"] if required_here() else []
    try:
        done = fleet(listed, out, options, executor, jobs, output)
    except MigrationError as error:
        say_refused(error)
        sys.exit(USAGE)
    except KeyboardInterrupt:
        click.echo("interrupted; the same command goes on with what is not done.", err=True)
        sys.exit(INTERRUPTED)
    sys.exit(DONE if done else LEFT)


def _tell(text: str) -> None:
    say(f"{text} …", err=True)


def _check(path: Path, output: Output, *, unsafe: bool) -> int:
    import msgspec

    from migrate.repository.source import options_of, rewrite_tree
    from migrate.repository.state import new_findings, read_state

    found, known = new_findings(
        read_state(path), rewrite_tree(path.resolve(), options_of(path, unsafe=unsafe))
    )
    if output.format == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=1))
    elif output.text:
        for left in found:
            where = f"{left.path}:{left.line}" if left.line else left.path
            say(f"{where}: {left.code} {left.message}")
        say(
            f"{len(found)} findings that .keras-migrate/state.json does not know; {known} that it knows are not shown",
            err=True,
        )
    return LEFT if found else DONE


def _plan(wish: Wish, output: Output) -> None:
    import json

    from migrate.repository.plan import plan_lines

    lines = [printable(line) for line in plan_lines(wish)]
    if output.format == "json":
        click.echo(json.dumps({"plan": lines}, indent=1))
    elif output.text:
        for line in lines:
            say(line)


def _show(outcome: Outcome, wish: Wish, output: Output) -> None:
    if output.format == "json":
        from migrate.repository.state import encode

        click.echo(encode(outcome.state), nl=False)
    elif output.text:
        for line in _lines(outcome, wish, verbose=bool(output.verbose)):
            say(line)


def _lines(outcome: Outcome, wish: Wish, *, verbose: bool) -> Iterator[str]:
    from migrate.repository.records import Verdict
    from migrate.repository.suite import counts

    state = outcome.state
    for change in state.changes:
        yield f"{change.code:<8}{change.count:>4} places  {len(change.files):>3} files  {change.title}"
    for model in state.models:
        yield f"{model.status:<11}{model.path}{f' -> {model.new}' if model.new else ''}"
    for test in state.tests:
        if verbose or test.verdict is not Verdict.PASSES:
            yield f"{test.verdict.value:<15}{test.name}  {test.place} {test.message}"[:160].rstrip()
    for name, count in counts(state.tests).items():
        yield f"tests: {count} {name}"
    for path, why in outcome.left_out.items():
        yield f"left out: {path}: {why}"
    if state.proofs is not None:
        found = state.proofs
        yield (
            f"own code: {found.equal} equal, {found.differs} differ, {found.broken} broken, {found.unproven} unproven; "
            f"{found.covered:.0%} of it ran and came out equal"
        )
    yield f"{len(state.left)} findings left: {wish.out}/pull-request.md, {wish.out}/report.html"
    if outcome.orders is not None:
        hours = outcome.orders.hours
        yield (
            f"{len(outcome.orders.orders)} work orders, {hours.low:g} to {hours.high:g} hours: "
            f"{wish.out}/work-orders.md"
        )
    elif outcome.why_no_orders:
        yield f"no work orders: {outcome.why_no_orders}"
    if outcome.head:
        yield f"branch {wish.branch}: {len(outcome.commits)} commits, {outcome.head[:12]}"
