"""One look at one state of a text: everything the rules have to say of it, nothing changed."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.analysis.check import guarded, unknown
from codemods.analysis.scan import scan
from codemods.context import Context
from codemods.ecosystem import World
from codemods.edits import DropArgument
from codemods.files.source import Source, concerns
from codemods.guards import asks_for_presence, is_guarded
from codemods.libraries import LIBRARIES
from codemods.names.interest import interesting_names
from codemods.names.islands import Hold, hold_by
from codemods.names.mentions import facts_of, may_use
from codemods.names.resolver import Module
from codemods.names.trees import walk
from codemods.names.values import Symbol
from codemods.options import Options
from codemods.renamed import matches
from codemods.rules.api import Match, Target
from migrate.findings import Fix

if TYPE_CHECKING:
    from codemods.names.repository import Repository

GENERIC_RULES = frozenset({"IMP001", "IMP002", "IMP003", "IMP010", "IMP011", "BCK001"})
"""Rules that give way to any other rule that speaks of the same place."""
_LIBRARIES = "LIB"
"""What is said of NumPy, pandas, SciPy and scikit-learn, in files without Keras as well."""
_BATCHES = ("TRN018", "TRN044")
"""What is said of generators, which may stand in files without Keras."""
_ECOSYSTEM = ("ECO", "API005", _LIBRARIES)
"""What is said of code that stays as it is: the packages around Keras, estimators among them."""
_KERAS = frozenset({"keras", "tf", "tf_keras"})
_MOVES = frozenset({"IMP001", "IMP002", "IMP003"})
_IGNORED = "keras-migrate:"
"""In every text with a comment that suppresses something."""
_IGNORE = re.compile(rf"#\s*{_IGNORED}\s*ignore(?:\[([A-Z0-9,\s]*)\])?")


@dataclass(slots=True)
class Analysis:
    """One look at one state of the text."""

    context: Context
    found: list[Match]
    missing_names: tuple[Match, ...] = ()
    """Every name and argument that the destination does not have, whoever speaks of it."""
    chosen: list[Match] = field(default_factory=list)


def analyse(source: Source, options: Options, repository: Repository | None) -> Analysis:
    """One look at a text: everything the rules have to say, nothing changed. Raises `SourceError`."""
    module = repository.module_of(source) if repository is not None else Module(source.parse())
    context = _context(source, module, options, repository)
    if not concerns(source.text.encode(errors="surrogateescape")) and not _has_keras(module):
        about = list(scan(context)) if _beside_keras(module) and not _is_library(source.path) else []
        named = [
            item
            for item in about
            if item.rule.code.startswith((_LIBRARIES, *_BATCHES)) and options.wants(item.rule.code)
        ]
        free = [item for item in named if not is_guarded(context, item.node)]
        return Analysis(context, [item for item in free if not _suppressed(item, context)])
    if context.stays or context.unmoved:
        about = [item for item in scan(context) if item.rule.code.startswith(_ECOSYSTEM)]
        wanted = _once([item for item in about if options.wants(item.rule.code)])
        return Analysis(context, [item for item in wanted if not _suppressed(item, context)])
    found = _once([item for item in scan(context) if options.wants(item.rule.code)])
    if _is_library(source.path):
        found = [item for item in found if not item.rule.code.startswith(_LIBRARIES)]
    missing_names = tuple(unknown(context))
    found.extend(item for item in missing_names if options.wants(item.rule.code))
    if not found and not missing_names:
        return Analysis(context, [])
    free = _unspoken(_there([item for item in found if not is_guarded(context, item.node)]))
    passed = (item for item in found if item.rule.behind_guards and is_guarded(context, item.node))
    free += [_by_hand(item) for item in passed if asks_for_presence(context, item.node)]
    hidden = [item for item in guarded(context, missing_names, found) if options.wants(item.rule.code)]
    return Analysis(
        context, [item for item in (*free, *hidden) if not _suppressed(item, context)], missing_names
    )


def _has_keras(module: Module) -> bool:
    """Whether a file that does not name Keras has it, or a part of it, from another file."""
    values = (
        module.value(node, scope)
        for name in interesting_names(module)
        for node, scope in module.index.names.get(name, ())
    )
    return any(isinstance(value, Symbol) and value.name.partition(".")[0] in _KERAS for value in values)


def _beside_keras(module: Module) -> bool:
    """Whether a file without Keras is of a project that has some: others are none of this tool's business."""
    return module.repository is not None and module.repository.mentions(
        r"\b(?:keras|tensorflow)\b", "keras", "tensorflow"
    )


def _is_library(path: Path) -> bool:
    """Whether a file lies in a library's own package, where its names are what the file says."""
    inside = (folder for folder in path.parents if folder.name in LIBRARIES)
    return any((folder / "__init__.py").is_file() for folder in inside)


def _once(found: list[Match]) -> list[Match]:
    """Without the mention of an object (ECO001) where it is said that the object keeps the file (ECO002)."""
    holding = {item.node for item in found if item.rule.code == "ECO002"}
    return [item for item in found if item.rule.code != "ECO001" or item.node not in holding]


