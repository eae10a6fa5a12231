"""Functions of a repository that build models: what they are called with, ranked by how likely they are meant."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from codemods.source import SourceError
from migrate.own_code.files import Place, SourceIndex, files_below
from migrate.own_code.modules import SourceModule
from migrate.own_code.rewrite import for_legacy
from migrate.own_code.slices import cut

ENTRY = "keras_migrate_builder"
"""Name of the function without arguments that a builder's source ends with."""
_BUILDS = re.compile(r"\b(Model|Sequential|Functional)\s*\(")
_LIKELY = re.compile(r"build|create|get|make|model|net", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Builder:
    """A function that builds a model.

    Attributes:
        name: of the function.
        place: where it is defined.
        arguments: source of what it is called with: literals of a call in the repository, else nothing.
    """

    name: str
    place: Place
    arguments: str

    def __str__(self) -> str:
        return f"{self.place.file}:{self.name}({self.arguments})"


def builders(index: SourceIndex, near: Path) -> list[Builder]:
    """Functions that build a model and can be called: likeliest first.

    Arguments without defaults come from calls in the same sources whose arguments are literals.
    """
    modules = list(modules_of(index))
    calls = literal_calls(modules)
    found: list[tuple[tuple[int, int, str], Builder]] = []
    for root, module in modules:
        for statement in module.statements:
            node = statement.node
            if not isinstance(node, ast.FunctionDef) or not _BUILDS.search(statement.text):
                continue
            if not any(isinstance(inner, ast.Return) and inner.value is not None for inner in ast.walk(node)):
                continue
            place = Place(root, module.path, node.lineno)
            distance = -sum(a == b for a, b in zip(module.path.parts, near.parts, strict=False))
            rank = (distance, not _LIKELY.search(node.name), node.name)
            given = list(dict.fromkeys(calls.get(node.name, [])))
            found += [(rank, Builder(node.name, place, text)) for text in given if fits(node, text)]
            if fits(node, "") and "" not in given:
                found.append((rank, Builder(node.name, place, "")))
    return [builder for _, builder in sorted(found, key=lambda entry: entry[0])]


def builder_source(builder: Builder) -> str:
    """A module for tf-keras whose function ``ENTRY`` calls the builder.

    Raises:
        SourceError: it cannot be cut out.
    """
    text = for_legacy(cut([(builder.name, builder.place)])).text
    return f"{text}\n\ndef {ENTRY}():\n    return {builder.name}({builder.arguments})\n"


def modules_of(index: SourceIndex) -> Iterator[tuple[Path, SourceModule]]:
    """Root and module of every file that has statements; files that cannot be read are left out."""
    for root in index.roots:
        for file in files_below(root):
            try:
                module = SourceModule.read(file)
                if module.statements:
                    yield (root if root.is_dir() else root.parent), module
            except (OSError, SourceError):
                continue


def literal_calls(modules: list[tuple[Path, SourceModule]]) -> dict[str, list[str]]:
    """Function name → sources of the arguments of calls that are literals throughout."""
    found: dict[str, list[str]] = {}
    for _, module in modules:
        for statement in module.statements:
            for node in ast.walk(statement.node):
                if not isinstance(node, ast.Call):
                    continue
                text = literal_arguments(node)
                if not text:
                    continue
                name = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                found.setdefault(name, []).append(text)
    return found


def literal_arguments(call: ast.Call, skip: int = 0) -> str | None:
    """Source of a call's arguments behind the first ``skip``; None when one of them is no literal."""
    given = call.args[skip:]
    values = [*given, *(k.value for k in call.keywords)]
    if (
        len(call.args) < skip
        or not all(map(_is_literal, values))
        or any(k.arg is None for k in call.keywords)
    ):
        return None
    return ", ".join([*map(ast.unparse, given), *(f"{k.arg}={ast.unparse(k.value)}" for k in call.keywords)])


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def fits(function: ast.FunctionDef, arguments: str) -> bool:
    """Whether the arguments are all that the function needs."""
    call = ast.parse(f"f({arguments})", mode="eval").body
    assert isinstance(call, ast.Call)
    given = function.args
    names = [a.arg for a in (*given.posonlyargs, *given.args)]
    needed = names[: len(names) - len(given.defaults)]
    needed += [a.arg for a, d in zip(given.kwonlyargs, given.kw_defaults, strict=True) if d is None]
    passed = {k.arg for k in call.keywords}
    if len(call.args) > len(names) or not set(needed[len(call.args) :]) <= passed:
        return False
    known = {*names, *(a.arg for a in given.kwonlyargs)}
    return given.kwarg is not None or passed <= known
