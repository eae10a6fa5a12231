"""``Merge``, the one layer of Keras 1 for all ways of joining tensors: alone, and at the head of a Sequential.

Source: ``Merge`` in ``keras/engine/topology.py`` and ``Sequential`` in ``keras/models.py`` of 1.2.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology, structure_refs
from migrate.dialects.graph_rewrites import Fragment, expand_graphs, inline, named, to_functional, unique_name
from migrate.dialects.masks import mask_makers
from migrate.dialects.rule import Era, Step, layer_rule, model_rule
from migrate.findings import Rule, Severity

_CLASSES: Mapping[str, str] = {
    "sum": "Add",
    "mul": "Multiply",
    "ave": "Average",
    "max": "Maximum",
    "concat": "Concatenate",
    "dot": "Dot",
}
_EPSILON = 1e-7
"""``K.epsilon()``: Keras 1 and 2 share the value."""


@model_rule(
    Rule(
        "CFG110",
        "sequential-of-branches",
        "A Sequential model starts with a Merge that contains models.",
        Severity.ERROR,
        applies_to="<2",
        before='{"class_name": "Sequential", "config": [{"class_name": "Merge", "config": {"mode": "concat", '
        '"layers": [{"class_name": "Sequential", …}, {"class_name": "Sequential", …}]}}, {"class_name": "Dense", …}]}',
        after="a Functional model with one input for each branch",
        why="Keras 1 allowed a Sequential model to have several inputs this way, and stored the weights of the "
        "branches' layers side by side. No later Sequential has more than one input; a Functional model expresses "
        "the same graph.",
    ),
    Step.GRAMMAR,
)
def sequential_of_branches(model: Model, era: Era) -> Model:
    """Write the graph out: the layers of all branches, the Merge, and the layers behind it."""
    if model.topology is not Topology.SEQUENTIAL or not model.layers:
        return model
    first = model.layers[0]
    branches = [child for attribute, child in first.children.items() if attribute.startswith("layers/")]
    if first.class_name != "Merge" or not branches:
        return model
    merge = replace(first, children={})
    inputs: list[Layer] = []
    heads: list[Layer] = []
    taken = {layer.name for layer in model.layers}
    for position, branch in enumerate(branches):
        body = sequential_of_branches(branch.model, era) if branch.model is not None else _alone(branch)
        branch_name = unique_name(f"{model.name}_branch_{position}", taken)
        taken.add(branch_name)
        graph = to_functional(body)
        entries = []
        for ref in structure_refs(graph.inputs):
            entry = named(graph.layer(ref.layer), unique_name(ref.layer, taken))
            taken.add(entry.name)
            inputs.append(replace(entry, nodes=()))
            entries.append(TensorRef(entry.name))
        argument = entries[0] if len(entries) == 1 else entries
        if body.topology is Topology.SEQUENTIAL:
            graph = _unmasked(graph)
        heads.append(Layer("Model", branch_name, model=graph, nodes=(Node((argument,)),)))
    merged = replace(merge, nodes=(Node(([TensorRef(head.name) for head in heads],)),))
    tail: list[Layer] = []
    previous = TensorRef(merge.name)
    for layer in model.layers[1:]:
        tail.append(replace(layer, nodes=(Node((previous,)),)))
        previous = TensorRef(layer.name)
    result = Model(
        "Model",
        model.name,
        Topology.FUNCTIONAL,
        (*inputs, *heads, merged, *tail),
        [TensorRef(layer.name) for layer in inputs],
        previous,
        model.trainable,
    )
    for head in heads:
        result = inline(result, head.name)
    return result


def _unmasked(branch: Model) -> Model:
    """The branch without the mask of its output: Keras 1 knew no masks of Sequential models."""
    if mask_makers(branch, branch.outputs) == frozenset():
        return branch
    name = unique_name(f"{branch.outputs.layer}_unmasked", {layer.name for layer in branch.layers})
    stop = Layer("TFOpLambda", name, {"function": "identity"}, (Node((branch.outputs,)),))
    return replace(branch, layers=(*branch.layers, stop), outputs=TensorRef(name))


def _alone(layer: Layer) -> Model:
    """A branch that is one layer with an input shape."""
    shape = layer.config.get("batch_input_shape")
    dtype = layer.config.get("input_dtype", "float32")
    entry = Layer("InputLayer", f"{layer.name}_input", {"batch_input_shape": shape, "dtype": dtype})
    return Model("Sequential", layer.name, Topology.SEQUENTIAL, (entry, layer))


@layer_rule(
    Rule(
        "CFG111",
        "merge-layer",
        "Tensors are joined by a Merge layer.",
        Severity.ERROR,
        applies_to="<2",
        before='{"class_name": "Merge", "config": {"mode": "concat", "concat_axis": 1}}',
        after='{"class_name": "Concatenate", "config": {"axis": 1}}',
        why="Keras 2 has a class for each way of joining: Add, Multiply, Average, Maximum, Concatenate, Dot.",
        references=("https://github.com/keras-team/keras/wiki/Keras-2.0-release-notes",),
    ),
    Step.KERAS_1,
    "Merge",
)
def merge_layer(layer: Layer, era: Era) -> Layer:
    """Use the class that the mode stands for; a function of the author's is that of a Lambda."""
    mode, kind = layer.config.get("mode"), layer.config.get("mode_type", "raw")
    if kind in ("lambda", "function") or isinstance(mode, list):
        return replace(layer, class_name="Lambda", config=_lambda_config(layer.config))
    if not isinstance(mode, str) or mode not in _CLASSES:
        return layer
    config = {"trainable": layer.config["trainable"]} if "trainable" in layer.config else {}
    if mode == "concat":
        config["axis"] = layer.config.get("concat_axis", -1)
    elif mode == "dot":
        config["axes"] = layer.config.get("dot_axes", -1)
        config["normalize"] = False
    return replace(layer, class_name=_CLASSES[mode], config=config)


