"""What the reader world is asked about code of the author's: models of a class of theirs, and names that files need."""

from __future__ import annotations

from pathlib import Path

import msgspec

from migrate.worlds.contracts.call import Call, Reply


class ObjectNode(Reply, frozen=True):
    """An object of a SavedModel: attribute to object number; key of its value and name, where it is a variable."""

    children: dict[str, int]
    key: str
    name: str


class ClassTraining(Reply, frozen=True):
    """What `CompileClass` of the modern world needs, as files, and what became of each part of the training."""

    plan: Path
    slots: Path
    training: dict[str, dict[str, str]]


class SubclassedRoot(Reply, frozen=True):
    """A model of the author's own class; see `migrate.formats.saved_model.subclassed.Subclassed`.

    Attributes:
        class_name: as registered.
        config: for ``from_config``; None where the class gave none.
        arguments: structure of the first argument of ``call``, with input keys as leaves.
        classes: that are the author's.
        nodes: objects by number; ``0`` is the root.
        tables: static lookup tables by object path: ``keys`` and ``values``, or an ``asset``.
        file: of arrays, each variable under its object's number.
        trained: its training, where the file has one.
    """

    class_name: str
    config: dict[str, object] | None
    arguments: object
    classes: dict[str, str]
    nodes: dict[str, ObjectNode]
    tables: dict[str, dict[str, object]]
    file: Path
    trained: ClassTraining | None


class ReadSubclassed(Call[SubclassedRoot], frozen=True):
    """Read the class, configuration, call and objects of a SavedModel.

    ``outputs`` are the keys of ``serving_default``, ``custom`` the names that the author's files define; both are for
    its training.
    """

    source: Path
    outputs: tuple[str, ...] = ()
    custom: tuple[str, ...] = ()


class OwnLayer(Reply, frozen=True):
    """Configuration of a layer of the author's, and the names and shapes of its arrays."""

    config: dict[str, object]
    weights: list[tuple[str, tuple[int, ...]]]


class Wanted(Reply, frozen=True):
    """What an artifact tells of code that it needs.

    Attributes:
        names: classes and functions (``name()``) of layers, activations, losses and the like, sorted.
        shapes: of the arrays, in the order of the file.
        layers: that hold each.
        topology: every layer that the file lists, those without arrays, too.
        reset_after: the default of ``GRU`` when it was written.
        architecture: whether there is one.
        details: by name of a layer's class, the first layer of it.
    """

    names: list[str] = msgspec.field(default_factory=list)
    shapes: list[list[int]] = msgspec.field(default_factory=list)
    layers: list[str] = msgspec.field(default_factory=list)
    topology: list[str] = msgspec.field(default_factory=list)
    reset_after: bool = True
    architecture: bool = False
    details: dict[str, OwnLayer] = msgspec.field(default_factory=dict)


class NamesWanted(Call[Wanted], frozen=True):
    """Say which names an artifact uses that are, or may be, the author's."""

    source: Path
    architecture: Path | None = None
