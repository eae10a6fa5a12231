"""Parts of a model that end at one of its layers: the first of them that a release computes otherwise shows why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrate.dialects.keras3_minors.archives import inside, is_graph, layers_of, name_of, tensors_of
from migrate.dialects.keras3_minors.stored_layers import Config, group_names

_INPUT = "InputLayer"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a model.

    Attributes:
        classes: of its layers, in their order, inputs left out.
        config: of a model that is it.
        groups: by group in the file of its weights, the group in that of the whole.
    """

    classes: tuple[str, ...]
    config: Config
    groups: Mapping[str, str]


def parts(model: Config) -> Iterator[Part]:
    """The parts of a Functional or Sequential model, from the first layer on, without the whole.

    Each is what the layers up to one of them compute. Models inside are layers like others.
    """
    entries = layers_of(model)
    if is_graph(model):
        for entry in entries[:-1]:
            nodes = entry.get("inbound_nodes")
            if entry.get("class_name") != _INPUT and isinstance(nodes, list) and nodes:
                yield _graph_to(model, name_of(entry), len(nodes) - 1)
    elif model.get("class_name") == "Sequential":
        for count in range(1, len(entries)):
            if entries[count - 1].get("class_name") != _INPUT:
                yield _part(model, entries[:count], {})


def _part(model: Config, kept: Sequence[Config], ends: Mapping[str, Any]) -> Part:
    entries = inside(model)["layers"]
    names = dict(zip(map(name_of, entries), group_names(entries), strict=True))
    groups = {
        group: names[name_of(entry)]
        for entry, group in zip(kept, group_names(list(kept)), strict=True)
        if group
    }
    config = {**inside(model), **ends, "layers": list(kept)}
    whole = {key: value for key, value in model.items() if key not in {"compile_config", "build_config"}}
    classes = tuple(str(entry["class_name"]) for entry in kept if entry.get("class_name") != _INPUT)
    return Part(classes, {**whole, "config": config}, groups)


def _graph_to(model: Config, name: str, node: int) -> Part:
    """The layers, and of each the calls, that a call of one layer depends on."""
    entries = {name_of(entry): entry for entry in layers_of(model)}
    last: dict[str, int] = defaultdict(lambda: -1)
    pending = [(name, node)]
    while pending:
        current, number = pending.pop()
        for earlier in range(last[current] + 1, number + 1):  # a call is known by its number
            calls = entries[current].get("inbound_nodes", [])
            pending += [(source, at) for source, at, _ in tensors_of(calls[earlier : earlier + 1])]
        last[current] = max(last[current], number)
    kept = [
        {**entry, "inbound_nodes": entry["inbound_nodes"][: last[key] + 1]}
        for key, entry in entries.items()
        if key in last
    ]
    inputs = [end for end in _ends(inside(model).get("input_layers")) if end[0] in last]
    ends = {"input_layers": inputs[0] if len(inputs) == 1 else inputs, "output_layers": [name, node, 0]}
    return _part(model, kept, ends)


def _ends(value: Any) -> list[list[Any]]:
    """The tensors that a model begins with, in whatever structure they are given."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return []
    if value and isinstance(value[0], str):
        return [value]
    return [end for item in value for end in _ends(item)]
