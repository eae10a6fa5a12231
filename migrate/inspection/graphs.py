"""Inspecting what TensorFlow wrote: SavedModels, checkpoints and bare graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from migrate.findings import Finding, MigrationError, Severity
from migrate.formats.artifact import Format
from migrate.formats.describe import TensorRecord
from migrate.formats.saved_model.reader import PREDICT
from migrate.inspection.layered import basic, described, layer_obstacles, writer_record
from migrate.inspection.records import Inspection, MetaGraphRecord, SignatureRecord, WriterRecord

if TYPE_CHECKING:
    from pathlib import Path

    from migrate.formats.identify import Identification
    from migrate.formats.saved_model.reader import MetaGraph, SavedModel, Signature


def inspect_saved_model(found: Identification, obstacles: list[Finding]) -> Inspection:
    """Signatures, objects and ops of a SavedModel; layers where its metadata has them.

    Raises:
        MigrationError: FMT015 or FMT025 when the protobuf cannot be read.
    """
    from migrate.formats.checkpoint.bundle import OBJECT_GRAPH, read_bundle
    from migrate.formats.saved_model.keras import read_keras_saved_model, saved_model_writer
    from migrate.formats.saved_model.reader import read_saved_model

    model = read_saved_model(found.path)
    variables: list[TensorRecord] = []
    if model.variables_prefix.with_name("variables.index").is_file():
        entries = read_bundle(model.variables_prefix).entries
        variables = [
            TensorRecord(e.name, list(e.shape), e.dtype) for e in entries.values() if e.name != OBJECT_GRAPH
        ]
    graphs = [_meta_graph(meta) for meta in model.meta_graphs]
    obstacles += _saved_model_obstacles(model)
    more = {"meta_graphs": graphs, "variables": variables}
    custom = _custom_classes(model.keras_nodes)
    try:
        artifact = read_keras_saved_model(found.path, values=False)
    except MigrationError as error:
        obstacles.append(error.finding())
        return msgspec.structs.replace(
            basic(found, obstacles),
            writer=writer_record(saved_model_writer(model)),
            custom_objects=custom,
            **more,
        )
    if artifact.architecture is not None:
        # Without the code a SavedModel still migrates, through its signatures.
        obstacles += [
            msgspec.structs.replace(f, severity=Severity.WARNING) for f in layer_obstacles(artifact)
        ]
    record = described(found, artifact, obstacles, **more)
    assets = sorted({*record.assets, *model.serving.assets})
    return msgspec.structs.replace(
        record,
        custom_objects=sorted({*record.custom_objects, *custom}),
        missing=model.missing,
        assets=assets,
        model=record.model or str(model.keras_nodes.get(0, {}).get("class_name") or ""),
        parameters=record.parameters or sum(_count(v) for v in variables if _is_weight(v.name)),
    )


def _custom_classes(nodes: dict[int, dict[str, Any]]) -> list[str]:
    """Classes of Keras objects that Keras itself does not have: subclassed layers and models."""
    from migrate.formats.saved_model.subclassed import custom_class

    return sorted({name for node in nodes.values() if (name := custom_class(node))})


def _saved_model_obstacles(model: SavedModel) -> list[Finding]:
    """What is missing, dangerous, or cannot be expressed by Keras 3's exporter."""
    meta = model.serving
    found: list[Finding] = []

    def warn(code: str, message: str, hint: str, severity: Severity = Severity.WARNING) -> None:
        found.append(Finding(code, severity, message, hint))

    if model.missing:
        names = ", ".join(model.missing[:4])
        warn(
            "FMT022",
            f"files are missing: {names}",
            "Fetch the whole folder: the protobuf with its variables and assets beside it.",
            Severity.ERROR,
        )
    if meta.reference_variables:
        what = (
            "TF1 reference variables: the graph can be called and lifted, but not restored as Python objects"
        )
        warn("FMT016", what, "It is migrated through its signatures.")
    if not meta.signatures and meta.root_functions:
        what = f"no signature: {', '.join(meta.root_functions)} of the root object will be served"
        warn("EXP015", what, "From Python, the loaded object is called as before.", Severity.INFO)
    elif not meta.signatures:
        what = "no signature defines how to call it"
        warn("EXP003", what, "Save it again with signatures=….", Severity.ERROR)
    elif model.architecture is None and 0 in model.keras_nodes and _custom_classes(model.keras_nodes):
        classes = ", ".join(_custom_classes(model.keras_nodes))
        what = (
            f"a {model.keras_nodes[0].get('class_name')}, a class that is not part of Keras: the signatures are "
            "kept"
        )
        warn("EXP013", what, f"For a .keras, supply the source of {classes} with --custom-objects FILE.py.")
    elif model.architecture is None:
        what = "no architecture of Keras layers: a .keras cannot be created, the signatures are kept"
        warn("EXP001", what, "--lift builds layers from an inference graph.")
    if len(model.meta_graphs) > 1:
        others = "; ".join(", ".join(m.tags) for m in model.meta_graphs if m is not meta)
        warn(
            "EXP010",
            f"several tag sets; only {', '.join(meta.tags)} is exported, not {others}",
            "Keep the old one.",
        )
    for signature in meta.signatures:
        if signature.method not in ("", PREDICT):
            kind = signature.method.rpartition("/")[2]
            what = f"signature {signature.name!r} handles {kind} requests and will handle predict requests"
            warn("EXP011", what, "Send predict requests with the same keys.")
    return found


