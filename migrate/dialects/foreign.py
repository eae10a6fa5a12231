"""Layers of packages built on Keras: how an adapter declares what they are and what they become.

An adapter is a rule of its own step, applied in the writer's dialect once the arrays are assigned to their variables.
It sees the layer under its full name, ``Addons>Maxout``, which no other rule mistakes for a Keras class, and returns
stock Keras 2 layers. So both worlds can build them, and all later rules apply to them as to any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from migrate.capsule.model import Array, Layer, Model, Node, TensorRef, Topology, map_layers, structure_refs
from migrate.dialects.aliases import Archived, declare_archived
from migrate.dialects.graph_rewrites import Fragment, expand_graphs
from migrate.dialects.masks import given_masks
from migrate.dialects.rule import Era, Step, layer_rule, model_rule
from migrate.dialects.shapes import Shape, ShapeOf, declare_shape, infer_shapes, output_shape
from migrate.dialects.variables import Roles, declare_roles
from migrate.findings import MigrationError, Rule
from migrate.formats.own_names import OwnCode


def unknown(layer: Layer, inputs: Sequence[Shape]) -> Shape | None:
    """The shape of an output that is unknown."""
    return None


def unchanged(layer: Layer, inputs: Sequence[Shape]) -> Shape | None:
    """The shape of the first input."""
    return inputs[0]


def as_wrapped(layer: Layer, inputs: Sequence[Shape]) -> Shape | None:
    """The shape of the wrapped layer's output."""
    return output_shape(layer.children["layer"], inputs)


@dataclass(frozen=True, slots=True)
class Foreign:
    """One class of a package, and what distinguishes it from others with the same name.

    Attributes:
        package: its common name, for messages.
        prefix: of the names under which rules see it: ``Addons`` for ``Addons>Maxout``.
        class_name: in the file.
        registered: packages under which it was registered; files that name one of them are certain.
        keys: configuration keys that a file without a package must have, all of them; empty if such a file does not
            count.
        roles: the variables of a layer, without those of wrapped ones, in the order in which the package saves them.
        archived: the arrays that an archive contains for a layer, each once and under the name of its owner; None for a
            class whose archives store its variables in the order of its roles.
        shape: of its output, from those of its inputs.
        peculiar: the keys are such that no other class has them; otherwise the user has to say whose it is.
        nested: it may be in a nested model; an adapter that follows a whole graph may not allow that.
        unmasked: the layers that it becomes lose a mask that it hands on, or hand on one that it ends: a layer that a
            mask may reach is refused.
        lacks: configuration keys that it never has, and another class with its name has.
        doubt: a property that a file does not show, as a clause: the user, or a recording, has to resolve it.
        doubtless: configuration keys, any of which resolves it as well.
        doubtful: whether the property makes a difference to a layer.
        operations: it becomes operations, which compute in the type of their inputs; set when it is registered.
        code: of the rule that adapts it; set when it is registered.
    """

    package: str
    prefix: str
    class_name: str
    registered: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    roles: Callable[[Layer], Roles] = lambda layer: ()
    archived: Archived | None = None
    shape: ShapeOf = unknown
    peculiar: bool = True
    nested: bool = True
    unmasked: bool = False
    lacks: frozenset[str] = frozenset()
    doubt: str = ""
    doubtless: frozenset[str] = frozenset()
    doubtful: Callable[[Layer], bool] = lambda layer: True
    operations: bool = False
    code: str = ""

    @property
    def name(self) -> str:
        """The name under which rules see it."""
        return f"{self.prefix}>{self.class_name}"

    def fits(self, layer: Layer) -> bool:
        """Whether a layer, as stored in a file, is of this class."""
        if layer.class_name != self.class_name or self.lacks & layer.config.keys():
            return False
        package, separator, _ = (layer.registered_name or "").rpartition(">")
        if separator and package in self.registered:
            return not self.keys or self.keys <= layer.config.keys() or package not in _SHARED
        return not separator and bool(self.keys) and self.keys <= layer.config.keys()

    def certain(self, layer: Layer) -> bool:
        """Whether the file itself says whose class it is."""
        package = (layer.registered_name or "").rpartition(">")[0]
        return self.peculiar or (package in self.registered and package not in _SHARED)


