"""The modules of one repository: parsed once, and found by the names that its imports use."""

from __future__ import annotations

import sys
from pathlib import Path

from migrate.own_code.modules import SourceModule


class Repository:
    """Modules by file, and the file that an import means."""

    def __init__(self) -> None:
        self._modules: dict[Path, SourceModule] = {}
        self._roots: dict[Path, Path] = {}

    def add(self, path: Path, root: Path) -> None:
        """Say which root a file belongs to."""
        self._roots.setdefault(path, root)

    def module(self, path: Path) -> SourceModule:
        """A parsed file.

        Raises:
            OSError: it cannot be read.
            SourceError: it is no text.
        """
        if path not in self._modules:
            self._modules[path] = SourceModule.read(path)
        return self._modules[path]

    def resolve(self, path: Path, module: str, level: int) -> Path | None:
        """The file of a module that a file imports; None for one that lies outside of the repository."""
        root = self._roots.get(path, path.parent)
        relative = module.replace(".", "/")
        if level:
            bases = [path.parents[level - 1]] if level <= len(path.parents) else []
        elif module.split(".", maxsplit=1)[0] in sys.stdlib_module_names:
            return None
        else:
            above = [folder for folder in path.parents if folder == root or folder.is_relative_to(root)]
            # A folder that is a package is no import root.
            bases = [f for f in above if f == root or not (f / "__init__.py").exists()] + [root / "src"]
        for base in bases:
            for candidate in (base / relative / "__init__.py", base / f"{relative}.py"):
                if module and candidate.is_file() and candidate != path:
                    self._roots.setdefault(candidate, root)
                    return candidate
        return None
