"""Everything of a repository that names migrated files, renamed; and what is left of it for a person."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from migrate.findings import Finding, Rule
from migrate.report.compatibility.tree import CONFIGS
from migrate.repository.joins.calls import Use
from migrate.repository.joins.configured import is_named, key_of, readings
from migrate.repository.joins.imports import loadable_in
from migrate.repository.joins.python import Joined, Loadable, Naming, Why, join_python
from migrate.repository.joins.records import Placed, Target
from migrate.repository.joins.texts import Mention, is_command, is_prose, mentions, renamed
from migrate.repository.joins.uses import Place, Program, loads_open_paths
from migrate.repository.rules import JOIN001, JOIN002, JOIN004, JOIN010, JOIN011, JOIN012, JOIN013


@dataclass(slots=True)
class Joins:
    """The outcome.

    Attributes:
        texts: new content of files by path, by the code of the rule.
        counts: places changed, by rule and path.
        left: what a person has to see to.
        named: artifacts that something still names after all of it.
    """

    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    left: list[Placed] = field(default_factory=list)
    named: set[str] = field(default_factory=set)

    def report(self, rule: Rule, path: str, line: int, message: str, hint: str) -> None:
        """Add a finding."""
        self.left.append(Placed(path, line, Finding(rule.code, rule.severity, message, hint)))


def join(root: Path, files: Sequence[str], targets: Collection[Target]) -> Joins:
    """Join a tree with its migrated models.

    Args:
        root: the rewritten tree; nothing of it is changed.
        files: its text files, relative.
        targets: its artifacts.
    """
    joins = Joins()
    by_path = {target.path: target for target in targets}
    renamable = {target.path: target.new for target in targets if target.new and target.whole}
    weights = {target.path: target.weights for target in targets if target.weights}
    renamable |= weights
    python = [path for path in files if is_program(path)]
    program = Program(root, python)
    for artifact in _in_unread(joins, root, program.unread, renamable):
        del renamable[artifact]
    every = list(by_path)
    loadable = loadable_in(root, python, targets)
    joined = join_python(program, renamable, every, loadable, frozenset(weights))
    _count(joins, joined, weights)
    _tell_python(joins, joined, by_path)
    _tell_weights(joins, joined, by_path)
    named = {path for naming in joined.namings for path in naming.artifacts}
    told = {place.use for place in loads_open_paths(program)}
    follow = {
        path: new
        for path, new in renamable.items()
        if path in joined.artifacts
        or (
            path not in named
            and (Use.WEIGHTS in told if path in weights else Use.LOAD in told and not by_path[path].code)
        )
    }
    kept = {path for naming, _ in joined.kept for path in naming.artifacts}
    joins.named = kept | {path for path in named if path not in joined.artifacts}
    stays = kept | (named - joined.artifacts)
    configured = {path: new for path, new in renamable.items() if path not in stays}
    _configurations(joins, root, files, program, configured, by_path, loadable)
    _texts(joins, root, files, {path: new for path, new in follow.items() if path not in kept}, by_path)
    _package_data(joins, root, files, [renamable[path] for path in joined.artifacts if path in renamable])
    return joins


def _count(joins: Joins, joined: Joined, weights: Collection[str]) -> None:
    """What was renamed, by rule: a file of the program that names whole models and weights is one change."""
    for path, text in joined.texts.items():
        namings = [naming for naming in joined.renamed if naming.file.path == path]
        of_weights = all(artifact in weights for naming in namings for artifact in naming.artifacts)
        code = (JOIN004 if of_weights else JOIN001).code
        joins.texts.setdefault(code, {})[path] = text
        joins.counts.setdefault(code, {})[path] = len(namings)


def _in_unread(joins: Joins, root: Path, unread: Sequence[str], renamable: Mapping[str, str]) -> set[str]:
    """Artifacts that a file names which cannot be read: what it does with them is not known."""
    found: set[str] = set()
    for path in unread:
        text = (root / path).read_bytes()
        for artifact in renamable:
            if posixpath.basename(artifact).encode("utf-8", "surrogateescape") in text:
                found.add(artifact)
                joins.report(
                    JOIN010, path, 0,
                    f"{artifact} was migrated and keeps its old name: this file names it and cannot be parsed",
                    f"change every place that names {artifact} together",
                )  # fmt: skip
    return found


def _tell_python(joins: Joins, joined: Joined, targets: Mapping[str, Target]) -> None:
    for path, refusal in sorted(joined.refused.items()):
        naming, place = refusal.naming, refusal.place
        where = f"{place.file.path}:{place.line}"
        if refusal.why is Why.CODE:
            target = targets[path]
            needed = ", ".join(sorted(target.defined_in)) or target.code
            joins.report(
                JOIN012, place.file.path, place.line,
                f"{path} is migrated as {target.new}, which needs the definitions of {needed}"
                + (f" ({target.why_code})" if target.why_code else ""),
                f"import them here, and load {target.new}",
            )  # fmt: skip
        elif refusal.why is Why.PATTERN:
            joins.report(
                JOIN010, naming.file.path, naming.line,
                f"{path} was migrated and keeps its old name: the text here also matches files that stay",
                f"change every place that names {path} together",
            )  # fmt: skip
        else:
            joins.report(
                JOIN010, naming.file.path, naming.line,
                f"{path} was migrated and keeps its old name: the use of its path at {where} {place.use.value}",
                f"change every place that names {path} together",
            )  # fmt: skip
    for naming, place in joined.kept:
        if place.use is not Use.WEIGHTS or any(targets[path].whole for path in naming.artifacts):
            _tell_kept(joins, naming, place)


def _tell_weights(joins: Joins, joined: Joined, targets: Mapping[str, Target]) -> None:
    """Weights that were migrated together with their architecture: the source goes on to load the old file."""
    for naming in joined.namings:
        found = [targets[path] for path in naming.artifacts if targets[path].new and not targets[path].whole]
        if naming in joined.renamed:
            continue
        from_file = any(place.from_file for place in naming.uses)
        hint = (
            "for Keras 3 may not read its architecture"
            if from_file
            else "or compare the outputs of the built model"
        )
        for target in found:
            if target.as_it_is and not from_file:
                continue
            joins.report(
                JOIN011, naming.file.path, naming.line,
                f"weights of {target.path} are loaded into a model that the source builds; {target.new} contains the "
                "whole model",
                f"load {target.new} whole, {hint}",
            )  # fmt: skip


def _tell_kept(joins: Joins, naming: Naming, place: Place) -> None:
    named = ", ".join(naming.artifacts[:3])
    if place.use is Use.WEIGHTS:
        joins.report(
            JOIN011, place.file.path, place.line,
            f"the source loads or saves weights of {named} and keeps the old file",
            "compare the outputs of the built model, or load the migrated model whole",
        )  # fmt: skip
    elif place.use is Use.UNKNOWN:
        joins.report(
            JOIN010, naming.file.path, naming.line,
            f"the text that names {named} could not be changed",
            "write the name of the migrated file there",
        )  # fmt: skip


def _texts(
    joins: Joins, root: Path, files: Sequence[str], follow: Mapping[str, str], targets: Mapping[str, Target]
) -> None:
    for path in files:
        if path.endswith((".py", ".ipynb")) or not (is_prose(path) or is_command(path)):
            continue
        text = (root / path).read_bytes().decode("utf-8", "surrogateescape")
        found = mentions(path, text, targets)
        chosen = [mention for mention in found if mention.artifact in follow]
        joins.named |= {mention.artifact for mention in found if mention not in chosen}
        _change(joins, path, text, chosen, follow)


def _configurations(
    joins: Joins,
    root: Path,
    files: Sequence[str],
    program: Program,
    new: Mapping[str, str],
    targets: Mapping[str, Target],
    loadable: Loadable,
) -> None:
    """Entries of configuration files: changed where the program is seen to load what they name, else told."""
    for path in files:
        if not _is_config(path):
            continue
        text = (root / path).read_bytes().decode("utf-8", "surrogateescape")
        named = is_named(program, path)
        chosen: list[Mention] = []
        for mention in mentions(path, text, targets):
            artifact, key = mention.artifact, key_of(text, mention)
            wanted = Use.LOAD if targets[artifact].whole else Use.WEIGHTS
            places = readings(program, key) if named and key and artifact in new else []
            if any(place.use is wanted for place in places) and all(
                place.use is Use.MENTION
                or (place.use is wanted and loadable(artifact, place) and not place.from_file)
                for place in places
            ):
                chosen.append(mention)
                continue
            joins.named.add(artifact)
            if fresh := targets[artifact].new:
                joins.report(
                    JOIN010, path, mention.line,
                    f"{artifact} was migrated; it is unknown what reads this file",
                    f"write {fresh} if the model is loaded by Keras from here",
                )  # fmt: skip
        _change(joins, path, text, chosen, new)


def _change(joins: Joins, path: str, text: str, chosen: Sequence[Mention], new: Mapping[str, str]) -> None:
    changed = renamed(text, chosen, new)
    if changed != text:
        joins.texts.setdefault(JOIN002.code, {})[path] = changed
        joins.counts.setdefault(JOIN002.code, {})[path] = len(chosen)


def _is_config(path: str) -> bool:
    return path.lower().endswith(CONFIGS) and not is_command(path)


_PATTERN = re.compile(r"[\w./*-]*\*\.(?:h5|hdf5|hdf)\b|[\w./-]+\.(?:h5|hdf5|hdf)\b")
_DATA_FILES = ("setup.py", "setup.cfg", "MANIFEST.in", "pyproject.toml")


def is_program(path: str) -> bool:
    """Whether a file is source that runs: a notebook too, a description of a package not."""
    return path.endswith((".py", ".ipynb")) and not _is_data_file(path)


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
                    f"{pattern} does not match {short[0]}, which the source loads now",
                    "add the migrated files",
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
