"""Layers that a Functional model tracks because they are its attributes, and that no call of its graph uses.

``model.head = Dense(3)`` adds the layer to ``model.layers``, and so to the configuration, with no ``inbound_nodes``;
TFX keeps its preprocessing there (``model.tft_layer``). Outputs do not depend on it. Source: ``Model.__setattr__`` and
``get_network_config`` of ``keras/engine/functional.py``, tf.keras 2.2 to 2.15.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrate.dialects.rule import Notes, Step, declare
from migrate.findings import Finding, Rule, Severity

TRACKED_LAYER = declare(
    Rule(
        "CFG126",
        "tracked-layer",
        "A layer is an attribute of the model, and no part of its graph.",
        Severity.WARNING,
        applies_to=">=2.2",
        before='{"layers": […, {"class_name": "Dense", "name": "head", "inbound_nodes": []}]}',
        after='{"layers": […]}',
        why="Keras 2 lists every layer that is an attribute of a Functional model, also one that the graph never "
        "calls. Keras 3 makes it and puts it nowhere, and where it has weights no Keras loads the file: they belong "
        "to no layer of the model. The outputs do not depend on it, so it is left out, with its weights.",
    ),
    Step.GRAMMAR,
)


def in_graph(config: Mapping[str, Any], model: str, notes: Notes) -> list[Any]:
    """Entries of ``layers`` without the tracked ones, which the notes name.

    Args:
        config: of a Functional model, in any grammar of Keras 2.
        model: its name.
        notes: take the rule, a finding and the names of the layers.
    """
    entries = config["layers"]
    used = {*_strings([config.get("input_layers"), config.get("output_layers")])}
    for entry in entries:
        used.update(_strings(entry.get("inbound_nodes") if isinstance(entry, Mapping) else None))
    kept = []
    for entry in entries:
        name = _name(entry)
        if name is None or name in used or entry.get("inbound_nodes") or entry["class_name"] == "InputLayer":
            kept.append(entry)
            continue
        notes.tracked.add(name)
        notes.record(TRACKED_LAYER.code, f"{model}/{name}", entry["class_name"], None)
        notes.findings.append(
            Finding(
                TRACKED_LAYER.code,
                Severity.WARNING,
                f"{name!r} ({entry['class_name']}) is an attribute of the model and not in its graph: it is left out",
                "The outputs do not depend on it. Make it again where the code uses it.",
                place=name,
            )
        )
    return kept


def _name(entry: Any) -> str | None:
    """The name of a well-formed entry."""
    if not isinstance(entry, Mapping) or not isinstance(entry.get("class_name"), str):
        return None
    config = entry.get("config")
    name = entry.get("name") or (config.get("name") if isinstance(config, Mapping) else None)
    return name if isinstance(name, str) else None


def _strings(value: Any) -> Iterator[str]:
    pending = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, str):
            yield current
        elif isinstance(current, list):
            pending += current
        elif isinstance(current, Mapping):
            pending += current.values()
