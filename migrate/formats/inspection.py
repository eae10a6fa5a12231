"""One description of any path: what it is, who wrote it, what it holds, what stands in the way of migration.

Nothing is loaded: arrays keep their values in the file, graphs keep their constants, and neither TensorFlow nor
Keras is imported.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from migrate.findings import Finding, MigrationError, Severity
from migrate.formats.artifact import Format
from migrate.formats.describe import (
    LayerRecord,
    TensorRecord,
    custom_objects,
    custom_training,
    has_bytecode,
    model_inputs,
    model_outputs,
    walk_layers,
)
from migrate.formats.identify import Identification, identify

if TYPE_CHECKING:
    from migrate.formats.artifact import LegacyArtifact, SavedArray, Writer
    from migrate.formats.saved_model.reader import MetaGraph, Signature


class WriterRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who wrote it; ``evidence`` says how what is not stored was told."""

    keras: str | None = None
    tensorflow: str | None = None
    backend: str | None = None
    layout: str | None = None
    evidence: str = ""


class TrainingRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """The training state that was saved."""

    optimizer: str = ""
    loss: Any = None
    metrics: Any = None
    slots: int = 0


class SignatureRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One endpoint of a SavedModel, keys in the order of the file."""

    name: str
    inputs: list[TensorRecord]
    outputs: list[TensorRecord]
    method: str = ""


class MetaGraphRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One tag set of a SavedModel."""

    tags: list[str]
    tensorflow: str = ""
    signatures: list[SignatureRecord] = []
    ops: dict[str, int] = {}
    functions: int = 0
    initializers: list[str] = []
    assets: list[str] = []
    objects: dict[str, int] = {}
    attributes: list[str] = []
    file_ops: list[str] = []
    python_ops: list[str] = []


class PlannedRule(msgspec.Struct, frozen=True):
    """A rule that will fire, and how often."""

    code: str
    count: int
    summary: str


class Inspection(msgspec.Struct, frozen=True, omit_defaults=True):
    """What ``keras-migrate inspect`` says about a path.

    Attributes:
        path: as given.
        kind: one of ``migrate.formats.artifact.Format``.
        detail: the kind in words.
        size: bytes, of a directory those of all its files.
        writer: who wrote it.
        model: class of the root (``"Sequential"``).
        name: name of the root.
        architecture: where the architecture of a weights file was found.
        layers: every layer, nested ones after their model.
        inputs: of the architecture.
        outputs: of the architecture.
        parameters: stored weight values, optimizer slots not counted.
        training: saved training state, None when there is none.
        custom_objects: classes and ``functions()`` that Keras does not have.
        meta_graphs: of a SavedModel, one for each tag set.
        variables: of a checkpoint or SavedModel, by key.
        layout: of a checkpoint: ``"object"`` or ``"name"``.
        assets: names of assets and lookup tables.
        missing: files that belong to it and are not there.
        plan: rules that migration will apply.
        obstacles: what stands in the way.
    """

    path: str
    kind: str
    detail: str
    size: int = 0
    writer: WriterRecord = WriterRecord()
    model: str = ""
    name: str = ""
    architecture: str = ""
    layers: list[LayerRecord] = []
    inputs: list[TensorRecord] = []
    outputs: list[TensorRecord] = []
    parameters: int = 0
    training: TrainingRecord | None = None
    custom_objects: list[str] = []
    meta_graphs: list[MetaGraphRecord] = []
    variables: list[TensorRecord] = []
    layout: str = ""
    assets: list[str] = []
    missing: list[str] = []
    plan: list[PlannedRule] = []
    obstacles: list[Finding] = []


def inspect(path: str | Path, architecture: str | Path | None = None) -> Inspection:
    """Describe a model file, SavedModel directory or checkpoint.

    Args:
        path: anything; also a ``.pb`` inside a SavedModel, an ``.index``, a checkpoint's prefix.
        architecture: the file with the architecture of a weights file.

    Returns:
        An inspection. What is damaged, incomplete or no model at all is said in ``obstacles``.

    Raises:
        MigrationError: FMT021 when the path cannot be read at all.
    """
    source = Path(path)
    given = Path(architecture) if architecture else None
    found = identify(source)
    obstacles: list[Finding] = []
    try:
        if found.format is Format.SAVED_MODEL:
            return _saved_model(found, obstacles)
        if found.format is Format.CHECKPOINT:
            return _checkpoint(found, given, obstacles)
        if found.format in (Format.META_GRAPH, Format.FROZEN_GRAPH):
            return _graph(found)
        return _artifact(found, given, obstacles)
    except MigrationError as error:
        return _basic(found, [*obstacles, error.finding(_severity(error.code))])


def _severity(code: str) -> Severity:
    return Severity.INFO if code in ("FMT013", "FMT023") else Severity.ERROR


