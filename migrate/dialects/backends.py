"""Which backend computed a model of Keras 1 or 2.0 to 2.3: stated in the file, or inferred from its properties.

Keras 2 stores the backend (``save_model`` of 2.0); Keras 1 does not. TensorFlow's variable names end in ``:0``
in files of both, Theano's do not. If a file has neither, it can be read in two ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from packaging.version import Version

from migrate.capsule.model import Model
from migrate.capsule.store import encode_model
from migrate.dialects.rule import Era
from migrate.formats.artifact import LegacyArtifact

BACKENDS = ("tensorflow", "theano")
_DEFAULT_UNTIL = Version("1.1")
"""Theano was the default of Keras before this release, and ``th`` the default order of dimensions."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A backend to read a file with.

    Attributes:
        backend: one of :data:`BACKENDS`, or the one named in the file.
        certain: whether the file or the user says so.
        hints: the evidence for it if it is not certain, as phrases.
    """

    backend: str
    certain: bool
    hints: tuple[str, ...] = ()


def reading_of(artifact: LegacyArtifact, given: str | None = None) -> Reading:
    """The backend of a file; ``given`` is the user's choice for files that do not store it."""
    writer = artifact.writer
    era = Era.of(writer.keras, writer.backend)
    if writer.backend is not None:
        return Reading(writer.backend, True)
    if era.tf_keras or writer.keras is None:
        return Reading("tensorflow", True)
    if given is not None:
        return Reading(given, True, ("--backend",))
    names = [array.name for array in artifact.optimizer_weights]
    if names and all(name.endswith(":0") for name in names):
        return Reading("tensorflow", True, ("names of the optimizer's variables end in ':0'",))
    return _likelier(artifact.architecture, era)


def _likelier(architecture: Any, era: Era) -> Reading:
    orders = set(_values(architecture, "dim_ordering")) | set(_values(architecture, "data_format"))
    if orders & {"th", "channels_first"}:
        return Reading("theano", False, ("dimensions in Theano's order",))
    if orders & {"tf", "channels_last"}:
        return Reading("tensorflow", False, ("dimensions in TensorFlow's order",))
    if era.keras < _DEFAULT_UNTIL:
        return Reading("theano", False, (f"the default backend of Keras before {_DEFAULT_UNTIL}",))
    return Reading("tensorflow", False, (f"the default backend of Keras from {_DEFAULT_UNTIL} on",))


def _values(value: Any, key: str) -> Iterator[str]:
    pending = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, dict):
            if isinstance(current.get(key), str):
                yield current[key]
            pending += current.values()
        elif isinstance(current, list):
            pending += current


def same_model(a: Model, b: Model) -> bool:
    """Whether two models have the same structure, configurations and weights."""
    if encode_model(a) != encode_model(b):
        return False
    pairs = zip(a.walk(), b.walk(), strict=True)
    return all(
        np.array_equal(array, other.weights[role], equal_nan=array.dtype.kind == "f")
        for (_, layer), (_, other) in pairs
        for role, array in layer.weights.items()
    )
