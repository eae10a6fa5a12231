"""Replace one layer by several: in Sequential and Functional models, for each call of a shared layer.

Used by rules that cannot translate a layer one to one. The last layer of a replacement keeps the name of the
original layer, so that references, output names and recorded activations stay valid.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from migrate.capsule.model import (
    Array,
    Layer,
    Model,
    Node,
    TensorRef,
    Topology,
    map_structure,
    structure_refs,
)
from migrate.dialects.graphs import inline, named, rewire, to_functional, unique_name
from migrate.findings import MigrationError

_INPUT = "<input>"
DISTRIBUTING = frozenset({"TimeDistributed"})
"""Wrappers for which ``W(a then b)`` is ``W(a) then W(b)``."""

Chain = Sequence[Layer]
Expand = Callable[[Layer], Chain | None]


def replace_by_chain(model: Model, name: str, chain: Chain) -> Model:
    """The model with one layer replaced by a chain of layers.

    Args:
        model: Sequential or Functional.
        name: of the layer to replace.
        chain: not empty; nodes are ignored. The first takes the arguments of the replaced layer's calls, the
            last takes its name; the others are renamed if a name is taken.
    """
    taken = {layer.name for layer in model.layers}
    renamed: list[Layer] = []
    for layer in chain[:-1]:
        fresh = named(layer, unique_name(layer.name, taken))
        taken.add(fresh.name)
        renamed.append(fresh)
    renamed.append(named(chain[-1], name))
    layers: list[Layer] = []
    for layer in model.layers:
        if layer.name != name:
            layers.append(layer)
            continue
        for position, part in enumerate(renamed):
            if model.topology is Topology.SEQUENTIAL:
                nodes: tuple[Node, ...] = ()
            elif position == 0:
                nodes = layer.nodes
            else:
                before = renamed[position - 1].name
                nodes = tuple(Node((TensorRef(before, k),)) for k in range(len(layer.nodes)))
            layers.append(replace(part, nodes=nodes))
    return replace(model, layers=tuple(layers))


def expand_chains(model: Model, classes: Collection[str], expand: Callable[[Layer], Chain | None]) -> Model:
    """Replace every layer of the classes by the result of ``expand``; also inside ``TimeDistributed``.

    ``expand`` returns None to skip a layer. Nested models are not entered: model rules are applied to
    each of them anyway. The same object is returned if nothing changed.
    """
    for layer in model.layers:
        chain = _expanded(layer, classes, expand)
        if chain is not None:
            model = replace_by_chain(model, layer.name, chain)
    return model


def _expanded(layer: Layer, classes: Collection[str], expand: Expand) -> Chain | None:
    if layer.class_name in classes:
        return expand(layer)
    inner = layer.children.get("layer")
    if inner is None:
        return None
    chain = _expanded(inner, classes, expand)
    if chain is None:
        return None
    if layer.class_name not in DISTRIBUTING:
        raise _cannot_wrap(layer, inner)
    wrapper = {k: v for k, v in layer.config.items() if k not in ("batch_input_shape", "input_dtype")}
    return [
        Layer(
            layer.class_name,
            f"{layer.name}_{part.name}",
            wrapper,
            children={"layer": replace(part, nodes=())},
        )
        for part in chain
    ]


def _cannot_wrap(layer: Layer, inner: Layer) -> MigrationError:
    return MigrationError(
        "CFG053",
        f"{inner.class_name} inside {layer.class_name} {layer.name!r} becomes several layers, which it cannot wrap",
        "Replace the layer in the source, or keep the model as a SavedModel.",
        place=layer.name,
    )


@dataclass(slots=True)
class Fragment:
    """Builds the graph that replaces one layer: ``add`` each part, ``done`` with the last.

    Args:
        owner: the replaced layer; parts are named after it and inherit its ``trainable``.
    """

    owner: Layer
    parts: list[Layer] = field(default_factory=list)

    def input(self, position: int = 0) -> TensorRef:
        """The tensor at a position of the (flattened) first argument of the replaced layer."""
        return TensorRef(_INPUT, 0, position)

    def add(
        self,
        class_name: str,
        suffix: str,
        arguments: Any,
        config: Mapping[str, Any] | None = None,
        weights: Mapping[str, Array] | None = None,
        **kwargs: Any,
    ) -> TensorRef:
        """A part, its one call, and the reference to its output.

        Args:
            class_name: of the part.
            suffix: appended to the owner's name.
            arguments: first argument of the call: a reference or a structure of references.
            config: of the part.
            weights: role to array.
            kwargs: further arguments of the call.
        """
        name = f"{self.owner.name}_{suffix}"
        inherited = {"trainable": False} if self.owner.config.get("trainable") is False else {}
        part = Layer(
            class_name,
            name,
            {**inherited, **(config or {})},
            (Node((arguments,), kwargs),),
            dict(weights or {}),
        )
        self.parts.append(part)
        return TensorRef(name)

    def operation(self, suffix: str, function: str, first: Any, **arguments: Any) -> TensorRef:
        """A part that calls a function of TensorFlow, such as ``math.add``, and the reference to its result."""
        return self.add("TFOpLambda", suffix, first, {"function": function}, **arguments)


def replace_by_graph(model: Model, name: str, parts: Iterable[Layer]) -> Model:
    """The model, as a graph, with one layer replaced by the parts of a :class:`Fragment`.

    The last part takes the layer's name. Each call of the layer becomes one call of every part. Keyword arguments
    of the calls (initial states, masks) go to the part of the replaced layer's class.

    Raises:
        MigrationError: ``CFG053`` if the calls have keyword arguments that no part accepts.
    """
    model = to_functional(model)
    owner = model.layer(name)
    fragment = list(parts)
    taken = {layer.name for layer in model.layers}
    names: dict[str, str] = {}
    for part in fragment[:-1]:
        names[part.name] = unique_name(part.name, taken)
        taken.add(names[part.name])
    names[fragment[-1].name] = name

    def connect(call: int, inputs: Sequence[Any]) -> Callable[[TensorRef], Any]:
        def one(ref: TensorRef) -> Any:
            if ref.layer == _INPUT:
                return inputs[ref.tensor]
            return TensorRef(names[ref.layer], call, ref.tensor)

        return one

    calls = [list(structure_refs(node.args)) for node in owner.nodes]
    keywords = [{k: v for k, v in node.kwargs.items() if v is not None} for node in owner.nodes]
    takers = [part.name for part in fragment if part.class_name == owner.class_name]
    if any(keywords) and len(takers) != 1:
        raise MigrationError(
            "CFG053",
            f"{owner.class_name} {name!r} is called with {sorted(keywords[0])}, which its replacement does not "
            "accept",
            "Replace the layer in the source, or keep the model as a SavedModel.",
            place=name,
        )
    pieces = []
    for part in fragment:
        (node,) = part.nodes
        nodes = tuple(
            Node(
                map_structure(node.args, connect(k, c)),
                {
                    **map_structure(node.kwargs, connect(k, c)),
                    **(keywords[k] if part.name in takers else {}),
                },
            )
            for k, c in enumerate(calls)
        )
        pieces.append(replace(named(part, names[part.name]), nodes=nodes))
    layers: list[Layer] = []
    for layer in model.layers:
        layers += pieces if layer.name == name else [layer]
    return replace(model, layers=tuple(layers))


def expand_graphs(
    model: Model, classes: Collection[str], expand: Callable[[Layer], Fragment | None]
) -> Model:
    """Replace every layer of the classes by the fragment that ``expand`` builds for it.

    Raises:
        MigrationError: ``CFG053`` if such a layer is inside a wrapper.
    """
    for layer in model.layers:
        inner = layer.children.get("layer") or layer.children.get("forward_layer")
        if inner is not None and inner.class_name in classes and expand(inner) is not None:
            raise _cannot_wrap(layer, inner)
        if layer.class_name in classes:
            fragment = expand(layer)
            if fragment is not None:
                model = replace_by_graph(model, layer.name, fragment.parts)
    return model


__all__ = [
    "DISTRIBUTING",
    "Chain",
    "Fragment",
    "expand_chains",
    "expand_graphs",
    "inline",
    "named",
    "replace_by_chain",
    "replace_by_graph",
    "rewire",
    "to_functional",
    "unique_name",
]
