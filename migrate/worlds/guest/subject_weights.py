"""Weights of a subject in both worlds: found, moved away from their initial values, and paired."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from migrate.capsule.model import Array
from migrate.parity.candidates import perturbed
from migrate.worlds.guest.framework_types import Variable
from migrate.worlds.guest.runner import to_numpy
from migrate.worlds.guest.variables import children_of, own_variables

_RANDOM = ("seed_generator", "random_generator", "rng_state", "StateVar")


class Unsuitable(Exception):  # noqa: N818 - a finding about a subject, not a fault
    """The subject cannot be run this way; the message says why."""


Weight = tuple[str, str, Any]
"""Path by names, path by positions, variable."""


def weights_of(made: Any) -> list[Weight]:
    """Every weight that a file would hold; those of metrics count something else."""
    found: list[Weight] = []
    seen = {id(v) for metric in getattr(made, "metrics", ()) for v in metric.variables}
    for name, position, variable in _weights(made, "", ""):
        if id(variable) not in seen:
            seen.add(id(variable))
            found.append((name, position, variable))
    for number, variable in enumerate(getattr(made, "weights", ()) or ()):
        if id(variable) not in seen and not _is_random(variable):
            seen.add(id(variable))
            found.append((f"other/{number}/{_last(variable)}", f"other/{number}", variable))
    return found


def _weights(made: Any, names: str, positions: str) -> Iterator[Weight]:
    if hasattr(made, "layers") and (getattr(made, "inputs", None) or type(made).__name__ == "Sequential"):
        layers = [layer for layer in made.layers if type(layer).__name__ != "InputLayer"]
        for number, layer in enumerate(layers):
            yield from _weights(layer, f"{names}{layer.name}/", f"{positions}{number}/")
        return
    for name, variable in own_variables(made):
        yield names + name, positions + name, variable
    for step, child in children_of(made):
        if not hasattr(child, "update_state"):  # a metric, which is a layer in tf-keras alone
            yield from _weights(child, names + step, positions + step)


def _is_random(variable: Variable) -> bool:
    return any(mark in str(getattr(variable, "path", variable.name)) for mark in _RANDOM)


def _last(variable: Variable) -> str:
    return str(variable.name).rsplit(":", 1)[0].rsplit("/", 1)[-1]


def drawn(entries: list[Weight]) -> Callable[[Any], list[Weight]]:
    """Move the weights away from their initial values, and remember them."""

    def assign(made: Any) -> list[Weight]:
        entries.extend(weights_of(made))
        values = [(name, to_numpy(variable)) for name, _, variable in entries]
        for (_, _, variable), value in zip(entries, perturbed(values), strict=True):
            variable.assign(value)
        return entries

    return assign


def given(
    told: Sequence[Sequence[Any]], values: Sequence[Array], how: list[str]
) -> Callable[[Any], list[Weight]]:
    """Set the weights of the reference, paired by names, places or order; ``how`` is told which."""

    def assign(made: Any) -> list[Weight]:
        entries = weights_of(made)
        chosen, word = _paired(told, entries)
        how.append(word)
        for (_, _, variable), value in zip(chosen, values, strict=True):
            variable.assign(value)
        return chosen

    return assign


def _paired(told: Sequence[Sequence[Any]], entries: Sequence[Weight]) -> tuple[list[Weight], str]:
    """The weights in the order of the reference.

    Raises:
        Unsuitable: they are not the same ones.
    """
    for position, word in ((0, "names"), (1, "places")):
        mine = {entry[position]: entry for entry in entries}
        if len(mine) == len(told) == len(entries) and all(
            entry[position] in mine and list(mine[entry[position]][2].shape) == entry[2] for entry in told
        ):
            return [mine[entry[position]] for entry in told], word
    if [list(variable.shape) for _, _, variable in entries] != [entry[2] for entry in told]:
        raise Unsuitable(f"its weights are {_listed(entries)} in Keras 3, and {_listed(told)} in tf-keras")
    return list(entries), "order"


def _listed(entries: Sequence[Sequence[Any]]) -> str:
    names = [f"{entry[0]} {list(getattr(entry[2], 'shape', entry[2]))}" for entry in list(entries)[:6]]
    return ", ".join(names) + (f" and {len(entries) - 6} more" if len(entries) > 6 else "") or "none"
