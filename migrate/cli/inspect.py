"""``keras-migrate inspect``: what a path is, who wrote it, and what blocks its migration."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from migrate.cli.output import Output, example, output_options
from migrate.cli.sandbox import sandboxed

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from migrate.batch.places import Places
    from migrate.formats.describe import TensorRecord
    from migrate.inspection import Inspection, MetaGraphRecord

_MAX_ROWS = 200


@click.command(
    epilog=example(
        "inspect model.h5                       what it is, who wrote it, what blocks it",
        "inspect weights.h5 --architecture model.json",
        "inspect models/                        every model in a folder, zip or tar",
        "inspect s3://bucket/model.h5 --json    for a program",
    )
)
@click.argument("path")
@click.option("--architecture", help="Architecture of a weights file (JSON, YAML, model).")
@output_options("text", "json")
@sandboxed
def inspect(path: str, architecture: str | None, output: Output) -> None:
    """Show what PATH is, who wrote it and what blocks its migration.

    PATH is identified by its content: HDF5 models and weights with any name, .keras archives, architectures, SavedModel
    directories, checkpoints; for a folder, zip or tar, each model in it. It may be an address such as
    s3://bucket/model.h5.
    A sandboxed process reads it; neither TensorFlow nor Keras is imported and nothing in the file is executed.

    Exit status: 0 without blockers, 1 with blockers, 2 if PATH cannot be read.
    """
    from migrate.batch.places import Places
    from migrate.findings import MigrationError
    from migrate.printable import printable

    with Places() as places:
        try:
            found, many = _look(path, architecture, places)
        except MigrationError as error:
            raise click.UsageError(printable(f"{error.message}. {error.hint}")) from error
    if output.format == "json":
        import msgspec

        value: object = {"path": path, "models": found} if many else found[0]
        click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
    elif output.text and many:
        from migrate.cli.tables import show_inspections

        show_inspections(found, output)
    elif output.text:
        show(found[0], output.console())
    from migrate.inspection.expectation import blockers

    sys.exit(1 if any(blockers(one) for one in found) else 0)


def _look(path: str, architecture: str | None, places: Places) -> tuple[list[Inspection], bool]:
    """What stands there, and whether it is a folder, zip or tar of models.

    Raises:
        MigrationError: it cannot be fetched or read.
    """
    import msgspec

    from migrate.batch.scanner import inspect_path
    from migrate.batch.unpacking import carries_models
    from migrate.formats.artifact import Format

    where = places.local(path)
    beside = places.local(architecture) if architecture else None
    if carries_models(where):
        return inspect_all(places.unpacked(where)), True
    found = inspect_path(where, beside)
    if found.kind == Format.NOT_A_MODEL and where.is_dir():
        inside = inspect_all(where)
        if inside:
            return inside, True
    return [msgspec.structs.replace(found, path=path)], False


def inspect_all(folder: Path) -> list[Inspection]:
    """Each model below a folder, named relative to it; one that cannot be read says why as an obstacle."""
    import msgspec

    from migrate.batch.inputs import find
    from migrate.batch.scanner import Reader
    from migrate.findings import MigrationError
    from migrate.inspection import Inspection

    candidates = find([str(folder)]).candidates
    made = []
    with Reader([folder.absolute()]) as reader:
        looked = reader.inspect(one.path for one in candidates)
        for one, (_, found) in zip(candidates, looked, strict=True):
            told = (
                Inspection(one.source, "unreadable", found.message, one.size, obstacles=[found.finding()])
                if isinstance(found, MigrationError)
                else msgspec.structs.replace(found, path=one.source)
            )
            made.append(told)
    return made


def show(found: Inspection, console: Console) -> None:
    """Print an inspection as text."""
    from rich.table import Table

    from migrate.printable import shown

    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bold")
    facts.add_column(overflow="fold")
    for name, value in _facts(found):
        facts.add_row(name, shown(value))
    console.print(facts)
    if found.layers:
        console.print(_layer_table(found))
    for graph in found.meta_graphs:
        _show_meta_graph(graph, console)
    if found.variables and not any(layer.weights for layer in found.layers):
        table = Table("variable", "shape", "dtype", title="Variables", title_justify="left")
        for variable in found.variables[:_MAX_ROWS]:
            table.add_row(shown(variable.name), _shape(variable), shown(variable.dtype))
        console.print(table)
        if len(found.variables) > _MAX_ROWS:
            console.print(f"… and {len(found.variables) - _MAX_ROWS} more (--json shows all)")
    if found.plan:
        table = Table(
            "rule", "times", "what it changes", title="What migration will do", title_justify="left"
        )
        for rule in found.plan:
            table.add_row(rule.code, str(rule.count), shown(rule.summary))
        console.print(table)
    if not found.obstacles:
        console.print("[green]No blockers found.[/green]")
    for finding in found.obstacles:
        colour = {"error": "red", "silent": "red", "warning": "yellow"}.get(finding.severity.value, "cyan")
        console.print(f"[{colour}]{finding.code}[/{colour}] {shown(finding.message)}", highlight=False)
        if finding.hint:
            console.print(f"       {shown(finding.hint)}", style="dim", highlight=False)


def _facts(found: Inspection) -> list[tuple[str, str]]:
    writer = found.writer
    written = ", ".join(
        filter(
            None,
            (
                writer.keras and f"Keras {writer.keras}",
                writer.tensorflow and f"TensorFlow {writer.tensorflow}",
                writer.backend and f"{writer.backend} backend",
                writer.layout and f"archive layout {writer.layout}",
            ),
        )
    )
    training = found.training
    rows = [
        ("path", found.path),
        ("kind", f"{found.kind}: {found.detail}"),
        ("size", f"{found.size:,} bytes"),
        ("written by", written),
        ("", writer.evidence),
        ("model", " ".join(filter(None, (found.model, found.name and f"({found.name})")))),
        ("architecture", found.architecture),
        ("inputs", "; ".join(_tensor(t) for t in found.inputs)),
        ("outputs", "; ".join(_tensor(t) for t in found.outputs)),
        ("parameters", f"{found.parameters:,}" if found.parameters else ""),
        ("layout", f"{found.layout}-based" if found.layout else ""),
        ("training", _training(training.optimizer, training.loss, training.slots) if training else ""),
        ("needs", ", ".join(found.custom_objects)),
        ("assets", ", ".join(found.assets)),
        ("missing", ", ".join(found.missing)),
    ]
    return [(name, value) for name, value in rows if value]


def _training(optimizer: str, loss: object, slots: int) -> str:
    parts = (optimizer, loss and f"loss {loss}", f"{slots} optimizer arrays" if slots else "")
    return ", ".join(str(part) for part in parts if part)


def _layer_table(found: Inspection) -> object:
    from rich.table import Table

    from migrate.printable import shown

    table = Table("layer", "class", "parameters", "arrays", title="Layers", title_justify="left")
    for layer in found.layers[:_MAX_ROWS]:
        arrays = ", ".join(f"{w.name.rsplit('/', 1)[-1]} {_shape(w)}" for w in layer.weights)
        count = f"{layer.parameters:,}" if layer.parameters else ""
        table.add_row(shown(layer.path), shown(layer.class_name), count, shown(arrays))
    if len(found.layers) > _MAX_ROWS:
        table.add_row(f"… and {len(found.layers) - _MAX_ROWS} more", "", "", "--json shows all")
    return table


def _show_meta_graph(graph: MetaGraphRecord, console: Console) -> None:
    from rich.table import Table

    from migrate.printable import shown

    tags = ", ".join(graph.tags) or "none"
    ops = ", ".join(f"{op} ×{count}" if count > 1 else op for op, count in list(graph.ops.items())[:12])
    head = f"[bold]Tag set[/bold] {shown(tags)}: TensorFlow {graph.tensorflow or 'unknown'}"
    more = " …" if len(graph.ops) > 12 else ""
    console.print(f"{head}, {graph.functions} functions; {shown(ops)}{more}", highlight=False)
    if graph.initializers:
        console.print(f"  runs at load: {shown(', '.join(graph.initializers))}", highlight=False)
    if graph.objects:
        console.print(
            "  objects: " + shown(", ".join(f"{n} {k}" for k, n in graph.objects.items())), highlight=False
        )
    if not graph.signatures:
        return
    table = Table("signature", "", "key", "dtype", "shape", title="Signatures", title_justify="left")
    for signature in graph.signatures:
        rows = [("in", t) for t in signature.inputs] + [("out", t) for t in signature.outputs]
        for index, (way, tensor) in enumerate(rows):
            method = signature.method.rpartition("/")[2]
            label = f"{signature.name} ({method})" if method and method != "predict" else signature.name
            table.add_row(
                shown(label if not index else ""),
                way,
                shown(tensor.name),
                shown(tensor.dtype),
                _shape(tensor),
            )
    console.print(table)


def _tensor(tensor: TensorRecord) -> str:
    return " ".join(
        filter(None, (tensor.name, _shape(tensor) if tensor.shape is not None else "", tensor.dtype))
    )


def _shape(tensor: TensorRecord) -> str:
    if tensor.shape is None:
        return "any"
    return "(" + ", ".join("?" if size is None else str(size) for size in tensor.shape) + ")"
