"""Rewrite one file: scan, plan, apply, until nothing is left to do; then check the result, or revert it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from codemods.analysis.analyse import GENERIC_RULES, Analysis, analyse
from codemods.analysis.check import must_still_compile, undefined
from codemods.edit.apply import EditError, apply
from codemods.edit.importing import Imports
from codemods.edit.plan import Plans
from codemods.edit.reporting import fix_of, last_part, ordered, report_of, reports_of, with_todos
from codemods.files.source import Source, SourceError, matters
from codemods.options import Options
from codemods.outcome import Outcome
from codemods.rules.api import Match
from migrate.findings import Fix

if TYPE_CHECKING:
    from codemods.names.repository import Repository

__all__ = ["rewrite"]

_PASSES = 8
"""Edits that enable others converge within three passes; a plan that does not converge is a bug."""
_SKIP_FILE = re.compile(r"^\s*#\s*keras-migrate:\s*skip-file", re.MULTILINE)


def rewrite(source: Source, options: Options, repository: Repository | None = None) -> Outcome:
    """Rewrite a file as far as the rules are certain; the content of a file never causes an exception."""
    data = source.text.encode(errors="surrogateescape")
    told = matters(data) or (repository is not None and repository.hands_keras_to(source.path, data))
    if not told or _SKIP_FILE.search(source.text):
        return Outcome(source.text)
    job = _Job(options, repository)
    try:
        return _rewrite(source, job)
    except SourceError as error:
        return Outcome(source.text, error=error.message)
    except RecursionError:
        return Outcome(source.text, error="the code is nested too deeply")
    finally:
        job.close()


@dataclass(frozen=True, slots=True)
class _Job:
    """The settings of one rewrite and its analyses, whose memory is released at its end."""

    options: Options
    repository: Repository | None
    looks: list[Analysis] = field(default_factory=list)

    def look(self, source: Source) -> Analysis:
        """Analyse a text. Raises `SourceError`."""
        found = analyse(source, self.options, self.repository)
        self.looks.append(found)
        return found

    def close(self) -> None:
        """Break the reference cycles of all analyses that are no longer used."""
        for context in (found.context for found in self.looks):
            if self.repository is None or not self.repository.holds(context.module, context.path):
                context.module.close()


def _rewrite(source: Source, job: _Job) -> Outcome:
    first = job.look(source)
    if not first.found:
        return Outcome(source.text)
    attempt = _attempt(source, first, job)
    if attempt.trouble not in {None, _UNSETTLED}:
        attempt = _without_culprits(source, attempt, job) or attempt
    if attempt.trouble is not None:
        reports = [report_of(found, first.context, applied=False) for found in first.found]
        return Outcome(source.text, ordered(reports), attempt.trouble)
    text, last = attempt.text, attempt.last
    if job.options.todo:
        text = with_todos(text, last)
    return Outcome(text, ordered(reports_of(attempt.first, last, unsafe=job.options.unsafe)))


Plan = tuple[str, str, str, str]
"""Identifies a plan in each pass over a text: rule, symbol, argument, and the text of the place."""


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One rewrite of a file.

    Attributes:
        first, last: the analysis of the original text and of the new one.
        text: the new text.
        taken: every plan that was applied.
        trouble: the problem with it; None if there is none.
    """

    first: Analysis
    last: Analysis
    text: str
    taken: tuple[Plan, ...] = ()
    trouble: str | None = None


def _attempt(source: Source, first: Analysis, job: _Job, refused: frozenset[Plan] = frozenset()) -> _Attempt:
    """Rewrite a file and analyse the result."""
    attempt = _settle(source, first, job, refused)
    if attempt.trouble is None and attempt.text != source.text:
        return replace(attempt, trouble=_verify(attempt.first, attempt.last))
    return attempt


_UNSETTLED = "the edits do not converge: each pass requests more"
_ATTEMPTS = 40
"""Maximum number of rewrites of one file when searching for the plans that break it."""


