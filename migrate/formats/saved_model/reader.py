"""Reading a SavedModel without TensorFlow: tag sets, signatures, objects, assets and what surrounds them.

Formats: ``tensorflow/core/protobuf/saved_model.proto``, ``meta_graph.proto``,
``tf_keras/protobuf/saved_metadata.proto``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrate.findings import MigrationError
from migrate.formats.architecture import as_architecture
from migrate.formats.checkpoint.dtypes import dtype_name, is_reference
from migrate.formats.limits import MAX_ARCHITECTURE_BYTES, MIB, decode_json
from migrate.formats.saved_model.graph import Graph, parse_graph
from migrate.formats.saved_model.names import PROTO, TEXT_PROTO
from migrate.formats.saved_model.objects import SavedObjects, parse_metadata, parse_objects, parse_shape
from migrate.formats.wire import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

KERAS_METADATA = "keras_metadata.pb"
MAX_PROTO_BYTES = 2048 * MIB
"""Protobuf itself allows no more (FMT-14)."""
PREDICT = "tensorflow/serving/predict"
_HINT = "Fetch the whole SavedModel directory again."
_INIT_OPS = ("saved_model_main_op", "legacy_init_op", "saved_model_train_op", "__saved_model_init_op")


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One input or output of a signature.

    Attributes:
        key: as callers name it.
        tensor: name in the graph (``"serving_default_x:0"``); empty for sparse and composite tensors.
        dtype: TensorFlow's name.
        shape: None dimensions are dynamic; None altogether is an unknown rank.
        encoding: ``"dense"``, ``"sparse"`` or ``"composite"`` (ragged and the like).
    """

    key: str
    tensor: str
    dtype: str
    shape: tuple[int | None, ...] | None
    encoding: str = "dense"


@dataclass(frozen=True, slots=True)
class Signature:
    """An endpoint: its name, inputs, outputs, and what kind of request it answers."""

    name: str
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    method: str


@dataclass(slots=True)
class MetaGraph:
    """One meta graph of a SavedModel.

    Attributes:
        tags: its tag set.
        tensorflow: version that wrote it, as stored.
        signatures: in the order of the file, internal ones (``__saved_model_init_op``) left out.
        initializers: nodes that loading runs, those that do nothing left out.
        graph: its ops and functions.
        objects: the object graph; empty in TF1.
        assets: file names below ``assets/``, by index.
        collections: names of TF1 collections.
        reference_variables: whether it holds TF1 reference variables, which TF2 cannot wrap (FMT-16).
        graph_data: the undecoded ``GraphDef``.
    """

    tags: tuple[str, ...]
    tensorflow: str
    signatures: list[Signature]
    initializers: list[str]
    graph: Graph
    objects: SavedObjects
    assets: list[str]
    collections: list[str]
    reference_variables: bool = False
    graph_data: memoryview = field(default=memoryview(b""), repr=False)

    @property
    def root_functions(self) -> list[str]:
        """Functions that the root object offers to Python; of Keras' own objects the call alone."""
        root = next(iter(self.objects.nodes), None)
        if root is None:
            return []
        names = [name for name, n in root.children.items() if self.objects.nodes[n].kind == "function"]
        if root.is_keras:
            return [name for name in names if name == "__call__"]
        return [name for name in names if name == "__call__" or not name.startswith("_")]


@dataclass(slots=True)
class SavedModel:
    """A SavedModel directory.

    Attributes:
        path: the directory.
        meta_graphs: one for each tag set.
        keras_nodes: node number → what ``keras_metadata.pb`` or the object graph says about it.
        architecture: of the root, where the metadata holds one.
        training: raw ``training_config`` of the root.
        keras_version: as stored, empty when nothing says.
        missing: files that must be there and are not, relative to the directory.
        extras: other files of note (``assets.extra``, fingerprint), relative.
    """

    path: Path
    meta_graphs: list[MetaGraph]
    keras_nodes: dict[int, dict[str, Any]] = field(default_factory=dict)
    architecture: dict[str, Any] | None = None
    training: dict[str, Any] | None = None
    keras_version: str = ""
    missing: list[str] = field(default_factory=list)
    extras: list[str] = field(default_factory=list)

    @property
    def variables_prefix(self) -> Path:
        """Prefix of the checkpoint with the variables."""
        return self.path / "variables" / "variables"

    @property
    def serving(self) -> MetaGraph:
        """The meta graph that servers load: tagged ``serve``, else the first."""
        return next((m for m in self.meta_graphs if "serve" in m.tags), self.meta_graphs[0])


