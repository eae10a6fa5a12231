"""Find the code of names in sources, cut it out, and say what was not found."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from codemods.files.source import SourceError
from migrate.own_code.files import Place, SourceIndex, files_below
from migrate.own_code.modules import SourceModule
from migrate.own_code.rewrite import (
    Rewritten,
    by_hand,
    for_legacy,
    for_modern,
    package_of,
    registered_name,
)
from migrate.own_code.slices import Slice, cut


@dataclass(frozen=True, slots=True)
class OwnSources:
    """The code of some names for both worlds.

    Attributes:
        slice: as cut out.
        legacy: for tf-keras; None where its source is not given.
        modern: for Keras 3, registered: what is rewritten, and what a person wrote; both stand beside the model.
        places: name → where it is defined: for Keras 3 where nothing else is given.
        refused: name → why its definition cannot be cut out.
    """

    slice: Slice
    legacy: Rewritten | None
    modern: tuple[Rewritten, ...]
    places: dict[str, Place]
    refused: dict[str, str]

    @property
    def after(self) -> str:
        """All of the source for Keras 3."""
        return "\n\n".join(part.text for part in self.modern)

    @property
    def left(self) -> list[str]:
        """What the rewrite leaves to a person."""
        return [str(one) for part in self.modern for one in part.left]


def find_sources(
    index: SourceIndex, names: Sequence[str], near: Path, modern: SourceIndex | None = None
) -> OwnSources | None:
    """The code of those of the names that the sources define; None when they define none.

    Args:
        index: of the sources.
        names: as files have them, with or without a package, ``name()`` for functions.
        near: the artifact; of several definitions the nearest one is taken.
        modern: of sources that a person wrote for Keras 3.

    Raises:
        SourceError: what a person wrote for Keras 3 cannot be cut out of its file.
    """
    found: dict[str, Place] = {}
    written: dict[str, Place] = {}
    refused: dict[str, str] = {}
    for name in names:
        definition, place = (
            locate(modern, name.removesuffix("()"), near) if modern is not None else (name, None)
        )
        if place is not None:
            written[definition] = place
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
    if not found and not refused and not written:
        return None
    piece = cut(list(found.items()))
    places = {**written, **found}
    packages = {name: package_of(place.file) for name, place in places.items()}
    rest = [(name, place) for name, place in found.items() if name not in written]
    parts = [for_modern(cut(rest) if written else piece, packages)] if rest else []
    if written:
        parts.append(by_hand(cut(list(written.items())), packages))
    return OwnSources(piece, for_legacy(piece) if found else None, tuple(parts), places, refused)


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
