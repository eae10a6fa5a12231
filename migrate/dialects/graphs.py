"""Models as graphs: names, references, and Sequential models as Functional ones."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology, map_structure, structure_refs
from migrate.findings import MigrationError


def named(layer: Layer, name: str) -> Layer:
    """The layer under another name, in its record and in its configuration."""
    config = {**layer.config, "name": name} if "name" in layer.config else layer.config
    return replace(layer, name=name, config=config)


def unique_name(base: str, taken: Collection[str]) -> str:
    """``base``, or ``base_1``, ``base_2`` … if a layer already has that name."""
    if base not in taken:
        return base
    number = 1
    while f"{base}_{number}" in taken:
        number += 1
    return f"{base}_{number}"


def rewire(model: Model, change: Callable[[TensorRef], TensorRef]) -> Model:
    """The Functional model with every reference replaced: in calls, inputs and outputs."""
    layers = tuple(
        replace(
            layer,
            nodes=tuple(
                Node(map_structure(n.args, change), map_structure(n.kwargs, change)) for n in layer.nodes
            ),
        )
        for layer in model.layers
    )
    return replace(
        model,
        layers=layers,
        inputs=map_structure(model.inputs, change),
        outputs=map_structure(model.outputs, change),
    )


def to_functional(model: Model) -> Model:
    """The same computation as a graph; a Functional model is returned unchanged.

    Raises:
        MigrationError: ``CFG009`` for a Sequential model that does not know its input.
    """
    if model.topology is Topology.FUNCTIONAL:
        return model
    first = model.layers[0] if model.layers else None
    layers = model.layers
    if first is not None and first.model is not None:
        layers = (*_inputs_of(first.model), *layers)
    elif first is None or first.class_name != "InputLayer":
        raise MigrationError(
            "CFG009",
            f"the Sequential model {model.name!r} does not store the shape of its input",
            "Pass the shape with --input-shape, or save the model again after a call.",
            place=model.name,
        )
    graph: list[Layer] = []
    previous: TensorRef | None = None
    for layer in layers:
        nodes = () if previous is None else (Node((previous,)),)
        graph.append(replace(layer, nodes=nodes))
        previous = TensorRef(layer.name)
    return replace(
        model,
        class_name="Functional",
        topology=Topology.FUNCTIONAL,
        layers=tuple(graph),
        inputs=TensorRef(graph[0].name),
        outputs=previous,
    )


def _inputs_of(model: Model) -> tuple[Layer, ...]:
    """An input like the (single) one of a nested model."""
    if model.topology is Topology.SEQUENTIAL:
        first = model.layers[0] if model.layers else None
        if first is not None and first.model is not None:
            return _inputs_of(first.model)
        found = [first] if first is not None and first.class_name == "InputLayer" else []
    else:
        found = [model.layer(ref.layer) for ref in structure_refs(model.inputs)]
    if len(found) != 1:
        raise MigrationError(
            "CFG009",
            f"the model {model.name!r} does not store the shape of its input",
            "Pass the shape with --input-shape, or save the model again after a call.",
        )
    source = found[0]
    return (replace(named(source, unique_name(f"{model.name}_input", [source.name])), nodes=()),)


def inline(model: Model, name: str) -> Model:
    """The Functional model with a nested one, called once, inlined into it.

    Names of the nested layers stay: the caller ensures that they are free.

    Raises:
        ValueError: the layer is not a model, or is not called exactly once.
    """
    owner = model.layer(name)
    if owner.model is None or len(owner.nodes) != 1:
        raise ValueError(f"{name} is not a nested model that is called once")
    inner = to_functional(owner.model)
    given = list(structure_refs(owner.nodes[0].args))
    entries = [ref.layer for ref in structure_refs(inner.inputs)]
    results = list(structure_refs(inner.outputs))
    if len(entries) != len(given):
        raise ValueError(f"{name} takes {len(entries)} inputs and is called with {len(given)}")
    sources = dict(zip(entries, given, strict=True))

    def inside(ref: TensorRef) -> TensorRef:
        return sources.get(ref.layer, ref)

    body = [layer for layer in rewire(inner, inside).layers if layer.name not in sources]
    layers: list[Layer] = []
    for layer in model.layers:
        layers += body if layer.name == name else [layer]

    def outside(ref: TensorRef) -> TensorRef:
        return inside(results[ref.tensor]) if ref.layer == name else ref

    return rewire(replace(model, layers=tuple(layers)), outside)
