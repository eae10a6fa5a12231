"""The text output: a diff, what is left, and a summary."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from codemods.output.records import FileRecord, Result
from migrate.findings import Severity
from migrate.printable import printable

Line = list[tuple[str, str]]
"""Parts of a line without its end: text, and the style of rich's that it has."""
_COLOURS = {"error": "red", "silent": "magenta", "warning": "yellow", "info": "blue"}
_OF_DIFF = (("---", "bold"), ("+++", "bold"), ("@@", "cyan"), ("+", "green"), ("-", "red"))


def diff(path: str, old: str, new: str) -> Iterator[Line]:
    """A unified diff, a line at a time."""
    lines = difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{path}", f"b/{path}"
    )
    for line in lines:
        text = "\t".join(map(printable, line.rstrip("\r\n").split("\t")))
        style = next((style for start, style in _OF_DIFF if line.startswith(start)), "")
        yield [(text, style)]
        if not line.endswith(("\n", "\r")):
            yield [("\\ No newline at end of file", "")]


def findings(file: FileRecord, *, notes: bool) -> Iterator[Line]:
    """What is left to do in a file, and with ``notes`` what asks for nothing too."""
    if file.error is not None:
        yield [
            (printable(file.path), "bold"),
            (": ", ""),
            ("skipped", "red"),
            (f": {printable(file.error)}", ""),
        ]
    for finding in file.findings:
        if not finding.applied and (notes or finding.severity is not Severity.INFO):
            place = f"{printable(file.path)}:{finding.line}:{finding.column}"
            code = (finding.code, f"bold {_COLOURS[finding.severity]}")
            yield [(place, "bold"), (": ", ""), code, (f" {printable(finding.message)}", "")]
            if finding.hint:
                yield [(f"    {printable(finding.hint)}", "")]


def counted(number: int, what: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def summary(result: Result, looked_at: int, *, written: bool) -> str:
    """The last lines of a run."""
    numbers = result.summary
    open_ = [finding for file in result.files for finding in file.findings if not finding.applied]
    notes = sum(finding.severity is Severity.INFO for finding in open_)
    listed = f"{counted(notes, 'note')} (-v lists them)"
    skipped = sum(file.error is not None for file in result.files)
    files = f"{counted(looked_at, 'file')} looked at{f', {skipped} skipped' if skipped else ''}"
    if not numbers.findings and not skipped:
        return f"{files}, nothing to do.\n"
    verb = "rewritten" if written else "would change"
    effort = numbers.effort
    return (
        f"{files}, {numbers.changed} {verb}; {counted(numbers.applied, 'finding')} "
        f"{'applied' if written else 'would be applied'}, {len(open_) - notes} left "
        f"(automatic {effort.automatic}, with --unsafe {effort.assisted}, manual {effort.manual})"
        f"{f', {listed}' if notes else ''}.\n"
    )
