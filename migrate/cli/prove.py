"""``keras-migrate prove``: the user's own code in both worlds, compared."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from migrate.cli.orders import workers
from migrate.cli.output import Output, example, output_options, say, say_refused
from migrate.cli.sandbox import sandboxed

if TYPE_CHECKING:
    from collections.abc import Callable

    from migrate.proving.records import Proof, ProofReport


class _WithProgram(click.Command):
    """Keeps what stands behind ``--`` apart from the path in front of it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments in front of ``--``; those behind it are the program's."""
        if "--" in args:
            at = args.index("--")
            ctx.obj = args[at + 1 :]
            args = args[:at]
        return super().parse_args(ctx, args)


@click.command(
    cls=_WithProgram,
    epilog=example(
        "prove src                                 each class and function that builds models",
        "prove old --after new --classes Gate      one, migrated manually",
        "prove . -- python train.py                a program, step by step",
    ),
)
@click.argument("path", default=".", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--classes", "names", multiple=True, metavar="NAME", help="Prove only these classes and functions."
)
@click.option(
    "--after",
    type=click.Path(exists=True, path_type=Path),
    help="The same sources, already migrated to Keras 3; without it they are rewritten in memory.",
)
@click.option(
    "--max-steps", type=click.IntRange(1), default=20, show_default=True, help="Training steps to compare."
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the record (and traces) to this folder.",
)
@output_options("text", "json")
@sandboxed
@click.pass_context
def prove(
    context: click.Context,
    path: Path,
    *,
    names: tuple[str, ...],
    after: Path | None,
    max_steps: int,
    out: Path | None,
    output: Output,
) -> None:
    """Run the code of PATH under tf-keras and under Keras 3, and compare.

    The code runs in sandboxed workers without network. Without a program, each class and function that builds models
    is extracted with everything it needs, called as the repository calls it (otherwise with its defaults or common
    values), given the same weights and inputs in both worlds, and compared: outputs, gradients, penalties, trainable
    weights, and the state after a training call.

    A program (`keras-migrate prove . -- python train.py`) runs in both worlds, step by step from the same
    weights and batches; the first layer, loss, gradient, weight or metric that differs is reported with its line.

    Exit status: 0 everything compared is equal, 1 something differs, crashed or is unproven, 2 usage error.
    """
    from migrate.findings import MigrationError

    path, after = path.resolve(), after.resolve() if after else None
    try:
        if context.obj is not None:
            equal = _program(path, after, context.obj, max_steps, out, output)
        else:
            equal = _definitions(path, after, names, out, output)
    except MigrationError as error:
        say_refused(error)
        sys.exit(2 if error.code in ("RUN020", "RUN022", "PRV003") else 1)
    sys.exit(0 if equal else 1)


def _definitions(
    path: Path, after: Path | None, names: tuple[str, ...], out: Path | None, output: Output
) -> bool:
    from migrate.proving.models import configurations
    from migrate.proving.records import Verdict
    from migrate.proving.run import Sources, prove_all
    from migrate.proving.table import summary_of

    said: Callable[[Proof], None] = _say if output.text else _quiet
    with workers(path) as slot:
        sources = Sources(path, after, configurations(path, slot))
        report: ProofReport = prove_all(sources, slot, names=names, said=said)
    if names and not report.proofs:
        raise click.UsageError(f"{path} defines none of {', '.join(names)} as a part of models")
    _write(report, out, "proofs.json")
    if output.format == "json":
        click.echo(_encoded(report))
    elif output.text:
        for line in summary_of(report):
            say(line)
    return all(not number for verdict, number in report.counts.items() if verdict != Verdict.EQUAL)


def _program(
    path: Path, after: Path | None, program: list[str], steps: int, out: Path | None, output: Output
) -> bool:
    from migrate.proving.lockstep import must_be_program, run_both
    from migrate.proving.table import lines_of

    words = must_be_program(path, program)
    with workers() as slot:
        found = run_both(path, after, words, steps, slot, out)
    _write(found, out, "lockstep.json")
    if output.format == "json":
        click.echo(_encoded(found))
    elif output.text:
        for line in lines_of(found):
            say(line)
    return found.equal


def _quiet(proof: Proof) -> None:
    """Say nothing until the end."""


def _say(proof: Proof) -> None:
    from migrate.proving.table import line_of

    say(line_of(proof))


def _encoded(record: Any) -> str:
    import msgspec

    return msgspec.json.format(msgspec.json.encode(record), indent=1).decode()


def _write(record: Any, out: Path | None, name: str) -> None:
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(_encoded(record) + "\n", encoding="utf-8")