_SHARED = frozenset({"Custom"})
"""The package of everything that was registered without one: it carries no information."""
_KNOWN: dict[str, list[Foreign]] = {}
"""By class name in files."""
_UNMASKED: list[Callable[[Layer], bool]] = []
_SINGLE = "float32"

Around = Callable[[int], Shape | None]
"""The shape of the input at a position, None if it is unknown."""


def layer_adapter(
    rule: Rule, *classes: Foreign
) -> Callable[[Callable[[Layer, Era], Layer]], Callable[[Layer, Era], Layer]]:
    """Register a pure function that converts one layer to one layer; it works inside wrappers too."""
    _enter(rule, classes)
    return layer_rule(rule, Step.ECOSYSTEM, *(foreign.name for foreign in classes))


def graph_adapter(
    rule: Rule, *classes: Foreign
) -> Callable[[Callable[[Layer, Around], Fragment]], Callable[[Layer, Around], Fragment]]:
    """Register a pure function that converts one layer to several, given the shapes of its inputs.

    A layer whose calls have different numbers of inputs is refused with ``ECO090``: the same layers serve all calls.
    """
    _enter(rule, classes, operations=True)
    names = frozenset(foreign.name for foreign in classes)

    def register(change: Callable[[Layer, Around], Fragment]) -> Callable[[Layer, Around], Fragment]:
        def expand(model: Model, era: Era) -> Model:
            if not any(layer.class_name in names for _, layer in model.walk()):
                return model
            model = _by_position(model, names)
            shapes = infer_shapes(model)

            def made(layer: Layer) -> Fragment:
                if len({len(list(structure_refs(node.args))) for node in layer.nodes}) > 1:
                    raise refusal(layer, "its calls have different numbers of inputs")
                return change(layer, partial(_input_shape, model, shapes, layer))

            return expand_graphs(model, names, made)

        model_rule(rule, Step.ECOSYSTEM)(expand)
        return change

    return register


def model_adapter(
    rule: Rule, *classes: Foreign
) -> Callable[[Callable[[Model, Era], Model]], Callable[[Model, Era], Model]]:
    """Register a pure function on a whole model, for classes that only make sense together."""
    _enter(rule, classes, operations=True)
    return model_rule(rule, Step.ECOSYSTEM)


def declare_unmasked(fits: Callable[[Layer], bool]) -> None:
    """Register layers that cannot be expressed where a mask may reach them.

    Args:
        fits: whether a layer is one of them, under its full name.
    """
    _UNMASKED.append(fits)


def _by_position(model: Model, names: frozenset[str]) -> Model:
    """Move tensors that calls of these layers pass by name (``cross(x0, x=x)``) to their first arguments, in order."""

    def folded(node: Node) -> Node:
        given = [value for value in node.kwargs.values() if isinstance(value, TensorRef)]
        kept = {key: value for key, value in node.kwargs.items() if not isinstance(value, TensorRef)}
        return Node(([*structure_refs(node.args), *given],), kept) if given else node

    layers = tuple(
        replace(layer, nodes=tuple(map(folded, layer.nodes))) if layer.class_name in names else layer
        for layer in model.layers
    )
    return replace(model, layers=layers)


def _enter(rule: Rule, classes: Sequence[Foreign], *, operations: bool = False) -> None:
    for foreign in classes:
        registered = replace(foreign, operations=operations, code=rule.code)
        _KNOWN.setdefault(foreign.class_name, []).append(registered)
        declare_roles(foreign.name, foreign.roles)
        if foreign.archived is not None:
            declare_archived(foreign.name, foreign.archived)
        declare_shape(foreign.name, foreign.shape)
    unmasked = frozenset(foreign.name for foreign in classes if foreign.unmasked)
    if unmasked:
        declare_unmasked(lambda layer: layer.class_name in unmasked)


def _input_shape(
    model: Model, shapes: Mapping[TensorRef, Shape], layer: Layer, position: int
) -> Shape | None:
    if model.topology is Topology.SEQUENTIAL:
        names = [other.name for other in model.layers]
        at = names.index(layer.name)
        return shapes.get(TensorRef(names[at - 1])) if at and not position else None
    calls = [list(structure_refs(node.args)) for node in layer.nodes]
    if not calls or position >= len(calls[0]):
        return None
    known = [shape for refs in calls if (shape := shapes.get(refs[position])) is not None]
    if len(known) < len(calls) or len({len(shape) for shape in known}) > 1:
        return None
    # A size that differs between calls is as good as unknown: one graph serves them all.
    return tuple(sizes[0] if len(set(sizes)) == 1 else None for sizes in zip(*known, strict=True))


