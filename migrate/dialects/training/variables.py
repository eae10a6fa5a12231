"""The trainable variables of a model in the order in which its era's optimizer counted them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrate.capsule.model import Array, Layer, Model
from migrate.dialects.rule import Era

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


def trainable_variables(model: Model, era: Era | None = None) -> list[Variable]:
    """Trainable variables, layer by layer; Keras 1 sorted them by name.

    Source: ``collect_trainable_weights`` of Keras 1.2.2, ``Network.trainable_weights`` of 2.x.
    """
    found = list(_of_model(model, (), True))
    if era is not None and era.keras.major < 2:
        return sorted(found, key=lambda variable: f"{variable.path[-1]}_{variable.role}:0")
    return found


def _of_model(model: Model, path: tuple[str, ...], trainable: bool) -> Iterator[Variable]:
    for layer in model.layers:
        yield from _of_layer(layer, (*path, layer.name), trainable and model.trainable)


def _of_layer(layer: Layer, path: tuple[str, ...], trainable: bool) -> Iterator[Variable]:
    if not trainable or layer.config.get("trainable") is False:
        return
    for role, array in layer.weights.items():
        if role not in NOT_TRAINABLE:
            yield Variable(path, role, array)
    for attribute, child in layer.children.items():
        yield from _of_layer(child, (*path, attribute), True)
    if layer.model is not None:
        yield from _of_model(layer.model, path, True)
