"""Entries of configuration files that name migrated files: what the program does with the value of the key.

A file of configuration is changed only where the program names it, and every reading of the key in the program is
understood: one that is not may be of another file with this key, or hand the path to what needs the old file.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator

from migrate.repository.joins.calls import Use
from migrate.repository.joins.texts import Mention
from migrate.repository.joins.uses import Place, Program, SourceFile

_KEY = re.compile(r"""(?:^|[\s{,\[-])["']?(?P<key>[A-Za-z_][\w-]*)["']?\s*[:=]\s*["']?$""")
_BEHIND = re.compile(r"""["']?\s*(?:$|[,}\]#;])""")
_GETTERS = frozenset({"get", "getpath", "get_path"})


def key_of(text: str, mention: Mention) -> str:
    """The key whose whole value on its line is a mentioned name; empty where there is none.

    >>> text = '{"model": "models/net.h5"}'
    >>> key_of(text, Mention("a.json", 1, 11, 24, "models/net.h5"))
    'model'
    """
    line_start = text.rfind("\n", 0, mention.start) + 1
    line_end = text.find("\n", mention.end)
    before = _KEY.search(text[line_start : mention.start])
    behind = _BEHIND.match(text[mention.end : line_end if line_end >= 0 else len(text)])
    return before["key"] if before is not None and behind is not None else ""


def is_named(program: Program, path: str) -> bool:
    """Whether the program names a configuration file."""
    return any(file.mentions(posixpath.basename(path)) for file in program.files)


def readings(program: Program, key: str) -> list[Place]:
    """What the program does with the value of a key: ``config["key"]``, ``config.get("key")``, ``config.key``."""
    found: list[Place] = []
    for file in program.files:
        if file.mentions(key):
            for node in ast.walk(file.context.module.tree):
                found += _readings_at(node, key, file, program)
    return found


def _readings_at(node: ast.AST, key: str, file: SourceFile, program: Program) -> Iterator[Place]:
    context = file.context
    if isinstance(node, ast.Attribute) and node.attr == key and isinstance(node.ctx, ast.Load):
        if context.receiver(node.value) is None:
            yield from program.uses(node, file)
    elif isinstance(node, ast.Constant) and node.value == key:
        outer = context.parent(node)
        item = isinstance(outer, ast.Subscript) and outer.slice is node and isinstance(outer.ctx, ast.Load)
        got = isinstance(outer, ast.Call) and getattr(outer.func, "attr", "") in _GETTERS
        if (item or got) and isinstance(outer, ast.expr):
            yield from program.uses(outer, file)
        else:
            yield Place(Use.UNKNOWN, file, node)
