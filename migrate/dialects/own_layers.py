"""Arrays of layers with the author's class: only the class knows its variables, so order and names are kept.

Such a class is used directly, in a wrapper (``RNN`` over the author's cell, ``Bidirectional``) or in a nested model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from migrate.capsule.model import Layer
from migrate.formats.artifact import SavedArray

Path = tuple[str, ...]
RolesOf = Callable[[Layer], "tuple[str, ...] | None"]


@dataclass(frozen=True, slots=True)
class OwnLayer:
    """A layer with the author's class.

    Attributes:
        path: names and attributes from the root model down to it.
        name: of the layer.
        steps: attributes and names below the layer of the root model, as in archives.
    """

    path: Path
    name: str
    steps: Path


def own_layers(layer: Layer, path: Path, roles: RolesOf, steps: Path = ()) -> Iterator[OwnLayer]:
    """The author's layers in a layer of the root model, itself included."""
    if layer.model is not None:
        for inner in layer.model.layers:
            yield from own_layers(inner, (*path, inner.name), roles, (*steps, inner.name))
        return
    for attribute, child in layer.children.items():
        yield from own_layers(child, (*path, attribute), roles, (*steps, attribute))
    if not layer.children and roles(layer) is None:
        yield OwnLayer(path, layer.name, steps)


def split(
    own: Sequence[OwnLayer], arrays: Sequence[SavedArray], known: int
) -> tuple[dict[Path, dict[str, SavedArray]], list[SavedArray]]:
    """Arrays of each of the author's layers by role, and the remaining ones for the other layers.

    Args:
        own: the author's layers, at least one.
        arrays: of one layer of the root model, in the order of the file.
        known: number of arrays that Keras' own layers among them need.
    """
    found: dict[Path, dict[str, SavedArray]] = {layer.path: {} for layer in own}
    rest: list[SavedArray] = []
    for array in arrays:
        owner = _owner(own, array.name)
        if owner is None and len(own) == 1 and not known:
            owner = own[0]
        if owner is None:
            rest.append(array)
            continue
        roles = found[owner.path]
        role = _role(owner, array.name)
        roles[role if role not in roles else f"{role}#{len(roles)}"] = array
    return found, rest


def _owner(own: Sequence[OwnLayer], name: str) -> OwnLayer | None:
    """The layer that a name refers to: by the attributes of archives, by the layer's name, by its direction."""
    parts = name.rsplit(":", 1)[0].split("/")
    by_steps = [layer for layer in own if layer.steps and tuple(parts[: len(layer.steps)]) == layer.steps]
    if by_steps:
        return by_steps[0]
    named = [layer for layer in own if layer.name in parts[:-1]]
    if len(named) == 1:
        return named[0]
    directions = [layer for layer in named or own if any(s[:7] in name for s in layer.steps if "ward_" in s)]
    return directions[0] if len(directions) == 1 else None


def _role(layer: OwnLayer, name: str) -> str:
    """The name below the layer: without its attributes, or without what precedes its own name."""
    text = name.rsplit(":", 1)[0]
    steps = "/".join(layer.steps)
    if steps and text.startswith(f"{steps}/"):
        return text.removeprefix(f"{steps}/")
    _, found, tail = f"/{text}".rpartition(f"/{layer.name}/")
    return tail if found else text
