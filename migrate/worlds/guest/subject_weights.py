"""Weights of a subject in both worlds: found, moved away from their initial values, and paired."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from migrate.capsule.model import Array
from migrate.parity.candidates import perturbed
from migrate.worlds.contracts.proving import ToldWeight
from migrate.worlds.guest.framework_types import LiveLayer, UserObject, Variable
from migrate.worlds.guest.runner import to_numpy
from migrate.worlds.guest.variables import children_of, is_layer, own_variables

_RANDOM = ("seed_generator", "random_generator", "rng_state", "StateVar")


class Unsuitable(Exception):  # noqa: N818 - a finding about a subject, not a fault
    """The subject cannot be run this way; the message says why."""


Weight = tuple[str, str, Variable]
"""Path by names, path by positions, variable."""


def weights_of(made: UserObject) -> list[Weight]:
    """Every weight that a file would hold; those of metrics count something else."""
    found: list[Weight] = []
    seen = {id(v) for metric in getattr(made, "metrics", ()) for v in metric.variables}
    for name, position, variable in _weights(made, "", "") if is_layer(made) else ():
        if id(variable) not in seen:
            seen.add(id(variable))
            found.append((name, position, variable))
    for number, variable in enumerate(getattr(made, "weights", ()) or ()):
        if id(variable) not in seen and not _is_random(variable):
            seen.add(id(variable))
            found.append((f"other/{number}/{_last(variable)}", f"other/{number}", variable))
    return found


def _weights(made: LiveLayer, names: str, positions: str) -> Iterator[Weight]:
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


def drawn(entries: list[Weight]) -> Callable[[UserObject], list[Weight]]:
    """Move the weights away from their initial values, and remember them."""

    def assign(made: UserObject) -> list[Weight]:
        entries.extend(weights_of(made))
        values = [(name, to_numpy(variable)) for name, _, variable in entries]
        for (_, _, variable), value in zip(entries, perturbed(values), strict=True):
            variable.assign(value)
        return entries

    return assign


def given(
    told: Sequence[ToldWeight], values: Sequence[Array], how: list[str]
) -> Callable[[UserObject], list[Weight]]:
    """Set the weights of the reference, paired by names, places or order; ``how`` is told which."""

    def assign(made: UserObject) -> list[Weight]:
        entries = weights_of(made)
        chosen, word = _paired(told, entries)
        how.append(word)
        for (_, _, variable), value in zip(chosen, values, strict=True):
            variable.assign(value)
        return chosen

    return assign


def _paired(told: Sequence[ToldWeight], entries: Sequence[Weight]) -> tuple[list[Weight], str]:
    """The weights in the order of the reference.

    Raises:
        Unsuitable: they are not the same ones.
    """
    own = [ToldWeight(name, place, shape_in(variable)) for name, place, variable in entries]
    keys: tuple[tuple[str, Callable[[ToldWeight], str]], ...] = (
        ("names", lambda weight: weight.name),
        ("places", lambda weight: weight.place),
    )
    for word, key in keys:
        mine = {key(weight): number for number, weight in enumerate(own)}
        if len(mine) == len(told) == len(entries) and all(
            key(weight) in mine and own[mine[key(weight)]].shape == weight.shape for weight in told
        ):
            return [entries[mine[key(weight)]] for weight in told], word
    if [weight.shape for weight in own] != [weight.shape for weight in told]:
        raise Unsuitable(f"its weights are {_listed(own)} in Keras 3, and {_listed(told)} in tf-keras")
    return list(entries), "order"


def shape_in(variable: Variable) -> list[int]:
    """The shape of a variable, whose sizes are all known."""
    return [int(size or 0) for size in variable.shape]


def _listed(weights: Sequence[ToldWeight]) -> str:
    names = [f"{weight.name} {weight.shape}" for weight in weights[:6]]
    return ", ".join(names) + (f" and {len(weights) - 6} more" if len(weights) > 6 else "") or "none"
