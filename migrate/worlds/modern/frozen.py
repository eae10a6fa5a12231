"""Serve a frozen graph: a SavedModel whose one signature runs the graph as it is."""

from __future__ import annotations

from pathlib import Path

import keras
import tensorflow as tf

from migrate.findings import MigrationError
from migrate.formats.saved_model.names import DEFAULT_SIGNATURE
from migrate.printable import one_line
from migrate.worlds.contracts.saved_models import ServeGraph, WrittenSavedModel
from migrate.worlds.guest.framework_types import Tensor
from migrate.worlds.guest.graphs import read_graph


def serve_graph(call: ServeGraph, scratch: Path) -> WrittenSavedModel:
    """Write the graph to ``saved_model`` in the scratch folder; its placeholders are the arguments.

    Raises:
        MigrationError: ``EXP004`` when the exporter refuses.
    """
    graph = read_graph(call.path)
    ends = graph.ends
    specs = [tf.TensorSpec(e.shape, e.dtype, name=e.name) for e in ends.inputs]

    def run(*tensors: Tensor) -> dict[str, Tensor]:
        given = {e.tensor: tensor for e, tensor in zip(ends.inputs, tensors, strict=True)}
        results = tf.graph_util.import_graph_def(
            graph.graph_def, input_map=given, return_elements=[e.tensor for e in ends.outputs], name=""
        )
        return {e.name: result for e, result in zip(ends.outputs, results, strict=True)}

    # A wrapped function adds no order of its own between operations, which loops of TensorFlow 1 do not bear.
    wrapped = tf.compat.v1.wrap_function(run, specs)

    def serve(*tensors: Tensor) -> object:
        found: object = wrapped(*tensors)
        return found

    archive = keras.export.ExportArchive()
    archive.track(tf.Module())
    out = scratch / "saved_model"
    try:
        archive.add_endpoint(DEFAULT_SIGNATURE, serve, input_signature=specs)
        archive.write_out(str(out), verbose=False)
    except (AssertionError, ValueError, TypeError, tf.errors.OpError) as error:
        raise MigrationError(
            "EXP004",
            f"the graph cannot be exported: {one_line(error, 400)}",
            "Run it in a session as before.",
        ) from error
    return WrittenSavedModel(str(out))
