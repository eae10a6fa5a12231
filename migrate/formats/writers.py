"""Who wrote a file: from what it says, and, where it says nothing, from the habits of each release."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from migrate.formats.artifact import Writer

if TYPE_CHECKING:
    from collections.abc import Iterable

_KERAS1_ARGUMENTS = frozenset(
    {"nb_filter", "nb_row", "nb_col", "border_mode", "dim_ordering", "output_dim", "W_regularizer",
     "W_constraint", "b_regularizer", "subsample", "inner_activation", "nb_feature", "pool_length", "bn_mode"}
)  # fmt: skip
_KERAS1_CLASSES = frozenset(
    {"Convolution1D", "Convolution2D", "Convolution3D", "Merge", "MaxoutDense", "Highway",
     "TimeDistributedDense", "AtrousConvolution1D", "AtrousConvolution2D", "Deconvolution2D",
     "SeparableConvolution2D"}
)  # fmt: skip
_KERAS3_CLASSES = frozenset({"DTypePolicy", "__keras_tensor__"})
"""What no Keras 2 writes: its policies are called `Policy`, and its graphs name layers by lists."""
# Names of Keras 1 weights end in the argument's letter: dense_1_W, lstm_1_U_i,
# batchnormalization_1_running_mean.
_KERAS1_WEIGHT = re.compile(
    r"_(W|b|U|W_[a-z]|U_[a-z]|b_[a-z]|W_carry|b_carry|gamma|beta|alphas|running_mean|running_std)(_\d+)?(:0)?$"
)
# tf.keras' own version numbers and the TensorFlow releases that carried them
# (tensorflow/python/keras/__init__.py).
_TF_KERAS = {
    "2.1.6-tf": "1.11 to 1.13",
    "2.2.4-tf": "1.13 to 2.1",
    "2.3.0-tf": "2.2",
    "2.4.0": "2.3 to 2.4",
}

BUILT_WITH = "built_with"
"""Key of an architecture that code made anew: the release that gave the names, and did not write the weights."""


def stored_writer(
    keras: str | None, backend: str | None, tensorflow: str | None = None, clue: str = ""
) -> Writer:
    """A writer from stored values; TensorFlow is told by the Keras version where that decides it.

    Args:
        keras: stored Keras version.
        backend: stored or inferred backend.
        tensorflow: stored TensorFlow version.
        clue: how the caller inferred any of these.
    """
    clues = [clue] if clue else []
    if keras and not tensorflow:
        tensorflow = _TF_KERAS.get(keras)
        match = re.match(r"2\.(\d+)\.", keras)
        if tensorflow is None and match and int(match[1]) >= 5:
            tensorflow = f"2.{match[1]}"
        if match and int(match[1]) >= 16:
            clues.append(f"Keras {keras} is the tf-keras package of TensorFlow {tensorflow}")
        elif tensorflow:
            clues.append(f"TensorFlow {tensorflow} included Keras {keras}")
    return Writer(keras=keras, tensorflow=tensorflow, backend=backend, evidence="; ".join(clues))


def infer_backend(weight_names: list[str]) -> tuple[str | None, str]:
    """The backend by its weight names: TensorFlow's carry the output index, Theano's do not.

    None where some do and some do not, or where the writer only numbered them (``param_0``).
    """
    own = [name for name in weight_names if not name.rsplit("/", 1)[-1].startswith("param_")]
    indexed = [name.endswith(":0") for name in own]
    if indexed and all(indexed):
        return "tensorflow", "tensorflow by weight names with ':0'"
    if indexed and not any(indexed):
        return "theano", "theano by weight names without ':0'"
    return None, "backend unknown: weight names do not show it"


def infer_writer(architecture: Any, weight_names: Iterable[str], backend: str | None = None) -> Writer:
    """The era of a file without ``keras_version`` (Keras 1.0 wrote none; JSON by hand has none).

    Args:
        architecture: decoded configuration, or None.
        weight_names: names as stored.
        backend: stored backend, if any.
    """
    names = list(weight_names)
    clues: list[str] = []
    keras: str | None = None
    if architecture is not None:
        arguments, classes = spellings(architecture)
        modern = sorted(classes & _KERAS3_CLASSES)
        old = sorted(arguments & _KERAS1_ARGUMENTS) + sorted(classes & _KERAS1_CLASSES)
        if modern:
            keras = "3"
            clues.append(f"Keras 3 by {', '.join(modern)}")
        elif old:
            keras = "1.0"
            clues.append(f"Keras 1 by {', '.join(old[:3])}")
        elif "kernel_initializer" in arguments or "units" in arguments or "filters" in arguments:
            keras = "2.0"
            clues.append("Keras 2 by its argument names")
    if keras is None and names:
        if any(name.rsplit("/", 1)[-1].startswith("param_") for name in names):
            keras = "0.3"
            clues.append("Keras 0 by its numbered parameters")
        elif any(_KERAS1_WEIGHT.search(name) and "/" not in name for name in names):
            keras = "1.0"
            clues.append("Keras 1 by its weight names")
        elif any("/" in name for name in names):
            keras = "2.0"
            clues.append("Keras 2 by its weight names")
    if backend is None and names and keras != "0.3":
        backend, clue = infer_backend(names)
        clues.append(clue)
    return Writer(keras=keras, backend=backend, evidence="inferred: " + "; ".join(clues) if clues else "")


def spellings(architecture: Any) -> tuple[set[str], set[str]]:
    """All argument names and class names that occur anywhere in a configuration."""
    arguments: set[str] = set()
    classes: set[str] = set()
    todo = [architecture]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            arguments.update(key for key in node if isinstance(key, str))
            name = node.get("class_name")
            if isinstance(name, str):
                classes.add(name)
            todo.extend(node.values())
        elif isinstance(node, list):
            todo.extend(node)
    return arguments, classes
