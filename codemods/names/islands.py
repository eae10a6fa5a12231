"""Islands: the files that must stay with Keras 2, because objects of a Keras-2-only package meet their own.

Objects of ``tf_keras`` and of ``keras`` do not work together: a layer of one in a model of the other raises, or is
called as a plain function whose variables nothing tracks. So a file moves only when nothing that it is connected with
is bound to Keras 2. Two files are connected when one imports from the other a name that carries Keras: a class or
function that mentions a layer, a model, an optimizer, … of any Keras, itself or through other names. What mentions
only arrays, paths or tensors carries nothing.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from codemods.catalogue import load
from codemods.ecosystem import HOLDING, Package, World, heads, held_where_made, keras_2_only, named
from codemods.names.resolver import Module
from codemods.names.scopes import Scope
from codemods.names.uses import root_name
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


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a file stays with Keras 2.

    Attributes:
        use: the object that keeps it there; in the file itself when it has one.
        world: what the file needs: the strictest of all objects that it is connected with.
    """

    use: Use
    world: World


@dataclass(frozen=True, slots=True)
class _Mention:
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

    mentions: list[set[_Mention]]
    defines: dict[str, set[int]] = field(default_factory=dict)
    """By name of the module scope: the statements that bind it."""

    def all(self) -> Iterator[_Mention]:
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
    only = sorted(name.rpartition(".")[2] for name in keras_2_only())
    return re.compile(
        rb"\b(?:import|from)[ \t]+(?:[\w.]+[ \t]*(?:as[ \t]+\w+[ \t]*)?,[ \t]*)*(?:"
        + b"|".join(re.escape(name.encode()) for name in names)
        + rb")\b|\b(?:"
        + b"|".join(re.escape(name.encode()) for name in only)
        + rb")\b"
    )


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
    made = {id(node.func) for node in ast.walk(module.tree) if isinstance(node, ast.Call)}
    for places in module.index.names.values():
        for node, scope in places:
            at = max(0, bisect_right(starts, node.lineno) - 1)
            found = _mentioned(module, node, scope, path, files)
            facts.mentions[at].update(_counted(mention, id(node) in made) for mention in found)
    for statement, _ in module.index.imports:
        at = max(0, bisect_right(starts, statement.lineno) - 1)
        facts.mentions[at].update(_imported(module, statement, path, files))
    return facts


def _counted(mention: _Mention, called: bool) -> _Mention:
    """A mention that holds its file, or does not: some names do only where an object is made of them."""
    if called or mention.use is None or mention.use.symbol not in held_where_made():
        return mention
    return replace(mention, use=None)


def _mentioned(
    module: Module, node: ast.expr, scope: Scope, path: Path, files: Files | None
) -> Iterator[_Mention]:
    value = module.value(node, scope)
    inner: ast.expr = node
    while not isinstance(value, Symbol) and isinstance(inner, ast.Attribute):
        inner = inner.value
        value = module.value(inner, scope)
    if isinstance(value, Symbol):
        mention = _of_symbol(value.name, path, node.lineno)
        if mention is not None:
            yield mention
        if value.direct:
            return
    root = root_name(node)
    home = scope.find(root.id) if root is not None else None
    if root is None or home is None:
        return
    for binding in home.bindings[root.id]:
        if binding.kind == "import":
            yield from _elsewhere(module, binding.path, _first_attribute(node), path, files)
        elif home is module.index.module:
            yield _Mention(local=root.id)


def _of_symbol(name: str, path: Path, line: int) -> _Mention | None:
    if name == "tf_keras" or name.startswith("tf_keras."):
        return _Mention(use=Use(TF_KERAS, name, path, line)) if name.count(".") > 1 else None
    known = named(name)
    if known is not None and known.bound:
        return _Mention(use=Use(known.package, name, path, line))
    world = keras_2_only().get(name)
    if world is not None:
        symbol = load().symbol(name)
        package = replace(TF_KERAS, world=world, instead=symbol.note if symbol is not None else "")
        return _Mention(keras=True, use=Use(package, name, path, line))
    return _Mention(keras=True) if is_bound(name) else None


TF_KERAS = Package("tf_keras", "tf-keras", "tf_keras", World.TF_KERAS, "", "", "", ())
"""Keras 2 itself, where a file imports it by this name."""


