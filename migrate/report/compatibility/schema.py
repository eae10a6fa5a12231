"""JSON Schema of the report, as published in ``schema.json`` beside this module."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from migrate.report.compatibility.records import Report

PUBLISHED = Path(__file__).with_name("schema.json")


def schema() -> dict[str, object]:
    """JSON Schema 2020-12 of ``Report``."""
    found = msgspec.json.schema(Report)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "keras-migrate compatibility report",
        **found,
    }


def text() -> str:
    """The schema as it is written to ``schema.json``."""
    return json.dumps(schema(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    PUBLISHED.write_text(text(), encoding="utf-8")
