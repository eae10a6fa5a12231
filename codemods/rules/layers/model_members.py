"""Members that models of stand-alone Keras and of TensorFlow 1 had beside the documented ones (LAY110, LAY118)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import RenameAttribute
from codemods.rules._evidence import MODEL, trust
from codemods.rules.api import Match, visit
from codemods.rules.layers.members import LAY110, LAY118, defines
from migrate.findings import Fix

if TYPE_CHECKING:
    from codemods.context import Context

_FUNCTIONS = {f"_make_{part}_function": f"make_{part}_function" for part in ("train", "test", "predict")}
_FED = "model.inputs, and the arguments of fit, train_on_batch and evaluate"
_TARGETS = "targets are no tensors of the model: they are arguments of the loss, or of compute_loss"
_WEIGHTS = "weights of samples are an argument of the loss, or of compute_loss"
_LOSS = "compute the loss in compute_loss or train_step"
_METRICS = "model.metrics are objects: take their result()"
_PHASE = "delete it: pass training=True or False when the model is called"
_GRAPH = "model.layers and model.operations"
_LOST = {
    "_collected_trainable_weights": "model.trainable_weights, of which compile keeps no copy",
    "_feed_input_names": "[tensor.name for tensor in model.inputs]",
    "_feed_input_shapes": "[tensor.shape for tensor in model.inputs]",
    "_feed_inputs": "model.inputs",
    "_feed_loss_fns": "model.loss",
    "_feed_output_names": "model.output_names",
    "_feed_output_shapes": "[tensor.shape for tensor in model.outputs]",
    "_feed_outputs": "model.outputs",
    "_feed_sample_weight_modes": _WEIGHTS,
    "_feed_sample_weights": _WEIGHTS,
    "_feed_targets": _TARGETS,
    "_get_training_eval_metrics": _METRICS,
    "_is_compiled": "model.compiled",
    "_is_graph_network": "isinstance(model, keras.Sequential) or type(model).__name__ == 'Functional'",
    "_layers_by_depth": _GRAPH,
    "_output_loss_metrics": _METRICS,
    "_standardize_user_data": "pass the data to fit, train_on_batch or evaluate as it is",
    "container_nodes": _GRAPH,
    "layers_by_depth": _GRAPH,
    "loss_functions": "model.loss",
    "metrics_tensors": _METRICS,
    "metrics_updates": "metrics update themselves: update_state()",
    "nodes_by_depth": _GRAPH,
    "run_internal_graph": "call the model",
    "sample_weight_modes": _WEIGHTS,
    "sample_weights": _WEIGHTS,
    "stateful_metric_functions": _METRICS,
    "stateful_metric_names": "[metric.name for metric in model.metrics]",
    "targets": _TARGETS,
    "total_loss": _LOSS,
    "uses_learning_phase": _PHASE,
}
"""What Keras 3 lacks of the models of Keras 2.2.4, Keras 2.3.1 and TensorFlow 1.12 after ``compile`` and ``fit``."""
_COMMON = frozenset(
    ("loss_functions", "sample_weights", "targets", "total_loss", "layers_by_depth", "nodes_by_depth")
)
"""Names that other objects, and models of the project, have as well: an object must be known to be Keras' own."""


@visit(LAY118, attributes=frozenset(_FUNCTIONS), of={MODEL})
def functions(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``model._make_predict_function()``, which programs with threads call."""
    fix = trust(ctx, node.value, MODEL, unknown=Fix.UNSAFE)
    if fix is not None and isinstance(node.ctx, ast.Load) and not _own(node, ctx):
        new = _FUNCTIONS[node.attr]
        edit = RenameAttribute(node, new)
        yield Match(LAY118, node, f"{node.attr} is {new}", edits=(edit,), symbol=f"{MODEL}.{new}", fix=fix)


@visit(LAY110, attributes=frozenset(_LOST), of={MODEL})
def lost(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``model.uses_learning_phase``, ``model._feed_inputs`` and others."""
    common = node.attr in _COMMON
    if common and ctx.source(node.value) == "self":
        return
    fix = trust(ctx, node.value, MODEL, unknown=None if common else Fix.MANUAL)
    if fix is not None and isinstance(node.ctx, ast.Load) and not _own(node, ctx):
        message = f"models have no {node.attr} in Keras 3"
        yield Match(LAY110, node, message, _LOST[node.attr], symbol=f"{MODEL}.{node.attr}")


def _own(node: ast.Attribute, ctx: Context) -> bool:
    """Whether the project gives its models an attribute or a method of this name itself."""
    stored = (found for found, _ in ctx.module.index.attributes.get(node.attr, ()))
    if any(isinstance(found.ctx, ast.Store) for found in stored):
        return True
    receiver = ctx.receiver(node.value)
    definition = (
        receiver.definition.node if receiver is not None and receiver.definition is not None else None
    )
    classes = (ctx.class_of(node), definition)
    return any(isinstance(cls, ast.ClassDef) and defines(cls, node.attr) for cls in classes)