def mark_foreign(model: Model, own: OwnCode) -> Model:
    """The model with every layer of a known package under its full name.

    Classes that the given sources define are not touched.

    Raises:
        MigrationError: ``CFG006`` if the file does not show whose class it is, ``ECO090`` for a layer that cannot be
            expressed where it is: in a nested model, or behind a mask.
    """

    found = [(layer, foreign) for _, layer in model.walk() if (foreign := foreign_of(layer)) is not None]
    # A class that only this package has is evidence for the package's other classes in the same model.
    packages = {foreign.package for layer, foreign in found if foreign.certain(layer)}

    def marked(path: tuple[str, ...], layer: Layer) -> Layer:
        foreign = foreign_of(layer)
        if foreign is None or layer.class_name in own.defined:
            return layer
        resolved = bool(foreign.doubtless & layer.config.keys())
        unsettled = foreign.doubt and not resolved and foreign.doubtful(layer)
        if (
            (unsettled or foreign.package not in packages)
            and not own.proven
            and layer.class_name not in own.stock
        ):
            raise _doubtful(layer, foreign)
        if not foreign.nested and len(path) > 1:
            raise refusal(layer, "it is in a nested model, whose masks reach the model around it")
        if foreign.operations:
            must_be_single(layer)
        return replace(layer, class_name=foreign.name, registered_name=None)

    model = map_layers(model, marked)
    _refuse_masked(model)
    return model


def must_be_single(layer: Layer) -> None:
    """Refuse a layer that does not compute in float32: the operations that it becomes have no type of their own.

    Raises:
        MigrationError: ``ECO090``.
    """
    stored = layer.config.get("dtype")
    config = stored.get("config") if isinstance(stored, Mapping) else {"name": stored}
    name = (config or {}).get("name") or _SINGLE
    if name != _SINGLE:
        raise refusal(
            layer, f"it computes in {name}, and the operations in its place would compute in float32"
        )


def _refuse_masked(model: Model) -> None:
    def refused(layer: Layer) -> bool:
        return any(fits(layer) for fits in _UNMASKED)

    if any(refused(layer) for _, layer in model.walk()):
        for layer in given_masks(model):
            if refused(layer):
                raise refusal(layer, "a mask reaches it, which operations lose")


def foreign_of(layer: Layer) -> Foreign | None:
    """The known class of a layer in a file; None for all others."""
    return next((foreign for foreign in _KNOWN.get(layer.class_name, ()) if foreign.fits(layer)), None)


def known_classes() -> tuple[Foreign, ...]:
    """Every class that an adapter is registered for."""
    return tuple(foreign for classes in _KNOWN.values() for foreign in classes)


def _doubtful(layer: Layer, foreign: Foreign) -> MigrationError:
    name = layer.class_name
    if foreign.doubt and foreign.doubtful(layer):
        return MigrationError(
            "CFG006",
            f"layer {layer.name!r} is a {name} of {foreign.package}, and {foreign.doubt}",
            f"If that is so, pass --stock-names {name}; if not, supply the code with --source DIR. A recording "
            "(MODEL.golden.npz) resolves it, too.",
            place=layer.name,
        )
    return MigrationError(
        "CFG006",
        f"layer {layer.name!r} is a {name}, and the file does not record whose: it may be that of {foreign.package}, "
        "or another class with that name",
        f"If it is that of {foreign.package}, pass --stock-names {name}; if not, supply the code with --source DIR. "
        "A recording (MODEL.golden.npz) resolves it, too.",
        place=layer.name,
    )


def weight_of(layer: Layer, role: str) -> Array:
    """The array of a variable that an adapter cannot do without.

    Raises:
        MigrationError: ``ECO090``.
    """
    found = layer.weights.get(role)
    if found is None:
        raise refusal(layer, "the file holds no weights of it")
    return found


def refusal(layer: Layer, reason: str) -> MigrationError:
    """Why a layer from an otherwise known package cannot be expressed."""
    return MigrationError(
        "ECO090",
        f"layer {layer.name!r} ({layer.class_name}) cannot be expressed: {reason}",
        "Supply the code of the class with --source DIR, or migrate a SavedModel of the model, which contains its "
        "graph.",
        place=layer.name,
    )
