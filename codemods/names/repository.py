"""The other files of a repository: what a name imported from one of them stands for.

Files are read and parsed only when a name of theirs is asked for, and each once.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from codemods.files.source import Source, SourceError
from codemods.names.contents import (
    Contents,
    called_members,
    imported_names,
)
from codemods.names.factories import classes_given
from codemods.names.feeding import Fed, fed_to_models
from codemods.names.islands import Islands
from codemods.names.looked import Looked
from codemods.names.mentions import Facts, facts_of, may_use
from codemods.names.regions import Regions
from codemods.names.resolver import Module
from codemods.names.texts import Texts
from codemods.names.values import Following, Value
from codemods.names.view import View

_LIMIT = 2_000_000
"""Bytes above which a file is not looked into for names."""
_OF_A_PROJECT = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
_CLIMB = 2
"""How far above an import root the files of a project are looked for: ``project/src``, ``project/tests/unit``."""
_HELD = 3_000_000
"""Characters of parsed files to hold: what a file needs is read again after that."""


class Repository:
    """Modules by dotted name, found by walking up from each file to the folder that is no package.

    Args:
        ported: import names of packages around Keras 2 that are there in a form for Keras 3.
    """

    def __init__(self, ported: Iterable[str] = ()) -> None:
        self.ported = frozenset(ported)
        self._modules: dict[Path, Module | None] = {}
        self._texts: dict[Path, str] = {}
        """What the modules were parsed from."""
        self._size = 0
        self._roots: dict[Path, tuple[Path, str]] = {}
        self._bases: dict[Path, tuple[Path, ...]] = {}
        self._found: dict[Path, dict[str, Path | None]] = {}
        self._listed: dict[Path, frozenset[str]] = {}
        self._values: dict[tuple[Path, str], Value | None] = {}
        self._asked: set[tuple[Path, str]] = set()
        self._wanted: dict[Path, dict[str, dict[str, set[Path]]]] = {}
        self._importers: dict[Path, dict[str, set[Path]]] = {}
        self._members: dict[Path, dict[str, list[Path]]] = {}
        self._regions: dict[Path, Regions] = {}
        self._fed: dict[Path, frozenset[Fed]] = {}
        self._projects: dict[Path, Path] = {}
        self._islands: dict[Path, Islands | None] = {}
        self._contents = Contents()
        self.texts = Texts(self._contents)
        self.loose: set[Path] = set()
        """Import roots that belong to no project."""

    def trim(self, keep: Path | None = None) -> None:
        """Give back the memory of the files parsed first, when there are many: to call between files, not within one.

        Args:
            keep: a file that is still looked at.
        """
        if self._size <= _HELD:
            return
        for path in [path for path in self._texts if path != keep]:
            module = self._modules.pop(path)
            assert module is not None
            module.close()
            self._size -= len(self._texts.pop(path))
            if self._size <= _HELD // 2:
                break
        for left in self._modules.values():
            if left is not None:
                left.forget()
        for held in (self._values, self._asked, self._regions):
            held.clear()

    def place(self, path: Path) -> tuple[Path, str]:
        """The import root of a file and the dotted name of its folder below it."""
        folder = path.parent
        if folder not in self._roots:
            root, parts = folder, list[str]()
            while (root / "__init__.py").exists() and root.parent != root:
                parts.append(root.name)
                root = root.parent
            self._roots[folder] = (root, ".".join(reversed(parts)))
        return self._roots[folder]

    def module(self, tree: ast.Module, path: Path) -> Module:
        """A module for a file that was just parsed."""
        root, package = self.place(path)
        name = package if path.name == "__init__.py" else f"{package}.{path.stem}".lstrip(".")
        return Module(tree, name, package, View(self, root, path.parent, self.project(root), self.own(path)))

    def project(self, root: Path) -> Path:
        """The folder of the project that an import root belongs to: ``tests`` and ``src`` are not all of it."""
        if root not in self._projects:
            near = (root, *list(Path(os.path.abspath(root)).parents)[:_CLIMB])
            known = (folder for folder in near if _marked(folder))
            found = next(known, None)
            self._projects[root] = found or root
            if found is None:
                self.loose.add(root)
        return self._projects[root]

    def find(self, root: Path, dotted: str) -> Path | None:
        """The file of a module name below an import root (or below its ``src`` folder)."""
        known = self._found.setdefault(root, {})
        if dotted not in known:
            known[dotted] = None
            relative = dotted.replace(".", "/")
            head = dotted.partition(".")[0]
            for base in (root, root / "src"):
                if head and not {head, f"{head}.py"} & self._entries(base):
                    continue
                for candidate in (base / relative / "__init__.py", base / f"{relative}.py"):
                    if candidate.is_file():
                        known[dotted] = candidate
                        return candidate
        return known[dotted]

    def _entries(self, folder: Path) -> frozenset[str]:
        """What a folder holds: most names that are asked for are of installed packages, and not there."""
        if folder not in self._listed:
            try:
                self._listed[folder] = frozenset(os.listdir(folder))
            except OSError:
                self._listed[folder] = frozenset()
        return self._listed[folder]

    def load(self, path: Path, source: Source | None = None) -> Module | None:
        """The module of a file, None when it cannot be parsed; ``source`` is the file where it was read already."""
        if path not in self._modules:
            self._modules[path] = None
            try:
                if path.stat().st_size <= _LIMIT:
                    read = source or Source.read(path)
                    self._modules[path] = self.module(read.parse(), path)
                    self._texts[path] = read.text
                    self._size += len(read.text)
            except (OSError, SourceError):
                return None
        return self._modules[path]

    def module_of(self, source: Source) -> Module:
        """The module of a text: the one that is held where its file has that text. Raises `SourceError`."""
        held = self._modules.get(source.path)
        if held is not None and self._texts[source.path] == source.text:
            return held
        return self.module(source.parse(), source.path)

    def holds(self, module: Module, path: Path) -> bool:
        """Whether a module is held for other files that ask for its names."""
        return self._modules.get(path) is module

    def file_of(self, path: Path, dotted: str) -> Path | None:
        """The file that a dotted path stands for in a file: from its import root, beside it, in the project."""
        if path not in self._bases:
            root, _ = self.place(path)
            self._bases[path] = tuple(dict.fromkeys((root, path.parent, self.project(root))))
        for base in self._bases[path]:
            found = self.find(base, dotted)
            if found is not None:
                return found
        return None

    def islands(self, path: Path) -> Islands | None:
        """The files of a project that stay with Keras 2; None when no file of it imports what could hold one."""
        project = self.own(path)
        if project not in self._islands:
            self._islands[project] = self._find_islands(project, path)
        return self._islands[project]

    def own(self, path: Path) -> Path:
        """The project of a file, or its package alone where nothing says what belongs together: ``site-packages``."""
        root, package = self.place(path)
        project = self.project(root)
        return root / package.partition(".")[0] if root in self.loose and package else project

    def _find_islands(self, project: Path, asking: Path) -> Islands | None:
        looked = Looked(lambda: self._contents.of(project), lambda path: self._facts(path, asking))
        using = [path for path in looked.marked if self._may_hold(path, asking) and looked.uses(path)]
        return Islands(looked, using) if using else None  # else nothing holds any file

    def _may_hold(self, path: Path, asking: Path) -> bool:
        """Whether a file may use an object bound to Keras 2: what all it mentions is costs more to find out."""
        module = self.load(path)
        found = module is not None and may_use(module)
        self.trim(asking)
        return found

    def _facts(self, path: Path, asking: Path) -> Facts | None:
        module = self.load(path)
        if module is None:
            return None
        found = facts_of(module, path, self)
        self.trim(asking)
        return found

    def hands_keras_to(self, path: Path, data: bytes) -> bool:
        """Whether a file may have Keras from another file of its project, and need not name it."""
        return self.texts.hands_keras_to(self.own(path), data)

    def wanted(self, root: Path, module: str) -> frozenset[str]:
        """Names that files below an import root import from a module of this last name."""
        return frozenset(self._imports(root).get(module, ()))

    def _imports(self, root: Path) -> dict[str, dict[str, set[Path]]]:
        if root not in self._wanted:
            self._wanted[root] = imported_names(self._contents.of(root))
        return self._wanted[root]

    def _import(self, root: Path, name: str) -> set[Path]:
        """The files below a folder that import something of this name, from wherever."""
        if root not in self._importers:
            found = self._importers[root] = {}
            for given in self._imports(root).values():
                for imported, paths in given.items():
                    found.setdefault(imported, set()).update(paths)
        return self._importers[root].get(name, set())

    def _calls_members(self, root: Path) -> dict[str, list[Path]]:
        if root not in self._members:
            self._members[root] = called_members(root, self._contents.of(root))
        return self._members[root]

    def feeds_keras(self, root: Path, home: str, function: str) -> str:
        """Why Keras code of another file below a folder calls a function of ``home``; empty when none does."""
        for path, module in self._users(root, home, function):
            if path not in self._regions:
                self._regions[path] = Regions(module)
            why = self._regions[path].calls_from_keras(function, home)
            if why:
                return why
        return ""

    def feeds_models(self, root: Path, home: str, cls: str, function: str) -> bool:
        """Whether a file below a folder gives a model what a function of ``home``, or a method of ``cls``, returns."""
        for path, module in self._users(root, home, cls or function):
            if path not in self._fed:
                self._fed[path] = fed_to_models(module)
            if (home, cls, function) in self._fed[path]:
                return True
        return False

    def _users(self, root: Path, home: str, name: str) -> Iterator[tuple[Path, Module]]:
        """The other files below a folder that may use a name of the module ``home``."""
        last = home.rpartition(".")[2]
        files = {
            *self._imports(root).get(last, {}).get("*", ()),
            *self._import(root, name),
            *self._import(root, last),
            *self._calls_members(root).get(name, ()),
        }
        for path in sorted(files):
            module = self.load(path)
            if module is not None and module.name != home:
                yield path, module

    def classes_given(
        self, root: Path, home: str, function: ast.FunctionDef, parameter: str
    ) -> tuple[str, ...]:
        """The classes that files below a folder give a parameter of a function of the module ``home``."""
        imports = self._imports(root)
        last = home.rpartition(".")[2]
        files = {path for name in (function.name, "*") for path in imports.get(last, {}).get(name, ())}
        modules = (self.load(path) for path in sorted(files))
        return tuple(
            name
            for module in modules
            if module is not None and module.name != home
            for name in classes_given(module, function, parameter)
        )

    def lookup(self, root: Path, dotted: str) -> Value | None:
        """What ``package.module.name`` stands for."""
        key = (root, dotted)
        if key in self._values:
            return self._values[key]
        if key in self._asked:
            Following.cut += 1
            return None
        self._asked.add(key)
        found = self._lookup(root, dotted)
        self._values[key] = found
        return found

    def _lookup(self, root: Path, dotted: str) -> Value | None:
        parts = dotted.split(".")
        for length in range(len(parts) - 1, 0, -1):
            path = self.find(root, ".".join(parts[:length]))
            if path is None:
                continue
            module = self.load(path)
            if module is None:
                return None
            rest = parts[length:]
            if len(rest) == 1 and self.find(root, dotted) is not None and not _own(module, rest[0]):
                return (
                    None  # ``import keras`` in a package that has a module ``keras`` does not hide that one
                )
            expression: ast.expr = ast.Name(id=rest[0], ctx=ast.Load(), lineno=1 << 30, col_offset=0)
            for attribute in rest[1:]:
                expression = ast.Attribute(value=expression, attr=attribute, ctx=ast.Load(), lineno=1 << 30)
            value = module.value(expression, module.index.module)
            return _indirect(value)
        return None


def _marked(folder: Path) -> bool:
    """Whether a folder is that of a project."""
    return any((folder / name).exists() for name in _OF_A_PROJECT)


def _own(module: Module, name: str) -> bool:
    """Whether a package itself says what one of its names is: defined there, or from one of its own modules."""
    bindings = module.index.module.bindings.get(name, ())
    return any(
        found.kind != "import" or found.path.startswith((".", f"{module.package}.")) for found in bindings
    )


def _indirect(value: Value | None) -> Value | None:
    from codemods.names.values import Symbol

    if isinstance(value, Symbol):
        return Symbol(value.name, value.origin, direct=False)
    return value
