"""The rules that results were made with, in parts, so that an upgrade redoes only what it can change.

A part is one dialect rule with the code behind it, or ``core``: everything else that decides a result. A rule says
which eras and classes it looks at, so whether a changed one could matter to a finished artifact can be told from
what is known of that artifact; see docs/decisions/0006-redoing-what-an-upgrade-touches.md for why this is sound.
"""

from __future__ import annotations

import ast
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from migrate.versions import tool_versions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from migrate.results import ArtifactResult

CORE = "core"
_NOT_DECIDING = frozenset({"batch", "cli", "report", "api.py", "reasons", "__main__.py"})
"""Parts of this project that only run, show, explain or ask; all else decides what comes out of a migration."""
_ROOT = Path(__file__).resolve().parent.parent


class Part(msgspec.Struct, frozen=True):
    """Something that results depend on.

    Attributes:
        name: the code of a rule, or ``core``.
        digest: another one after any change of its code or its declaration.
        eras: Keras versions whose files the rule looks at, as a specifier; empty for all.
        classes: layers that the rule looks at; empty for all.
    """

    name: str
    digest: str
    eras: str = ""
    classes: tuple[str, ...] = ()


class RuleSet(msgspec.Struct, frozen=True):
    """All parts, rules in the order of their application."""

    parts: tuple[Part, ...]

    @property
    def version(self) -> str:
        """A digest of all parts."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:16]

    def changed_since(self, old: RuleSet) -> tuple[Part, ...]:
        """Parts that were added, changed or removed, each as it was and as it is.

        Rules that swapped places count as a change of the core: each sees what those before it made.
        """
        before, after = ({part.name: part for part in one.parts} for one in (old, self))
        common = [
            [part.name for part in one.parts if part.name in before.keys() & after.keys()]
            for one in (old, self)
        ]
        if common[0] != common[1]:
            return (Part(CORE, "order"),)
        names = dict.fromkeys([*before, *after])
        pairs = [(before.get(name), after.get(name)) for name in names]
        return tuple(part for pair in pairs if pair[0] != pair[1] for part in pair if part is not None)


def touches(part: Part, result: ArtifactResult, classes: Collection[str] | None) -> bool:
    """Whether a change of this part could change a result.

    Args:
        part: as it was or as it is.
        result: of the earlier rule set.
        classes: of the layers that its rules were shown, empty where a graph was exported or lifted and no rule was
            applied at all; None when that is not known.
    """
    if part.name == CORE or part.name in result.rules:
        return True
    from migrate.dialects.rule import Era, covers

    if not covers(part.eras, Era.of(result.written_by.keras)):
        return False
    if classes is None:
        return True
    return bool(classes) and (not part.classes or not set(part.classes).isdisjoint(classes))


@cache
def ruleset() -> RuleSet:
    """The rule set of this code, taken from the sources themselves: no one has to remember to raise a number."""
    from migrate.dialects import registry  # noqa: F401 - importing it registers every rule
    from migrate.dialects.rule import LayerRule, Step, rules_of

    rules = [rule for step in Step for rule in rules_of(step)]
    homes = {rule.rule.code: _ROOT.parent / Path(*rule.change.__module__.split(".")) for rule in rules}
    homes = {code: path.with_suffix(".py") for code, path in homes.items()}
    sources = {path: path.read_bytes() for path in _deciding()}
    graph = {path: _imports(path, source) for path, source in sources.items() if b"dialects" in source}
    own = _private(graph, set(homes.values()))
    # this project's own number says nothing: its sources do
    versions = {name: version for name, version in tool_versions().items() if name != "keras-migrate"}
    parts = [Part(CORE, _digest([sources[path] for path in sorted(sources.keys() - own)], versions))]
    for rule in rules:
        code = rule.rule.code
        files = sorted(_closure(homes[code], graph) & own)
        declared = {"code": code, "step": rule.step.value, "home": homes[code].relative_to(_ROOT).as_posix()}
        classes = tuple(sorted(rule.classes)) if isinstance(rule, LayerRule) else ()
        parts.append(
            Part(code, _digest([sources[path] for path in files], declared), rule.rule.applies_to, classes)
        )
    return RuleSet(tuple(parts))


def _deciding() -> list[Path]:
    return [
        path
        for path in sorted(_ROOT.rglob("*"))
        if path.suffix in (".py", ".json")
        and path.relative_to(_ROOT).parts[0] not in _NOT_DECIDING
        and not _is_registrar(path)
    ]


def _is_registrar(path: Path) -> bool:
    """Whether a file only imports rules to have them registered; their order is that of the parts."""
    parts = path.relative_to(_ROOT).parts
    return parts[0] == "dialects" and parts[-1] in ("__init__.py", "registry.py")


def _digest(contents: Iterable[bytes], declared: Mapping[str, str]) -> str:
    digest = hashlib.sha256(json.dumps(declared, sort_keys=True).encode())
    for content in contents:
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()[:16]


def _imports(path: Path, source: bytes) -> set[Path]:
    """Files of this project that a file imports; a package stands for its ``__init__.py``."""
    if path.suffix != ".py":
        return set()
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            place = _ROOT.parent.joinpath(*name.split("."))
            found |= {file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()}
    return found


def _closure(start: Path, graph: Mapping[Path, set[Path]]) -> set[Path]:
    found, todo = {start}, [start]
    while todo:
        fresh = graph.get(todo.pop(), set()) - found
        found |= fresh
        todo += fresh
    return found


def _private(graph: Mapping[Path, set[Path]], homes: set[Path]) -> set[Path]:
    """Files of the dialects that decide nothing but what rules do: their homes, and what nothing else imports."""
    reached = set().union(*(_closure(home, graph) for home in homes)) & graph.keys()
    own = {path for path in reached if path.is_relative_to(_ROOT / "dialects")}
    while True:
        shared = own & {target for path, targets in graph.items() if path not in own for target in targets}
        if not shared:
            return own
        own -= shared