def _basic(found: Identification, obstacles: list[Finding]) -> Inspection:
    return Inspection(
        path=str(found.path),
        kind=found.format.value,
        detail=found.detail,
        size=found.size,
        obstacles=obstacles,
    )


def _artifact(found: Identification, architecture: Path | None, obstacles: list[Finding]) -> Inspection:
    from migrate.formats.read import read

    artifact = read(found.path, architecture, values=False)
    if (artifact.writer.keras_release or (0, 0)) >= (3, 0):
        obstacles.append(
            Finding(
                "FMT013", Severity.INFO, f"written by Keras {artifact.writer.keras}", "Nothing to migrate."
            )
        )
    else:
        obstacles += _obstacles(artifact)
    return _described(found, artifact, obstacles)


def _described(
    found: Identification, artifact: LegacyArtifact, obstacles: list[Finding], **more: Any
) -> Inspection:
    """The part that every kind with layers shares."""
    root = artifact.architecture
    plan: list[PlannedRule] = []
    blocking = any(finding.severity is Severity.ERROR for finding in obstacles)
    if (
        root is not None
        and artifact.weights
        and not blocking
        and (artifact.writer.keras_release or (0, 0)) < (3, 0)
    ):
        plan = _plan(artifact, obstacles)
    config = (root or {}).get("config")
    return Inspection(
        path=str(found.path),
        kind=found.format.value,
        detail=found.detail,
        size=found.size,
        writer=_writer(artifact.writer),
        model=str((root or {}).get("class_name", "")),
        name=str(config.get("name", "")) if isinstance(config, dict) else "",
        architecture=str(artifact.metadata.get("architecture_source", "")),
        layers=_layers(artifact),
        inputs=model_inputs(root) if root else [],
        outputs=model_outputs(root) if root else [],
        parameters=artifact.parameters,
        training=_training(artifact),
        custom_objects=custom_objects(root) if root else [],
        assets=sorted({*artifact.assets, *artifact.metadata.get("tables", {})}),
        missing=list(artifact.metadata.get("missing", [])),
        plan=plan,
        obstacles=obstacles,
        **more,
    )


def _obstacles(artifact: LegacyArtifact) -> list[Finding]:
    """What is known to stand in the way before any rule is tried."""
    root = artifact.architecture
    if root is None:
        return [
            Finding(
                "FMT004",
                Severity.ERROR,
                "weights without an architecture",
                "Give it with --architecture model.json, or --architecture file.py:function.",
            )
        ]
    found = []
    if names := has_bytecode(root):
        found.append(
            Finding(
                "CFG017",
                Severity.ERROR,
                f"Lambda layers with Python bytecode: {', '.join(names)}",
                "Give their functions with --custom-objects FILE.py; bytecode is not run.",
                names[0],
            )
        )
    if custom := custom_objects(root):
        found.append(
            Finding(
                "CFG005",
                Severity.ERROR,
                f"needs code that is not in Keras: {', '.join(custom)}",
                "Give it with --custom-objects FILE.py.",
            )
        )
    if artifact.training and (custom := custom_training(artifact.training)):
        found.append(
            Finding(
                "CFG005",
                Severity.WARNING,
                f"was trained with code that is not in Keras: {', '.join(custom)}",
                "The model can be migrated without; to train on, give it with --custom-objects FILE.py.",
            )
        )
    return found


def _plan(artifact: LegacyArtifact, obstacles: list[Finding]) -> list[PlannedRule]:
    """The rules that will fire; a rule that refuses becomes an obstacle."""
    from migrate.dialects.rule import registered
    from migrate.dialects.translate import era_of, translate

    try:
        notes = translate(artifact, era_of(artifact)).notes
    except MigrationError as error:
        obstacles.append(error.finding(_severity(error.code)))
        return []
    obstacles += [f for f in notes.findings if f.severity in (Severity.ERROR, Severity.SILENT)]
    counts: dict[str, int] = {}
    for fired in notes.fired:
        counts[fired.code] = counts.get(fired.code, 0) + 1
    rules = registered()
    return [
        PlannedRule(code, count, rules[code][0].summary if code in rules else "")
        for code, count in sorted(counts.items())
    ]


def _layers(artifact: LegacyArtifact) -> list[LayerRecord]:
    """Layers of the architecture with their arrays, then arrays that no layer owns."""
    arrays = {layer.layer: layer.arrays for layer in artifact.weights}
    records = []
    for path, layer in walk_layers(artifact.architecture or {}):
        # A nested model in HDF5 has its arrays in one entry; elsewhere its layers have their own.
        records.append(_layer(path, str(layer.get("class_name", "")), arrays.pop(path, [])))
    records += [
        _layer(path, "", stored) for path, stored in arrays.items() if stored or not artifact.architecture
    ]
    return records


