"""Looks at text: JSON and YAML that hold serialised objects. Other text configures nothing and is skipped."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml

from migrate.findings import MigrationError
from migrate.formats.architecture import MAX_YAML_BYTES, parse_yaml
from migrate.scan.config import scan_json, scan_value
from migrate.scan.rules import found

if TYPE_CHECKING:
    from migrate.findings import Finding
    from migrate.scan.content import Content

MAX_TEXT = 256 << 20
_OBJECT_KEYS = frozenset({"class_name", "spec_name", "registered_name"})
_PYTHON_TAG = "tag:yaml.org,2002:python/"


def scan_text(content: Content, place: str) -> tuple[str, list[Finding]] | None:
    """Kind and findings of JSON or YAML; None for what is neither, or holds no serialised object."""
    try:
        encoding = json.detect_encoding(content.head)
        start = content.head.decode(encoding, "replace").lstrip("\ufeff \t\r\n")
    except LookupError:
        return None
    if start[:1] in ("{", "[", '"'):
        return _json(content, place)
    if content.suffix in (".yaml", ".yml") or "class_name:" in start:
        return _yaml(content, place)
    return None


def _json(content: Content, place: str) -> tuple[str, list[Finding]] | None:
    if content.size > MAX_TEXT:
        return "other", [found("SEC014", f"the JSON is longer than {MAX_TEXT:,} bytes", place)]
    data = content.read(MAX_TEXT)
    try:
        value = json.loads(data)
    except RecursionError:
        return "configuration", [found("SEC009", "the JSON is nested beyond what a reader can follow", place)]
    except ValueError as error:
        if b"class_name" not in data:
            return None  # text that begins like JSON; no loader can read it either
        return "configuration", [found("SEC014", f"the configuration cannot be read: {error}", place)]
    if not _holds_objects(value):
        return None
    return "configuration", scan_json(data, place)


def _holds_objects(value: Any) -> bool:
    """Whether a dictionary at any depth, also in text that is JSON, names a class."""
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, dict):
            if _OBJECT_KEYS & one.keys():
                return True
            stack += one.values()
        elif isinstance(one, list):
            stack += one
        elif isinstance(one, str) and '"' in one and one.lstrip()[:1] in ("{", "[", '"'):
            try:
                stack.append(json.loads(one))
            except (ValueError, RecursionError):
                continue  # text that only begins like JSON is text
    return False


def _yaml(content: Content, place: str) -> tuple[str, list[Finding]] | None:
    if content.size > MAX_YAML_BYTES:
        return "other", [found("SEC014", f"the YAML is longer than {MAX_YAML_BYTES:,} bytes", place)]
    text = content.read(MAX_YAML_BYTES).decode("utf-8-sig", "replace")
    if not _constructs_objects(text):
        return None
    try:
        return "configuration", scan_value(parse_yaml(text, place), place)
    except MigrationError as error:
        code = error.code if error.code.startswith("SEC") else "SEC014"
        return "configuration", [found(code, error.message, place)]


def _constructs_objects(text: str) -> bool:
    """Whether YAML has a tag of Python, in whatever spelling, or a key that names a class."""
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            tag = getattr(event, "tag", None)
            if isinstance(tag, str) and tag.startswith(_PYTHON_TAG):
                return True
            if isinstance(event, yaml.ScalarEvent) and event.value in _OBJECT_KEYS:
                return True
    except (yaml.YAMLError, ValueError):
        return "class_name" in text  # not YAML: only what was meant as a model is told
    return False
