"""Python in Markdown and reStructuredText: fenced blocks, ``code-block`` directives and doctests' plain form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import dedent

import msgspec

from codemods.edit.engine import rewrite
from codemods.files.source import Source
from codemods.names.repository import Repository
from codemods.options import Options
from codemods.outcome import CodeFinding, Outcome

_FENCE = re.compile(
    r"^(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})[ \t]*\{?(?:python3?|py|ipython3?)\b[^\n]*\n"
    r"(?P<body>.*?)^(?P=indent)(?P=fence)[ \t]*$",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
_DIRECTIVE = re.compile(
    r"^(?P<indent>[ \t]*)\.\.[ \t]+(?:code-block|code|sourcecode)::[ \t]*(?:python3?|ipython3?)[ \t]*\n"
    r"(?:(?P=indent)[ \t]+:[^\n]*\n)*[ \t]*\n"
    r"(?P<body>(?:(?P=indent)[ \t]+[^\n]*\n|[ \t]*\n)+)",
    re.MULTILINE,
)


def rewrite_document(source: Source, options: Options, repository: Repository | None = None) -> Outcome:
    """Rewrite the Python blocks of a document, each as a text of its own.

    A block that does not parse (an excerpt with ``...`` in odd places, a prompt) is skipped without an
    error: documents are not programs.
    """
    text = source.text.replace("\r\n", "\n")
    pieces: list[str] = []
    findings: list[CodeFinding] = []
    at = 0
    for start, end in sorted(_blocks(text, source.path.suffix.lower() == ".rst")):
        body = text[start:end]
        margin = _margin(body)
        inner = dedent(body)
        outcome = rewrite(Source(source.path.with_suffix(".py"), inner), options, repository)
        line = text.count("\n", 0, start)
        findings.extend(
            msgspec.structs.replace(
                f, line=f.line + line, end_line=f.end_line + line, column=f.column + len(margin)
            )
            for f in outcome.findings
        )
        if outcome.text != inner:
            pieces += [text[at:start], _indented(outcome.text, margin)]
            at = end
    pieces.append(text[at:])
    new = "".join(pieces)
    if "\r\n" in source.text:
        new = new.replace("\n", "\r\n")
    return Outcome(new if at else source.text, tuple(findings))


def _blocks(text: str, rst: bool) -> Iterator[tuple[int, int]]:
    for match in (_DIRECTIVE if rst else _FENCE).finditer(text):
        start, end = match.span("body")
        # Blank lines at the end of a directive belong to the text around it.
        stripped = text[start:end].rstrip("\n")
        yield start, start + len(stripped) + 1 if stripped else start


def _margin(body: str) -> str:
    lines = [line for line in body.split("\n") if line.strip()]
    first = lines[0] if lines else ""
    return first[: len(first) - len(first.lstrip())]


def _indented(text: str, margin: str) -> str:
    return "".join(margin + line if line.strip() else line for line in text.splitlines(keepends=True))