def read_saved_model(path: Path) -> SavedModel:
    """Read a SavedModel directory, or the one around a ``saved_model.pb``.

    The values of the variables stay in their files; see ``checkpoint.bundle``.

    Raises:
        MigrationError: FMT021 unreadable, FMT015 damaged or without meta graphs, FMT025 in text form.
    """
    directory = path if path.is_dir() else path.parent
    proto = directory / PROTO if path.is_dir() else path
    if proto.suffix == ".pbtxt" or (not proto.is_file() and (directory / TEXT_PROTO).is_file()):
        raise MigrationError(
            "FMT025",
            "a SavedModel in text form",
            "Save it as saved_model.pb where TensorFlow is available.",
            str(path),
        )
    try:
        message = Message(read_proto(proto, MAX_PROTO_BYTES))
        meta_graphs = [_meta_graph(Message(view)) for view in message.views(2)]
        if not meta_graphs:
            raise MigrationError("FMT015", "a SavedModel without any meta graph", _HINT)
        model = SavedModel(directory, meta_graphs)
        _add_keras(model)
    except MigrationError as error:
        error.place = error.place or str(path)
        raise
    _check_files(model)
    return model


def read_proto(path: Path, limit: int) -> bytes:
    """The bytes of a protobuf file.

    Raises:
        MigrationError: FMT021 unreadable, SEC004 too long.
    """
    try:
        size = path.stat().st_size
        if size > limit:
            raise MigrationError("SEC004", f"{path.name} is {size:,} bytes long", _HINT, str(path))
        return path.read_bytes()
    except OSError as error:
        raise MigrationError(
            "FMT021", f"cannot read {path.name}: {error.strerror or error}", _HINT, str(path)
        ) from error


def _meta_graph(message: Message) -> MetaGraph:
    info = message.message(1)
    signatures = [_signature(name, definition) for name, definition in message.mapping(5)]
    collections = dict(message.mapping(4))
    internal = [s for s in signatures if s.name.startswith("__saved_model")]
    graph = parse_graph(message.merged(2))
    return MetaGraph(
        tags=tuple(info.texts(4)),
        tensorflow=info.text(5),
        signatures=[s for s in signatures if s not in internal],
        initializers=_initializers(internal, collections, graph),
        graph=graph,
        objects=parse_objects(message.merged(7)),
        assets=_assets(message, collections),
        collections=list(collections),
        reference_variables=any(op in graph.ops for op in ("Variable", "VariableV2", "TemporaryVariable")),
        graph_data=message.merged(2),
    )


def _assets(message: Message, collections: dict[str, Message]) -> list[str]:
    """File names below ``assets/``: in a field of their own, by index, or packed in a collection as TF1 wrote them."""
    named = [asset.text(2) for asset in message.messages(6)]
    packed = (
        collections["saved_model_assets"].message(5).messages(1)
        if "saved_model_assets" in collections
        else ()
    )
    return [*named, *(name for asset in packed if (name := asset.message(2).text(2)) not in named)]


def _initializers(internal: list[Signature], collections: dict[str, Message], graph: Graph) -> list[str]:
    """Nodes that loading runs and that do something: TF2 writes an initialisation even where there is none."""
    nodes = [
        tensor.tensor for signature in internal if signature.name in _INIT_OPS for tensor in signature.outputs
    ]
    for name in _INIT_OPS:
        if name in collections:
            nodes += collections[name].message(1).texts(1)
    names = {node.partition(":")[0].removeprefix("^") for node in nodes}
    return sorted(names - graph.idle - {""})