def _without_culprits(source: Source, failed: _Attempt, job: _Job) -> _Attempt | None:
    """The rewrite without the plans that break it, which become findings; None if they are not found."""
    budget = _ATTEMPTS
    allowed: list[Plan] = []
    best: _Attempt | None = None
    plans = list(dict.fromkeys(failed.taken))
    waiting = [plans[len(plans) // 2 :], plans[: len(plans) // 2]]
    while waiting and budget:
        group = waiting.pop()
        if not group:
            continue
        budget -= 1
        refused = frozenset(plans) - {*allowed, *group}
        first = job.look(source)
        attempt = _attempt(source, first, job, refused)
        if attempt.trouble is None:
            allowed += group
            best = attempt
        elif len(group) > 1:
            waiting += [group[len(group) // 2 :], group[: len(group) // 2]]
    return best if not waiting else None


def _name(found: Match, analysis: Analysis) -> Plan:
    return found.rule.code, found.symbol, found.argument, analysis.context.source(found.node)


def _refuse(analysis: Analysis, refused: frozenset[Plan]) -> Analysis:
    """The findings, with refused plans as findings without edits, one for each place."""
    if not refused:
        return analysis
    kept: list[Match] = []
    particular = {item.symbol for item in analysis.found if item.rule.code not in GENERIC_RULES}
    for item in analysis.found:
        if not item.edits or _name(item, analysis) not in refused:
            kept.append(item)
        elif item.rule.code not in GENERIC_RULES or item.symbol not in particular:
            kept.append(replace(item, edits=(), hint=item.hint or item.rule.manual or _TAKEN_BACK))
    analysis.found = kept
    return analysis


_TAKEN_BACK = "the edit does not fit here and was reverted: make it manually"


def _settle(source: Source, first: Analysis, job: _Job, refused: frozenset[Plan]) -> _Attempt:
    """Apply everything possible until an analysis of the text requests nothing more."""
    current = _refuse(first, refused)
    taken: list[Plan] = []
    for _ in range(_PASSES):
        plans = Plans(current.context)
        made = Fix.SAFE, *([Fix.UNSAFE] if job.options.unsafe else [])
        held = {found.node for found in current.found if found.holds and fix_of(found) not in made}
        for found in current.found:
            if fix_of(found) not in made:
                continue
            if not held or held.isdisjoint((found.node, *current.context.parents(found.node))):
                plans.offer(found)
        current.chosen = plans.accepted
        if not plans.edits:
            return _Attempt(first, current, current.context.source_file.text, tuple(taken))
        taken += [_name(found, current) for found in plans.accepted]
        try:
            text = apply(current.context.source_file, plans.edits, Imports(current.context, plans.edits))
        except EditError as error:
            return _Attempt(first, current, source.text, tuple(taken), str(error))
        if text == current.context.source_file.text:
            return _Attempt(first, current, text, tuple(taken))
        try:
            rewritten = Source(source.path, text, source.encoding, source.bom)
            current = _refuse(job.look(rewritten), refused)
        except SourceError as error:
            trouble = f"the rewritten text cannot be parsed: {error.message}"
            return _Attempt(first, current, source.text, tuple(taken), trouble)
    return _Attempt(first, current, source.text, tuple(taken), _UNSETTLED)


def _verify(first: Analysis, last: Analysis) -> str | None:
    """The problem with the rewritten text, None if there is none."""
    before, after = first.context.source_file, last.context.source_file
    try:
        must_still_compile(before, first.context.module.tree, after, last.context.module.tree)
        new = undefined(last.context.module.index)
        new -= undefined(first.context.module.index) if new else new
    except SourceError as error:
        return error.message
    if new:
        return f"the rewrite would leave undefined names: {', '.join(sorted(new))}"
    # By last component: a name that moved with its module is still the same unknown name.
    known = {(last_part(item), item.argument) for item in first.missing_names}
    for item in last.missing_names:
        if (last_part(item), item.argument) not in known and not _mentioned(item, first):
            return f"the rewrite would introduce an unknown name: {item.message}"
    return None


def _mentioned(item: Match, first: Analysis) -> bool:
    """Whether a finding in the original text already covers a name or argument."""
    return any(
        found.symbol == item.symbol and (not item.argument or item.argument == found.argument)
        for found in first.found
    )
