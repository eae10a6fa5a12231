"""Find the code of names in sources, cut it out, and say what was not found."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from codemods.files.source import SourceError
from migrate.own_code.files import Place, SourceIndex, files_below
from migrate.own_code.modules import SourceModule
from migrate.own_code.rewrite import Rewritten, for_legacy, for_modern, package_of, registered_name
from migrate.own_code.slices import Slice, cut


@dataclass(frozen=True, slots=True)
class OwnSources:
    """The code of some names for both worlds.

    Attributes:
        slice: as cut out.
        legacy: for tf-keras.
        modern: for Keras 3, registered; what stands beside the model.
        places: name → where it is defined.
        refused: name → why its definition cannot be cut out.
    """

    slice: Slice
    legacy: Rewritten
    modern: Rewritten
    places: dict[str, Place]
    refused: dict[str, str]


def find_sources(index: SourceIndex, names: Sequence[str], near: Path) -> OwnSources | None:
    """The code of those of the names that the sources define; None when they define none.

    Args:
        index: of the sources.
        names: as files have them, with or without a package, ``name()`` for functions.
        near: the artifact; of several definitions the nearest one is taken.
    """
    found: dict[str, Place] = {}
    refused: dict[str, str] = {}
    for name in names:
        bare = name.removesuffix("()")
        definition, place = locate(index, bare, near)
        if place is None:
            continue
        try:
            cut([(definition, place)])
        except SourceError as error:
            refused[definition] = error.message
        else:
            found[definition] = place
    if not found and not refused:
        return None
    piece = cut(list(found.items()))
    packages = {name: package_of(place.file) for name, place in found.items()}
    return OwnSources(piece, for_legacy(piece), for_modern(piece, packages), found, refused)


def locate(index: SourceIndex, name: str, near: Path | None = None) -> tuple[str, Place | None]:
    """The definition that a name of a file means, and where it stands.

    ``MyPkg>Gate`` is whatever registers itself so, else a definition called ``Gate``.
    """
    package, separator, bare = name.rpartition(">")
    if separator and package not in ("own", "Custom"):
        for definition, place in _registering(index, name):
            return definition, place
    places = index.places(bare, near)
    return bare, places[0] if places else None


def _registering(index: SourceIndex, name: str) -> list[tuple[str, Place]]:
    found = []
    for root in index.roots:
        for file in files_below(root):
            try:
                if b"register_keras_serializable" not in file.read_bytes():
                    continue
                module = SourceModule.read(file)
            except (OSError, SourceError):
                continue
            for statement in module.statements:
                node = statement.node
                if isinstance(node, ast.ClassDef | ast.FunctionDef) and any(
                    registered_name(d, node.name) == name for d in node.decorator_list
                ):
                    base = root if root.is_dir() else root.parent
                    found.append((node.name, Place(base, file, statement.line)))
    return found