def _meta_graph(meta: MetaGraph) -> MetaGraphRecord:
    objects: dict[str, int] = {}
    for node in meta.objects.nodes:
        label = node.identifier or node.kind
        objects[label] = objects.get(label, 0) + 1
    root = meta.objects.nodes[0].children if meta.objects.nodes else {}
    return MetaGraphRecord(
        tags=list(meta.tags),
        tensorflow=meta.tensorflow,
        signatures=[_signature(signature) for signature in meta.signatures],
        ops=dict(meta.graph.ops.most_common()),
        functions=len(meta.graph.functions),
        initializers=meta.initializers,
        assets=meta.assets,
        objects=objects,
        attributes=[name for name in root if name not in ("signatures", "keras_api")],
        file_ops=meta.graph.touching_files(),
        python_ops=meta.graph.running_python(),
    )


def _signature(signature: Signature) -> SignatureRecord:
    def records(tensors: Any) -> list[TensorRecord]:
        return [TensorRecord(t.key, None if t.shape is None else list(t.shape), t.dtype) for t in tensors]

    return SignatureRecord(
        signature.name, records(signature.inputs), records(signature.outputs), signature.method
    )


def inspect_checkpoint(
    found: Identification, architecture: Path | None, obstacles: list[Finding]
) -> Inspection:
    """Variables of a checkpoint, and the layers they belong to where an architecture is at hand.

    Raises:
        MigrationError: FMT022 without an index, FMT015 when it is damaged.
    """
    from migrate.formats.checkpoint.reader import open_checkpoint
    from migrate.formats.read import read

    checkpoint = open_checkpoint(found.path)
    entries = [checkpoint.bundle.entries[name] for name in checkpoint.names()]
    variables = [TensorRecord(e.name, list(e.shape), e.dtype) for e in entries]
    missing = [path.name for path in checkpoint.missing]
    if missing:
        obstacles.append(
            Finding("FMT022", Severity.ERROR, f"shards are missing: {', '.join(missing)}", "Fetch all files.")
        )
    elif (artifact := read(found.path, architecture, values=False)).architecture is not None:
        obstacles += layer_obstacles(artifact)
        return described(found, artifact, obstacles, variables=variables, layout=checkpoint.layout)
    else:
        obstacles.append(
            Finding(
                "FMT004",
                Severity.ERROR,
                "a checkpoint contains variables without an architecture",
                "Pass it with --architecture, or extract the arrays with `keras-migrate weights`.",
            )
        )
    return msgspec.structs.replace(
        basic(found, obstacles),
        detail=f"{found.detail}: {checkpoint.prefix.name}",
        size=found.size or sum(e.size for e in entries),
        writer=WriterRecord(backend="tensorflow"),
        variables=variables,
        layout=checkpoint.layout,
        missing=missing,
        parameters=sum(_count(v) for v in variables if _is_weight(v.name)),
    )


def inspect_graph(found: Identification, obstacles: list[Finding]) -> Inspection:
    """Ops and placeholders of a frozen graph, of TensorFlow.js' graph model, or of a checkpoint's ``.meta``.

    Raises:
        MigrationError: FMT015 when the protobuf cannot be read; what a reader of `read_tfjs_graph` raises.
    """
    from migrate.formats.saved_model.graph import parse_graph
    from migrate.formats.saved_model.reader import MAX_PROTO_BYTES, read_proto
    from migrate.formats.tfjs_graph import read_tfjs_graph
    from migrate.formats.wire import Message
    from migrate.scan.text_format import encode_json

    if found.format is Format.TFJS_GRAPH:
        data = memoryview(encode_json(read_tfjs_graph(found.path).graph, "GraphDef"))
    else:
        data = memoryview(read_proto(found.path, MAX_PROTO_BYTES))
    if found.format is Format.META_GRAPH:
        data = Message(data).merged(2)
    graph = parse_graph(data)
    record = MetaGraphRecord(
        tags=[],
        ops=dict(graph.ops.most_common()),
        functions=len(graph.functions),
        file_ops=graph.touching_files(),
        python_ops=graph.running_python(),
    )
    return msgspec.structs.replace(
        basic(found, obstacles),
        meta_graphs=[record],
        inputs=[TensorRecord(name) for name in graph.placeholders],
        writer=WriterRecord(backend="tensorflow"),
    )


def _is_weight(key: str) -> bool:
    """Whether a key of a checkpoint is a weight rather than training state."""
    parts = key.split("/")
    return ".OPTIMIZER_SLOT" not in key and not {"optimizer", "metrics"} & set(parts)


def _count(tensor: TensorRecord) -> int:
    count = 1
    for size in tensor.shape or []:
        count *= size or 0
    return count if tensor.dtype not in ("string", "resource", "variant") else 0
