"""Scans TensorFlow graphs: each node of the graph and of its functions, by allow-list.

Field numbers are those of ``saved_model.proto``, ``meta_graph.proto``, ``graph.proto``, ``function.proto``,
``op_def.proto``, ``saved_object_graph.proto`` and Keras' ``saved_metadata.proto``.
"""

from __future__ import annotations

from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from migrate.findings import Finding, Severity
from migrate.formats.tfjs_graph import renamed
from migrate.formats.wire import Message, WireError
from migrate.scan.config import NO_FILES, scan_json
from migrate.scan.file_names import COMPUTED, GIVEN, OUTSIDE, SAVER_DEFAULT, Body, FileNames
from migrate.scan.operations import CONDITIONAL, judge_node
from migrate.scan.rules import found
from migrate.scan.text_format import encode_json, encode_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_ADAPTING = "__inference_adapt_step"
"""What ``Layer.adapt`` leaves behind: it feeds Python data, and no loader calls it unless a graph does."""
_ASSET, _CONSTANT = 5, 9
"""Kinds of ``SavedObject`` that can be a captured file name of a function."""


def examined(scan: Callable[[], Iterator[Finding]], place: str) -> list[Finding]:
    """Findings of one of the functions below; bytes that are not such a message are a finding themselves."""
    findings: list[Finding] = []
    try:
        findings.extend(scan())
    except WireError as error:
        findings.append(found("SEC014", error.message, place))
    return findings


def scan_saved_model_proto(
    data: memoryview, place: str, inside: frozenset[str] = NO_FILES
) -> Iterator[Finding]:
    """Findings of ``saved_model.pb``: operations, assets, and the configurations that Keras stored in it.

    ``inside`` names the files of the folder's ``assets/``.

    Raises:
        WireError: if the bytes are not a SavedModel.
    """
    for meta_graph in Message(data).messages(2):
        yield from _meta_graph(meta_graph, place, inside)


def scan_meta_graph(data: memoryview, place: str) -> Iterator[Finding]:
    """Findings of a ``MetaGraphDef``, which TF1 writes beside a checkpoint.

    Raises:
        WireError: if the bytes are not a meta graph.
    """
    yield from _meta_graph(Message(data), place, NO_FILES)


def _meta_graph(meta_graph: Message, place: str, inside: frozenset[str]) -> Iterator[Finding]:
    assets = set()
    for asset in _assets(meta_graph):
        assets.add(asset.message(1).text(1).partition(":")[0])
        yield from _judge_asset(asset.text(2), place)
    objects = meta_graph.message(7)
    captured = dict(_captured(objects))
    yield from scan_graph_def(meta_graph.merged(2), place, frozenset(assets), captured)
    for node in objects.messages(1):
        yield from _metadata(node.message(4).text(3), place, inside)


def scan_keras_metadata(data: memoryview, place: str, inside: frozenset[str] = NO_FILES) -> Iterator[Finding]:
    """Findings of ``keras_metadata.pb``: a configuration for each tracked object; ``inside`` as above.

    Raises:
        WireError: if the bytes are not such a message.
    """
    for node in Message(data).messages(1):
        yield from _metadata(node.text(5), f"{place}/{node.text(3)}", inside)


def _metadata(text: str, place: str, inside: frozenset[str]) -> Iterator[Finding]:
    """What Keras stored with an object: JSON, or a word such as the version of a trackable."""
    if text.lstrip()[:1] in ("{", "[", '"'):
        yield from scan_json(text, place, inside)


