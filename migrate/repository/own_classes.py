"""Let migrated models find the repository's own classes: register them in the source, and prove that it suffices.

Keras 3 looks a custom class up by the name under which it is registered. The migrated file names the package, the
source gets the decorator, and the model is loaded once, in the sandbox, by importing the repository's rewritten
modules; its outputs must be those that the migration recorded.
"""

from __future__ import annotations

import ast
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codemods.analysis.check import must_compile
from codemods.files.source import Source, SourceError
from codemods.names.repository import Repository
from migrate.findings import MigrationError
from migrate.own_code.rewrite import self_registered, with_registrations
from migrate.parity.compare import compare_arrays
from migrate.parity.golden import read_golden
from migrate.repository.environments import Environment
from migrate.repository.models import Migrated
from migrate.repository.snapshot import copy_tree
from migrate.results import RECORD
from migrate.worlds.host.command import answers_in, run_command
from migrate.worlds.host.environment import World
from migrate.worlds.host.taking import take_from

_CHECK = Path(__file__).resolve().parents[1] / "worlds" / "stock" / "own_classes.py"
TOLERANCE = 1e-5
"""Of the largest magnitude of an output, whatever its dtype: the same file is loaded by the same Keras."""
_SECONDS = 600.0
_MOST_OUTPUTS = 4 << 30
"""Bytes that the outputs of one recorded case may take."""


