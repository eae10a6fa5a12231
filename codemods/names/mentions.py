"""What a file mentions of Keras, of the packages around it and of other files: what islands are made from."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Protocol

from codemods.catalogue import load
from codemods.ecosystem import Package, World, heads, held_where_made, keras_2_only, named
from codemods.names.interest import gives_object, interesting_names
from codemods.names.resolver import Module
from codemods.names.scopes import Binding, Scope
from codemods.names.values import Symbol

_FREE = (
    "keras.datasets*",
    "keras.utils.to_categorical",
    "keras.utils.normalize",
    "keras.utils.get_file",
    "keras.utils.pad_sequences",
    "keras.utils.img_to_array",
    "keras.utils.load_img",
    "keras.utils.array_to_img",
    "keras.utils.save_img",
    "keras.utils.set_random_seed",
    "keras.utils.Progbar",
    "keras.utils.*_dataset_from_directory",
    "keras.preprocessing.*_dataset_from_directory",
    "keras.preprocessing.image.*_img",
    "keras.preprocessing.image.img_to_array",
    "keras.preprocessing.sequence.pad_sequences",
    "keras.preprocessing.text*",
    "keras.applications.*.preprocess_input",
    "keras.applications.*.decode_predictions",
    "keras.backend.epsilon",
    "keras.backend.*floatx",
    "keras.backend.*image_data_format",
    "keras.backend.clear_session",
    "keras.__version__",
)
"""Names of Keras that take and give arrays, numbers and paths only: they work beside objects of either Keras."""
_MODULES = frozenset(
    {
        *(
            "activations",
            "applications",
            "backend",
            "callbacks",
            "constraints",
            "engine",
            "initializers",
            "layers",
        ),
        *("losses", "metrics", "models", "optimizers", "preprocessing", "regularizers", "saving", "utils"),
    }
)


@dataclass(frozen=True, slots=True)
class Use:
    """A place that mentions an object bound to Keras 2.

    Attributes:
        package: whose object.
        symbol: its dotted name, ``tensorflow_hub.KerasLayer``.
        path: the file.
        line: from 1.
    """

    package: Package
    symbol: str
    path: Path
    line: int


class Mention(NamedTuple):
    """What a statement mentions: Keras itself, an object bound to Keras 2, another name, a name of another file."""

    keras: bool = False
    use: Use | None = None
    local: str = ""
    file: Path | None = None
    name: str = ""
    """Of ``file``; empty for the whole module."""


@dataclass(slots=True)
class Facts:
    """What one file mentions, by top-level statement."""

    mentions: list[set[Mention]]
    defines: dict[str, set[int]] = field(default_factory=dict)
    """By name of the module scope: the statements that bind it."""

    def all(self) -> Iterator[Mention]:
        """Everything that the file mentions."""
        for found in self.mentions:
            yield from found


class Files(Protocol):
    """How the module path that an import names is found as a file."""

    def file_of(self, path: Path, dotted: str) -> Path | None:
        """The file that ``dotted`` stands for in the file ``path``; None when it is not of the repository."""


@lru_cache(maxsize=1)
def marker() -> re.Pattern[bytes]:
    """Matches the text of any file that may use a package of the table, ``tf_keras`` or what only that has."""
    names = sorted({*heads(), "tf_keras"}, key=len, reverse=True)
    only = sorted(_marking()[0])
    return re.compile(
        rb"\b(?:import|from)[ \t]+(?:[\w.]+[ \t]*(?:as[ \t]+\w+[ \t]*)?,[ \t]*)*(?:"
        + b"|".join(re.escape(name.encode()) for name in names)
        + rb")\b|\b(?:"
        + b"|".join(re.escape(name.encode()) for name in only)
        + rb")\b"
    )


def may_use(module: Module) -> bool:
    """Whether a parsed file may use what `marker` matches, and not only as the package's own file."""
    index = module.index
    only, known = _marking()
    if not (only.isdisjoint(index.attributes) and only.isdisjoint(index.names)):
        return True
    paths = ((getattr(statement, "module", None), statement.names) for statement, _ in index.imports)
    packages: set[str] = set()
    for path, aliases in paths:
        if any(alias.name in only for alias in aliases):
            return True
        packages |= {(path or alias.name).partition(".")[0] for alias in aliases}
    return any(not module.is_own(package) for package in packages & known)


@lru_cache(maxsize=1)
def _marking() -> tuple[frozenset[str], frozenset[str]]:
    """Last parts of the names that only Keras 2 has, and the packages of the table."""
    return frozenset(name.rpartition(".")[2] for name in keras_2_only()), heads() | {"tf_keras"}


@lru_cache(maxsize=8192)
def is_bound(symbol: str) -> bool:
    """Whether a canonical name of Keras is (or makes) an object that belongs to one Keras."""
    if not symbol.startswith("keras.") or any(fnmatchcase(symbol, pattern) for pattern in _FREE):
        return False
    return symbol.removeprefix("keras.") not in _MODULES


