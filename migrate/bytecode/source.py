"""A recorded graph as Python source, so that a person can judge what was recovered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from migrate.bytecode.graph import Call, tensors_in, used
from migrate.bytecode.values import Tensor

MAX_LENGTH = 2_000
_INFIX: Mapping[str, tuple[str, int]] = {
    "math.pow": ("**", 7),
    "math.add": ("+", 4),
    "math.subtract": ("-", 4),
    "math.multiply": ("*", 5),
    "math.truediv": ("/", 5),
    "math.floordiv": ("//", 5),
    "math.floormod": ("%", 5),
    "linalg.matmul": ("@", 5),
    "math.less": ("<", 2),
    "math.less_equal": ("<=", 2),
    "math.greater": (">", 2),
    "math.greater_equal": (">=", 2),
}
"""Functions that are written as operators, with their precedence."""
_ATOM = 9


class _Writer:
    def __init__(self, calls: Sequence[Call], inputs: Sequence[str], results: Any) -> None:
        self._calls = calls
        self._inputs = inputs
        nodes = used(list(calls), results)
        uses = Counter(t.node for n in nodes for t in tensors_in([calls[n].first, calls[n].kwargs]))
        uses.update(tensor.node for tensor in tensors_in(results))
        shared = [n for n in nodes if uses[n] > 1 or calls[n].outputs > 1]
        self._names = {node: f"t{place}" for place, node in enumerate(shared)}

    def statements(self) -> list[str]:
        """One assignment for each value that is used more than once."""
        return [f"{name} = {self._expression(node)[0]}" for node, name in self._names.items()]

    def value(self, value: Any) -> str:
        """An argument or result."""
        return self._value(value)[0]

    def _value(self, value: Any) -> tuple[str, int]:
        if isinstance(value, Tensor):
            if value.node < 0:
                return self._inputs[-value.node - 1], _ATOM
            if value.node in self._names:
                name = self._names[value.node]
                return (f"{name}[{value.output}]" if self._calls[value.node].outputs > 1 else name), _ATOM
            return self._expression(value.node)
        if isinstance(value, list | tuple):
            return f"[{', '.join(self.value(item) for item in value)}]", _ATOM
        if isinstance(value, Mapping):
            return ":".join("" if part is None else self.value(part) for part in _parts(value)), _ATOM
        return repr(value), _ATOM

    def _expression(self, node: int) -> tuple[str, int]:
        call = self._calls[node]
        if call.function == "__operators__.getitem":
            items = ", ".join(self._key(item) for item in call.kwargs["slice_spec"])
            return f"{self._wrapped(call.first, _ATOM)}[{items}]", _ATOM
        if call.function == "math.negative":
            return f"-{self._wrapped(call.first, 6)}", 6
        operator = _INFIX.get(call.function)
        second = call.kwargs.get("y", call.kwargs.get("b"))
        if operator is not None and len(call.kwargs) == 1 and second is not None:
            symbol, rank = operator
            return f"{self._wrapped(call.first, rank)} {symbol} {self._wrapped(second, rank + 1)}", rank
        named = [
            self.value(value) if key in ("y", "b") else f"{key}={self.value(value)}"
            for key, value in call.kwargs.items()
        ]
        return f"tf.{call.function}({', '.join([self.value(call.first), *named])})", _ATOM

    def _key(self, item: Any) -> str:
        if isinstance(item, Mapping):
            start, stop, step = _parts(item)
            text = f"{'' if start is None else self.value(start)}:{'' if stop is None else self.value(stop)}"
            return text if step is None else f"{text}:{self.value(step)}"
        return "..." if item == "..." else self.value(item)

    def _wrapped(self, value: Any, rank: int) -> str:
        text, own = self._value(value)
        return f"({text})" if own < rank or (text.startswith("-") and own != _ATOM) else text


def _parts(item: Mapping[str, Any]) -> list[Any]:
    return list(item["slice"]) if "slice" in item else [item.get(key) for key in ("start", "stop", "step")]


def as_source(calls: Sequence[Call], inputs: Sequence[str], results: Any) -> str:
    """The graph as source: ``(x / 127.5) - 1.0``; values used twice are assigned first.

    Args:
        calls: of the graph.
        inputs: names of the input tensors.
        results: structure of tensors that the function returns.
    """
    writer = _Writer(calls, inputs, results)
    text = "; ".join([*writer.statements(), writer.value(results)])
    return text if len(text) <= MAX_LENGTH else f"{text[: MAX_LENGTH - 1]}…"