def _lambda_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """A Merge calls its function with the list of inputs and ``arguments``, as a Lambda does."""
    kept = {key: value for key, value in config.items() if key.startswith("output_shape")}
    return {
        **kept,
        "name": config.get("name"),
        "function": config.get("mode"),
        "function_type": config.get("mode_type", "lambda"),
        "mask": config.get("output_mask"),
        "arguments": config.get("arguments") or {},
    }


@model_rule(
    Rule(
        "CFG112",
        "merge-cosine",
        "Tensors are joined by their cosine.",
        Severity.ERROR,
        applies_to="<2",
        before='{"class_name": "Merge", "config": {"mode": "cos", "dot_axes": [1, 1]}}',
        after="a·b / max(sqrt(a·a * b·b), 1e-7) with a dimension inserted, of Dot layers and tensor operations",
        why="`Dot(normalize=True)` in Keras 2 guards against division by zero in another place and does not insert "
        "the dimension that Keras 1 inserted, so the formula is written out.",
    ),
    Step.KERAS_1,
)
def merge_cosine(model: Model, era: Era) -> Model:
    """Replace each Merge of mode ``cos`` by its formula."""
    return expand_graphs(model, {"Merge"}, _cosine_graph)


def _cosine_graph(layer: Layer) -> Fragment | None:
    if layer.config.get("mode") != "cos":
        return None
    axes = {"axes": layer.config.get("dot_axes", -1), "normalize": False}
    fragment = Fragment(layer)
    a, b = fragment.input(0), fragment.input(1)
    product = fragment.add("Dot", "product", [a, b], axes)
    squares = [fragment.add("Dot", f"square_{i}", [x, x], axes) for i, x in enumerate((a, b))]

    operation = fragment.operation
    size = operation("size", "math.sqrt", fragment.add("Multiply", "squares", squares))
    size = operation("size_or_epsilon", "math.maximum", size, y=_EPSILON)
    cosine = operation("quotient", "math.truediv", product, y=size)
    operation("cosine", "expand_dims", cosine, axis=1)
    return fragment
