"""The packages around Keras 2: what each needs of Keras, and which of its objects belong to that Keras.

The data stands in ``data/packages.tsv`` (one row an import name), ``data/objects.tsv`` (exceptions by dotted name) and
``data/keras2_only.tsv`` (names of Keras 2 itself that hold code there as an object of a package does).
Nothing here imports any of the packages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib.resources import files


class World(StrEnum):
    """The Keras that the objects of a package belong to."""

    TF_KERAS = "tf_keras"
    """The package imports ``tf_keras`` itself beside TensorFlow 2.16 and later."""
    SWITCH = "switch"
    """It imports ``tf.keras``, which is tf-keras only under ``TF_USE_LEGACY_KERAS=1``."""
    KERAS_2 = "keras2"
    """It does not import beside Keras 3 and TensorFlow 2.16; its users stay with TensorFlow 2.15 or older."""
    KERAS_3 = "keras3"
    """It works with Keras 3 from a release on."""
    GONE = "gone"
    """It became part of Keras or of another package; nothing of it needs a Keras of its own."""


HOLDING = frozenset({World.TF_KERAS, World.SWITCH, World.KERAS_2})
"""Worlds whose objects must not meet those of Keras 3."""


@dataclass(frozen=True, slots=True)
class Package:
    """One row of the table.

    Attributes:
        name: top-level import name, or a dotted one (``wandb.keras``).
        distribution: what is installed; several are separated by spaces, the first is named in messages.
        title: how people call it.
        world: the Keras that its objects belong to.
        since: first release that works beside TensorFlow 2.16 (in its world); empty when any does or none.
        below: first release that no longer has what code of Keras 2 uses; empty when there is none.
        instead: what to do, one clause.
        references: where to read more, ``owner/repo#number`` or addresses.
    """

    name: str
    distribution: str
    title: str
    world: World
    since: str
    below: str
    instead: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """What the table says of one dotted name.

    Attributes:
        bound: it is (or makes) an object of Keras: a layer, a model, an optimizer, a loss, a metric, a callback.
        instead: what to do about this very name; that of the package when the table has none.
    """

    package: Package
    bound: bool
    instead: str


def _rows(name: str) -> Iterator[list[str]]:
    text = files(__package__).joinpath("data", f"{name}.tsv").read_text(encoding="utf-8")
    for line in text.splitlines()[1:]:
        yield line.split("\t")


@lru_cache(maxsize=1)
def packages() -> dict[str, Package]:
    """The table by import name."""
    return {
        row[0]: Package(row[0], row[1], row[2], World(row[3]), row[4], row[5], row[6], tuple(row[7].split()))
        for row in _rows("packages")
    }


@lru_cache(maxsize=1)
def objects() -> tuple[tuple[str, bool, str], ...]:
    """Patterns of dotted names in the order to try: whether they are bound to a Keras, and what to do."""
    return tuple((row[0], row[1] == "bound", row[2]) for row in _rows("objects"))


@dataclass(frozen=True, slots=True)
class TensorFlowName:
    """A name that TensorFlow 2.16 and later do not have.

    Attributes:
        name: with everything below it.
        note: what to do.
        now: the public name of the very same object; empty when there is none.
    """

    name: str
    note: str
    now: str


@lru_cache(maxsize=1)
def tensorflow_names() -> dict[str, TensorFlowName]:
    """Names that TensorFlow 2.16 and later do not have; see scripts/catalogue/tensorflow_names.py."""
    return {row[0]: TensorFlowName(*row) for row in _rows("tensorflow")}


@lru_cache(maxsize=8192)
def gone(name: str) -> TensorFlowName | None:
    """The row of :func:`tensorflow_names` that a name of TensorFlow falls under."""
    table = tensorflow_names()
    parts = name.split(".")
    above = (".".join(parts[:length]) for length in range(2, len(parts) + 1))
    return next((table[found] for found in above if found in table), None)


@lru_cache(maxsize=1)
def keras_2_only() -> dict[str, World]:
    """Names of Keras that tf_keras has and neither Keras 3 nor its ``tf.keras``, and where their users stay.

    A model around one of them cannot move as long as the object is there. ``World.KERAS_2`` where tf_keras has the
    name and raises NotImplementedError in the call (``estimator.model_to_estimator`` of tf-keras 2.21).
    """
    return {row[0]: World(row[1]) for row in _rows("keras2_only")}


@lru_cache(maxsize=1)
def held_where_made() -> frozenset[str]:
    """Those of :func:`keras_2_only` that hold code only where an object is made of them.

    Where such a class is derived from or handed around, a stand-in lets the rest of the module move (API006).
    """
    return frozenset(row[0] for row in _rows("keras2_only") if row[2] == "made")


@lru_cache(maxsize=1)
def heads() -> frozenset[str]:
    """The top-level import names of the table."""
    return frozenset(name.partition(".")[0] for name in packages())


def package_of(dotted: str) -> Package | None:
    """The package that a dotted name lies in; None when the table does not know it."""
    table = packages()
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        found = table.get(".".join(parts[:length]))
        if found is not None:
            return found
    return None


@lru_cache(maxsize=4096)
def named(dotted: str) -> Named | None:
    """What the table says of a dotted name: ``tensorflow_hub.KerasLayer``.

    The first pattern that fits decides. A name without one is bound when its package holds objects of Keras 2 at
    all; a module alone (``tensorflow_hub``) is nothing yet.
    """
    package = package_of(dotted)
    if package is None:
        return None
    for pattern, bound, instead in objects():
        if fnmatchcase(dotted, pattern):
            return Named(package, bound and package.world in HOLDING, instead or package.instead)
    inside = dotted != package.name
    return Named(package, inside and package.world in HOLDING, package.instead)
