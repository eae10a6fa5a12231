"""Solve open sizes: a model built with stand-ins for them, beside the shapes of the weights that it is to have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

Shape = Sequence[int]


@dataclass(frozen=True, slots=True)
class Weights:
    """Arrays of a model: their shapes in order, and the layer that holds each.

    Attributes:
        shapes: of the arrays.
        layers: the layer of each.
        topology: every layer by name, those without arrays, too; empty where a file does not list them.
    """

    shapes: Sequence[Shape]
    layers: Sequence[str]
    topology: Sequence[str] = ()

    def in_order_of(self, other: Weights) -> Weights:
        """The same by the order of another's layers, where both name the same ones; else as it is."""
        if set(self.layers) != set(other.layers):
            return self
        places = {name: place for place, name in reversed(list(enumerate(other.layers)))}
        order = sorted(range(len(self.layers)), key=lambda number: places[self.layers[number]])
        return Weights([self.shapes[n] for n in order], [self.layers[n] for n in order], self.topology)


_MAX_ANSWERS = 16
_GATE = re.compile(r"(.*)_([WUb])_[a-z](?::0)?$")
"""Names of the arrays of one gate in Keras 1: ``lstm_1_W_i``."""
_FIRST = 101
"""Stand-ins are primes from here on: large enough for what pools and strides make of a size, small enough to build."""


def stand_ins(count: int, shapes: Sequence[Shape]) -> list[int]:
    """Distinct primes of which no size of the shapes is a multiple: each stands for one open size."""
    taken = {size for shape in shapes for size in shape if size}
    found: list[int] = []
    number = _FIRST
    while len(found) < count:
        if all(number % d for d in range(2, int(number**0.5) + 1)) and all(size % number for size in taken):
            found.append(number)
        number += 2
    return found


def solve(built: Weights, wanted: Weights, standing: Sequence[int]) -> list[list[int]]:
    """The sizes that the stand-ins are to have: shape by shape where the orders agree, else by whatever fits.

    Args:
        built: of the model that was built with stand-ins.
        wanted: of the file.
        standing: the stand-ins.

    Returns:
        Answers, the likeliest first, each in the order of the stand-ins; empty when none can be read off.
    """
    built = built.in_order_of(wanted)
    in_order = _in_order(built.shapes, wanted.shapes, standing)
    if in_order is not None:
        return [in_order]
    options = [list(_options(built.shapes, wanted.shapes, size)) for size in standing]
    return [list(answer) for answer in islice(product(*options), _MAX_ANSWERS)]


def _in_order(built: Sequence[Shape], wanted: Sequence[Shape], standing: Sequence[int]) -> list[int] | None:
    if len(built) != len(wanted) or any(len(a) != len(b) for a, b in zip(built, wanted, strict=True)):
        return None
    sizes = {
        pair
        for shapes in zip(built, wanted, strict=True)
        for pair in zip(*shapes, strict=True)
        if pair[0] != pair[1] and telling([pair[0]], standing)
    }
    found: dict[int, int] = {}
    while len(found) < len(standing):
        before = len(found)
        for size, real in sorted(sizes):
            solved = _one_unknown(size, real, standing, found)
            if solved is not None and found.setdefault(solved[0], solved[1]) != solved[1]:
                return None
        if len(found) == before:
            return None
    return [found[size] for size in standing]


def telling(sizes: Iterable[int], standing: Sequence[int]) -> list[int]:
    """The stand-ins that sizes of a model were made of: a ``Flatten`` multiplies several."""
    return [prime for prime in standing if any(size and size % prime == 0 for size in sizes)]


def _one_unknown(
    size: int, real: int, standing: Sequence[int], found: Mapping[int, int]
) -> tuple[int, int] | None:
    """A stand-in and what it is to be, where a size is a product of it, of known ones, and of a number.

    None where several are unknown, or where no whole number makes the product.
    """
    unknown, power, known = 0, 0, 1
    for prime in standing:
        while size % prime == 0:
            size //= prime
            if prime in found:
                known *= found[prime]
            elif unknown in (0, prime):
                unknown, power = prime, power + 1
            else:
                return None
    if not unknown or not size * known or real % (size * known):
        return None
    rest = real // (size * known)
    root = round(rest ** (1 / power))
    return (unknown, root) if root**power == rest else None


