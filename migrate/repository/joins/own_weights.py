"""Weights that the program itself saves and loads again: Keras 3 saves them as ``.weights.h5``, a layout of its own.

The source rules rename what a call names itself. Here the path is followed through parameters and files, so that what
is saved under one name is loaded under it, and ``by_name``, which that layout does not know, is asked for old files
alone.
"""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from codemods.edits import Code, Edit, ReplaceExpression
from codemods.rules.saving.endings import with_ending
from migrate.findings import Finding
from migrate.report.compatibility.references import fold, path_constants
from migrate.repository.joins.calls import Use, last_name
from migrate.repository.joins.python import applied, whole_path
from migrate.repository.joins.records import Placed
from migrate.repository.joins.uses import Place, Program, SourceFile
from migrate.repository.rules import JOIN005

_OLD = (".h5", ".hdf5")
_NEW = ".weights.h5"
_FOLLOWED = frozenset({Use.WEIGHTS, Use.MENTION})
_SAVERS = frozenset({"save_weights", "ModelCheckpoint"})


@dataclass(frozen=True, slots=True, eq=False)
class _Named:
    """A path of weights in the source, by its file name without ending; ``*`` stands for what only a run tells."""

    file: SourceFile
    expression: ast.expr
    stem: str
    old: bool
    uses: tuple[Place, ...]

    @property
    def saved(self) -> bool:
        return any(_method(place) in _SAVERS for place in self.uses)


@dataclass(slots=True)
class OwnWeights:
    """The outcome: new texts by path, how many places each has, and what a person has to see to."""

    texts: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    left: list[Placed] = field(default_factory=list)


def join_own_weights(program: Program, artifacts: Collection[str]) -> OwnWeights:
    """Rename the weights that a program saves, where all that is done with their path is understood.

    Args:
        program: the rewritten source.
        artifacts: files of the repository, which keep their names.
    """
    made = OwnWeights()
    names = {posixpath.basename(path) for path in artifacts}
    named = [one for file in program.files for one in _named(program, file) if _is_free(one, names)]
    saved = {one.stem for one in named if one.saved}
    if not saved:
        return made
    edits: dict[SourceFile, list[Edit]] = {}
    for stem in sorted(saved):
        mine = [one for one in named if one.stem == stem]
        wrong = [one for one in mine if any(place.use not in _FOLLOWED for place in one.uses)]
        if wrong:
            made.left += [_told(one) for one in wrong if one.old]
            continue
        for one in mine:
            if one.old:
                edits.setdefault(one.file, []).extend(
                    with_ending(one.expression, one.file.context, _OLD, _NEW)
                )
    for file in program.files:
        edits.setdefault(file, []).extend(_by_name(file))
    for file, planned in edits.items():
        text = applied(file, planned) if planned else None
        if text is not None and text != file.source.text:
            made.texts[file.path] = file.written(text)
            made.counts[file.path] = len(planned)
    return made


def _told(one: _Named) -> Placed:
    message = (
        f"weights are saved under a name like {one.stem}, which Keras 3 accepts only with the suffix {_NEW}; other "
        "uses of the path are not understood"
    )
    hint = f"make every place that names the file end in {_NEW}"
    return Placed(
        one.file.path,
        one.expression.lineno,
        Finding(JOIN005.code, JOIN005.severity, message, hint),
    )


def _named(program: Program, file: SourceFile) -> Iterator[_Named]:
    if not file.mentions("weights"):
        return
    tree = file.context.module.tree
    constants = path_constants(tree)
    done: set[ast.AST] = set()
    for node in ast.walk(tree):
        if (
            not isinstance(node, ast.Constant)
            or not isinstance(node.value, str)
            or not node.value.endswith(_OLD)
        ):
            continue
        whole = whole_path(node, file)
        name = posixpath.basename(fold(whole, constants))
        if whole in done or not name.endswith(_OLD):
            continue
        done.add(whole)
        uses = tuple(program.uses(whole, file))
        if any(place.use is Use.WEIGHTS for place in uses):
            old = not name.endswith(_NEW)
            stem = name.removesuffix(_NEW) if not old else posixpath.splitext(name)[0]
            yield _Named(file, whole, stem, old, uses)


def _is_free(one: _Named, names: Collection[str]) -> bool:
    """Whether a path is none of the repository's files: those were not saved by this program under Keras 3."""
    return not any(f"{one.stem}{ending}" in names for ending in _OLD)


def _method(place: Place) -> str:
    return last_name(place.node.func) if isinstance(place.node, ast.Call) else ""


def _by_name(file: SourceFile) -> Iterator[Edit]:
    """``load_weights(path, by_name=True)`` of a path that may be of either layout."""
    if not file.mentions("by_name"):
        return
    for call, _ in file.context.module.index.calls:
        arguments = file.context.arguments(call, "filepath")
        path, given = arguments.get("filepath"), arguments.keywords.get("by_name")
        if (
            last_name(call.func) == "load_weights"
            and isinstance(path, ast.Name | ast.Attribute)
            and given is not None
            and file.context.literal(given.value) is True
            and len(call.args) + len(call.keywords) == 2
        ):
            text = 'load(path, **({} if str(path).endswith(".weights.h5") else {"by_name": True}))'
            yield ReplaceExpression(call, Code(text, {"load": call.func, "path": path}))