def facts_of(module: Module, path: Path, files: Files | None) -> Facts:
    """What a parsed file mentions of Keras, of packages around it and of other files."""
    body = module.tree.body
    starts = [statement.lineno for statement in body]
    facts = Facts([set() for _ in body])
    for name, bindings in module.index.module.bindings.items():
        facts.defines[name] = {max(0, bisect_right(starts, binding.line) - 1) for binding in bindings}
    if not body:
        return facts
    reader = _Reader(module, path, files)
    telling = interesting_names(module) | facts.defines.keys() | _imported(module)
    for name in module.index.names.keys() & telling:
        for node, scope in module.index.names[name]:
            home = scope.find(name)
            if home is not None or module.index.module.stars:  # else a builtin
                at = max(0, bisect_right(starts, node.lineno) - 1)
                called = node in module.index.callee_of
                found = reader.mentioned(name, node, scope, home)
                facts.mentions[at].update(_counted(mention, called) for mention in found)
    for statement, _ in module.index.imports:
        at = max(0, bisect_right(starts, statement.lineno) - 1)
        facts.mentions[at].update(reader.imported(statement))
    return facts


def _imported(module: Module) -> set[str]:
    """The names that imports bind anywhere in a file."""
    return {
        (alias.asname or alias.name.partition(".")[0])
        for statement, _ in module.index.imports
        for alias in statement.names
    }


def _counted(mention: Mention, called: bool) -> Mention:
    """A mention that holds its file, or does not: some names do only where an object is made of them."""
    if called or mention.use is None or mention.use.symbol not in held_where_made():
        return mention
    return mention._replace(use=None)


_VALUES = frozenset({"parameter", "function", "class"})
"""Kinds of bindings that make a bare name no symbol of a package."""


@dataclass(slots=True)
class _Reader:
    """What the places of one file mention."""

    module: Module
    path: Path
    files: Files | None
    known: dict[tuple[str, str], list[Mention]] = field(default_factory=dict)
    """Names of other files, by the path of the import and the attribute asked for."""

    def mentioned(self, name: str, node: ast.expr, scope: Scope, home: Scope | None) -> Iterator[Mention]:
        """What a name, or a dotted name that begins with it, mentions; ``home`` is where the name is bound."""
        bindings = home.bindings[name] if home is not None else []
        if self._may_be_symbol(name, node, bindings):
            value = self.module.value(node, scope)
            inner: ast.expr = node
            while not isinstance(value, Symbol) and isinstance(inner, ast.Attribute):
                inner = inner.value
                value = self.module.value(inner, scope)
            if isinstance(value, Symbol):
                mention = _of_symbol(value.name, self.path, node.lineno)
                if mention is not None:
                    yield mention
                if value.direct:
                    return
        for binding in bindings:
            if binding.kind == "import":
                yield from self.elsewhere(binding.path, _first_attribute(node))
            elif home is self.module.index.module:
                yield Mention(local=name)

    def _may_be_symbol(self, name: str, node: ast.expr, bindings: list[Binding]) -> bool:
        """Whether a reference may be to a symbol of a package; most are to objects, and need not be followed."""
        if name not in interesting_names(self.module):
            return False
        if node.__class__ is ast.Name and all(found.kind in _VALUES for found in bindings):
            return False
        return not bindings or not all(gives_object(self.module, found) for found in bindings)

    def imported(self, statement: ast.Import | ast.ImportFrom) -> Iterator[Mention]:
        """What an import statement brings whether or not the file uses it: it may be imported from here."""
        if isinstance(statement, ast.Import):
            return
        dotted = "." * statement.level + (statement.module or "")
        for alias in statement.names:
            if alias.name == "*":
                if not statement.level and not self.module.is_own(dotted.partition(".")[0]):
                    known = named(f"{dotted}.x")
                    if known is not None and known.bound:
                        yield Mention(use=Use(known.package, f"{dotted}.*", self.path, statement.lineno))
                yield from self.elsewhere(dotted, "")
                continue
            joint = "" if dotted.endswith(".") else "."
            yield from self.elsewhere(f"{dotted}{joint}{alias.name}", "")

    def elsewhere(self, dotted: str, attribute: str) -> list[Mention]:
        """A name of another file of the repository; nothing when it is of none."""
        key = (dotted, attribute)
        if key not in self.known:
            self.known[key] = list(self._elsewhere(dotted, attribute))
        return self.known[key]

    def _elsewhere(self, dotted: str, attribute: str) -> Iterator[Mention]:
        if self.files is None:
            return
        absolute = self.module.path_of(dotted)
        whole = self.files.file_of(self.path, absolute)
        if whole is not None:
            yield Mention(file=whole, name=attribute)
            return
        above, _, last = absolute.rpartition(".")
        owner = self.files.file_of(self.path, above) if above else None
        if owner is not None:
            yield Mention(file=owner, name=last)


def _of_symbol(name: str, path: Path, line: int) -> Mention | None:
    if name == "tf_keras" or name.startswith("tf_keras."):
        return Mention(use=Use(TF_KERAS, name, path, line)) if name.count(".") > 1 else None
    known = named(name)
    if known is not None and known.bound:
        return Mention(use=Use(known.package, name, path, line))
    world = keras_2_only().get(name)
    if world is not None:
        symbol = load().symbol(name)
        package = replace(TF_KERAS, world=world, instead=symbol.note if symbol is not None else "")
        return Mention(keras=True, use=Use(package, name, path, line))
    return Mention(keras=True) if is_bound(name) else None


TF_KERAS = Package("tf_keras", "tf-keras", "tf_keras", World.TF_KERAS, "", "", "", ())
"""Keras 2 itself, where a file imports it by this name."""


def _first_attribute(node: ast.expr) -> str:
    found = ""
    while isinstance(node, ast.Attribute):
        found, node = node.attr, node.value
    return found
