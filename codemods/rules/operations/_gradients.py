"""``K.gradients`` of a functional graph: a layer that differentiates takes its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.catalogue import Function
from codemods.edits import Code, ReplaceExpression
from codemods.rules._evidence import defined_once
from codemods.rules.operations._answers import Answer
from migrate.findings import Fix

if TYPE_CHECKING:
    from codemods.context import Arguments, Context

_GRADIENTS = '''\
def keras_gradients(loss, variables):
    """What keras.backend.gradients made: symbolic gradients of the sum of `loss` by tensors of its graph.

    Where the first layer of a model is itself a model, tensors inside of that belong to the graph, as in Keras 2.0.
    """

    def joined(tensor):
        operation, node, position = tensor._keras_history
        given = operation._inbound_nodes[node].arguments
        known = {id(part): joined(part) for part in given.keras_tensors}
        if isinstance(operation, keras.Model) and not any(
            part._keras_history[0]._inbound_nodes[0].input_tensors for part in given.keras_tensors
        ):
            return operation.outputs[position]
        if all(known[id(part)] is part for part in given.keras_tensors):
            return tensor
        args, kwargs = given.fill_in(known)
        return keras.tree.flatten(operation(*args, **kwargs))[position]

    tensors = list(variables) if isinstance(variables, (list, tuple)) else [variables]
    pending, seen = list(keras.tree.flatten([*tensors, loss])), set()
    while pending:  # Keras 3 counts operations anew: their names may be those of layers of an old file
        operation, node, _ = pending.pop()._keras_history
        if (operation, node) not in seen:
            seen.add((operation, node))
            if not isinstance(operation, keras.layers.Layer):
                operation.name = f"operation_{id(operation)}"
            pending += operation._inbound_nodes[node].arguments.keras_tensors
    try:
        model = keras.Model(keras.utils.get_source_inputs(loss), [*tensors, loss])
    except ValueError:
        loss = joined(loss)
        model = keras.Model(keras.utils.get_source_inputs(loss), [*tensors, loss])

    def gradients(values, training=None):
        with tf.GradientTape() as tape:
            tape.watch(values)
            *by, total = model(values, training=training)
        found = tape.gradient(total, by)
        if any(gradient is None for gradient in found):
            raise ValueError("the loss does not depend on each of the variables")
        return found

    return keras.tree.flatten(keras.layers.Lambda(gradients)(model.inputs))
'''
_WEIGHTS = ("weight", "variable", "kernel", "param")


def gradients(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    """``K.gradients(loss, layer.output)`` of which ``K.function`` makes a function.

    Elsewhere (in a loss, a layer or an optimizer) the tensors are no functional graph, and by weights a graph has no
    gradients.
    """
    loss, variables = args.get("loss"), args.get("variables")
    if loss is None or variables is None or not _symbolic(call, ctx):
        return None
    edit = ReplaceExpression(
        call, Code("keras_gradients(loss, variables)", {"loss": loss, "variables": variables})
    )
    return (*defined_once(ctx, call, "keras_gradients", _GRADIENTS, _places(ctx)), edit), Fix.UNSAFE


def _places(ctx: Context) -> Iterator[ast.Call]:
    """The calls of ``K.gradients`` in a file that are rewritten."""
    calls = (call for call, _ in ctx.module.index.calls if ctx.name(call.func) == "keras.backend.gradients")
    return (call for call in calls if _symbolic(call, ctx))


def _symbolic(call: ast.Call, ctx: Context) -> bool:
    """Whether the gradients are by what is no weight, and part of a function of arrays."""
    args = ctx.arguments(call, "loss", "variables")
    variables = args.get("variables")
    if args.opaque or variables is None or not _makes_a_function(call, ctx):
        return False
    return not any(word in ctx.source(variables).lower() for word in _WEIGHTS)


def _makes_a_function(call: ast.Call, ctx: Context) -> bool:
    """Whether ``K.function`` is called beside it, without updates: what comes of it is a functional model."""
    beside = ctx.function(call)
    return any(
        ctx.function(other) is beside and all(keyword.arg != "updates" for keyword in other.keywords)
        for other, _ in ctx.module.index.calls
        if ctx.name(other.func) == "keras.backend.function"
    )
