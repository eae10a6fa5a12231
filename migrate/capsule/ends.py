"""What a model or signature takes and gives, as plain values: names, shapes and dtypes of its tensors."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class TensorSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One input or output.

    Attributes:
        name: of the input layer, the tensor, or the key in a signature.
        shape: with the batch; None for a dynamic dimension, or altogether for an unknown rank.
        dtype: NumPy or TensorFlow name; ``string`` for text.
        tensor: where it is in a graph that was read, such as ``tower/image:0``.
    """

    name: str
    shape: tuple[int | None, ...] | None
    dtype: str
    tensor: str = ""


class Ends(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Inputs and outputs, in order."""

    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]

    @property
    def input_keys(self) -> list[str]:
        """Names of the inputs."""
        return [entry.name for entry in self.inputs]

    @property
    def output_keys(self) -> list[str]:
        """Names of the outputs."""
        return [entry.name for entry in self.outputs]

    def served_names(self) -> list[str]:
        """The keys under which the outputs are served."""
        return self.output_keys


class Signature(Ends, frozen=True):
    """Of a SavedModel or graph; ``stateful`` says whether a call changes variables."""

    stateful: bool


class DescribedModel(Ends, frozen=True):
    """Of a live model of either Keras.

    Attributes:
        output_names: that Keras gives the outputs; empty where it gives none.
        parameters: how many numbers its weights have, where they were counted.
    """

    output_names: tuple[str, ...]
    parameters: int | msgspec.UnsetType = msgspec.UNSET

    def served_names(self) -> list[str]:
        """Keys under which Keras 2 served the outputs: names of the output layers, made unique."""
        names = list(self.output_names) or [key.split("/")[0] for key in self.output_keys]
        if len(names) != len(self.outputs):
            names = [f"output_{i}" for i in range(len(self.outputs))]
        unique: list[str] = []
        for name in names:
            candidate, number = name, 1
            while candidate in unique:
                candidate, number = f"{name}_{number}", number + 1
            unique.append(candidate)
        return unique


Signatures = Mapping[str, Signature]
"""By name."""


def told(ends: Ends | Mapping[str, Ends]) -> dict[str, object]:
    """Inputs and outputs, or those of signatures by name, as JSON values of a record."""
    found: dict[str, object] = msgspec.to_builtins(ends)
    return found
