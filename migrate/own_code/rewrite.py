"""One slice, two sources: as written for tf-keras, and rewritten for Keras 3."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from codemods.edit.engine import rewrite
from codemods.files.source import Source, SourceError, parse
from codemods.options import Options
from codemods.target import Target
from migrate.own_code.base_arguments import with_base_arguments
from migrate.own_code.initializers import with_classes
from migrate.own_code.left import Left, left_of
from migrate.own_code.pinned import with_keras_named
from migrate.own_code.slices import Slice

_REGISTERED = ("register_keras_serializable",)
_HEAD = '''"""The author's own code that this model needs, cut out of its source and {how} for Keras 3.

Import this file before keras.saving.load_model(...).

{places}
"""
'''


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A slice in one world's words.

    Attributes:
        text: Python source.
        left: what the rules name and could not change.
    """

    text: str
    left: tuple[Left, ...] = ()


def for_legacy(piece: Slice) -> Rewritten:
    """The slice with names of any old Keras resolved to tf-keras, and layers that take what they write."""
    return _rewritten(piece.text, Target.TF_KERAS_2, piece)


def for_modern(piece: Slice, packages: Mapping[str, str]) -> Rewritten:
    """The slice rewritten for Keras 3, each name registered under a package, with its provenance in the head.

    Args:
        piece: as cut out.
        packages: name → package to register it under; a name that registers itself keeps its own.
    """
    done = _rewritten(with_keras_named(piece.text), Target.KERAS, piece)
    text = with_registrations(done.text, packages)
    return Rewritten(_HEAD.format(how="rewritten", places=_places(piece)) + text, done.left)


def by_hand(piece: Slice, packages: Mapping[str, str]) -> Rewritten:
    """A slice of what a person wrote for Keras 3: its layers take what they write, like those that `for_modern` writes,
    and each name is registered; no rule changes it.
    """
    head = _HEAD.format(how="written by hand", places=_places(piece))
    return Rewritten(head + with_registrations(with_base_arguments(piece.text), packages))


def _rewritten(text: str, target: Target, piece: Slice) -> Rewritten:
    text = with_base_arguments(with_classes(text))
    outcome = rewrite(Source(Path("custom_objects.py"), text), Options(target=target, unsafe=True))
    if outcome.error is not None:
        return Rewritten(text, (Left("", "", outcome.error),))
    return Rewritten(outcome.text, left_of(outcome.findings, text, piece.pieces))


def _places(piece: Slice) -> str:
    lines: dict[str, list[int]] = {}
    for part in piece.pieces:
        lines.setdefault(part.file.name, []).append(part.line)
    return "\n".join(f"    {name}: lines {', '.join(map(str, at))}" for name, at in lines.items())


def with_registrations(text: str, packages: Mapping[str, str]) -> str:
    """The text with a decorator in front of each of the definitions that has none that registers it.

    Args:
        text: a module.
        packages: name → package to register it under.
    """
    try:
        tree = parse(text)
    except SourceError:
        return text
    lines = text.split("\n")
    added: list[tuple[int, str]] = []
    bound: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            bound |= {alias.asname or alias.name for alias in node.names}
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name in packages:
            if not any(mark in ast.unparse(d) for d in node.decorator_list for mark in _REGISTERED):
                first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
                added.append(
                    (first, f'@keras.saving.register_keras_serializable(package="{packages[node.name]}")')
                )
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name in packages and isinstance(node.value, ast.Call):
                register = f'keras.saving.register_keras_serializable(package="{packages[name]}")'
                lines[node.lineno - 1] = f"{name} = {register}({ast.unparse(node.value)})"
    for line, decorator in sorted(added, reverse=True):
        lines.insert(line - 1, decorator)
    if "keras" in bound:
        return "\n".join(lines)
    at = next((n for n, line in enumerate(lines) if re.match(r"(import|from)\s+(?!__future__)", line)), 0)
    lines.insert(at, "import keras")
    return "\n".join(lines)


def package_of(file: Path) -> str:
    """A package to register the definitions of a file under: its own name."""
    return re.sub(r"\W", "_", file.stem) or "own"


def self_registered(text: str) -> Sequence[tuple[str, str]]:
    """Registered name and definition of what a module registers itself: ``MyPkg>Gate``, ``GatedUnit``."""
    found = []
    for node in parse(text).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            for decorator in node.decorator_list:
                name = registered_name(decorator, node.name)
                if name:
                    found.append((name, node.name))
    return found


def registered_name(decorator: ast.expr, definition: str) -> str:
    """The name that a decorator registers a definition under, empty for another decorator."""
    call = decorator if isinstance(decorator, ast.Call) else None
    target = call.func if call else decorator
    last = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
    if last not in _REGISTERED:
        return ""
    given = dict(zip(("package", "name"), call.args if call else (), strict=False))
    given |= {k.arg: k.value for k in (call.keywords if call else ()) if k.arg}
    words = {key: str(value.value) for key, value in given.items() if isinstance(value, ast.Constant)}
    return f"{words.get('package', 'Custom')}>{words.get('name') or definition}"
