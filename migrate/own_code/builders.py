"""Functions, methods and classes of a repository that build models, and ways to call them, likeliest first."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from codemods.files.source import Source, SourceError, parse
from migrate.own_code.arguments import SIZES
from migrate.own_code.files import Place, SourceIndex, files_below
from migrate.own_code.loading import loaded_into
from migrate.own_code.modules import SourceModule
from migrate.own_code.ranks import OPEN
from migrate.own_code.repository import Repository
from migrate.own_code.rewrite import for_legacy
from migrate.own_code.scopes import CallSite, sites_of
from migrate.own_code.scripts import scripts_of
from migrate.own_code.slices import cut, cut_around
from migrate.own_code.subclassed import Shape, input_shapes, is_subclassed
from migrate.own_code.values import Evaluator
from migrate.own_code.ways import BUILDS, returns, ways_to_call

ENTRY = "keras_migrate_builder"
"""Name of the function that a builder's source ends with; its one argument is the sequence of open sizes."""
_MAY_BUILD = re.compile(BUILDS.pattern.encode() + rb"|\b(Model)\s*[,)]")
_LIKELY = re.compile(r"build|create|get|make|model|net", re.IGNORECASE)
_SHORT = 3
_PLAIN = frozenset(
    {"model", "models", "network", "networks", "main", "train", "agent", "weights", "data", "save"}
)
"""Names below this length, and these, say nothing of an artifact."""
_BESIDE = frozenset({"compile", "summary", "load_weights", "set_weights", "save_weights", "fit"})
"""Methods that builders call on what they have built."""


@dataclass(frozen=True, slots=True)
class Builder:
    """A call that builds a model.

    Attributes:
        name: of the function or class at the top level of its module.
        place: where it is defined.
        call: source of the call, with ``sizes[0]``, … for open sizes.
        open: names of the open sizes.
        lacking: names of what nothing tells and no shape can: how many layers there are.
        loads: whether the sources load this file into what it makes.
        by_name: whether they do so by the names of layers: the file may hold more of them.
        named: whether a configuration file beside the weights names it.
        script: source of the function, where it is made of the statements of a script.
        inputs: source of the shapes of its inputs, where it is a class derived from ``Model``.
        then: source of a call of a method that makes the model of what the call gives, and keeps it there.
    """

    name: str
    place: Place
    call: str
    open: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    loads: bool = False
    by_name: bool = False
    named: bool = False
    script: str = ""
    inputs: str = ""
    then: str = ""

    @property
    def is_told(self) -> bool:
        """Whether the repository itself says that these weights are its."""
        return self.loads or self.named

    def called_with(self, sizes: Sequence[int]) -> str:
        """Source of the call with sizes in the place of the open ones."""
        text = self.call
        for number, size in enumerate(sizes):
            text = text.replace(f"{SIZES}[{number}]", repr(size))
        return text

    def __str__(self) -> str:
        text = self.call + self.then
        for number, name in enumerate(self.open):
            text = text.replace(f"{name}={SIZES}[{number}]", f"{name}=?")
        if self.inputs:
            shape = self.inputs.removeprefix("[").removesuffix(",)]") + ")"
            text += f" of inputs {re.sub(rf'{SIZES}.[0-9]+.', '?', shape)}"
        return f"{self.place.file}:{text if len(text) < 200 else text[:200] + '…'}"


def builders(
    index: SourceIndex,
    near: Path,
    settings: Sequence[Mapping[str, Any]] = (),
    defined: Mapping[str, Any] = MappingProxyType({}),
) -> list[list[Builder]]:
    """Calls that build a model, in groups; within a group, and group after group, the likeliest first.

    The first group calls as the sources do, the second takes arguments of the same names from settings, the third
    leaves the sizes among the defaults open, the fourth both.

    Args:
        index: of the sources.
        near: the artifact: builders that are named like it, and those in its folder, stand first.
        settings: configuration files beside it.
        defined: values of arguments and variables that the user gives.
    """
    repository = Repository()
    modules = list(_modules(_files(index, _may_build), repository))
    found = [(root, module, node) for root, module in modules for node in _building(module)]
    calling = re.compile(b"|".join(re.escape(node.name.encode()) for *_, node in found) or b"(?!)")
    known = {module.path for _, module in modules}
    callers = (
        (root, file) for root, file in _files(index, lambda d: bool(calling.search(d))) if file not in known
    )
    sites = sites_of([module for _, module in [*modules, *_modules(callers, repository)]])
    evaluator = Evaluator(repository, sites, defined)
    loading = loaded_into(near, sites, evaluator)
    told = frozenset(value for given in settings for value in given.values() if isinstance(value, str))
    groups: list[list[tuple[tuple[Any, ...], Builder]]] = [[], [], [], []]
    for root, module, node in found:
        place = Place(root, module.path, node.lineno)

        def called(name: str, file: Path = module.path) -> list[CallSite]:
            return [site for site in sites.get(name, []) if site.may_mean(file, name, repository)]

        loads = [
            one for one in loading.get(node.name, ()) if one.made.may_mean(module.path, node.name, repository)
        ]
        for way in ways_to_call(node, called, evaluator, settings):
            rank, given, group = _rank(node.name, module.path, near, told), way.arguments, way.group
            builder = Builder(
                node.name,
                place,
                f"{node.name}{way.text}",
                given.open,
                given.lacking,
                bool(loads),
                any(one.by_name for one in loads),
                node.name in told,
                then=way.then,
            )
            plain = way.text == f"({given.text})" and not way.then
            if isinstance(node, ast.ClassDef) and is_subclassed(node) and plain:
                files = {place.file, *(site.scope.module.path for site in called(node.name))}
                shapes = input_shapes(node, sites, files, evaluator)
                groups[group] += [(rank, one) for one in _with_inputs(builder, shapes)]
            else:
                groups[group].append((rank, builder))
    for root, module in modules:
        for script in scripts_of(module, evaluator):
            place = Place(root, module.path, script.line)
            builder = Builder(
                script.name, place, script.call, script.open, script.lacking, script=script.text
            )
            group = 3 if script.late else 2 if script.open else 0
            groups[group].append((_rank(script.name, module.path, near, told), builder))
    return [[b for _, b in sorted(group, key=lambda entry: entry[0])] for group in groups]


