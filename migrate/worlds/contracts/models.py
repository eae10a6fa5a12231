"""Calls that several worlds answer in the same way: about the model, or the graph, that they hold."""

from __future__ import annotations

from pathlib import Path

from migrate.worlds.contracts.call import Call, Nothing, Reply


class ArraysFile(Reply, frozen=True):
    """A file of arrays in the worker's folder."""

    file: str


class RunCases(Call[ArraysFile], frozen=True):
    """Run something on all cases of a file; the answer names the file of its outputs, ``case/output``.

    Attributes:
        probes: file of inputs, ``case/input``.
        calls: of each case, one after the other; a stateful model goes on where it was.
        out: name of the file to write.
    """

    probes: Path
    calls: int = 1
    out: str = "outputs.safetensors"


class Predict(RunCases, frozen=True):
    """Outputs of the held model.

    Attributes:
        draw: whether random numbers are drawn; they are fixed ones unless they are.
        training: whether it is called in that mode, its rates 0.
    """

    draw: bool = False
    training: bool = False


class LayerOutputs(Reply, frozen=True):
    """Outputs of the layers of a model, in the worker's file as ``layer/output``; ``layers`` has their order."""

    layers: list[str]
    file: str


class Activations(Call[LayerOutputs], frozen=True):
    """Output of every layer of the held model for the case with this number."""

    probes: Path
    case: int = 0
    out: str = "activations.safetensors"


class Shares(Reply, frozen=True):
    """What was covered so far: by array the share of its numbers, by layer and attribute which pieces were met."""

    arrays: dict[str, float]
    branches: dict[str, list[bool]]


class Step(Reply, frozen=True):
    """One training step on the batch: its ``loss``, and the worker's file of every variable after it."""

    file: str
    loss: float


class Release(Call[Nothing], frozen=True):
    """Forget what is held, and give its memory back."""
