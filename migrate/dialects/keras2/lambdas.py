"""``Lambda`` layers whose function is Python bytecode become the TensorFlow operations that it computes.

The bytecode is interpreted (:mod:`migrate.bytecode`), never executed. The result is what ``tf.keras`` 2.4 would have
written had the function been called on the tensors themselves, so that both worlds build from the same operations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from migrate.bytecode.errors import Refused
from migrate.bytecode.graph import DRAWS, Call, map_tensors, tensors_in, used
from migrate.bytecode.lambdas import (
    Recovered,
    Writer,
    interpret,
    interpret_source,
    parameters_of,
    returns_none,
)
from migrate.bytecode.values import Function, Tensor
from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology, map_layers, structure_refs
from migrate.dialects.dtypes import dtype_of
from migrate.dialects.graphs import rewire, to_functional, unique_name
from migrate.dialects.masks import may_have_mask
from migrate.dialects.rule import Era, Notes, Step, noting_model_rule
from migrate.dialects.shapes import Shape, infer_shapes
from migrate.findings import Finding, MigrationError, Rule, Severity

RULE = Rule(
    "CFG130",
    "lambda-bytecode",
    "A Lambda layer stores its function as Python bytecode.",
    Severity.ERROR,
    before='{"class_name": "Lambda", "config": {"function": ["4wEAAAAA…", null, null]}}',
    after="the operations that the function computes: x / 127.5 - 1.0",
    why="Loading such a layer executes the bytecode, which only the Python version that compiled it can do, and "
    "which may do anything. Its instructions are interpreted instead: concrete values are computed, known "
    "TensorFlow and Keras functions become operations of the graph, everything else is refused by name.",
    references=("CVE-2024-3660", "keras-team/keras#21602"),
)


def holds_bytecode(layer: Layer) -> bool:
    """Whether a layer is a Lambda whose function is bytecode, not a name."""
    return layer.class_name == "Lambda" and not (
        isinstance(layer.config.get("function"), str) and layer.config.get("function_type") != "lambda"
    )


@noting_model_rule(RULE, Step.KERAS_2)
def lambda_bytecode(model: Model, era: Era, notes: Notes) -> Model:
    """Put the operations in the layer's place.

    Raises:
        MigrationError: ``CFG017`` with the instruction that is refused, or the global whose value is missing.
    """
    if any(_wrapped(layer) for layer in model.layers):
        model = _inside_wrappers(model, era, notes)
    waiting = [layer.name for layer in model.layers if holds_bytecode(layer) or _is_given(layer, era)]
    model = to_functional(model) if waiting else model
    known = Known()
    while waiting:
        known.shapes = infer_shapes(model, known.shapes)
        name = next((name for name in waiting if _ready(model.layer(name), known)), waiting[0])
        waiting.remove(name)
        layer = model.layer(name)
        try:
            model = _expanded(model, layer, known, era, notes)
        except MigrationError:
            if holds_bytecode(layer):
                raise
            # A function of the user's own source can be called instead, by both worlds.
    return map_layers(model, _without_shape_function)


def _without_shape_function(path: tuple[str, ...], layer: Layer) -> Layer:
    """A Lambda that calls a function by its name, without the bytecode of its ``output_shape``, which is inferred."""
    if layer.class_name == "Lambda" and layer.config.get("output_shape_type") == "lambda":
        return layer.with_config(drop=("output_shape", "output_shape_type", "output_shape_module"))
    return layer


@dataclass(slots=True)
class Known:
    """What is known of a model's tensors; grows with each Lambda that is replaced."""

    shapes: dict[TensorRef, Shape] = field(default_factory=dict)
    dtypes: dict[TensorRef, str | None] = field(default_factory=dict)


def _is_given(layer: Layer, era: Era) -> bool:
    """Whether a Lambda calls a function by its name that the user gave the source of."""
    name = layer.config.get("function")
    return (
        layer.class_name == "Lambda" and isinstance(name, str) and isinstance(era.defined.get(name), Function)
    )


def _wrapped(layer: Layer) -> bool:
    inner = layer.children.get("layer")
    return layer.class_name == "TimeDistributed" and inner is not None and holds_bytecode(inner)


def _ready(layer: Layer, known: Known) -> bool:
    return all(ref in known.shapes for node in layer.nodes for ref in node.refs())


