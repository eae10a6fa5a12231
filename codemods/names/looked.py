"""The files of a project as islands are found in them: each is looked into when it is asked for, and once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path

from codemods.names.contents import WORD, import_statements
from codemods.names.mentions import Facts, marker

_PACKAGE_ITSELF = re.compile(rb"\bfrom[ \t]*\.+[ \t]*(?:\\\r?\n[ \t]*)?import\b")
"""``from . import name``: what it brings may be of the package, whose name is not there."""


class Looked:
    """What the files of one project mention, and which of them may import which.

    Args:
        files: gives the Python files with their bytes.
        look: what a file mentions; None when it cannot be parsed.
    """

    def __init__(
        self,
        files: Callable[[], Iterable[tuple[Path, bytes]]],
        look: Callable[[Path], Facts | None],
    ) -> None:
        self.marked: list[Path] = []
        """The files that may use a package of the table around Keras."""
        self.paths: set[Path] = set()
        self._files = files
        self._look = look
        self._facts: dict[Path, Facts | None] = {}
        for path, data in files():
            if marker().search(data) is not None:
                self.marked.append(path)
                self.paths.add(path)
            elif b"import" in data:
                self.paths.add(path)

    @cached_property
    def _importing(self) -> tuple[dict[bytes, list[Path]], list[Path]]:
        """By word: the files with an import statement that has it; those that import from a package itself."""
        by_word: dict[bytes, list[Path]] = {}
        inside: list[Path] = []
        for path, data in self._files():
            if path in self.paths:
                statements = b" ".join(import_statements(data))
                for word in {*WORD.findall(statements)}:
                    by_word.setdefault(word, []).append(path)
                if _PACKAGE_ITSELF.search(statements) is not None:
                    inside.append(path)
        return by_word, inside

    def facts(self, path: Path) -> Facts | None:
        """What a file mentions; None when it cannot be parsed."""
        if path not in self._facts:
            self._facts[path] = self._look(path)
        return self._facts[path]

    def uses(self, path: Path) -> bool:
        """Whether a file uses an object that is bound to Keras 2."""
        facts = self.facts(path)
        return facts is not None and any(mention.use is not None for mention in facts.all())

    def may_import(self, path: Path) -> Iterator[Path]:
        """All files that import from a file, and others that only seem to."""
        by_word, inside = self._importing
        package = path.name == "__init__.py"
        yield from by_word.get((path.parent.name if package else path.stem).encode(), ())
        if package:
            yield from (other for other in inside if path.parent in other.parents)
