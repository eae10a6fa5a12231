"""Rewrite one file: scan, plan, apply, until nothing is left to do; then check, or take it all back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.analysis import Analysis, look
from codemods.check import undefined
from codemods.options import Options
from codemods.outcome import Outcome
from codemods.plan import Plans
from codemods.reporting import fix_of, last_part, ordered, report_of, reports_of, with_todos
from codemods.rules.api import Match
from codemods.source import Source, SourceError, concerns
from migrate.findings import Fix

if TYPE_CHECKING:
    from codemods.repository import Repository

__all__ = ["rewrite"]

_PASSES = 8
"""Edits that make others possible settle within three passes; a plan that does not settle is a bug."""
_SKIP_FILE = re.compile(r"^\s*#\s*keras-migrate:\s*skip-file", re.MULTILINE)


def rewrite(source: Source, options: Options, repository: Repository | None = None) -> Outcome:
    """Rewrite a file as far as the rules are certain; never raises for what a file contains."""
    if not concerns(source.text.encode(errors="surrogateescape")) or _SKIP_FILE.search(source.text):
        return Outcome(source.text)
    try:
        return _rewrite(source, options, repository)
    except SourceError as error:
        return Outcome(source.text, error=error.message)
    except RecursionError:
        return Outcome(source.text, error="the code is nested too deeply")


def _rewrite(source: Source, options: Options, repository: Repository | None) -> Outcome:
    first = look(source, options, repository)
    if not first.found:
        first.context.module.close()
        return Outcome(source.text)
    text, last, trouble = _settle(source, first, options, repository)
    if trouble is None and text != source.text:
        trouble = _verify(first, last)
    if trouble is not None:
        reports = [report_of(found, first.context, applied=False) for found in first.found]
        return Outcome(source.text, ordered(reports), trouble)
    if options.todo:
        text = with_todos(text, last)
    return Outcome(text, ordered(reports_of(first, last)))


def _settle(
    source: Source, first: Analysis, options: Options, repository: Repository | None
) -> tuple[str, Analysis, str | None]:
    """Apply what can be applied until a look at the text asks for nothing more."""
    current = first
    for _ in range(_PASSES):
        plans = Plans(current.context)
        for found in current.found:
            fix = fix_of(found)
            if fix is Fix.SAFE or (fix is Fix.UNSAFE and options.unsafe):
                plans.offer(found)
        current.chosen = plans.accepted
        if not plans.edits:
            return current.context.source_file.text, current, None
        from codemods.apply import EditError, apply
        from codemods.importing import Imports

        try:
            text = apply(current.context.source_file, plans.edits, Imports(current.context, plans.edits))
        except EditError as error:
            return source.text, current, str(error)
        if text == current.context.source_file.text:
            return text, current, None
        try:
            current = look(Source(source.path, text, source.encoding, source.bom), options, repository)
        except SourceError as error:
            return source.text, current, f"the rewritten text does not parse: {error.message}"
    return source.text, current, "the edits do not settle: each pass asks for more"


def _verify(first: Analysis, last: Analysis) -> str | None:
    """What is wrong with the rewritten text, None when nothing is."""
    before, after = first.context.source_file.text, last.context.source_file.text
    try:
        new = undefined(after) - undefined(before)
    except SourceError as error:
        return error.message
    if new:
        return f"the rewrite would leave undefined names: {', '.join(sorted(new))}"
    # By last component: a name that moved with its module is still the same unknown name.
    known = {(last_part(item), item.argument) for item in first.missing_names}
    for item in last.missing_names:
        if (last_part(item), item.argument) not in known and not _mentioned(item, first):
            return f"the rewrite would bring in an unknown name: {item.message}"
    return None


def _mentioned(item: Match, first: Analysis) -> bool:
    """Whether a finding of the original text already speaks of a name or argument."""
    return any(
        found.symbol == item.symbol and (not item.argument or item.argument == found.argument)
        for found in first.found
    )
