"""Scans text: JSON and YAML that hold serialised objects. Other text configures nothing and is skipped."""

from __future__ import annotations

import codecs
import contextlib
import json
from functools import partial
from typing import TYPE_CHECKING, Any

import yaml

from migrate.findings import MigrationError
from migrate.formats.architecture import MAX_YAML_BYTES, parse_yaml
from migrate.formats.artifact import Format
from migrate.formats.tfjs import tfjs_format
from migrate.scan.config import scan_json, scan_value
from migrate.scan.graph import examined, scan_graph_json
from migrate.scan.rules import found

if TYPE_CHECKING:
    from migrate.findings import Finding
    from migrate.scan.content import Content

MAX_TEXT = 256 << 20
_OBJECT_KEYS = frozenset({"class_name", "spec_name", "registered_name"})
_SPACE = "\ufeff \t\r\n"
_YAML_SUFFIXES = frozenset({".yaml", ".yml"})
_TEXT_SUFFIXES = frozenset({"", ".txt", ".conf", ".cfg", ".config", ".arch", ".architecture", ".model"})
"""Other file names used for an architecture as YAML; content that starts like JSON is JSON under any name."""
_PYTHON_TAG = "tag:yaml.org,2002:python/"


def scan_text(content: Content, place: str) -> tuple[str, list[Finding]] | None:
    """Kind and findings of JSON or YAML; None if it is neither, or holds no serialised object."""
    start = _start(content)
    like_json = start[:1] in ("{", "[", '"')
    if like_json and content.size > MAX_TEXT:
        return "other", [found("SEC014", f"the JSON is longer than {MAX_TEXT:,} bytes", place)]
    if like_json:
        with contextlib.suppress(ValueError):  # YAML begins alike
            return _json(content.read(MAX_TEXT), place)
    judged = None
    named = content.suffix in _TEXT_SUFFIXES and content.size <= MAX_YAML_BYTES and "\0" not in start
    if content.suffix in _YAML_SUFFIXES or named or "class_name:" in start:
        judged = _yaml(content, place)
    if judged is None and like_json and b"class_name" in content.read(MAX_TEXT):
        return "configuration", [found("SEC014", "the configuration cannot be read", place)]
    return judged


def _start(content: Content) -> str:
    """Where the text starts: loaders skip any amount of white space."""
    encoding = json.detect_encoding(content.head)
    start = content.head.decode(encoding, "replace").lstrip(_SPACE)
    if start or content.size <= len(content.head):
        return start
    return content.read(MAX_TEXT).decode(encoding, "replace").lstrip(_SPACE)[: len(content.head)]


def _json(data: bytes, place: str) -> tuple[str, list[Finding]] | None:
    try:
        value = json.loads(data)
    except RecursionError:
        return "configuration", [found("SEC009", "the JSON is nested too deeply for a reader", place)]
    if tfjs_format(value) is Format.TFJS_GRAPH:
        return "graph", examined(partial(scan_graph_json, value["modelTopology"], place), place)
    return ("configuration", scan_json(data, place)) if _holds_objects(value) else None


def _holds_objects(value: Any) -> bool:
    """Whether a dictionary at any depth, including in text that is JSON, names a class."""
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
                continue  # text that only starts like JSON
    return False


def _yaml(content: Content, place: str) -> tuple[str, list[Finding]] | None:
    if content.size > MAX_YAML_BYTES:
        return "other", [found("SEC014", f"the YAML is longer than {MAX_YAML_BYTES:,} bytes", place)]
    data = content.read(MAX_YAML_BYTES)
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = data.decode("utf-16" if wide else "utf-8-sig", "replace")
    if not _constructs_objects(text, meant=content.suffix in _YAML_SUFFIXES):
        return None
    try:
        return "configuration", scan_value(parse_yaml(text, place), place)
    except MigrationError as error:
        code = error.code if error.code.startswith("SEC") else "SEC014"
        return "configuration", [found(code, error.message, place)]


def _constructs_objects(text: str, *, meant: bool) -> bool:
    """Whether YAML has a Python tag, in any spelling, or a key that names a class.

    Invalid YAML is reported if it was ``meant`` as YAML and mentions a class; no loader reads it.
    """
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            tag = getattr(event, "tag", None)
            if isinstance(tag, str) and tag.startswith(_PYTHON_TAG):
                return True
            if isinstance(event, yaml.ScalarEvent) and event.value in _OBJECT_KEYS:
                return True
    except (yaml.YAMLError, ValueError):
        return meant and "class_name" in text
    return False
