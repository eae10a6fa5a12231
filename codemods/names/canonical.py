"""One name for each symbol: every spelling of a package's path made canonical.

A legacy symbol is reached as ``tf.keras.layers.Dense``, ``keras.layers.core.Dense``,
``tensorflow.python.keras.layers.Dense``, … All of them are ``keras.layers.Dense`` here, and the way that was
used is remembered as the *origin*. TensorFlow is ``tf``. Code that says ``tf_keras`` chose to stay with Keras 2
and keeps a name of its own, so that no rule fires on it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from codemods.ecosystem import heads


class Name(NamedTuple):
    """A canonical name and the package path it was reached by."""

    name: str
    origin: str


_KERAS_ROOTS = (
    # Longest first: the first prefix that fits wins.
    "tensorflow.python.keras.api._v2.keras",
    "tensorflow.python.keras.api._v1.keras",
    "tensorflow.python.keras.api.keras",
    "tensorflow.python.keras",
    "tensorflow.compat.v1.keras",
    "tensorflow.compat.v2.keras",
    "tensorflow._api.v2.keras",
    "tensorflow.contrib.keras.api.keras",
    "tensorflow.contrib.keras.python.keras",
    "tensorflow.contrib.keras",
    "tensorflow.keras",
    "keras.api._v2.keras",
    "keras.api._v1.keras",
    "keras.api.keras",
    "keras._tf_keras.keras",
    "keras.api",
    "keras",
)
_SHORT = {"tensorflow.keras": "tf.keras", "keras.api": "keras"}
_TENSORFLOW_ROOTS = ("tensorflow.compat.v2", "tensorflow._api.v2", "tensorflow")

PACKAGES = (
    frozenset({"tensorflow", "keras", "tf_keras", "numpy", "pandas", "scipy", "sklearn", "os", "importlib"})
    | heads()
)
"""Top-level packages whose names rules may ask for; all others are code of the repository or of strangers."""


def root_of(path: str) -> tuple[str, str]:
    """The Keras package that a path goes through and the rest of it; two empty strings when there is none.

    >>> root_of("tensorflow.keras.layers.Dense")
    ('tensorflow.keras', '.layers.Dense')
    """
    for root in _KERAS_ROOTS:
        if path == root or path.startswith(root + "."):
            return root, path[len(root) :]
    return "", ""


@lru_cache(maxsize=16384)
def canonical(path: str) -> Name:
    """The canonical name of a dotted path as it was imported.

    >>> canonical("tensorflow.keras.layers.Dense")
    Name(name='keras.layers.Dense', origin='tf.keras')
    >>> canonical("tensorflow.compat.v1.reduce_mean")
    Name(name='tf.compat.v1.reduce_mean', origin='tensorflow')
    """
    head = path.partition(".")[0]
    if head in {"tensorflow", "keras"}:
        keras, rest = root_of(path)
        if keras:
            return Name(_public("keras" + rest), _SHORT.get(keras, keras.replace("tensorflow", "tf", 1)))
        for root in _TENSORFLOW_ROOTS:
            if path == root or path.startswith(root + "."):
                return Name("tf" + path[len(root) :], "tensorflow")
    return Name(path, head)


def _public(name: str) -> str:
    """The public path of a private or moved one (``keras.layers.core.Dense``), from the catalogue."""
    return _catalogue_canonical()(name)


@lru_cache(maxsize=1)
def _catalogue_canonical() -> Callable[[str], str]:
    from codemods.catalogue import load

    return load().canonical
