"""What both Keras worlds do with a live model: describe it, run it on cases, step it once.

Duck-typed over tf-keras and Keras 3; imports neither.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from migrate.capsule.model import Array
from migrate.capsule.store import load_arrays, save_arrays
from migrate.worlds.guest.framework_types import LiveModel


def describe(model: LiveModel) -> dict[str, Any]:
    """Names, shapes and dtypes of a live model's inputs and outputs, in order."""
    return {
        "inputs": [_tensor(t) for t in flatten(model.inputs)],
        "outputs": [_tensor(t) for t in flatten(model.outputs)],
        "output_names": list(getattr(model, "output_names", []) or []),
        "parameters": sum(math.prod(int(n or 0) for n in w.shape) for w in model.weights),
    }


def _tensor(tensor: Any) -> dict[str, Any]:
    dtype = getattr(tensor.dtype, "name", None) or str(tensor.dtype)
    return {"name": tensor.name.split(":")[0], "shape": [_dim(d) for d in tensor.shape], "dtype": dtype}


def _dim(value: Any) -> int | None:
    return None if value is None else int(value)


def flatten(value: Any) -> list[Any]:
    """The leaves of a structure of lists, tuples and mappings."""
    if isinstance(value, Mapping):
        # tf.nest and Keras 3 order the leaves of a dict by its keys, and so are recordings made.
        return [leaf for key in sorted(value) for leaf in flatten(value[key])]
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in flatten(item)]
    return [value]


def cases_of(probes: Path) -> list[list[Array]]:
    """Input arrays by case and position, from arrays named ``case/input``."""
    arrays = load_arrays(probes)
    cases: dict[int, dict[int, Array]] = {}
    for name, array in arrays.items():
        case, _, position = name.partition("/")
        cases.setdefault(int(case), {})[int(position)] = array
    return [[cases[c][i] for i in sorted(cases[c])] for c in sorted(cases)]


CALLS_APART = 1000
"""From the number of a case to that of the next call on the same inputs."""


def run_cases(call: Any, probes: Path, out: Path, calls: int = 1) -> dict[str, Any]:
    """Call a model on every case and write the outputs as ``case/output``.

    Args:
        call: takes a list of arrays in the order of the inputs, gives a structure of tensors.
        probes: file that :func:`cases_of` reads.
        out: file to write.
        calls: of each case, one after the other; those after the first are made with ``fresh=False``, and a stateful
            model goes on where it was.
    """
    results: dict[str, Array] = {}
    for number, inputs in enumerate(cases_of(probes)):
        for again in range(calls):
            answer = call(inputs, fresh=False) if again else call(inputs)
            for position, output in enumerate(flatten(answer)):
                results[f"{number + again * CALLS_APART}/{position}"] = to_numpy(output)
    save_arrays(out, results)
    return {"outputs": len({name.split("/")[1] for name in results})}


def to_numpy(value: Any) -> Array:
    """A tensor of either world as a plain array; bfloat16 widens to float32, exactly."""
    if hasattr(value, "to_tensor"):  # ragged and sparse results are compared in their dense form
        value = value.to_tensor()
    elif hasattr(value, "dense_shape"):
        import tensorflow as tf

        value = tf.sparse.to_dense(tf.sparse.reorder(value))
    array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    return array.astype(np.float32) if array.dtype.name == "bfloat16" else array


def nest_like(structure: Any, values: list[Any]) -> Any:
    """Arrange flat values in the structure (list, dict, single) of a model's inputs."""
    iterator = iter(values)

    def fill(part: Any) -> Any:
        if isinstance(part, Mapping):
            return {key: fill(part[key]) for key in sorted(part)}
        if isinstance(part, list | tuple):
            return [fill(item) for item in part]
        return next(iterator)

    return fill(structure)
