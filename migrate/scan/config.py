"""Scans a configuration: every dictionary at every depth, no matter which reader may use it later.

A loader reaches nested dictionaries in many ways (wrappers, nested models, losses, node arguments), so
the walk does not follow Keras' structure: anything that looks like a serialised object is judged as one,
and text that is itself JSON is decoded too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from migrate.formats.bytecode import is_marshalled_function, join_place
from migrate.formats.limits import MAX_ARCHITECTURE_BYTES, MAX_DEPTH
from migrate.scan.bytecode import bytecode_finding
from migrate.scan.objects import judge_object
from migrate.scan.rules import found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrate.findings import Finding

MAX_NODES = 5_000_000
"""Maximum number of values in one configuration; the largest real one known has 0.1 million."""
MAX_PLACES = 20
"""Maximum number of findings of one kind that are listed individually."""

NO_FILES: frozenset[str] = frozenset()


class _Duplicate(dict[str, Any]):
    """A JSON object in which one key occurred twice."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    return made if len(made) == len(pairs) else _Duplicate(made)


def scan_json(text: str | bytes, place: str, inside: frozenset[str] = NO_FILES) -> list[Finding]:
    """All findings of a configuration as text: JSON, once or twice encoded; ``inside`` as in `scan_value`.

    Bytes are decoded as by `json`, which every loader uses: UTF-8, UTF-16 or UTF-32, detected by the first bytes.
    """
    if len(text) > MAX_ARCHITECTURE_BYTES:
        return [found("SEC004", f"{len(text):,} bytes of JSON", place)]
    try:
        value = json.loads(text, object_pairs_hook=_object)
    except RecursionError:
        return [found("SEC009", "the JSON is nested too deeply for a reader", place)]
    except ValueError as error:
        return [found("SEC014", f"the configuration cannot be read: {error}", place)]
    return scan_value(value, place, inside)


def is_json(data: bytes) -> bool:
    """Whether bytes are JSON of an object, a list or a text; a number or a bare word is not a configuration."""
    try:
        start = data[:256].decode(json.detect_encoding(data), "replace").lstrip()[:1]
        if start not in ("{", "[", '"'):
            return False
        json.loads(data)
    except RecursionError:
        return True  # its reader would fail in the same way
    except ValueError:
        return False
    return True


def scan_value(value: Any, place: str, inside: frozenset[str] = NO_FILES) -> list[Finding]:
    """All findings of a configuration as decoded JSON; each kind is reported once per place.

    Args:
        value: the configuration.
        place: for messages.
        inside: names of the vocabulary files that the artifact itself contains; see `_judge_paths`.
    """
    kept: dict[tuple[str, str, str, str], Finding] = {}
    count: dict[tuple[str, str], int] = {}
    for finding in _walk(value, place, inside):
        # the walk meets the same Lambda several times: as a class, as a type, as a list
        message = "" if finding.code == "SEC001" else finding.message
        kind = (finding.code, finding.severity)
        key = (*kind, message, finding.place)
        if key not in kept and count.get(kind, 0) < MAX_PLACES:
            kept[key] = finding
            count[kind] = count.get(kind, 0) + 1
    return list(kept.values())


@dataclass(frozen=True, slots=True)
class _Node:
    value: Any
    place: str
    depth: int
    training: bool


def _walk(root: Any, place: str, inside: frozenset[str]) -> Iterator[Finding]:
    stack = [_Node(root, place, 0, False)]
    seen = 0
    while stack:
        node = stack.pop()
        seen += 1
        if seen > MAX_NODES:
            yield found("SEC004", f"the configuration has more than {MAX_NODES:,} values", place)
            return
        if node.depth > MAX_DEPTH:
            yield found("SEC009", f"nested deeper than {MAX_DEPTH} levels", place)
            return
        value = node.value
        if isinstance(value, dict):
            if isinstance(value, _Duplicate):
                yield found("SEC006", "a key occurs twice in one JSON object", node.place)
            yield from judge_object(value, node.place, inside, training=node.training)
            inner = join_place(node.place, value)
            for key, child in value.items():
                if isinstance(child, dict | list | str):
                    training = node.training or key in ("compile_config", "training_config")
                    stack.append(_Node(child, inner, node.depth + 1, training))
        elif isinstance(value, list):
            if is_marshalled_function(value):
                yield bytecode_finding(value, "a list contains marshalled bytecode", node.place)
            stack += [
                _Node(child, node.place, node.depth + 1, node.training)
                for child in value
                if isinstance(child, dict | list | str)
            ]
        elif not isinstance(value, str):
            continue
        elif '"' in value and value.lstrip()[:1] in ("{", "[") and len(value) <= MAX_ARCHITECTURE_BYTES:
            try:
                decoded = json.loads(value, object_pairs_hook=_object)
            except (ValueError, RecursionError):
                continue  # text that only starts like JSON
            stack.append(_Node(decoded, node.place, node.depth + 1, node.training))
