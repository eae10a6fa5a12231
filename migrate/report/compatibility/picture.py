"""The picture of a model: the rows of the legacy graph and of the Keras 3 graph, aligned as in a side-by-side diff.

A layer that both graphs have is one row; what a rule put in or took out has a row with one side. Rows stand in the
order of computation, so that a picture needs nothing but lanes for the tensors that run between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from migrate.report.compatibility.model_records import GraphRow

MAX_ROWS = 5_000
"""Layers that a picture has at most; nobody looks at more, and a page holds many models."""


class _Side:
    """One graph: paths in order of computation, class and inputs of each."""

    def __init__(self, rows: Any) -> None:
        self.classes: dict[str, str] = {}
        self.inputs: dict[str, list[str]] = {}
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, Mapping) and len(self.classes) < MAX_ROWS:
                path = str(row.get("path", ""))
                self.classes[path] = str(row.get("class_name", ""))
                found = row.get("inputs")
                self.inputs[path] = [str(name) for name in found] if isinstance(found, list) else []
        self.order = _computed(list(self.classes), self.inputs)


def picture(detail: Mapping[str, Any]) -> list[GraphRow]:
    """Aligned rows of ``graph``; an inspection knows the legacy side only, from ``layers`` with their inputs."""
    graph = detail.get("graph")
    if isinstance(graph, Mapping):
        return aligned(_Side(graph.get("legacy")), _Side(graph.get("modern")))
    layers = detail.get("layers")
    known = isinstance(layers, list) and any(isinstance(row, Mapping) and row.get("inputs") for row in layers)
    return aligned(_Side(layers), _Side([])) if known else []


def aligned(old: _Side, new: _Side) -> list[GraphRow]:
    """One row for each layer of either side."""
    pairs: list[tuple[str, str]] = []
    matched: Iterable[tuple[str, int, int, int, int]] = [("equal", 0, len(old.order), 0, len(new.order))]
    if old.order != new.order:  # most are the same, and comparing those of thousands of models takes its time
        matched = SequenceMatcher(None, old.order, new.order, autojunk=False).get_opcodes()
    for kind, a, b, c, d in matched:
        if kind == "equal":
            pairs += zip(old.order[a:b], new.order[c:d], strict=True)
        else:
            pairs += [(path, "") for path in old.order[a:b]] + [("", path) for path in new.order[c:d]]
    old_at = {left: number for number, (left, _) in enumerate(pairs) if left}
    new_at = {right: number for number, (_, right) in enumerate(pairs) if right}
    return [
        GraphRow(
            path=left or right,
            old=old.classes[left] if left else "",
            new=new.classes[right] if right else "",
            old_inputs=_places(old.inputs.get(left, ()), old_at),
            new_inputs=_places(new.inputs.get(right, ()), new_at),
        )
        for left, right in pairs
    ]


def _places(names: Sequence[str], at: Mapping[str, int]) -> list[int]:
    return [at[name] for name in names if name in at]


def _computed(paths: list[str], inputs: Mapping[str, Sequence[str]]) -> list[str]:
    """Paths so that each stands behind its inputs, as far as that can be: a shared layer may feed itself.

    The order of the file is kept where it does not matter; the layers of a nested model follow it.
    """
    inside: dict[str, list[str]] = {}
    known = set(paths)
    for path in paths:
        parent = path.rpartition("/")[0]
        inside.setdefault(parent if parent in known else "", []).append(path)

    def sort(parent: str) -> list[str]:
        waiting = dict.fromkeys(inside.get(parent, ()))
        placed: list[str] = []
        while waiting:
            ready = [
                path for path in waiting if not any(name in waiting for name in inputs[path] if name != path)
            ]
            for path in ready or [next(iter(waiting))]:
                del waiting[path]
                placed += [path, *sort(path)]
        return placed

    return sort("")