def _with_inputs(builder: Builder, shapes: Sequence[Shape]) -> Iterator[Builder]:
    """A class derived from ``Model``, with each shape that its input may have."""
    for shape in shapes:
        names, sizes = [*builder.open], []
        for size in shape:
            if size == OPEN:
                names.append("features")
            sizes.append(f"{SIZES}[{len(names) - 1}]" if size == OPEN else repr(size))
        inputs = f"[({', '.join(sizes)},)]"
        yield replace(builder, open=tuple(names), inputs=inputs)


def builder_source(builder: Builder) -> str:
    """A module for tf-keras whose function ``ENTRY`` calls the builder.

    Raises:
        SourceError: it cannot be cut out.
    """
    text = _cut_out(builder.name, builder.place, builder.script)
    returned = f"{builder.call}, {builder.inputs}" if builder.inputs else builder.call
    body = (
        f"made = {builder.call}\n    made{builder.then}\n    return made"
        if builder.then
        else f"return {returned}"
    )
    return f"{text}\n\ndef {ENTRY}({SIZES}=()):\n    {body}\n"


@lru_cache(maxsize=64)
def _cut_out(name: str, place: Place, script: str) -> str:
    """The slice of a builder for tf-keras; the same for all of its calls."""
    piece = cut_around(name, script, place) if script else cut([(name, place)], stand_in=True)
    return _only_building(for_legacy(piece).text)


def _only_building(text: str) -> str:
    """A slice without its statements that compile or show a model, or load its weights: an architecture needs none."""
    try:
        tree = parse(text)
    except SourceError:
        return text
    source = Source(Path("builder.py"), text)
    spans = [
        source.span(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and node.value.func.attr in _BESIDE
    ]
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]}pass{text[end:]}"
    return text


def likeliest(index: SourceIndex, near: Path) -> tuple[str, Place] | None:
    """The function, class or variable that is likeliest to be the model of an artifact, by names and folders alone."""
    repository = Repository()
    modules = list(_modules(_files(index, _may_build), repository))
    found = [
        (_rank(node.name, module.path, near), node.name, Place(root, module.path, node.lineno))
        for root, module in modules
        for node in _building(module)
    ]
    found += [
        (_rank(script.name, module.path, near), script.variable, Place(root, module.path, script.line))
        for root, module in modules
        for script in scripts_of(module, Evaluator(repository, {}))
    ]
    return min(found, key=lambda entry: entry[0])[1:] if found else None


def _may_build(data: bytes) -> bool:
    return _MAY_BUILD.search(data) is not None


def _files(index: SourceIndex, wanted: Callable[[bytes], bool]) -> Iterator[tuple[Path, Path]]:
    """Root and path of the files whose bytes may matter."""
    for root in index.roots:
        for file in files_below(root):
            try:
                if wanted(file.read_bytes()):
                    yield root if root.is_dir() else root.parent, file
            except OSError:
                continue


def _modules(
    files: Iterable[tuple[Path, Path]], repository: Repository
) -> Iterator[tuple[Path, SourceModule]]:
    for base, file in files:
        try:
            repository.add(file, base)
            module = repository.module(file)
            if module.statements:
                yield base, module
        except (OSError, SourceError):
            continue


def _building(module: SourceModule) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    for statement in module.statements:
        node = statement.node
        if (isinstance(node, ast.FunctionDef) and BUILDS.search(statement.text) and returns(node)) or (
            isinstance(node, ast.ClassDef) and (BUILDS.search(statement.text) or is_subclassed(node))
        ):
            yield node


def _rank(name: str, file: Path, near: Path, told: frozenset[str] = frozenset()) -> tuple[Any, ...]:
    """Smallest first: named in settings, no test, named in the path of the artifact, near, named like a builder."""
    said = str(Path(*near.parts[-4:])).lower()
    words = [word.lower() for word in (name, file.stem) if len(word) >= _SHORT and word.lower() not in _PLAIN]
    named = max((len(word) for word in words if word in said), default=0)
    distance = -sum(a == b for a, b in zip(file.parts, near.parts, strict=False))
    test = any("test" in part for part in file.parts[-2:])
    return name not in told, test, -named, distance, not _LIKELY.search(name), name
