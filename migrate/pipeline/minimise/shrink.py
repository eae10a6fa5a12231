"""The search: fewer outputs, an earlier layer, a nested part, later inputs, fewer rows and steps, rounder numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from migrate.capsule.model import Array, Layer, Model, TensorRef, structure_refs
from migrate.dialects.graphs import to_functional
from migrate.dialects.submodel import Cut, Given
from migrate.findings import MigrationError
from migrate.parity.input_specs import input_specs
from migrate.parity.probes import ROUNDS, attempts, make_probes
from migrate.pipeline.minimise.trial import Failure, Inputs, Trial, input_refs

Change = Callable[[Array], Array]
_LAYERS = 200
"""Maximum number of layers of one model whose outputs are tried one after the other."""


def minimise(trial: Trial, seed: int) -> Failure | None:
    """The smallest failure found; None if the worlds agree on all probes.

    Args:
        trial: of the model.
        seed: of the probes.

    Raises:
        MigrationError: the model cannot be read, or tf-keras cannot build it.
    """
    failure = _first(trial, seed)
    if failure is None:
        return None
    trial.sought, trial.traces = failure, failure.traced
    while True:
        smaller = _fewer_layers(trial, failure)
        inner = _inside(trial, smaller)
        if inner is None:
            return _plainer(trial, _later_inputs(trial, smaller))
        failure = inner


def _first(trial: Trial, seed: int) -> Failure | None:
    """The whole model on the first case that shows a difference: the recorded one, or one of probes."""
    whole = Cut()
    described = trial.build(whole)
    model = trial.structure()
    names = [ref.layer for ref in structure_refs(input_refs(model))]
    if trial.recorded is not None:
        given = trial.recorded.arranged(names)
        failure = trial.fails(whole, dict(zip(names, given.inputs, strict=True)))
        if failure is not None:
            return failure
    specs = input_specs(model, described.inputs)
    for attempt in attempts(specs):
        if not trial.takes(_case(make_probes(specs, attempt, seed), "0", names)):
            continue
        for further in range(ROUNDS + 1):
            trial.traces = further == 0
            probes = make_probes(specs, attempt, seed, further)
            for case in sorted({key.split("/")[0] for key in probes}):
                failure = trial.fails(whole, _case(probes, case, names))
                if failure is not None:
                    return failure
        break
    return None


def _case(probes: Inputs, case: str, names: Sequence[str]) -> dict[str, Array]:
    return {name: probes[f"{case}/{number}"] for number, name in enumerate(names)}


def _graph(trial: Trial, cut: Cut) -> Model:
    """The records of a part."""
    trial.build(cut)
    return to_functional(trial.structure())


def _fewer_layers(trial: Trial, failure: Failure) -> Failure:
    """The first layer, in the order of the graph, whose output differs."""
    graph = _graph(trial, failure.cut)
    ends = {ref.layer for ref in structure_refs(graph.outputs)}
    for layer in list(_computed(graph))[:_LAYERS]:
        if layer.name in ends and len(ends) == 1 and layer.name == _last(graph):
            continue
        found = trial.fails(replace(failure.cut, output=TensorRef(layer.name)), failure.inputs)
        if found is not None:
            return found
    return failure


def _computed(graph: Model) -> Iterator[Layer]:
    for layer in graph.layers:
        if layer.class_name != "InputLayer":
            yield layer


def _last(graph: Model) -> str:
    return next(structure_refs(graph.outputs)).layer


def _inside(trial: Trial, failure: Failure) -> Failure | None:
    """The same difference in the nested model that produces the output, with its inputs."""
    graph = _graph(trial, failure.cut)
    nested = graph.layer(_last(graph))
    if nested.model is None or not nested.nodes:
        return None
    held = _known(trial, failure.inputs)
    given = [held.get(f"{ref.layer}/{ref.tensor}") for ref in nested.nodes[0].refs()]
    inner = [ref.layer for ref in structure_refs(input_refs(nested.model))]
    if len(given) != len(inner):
        return None
    inputs = {name: array for name, array in zip(inner, given, strict=True) if array is not None}
    return trial.fails(Cut((*failure.cut.within, nested.name)), inputs)


def _known(trial: Trial, inputs: Inputs) -> dict[str, Array]:
    """The known tensors of the part that was built last: its inputs, and the outputs of its layers."""
    return {f"{name}/0": array for name, array in inputs.items()} | trial.activations(inputs)


def _later_inputs(trial: Trial, failure: Failure) -> Failure:
    """Supply the results of layers instead of computing them: of all before the last one, or of single ones."""
    graph = _graph(trial, failure.cut)
    try:
        known = _known(trial, failure.inputs)
    except MigrationError:
        return failure
    last = graph.layer(_last(graph))
    parents = {ref.layer for node in last.nodes for ref in node.refs()}
    single = [
        layer.name
        for layer in _computed(graph)
        if len(layer.nodes) == 1 and layer is not last and f"{layer.name}/0" in known
    ]
    groups = [[name for name in single if name in parents], *([name] for name in reversed(single))]
    for group in groups:
        found = _given(trial, failure, [n for n in group if n not in failure.cut.given], known)
        failure = found or failure
    return failure


def _given(trial: Trial, failure: Failure, names: list[str], known: dict[str, Array]) -> Failure | None:
    """The failure with supplied layers, their steps fixed or dynamic; None if it then disappears."""
    if not names or not _still_there(trial, failure, names):
        return None
    inputs = {**failure.inputs, **{name: known[f"{name}/0"] for name in names}}
    for free in (1, 2):
        given = dict(failure.cut.given)
        for name in names:
            array = inputs[name]
            shape = tuple(None if axis < free < array.ndim else n for axis, n in enumerate(array.shape))
            given[name] = Given(shape if array.ndim > 1 else (None,), str(array.dtype))
        found = trial.fails(replace(failure.cut, given=given), inputs)
        if found is not None:
            return found
    return None


def _still_there(trial: Trial, failure: Failure, names: list[str]) -> bool:
    present = {layer.name for layer in _graph(trial, failure.cut).layers}
    return set(names) <= present


def _plainer(trial: Trial, failure: Failure) -> Failure:
    """One row, fewer steps, rounder numbers: each kept if the difference still shows."""
    graph = _graph(trial, failure.cut)
    used = {ref.layer for ref in structure_refs(graph.inputs)}
    failure = replace(failure, inputs={n: a for n, a in failure.inputs.items() if n in used})
    rows = {len(array) for array in failure.inputs.values()}
    if len(rows) == 1:
        for row in range(next(iter(rows))):
            found = _try(trial, failure, partial(_row, row))
            if found is not None:
                failure = found
                break
    for decimals in (2, 1, 0):
        failure = _try(trial, failure, partial(_rounded, decimals)) or failure
    return _try(trial, failure, np.sign) or failure


def _try(trial: Trial, failure: Failure, change: Change) -> Failure | None:
    inputs = {
        name: change(array) if array.dtype.kind in "fiu" else array for name, array in failure.inputs.items()
    }
    return trial.fails(failure.cut, inputs)


def _row(number: int, array: Array) -> Array:
    return array[number : number + 1]


def _rounded(decimals: int, array: Array) -> Array:
    return np.round(array, decimals) if array.dtype.kind == "f" else array