def _expanded(model: Model, layer: Layer, known: Known, era: Era, notes: Notes) -> Model:
    """The model with one Lambda replaced in all its calls."""
    taken = {other.name for other in model.layers if other is not layer}
    parts: list[Layer] = []
    outputs: dict[TensorRef, TensorRef] = {}
    sources: list[str] = []
    for number, node in enumerate(layer.nodes):
        refs = [outputs.get(ref, ref) for ref in structure_refs(node.args)]
        tensors = [
            Tensor(-1 - i, 0, known.shapes.get(ref), dtype_of(model, ref, known.dtypes))
            for i, ref in enumerate(refs)
        ]
        inputs: Any = tensors if isinstance(node.args[0], list | tuple) else tensors[0]
        masked = any(may_have_mask(model, ref) for ref in structure_refs(node.args))
        recovered = recover(layer, inputs, era, model, masked=masked)
        if holds_bytecode(layer):
            notes.compiled_by(recovered.versions)
        sources.append(f"{recovered.source} (Python {' or '.join(recovered.versions)})")
        made, results = _parts(layer, recovered, refs, taken)
        parts += made
        for position, (tensor, ref) in enumerate(zip(tensors_in(recovered.results), results, strict=True)):
            outputs[TensorRef(layer.name, number, position)] = ref
            known.dtypes[ref] = tensor.dtype
            if tensor.shape is not None:
                known.shapes[ref] = tensor.shape
    for source in dict.fromkeys(sources):
        notes.findings.append(
            Finding(
                RULE.code, Severity.INFO, f"the function of the Lambda computes {source}", place=layer.name
            )
        )
    layers: list[Layer] = []
    for other in model.layers:
        layers += parts if other is layer else [other]
    return rewire(replace(model, layers=tuple(layers)), lambda ref: outputs.get(ref, ref))


def recover(layer: Layer, inputs: Any, era: Era, model: Model, *, masked: bool) -> Recovered:
    """What a Lambda computes of symbolic inputs.

    Raises:
        MigrationError: ``CFG017``.
    """
    config, bytecode = layer.config, holds_bytecode(layer)
    try:
        given = dict(config.get("arguments") or {})
        function = config.get("function")
        if "mask" in (parameters_of(function) if bytecode else era.defined[str(function)].code.varnames):
            if masked:
                raise Refused("its function takes the mask of its input")
            given["mask"] = None
        writer = _writer(model, layer, era)
        if config.get("mask") is not None and not _stops_masks(config, inputs, writer, era):
            raise Refused("it creates its own mask")
        if bytecode:
            return interpret(function, inputs, given, writer, era.defined)
        return interpret_source(str(function), inputs, given, writer, era.defined)
    except Refused as refusal:
        raise MigrationError(
            "CFG017",
            f"the bytecode of Lambda {layer.name!r} cannot be interpreted: {refusal}",
            refusal.hint,
            layer.name,
        ) from refusal


def _stops_masks(config: Mapping[str, Any], inputs: Any, writer: Writer, era: Era) -> bool:
    """Whether what a Lambda is given for ``mask`` says that there is none, as without it: ``lambda x, mask: None``."""
    return config.get("mask_type") == "lambda" and returns_none(config["mask"], inputs, writer, era.defined)


def _writer(model: Model, layer: Layer, era: Era) -> Writer:
    """What the model tells of its author's settings."""
    found = {other.config.get("data_format") for _, other in model.walk()} - {None}
    usual = "channels_last" if era.backend == "tensorflow" else ""
    data_format = str(found.pop()) if len(found) == 1 else "" if found else usual
    dtype = layer.config.get("dtype")
    floatx = dtype if dtype in ("float16", "float64") else "float32"
    return Writer(era.keras, era.tf_keras, data_format, floatx)


def _parts(
    layer: Layer, recovered: Recovered, inputs: Sequence[TensorRef], taken: set[str]
) -> tuple[list[Layer], list[TensorRef]]:
    """Layers for the calls of one recovered graph, and where its results come from.

    Results get the names of the Lambda: they name the outputs of a model.
    """
    calls = recovered.calls
    names: dict[int, str] = {}
    finals: list[tuple[Tensor, str]] = []
    for tensor in tensors_in(recovered.results):
        name = unique_name(layer.name, taken)
        taken.add(name)
        finals.append((tensor, name))
        if tensor.node >= 0 and calls[tensor.node].outputs == 1:
            names.setdefault(tensor.node, name)
    for node in used(list(calls), recovered.results):
        if node not in names:
            plain = calls[node].function.rpartition(".")[2].strip("_")
            names[node] = unique_name(f"{layer.name}_{plain}", taken)
            taken.add(names[node])

    def ref(tensor: Tensor) -> TensorRef:
        if tensor.node < 0:
            return inputs[-1 - tensor.node]
        return TensorRef(names[tensor.node], 0, tensor.output)

    parts: list[Layer] = []
    for node in sorted(names):
        if calls[node].function in DRAWS:
            parts += _noise(names[node], unique_name(f"{names[node]}_shape", taken), calls[node], ref)
            taken.add(parts[-2].name)
        else:
            parts.append(_operation(names[node], calls[node], ref))
    results = []
    for tensor, name in finals:
        if names.get(tensor.node) == name:
            results.append(ref(tensor))
            continue
        parts.append(_same(name, tensor, ref(tensor)))
        results.append(TensorRef(name))
    return parts, results


