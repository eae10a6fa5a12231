"""The trainable variables of a model in the order in which its era's optimizer counted them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrate.capsule.model import Array, Layer, Model
from migrate.dialects.rule import Era, covers
from migrate.dialects.variables import own_roles
from migrate.formats.artifact import LegacyArtifact

SORTED_BY_NAME = "<2.0.6"
"""Writers that sorted the trainable variables by name before the optimizer saw them.

Source: ``collect_trainable_weights`` of 1.2.2, ``Model.compile`` of 2.0.2 and 2.0.5 against 2.0.6 and later.
"""

NOT_TRAINABLE = frozenset(
    {
        "count",
        "mean",
        "moving_mean",
        "moving_variance",
        "renorm_mean",
        "renorm_stddev",
        "running_mean",
        "running_std",
        "variance",
        "vector_u",
        "sn_u",
    }
)
"""Roles of built-in layers that no optimizer touches."""


def walk_trainable(model: Model) -> Iterator[tuple[tuple[str, ...], Layer, bool]]:
    """Every layer with its path, and whether neither it nor anything around it is frozen."""
    frozen: set[tuple[str, ...]] = set()
    for path, layer in model.walk():
        inside = any(path[:length] in frozen for length in range(1, len(path)))
        if layer.config.get("trainable") is False or (layer.model is not None and not layer.model.trainable):
            frozen.add(path)
        yield path, layer, model.trainable and not inside and path not in frozen


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a record."""

    path: tuple[str, ...]
    role: str
    array: Array

    @property
    def key(self) -> str:
        """``encoder/dense/kernel``."""
        return "/".join((*self.path, self.role))


def stored_names(artifact: LegacyArtifact) -> dict[int, str]:
    """The writer's own name of each weight, by the identity of its array."""
    return {id(saved.array): saved.name for _, saved in artifact.arrays()}


def trainable_variables(
    model: Model, era: Era | None = None, names: Mapping[int, str] | None = None
) -> list[Variable]:
    """Trainable variables, layer by layer; up to Keras 2.0.5 in the order of their names.

    Args:
        model: in the writer's dialect, weights in place.
        era: who wrote it; without one, the order is that of the layers.
        names: as :func:`stored_names` gives them. A variable without one is named as a layer of the root is.
    """
    found = list(_of_model(model, (), True))
    if era is None or not covers(SORTED_BY_NAME, era):
        return found
    separator = "_" if era.keras.major < 2 else "/"

    def name(variable: Variable) -> str:
        usual = f"{variable.path[-1]}{separator}{variable.role}:0"
        return (names or {}).get(id(variable.array), usual)

    return sorted(found, key=name)


def _of_model(model: Model, path: tuple[str, ...], trainable: bool) -> Iterator[Variable]:
    for layer in model.layers:
        yield from _of_layer(layer, (*path, layer.name), trainable and model.trainable)


def roles_in_order(layer: Layer) -> Sequence[str]:
    """Roles in the order in which ``build`` made the variables; archives list those of sublayers by name."""
    known = own_roles(layer)
    if known is None or set(known) != set(layer.weights):
        return list(layer.weights)
    return known


def _of_layer(layer: Layer, path: tuple[str, ...], trainable: bool) -> Iterator[Variable]:
    if not trainable or layer.config.get("trainable") is False:
        return
    for role in roles_in_order(layer):
        if role not in NOT_TRAINABLE:
            yield Variable(path, role, layer.weights[role])
    for attribute, child in layer.children.items():
        yield from _of_layer(child, (*path, attribute), True)
    if layer.model is not None:
        yield from _of_model(layer.model, path, True)
