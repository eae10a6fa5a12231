"""Telling TensorFlow's protobuf files apart by their first fields."""

from __future__ import annotations

from migrate.formats.artifact import Format
from migrate.formats.wire import WireError, fields, varint

_SAVED_MODEL_START = b"\x08\x01\x12"
"""``saved_model_schema_version: 1`` and the start of a meta graph."""


def sniff_protobuf(file_name: str, head: bytes) -> tuple[Format, str, str] | None:
    """Say which of TensorFlow's messages a file of this name holds; None when none of them.

    A ``GraphDef`` and a ``MetaGraphDef`` both start with a length-delimited field 1: a node has a name and
    an op, the description of a meta graph has none of that shape.
    """
    if head.startswith(_SAVED_MODEL_START):
        return Format.SAVED_MODEL, "SavedModel (saved_model.pb)", ""
    if head[:1] != b"\x0a":
        return None
    view = memoryview(head)
    try:
        size, start = varint(view, 1)
        if start + size > len(view):
            return None
        first = dict(fields(view[start : start + size]))
        number = varint(view, start + size)[0] >> 3 if start + size < len(view) else 0
    except WireError:
        return None
    name, op = first.get(1), first.get(2)
    if _word(name) and _word(op) and number in (0, 1, 2, 3, 4):
        return Format.FROZEN_GRAPH, "TensorFlow graph (GraphDef)", ""
    if number == 2 and (file_name.endswith(".meta") or 5 in first or 2 in first):
        return Format.META_GRAPH, "meta graph of a TF1 checkpoint: a graph without values", ""
    if file_name == "keras_metadata.pb":
        return Format.NOT_A_MODEL, "part of a SavedModel: give its directory", ""
    return None


def _word(value: int | memoryview | None) -> bool:
    """Whether a field is a short ASCII name, as nodes and ops have."""
    if not isinstance(value, memoryview) or not 0 < len(value) < 2000:
        return False
    return all(32 < byte < 127 for byte in value)
