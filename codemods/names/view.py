"""A repository as one file sees it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Protocol

from packaging.specifiers import SpecifierSet

from codemods.names.texts import Texts
from codemods.names.values import Value


class Files(Protocol):
    """What a view asks of a repository (``Repository``), each question from a folder."""

    ported: frozenset[str]
    texts: Texts

    def find(self, root: Path, dotted: str, /) -> Path | None: ...  # noqa: D102
    def lookup(self, root: Path, dotted: str, /) -> Value | None: ...  # noqa: D102
    def wanted(self, root: Path, module: str, /) -> frozenset[str]: ...  # noqa: D102
    def feeds_keras(self, root: Path, home: str, function: str, /) -> str: ...  # noqa: D102
    def feeds_models(self, root: Path, home: str, cls: str, function: str, /) -> bool: ...  # noqa: D102
    def classes_given(  # noqa: D102
        self, root: Path, home: str, function: ast.FunctionDef, parameter: str, /
    ) -> tuple[str, ...]: ...


class View:
    """Its names are looked up from its import root, beside it, and in the project."""

    def __init__(self, repository: Files, root: Path, folder: Path, project: Path, own: Path) -> None:
        self._repository = repository
        self._project = project
        self._own = own
        self._bases = tuple(dict.fromkeys((root, folder, project)))

    def lookup(self, dotted: str) -> Value | None:
        """What an absolute dotted path stands for."""
        for base in self._bases:
            found = self._repository.lookup(base, dotted)
            if found is not None:
                return found
        return None

    def wanted(self, module: str) -> frozenset[str]:
        """Names that other files import from a module of this last name; ``*`` among them for all."""
        return self._repository.wanted(self._project, module)

    def gives(self, callee: str, keyword: str) -> bool:
        """Whether any file calls something of this last name with this keyword."""
        return self._repository.texts.gives(self._own, callee, keyword)

    def feeds_keras(self, home: str, function: str) -> str:
        """Why Keras code of another file calls a function of the module ``home``; empty when none does."""
        return self._repository.feeds_keras(self._project, home, function)

    def feeds_models(self, home: str, cls: str, function: str) -> bool:
        """Whether another file gives a model what a function of ``home``, or a method of its class, returns."""
        return self._repository.feeds_models(self._project, home, cls, function)

    def classes_given(self, home: str, function: ast.FunctionDef, parameter: str) -> tuple[str, ...]:
        """The classes that other files give a parameter of a function of the module ``home``."""
        return self._repository.classes_given(self._project, home, function, parameter)

    def required(self, package: str) -> tuple[SpecifierSet, ...]:
        """The versions of a package that the project asks for, in each place where it does."""
        return self._repository.texts.required(self._project, package)

    def names_member(self, owner: str, member: str) -> bool:
        """Whether the text of any Python file of the project has ``owner.member``."""
        return self._repository.texts.names_member(self._own, owner, member)

    def says_apart(self, literal: str) -> str:
        """A Python file of the project that has a string and nothing of Keras, so that no rule reads it; else empty."""
        return self._repository.texts.says_apart(self._own, literal)

    def mentions(self, pattern: str, *words: str) -> bool:
        """Whether the text of any Python file of the project matches, of those that have one of the words."""
        return self._repository.texts.mentions(self._own, pattern, *words)

    def is_own(self, head: str) -> bool:
        """Whether a package of the ecosystem is of this repository, or one that it has for Keras 3."""
        return head in self._repository.ported or self.has(head)

    def has(self, dotted: str) -> bool:
        """Whether there is a module or package of this name."""
        return any(self._repository.find(base, dotted) is not None for base in self._bases)
