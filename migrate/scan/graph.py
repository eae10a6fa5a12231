"""Looks through TensorFlow graphs: each node of the graph and of its functions, by allow-list.

Field numbers are those of ``saved_model.proto``, ``meta_graph.proto``, ``graph.proto``, ``function.proto``,
``node_def.proto``, ``attr_value.proto``, ``tensor.proto``, ``saved_object_graph.proto`` and Keras'
``saved_metadata.proto``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from migrate.findings import Finding, Severity
from migrate.formats.wire import Message, WireError
from migrate.scan.config import NO_FILES, scan_json
from migrate.scan.operations import CONDITIONAL, judge_operation
from migrate.scan.rules import found

if TYPE_CHECKING:
    from collections.abc import Iterator

_ADAPTING = "__inference_adapt_step"
"""What ``Layer.adapt`` leaves behind: it feeds Python data, and no loader calls it unless a graph does."""
_OUTSIDE = re.compile(r"^[/~\\]|\.\.|://|^[A-Za-z]:[\\/]")
_OP_IN_TEXT = re.compile(r'^\s*op:\s*"([^"]{1,200})"', re.MULTILINE)


@dataclass(slots=True)
class _Body:
    """The nodes of a graph or of one function."""

    place: str
    nodes: dict[str, Message] = field(default_factory=dict)


def scan_saved_model_proto(
    data: memoryview, place: str, inside: frozenset[str] = NO_FILES
) -> Iterator[Finding]:
    """Findings of ``saved_model.pb``: operations, assets, and the configurations that Keras left in it.

    ``inside`` names the files of the folder's ``assets/``.
    """
    try:
        for meta_graph in Message(data).messages(2):
            assets = set()
            for asset in _assets(meta_graph):
                assets.add(asset.message(1).text(1).partition(":")[0])
                yield from _judge_asset(asset.text(2), place)
            yield from scan_graph_def(meta_graph.view(2), place, frozenset(assets))
            for node in meta_graph.message(7).messages(1):
                metadata = node.message(4).text(3)
                if "class_name" in metadata:
                    yield from scan_json(metadata, place, inside)
    except WireError as error:
        yield found("SEC014", error.message, place)


def scan_keras_metadata(data: memoryview, place: str, inside: frozenset[str] = NO_FILES) -> Iterator[Finding]:
    """Findings of ``keras_metadata.pb``: a configuration for each tracked object; ``inside`` as above."""
    try:
        for node in Message(data).messages(1):
            metadata = node.text(5)
            if "class_name" in metadata:
                yield from scan_json(metadata, f"{place}/{node.text(3)}", inside)
    except WireError as error:
        yield found("SEC014", error.message, place)


def scan_graph_def(data: memoryview, place: str, assets: frozenset[str] = frozenset()) -> Iterator[Finding]:
    """Findings of a ``GraphDef``; ``assets`` names the constants that loading replaces.

    Raises:
        WireError: when the bytes are no graph.
    """
    graph = Message(data)
    yield from _scan_body(_body(graph.messages(1), place), assets)
    functions = [(function.message(1).text(1), function) for function in graph.message(2).messages(1)]
    called = set(_called(graph.messages(1)))
    for _, function in functions:
        called.update(_called(function.messages(3)))
    for name, function in functions:
        idle = name.startswith(_ADAPTING) and name not in called
        for finding in _scan_body(_body(function.messages(3), f"{place}/{name}"), frozenset()):
            severity = Severity.WARNING if idle else finding.severity
            yield found(finding.code, finding.message, finding.place, severity)


def _assets(meta_graph: Message) -> Iterator[Message]:
    """Each ``AssetFileDef``: in its own field, and in a collection as TF1 wrote it."""
    yield from meta_graph.messages(6)
    for name, collection in meta_graph.mapping(4):
        if name == "saved_model_assets":
            for packed in collection.message(5).messages(1):
                yield packed.message(2)


def _called(nodes: Iterator[Message]) -> Iterator[str]:
    """Functions that nodes call: ``AttrValue.func`` and ``AttrValue.list.func``."""
    for node in nodes:
        for _, value in node.mapping(5):
            if 10 in value:
                yield value.message(10).text(1)
            for listed in value.message(1).messages(9) if 1 in value else ():
                yield listed.text(1)


def scan_graph_text(text: str, place: str) -> Iterator[Finding]:
    """Findings of a graph in protobuf's text form, by the names of its operations alone."""
    for name in sorted(set(_OP_IN_TEXT.findall(text))):
        finding = judge_operation(name, alone=False)
        if finding is not None:
            yield found(finding.code, finding.message, place, finding.severity)


def _body(nodes: Iterator[Message], place: str) -> _Body:
    body = _Body(place)
    for node in nodes:
        body.nodes[node.text(1)] = node
    return body


def _scan_body(body: _Body, assets: frozenset[str]) -> Iterator[Finding]:
    for name, node in body.nodes.items():
        operation = node.text(2)
        finding = judge_operation(operation, alone=False)
        place = f"{body.place}/{name[:200]}"
        if finding is not None:
            yield found(finding.code, finding.message, place, finding.severity)
        elif operation in CONDITIONAL:
            for path in _constant_paths(body, node, CONDITIONAL[operation], assets):
                yield found("SEC007", f"{operation} reaches the fixed path {path[:100]!r}", place)
        elif operation == "PrintV2" and _attribute(node, "output_stream").startswith("file:"):
            yield found("SEC007", f"PrintV2 writes to {_attribute(node, 'output_stream')[:100]!r}", place)
        elif operation in ("DecodeProtoV2", "EncodeProto") and not _attribute(
            node, "descriptor_source"
        ).startswith(("local://", "bytes://")):
            yield found("SEC007", f"{operation} reads its descriptor from a file", place)


def _attribute(node: Message, name: str) -> str:
    return next((value.text(2) for key, value in node.mapping(5) if key == name), "")


def _constant_paths(
    body: _Body, node: Message, position: int | None, assets: frozenset[str]
) -> Iterator[str]:
    """Texts of constants that flow into a file name and point outside of what was asked for."""
    inputs = [name for name in node.texts(3) if not name.startswith("^")]
    todo = inputs if position is None else inputs[position : position + 1]
    seen: set[str] = set()
    while todo:
        name = todo.pop().partition(":")[0]
        if name in seen or name in assets:
            continue
        seen.add(name)
        source = body.nodes.get(name)
        if source is None:
            continue  # an argument of the function: given from outside
        if source.text(2) == "Const":
            for key, value in source.mapping(5):
                if key == "value":
                    texts = value.message(8).texts(8)
                    yield from (text for text in texts if _OUTSIDE.search(text))
        else:
            todo += [name for name in source.texts(3) if not name.startswith("^")]


def _judge_asset(name: str, place: str) -> Iterator[Finding]:
    if _OUTSIDE.search(name) or len(PurePosixPath(name).parts) > 3:
        yield found("SEC012", f"the asset {name[:100]!r} lies outside of the model", place)
