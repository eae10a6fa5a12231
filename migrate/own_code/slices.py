"""From names to the smallest module that stands by itself: definitions, their bases, and what they reach.

Names are followed through module-level bindings and through imports of the same repository. Everything else at module
level (argument parsers, training loops, plots) is left behind, and with it the packages that it alone needs.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from codemods.files.source import Source, SourceError, parse
from migrate.own_code.files import Place
from migrate.own_code.import_guards import guarded, is_installed
from migrate.own_code.methods import as_function
from migrate.own_code.modules import Import, SourceModule, Statement, statement_of
from migrate.own_code.nested import standing_alone
from migrate.own_code.python2 import BUILT_IN
from migrate.own_code.renaming import renamed
from migrate.own_code.repository import Repository

_MAX_STATEMENTS = 2_000


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement of a slice, and where it stands: file and line from 1."""

    file: Path
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Slice:
    """A module cut out of a repository.

    Attributes:
        text: Python source, as its authors wrote it.
        pieces: statements of the repository in it, in order.
        names: that it was cut out for.
        missing: names that it reads and that nothing binds.
    """

    text: str
    pieces: tuple[Piece, ...]
    names: tuple[str, ...]
    missing: tuple[str, ...] = ()


def cut(places: Sequence[tuple[str, Place]], *, stand_in: bool = False) -> Slice:
    """The module that defines names found at places.

    Args:
        places: of the names.
        stand_in: whether what stands for a package that is not installed may be read and called (`Absent`); else it
            is None, which needs nothing of this project.

    Raises:
        SourceError: a file cannot be read, a name is bound nowhere at the top level of its module, or the definitions
            reach too much.
    """
    return _Cutter(stand_in=stand_in).cut(places)


def cut_around(name: str, text: str, place: Place) -> Slice:
    """The module that defines a function which is not in the file at a place, but made of its statements.

    What stands for packages that are not installed may be read and called.

    Raises:
        SourceError: as for :func:`cut`.
    """
    return _Cutter(stand_in=True).around(name, text, place)


