"""Random outputs: which ones they are, and whether both worlds draw them from the same distribution.

With the draws replaced by fixed numbers (``migrate/worlds/guest/draws.py``), such outputs are compared like any other.
Draws that cannot be replaced, those in a written SavedModel, are compared by the mean and the deviation of many runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from migrate.capsule.model import Array, Model, Topology, structure_refs
from migrate.findings import Finding, MigrationError, Severity

RUNS = 40
"""Runs of a model whose draws are compared as distributions."""
SIGMAS = 6.0
"""How far means and deviations may be apart, in standard errors."""
_LAYERS = frozenset({"NormalNoise"})


def drawn_outputs(model: Model) -> frozenset[str]:
    """Positions of the outputs that depend on a random draw, as strings: the keys of outputs end with them."""
    if model.topology is not Topology.FUNCTIONAL:
        return frozenset()
    layers = {layer.name: layer for layer in model.layers}
    found = []
    for position, output in enumerate(structure_refs(model.outputs)):
        pending, seen = [output], {output}
        while pending:
            current = pending.pop()
            layer = layers[current.layer]
            if layer.class_name in _LAYERS or (layer.model is not None and _draws(layer.model)):
                found.append(str(position))
                break
            for ref in layer.nodes[current.node].refs() if layer.nodes else ():
                if ref not in seen:
                    seen.add(ref)
                    pending.append(ref)
    return frozenset(found)


def _draws(model: Model) -> bool:
    return any(layer.class_name in _LAYERS for _, layer in model.walk())


def without(outputs: Mapping[str, Array], drawn: frozenset[str]) -> dict[str, Array]:
    """Outputs by ``case/position`` that are not random."""
    return {key: array for key, array in outputs.items() if key.split("/")[1] not in drawn}


Run = Callable[[], Mapping[str, Array]]


def drawn_by_code(run: Run) -> frozenset[str]:
    """Positions of outputs that user code draws: found by running it twice."""
    one, two = run(), run()
    may_be_nan = {key: array.dtype.kind in "fc" for key, array in one.items()}
    return frozenset(
        key.split("/")[1] for key in one if not np.array_equal(one[key], two[key], equal_nan=may_be_nan[key])
    )


def must_repeat(run: Run, names: Sequence[str], places: Sequence[str]) -> None:
    """Refuse outputs that differ from run to run although the functions of TensorFlow and Keras draw fixed numbers.

    Args:
        run: of the original, with fixed numbers in place of what TensorFlow draws.
        names: of the outputs.
        places: lines of the author's code that draw with NumPy or with Python itself.

    Raises:
        MigrationError: ``CFG132`` when two runs differ all the same.
    """
    loose = sorted(drawn_by_code(run), key=int)
    if not loose:
        return
    named = ", ".join(repr(names[int(position)]) for position in loose)
    lines = f" ({', '.join(places)})" if places else ""
    raise MigrationError(
        "CFG132",
        f"output {named} is random, drawn by the author's code{lines} in a way that cannot be repeated",
        "Draw with the functions of tf.random or keras.backend there. NumPy draws once per graph, so that a SavedModel "
        "would always return the same draw.",
    )


def must_draw_alike(reference: Run, result: Run, drawn: frozenset[str]) -> None:
    """Compare the distributions of random outputs.

    Raises:
        MigrationError: ``PAR001`` if a mean or a deviation is too far off.
    """
    expected, actual = (_moments(run, drawn) for run in (reference, result))
    for key, its in expected.items():
        own = actual[key]
        error = np.sqrt((its.deviation**2 + own.deviation**2) / RUNS) + 1e-6 * (1.0 + np.abs(its.mean))
        apart = abs(np.log((own.spread + 1e-9) / (its.spread + 1e-9)))
        allowed = SIGMAS * np.hypot(own.spread_error, its.spread_error) + 1e-6
        if np.any(np.abs(its.mean - own.mean) > SIGMAS * error) or apart > allowed:
            raise MigrationError(
                "PAR001",
                f"output {key.split('/')[1]} is drawn from another distribution (deviation {own.spread:.3g}, "
                f"expected {its.spread:.3g})",
                "The model was not written. Please report it with its architecture.",
            )


@dataclass(frozen=True, slots=True)
class _Moments:
    """Statistics of an output over several runs.

    Attributes:
        mean, deviation: of each element.
        spread: root of the mean square of the deviations.
        spread_error: relative standard error of the spread, from its variation between the runs. The elements of one
            run are not independent draws: the pixels of a decoder all come from the same few numbers.
    """

    mean: Array
    deviation: Array
    spread: float
    spread_error: float


def _moments(run: Run, drawn: frozenset[str]) -> dict[str, _Moments]:
    """The moments of random outputs over several runs."""
    runs = [run() for _ in range(RUNS)]
    keys = [key for key in runs[0] if key.split("/")[1] in drawn]
    return {key: _moments_of(np.stack([one[key].astype(np.float64) for one in runs])) for key in keys}


def _moments_of(values: Array) -> _Moments:
    mean = values.mean(axis=0)
    squares = ((values - mean) ** 2).reshape(len(values), -1).mean(axis=1) * RUNS / (RUNS - 1)
    square = float(squares.mean())
    error = float(squares.std(ddof=1)) / np.sqrt(RUNS) / (2.0 * square) if square else 0.0
    return _Moments(mean, values.std(axis=0, ddof=1), float(np.sqrt(square)), error)


def drawn_finding(name: str, *, compared: bool) -> Finding:
    """The finding for a random output, with how it was compared."""
    if not compared:
        message = f"output {name!r} is random, and tf-keras provided nothing to compare it with"
        return Finding(
            "CFG131", Severity.WARNING, message, "Compare it with the original framework's output.", name
        )
    return Finding(
        "CFG131",
        Severity.INFO,
        f"output {name!r} is random: equal with the draws replaced by fixed numbers; mean and deviation of {RUNS} "
        "runs agree with tf-keras",
        place=name,
    )
