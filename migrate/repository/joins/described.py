"""Models that a program makes from a file of the architecture and one of weights: the migrated file holds both.

``model = model_from_json(text)`` followed by ``model.load_weights(path)`` becomes one load of the whole model, because
Keras 3 reads few architectures of Keras 2. It is rewritten where both stand in one function, nothing uses the model in
between, and the file names the architecture that the weights were migrated with.
"""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from codemods.edits import Code, Edit, ReplaceStatement
from codemods.rules.saving.endings import with_ending
from migrate.repository.joins.calls import Use, last_name
from migrate.repository.joins.python import Naming, applied, ending_of, find_namings
from migrate.repository.joins.uses import Place, Program, SourceFile

_MAKERS = frozenset({"model_from_json", "model_from_yaml"})


@dataclass(frozen=True, slots=True)
class Described:
    """An old file of weights: the migrated file, and the architecture that it was migrated with."""

    path: str
    new: str
    architecture: str


@dataclass(slots=True)
class Whole:
    """The outcome: new texts by path, how many models each loads whole now, and the artifacts of those."""

    texts: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    artifacts: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    """Where a model is made, and where its weights are loaded."""

    made: ast.Assign
    loaded: ast.Expr
    call: ast.Call


def join_described(
    program: Program,
    described: Mapping[str, Described],
    everything: Sequence[str],
    loadable: Callable[[str, Place], bool],
) -> Whole:
    """Load models whole that a program makes from two files.

    Args:
        program: the rewritten source.
        described: old files of weights that were migrated with an architecture, by their paths.
        everything: paths of all artifacts.
        loadable: whether the place that loads an artifact has the code that the migrated file needs.
    """
    whole = Whole()
    edits: dict[SourceFile, list[Edit]] = {}
    for naming in find_namings(program, everything):
        plan = _plan(naming, described, loadable)
        if plan:
            edits.setdefault(naming.file, []).extend(plan)
            whole.artifacts |= set(naming.artifacts)
            whole.counts[naming.file.path] = whole.counts.get(naming.file.path, 0) + 1
    for file, planned in edits.items():
        text = applied(file, planned)
        if text is None:
            del whole.counts[file.path]
        else:
            whole.texts[file.path] = file.written(text)
    return whole


def _plan(
    naming: Naming, described: Mapping[str, Described], loadable: Callable[[str, Place], bool]
) -> list[Edit]:
    """The edits of one text that names weights; none where anything of it is not certain."""
    one = described.get(naming.artifacts[0]) if len(naming.artifacts) == 1 and not naming.open else None
    if one is None or not naming.file.mentions(posixpath.basename(one.architecture)):
        return []
    loads = [place for place in naming.uses if place.use is not Use.MENTION]
    pairs = [_pair(place) for place in loads]
    if not pairs or any(place.file is not naming.file or not loadable(one.path, place) for place in loads):
        return []
    old, new = ending_of(one.path, one.new)
    edits: list[Edit] = list(with_ending(naming.expression, naming.file.context, (old,), new))
    if not edits:
        return []
    for pair in pairs:
        if pair is None:
            return []
        edits += _edits(pair, naming.file)
    return edits


def _pair(place: Place) -> _Pair | None:
    """The two statements, where they are that and nothing stands between them that reads the model."""
    context, call = place.file.context, place.node
    statement = context.parent(call)
    if (
        not isinstance(call, ast.Call)
        or not isinstance(statement, ast.Expr)
        or len(call.args) != 1
        or call.keywords
    ):
        return None
    if not isinstance(call.func, ast.Attribute) or last_name(call.func) != "load_weights":
        return None
    model = context.source(call.func.value)
    within = context.function(call) or context.module.tree
    mentions = [
        node
        for node in ast.walk(within)
        if isinstance(node, ast.Name | ast.Attribute)
        and node is not call.func.value
        and context.source(node) == model
    ]
    before = [node for node in mentions if node.lineno <= call.lineno]
    made = context.parent(max(before, key=lambda node: node.lineno)) if before else None
    if not isinstance(made, ast.Assign) or len(made.targets) != 1 or context.source(made.targets[0]) != model:
        return None
    maker = made.value
    if not isinstance(maker, ast.Call) or last_name(maker.func) not in _MAKERS or len(maker.args) != 1:
        return None
    return _Pair(made, statement, call)


def _edits(pair: _Pair, file: SourceFile) -> list[Edit]:
    assert isinstance(pair.made.value, ast.Call)
    assert isinstance(pair.call.func, ast.Attribute)
    holes = {"model": pair.call.func.value, "path": pair.call.args[0]}
    given = file.context.arguments(pair.made.value, "text", "custom_objects").get("custom_objects")
    extra = ""
    if given is not None:
        extra, holes["objects"] = ", custom_objects=objects", given
    code = Code(f"model = keras.models.load_model(path{extra}, compile=False)", holes)
    return [ReplaceStatement(pair.made, ""), ReplaceStatement(pair.loaded, code)]