class _Cutter:
    """Collects statements, each behind what it needs; names that two modules use otherwise are kept apart."""

    def __init__(self, *, stand_in: bool) -> None:
        self._stand_in = stand_in
        self._repository = Repository()
        self._read: set[Path] = set()
        self._missing: set[str] = set()
        self._seen: set[tuple[Path, str]] = set()
        self._taken: set[tuple[Path, int]] = set()
        self._imports: dict[str, tuple[str, str]] = {}
        """Import → the name that it binds and the package, where that is not installed; else empty words."""
        self._bases: set[str] = set()
        """Names in the slice that its classes are derived from."""
        self._lines: list[str] = []
        self._pieces: list[Piece] = []
        self._meaning: dict[str, object] = {}
        """Name in the slice → what it means: file and name of the repository, or the import."""
        self._alias: dict[tuple[Path, str], str] = {}
        """Name in a module → its name in the slice, where that is another one."""
        self._members_given: set[tuple[Path, str, str]] = set()

    def cut(self, places: Sequence[tuple[str, Place]]) -> Slice:
        made: list[str] = []
        for name, place in places:
            self._repository.add(place.file, place.root)
            self._meaning[name] = (place.file, name)  # what was asked for keeps its name
        for name, place in places:
            if self._want(place.file, name):
                continue
            method = as_function(self._module(place.file), name, place.line)
            alone = [method] if method else standing_alone(self._module(place.file), name, place.line)
            for statement in alone:
                self._add(place.file, statement)
            if not alone:
                made.append(f"{name} = {self._made(name, place)}")
        return self._slice(tuple(dict.fromkeys(name for name, _ in places)), made)

    def around(self, name: str, text: str, place: Place) -> Slice:
        self._repository.add(place.file, place.root)
        self._meaning[name] = (place.file, name)
        statement = statement_of(parse(text).body[0], Source(place.file, text))
        self._add(place.file, replace(statement, line=place.line))
        return self._slice((name,), [])

    def _slice(self, names: tuple[str, ...], made: list[str]) -> Slice:
        """The module of all that was taken, with what is made at its end."""
        if self._stand_in:  # what annotations name may be of a package that is not there
            self._imports.setdefault("from __future__ import annotations", ("", ""))
        gone = [BUILT_IN[name] for name in sorted(self._missing & BUILT_IN.keys())]
        self._missing -= BUILT_IN.keys()
        head = [
            guarded(line, name, package, base=name in self._bases, stand_in=self._stand_in) if name else line
            for line, (name, package) in self._imports.items()
        ]
        head.sort(key=lambda line: not line.startswith("from __future__"))
        text = "\n".join(head) + "\n\n\n" + "\n\n\n".join([*gone, *self._lines, *made]) + "\n"
        return Slice(text, tuple(self._pieces), names, tuple(sorted(self._missing)))

    def _made(self, name: str, place: Place) -> str:
        """The call that makes a function which is defined inside another: of that one, with its defaults.

        Raises:
            SourceError: the outer function needs arguments, which no file records.
        """
        outer = self._module(place.file).around(place.line)
        if outer is None:
            raise SourceError(f"{place} does not define {name} at the top level of its module")
        given = outer.args
        open_ = [a.arg for a in given.args[: len(given.args) - len(given.defaults)]]
        open_ += [a.arg for a, d in zip(given.kwonlyargs, given.kw_defaults, strict=True) if d is None]
        if open_:
            needed = ", ".join(open_)
            raise SourceError(f"{place} defines {name} inside {outer.name}, whose {needed} no file records")
        returned = [node.value for node in ast.walk(outer) if isinstance(node, ast.Return)]
        if not any(isinstance(value, ast.Name) and value.id == name for value in returned):
            raise SourceError(f"{place} defines {name} inside {outer.name}, which computes what {name} uses")
        self._want(place.file, outer.name)
        return f"{self._alias.get((place.file, outer.name), outer.name)}()"

    def _module(self, path: Path) -> SourceModule:
        module = self._repository.module(path)
        if path not in self._read:
            self._read.add(path)
            for statement in module.statements:
                if isinstance(statement.node, ast.ImportFrom) and statement.node.module == "__future__":
                    self._imports.setdefault(statement.text, ("", ""))
        return module

    def _want(self, path: Path, name: str) -> bool:
        """Take a name of a module into the slice; False when the module does not bind it."""
        if (path, name) in self._seen:
            return True
        module = self._module(path)
        statements = module.bindings.get(name)
        found = module.imports.get(name)
        if not statements and found is None:
            return self._from_stars(path, name)
        self._seen.add((path, name))
        if statements:
            self._mean(path, name, (path, name))
            for statement in statements:
                self._take(path, statement)
        elif found is not None:
            self._follow(path, found)
        return True

    def _mean(self, path: Path, name: str, meaning: object) -> str:
        """The name in the slice of what a module calls so."""
        chosen, number = name, 1
        while self._meaning.setdefault(chosen, meaning) != meaning:
            chosen, number = f"{name}_{path.stem}{number if number > 1 else ''}", number + 1
        if chosen != name:
            self._alias[path, name] = chosen
        return chosen

    def _take(self, path: Path, statement: Statement) -> None:
        module = self._module(path)
        number = module.statements.index(statement)
        if (path, number) in self._taken:
            return
        self._taken.add((path, number))
        if len(self._taken) > _MAX_STATEMENTS:
            raise SourceError("the definitions use more of the repository than a slice may contain")
        self._add(path, statement)

    def _add(self, path: Path, statement: Statement) -> None:
        """A statement behind what it needs."""
        module = self._module(path)
        for needed in sorted(statement.needs):
            found = module.imports.get(needed) if needed not in module.bindings else None
            target = self._imported_module(path, found) if found is not None else None
            if target is not None:
                self._members(path, needed, target, statement)
            elif not self._want(path, needed):
                self._missing.add(needed)
        self._pieces.append(Piece(path, statement.line, statement.text))
        names = {name: alias for (file, name), alias in self._alias.items() if file == path}
        if isinstance(statement.node, ast.ClassDef):
            bases = {base.id for base in statement.node.bases if isinstance(base, ast.Name)}
            self._bases |= {names.get(base, base) for base in bases}
        self._lines.append(renamed(statement.text, names))

    def _imported_module(self, path: Path, found: Import) -> Path | None:
        """The file of a module of the repository that an import binds as a whole; None for what is in a module."""
        if found.name is None:
            return self._repository.resolve(path, found.module, 0)
        package = self._repository.resolve(path, found.module, found.level)
        if package is not None:
            module = self._module(package)
            if found.name in module.bindings or found.name in module.imports:
                return None
        return self._repository.resolve(path, f"{found.module}.{found.name}".lstrip("."), found.level)

    def _follow(self, path: Path, found: Import) -> None:
        """A name that is imported: from the repository it is cut out there, from elsewhere the import is kept."""
        target = self._repository.resolve(path, found.module, found.level) if found.name is not None else None
        if target is not None and found.name is not None and self._want(target, found.name):
            there = self._alias.get((target, found.name), found.name)
            if there != found.alias:
                here = self._mean(path, found.alias, (target, found.name))
                if here != there:
                    self._lines.append(f"{here} = {there}")
            return
        line = _import_line(found)
        here = self._mean(path, found.alias, line)
        if here != found.alias:
            line = _import_line(Import(found.module, found.level, found.name, here, found.statement))
        kept = found.level or is_installed(found.module) or "\n" in line
        self._imports.setdefault(line, ("", "") if kept else (here, found.module))

    def _members(self, path: Path, alias: str, target: Path, statement: Statement) -> None:
        """``import utils as U`` of the repository: the members that are read become a namespace."""
        here = self._mean(path, alias, target)
        if (path, alias, "") not in self._members_given:
            self._members_given.add((path, alias, ""))
            self._imports.setdefault("import types", ("", ""))
            self._lines.append(f"{here} = types.SimpleNamespace()")
        for node in ast.walk(statement.node):
            if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)):
                continue
            key = (path, alias, node.attr)
            if node.value.id == alias and key not in self._members_given and self._want(target, node.attr):
                self._members_given.add(key)
                there = self._alias.get((target, node.attr), node.attr)
                self._lines.append(f"{here}.{node.attr} = {there}")

    def _from_stars(self, path: Path, name: str) -> bool:
        outside = False
        for star in self._module(path).stars:
            target = self._repository.resolve(path, star.module, star.level)
            if target is None:
                outside = True
            elif self._want(target, name):
                there = self._alias.get((target, name))
                if there is not None:
                    self._alias[path, name] = there
                return True
        if outside:
            for star in self._module(path).stars:
                if self._repository.resolve(path, star.module, star.level) is None:
                    self._imports.setdefault(" ".join(star.statement.text.split()), ("", ""))
        return outside


def _import_line(found: Import) -> str:
    node = found.statement.node
    if isinstance(node, ast.Try | ast.If):
        return found.statement.text
    if found.name is None:
        # ``import keras.backend`` binds ``keras``; the statement itself loads the submodule.
        whole = isinstance(node, ast.Import) and found.module == found.alias and len(node.names) == 1
        same = f"import {found.module}" if found.module == found.alias else ""
        return found.statement.text if whole else same or f"import {found.module} as {found.alias}"
    alias = "" if found.alias == found.name else f" as {found.alias}"
    return f"from {'.' * found.level}{found.module} import {found.name}{alias}"