def _options(built: Sequence[Shape], wanted: Sequence[Shape], size: int) -> Iterator[int]:
    """Sizes in the weights where the stand-in is in the model, by how many shapes they would explain."""
    found: Counter[int] = Counter()
    for shape in built:
        for at, value in enumerate(shape):
            if value == size:
                found.update({other[at] for other in wanted if len(other) == len(shape)})
    yield from (real for real, _ in found.most_common(4))


def difference(built: Weights, wanted: Weights) -> str:
    """What of the shapes of two models differs; empty when nothing does.

    Layers of the same names are compared each for itself, others in any order. Not told apart are layouts of one layer:
    kernels of convolutions with their axes in another order (Theano's), and biases of recurrent layers as CuDNN and
    ``reset_after`` keep them.
    """
    named = set(built.layers) == set(wanted.layers)
    one, other = (Counter(_canonical(weights, named)) for weights in (built, wanted))
    extra, missing = list((one - other).elements()), list((other - one).elements())
    if not extra and not missing:
        return ""
    return f"it has {_told(extra)} where the file has {_told(missing)}"


def beyond(built: Weights, wanted: Weights) -> list[str]:
    """The layers of a file that a model lacks whose own layers all stand in it, under the same names and alike.

    Empty where the model is no such part of what the file holds.
    """
    names = set(built.layers)
    more = [name for name in dict.fromkeys(wanted.layers) if name not in names]
    kept = [number for number, name in enumerate(wanted.layers) if name in names]
    part = Weights([wanted.shapes[n] for n in kept], [wanted.layers[n] for n in kept])
    return more if names and names == set(part.layers) and not difference(built, part) else []


def in_theanos_order(built: Weights, wanted: Weights) -> bool:
    """Whether kernels of convolutions have, in the file, the axes that Keras 1 gave them under ``dim_ordering="th"``.

    (filters, channels, sizes…) in place of (sizes…, channels, filters): the layers of such a file work with channels
    first. Kernels that are the same either way tell nothing.
    """
    built = built.in_order_of(wanted)
    pairs = [
        (tuple(one), tuple(other))
        for one, other in zip(built.shapes, wanted.shapes, strict=False)
        if len(one) > 3 and len(one) == len(other)
    ]
    turned = [(*one[:-3:-1], *one[:-2]) for one, _ in pairs]
    return turned == [other for _, other in pairs] and any(one != other for one, other in pairs)


def counted_otherwise(built: Weights, wanted: Weights) -> bool:
    """Whether two models have the same arrays in the same order, and their layers the same names in another one.

    ``Dense(4)(Dense(5)(x))`` makes the outer layer first, which ``h = Dense(5)(x)`` and ``Dense(4)(h)`` do not: the
    session that counted them gave the names the other way round. Keras read by order.
    """
    one, other = ([shape for _, shape in _canonical(weights, False)] for weights in (built, wanted))
    return (
        set(built.layers) == set(wanted.layers) and list(built.layers) != list(wanted.layers) and one == other
    )


def joined_gates(arrays: Sequence[tuple[str, Shape]]) -> list[list[int]]:
    """Shapes of arrays in their order; the gates of recurrent layers, which Keras 1 kept apart, as one array each."""
    found: list[list[int]] = []
    gates: dict[tuple[str, str], list[int]] = {}
    for name, shape in arrays:
        match = _GATE.match(name)
        key = (match[1], match[2]) if match else None
        if key is None or key not in gates:
            found.append(list(shape))
            if key is not None:
                gates[key] = found[-1]
        else:
            gates[key][-1] += shape[-1]
    return found


def _canonical(weights: Weights, named: bool) -> Iterator[tuple[str, tuple[int, ...]]]:
    before: Shape = ()
    for shape, layer in zip(weights.shapes, weights.layers, strict=True):
        gates = before[1] if len(before) == 2 and before[1] in (3 * before[0], 4 * before[0]) else 0
        joined = bool(gates) and len(shape) <= 2 and _count(shape) == 2 * gates
        plain = tuple(sorted(shape)) if len(shape) > 2 else tuple(shape)
        yield layer if named else "", (gates,) if joined else plain
        before = shape


def _count(shape: Shape) -> int:
    return shape[0] * (shape[1] if len(shape) == 2 else 1) if shape else 1


def _told(found: Sequence[tuple[str, tuple[int, ...]]]) -> str:
    shown = [f"{shape}{f' in {layer}' if layer else ''}" for layer, shape in found[:3]]
    return ", ".join(shown) + (" …" if len(found) > 3 else "") if found else "nothing"