def _signature(name: str, message: Message) -> Signature:
    return Signature(
        name,
        tuple(_tensor(key, info) for key, info in message.mapping(1)),
        tuple(_tensor(key, info) for key, info in message.mapping(2)),
        message.text(3),
    )


def _tensor(key: str, message: Message) -> TensorInfo:
    encoding = "sparse" if 4 in message else "composite" if 5 in message else "dense"
    number = message.uint(2)
    dtype = dtype_name(number) + (" reference" if is_reference(number) else "")
    return TensorInfo(key, message.text(1), dtype, parse_shape(message.message(3)), encoding)


def _add_keras(model: SavedModel) -> None:
    """Keras metadata: beside the SavedModel since 2.5, in the object graph before, JSON in 1.15 and 2.0's
    export."""
    metadata = model.path / KERAS_METADATA
    objects = model.serving.objects
    if metadata.is_file():
        for node in Message(read_proto(metadata, MAX_PROTO_BYTES)).messages(1):
            model.keras_nodes[node.uint(2)] = {"identifier": node.text(4)} | parse_metadata(node.text(5))
    else:
        for number, saved in enumerate(objects.nodes):
            if saved.is_keras:
                model.keras_nodes[number] = {"identifier": saved.identifier} | saved.metadata
    root = model.keras_nodes.get(0, {})
    model.architecture = _root_architecture(root)
    training = root.get("training_config")
    model.training = training if isinstance(training, dict) else None
    model.keras_version = str(root.get("keras_version") or "")
    exported = model.path / "assets" / "saved_model.json"
    if model.architecture is None and exported.is_file():
        value = decode_json(
            read_proto(exported, MAX_ARCHITECTURE_BYTES), "assets/saved_model.json", str(exported)
        )
        if isinstance(value, str):
            value = decode_json(value, "assets/saved_model.json", str(exported))
        model.architecture = as_architecture(value)
        if model.architecture is not None:
            model.keras_version = str(model.architecture.get("keras_version") or "")


def _root_architecture(root: dict[str, Any]) -> dict[str, Any] | None:
    """The root's configuration, where Keras could write one: subclassed models have none worth the name."""
    for candidate in (root.get("model_config"), root):
        found = as_architecture(candidate)
        if found is not None and isinstance(config := found["config"], dict) and "layers" in config:
            return {k: v for k, v in found.items() if k in _ARCHITECTURE_KEYS}
        if found is not None and isinstance(found["config"], list):
            return {k: v for k, v in found.items() if k in _ARCHITECTURE_KEYS}
    return None


_ARCHITECTURE_KEYS = frozenset({"class_name", "config", "keras_version", "backend", "name"})


def _check_files(model: SavedModel) -> None:
    """Note what is missing: the variables that a graph restores, shards, assets."""
    from migrate.formats.checkpoint.bundle import Bundle

    meta = model.serving
    wants_variables = bool(meta.objects.of_kind("variable")) or any(
        op in meta.graph.ops for op in _VARIABLE_OPS
    )
    index = model.variables_prefix.with_name("variables.index")
    if index.is_file():
        missing = Bundle(model.variables_prefix).missing_shards()
        model.missing += [p.relative_to(model.path).as_posix() for p in missing]
    elif wants_variables:
        model.missing.append("variables/variables.index")
    for name in sorted({name for m in model.meta_graphs for name in m.assets}):
        relative = f"assets/{name}"
        if ".." in Path(name).parts or Path(name).is_absolute():
            raise MigrationError(
                "SEC006", f"asset {name!r} points outside the SavedModel", _HINT, str(model.path)
            )
        if not (model.path / relative).is_file():
            model.missing.append(relative)
    model.extras += sorted(p.name for p in _others(model.path))


def _others(directory: Path) -> Iterator[Path]:
    known = {PROTO, TEXT_PROTO, KERAS_METADATA, "variables", "assets", "fingerprint.pb"}
    return (p for p in directory.iterdir() if p.name not in known)


_VARIABLE_OPS = ("VarHandleOp", "VariableV2", "Variable")