def _there(found: list[Match]) -> list[Match]:
    """Without what is to be done by hand in an argument that a safe edit takes away."""
    gone: set[ast.AST] = set()
    for item in found:
        if (item.fix or item.rule.fix) is Fix.SAFE:
            dropped = (edit for edit in item.edits if isinstance(edit, DropArgument))
            for edit in dropped:
                given = next((k.value for k in edit.call.keywords if k.arg == edit.argument), None)
                gone |= set(walk(given)) if given is not None else set()
    return [item for item in found if item.edits or item.node not in gone]


def _by_hand(found: Match) -> Match:
    """What a guard lets pass: the author serves two versions there, so that a person must look."""
    hint = "the name exists in Keras 3 and raises when it is used: check the version instead"
    return replace(found, edits=(), hint=hint)


def _context(source: Source, module: Module, options: Options, repository: Repository | None) -> Context:
    """The file with its destination: `tf_keras` where it must stay with Keras 2 and can be imported from there."""
    context = Context(source, module, options.target, options.version, backend=options.backend)
    if options.target is Target.TF_KERAS_2:
        return context
    if context.stays:
        return Context(source, module, Target.TF_KERAS_2, options.version)
    hold = hold_of(module, source, repository)
    if hold is None:
        return context
    unmoved = hold.world is World.KERAS_2 or context.modern
    target = options.target if unmoved else Target.TF_KERAS_2
    return Context(source, module, target, options.version, hold, unmoved=unmoved, backend=options.backend)


def hold_of(module: Module, source: Source, repository: Repository | None) -> Hold | None:
    """Why a file stays with Keras 2: what it mentions itself, or a file of the repository that it is connected with."""
    islands = repository.islands(source.path) if repository is not None else None
    if islands is None and not may_use(module):
        return None
    if islands is not None and source.path in islands:
        return islands.hold(source.path)
    facts = facts_of(module, source.path, repository)
    return islands.hold(source.path, facts) if islands is not None else hold_by(facts)


def _unspoken(found: list[Match]) -> list[Match]:
    """Without what general rules say of places that a particular rule speaks of."""
    places = {item.node for item in found if item.rule.code not in GENERIC_RULES}
    places |= {item.node.func for item in found if isinstance(item.node, ast.Call) and _about_callee(item)}
    edited = {item.node for item in found if item.rule.code not in GENERIC_RULES and item.edits}
    moved = {item.symbol for item in found if item.rule.code in _MOVES}
    particular = {item.symbol for item in found if item.rule.code not in GENERIC_RULES}
    arguments = {
        (item.node, item.argument) for item in found if item.rule.code not in GENERIC_RULES and item.argument
    }
    modules = {item.node for item in found if item.rule.code == "API002"}
    kept: list[Match] = []
    seen: set[tuple[ast.AST, str, str]] = set()
    for item in found:
        code = item.rule.code
        key = (item.node, code, item.argument)
        spoken = (
            (code == "IMP011" and (item.node, item.argument) in arguments)
            or (code == "IMP010" and item.node in places)
            or (code == "IMP003" and item.node in (edited if item.edits else places))
            or (code == "IMP003" and not item.edits and item.symbol in particular)
            or (code == "IMP010" and item.symbol in moved)
            or (code == "BCK001" and item.node in places)
            or (code == "IMP010" and isinstance(item.node, ast.alias) and item.symbol in particular)
            or (code == "IMP010" and _of_module(item.node) in modules)
        )
        if key not in seen and not spoken:
            seen.add(key)
            kept.append(item)
    return sorted(kept, key=lambda item: item.rule.code in GENERIC_RULES)


def _of_module(node: ast.AST) -> ast.AST | None:
    """``keras.engine.topology`` of a name in it."""
    return node.value if isinstance(node, ast.Attribute) else None


def _about_callee(found: Match) -> bool:
    return found.rule.code not in GENERIC_RULES and not found.argument


def _lines_of_argument(found: Match) -> tuple[int, ...]:
    """The lines of the argument that a finding is about."""
    keywords = found.node.keywords if isinstance(found.node, ast.Call) else []
    given = (keyword.value for keyword in keywords if keyword.arg == found.argument)
    return tuple(line for value in given for line in (value.lineno, value.end_lineno or value.lineno))


def _suppressed(found: Match, context: Context) -> bool:
    if _IGNORED not in context.source_file.text:
        return False
    lines = context.source_file.lines
    first = getattr(found.node, "lineno", 0)
    last = getattr(found.node, "end_lineno", first)
    for number in {first, last, *_lines_of_argument(found)}:
        if 0 < number <= len(lines):
            match = _IGNORE.search(lines[number - 1])
            if match is not None:
                codes = [code.strip() for code in (match[1] or "").split(",") if code.strip()]
                if not codes or matches(found.rule.code, tuple(codes)):
                    return True
    return False