def scan_graph_def(
    data: memoryview,
    place: str,
    assets: frozenset[str] = frozenset(),
    captured: Mapping[str, list[str]] | None = None,
) -> Iterator[Finding]:
    """Findings of a ``GraphDef``.

    Args:
        data: the bytes.
        place: for messages.
        assets: names of the constants that are replaced on loading.
        captured: function to the bindings of its last arguments: nodes of the graph, or `GIVEN` and `COMPUTED`.

    Raises:
        WireError: if the bytes are not a graph.
    """
    graph = Message(data)
    main = Body.of(graph.messages(1))
    bodies = {"": main}
    for function in graph.message(2).messages(1):
        signature = function.message(1)
        arguments = [argument.text(1) for argument in signature.messages(2)]
        body = Body.of(function.messages(3), arguments)
        if signature.text(1) in bodies:
            yield found("SEC006", "two functions have the same name", f"{place}/{signature.text(1)[:200]}")
            body.add(bodies[signature.text(1)].all_nodes())
        bodies[signature.text(1)] = body
    names = FileNames(bodies, assets, captured or {})
    for name, body in bodies.items():
        idle = name.startswith(_ADAPTING) and name not in names.callers
        for finding in _scan_body(body, name, names, f"{place}/{name}" if name else place):
            severity = Severity.WARNING if idle else finding.severity
            yield found(finding.code, finding.message, finding.place, severity)


def scan_graph_json(graph: Mapping[str, Any], place: str) -> Iterator[Finding]:
    """Findings of the ``GraphDef`` of a TensorFlow.js graph model, in protobuf's JSON form.

    Raises:
        WireError: if it is not a graph.
    """
    yield from scan_graph_def(memoryview(encode_json(renamed(graph), "GraphDef")), place)


def scan_graph_text(text: str, place: str) -> Iterator[Finding]:
    """Findings of a ``GraphDef``, ``MetaGraphDef`` or ``SavedModel`` in protobuf's text form, under each reading."""
    findings: dict[tuple[str, str, str], Finding] = {}
    for kind, scan in (
        ("GraphDef", scan_graph_def),
        ("MetaGraphDef", scan_meta_graph),
        ("SavedModel", scan_saved_model_proto),
    ):
        for finding in examined(partial(_scan_text, text, kind, scan, place), place):
            findings[finding.code, finding.message, finding.place] = finding
    yield from findings.values()


def _scan_text(
    text: str, kind: str, scan: Callable[[memoryview, str], Iterator[Finding]], place: str
) -> Iterator[Finding]:
    yield from scan(memoryview(encode_text(text, kind)), place)


def _assets(meta_graph: Message) -> Iterator[Message]:
    """Each ``AssetFileDef``: in its own field, and in a collection as written by TF1."""
    yield from meta_graph.messages(6)
    for name, collection in meta_graph.mapping(4):
        if name == "saved_model_assets":
            for packed in collection.message(5).messages(1):
                yield packed.message(2)


def _captured(objects: Message) -> Iterator[tuple[str, list[str]]]:
    """The bindings of each function's last arguments on loading."""
    nodes = list(objects.messages(1))
    for name, function in objects.mapping(2):
        yield name, [_bound(nodes, number) for number in function.ints(2)]


def _bound(nodes: list[Message], number: int) -> str:
    node = nodes[number] if 0 <= number < len(nodes) else Message(b"")
    if _ASSET in node:
        return GIVEN
    return node.message(_CONSTANT).text(1) or COMPUTED


def _scan_body(body: Body, function: str, names: FileNames, place: str) -> Iterator[Finding]:
    for node in body.all_nodes():
        at = f"{place}/{node.name[:200]}"
        judged = list(judge_node(node, at, alone=False))
        yield from judged
        if not judged and node.operation in CONDITIONAL:
            for path in sorted(names.of(function, node, CONDITIONAL[node.operation])):
                yield from _judge_file_name(path, node.operation, at)
    for name in body.repeated:
        yield found("SEC006", "two nodes have the same name", f"{place}/{name[:200]}")


def _judge_file_name(path: str, operation: str, place: str) -> Iterator[Finding]:
    """A file name as far as the graph fixes it: what is given from outside comes first or not at all."""
    if COMPUTED in path:
        yield found("SEC007", f"{operation} reaches a file whose name the graph computes", place)
    elif ".." in path if path.startswith(GIVEN) else not SAVER_DEFAULT.fullmatch(path):
        shown = path.replace(GIVEN, "*")
        yield found("SEC007", f"{operation} reaches the fixed path {shown[:100]!r}", place)


def _judge_asset(name: str, place: str) -> Iterator[Finding]:
    if OUTSIDE.search(name) or len(PurePosixPath(name).parts) > 3:
        yield found("SEC012", f"the asset {name[:100]!r} is outside the model", place)
