"""``--to torch``: source and weights of an ``nn.Module``, written from records of the proven model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from migrate.capsule.store import save_arrays
from migrate.findings import MigrationError
from migrate.pipeline.answers import arrays_in
from migrate.pipeline.progress import ReferenceRun
from migrate.pipeline.proof import Comparator, compare_layers
from migrate.printable import one_line
from migrate.torch_source.graph import Graph
from migrate.torch_source.module import check_outputs, write_source
from migrate.worlds.contracts.models import Activations
from migrate.worlds.contracts.modern import Deployed, TraceTorch
from migrate.worlds.host.pool import Slot
from migrate.worlds.host.protocol import ProtocolError
from migrate.worlds.host.taking import take

_TRACED = "torch_traced.py"
_OF_LAYERS = 1e-3
"""Relative tolerance inside a model, which contains differences of large numbers: only outputs have the strict one."""


def write_folder(slot: Slot, reply: Deployed, name: str) -> Path:
    """Write ``model.py`` and ``model.safetensors`` into a folder that the workers can read.

    Raises:
        MigrationError: ``EXP028`` with the first layer that the source cannot express.
    """
    file = take(slot.modern, reply.graph, "torch.json")
    try:
        graph = msgspec.json.decode(file.read_bytes(), type=Graph)
    except msgspec.DecodeError as error:
        raise ProtocolError(f"the records of the modern worker cannot be read: {error}") from error
    check_outputs(graph)
    arrays = arrays_in(slot.modern, reply.arrays)
    try:
        source = write_source(graph, arrays)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        # A record that none of our layers gives: from a release with other configurations, or a compromised worker.
        raise MigrationError(
            "EXP028",
            f"the PyTorch source cannot be written: {one_line(repr(error), 200)}",
            "The .keras and the SavedModel are not affected. Please report the model with its architecture.",
        ) from error
    folder = slot.inputs / name
    folder.mkdir(exist_ok=True)
    (folder / "model.py").write_text(source.text, encoding="utf-8")
    (slot.inputs / _TRACED).write_text(source.traced, encoding="utf-8")
    save_arrays(folder / "model.safetensors", source.state)
    return folder


def first_different(slot: Slot, folder: Path, witness: ReferenceRun, judge: Comparator) -> str | None:
    """The first layer whose output in PyTorch differs from the one in Keras 3; see `layers_agree`."""
    expected = arrays_in(slot.modern, slot.modern.ask(Activations(witness.probes)).file)
    traced = slot.modern.ask(TraceTorch(witness.probes, folder, slot.inputs / _TRACED))
    inside = replace(judge, relative=max(_OF_LAYERS, judge.relative or 0))
    return compare_layers(list(expected), expected, arrays_in(slot.modern, traced.file), inside)[1]


def layers_agree(slot: Slot, folder: Path, witnesses: Sequence[ReferenceRun], judge: Comparator) -> None:
    """Compare layer by layer, on the first case of the last reference run.

    Raises:
        MigrationError: ``PAR001`` with the first layer that differs.
    """
    if not witnesses:
        return
    first = first_different(slot, folder, witnesses[-1], judge)
    if first is not None:
        raise MigrationError(
            "PAR001",
            f"the model as torch: the output of the layer {first!r} differs from the one in Keras 3",
            "The PyTorch source was not written. Please report it with its architecture.",
            place=first,
        )
