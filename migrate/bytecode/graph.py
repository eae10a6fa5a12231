"""The graph that an interpreted function computes: calls of TensorFlow functions, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from migrate.bytecode.errors import Refused
from migrate.bytecode.values import DType, Shape, Sizes, Tensor, is_number

MAX_CALLS = 2_000
MAX_CONSTANTS = 100_000
"""Numbers in the constants of all calls together."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    Attributes:
        function: public name in TensorFlow without ``tf.``: ``math.reduce_mean``.
        first: the argument that is passed by position.
        kwargs: the others. Leaves are :class:`Tensor` values and JSON constants.
        outputs: number of results.
    """

    function: str
    first: Any
    kwargs: Mapping[str, Any]
    outputs: int = 1


class Graph:
    """Collects calls; equal calls are made once."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._numbers = 0
        self._known: dict[str, int] = {}

    def add(
        self, function: str, first: Any, kwargs: Mapping[str, Any], shape: Shape | None, dtype: str | None
    ) -> Tensor:
        """A call with one result.

        Raises:
            Refused: an argument is no constant that a file can hold, or the graph grows beyond its bounds.
        """
        return Tensor(self._record(function, first, kwargs, 1), 0, shape, dtype)

    def add_many(
        self,
        function: str,
        first: Any,
        kwargs: Mapping[str, Any],
        kinds: list[tuple[Shape | None, str | None]],
    ) -> list[Tensor]:
        """A call with several results of the given shapes and dtypes."""
        node = self._record(function, first, kwargs, len(kinds))
        return [Tensor(node, position, *kind) for position, kind in enumerate(kinds)]

    def _record(self, function: str, first: Any, kwargs: Mapping[str, Any], outputs: int) -> int:
        call = Call(
            function,
            self._plain(first),
            {k: self._plain(v) for k, v in kwargs.items() if v is not None},
            outputs,
        )
        key = _key(call)
        if key in self._known and function not in DRAWS:
            return self._known[key]
        if len(self.calls) >= MAX_CALLS:
            raise Refused(f"computes more than {MAX_CALLS:,} operations")
        self.calls.append(call)
        self._known[key] = len(self.calls) - 1
        return len(self.calls) - 1

    def _plain(self, value: Any) -> Any:
        """A value as the leaves of a call may be."""
        if isinstance(value, Tensor):
            return value
        if isinstance(value, DType):
            return value.name
        if isinstance(value, np.ndarray | np.generic):
            value = value.tolist()
        if isinstance(value, list | tuple):
            return [self._plain(item) for item in value]
        if is_number(value) or isinstance(value, str | None):
            self._numbers += 1
            if self._numbers > MAX_CONSTANTS:
                raise Refused(f"has more than {MAX_CONSTANTS:,} constants")
            return value
        if isinstance(value, dict) and set(value) == {"slice"}:
            return {"slice": self._plain(value["slice"])}
        if isinstance(value, slice):
            parts = ("start", "stop", "step")
            return {name: self._plain(getattr(value, name)) for name in parts}
        raise Refused(f"a {type(value).__name__} is passed to a tensor function")


DRAWS = frozenset({"random.normal", "random.uniform", "random.truncated_normal"})
"""Functions whose calls are never the same."""


def tensors_in(value: Any) -> Iterator[Tensor]:
    """The tensors among the leaves of a structure."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from tensors_in(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from tensors_in(item)


def map_tensors(value: Any, change: Callable[[Tensor], Any]) -> Any:
    """The structure with each tensor replaced."""
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, list | tuple):
        return [map_tensors(item, change) for item in value]
    if isinstance(value, Mapping):
        return {key: map_tensors(item, change) for key, item in value.items()}
    return value


def used(calls: list[Call], results: Any) -> list[int]:
    """Indices of the calls that results depend on, in order."""
    needed: set[int] = set()
    pending = [tensor.node for tensor in tensors_in(results)]
    while pending:
        node = pending.pop()
        if node < 0 or node in needed:
            continue
        needed.add(node)
        call = calls[node]
        pending += [tensor.node for tensor in tensors_in([call.first, call.kwargs])]
    return sorted(needed)


def _key(call: Call) -> str:
    """The same text for calls that compute the same."""
    named = map_tensors([call.first, dict(sorted(call.kwargs.items()))], lambda t: f"<{t.node}.{t.output}>")
    return f"{call.function}{named!r}"


def fingerprint(calls: list[Call], results: Any) -> str:
    """The same text for graphs that compute the same, whatever else was recorded on the way."""
    order = {node: place for place, node in enumerate(used(calls, results))}

    def name(tensor: Tensor) -> str:
        return f"<{order.get(tensor.node, tensor.node)}.{tensor.output}>"

    lines = [
        f"{calls[node].function}{map_tensors([calls[node].first, dict(calls[node].kwargs)], name)!r}"
        for node in order
    ]
    return "\n".join([*lines, repr(map_tensors(results, name))])


__all__ = ["DRAWS", "Call", "Graph", "Sizes", "fingerprint", "map_tensors", "tensors_in", "used"]
