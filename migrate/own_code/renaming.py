"""Give names of a statement other names: where two modules of a slice call different things the same."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path

from codemods.files.source import Source, parse

_DEFINES = re.compile(r"(?:class|def)\s+(\w+)")


def renamed(text: str, names: Mapping[str, str]) -> str:
    """A top-level statement with its global names changed; parameters and attributes keep theirs."""
    if not any(re.search(rf"\b{re.escape(name)}\b", text) for name in names):
        return text
    source = Source(Path("slice.py"), text)
    edits: list[tuple[int, int, str]] = []
    for node in parse(text).body:
        edits += _edits(node, names, source)
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _edits(node: ast.AST, names: Mapping[str, str], source: Source) -> list[tuple[int, int, str]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        inner = node.args
        own = {a.arg for a in (*inner.posonlyargs, *inner.args, *inner.kwonlyargs)}
        own |= {a.arg for a in (inner.vararg, inner.kwarg) if a is not None}
        hidden = {name: new for name, new in names.items() if name not in own}
    else:
        hidden = dict(names)
    found: list[tuple[int, int, str]] = []
    if isinstance(node, ast.Name) and node.id in names:
        found.append((*source.span(node), names[node.id]))
    if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.col_offset == 0 and node.name in names:
        start, _ = source.span(node)
        match = _DEFINES.match(source.text, start)
        if match is not None:
            found.append((*match.span(1), names[node.name]))
    for child in ast.iter_child_nodes(node):
        found += _edits(child, hidden, source)
    return found