@dataclass(slots=True)
class Registered:
    """What became of it.

    Attributes:
        texts: new content of source files.
        counts: definitions registered, by file.
        defined_in: by artifact, the files whose import is enough to load it.
        uncompiled: of those the ones that load without their training configuration only.
        refused: by artifact, why its classes cannot be used as they stand in the source.
    """

    texts: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    defined_in: dict[str, frozenset[str]] = field(default_factory=dict)
    uncompiled: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The definitions of one model: by file, name to package."""

    model: Migrated
    packages: Mapping[str, Mapping[str, str]]


def register(
    after: Path,
    models: Sequence[Migrated],
    sources: Sequence[Path],
    before: Path,
    environment: Environment,
) -> Registered:
    """Register classes in a rewritten tree, as far as each model is proven to load with them.

    Args:
        after: the rewritten tree with the migrated files; nothing of it is changed.
        models: all artifacts.
        sources: folders that the code of models was taken from, in ``before``.
        before: the tree as it was.
        environment: the interpreter that imports them.
    """
    made = Registered()
    wanted = []
    for model in models:
        if model.code is None:
            continue
        packages = _packages(model, sources, before)
        if packages is None:
            made.refused[model.state.path] = "it needs code that is not the repository's own"
        else:
            wanted.append(_Wanted(model, packages))
    texts, counts = _texts(after, wanted)
    ready = [
        one for one in wanted if set(one.packages) <= set(texts) | {p for p in one.packages if p in counts}
    ]
    for one in wanted:
        if one not in ready:
            made.refused[one.model.state.path] = "its definitions could not be registered in the source"
    if not ready:
        return made
    with tempfile.TemporaryDirectory(prefix="keras-migrate-world-", ignore_cleanup_errors=True) as scratch:
        reasons = _checked(after, texts, ready, Path(scratch) / "repository", environment)
    for one, (reason, compiled) in zip(ready, reasons, strict=True):
        if reason:
            made.refused[one.model.state.path] = reason
            continue
        made.defined_in[one.model.state.path] = frozenset(one.packages)
        if not compiled:
            made.uncompiled.add(one.model.state.path)
    needed = frozenset().union(*made.defined_in.values())
    made.texts = {path: text for path, text in texts.items() if path in needed}
    made.counts = {path: count for path, count in counts.items() if path in made.texts}
    return made


def _packages(model: Migrated, sources: Sequence[Path], before: Path) -> dict[str, dict[str, str]] | None:
    """By file of the repository: definition to package; None where none of the code is the repository's.

    What else a model needs, such as a loss that a function makes, shows when it is loaded.
    """
    assert model.file is not None
    record: dict[str, Any] = json.loads((model.file.parent / RECORD).read_bytes()).get("own_code", {})
    places, after = record.get("names", {}), record.get("after", "")
    found: dict[str, dict[str, str]] = {}
    for registered, definition in self_registered(after):
        place = str(places.get(definition, "")).rpartition(":")[0]
        file = next(
            (base / place for base in map(_folder, sources) if place and (base / place).is_file()), None
        )
        if file is None or not file.is_relative_to(before) or file.suffix != ".py":
            continue  # a base class or a helper that registers itself
        path = file.relative_to(before).as_posix()
        found.setdefault(path, {})[definition] = registered.rpartition(">")[0]
    return found or None


def _folder(source: Path) -> Path:
    return source if source.is_dir() else source.parent


def _texts(after: Path, wanted: Sequence[_Wanted]) -> tuple[dict[str, str], dict[str, int]]:
    """Files with their decorators; of a file that has them already the count is 0 and no text is given."""
    merged: dict[str, dict[str, str]] = {}
    for one in wanted:
        for path, packages in one.packages.items():
            merged.setdefault(path, {}).update(packages)
    texts: dict[str, str] = {}
    counts: dict[str, int] = {}
    for path, packages in merged.items():
        try:
            old = Source.read(after / path).text
            new = with_registrations(old, packages)
            must_compile(new)
            if not _only_decorated(old, new, frozenset(packages)):
                continue
        except (OSError, SourceError):
            continue
        counts[path] = new.count("register_keras_serializable") - old.count("register_keras_serializable")
        if new != old:
            texts[path] = new
    return texts, counts


def _only_decorated(old: str, new: str, names: frozenset[str]) -> bool:
    """Whether nothing but decorators of these definitions and an import of Keras came in."""

    def plain(text: str) -> list[str]:
        lines = []
        for node in ast.parse(text).body:
            if isinstance(node, ast.Import) and [(a.name, a.asname) for a in node.names] == [("keras", None)]:
                continue
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name in names:
                node.decorator_list = [
                    d for d in node.decorator_list if "register_keras_serializable" not in ast.unparse(d)
                ]
            lines.append(ast.dump(node))
        return lines

    return plain(old) == plain(new)


def _checked(
    after: Path,
    texts: Mapping[str, str],
    wanted: Sequence[_Wanted],
    scratch: Path,
    environment: Environment,
) -> list[tuple[str, bool]]:
    """For each model why it does not load so, empty where it does and gives its outputs; and whether also compiled."""
    copy_tree(after, scratch)
    for path, text in texts.items():
        (scratch / path).write_text(text, encoding="utf-8")
    repository = Repository()
    asked: list[dict[str, Any]] = []
    for one in wanted:
        assert one.model.file is not None
        folders, modules = set[str](), []
        for path in sorted(one.packages):
            root, package = repository.place(scratch / path)
            folders.add(str(root))
            modules.append(".".join(filter(None, (package, Path(path).stem))))
        asked.append(
            {
                "folders": [*sorted(folders), str(scratch)],
                "modules": modules,
                "model": str(scratch / one.model.state.new),
                "proof": str(one.model.file.parent / "proof.npz"),
                "out": str(scratch / f"outputs-{len(asked)}.npz"),
            }
        )
    read = sorted({one.model.file.parent for one in wanted if one.model.file is not None})
    ended = run_command(
        ["python", str(_CHECK), json.dumps(asked)],
        World.MODERN,
        scratch,
        python=environment.python,
        read=[_CHECK.parent, *environment.read, *read],
        seconds=_SECONDS,
    )
    told = answers_in(ended, tuple[str, bool], len(wanted))
    if told is None:
        last = ended.output.strip().splitlines()[-1:] or ["no answer"]
        return [(f"the check ended with {ended.status}: {last[0][:200]}", False)] * len(wanted)
    return [
        (reason or _apart(Path(params["proof"]), scratch, params["out"]), compiled)
        for params, (reason, compiled) in zip(asked, told, strict=True)
    ]


def _apart(proof: Path, scratch: Path, written: str) -> str:
    """Where the outputs are not the recorded ones; empty where they are."""
    try:
        with tempfile.TemporaryDirectory(prefix="keras-migrate-") as folder:
            taken = Path(folder, "outputs.npz")
            take_from(scratch, written, taken, _MOST_OUTPUTS)
            recorded, found = read_golden(proof).outputs, read_golden(taken).outputs
    except MigrationError as error:
        return error.message
    if len(recorded) != len(found):
        return f"gives {len(found)} outputs, {len(recorded)} were recorded"
    for number, (one, other) in enumerate(zip(recorded, found, strict=True)):
        compared = compare_arrays(f"output {number}", one, other)
        if not compared.equal or compared.max_rel > TOLERANCE:
            return f"{compared.name} {compared.reason or f'differs by {compared.max_rel:.1e}'}"
    return ""
