"""The rewrite of a repository's source in steps: one for each rule, so that each can be read, blamed and taken back.

The last step gives what ``keras-migrate code`` gives; the steps before apply the first rules only. Each is checked by
the engine like any rewrite: it compiles and names nothing unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from codemods.config import detect_version, settings
from codemods.files.discovery import Wanted, discover
from codemods.names.repository import Repository
from codemods.options import NEWEST, Options
from codemods.rules.api import SourceRule, all_source_rules
from codemods.run.runner import FileResult, process, run
from codemods.target import Backend, Target
from migrate.findings import Fix, Severity

_ORDER = ("PIN", "IMP")
"""Families of rules that come first: what the others write needs their imports."""

_STANDALONE = re.compile(rb"\b(from|import)[ \t]+keras\b|tensorflow\.(contrib|python)\b")
"""Imports of a Keras that is not today's ``tf.keras``."""


@dataclass(frozen=True, slots=True)
class Step:
    """One rule's work: new contents by path, and how many places."""

    rule: SourceRule
    files: dict[str, bytes]
    count: int


@dataclass(frozen=True, slots=True)
class Open:
    """A finding that no edit settles."""

    path: str
    code: str
    severity: Severity
    message: str
    hint: str
    line: int
    symbol: str
    argument: str


@dataclass(slots=True)
class Rewrite:
    """What becomes of the source of a tree.

    Attributes:
        steps: in order; a later one holds the earlier ones' work.
        final: contents after all of them.
        left: findings that remain.
        errors: files that were left alone, and why.
    """

    steps: list[Step] = field(default_factory=list)
    final: dict[str, bytes] = field(default_factory=dict)
    left: list[Open] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)


def options_of(root: Path, *, unsafe: bool) -> Options:
    """What the settings of a repository ask of a rewrite.

    Raises:
        ConfigError: they make no sense.
    """
    config = settings(root)
    return Options(
        target=config.target or Target.KERAS,
        version=config.version or detect_version(root) or NEWEST,
        select=config.select,
        ignore=config.ignore,
        unsafe=unsafe or config.unsafe,
        ported=config.ported,
        backend=config.backend or Backend.TENSORFLOW,
    )


def rewrite_tree(root: Path, options: Options) -> Rewrite:
    """Rewrite the source of a tree; nothing is written.

    Raises:
        ConfigError: the settings of the repository make no sense.
    """
    files = discover([root], Wanted(documents=True, exclude=settings(root).exclude))
    made = Rewrite()
    changed: dict[str, FileResult] = {}
    for result in run(files, options):
        path = result.path.relative_to(root).as_posix()
        if result.error is not None:
            made.errors[path] = result.error
        if result.new is not None:
            changed[path] = result
            made.final[path] = result.new
        made.left += [
            Open(path, f.code, f.severity, f.message, f.hint, f.line, f.symbol, f.argument)
            for f in result.findings
            if not f.applied and f.severity is not Severity.INFO
        ]
    made.steps = list(_steps(root, changed, options))
    return made


def legacy_tree(root: Path) -> dict[str, bytes]:
    """The source with the names of any old Keras resolved to tf-keras, and nothing else changed: for the baseline.

    What imports Keras from TensorFlow alone is left as it is: there TensorFlow itself gives it tf-keras.
    """
    files = [path for path in discover([root], Wanted(pins=False)) if _STANDALONE.search(path.read_bytes())]
    return {
        result.path.relative_to(root).as_posix(): result.new
        for result in run(files, Options(target=Target.TF_KERAS_2, unsafe=True))
        if result.new is not None
    }


def _steps(root: Path, changed: dict[str, FileResult], options: Options) -> Iterable[Step]:
    """One step for each rule that edits; a file whose steps do not compose changes in that of its last rule."""
    rules = {rule.code: rule for rule in all_source_rules()}
    of_file = {
        path: sorted({f.code for f in result.findings if f.applied}, key=lambda code: _rank(rules[code]))
        for path, result in changed.items()
    }
    repository = Repository()
    now = {path: result.old for path, result in changed.items()}
    for code in sorted({code for codes in of_file.values() for code in codes}, key=lambda c: _rank(rules[c])):
        files: dict[str, bytes] = {}
        count = 0
        for path, codes in of_file.items():
            if code not in codes:
                continue
            count += sum(f.applied and f.code == code for f in changed[path].findings)
            text = changed[path].new
            if code != codes[-1]:
                chosen = tuple(codes[: codes.index(code) + 1])
                part = process(root / path, replace(options, select=chosen), repository)
                text = part.new if part.error is None else None
            if text is not None and text != now[path]:
                files[path] = now[path] = text
        if files:
            yield Step(rules[code], files, count)


def _rank(rule: SourceRule) -> tuple[bool, int, str]:
    family = next((n for n, name in enumerate(_ORDER) if rule.code.startswith(name)), len(_ORDER))
    return rule.fix is Fix.UNSAFE, family, rule.code
