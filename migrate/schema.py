"""JSON Schema of a record, as it is published."""

from __future__ import annotations

import inspect
import json

import msgspec


def json_schema(record: type[msgspec.Struct], title: str) -> str:
    """JSON Schema 2020-12 of a record; the same text with every Python.

    Docstrings become descriptions; compilers before Python 3.13 leave their indentation in.
    """
    found = msgspec.json.schema(record)
    for definition in found["$defs"].values():
        if "description" in definition:
            definition["description"] = inspect.cleandoc(definition["description"])
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **found}
    return json.dumps(document, indent=1, sort_keys=True) + "\n"
