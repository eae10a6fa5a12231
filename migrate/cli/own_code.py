"""The author's code of one migrated model, before and after, beside how far the layers that it makes differ."""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import unified_diff
from pathlib import Path
from typing import Any

from migrate.results import RECORD

_RULE = "CFG055"


def is_migrated(folder: Path) -> bool:
    """Whether a path is the folder of a migrated model."""
    return (folder / RECORD).is_file()


def read_record(folder: Path) -> dict[str, Any]:
    """``migration.json`` of a folder.

    Raises:
        ValueError: it is no JSON object.
    """
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    if not isinstance(record, dict):
        raise ValueError(f"{RECORD} contains no record")
    return record


def own_code_page(record: Mapping[str, Any]) -> str:
    """Where the code stood, a diff of each definition, and for each layer of it the errors; as text."""
    names = record.get("own_code", {}).get("names", {})
    if not names:
        return "The model needs none of its author's code."
    errors = {row["layer"]: row for row in record.get("layer_parity", [])}
    shown: dict[tuple[str, str], list[str]] = {}
    for fired in record.get("rules", []):
        if fired["code"] == _RULE:
            shown.setdefault((fired["before"], fired["after"]), []).append(fired["place"])
    lines = [f"{name}: {place}" for name, place in names.items()]
    for (before, after), places in shown.items():
        lines += [
            "",
            *unified_diff(
                before.split("\n"), after.split("\n"), "as written", "for Keras 3", lineterm="", n=3
            ),
        ]
        if before == after:
            lines.append("unchanged: " + before.split("\n", 1)[0])
        lines += [_compared(place, errors) for place in places if place]
    left = record["own_code"].get("left", [])
    return "\n".join([*lines, *(["", "left to do:", *left] if left else [])])


def _compared(place: str, errors: Mapping[str, Mapping[str, Any]]) -> str:
    row = errors.get(place) or errors.get(place.rpartition("/")[2])
    holder = place.rpartition("/")[0]
    if row is None and holder in errors:
        return f"layer {place}: compared as part of {_compared(holder, errors).removeprefix('layer ')}"
    if row is None:
        return f"layer {place}: not compared by itself"
    return f"layer {place}: largest difference {row['max_abs']:.1e}, relative {row['max_rel']:.1e}"
