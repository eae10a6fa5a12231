"""Join Python source with migrated files: find the texts that name one, ask what becomes of the path, rename."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from codemods.analysis.check import must_compile
from codemods.edit.apply import EditError, apply
from codemods.edit.importing import Imports
from codemods.edits import Edit, anchor
from codemods.files.source import SourceError
from codemods.rules.saving.endings import with_ending
from migrate.report.compatibility.links import MAX_MEANT, Index
from migrate.report.compatibility.references import WILD, fold, path_constants
from migrate.repository.joins.calls import Use
from migrate.repository.joins.uses import Place, Program, SourceFile

_RENAMED = frozenset({Use.LOAD, Use.SAVE, Use.CHECKPOINT, Use.MENTION})
_RENAMED_WEIGHTS = frozenset({Use.WEIGHTS, Use.MENTION})
_VAGUE = frozenset({Use.UNKNOWN, Use.MENTION})
_PATH_CALLS = frozenset(
    {"join", "joinpath", "Path", "PurePath", "str", "abspath", "resource_filename", "format"}
)


@dataclass(frozen=True, slots=True, eq=False)
class Naming:
    """A text of the source that names artifacts: the whole path expression, what it can mean, and its uses.

    ``open`` is a file name of which only a run tells a part.
    """

    file: SourceFile
    expression: ast.expr
    artifacts: tuple[str, ...]
    uses: tuple[Place, ...]
    open: bool = False

    @property
    def line(self) -> int:
        """Where it stands, from 1."""
        return self.expression.lineno


class Why(StrEnum):
    """Why the names of an artifact stay."""

    USE = "use"
    """One use of its path is not understood, or does not go together with the others."""
    PATTERN = "pattern"
    """One text also means files that stay."""
    CODE = "code"
    """A load of it does not have the code that the migrated file needs."""


@dataclass(frozen=True, slots=True, eq=False)
class Refusal:
    """The place that is the reason."""

    why: Why
    naming: Naming
    place: Place


Loadable = Callable[[str, Place], bool]
"""Whether a place that loads an artifact has what its migrated file needs."""


@dataclass(slots=True)
class Joined:
    """What became of the namings.

    Attributes:
        namings: every text that names an artifact.
        texts: new text by path.
        renamed: namings that were changed.
        kept: namings that keep the old name, and why.
        refused: artifacts of which nothing was changed, and the place that is the reason.
    """

    namings: list[Naming] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    renamed: list[Naming] = field(default_factory=list)
    kept: list[tuple[Naming, Place]] = field(default_factory=list)
    refused: dict[str, Refusal] = field(default_factory=dict)

    @property
    def artifacts(self) -> frozenset[str]:
        """Artifacts that the source names anew."""
        return frozenset(path for naming in self.renamed for path in naming.artifacts)


def join_python(
    program: Program,
    new: Mapping[str, str],
    everything: Sequence[str],
    loadable: Loadable = lambda _a, _f: True,
    weights: frozenset[str] = frozenset(),
) -> Joined:
    """Rename migrated files in Python source.

    Args:
        program: the rewritten source.
        new: path of an artifact to that of its migrated file.
        everything: paths of all artifacts, so that a name of another one is not taken for a migrated one.
        loadable: asked of each place that loads one.
        weights: the artifacts that hold weights alone: they are renamed where they are loaded as such.
    """
    namings = list(find_namings(program, everything))
    joined = Joined(namings)
    for path in new:
        mine = [naming for naming in namings if path in naming.artifacts]
        if (reason := _against(path, mine, new, loadable, weights)) is not None:
            joined.refused[path] = reason
    _spread(namings, joined)
    edits: dict[SourceFile, list[Edit]] = {}
    for naming in namings:
        if any(path not in new or path in joined.refused for path in naming.artifacts):
            continue
        stays = next((place for place in naming.uses if not _goes(naming, place, weights)), None)
        if stays is not None:
            joined.kept.append((naming, stays))
            continue
        plan = _rename(naming, {path: new[path] for path in naming.artifacts})
        if plan:
            edits.setdefault(naming.file, []).extend(plan)
            joined.renamed.append(naming)
        else:
            joined.kept.append((naming, Place(Use.UNKNOWN, naming.file, naming.expression)))
    for file, planned in edits.items():
        text = applied(file, planned)
        if text is None:
            for naming in [n for n in joined.renamed if n.file is file]:
                joined.renamed.remove(naming)
                joined.kept.append((naming, Place(Use.UNKNOWN, file, naming.expression)))
        else:
            joined.texts[file.path] = file.written(text)
    return joined


def _goes(naming: Naming, place: Place, weights: frozenset[str]) -> bool:
    """Whether a use follows the new names.

    Weights under a name that a run completes may be those that the program itself saves.
    """
    if place.from_file or (naming.open and place.use is Use.WEIGHTS):
        return False
    return all(place.use in (_RENAMED_WEIGHTS if path in weights else _RENAMED) for path in naming.artifacts)


def _against(
    path: str,
    namings: Sequence[Naming],
    new: Mapping[str, str],
    loadable: Loadable,
    weights: frozenset[str],
) -> Refusal | None:
    """Why the names of one artifact cannot be changed; None when they can.

    One use that is not understood may write the file; weights that are loaded or saved under the name of a whole model,
    and what reads a file that the program itself writes, would part from the loads.
    """
    places = [(naming, place) for naming in namings for place in naming.uses]
    uses = {place.use for _, place in places}
    bad = {Use.UNKNOWN}
    if path in weights:
        bad |= set(Use) - _RENAMED_WEIGHTS
    elif uses & {Use.LOAD, Use.SAVE, Use.CHECKPOINT}:
        bad.add(Use.WEIGHTS)
    if uses & {Use.SAVE, Use.CHECKPOINT}:
        bad.add(Use.READ)
    mixed = next((naming for naming in namings if any(path not in new for path in naming.artifacts)), None)
    if mixed is not None and mixed.uses:
        return Refusal(Why.PATTERN, mixed, mixed.uses[0])
    for naming, place in places:
        if place.use in bad:
            return Refusal(Why.USE, naming, place)
    for naming, place in places:
        if place.use is Use.LOAD and not loadable(path, place):
            return Refusal(Why.CODE, naming, place)
    return None


def _spread(namings: Sequence[Naming], joined: Joined) -> None:
    """A pattern is renamed whole: what one artifact of it is refused for, all others are."""
    grown = True
    while grown:
        grown = False
        for naming in namings:
            reason = next((joined.refused[path] for path in naming.artifacts if path in joined.refused), None)
            for path in naming.artifacts if reason is not None else ():
                if path not in joined.refused:
                    assert reason is not None
                    joined.refused[path] = Refusal(Why.PATTERN, reason.naming, reason.place)
                    grown = True


def find_namings(program: Program, artifacts: Sequence[str]) -> Iterator[Naming]:
    """Every text of the source that names an artifact."""
    index = Index(artifacts)
    for file in program.files:
        context = file.context
        tree = context.module.tree
        constants = path_constants(tree)
        folder = posixpath.dirname(file.path)
        done: set[ast.AST] = set()
        for node in ast.walk(tree):
            if (
                not isinstance(node, ast.Constant)
                or not isinstance(node.value, str)
                or not node.value.strip()
            ):
                continue
            whole = whole_path(node, file)
            if whole in done or _is_docstring(node, file):
                continue
            done.add(whole)
            pattern = fold(whole, constants)
            if not posixpath.basename(pattern).strip("*. ") or "\n" in pattern or len(pattern) > 300:
                continue
            found = index.resolve(pattern, folder)
            if not found or (len(found) > MAX_MEANT and WILD not in posixpath.basename(pattern)):
                continue
            uses = tuple(program.uses(whole, file))
            if _is_path(pattern, found) or any(place.use not in _VAGUE for place in uses):
                yield Naming(file, whole, tuple(found), uses, WILD in posixpath.basename(pattern))


def _is_path(pattern: str, found: Sequence[str]) -> bool:
    """Whether a text can only be a path: ``serving`` is the name of a folder, and of much else."""
    return "/" in pattern or all(posixpath.splitext(path)[1] for path in found)


def whole_path(node: ast.expr, file: SourceFile) -> ast.expr:
    """The path expression that a text is part of."""
    context = file.context
    current: ast.expr = node
    while True:
        outer = context.parent(current)
        match outer:
            case ast.JoinedStr() | ast.BinOp(op=ast.Add() | ast.Div() | ast.Mod()):
                current = outer
            case ast.Attribute(attr="format"):
                call = context.parent(outer)
                if not isinstance(call, ast.Call):
                    return current
                current = call
            case ast.Call(func=func) if current is not func and _name(func) in _PATH_CALLS - {"format"}:
                current = outer
            case _:
                return current


def _is_docstring(node: ast.Constant, file: SourceFile) -> bool:
    return isinstance(file.context.parent(node), ast.Expr)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _rename(naming: Naming, new: Mapping[str, str]) -> tuple[Edit, ...]:
    """The edit that gives a path expression its new end; none where all its meanings do not share one."""
    endings = {ending_of(old, renamed) for old, renamed in new.items()}
    if len(endings) != 1:
        return ()
    old, fresh = endings.pop()
    edits = with_ending(naming.expression, naming.file.context, (old,), fresh)
    if not edits:
        whole_old = {posixpath.basename(path) for path in new}
        whole_new = {posixpath.basename(path) for path in new.values()}
        if len(whole_old) == len(whole_new) == 1:
            edits = with_ending(naming.expression, naming.file.context, (whole_old.pop(),), whole_new.pop())
    return edits


def ending_of(old: str, new: str) -> tuple[str, str]:
    """The shortest ends of two names that differ: ``.hdf5`` and ``.keras`` where they share their stem."""
    one, other = posixpath.basename(old), posixpath.basename(new)
    stem, suffix = posixpath.splitext(one)
    if suffix and other.startswith(stem):
        return suffix, other.removeprefix(stem)
    return one, other


def applied(file: SourceFile, edits: Sequence[Edit]) -> str | None:
    """The text after edits, each place once; None where they cannot be carried out or the text does not compile."""
    unique = {anchor(edit): edit for edit in edits}
    planned = list(unique.values())
    try:
        text = apply(file.source, planned, Imports(file.context, planned))
        must_compile(text)
    except (EditError, SourceError):
        return None
    return text
