"""What a layer is given and what it becomes, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrate.capsule.model import Array
from migrate.findings import MigrationError
from migrate.torch_source.graph import Layer, Shape

Arrays = Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class Operand:
    """A tensor where it is used.

    Attributes:
        text: an expression, simple enough for a method to be called on it.
        shape: as Keras has it.
        dtype: as Keras has it.
        channels_first: the tensor in PyTorch has its channels, which Keras has last, in the second place.
    """

    text: str
    shape: Shape
    dtype: str
    channels_first: bool = False

    @property
    def rank(self) -> int:
        """Number of axes, the batch among them."""
        return len(self.shape)

    @property
    def plain(self) -> str:
        """The expression of the tensor with its axes as Keras has them."""
        return self.text if not self.channels_first else permuted(self.text, [*range(2, self.rank), 1])

    @property
    def first(self) -> str:
        """The expression of the tensor with the channels, which Keras has last, in the second place."""
        return (
            self.text
            if self.channels_first
            else permuted(self.text, [self.rank - 1, *range(1, self.rank - 1)])
        )

    def dim(self, axis: int) -> int:
        """The place that an axis of Keras has in the tensor as it is."""
        axis %= self.rank
        if not self.channels_first or axis == 0:
            return axis
        return 1 if axis == self.rank - 1 else axis + 1


@dataclass(frozen=True, slots=True)
class Piece:
    """What one call becomes.

    Attributes:
        expression: of its only output; empty where ``statements`` make it.
        statements: with ``{0}``, ``{1}`` … for the names of the outputs.
        modules: attribute below the layer's own (empty: that itself) to how it is made.
        arrays: state below the layer's own attribute (``weight``) to its values.
        channels_first: of the output.
        helpers: names of `migrate.torch_source.helpers` that the code needs.
    """

    expression: str = ""
    statements: tuple[str, ...] = ()
    modules: Mapping[str, str] = field(default_factory=dict)
    arrays: Mapping[str, Array] = field(default_factory=dict)
    channels_first: bool = False
    helpers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Use:
    """One call of a layer, as the functions that write it are given it.

    Attributes:
        layer: the record.
        name: the layer's name, for messages.
        args: the structure of its arguments, with operands for tensors and arrays for constants.
        kwargs: the same by name, without those that are None.
        outputs: shapes of what it gives.
        attribute: ``self.conv1``.
        weights: by role.
    """

    layer: Layer
    name: str
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    outputs: Sequence[Shape]
    attribute: str
    weights: Arrays

    @property
    def config(self) -> Mapping[str, Any]:
        """Of the layer."""
        return self.layer.config

    @property
    def x(self) -> Operand:
        """The only tensor that it is given."""
        if len(self.args) == 1 and isinstance(self.args[0], Operand):
            return self.args[0]
        raise self.refused("it is called with more than one tensor")

    def listed(self) -> list[Operand]:
        """The tensors of a list that it is given."""
        given = self.args[0] if len(self.args) == 1 else list(self.args)
        if isinstance(given, list) and all(isinstance(one, Operand) for one in given):
            return given
        raise self.refused("it is called with something that is not a list of tensors")

    def refused(self, why: str) -> MigrationError:
        """The error that says that PyTorch source does not express this call."""
        return MigrationError(
            "EXP028",
            f"the {'operation' if self.layer.is_operation else 'layer'} {self.name!r} ({self.layer.class_name}) "
            f"cannot be expressed in the PyTorch source: {why}",
            "The .keras and the SavedModel are not affected. docs/pytorch.md lists what the source expresses.",
            place=self.name,
        )


def permuted(text: str, order: Sequence[int]) -> str:
    """An expression with the axes after the batch in another order."""
    return (
        text
        if list(order) == list(range(1, len(order) + 1))
        else f"{text}.permute(0, {', '.join(map(str, order))})"
    )


def pair(values: Sequence[int]) -> str:
    """One number where all are equal, as people write it, else a tuple."""
    return repr(values[0]) if len(set(values)) == 1 else repr(tuple(values))


def call(name: str, *positional: object, **named: object) -> str:
    """The expression of a call; keyword arguments that are None are left out."""
    given = [str(one) for one in positional] + [f"{k}={v}" for k, v in named.items() if v is not None]
    return f"{name}({', '.join(given)})"