def _operation(name: str, call: Call, ref: Any) -> Layer:
    first = map_tensors(call.first, ref)
    kwargs = {key: map_tensors(value, ref) for key, value in call.kwargs.items()}
    kind = "TFOpLambda"
    if call.function == "__operators__.getitem":
        kind = "SlicingOpLambda"
        kwargs = {"slice_spec": [_index(item) for item in kwargs["slice_spec"]]}
    return Layer(kind, name, {"function": call.function}, (Node((first,), kwargs),))


def _noise(name: str, shape_name: str, call: Call, ref: Any) -> list[Layer]:
    """A tensor of the shape of the noise, and the layer that draws it.

    Raises:
        MigrationError: ``CFG017`` for another distribution, or noise that is the same for every batch.
    """
    dims = map_tensors(call.first, ref)
    if call.function != "random.normal" or not any(isinstance(size, TensorRef) for size in dims):
        raise MigrationError(
            "CFG017",
            f"the bytecode of Lambda {name!r} draws random numbers by tf.{call.function} with the shape {dims}",
            Refused("").hint,
            name,
        )
    shape = Layer("TFOpLambda", shape_name, {"function": "fill"}, (Node((dims,), {"value": 0.0}),))
    config = {key: float(call.kwargs[key]) for key in ("mean", "stddev") if key in call.kwargs}
    noise = Layer(
        "NormalNoise",
        name,
        config,
        (Node((TensorRef(shape_name),)),),
        registered_name="keras_migrate>NormalNoise",
    )
    return [shape, noise]


def _index(item: Any) -> Any:
    """A part of an index as ``tf.keras`` writes it."""
    if isinstance(item, Mapping):
        return dict(zip(("start", "stop", "step"), item["slice"], strict=True))
    return {"class_name": "__ellipsis__"} if item == "..." else item


def _same(name: str, tensor: Tensor, ref: TensorRef) -> Layer:
    """A layer that hands a tensor on without its mask, as a Lambda does.

    In Keras 3 an identity is the tensor itself, with its mask; a cast to its own dtype is another tensor.
    """
    if tensor.dtype is None:
        return Layer("TFOpLambda", name, {"function": "identity"}, (Node((ref,)),))
    return Layer("TFOpLambda", name, {"function": "cast"}, (Node((ref,), {"dtype": tensor.dtype}),))


def _inside_wrappers(model: Model, era: Era, notes: Notes) -> Model:
    """``TimeDistributed`` over a Lambda becomes one over a model of operations."""
    shapes = infer_shapes(to_functional(model))
    layers = []
    for layer in model.layers:
        layers.append(_distributed(model, layer, shapes, era, notes) if _wrapped(layer) else layer)
    return replace(model, layers=tuple(layers))


def _distributed(
    model: Model, layer: Layer, shapes: Mapping[TensorRef, Shape], era: Era, notes: Notes
) -> Layer:
    inner = layer.children["layer"]
    graph = to_functional(model)
    owner = graph.layer(layer.name)
    given = {ref: shapes.get(ref) for node in owner.nodes for ref in node.refs()}
    steps = {None if shape is None else (shape[0], *shape[2:]) for shape in given.values()}
    if len(steps) != 1 or None in steps:
        raise MigrationError(
            "CFG017",
            f"the Lambda inside TimeDistributed {layer.name!r} is called with tensors of unknown shapes",
            Refused("").hint,
            layer.name,
        )
    (shape,) = steps
    assert shape is not None
    dtype = dtype_of(graph, next(iter(given)), {}) or "float32"
    recovered = recover(inner, Tensor(-1, 0, shape, dtype), era, model, masked=False)
    notes.compiled_by(recovered.versions)
    notes.findings.append(
        Finding(
            RULE.code,
            Severity.INFO,
            f"the function of the Lambda computes {recovered.source} (Python {' or '.join(recovered.versions)})",
            place=f"{layer.name}/{inner.name}",
        )
    )
    entry = Layer("InputLayer", f"{inner.name}_input", {"batch_input_shape": list(shape), "dtype": dtype})
    parts, results = _parts(inner, recovered, [TensorRef(entry.name)], {entry.name})
    made = Model(
        "Functional",
        inner.name,
        Topology.FUNCTIONAL,
        (entry, *parts),
        TensorRef(entry.name),
        _single(results),
    )
    step = Layer("Functional", inner.name, model=made)
    return replace(layer, children={**layer.children, "layer": step})


def _single(results: Iterable[TensorRef]) -> Any:
    found = list(results)
    return found[0] if len(found) == 1 else found
