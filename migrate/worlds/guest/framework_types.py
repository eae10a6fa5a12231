"""Types of what TensorFlow and both Keras give; none of them ships its own.

Protocols name the members that are used in many places; any other attribute of a live layer or model is reached as
well, and untyped. A tensor may be symbolic or hold values, which nothing here distinguishes: what matters to operations
is whether they are given a tensor, a number or a size.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias


class Tensor(Protocol):
    """A tensor of Keras 3, TensorFlow or NumPy."""

    @property
    def shape(self) -> tuple[int | None, ...]:
        """Sizes; None for one that is known only at run time."""

    @property
    def dtype(self) -> object:
        """Of the elements; its text is the name, such as ``float32``."""

    def __getitem__(self, key: Any, /) -> Any:
        """A part of it, as NumPy's basic slicing gives it."""


class Variable(Protocol):
    """A variable of either Keras, or of TensorFlow."""

    @property
    def shape(self) -> tuple[int | None, ...]:
        """Sizes; None for one that is known only at run time."""

    @property
    def name(self) -> str:
        """In Keras 3 without a path, in TensorFlow with its scopes and ``:0``."""

    def assign(self, value: Any, /) -> Any:
        """Take another value of the same shape."""

    def __getattr__(self, name: str) -> Any:
        """Whatever else the frameworks give it."""


class Optimizer(Protocol):
    """An optimizer of either Keras."""

    iterations: Variable

    def build(self, variables: Sequence[Variable], /) -> None:
        """Make its slots."""

    def __getattr__(self, name: str) -> Any:
        """Whatever else its class has."""


class GraphDef(Protocol):
    """A ``tf.compat.v1.GraphDef``; protocol buffers make their attributes when they are loaded."""

    def __getattr__(self, name: str) -> Any:
        """A field."""


class Proto(Protocol):
    """Any other message of TensorFlow's: a ``NodeDef``, ``SignatureDef``, ``TensorShapeProto``, ``ConfigProto`` …."""

    def __getattr__(self, name: str) -> Any:
        """A field."""

    def __setattr__(self, name: str, value: object) -> None:
        """Set a field."""


class ConcreteFunction(Protocol):
    """A traced ``tf.function``: called with tensors by key, it gives tensors by key."""

    structured_input_signature: tuple[tuple[object, ...], dict[str, Tensor]]
    structured_outputs: dict[str, Tensor]
    variables: Sequence[Variable]
    graph: Graph

    def __call__(self, *args: Tensor, **tensors: Tensor) -> dict[str, Tensor]:
        """Its results."""


class Graph(Protocol):
    """A ``tf.Graph``."""

    def as_graph_def(self) -> GraphDef:
        """As a message."""

    def __getattr__(self, name: str) -> Any:
        """Whatever else it has."""


class Operation(Protocol):
    """A ``tf.Operation``, a node of a graph."""

    name: str
    type: str
    outputs: Sequence[Tensor]

    def get_attr(self, name: str) -> object:
        """An attribute of the node."""


class Trackable(Protocol):
    """What ``tf.saved_model.load`` gives, or an export archive tracks."""

    signatures: Mapping[str, ConcreteFunction]

    def __getattr__(self, name: str) -> Any:
        """What its author named so."""


class Archive(Protocol):
    """A ``keras.export.ExportArchive``."""

    _get_concrete_fn: Callable[[str], object]

    def track(self, resource: object) -> None:
        """Keep what an object holds."""

    def add_endpoint(
        self, name: str, fn: Callable[..., object], *, input_signature: Sequence[object]
    ) -> None:
        """Serve a function."""

    def __getattr__(self, name: str) -> Any:
        """Whatever else it has."""


class Session(Protocol):
    """A ``tf.compat.v1.Session``."""

    graph: Graph

    def run(self, fetches: Any, feed_dict: Mapping[str, object] | None = None) -> Any:
        """Values in the structure of what is fetched."""


class UserObject(Protocol):
    """A function, layer, loss or anything else that an author's code makes; only running it tells what it is."""

    def __call__(self, *args: object, **kwargs: object) -> Any:
        """Whatever it gives."""

    def __getattr__(self, name: str) -> Any:
        """Whatever it has."""


class Named(Tensor, Protocol):
    """A symbolic tensor, or the specification of one."""

    @property
    def name(self) -> str:
        """Of the tensor, in TensorFlow with ``:0``."""


class LiveLayer(Protocol):
    """A layer of either Keras, as opposed to the record of one in a capsule."""

    call: Any
    name: str
    """Unique among the layers of its model."""

    @property
    def weights(self) -> Sequence[Variable]:
        """All its variables, those of inner layers included, in the order of files."""

    def __call__(self, *args: object, **kwargs: object) -> Nested:
        """Its outputs, in the structure that it gives them."""

    def __getattr__(self, name: str) -> Any:
        """Whatever else its class has."""

    def __setattr__(self, name: str, value: Any) -> None:
        """Set what its class has."""


class LiveModel(LiveLayer, Protocol):
    """A model of either Keras."""

    run_eagerly: bool
    jit_compile: bool | str

    @property
    def layers(self) -> Sequence[LiveLayer]:
        """In the order in which they were made."""


Config: TypeAlias = dict[str, object]
"""A configuration, as ``get_config`` gives and a constructor takes it."""
Shape: TypeAlias = "Sequence[int | Tensor] | Tensor"
"""Sizes, any of which a graph may know only when it runs."""
Nested: TypeAlias = "Tensor | Sequence[Nested] | Mapping[str, Nested]"
"""Tensors in the structure of lists and mappings in which a model takes or gives them."""
Operand: TypeAlias = Tensor | float
"""What an elementwise operation takes: a tensor, an array that the file holds, or a number."""
Axes: TypeAlias = int | Sequence[int] | None
"""Axes to reduce over; None for all of them."""
Window: TypeAlias = int | Sequence[int] | None
"""Sizes, strides or dilations of a window: one number, one per spatial axis, or one per axis of the tensor."""
Padding: TypeAlias = str | Sequence[Sequence[int]]
"""``SAME``, ``VALID`` or ``EXPLICIT``; or the borders themselves, a pair for each axis."""
Functions: TypeAlias = Mapping[str, Callable[..., Any]]
"""The functions of a module, by the names that the operations table knows them by."""
