"""One look at one state of a text: everything the rules have to say of it, nothing changed."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemods.check import guarded, unknown
from codemods.context import Context
from codemods.guards import is_guarded
from codemods.options import Options
from codemods.resolver import Module
from codemods.rules.api import Match
from codemods.scan import scan
from codemods.source import Source

if TYPE_CHECKING:
    from codemods.repository import Repository

GENERIC_RULES = frozenset({"IMP001", "IMP002", "IMP003", "IMP010", "IMP011"})
"""Rules that give way to any other rule that speaks of the same place."""
_MOVES = frozenset({"IMP001", "IMP002", "IMP003"})
_IGNORE = re.compile(r"#\s*keras-migrate:\s*ignore(?:\[([A-Z0-9,\s]*)\])?")


@dataclass(slots=True)
class Analysis:
    """One look at one state of the text."""

    context: Context
    found: list[Match]
    missing_names: tuple[Match, ...] = ()
    """Every name and argument that the destination does not have, whoever speaks of it."""
    chosen: list[Match] = field(default_factory=list)


def look(source: Source, options: Options, repository: Repository | None) -> Analysis:
    """One look at a text: everything the rules have to say, nothing changed. Raises `SourceError`."""
    tree = source.parse()
    module = repository.module(tree, source.path) if repository is not None else Module(tree)
    context = Context(source, module, options.target, options.version)
    if context.stays:
        return Analysis(context, [])
    found = [item for item in scan(context) if options.wants(item.rule.code)]
    missing_names = tuple(unknown(context))
    found.extend(item for item in missing_names if options.wants(item.rule.code))
    if not found and not missing_names:
        return Analysis(context, [])
    free = _unspoken([item for item in found if not is_guarded(context, item.node)])
    hidden = [item for item in guarded(context, missing_names, found) if options.wants(item.rule.code)]
    return Analysis(
        context, [item for item in (*free, *hidden) if not _suppressed(item, context)], missing_names
    )


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
        )
        if key not in seen and not spoken:
            seen.add(key)
            kept.append(item)
    return sorted(kept, key=lambda item: item.rule.code in GENERIC_RULES)


def _about_callee(found: Match) -> bool:
    return found.rule.code not in GENERIC_RULES and not found.argument


def _suppressed(found: Match, context: Context) -> bool:
    lines = context.source_file.lines
    first = getattr(found.node, "lineno", 0)
    last = getattr(found.node, "end_lineno", first)
    for number in {first, last}:
        if 0 < number <= len(lines):
            match = _IGNORE.search(lines[number - 1])
            if match is not None:
                codes = [code.strip() for code in (match[1] or "").split(",") if code.strip()]
                if not codes or found.rule.code.startswith(tuple(codes)):
                    return True
    return False