def _imported(
    module: Module, statement: ast.Import | ast.ImportFrom, path: Path, files: Files | None
) -> Iterator[_Mention]:
    """What an import statement brings whether or not the file uses it: it may be imported from here."""
    if isinstance(statement, ast.Import):
        return
    dotted = "." * statement.level + (statement.module or "")
    for alias in statement.names:
        if alias.name == "*":
            if not statement.level and not module.is_own(dotted.partition(".")[0]):
                known = named(f"{dotted}.x")
                if known is not None and known.bound:
                    yield _Mention(use=Use(known.package, f"{dotted}.*", path, statement.lineno))
            yield from _elsewhere(module, dotted, "", path, files)
            continue
        joint = "" if dotted.endswith(".") else "."
        yield from _elsewhere(module, f"{dotted}{joint}{alias.name}", "", path, files)


def _elsewhere(
    module: Module, dotted: str, attribute: str, path: Path, files: Files | None
) -> Iterator[_Mention]:
    """A name of another file of the repository."""
    if files is None:
        return
    absolute = module.path_of(dotted)
    whole = files.file_of(path, absolute)
    if whole is not None:
        yield _Mention(file=whole, name=attribute)
        return
    above, _, last = absolute.rpartition(".")
    owner = files.file_of(path, above) if above else None
    if owner is not None:
        yield _Mention(file=owner, name=last)


def _first_attribute(node: ast.expr) -> str:
    found = ""
    while isinstance(node, ast.Attribute):
        found, node = node.attr, node.value
    return found


class Islands:
    """The files of one project that stay with Keras 2.

    Args:
        facts: what each file mentions.
    """

    def __init__(self, facts: dict[Path, Facts]) -> None:
        self._facts = facts
        self._carried: dict[tuple[Path, str], bool] = {}
        self._part: dict[Path, Path] = {path: path for path in facts}
        for path, found in facts.items():
            for other in self.neighbours(found):
                self._join(path, other)
        self._uses: dict[Path, list[Use]] = {}
        for path, found in facts.items():
            uses = [mention.use for mention in found.all() if mention.use is not None]
            self._uses.setdefault(self._root(path), []).extend(uses)

    def __contains__(self, path: Path) -> bool:
        return path in self._facts

    def neighbours(self, facts: Facts) -> Iterator[Path]:
        """The files that a file is connected with by what it imports."""
        for mention in facts.all():
            if mention.file in self._facts and self._carries(mention.file, mention.name):
                yield mention.file

    def hold(self, path: Path, facts: Facts | None = None) -> Hold | None:
        """Why a file stays; None when it may move. ``facts`` are those of a file that is not of the project."""
        found = self._facts.get(path, facts)
        if found is None:
            return None
        roots = {self._root(path)} if path in self._facts else {self._root(p) for p in self.neighbours(found)}
        shared = [use for root in sorted(roots) for use in self._uses.get(root, ())]
        return hold_by(found, shared)

    def any_held(self) -> Iterator[tuple[Path, Hold]]:
        """Every file that stays, with the reason."""
        for path in self._facts:
            found = self.hold(path)
            if found is not None:
                yield path, found

    def _carries(self, path: Path, name: str) -> bool:
        """Whether a name of a file (or anything in it) carries objects of some Keras."""
        start = (path, name)
        if start not in self._carried:
            seen, work = {start}, [start]
            found = False
            while work and not found:
                here, what = work.pop()
                for mention in self._said(here, what):
                    found = found or mention.keras or mention.use is not None
                    further = (here, mention.local) if mention.local else (mention.file, mention.name)
                    if further[0] in self._facts and further not in seen:
                        seen.add(further)  # type: ignore[arg-type]
                        work.append(further)  # type: ignore[arg-type]
            # Whatever was seen on the way to nothing carries nothing either.
            self._carried.update(dict.fromkeys({start} if found else seen, found))
        return self._carried[start]

    def _said(self, path: Path, name: str) -> Iterator[_Mention]:
        """What the statements that bind a name mention; what the whole file does when none is known to."""
        facts = self._facts[path]
        for at in facts.defines.get(name, range(len(facts.mentions))):
            yield from facts.mentions[at]

    def _root(self, path: Path) -> Path:
        while self._part[path] != path:
            path = self._part[path]
        return path

    def _join(self, one: Path, two: Path) -> None:
        self._part[self._root(one)] = self._root(two)


_STRICT = (World.KERAS_2, World.SWITCH, World.TF_KERAS)


def hold_by(facts: Facts, shared: Iterable[Use] = ()) -> Hold | None:
    """Why a file with these facts stays, given the uses in all files that it is connected with."""
    own = [mention.use for mention in facts.all() if mention.use is not None]
    uses = [*own, *shared]
    if not uses or not any(mention.keras for mention in facts.all()):
        return None
    world = next(world for world in _STRICT if any(use.package.world is world for use in uses))
    near = own or [use for use in uses if use.package.world is world]
    first = min(near, key=lambda use: (_STRICT.index(use.package.world), str(use.path), use.line, use.symbol))
    return Hold(first, world) if world in HOLDING else None
