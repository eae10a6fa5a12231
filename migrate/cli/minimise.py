"""``keras-migrate minimise``: the smallest part of a model that computes something else in Keras 3."""

from __future__ import annotations

import json
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from migrate.cli.options import migration_options, options_from
from migrate.cli.output import Output, example, output_options, say, say_refused
from migrate.cli.sandbox import sandboxed

if TYPE_CHECKING:
    from migrate.pipeline.request import Options

_PACKAGES = ("keras", "tf-keras", "tensorflow", "numpy")
_Answer = dict[str, Any]


@click.command(
    epilog=example(
        "minimise model.h5 --out found",
        "minimise model.keras --out found --seed 41",
        "minimise model.h5 --out found --without-rule SIL035",
    )
)
@click.argument("model", type=click.Path(exists=True, path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Output folder.")
@click.option("--without-rule", "without", multiple=True, help="Disable a rule or workaround; repeatable.")
@migration_options("custom_objects", "architecture", "stock_names", "define", "tolerance", "seed", "trust")
@output_options("text", "json")
@sandboxed
def minimise(model: Path, *, out: Path, without: tuple[str, ...], output: Output, **chosen: Any) -> None:
    """Reduce a difference of MODEL between tf-keras and Keras 3; write the submodel, its input, a script and an issue.

    MODEL is a file with layers: HDF5, an archive, or weights with their architecture. tf-keras builds it from the
    repaired configuration, so that only Keras 3 is tested. --without-rule shows what a rule is for.

    Exit status: 0 a difference was found and written, 1 no difference or the model cannot be read, 2 usage error.
    """
    from migrate.findings import MigrationError
    from migrate.worlds.host.installed import must_have_frameworks

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise click.UsageError(f"{out} exists and is not an empty folder")
    _must_be_rules(without)
    options = options_from(chosen)
    try:
        must_have_frameworks()
        answer = _search(model.resolve(), out, options, without)
    except MigrationError as error:
        say_refused(error)
        sys.exit(2 if error.code in ("RUN020", "RUN022") else 1)
    _show(answer, output)
    sys.exit(0 if answer["files"] else 1)


def _must_be_rules(codes: tuple[str, ...]) -> None:
    from migrate.dialects import registry  # noqa: F401 - registers the rules
    from migrate.dialects.rule import registered
    from migrate.dialects.workarounds import WORKAROUNDS

    unknown = [code for code in codes if code not in registered() and code not in WORKAROUNDS]
    if unknown:
        others = ", ".join(WORKAROUNDS)
        raise click.BadParameter(
            f"no rule of models has the code {unknown[0]}, which is none of {others} either",
            param_hint="--without-rule",
        )


def _search(model: Path, out: Path, options: Options, without: tuple[str, ...]) -> _Answer:
    from migrate.formats.artifact import Format
    from migrate.parity.golden import find_golden
    from migrate.pipeline.minimise import Trial, write_failure
    from migrate.pipeline.minimise import minimise as shrink
    from migrate.pipeline.recordings import recording_in
    from migrate.pipeline.safety import must_be_safe
    from migrate.pipeline.staging import stage
    from migrate.worlds.host.pool import Pool

    with (
        tempfile.TemporaryDirectory(prefix="keras-migrate-") as folder,
        Pool(1, Path(folder), sources=[model.parent]) as pool,
        pool.slot() as slot,
    ):
        staged = stage(model, options, slot)
        graph = staged.format is Format.SAVED_MODEL
        must_be_safe(slot, staged.scanned, options.trust, interprets=True, graph_computes=graph)
        beside = find_golden(model)
        recorded = recording_in(slot, beside) if beside is not None else None
        trial = Trial(slot, staged, options, without, recorded)
        failure = shrink(trial, options.seed or 0)
        if failure is None:
            return {"tried": trial.tried, "difference": "", "files": []}
        written = write_failure(trial, failure, out, {name: version(name) for name in _PACKAGES})
        return {"tried": trial.tried, "difference": failure.reason, "files": [str(path) for path in written]}


def _show(answer: _Answer, output: Output) -> None:
    if output.format == "json":
        click.echo(json.dumps(answer, indent=1))
    elif output.text and not answer["files"]:
        say(f"{answer['tried']} submodels and inputs tried: tf-keras and Keras 3 agree on all of them")
    elif output.text:
        say(f"{answer['tried']} submodels and inputs tried; the output {answer['difference']}")
        for path in answer["files"]:
            say(f"  {path}")
