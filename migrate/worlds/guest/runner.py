"""What both Keras worlds do with a live model: describe it, run it on cases, step it once.

Duck-typed over tf-keras and Keras 3; imports neither.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from migrate.capsule.ends import DescribedModel, TensorSpec
from migrate.capsule.model import Array
from migrate.capsule.store import load_arrays, save_arrays
from migrate.worlds.contracts.models import ArraysFile, RunCases
from migrate.worlds.guest.framework_types import LiveModel, Nested, Tensor


def describe(model: LiveModel) -> DescribedModel:
    """Names, shapes and dtypes of a live model's inputs and outputs, in order."""
    return DescribedModel(
        tuple(_described(t) for t in flatten(model.inputs)),
        tuple(_described(t) for t in flatten(model.outputs)),
        tuple(getattr(model, "output_names", None) or ()),
        sum(math.prod(int(n or 0) for n in w.shape) for w in model.weights),
    )


def _described(tensor: Tensor) -> TensorSpec:
    name = str(getattr(tensor, "name", ""))
    return TensorSpec(name.split(":", maxsplit=1)[0], dims(tensor.shape), dtype_name(tensor))


def dtype_name(tensor: Tensor) -> str:
    """The name of a tensor's dtype, such as ``float32``."""
    return getattr(tensor.dtype, "name", None) or str(tensor.dtype)


def dims(shape: Iterable[int | None]) -> tuple[int | None, ...]:
    """Sizes as plain numbers; None for a free one."""
    return tuple(None if size is None else int(size) for size in shape)


def sizes_in(shape: object) -> Iterator[int | None]:
    """The sizes in a shape, or in a structure of shapes in the order of its leaves, as an author's code gives them.

    A size may be a float: ``input_shape[1] / 2`` of Python 2.
    """
    as_list = getattr(shape, "as_list", None)
    if isinstance(shape, Mapping):
        for key in sorted(shape):
            yield from sizes_in(shape[key])
    elif as_list is not None:
        yield from sizes_in(as_list())
    elif isinstance(shape, list | tuple):
        for part in shape:
            yield from sizes_in(part)
    else:
        yield None if shape is None else int(shape)  # type: ignore[call-overload]  # or it raises what int raises


def flatten(value: Nested) -> list[Tensor]:
    """The leaves of a structure of lists, tuples and mappings."""
    if isinstance(value, Mapping):
        # tf.nest and Keras 3 order the leaves of a dict by its keys, and so are recordings made.
        return [leaf for key in sorted(value) for leaf in flatten(value[key])]
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in flatten(item)]
    return [value]  # type: ignore[list-item]  # a tensor is what is neither


def cases_of(probes: Path) -> list[list[Array]]:
    """Input arrays by case and position, from arrays named ``case/input``."""
    arrays = load_arrays(probes)
    cases: dict[int, dict[int, Array]] = {}
    for name, array in arrays.items():
        case, _, position = name.partition("/")
        cases.setdefault(int(case), {})[int(position)] = array
    return [[cases[c][i] for i in sorted(cases[c])] for c in sorted(cases)]


def numbered(arrays: Mapping[str, Array], prefix: str) -> list[Array]:
    """The arrays that are named ``prefix/number``, in their order."""
    names = sorted((n for n in arrays if n.startswith(f"{prefix}/")), key=lambda n: int(n.split("/")[1]))
    return [arrays[name] for name in names]


CALLS_APART = 1000
"""From the number of a case to that of the next call on the same inputs."""


class Forward(Protocol):
    """A model's call, from arrays in the order of its inputs to a structure of tensors."""

    def __call__(self, inputs: list[Array], /, *, fresh: bool = True) -> Nested:
        """One call; a stateful model starts from zero states unless it is not ``fresh``."""


def run_cases(call: Forward, asked: RunCases, scratch: Path) -> ArraysFile:
    """Call a model on every case and write the outputs as ``case/output``.

    Args:
        call: of the model.
        asked: names the file that :func:`cases_of` reads. Calls of a case after the first are made with
            ``fresh=False``, and a stateful model goes on where it was.
        scratch: folder to write to.
    """
    results: dict[str, Array] = {}
    for number, inputs in enumerate(cases_of(asked.probes)):
        for again in range(asked.calls):
            answer = call(inputs, fresh=False) if again else call(inputs)
            for position, output in enumerate(flatten(answer)):
                results[f"{number + again * CALLS_APART}/{position}"] = to_numpy(output)
    return write_arrays(scratch / asked.out, results)


def write_arrays(out: Path, arrays: Mapping[str, Array]) -> ArraysFile:
    """Write arrays to a file, and say which it is."""
    save_arrays(out, arrays)
    return ArraysFile(str(out))


def to_numpy(value: object) -> Array:
    """A tensor of either world as a plain array; bfloat16 widens to float32, exactly."""
    if hasattr(value, "to_tensor"):  # ragged and sparse results are compared in their dense form
        value = value.to_tensor()
    elif hasattr(value, "dense_shape"):
        import tensorflow as tf

        value = tf.sparse.to_dense(tf.sparse.reorder(value))
    array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    return array.astype(np.float32) if array.dtype.name == "bfloat16" else array


def nest_like(structure: Nested, values: Sequence[Tensor]) -> Nested:
    """Arrange flat values in the structure (list, dict, single) of a model's inputs."""
    iterator = iter(values)

    def fill(part: Nested) -> Nested:
        if isinstance(part, Mapping):
            return {key: fill(part[key]) for key in sorted(part)}
        if isinstance(part, list | tuple):
            return [fill(item) for item in part]
        return next(iterator)

    return fill(structure)
