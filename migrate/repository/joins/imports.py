"""Which code a file has when it runs: what it imports of the repository, and whether that suffices for a model."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from pathlib import Path

from migrate.report.compatibility.order import imported_files
from migrate.report.compatibility.references import notebook_outline, outline
from migrate.repository.joins.calls import Use
from migrate.repository.joins.python import Loadable
from migrate.repository.joins.records import Target
from migrate.repository.joins.uses import Place


class Imports:
    """Which files of a repository a file imports, directly or through others."""

    def __init__(self, root: Path, files: Sequence[str]) -> None:
        outlines = {
            path: (notebook_outline if path.endswith(".ipynb") else outline)((root / path).read_bytes())
            for path in files
        }
        self._direct = imported_files({path: found.imports for path, found in outlines.items() if found})

    def reached(self, file: str) -> frozenset[str]:
        """The file and all that it imports."""
        seen, todo = set[str](), [file]
        while todo:
            path = todo.pop()
            if path not in seen:
                seen.add(path)
                todo += self._direct.get(path, ())
        return frozenset(seen)


def loadable_in(root: Path, files: Sequence[str], targets: Collection[Target]) -> Loadable:
    """Whether a place that loads an artifact has what its migrated file needs.

    Args:
        root: the rewritten tree.
        files: its Python files and notebooks.
        targets: its artifacts.
    """
    by_path = {target.path: target for target in targets}
    imports = Imports(root, files)

    def loadable(artifact: str, place: Place) -> bool:
        target = by_path[artifact]
        if not target.compiled and not _leaves_training(place):
            return False
        return target.defined_in <= imports.reached(place.file.path) if target.defined_in else not target.code

    return loadable


def _leaves_training(place: Place) -> bool:
    """Whether a load says ``compile=False``, or is to say it: weights come without a training configuration."""
    if not isinstance(place.node, ast.Call):
        return False
    if place.use is Use.WEIGHTS:
        return True
    given = place.file.context.arguments(place.node).keywords.get("compile")
    return given is not None and place.file.context.literal(given.value) is False
