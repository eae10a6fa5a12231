"""Join what is not Python: commands, container files, configuration and documentation that name migrated files."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from migrate.report.compatibility.links import Index

PROSE = (".md", ".rst", ".txt")
COMMANDS = (".sh", ".bash", ".bat", ".cmd", ".mk")
COMMAND_FILES = ("dockerfile", "makefile", "procfile", "containerfile")
_WORD = re.compile(r"(?<![\w./\\:@-])(?P<url>\w+://)?(?P<path>[\w.~$*{}()/-]*[\w-]\.\w+)(?![\w/*-])(?!\.\w)")
_LONG = 2_000
_MAX_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Mention:
    """A word of a text that names one artifact."""

    path: str
    line: int
    start: int
    end: int
    artifact: str


def mentions(path: str, text: str, artifacts: Collection[str]) -> list[Mention]:
    """Words that name exactly one artifact; addresses on the web name none."""
    if len(text) > _MAX_BYTES:
        return []
    index = Index(artifacts)
    folder = posixpath.dirname(path)
    found: list[Mention] = []
    at = 0
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        for match in _WORD.finditer(line) if len(line) <= _LONG else ():
            word = match["path"]
            if match["url"] or "*" in word or "$" in word or "{" in word or "(" in word:
                continue
            targets = index.resolve(word, folder)
            if len(targets) == 1:
                found.append(
                    Mention(path, number, at + match.start("path"), at + match.end("path"), targets[0])
                )
        at += len(line)
    return found


def renamed(text: str, found: Collection[Mention], new: Mapping[str, str]) -> str:
    """The text with each mention under the new name of its artifact."""
    for mention in sorted(found, key=lambda one: one.start, reverse=True):
        word = text[mention.start : mention.end]
        base = posixpath.basename(mention.artifact)
        if word.endswith(base):
            fresh = word.removesuffix(base) + posixpath.basename(new[mention.artifact])
            text = text[: mention.start] + fresh + text[mention.end :]
    return text


def is_prose(path: str) -> bool:
    """Whether people read a file, and no program."""
    return path.lower().endswith(PROSE) and "requirements" not in path.lower()


def is_command(path: str) -> bool:
    """Whether a file holds commands."""
    name = posixpath.basename(path).lower()
    return name.endswith(COMMANDS) or name.startswith(COMMAND_FILES)
