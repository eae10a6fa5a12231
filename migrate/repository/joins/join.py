"""Everything of a repository that names migrated files, renamed; and what is left of it for a person."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from migrate.findings import Finding, Rule
from migrate.repository.joins.python import Joined, Naming, join_python
from migrate.repository.joins.texts import is_command, is_prose, mentions, renamed
from migrate.repository.joins.uses import Place, Program, Use, loads_open_paths
from migrate.repository.rules import JOIN001, JOIN002, JOIN010, JOIN011, JOIN012, JOIN013

_OBSTACLES = frozenset({Use.UNKNOWN, Use.WEIGHTS, Use.READ})


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding at a place of the repository."""

    path: str
    line: int
    finding: Finding


@dataclass(slots=True)
class Joins:
    """The outcome.

    Attributes:
        texts: new content of files by path, by the code of the rule.
        counts: places changed, by rule and path.
        left: what a person has to see to.
    """

    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    left: list[Placed] = field(default_factory=list)

    def report(self, rule: Rule, path: str, line: int, message: str, hint: str) -> None:
        """Add a finding."""
        self.left.append(Placed(path, line, Finding(rule.code, rule.severity, message, hint)))


@dataclass(frozen=True, slots=True)
class Target:
    """An artifact of the repository.

    Attributes:
        new: path of the migrated file; empty where there is none.
        whole: the old file holds a whole model, not weights alone.
        code: path of the code that the new file needs beside Keras.
    """

    path: str
    new: str = ""
    whole: bool = True
    code: str = ""


def join(root: Path, files: Sequence[str], targets: Collection[Target]) -> Joins:
    """Join a tree with its migrated models.

    Args:
        root: the rewritten tree; nothing of it is changed.
        files: its text files, relative.
        targets: its artifacts.
    """
    joins = Joins()
    renamable = {t.path: t.new for t in targets if t.new and t.whole and not t.code}
    program = Program(root, [path for path in files if path.endswith(".py") and not _is_data_file(path)])
    every = [target.path for target in targets]
    joined = join_python(program, renamable, every)
    if joined.texts:
        joins.texts[JOIN001.code] = joined.texts
        counts: dict[str, int] = {}
        for naming in joined.renamed:
            counts[naming.file.path] = counts.get(naming.file.path, 0) + 1
        joins.counts[JOIN001.code] = counts
    _tell_python(joins, joined)
    named = _namings_of_others(program, targets, every, joins)
    open_loads = list(loads_open_paths(program))
    follow = {
        path: new
        for path, new in renamable.items()
        if path not in joined.refused and (path in joined.artifacts or (open_loads and path not in named))
    }
    kept = {path for naming, _ in joined.kept for path in naming.artifacts}
    _texts(joins, root, files, {path: new for path, new in follow.items() if path not in kept}, renamable)
    _package_data(joins, root, files, [renamable[path] for path in joined.artifacts if path in renamable])
    return joins


def _tell_python(joins: Joins, joined: Joined) -> None:
    for path, (naming, place) in sorted(joined.refused.items()):
        where = f"{place.file.path}:{place.line}"
        joins.report(
            JOIN010, naming.file.path, naming.line,
            f"{path} was migrated and keeps its old name in the source: the use of its path at {where} "
            f"{place.use.value}" if place.use in _OBSTACLES
            else f"{path} was migrated and keeps its old name: the name at {naming.file.path}:{naming.line} also means "
            "files that were not",
            f"change every place that names {path} together",
        )  # fmt: skip
    for naming, place in joined.kept:
        _tell_kept(joins, naming, place)


def _tell_kept(joins: Joins, naming: Naming, place: Place) -> None:
    named = ", ".join(naming.artifacts[:3])
    if place.use is Use.WEIGHTS:
        joins.report(
            JOIN011, place.file.path, place.line,
            f"weights of {named} are loaded or saved by the source, which keeps the old file",
            "compare the outputs of the built model, or load the migrated model whole",
        )  # fmt: skip
    elif place.use is Use.UNKNOWN:
        joins.report(
            JOIN010, naming.file.path, naming.line,
            f"the text that names {named} could not be changed",
            "write the name of the migrated file there",
        )  # fmt: skip


def _namings_of_others(
    program: Program, targets: Collection[Target], every: Sequence[str], joins: Joins
) -> frozenset[str]:
    """Artifacts that the source names; of those that need code beside them, a finding says so."""
    from migrate.repository.joins.python import find_namings

    code = {target.path: target for target in targets if target.code and target.new}
    named: set[str] = set()
    for naming in find_namings(program, every):
        named.update(naming.artifacts)
        for path in naming.artifacts:
            if path in code:
                joins.report(
                    JOIN012, naming.file.path, naming.line,
                    f"{path} is migrated as {code[path].new}, which needs {code[path].code}",
                    f"import the definitions of {code[path].code} before the model is loaded from {code[path].new}",
                )  # fmt: skip
    return frozenset(named)


def _texts(
    joins: Joins, root: Path, files: Sequence[str], follow: Mapping[str, str], renamable: Mapping[str, str]
) -> None:
    for path in files:
        if path.endswith((".py", ".ipynb")) or not (is_prose(path) or is_command(path) or _is_config(path)):
            continue
        text = (root / path).read_bytes().decode("utf-8", "surrogateescape")
        found = mentions(path, text, renamable)
        if _is_config(path):
            for mention in found:
                joins.report(
                    JOIN010, path, mention.line,
                    f"{mention.artifact} was migrated; what reads this file is not known",
                    f"write {renamable[mention.artifact]} if the model is loaded by Keras from here",
                )  # fmt: skip
            continue
        chosen = [mention for mention in found if mention.artifact in follow]
        changed = renamed(text, chosen, follow)
        if changed != text:
            joins.texts.setdefault(JOIN002.code, {})[path] = changed
            joins.counts.setdefault(JOIN002.code, {})[path] = len(chosen)


def _is_config(path: str) -> bool:
    from migrate.report.compatibility.tree import CONFIGS

    return path.lower().endswith(CONFIGS) and not is_command(path)


_PATTERN = re.compile(r"[\w./*-]*\*\.(?:h5|hdf5|hdf)\b|[\w./-]+\.(?:h5|hdf5|hdf)\b")
_DATA_FILES = ("setup.py", "setup.cfg", "MANIFEST.in", "pyproject.toml")


def _is_data_file(path: str) -> bool:
    return posixpath.basename(path) in _DATA_FILES


def _package_data(joins: Joins, root: Path, files: Sequence[str], new: Sequence[str]) -> None:
    """Files of a package that an installation would leave out."""
    for path in files:
        if not _is_data_file(path):
            continue
        text = (root / path).read_bytes().decode("utf-8", "replace")
        for line, pattern in _patterns(text):
            short = [name for name in new if _would_match(pattern, name)]
            if short and not any(fnmatch.fnmatch(posixpath.basename(short[0]), p) for _, p in _keras(text)):
                joins.report(
                    JOIN013, path, line,
                    f"{pattern} leaves out {short[0]}, which the source loads now",
                    "name the migrated files beside it",
                )  # fmt: skip


def _patterns(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        for match in _PATTERN.finditer(line):
            yield number, match.group()


def _keras(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        for match in re.finditer(r"[\w./*-]*\.keras\b", line):
            yield number, posixpath.basename(match.group())


def _would_match(pattern: str, new: str) -> bool:
    """Whether a pattern for old files covered the one that a new file replaces."""
    stem = posixpath.splitext(posixpath.basename(new))[0]
    return fnmatch.fnmatch(stem, posixpath.splitext(posixpath.basename(pattern))[0])