def _layer(path: tuple[str, ...], class_name: str, arrays: list[SavedArray]) -> LayerRecord:
    weights = [TensorRecord(a.name, list(a.shape), a.stored_dtype or str(a.dtype)) for a in arrays]
    return LayerRecord("/".join(path), class_name, sum(int(a.array.size) for a in arrays), weights)


def _writer(writer: Writer) -> WriterRecord:
    return WriterRecord(writer.keras, writer.tensorflow, writer.backend, writer.layout, writer.evidence)


def _training(artifact: LegacyArtifact) -> TrainingRecord | None:
    slots = len(artifact.optimizer_weights)
    training = artifact.training
    if training is None and not slots:
        return None
    training = training or {}
    optimizer = training.get("optimizer_config") or training.get("optimizer")
    name = optimizer.get("class_name") if isinstance(optimizer, dict) else optimizer
    return TrainingRecord(str(name or ""), training.get("loss"), training.get("metrics"), slots)


def _saved_model(found: Identification, obstacles: list[Finding]) -> Inspection:
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
    obstacles += _saved_model_obstacles(model.missing, model.serving)
    more = {"meta_graphs": graphs, "variables": variables}
    custom = _custom_classes(model.keras_nodes)
    try:
        artifact = read_keras_saved_model(found.path, values=False)
    except MigrationError as error:
        obstacles.append(error.finding())
        return msgspec.structs.replace(
            _basic(found, obstacles), writer=_writer(saved_model_writer(model)), custom_objects=custom, **more
        )
    described = _described(found, artifact, obstacles, **more)
    assets = sorted({*described.assets, *model.serving.assets})
    return msgspec.structs.replace(
        described,
        custom_objects=sorted({*described.custom_objects, *custom}),
        missing=model.missing,
        assets=assets,
        model=described.model or str(model.keras_nodes.get(0, {}).get("class_name") or ""),
        parameters=described.parameters or sum(_count(v) for v in variables if _is_weight(v.name)),
    )


def _custom_classes(nodes: dict[int, dict[str, Any]]) -> list[str]:
    """Classes of Keras objects that Keras itself does not have: subclassed layers, models and metrics."""
    from migrate.formats.stock import is_stock_class

    return sorted(
        {
            str(node["class_name"])
            for node in nodes.values()
            if node.get("class_name")
            and str(node.get("identifier", ""))
            in ("_tf_keras_layer", "_tf_keras_model", "_tf_keras_rnn_layer")
            and not is_stock_class(str(node["class_name"]))
        }
    )


def _saved_model_obstacles(missing: list[str], meta: MetaGraph) -> list[Finding]:
    found = []
    if missing:
        found.append(
            Finding(
                "FMT022",
                Severity.ERROR,
                f"files are missing: {', '.join(missing[:4])}",
                "Fetch the whole directory.",
            )
        )
    if ops := [*meta.graph.touching_files(), *meta.graph.running_python()]:
        found.append(
            Finding(
                "SEC007",
                Severity.WARNING,
                f"operations that touch files or run Python: {', '.join(ops)}",
                "`keras-migrate scan` shows where they are.",
            )
        )
    if meta.reference_variables:
        found.append(
            Finding(
                "FMT016",
                Severity.WARNING,
                "TF1 reference variables: the graph can be called and lifted, not revived as Python objects",
                "It is migrated through its signatures.",
            )
        )
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


def _checkpoint(found: Identification, architecture: Path | None, obstacles: list[Finding]) -> Inspection:
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
        obstacles += _obstacles(artifact)
        return _described(found, artifact, obstacles, variables=variables, layout=checkpoint.layout)
    else:
        obstacles.append(
            Finding(
                "FMT004",
                Severity.ERROR,
                "a checkpoint holds variables without an architecture",
                "Give it with --architecture, or extract the arrays with `keras-migrate weights`.",
            )
        )
    return msgspec.structs.replace(
        _basic(found, obstacles),
        detail=f"{found.detail}: {checkpoint.prefix.name}",
        size=found.size or sum(e.size for e in entries),
        writer=WriterRecord(backend="tensorflow"),
        variables=variables,
        layout=checkpoint.layout,
        missing=missing,
        parameters=sum(_count(v) for v in variables if _is_weight(v.name)),
    )


def _graph(found: Identification) -> Inspection:
    from migrate.formats.saved_model.graph import parse_graph
    from migrate.formats.saved_model.reader import MAX_PROTO_BYTES, read_proto
    from migrate.formats.wire import Message

    data = memoryview(read_proto(found.path, MAX_PROTO_BYTES))
    if found.format is Format.META_GRAPH:
        data = Message(data).view(2)
    graph = parse_graph(data)
    record = MetaGraphRecord(
        tags=[],
        ops=dict(graph.ops.most_common()),
        functions=len(graph.functions),
        file_ops=graph.touching_files(),
        python_ops=graph.running_python(),
    )
    return msgspec.structs.replace(
        _basic(found, []),
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
