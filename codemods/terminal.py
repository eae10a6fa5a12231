"""The text output: a diff, what is left, and a summary."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable

import click

from codemods.records import FileRecord, Result
from migrate.printable import printable

_COLOURS = {"error": "red", "silent": "magenta", "warning": "yellow", "info": "blue"}


def diff(path: str, old: str, new: str) -> Iterable[str]:
    """A unified diff, a line at a time, coloured when the terminal wants it."""
    lines = difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{path}", f"b/{path}"
    )
    for line in lines:
        text = "\t".join(map(printable, line.rstrip("\r\n").split("\t"))) + "\n"
        text += "" if line.endswith(("\n", "\r")) else "\\ No newline at end of file\n"
        if line.startswith(("---", "+++")):
            yield click.style(text, bold=True)
        elif line.startswith("@@"):
            yield click.style(text, fg="cyan")
        elif line.startswith("+"):
            yield click.style(text, fg="green")
        elif line.startswith("-"):
            yield click.style(text, fg="red")
        else:
            yield text


def findings(file: FileRecord) -> Iterable[str]:
    """What is left to do in a file."""
    if file.error is not None:
        skipped = click.style("skipped", fg="red")
        yield f"{click.style(printable(file.path), bold=True)}: {skipped}: {printable(file.error)}\n"
    for finding in file.findings:
        if not finding.applied:
            place = f"{printable(file.path)}:{finding.line}:{finding.column}"
            code = click.style(finding.code, fg=_COLOURS[finding.severity], bold=True)
            yield f"{click.style(place, bold=True)}: {code} {printable(finding.message)}\n"
            if finding.hint:
                yield f"    {printable(finding.hint)}\n"


def summary(result: Result, looked_at: int, *, written: bool) -> str:
    """The last lines of a run."""
    numbers = result.summary
    left = sum(numbers.findings.values()) - numbers.applied
    files = f"{looked_at} file{'s' if looked_at != 1 else ''} looked at"
    if not numbers.findings and not any(file.error for file in result.files):
        return f"{files}, nothing to do.\n"
    verb = "rewritten" if written else "would change"
    effort = numbers.effort
    return (
        f"{files}, {numbers.changed} {verb}; {numbers.applied} findings "
        f"{'applied' if written else 'would be applied'}, {left} left "
        f"(automatic {effort.automatic}, with --unsafe {effort.assisted}, by hand {effort.manual}).\n"
    )


def progress(text: str) -> None:
    """A line for a person, on standard error."""
    sys.stderr.write(text)
