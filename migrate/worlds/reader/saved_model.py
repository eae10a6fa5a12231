"""What the reader world says of a SavedModel: facts and signatures, and the objects of an author's own class."""

from __future__ import annotations

from pathlib import Path

import msgspec

from migrate.capsule.store import save_arrays
from migrate.dialects.rule import Era
from migrate.formats.artifact import LegacyArtifact
from migrate.formats.checkpoint.reader import Checkpoint, open_checkpoint
from migrate.formats.limits import sha256_of
from migrate.formats.saved_model.examples import DECODING, example_features, words_of
from migrate.formats.saved_model.keras import read_keras_saved_model, saved_model_writer
from migrate.formats.saved_model.reader import MetaGraph, SavedModel, read_saved_model
from migrate.formats.saved_model.subclassed import custom_classes, subclassed_root
from migrate.worlds.contracts.own_code import ObjectNode, ReadSubclassed, SubclassedRoot
from migrate.worlds.contracts.reader import DescribedSavedModel, DescribeSavedModel, Facts
from migrate.worlds.reader.class_training import write_class_training

_OBJECTS = "objects.safetensors"


def describe_saved_model(call: DescribeSavedModel, scratch: Path) -> DescribedSavedModel:
    """What a SavedModel says of itself: facts, tag sets, signature keys in their order, request methods."""
    artifact = read_keras_saved_model(call.source, values=False)
    model = read_saved_model(call.source)
    meta = model.serving
    root = subclassed_root(model, None)
    return DescribedSavedModel(
        artifact=msgspec.structs.replace(facts(artifact), sha256=sha256_of(call.source)),
        architecture=artifact.architecture is not None,
        subclassed=root.class_name if root is not None else None,
        classes=custom_classes(model),
        examples=example_features(meta),
        decodes_images=bool(DECODING & meta.graph.ops.keys()),
        words=words_of(model) if _takes_strings(meta) else [],
        functions=meta.root_functions,
        missing=list(model.missing),
        reference_variables=meta.reference_variables,
        tables_of_user="table_initializer" in meta.collections and not meta.initializers,
        tags=list(meta.tags),
        tag_sets=[list(m.tags) for m in model.meta_graphs],
        orders={
            s.name: {"inputs": [t.key for t in s.inputs], "outputs": [t.key for t in s.outputs]}
            for s in meta.signatures
        },
        methods={s.name: s.method for s in meta.signatures},
    )


def _takes_strings(meta: MetaGraph) -> bool:
    return any(tensor.dtype == "string" for s in meta.signatures for tensor in s.inputs)


def read_subclassed(call: ReadSubclassed, scratch: Path) -> SubclassedRoot:
    """The class, configuration, call and objects of a model of the author's own class."""
    model = read_saved_model(call.source)
    checkpoint = _variables_of(model)
    root = subclassed_root(model, checkpoint.graph if checkpoint is not None else None)
    assert root is not None, "asked for a SavedModel whose root is described as subclassed"
    arrays = {}
    if checkpoint is not None:
        arrays = {str(n): checkpoint.bundle[node.key] for n, node in root.nodes.items() if node.key}
    save_arrays(scratch / _OBJECTS, arrays)
    trained = None
    if model.training:
        writer = saved_model_writer(model)
        era = Era.of(writer.keras, writer.backend, writer.layout)
        custom = frozenset(call.custom)
        trained = write_class_training(model.training, checkpoint, era, call.outputs, custom, scratch)
    return SubclassedRoot(
        class_name=root.class_name,
        config=root.config,
        arguments=root.arguments,
        classes=root.classes,
        nodes={str(n): ObjectNode(node.children, node.key, node.name) for n, node in root.nodes.items()},
        tables=root.tables,
        file=scratch / _OBJECTS,
        trained=trained,
    )


def _variables_of(model: SavedModel) -> Checkpoint | None:
    index = model.variables_prefix.with_name("variables.index")
    return open_checkpoint(model.variables_prefix) if index.is_file() else None


def facts(artifact: LegacyArtifact) -> Facts:
    """Identity and writer of an artifact."""
    writer = artifact.writer
    return Facts(artifact.sha256, artifact.format.value, writer.keras, writer.tensorflow, writer.backend)
