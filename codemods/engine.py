"""Rewrite one file: scan, plan, apply, until nothing is left to do; then check, or take it all back."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from packaging.version import Version

from codemods.check import guarded, undefined, unknown
from codemods.context import Context
from codemods.plan import Plans
from codemods.resolver import Module
from codemods.rules.api import Found, Target
from codemods.scan import scan
from codemods.source import Source, SourceError, concerns
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.repository import Repository

NEWEST = Version("3.15.1")
"""The newest Keras that the rules were proven with; the destination when nothing says otherwise."""
_PASSES = 8
"""Edits that make others possible settle within three passes; a plan that does not settle is a bug."""
_LATE = frozenset({"IMP001", "IMP002", "IMP003", "IMP010", "IMP011"})
"""Rules that give way to any other rule that speaks of the same place."""
_MOVES = frozenset({"IMP001", "IMP002", "IMP003"})
_IGNORE = re.compile(r"#\s*keras-migrate:\s*ignore(?:\[([A-Z0-9,\s]*)\])?")
_SKIP_FILE = re.compile(r"^\s*#\s*keras-migrate:\s*skip-file", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Options:
    """What to do to a file.

    Attributes:
        target: the destination namespace.
        version: version of Keras 3 that the rewritten code shall run with.
        select: codes or beginnings of codes to act on; empty for all.
        ignore: codes or beginnings of codes to leave out; stronger than ``select``.
        unsafe: also carry out edits that are right in the usual case only.
        todo: write a ``# TODO(keras-migrate …)`` comment where something is left for a person.
    """

    target: Target = Target.KERAS
    version: Version = NEWEST
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    unsafe: bool = False
    todo: bool = False

    def wants(self, code: str) -> bool:
        """Whether a rule is selected."""
        return (not self.select or code.startswith(self.select)) and not (
            self.ignore and code.startswith(self.ignore)
        )


@dataclass(frozen=True, slots=True)
class Report:
    """One finding of one file: a `Found` without its nodes.

    Attributes:
        line, column, end_line, end_column: place in the original text; lines and columns from 1.
        source: the line, without surrounding space; the key of baselines.
    """

    code: str
    severity: Severity
    fix: Fix
    applied: bool
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    hint: str = ""
    symbol: str = ""
    argument: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file.

    Attributes:
        text: the new text; the old one when nothing changed or ``error`` is set.
        findings: in the order of the text.
        error: why the file was left alone, None when all went well.
    """

    text: str
    findings: tuple[Report, ...] = ()
    error: str | None = None


@dataclass(slots=True)
class Pass:
    """One look at one state of the text."""

    context: Context
    found: list[Found]
    strange: tuple[Found, ...] = ()
    """Every name and argument that the destination does not have, whoever speaks of it."""
    chosen: list[Found] = field(default_factory=list)


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
        reports = [_report(found, first.context, applied=False) for found in first.found]
        return Outcome(source.text, _ordered(reports), trouble)
    if options.todo:
        text = _with_todos(text, last)
    return Outcome(text, _ordered(_reports(first, last)))


def look(source: Source, options: Options, repository: Repository | None) -> Pass:
    """One look at a text: everything the rules have to say, nothing changed. Raises `SourceError`."""
    tree = source.parse()
    module = repository.module(tree, source.path) if repository is not None else Module(tree)
    context = Context(source, module, options.target, options.version)
    if context.stays:
        return Pass(context, [])
    found = [item for item in scan(context) if options.wants(item.rule.code)]
    strange = tuple(unknown(context))
    found.extend(item for item in strange if options.wants(item.rule.code))
    if not found and not strange:
        return Pass(context, [])
    free = _unspoken([item for item in found if not context.guarded(item.node)])
    hidden = [item for item in guarded(context, strange, found) if options.wants(item.rule.code)]
    return Pass(context, [item for item in (*free, *hidden) if not _suppressed(item, context)], strange)


def _unspoken(found: list[Found]) -> list[Found]:
    """Without what general rules say of places that a particular rule speaks of."""
    places = {item.node for item in found if item.rule.code not in _LATE}
    places |= {item.node.func for item in found if isinstance(item.node, ast.Call) and _about_callee(item)}
    edited = {item.node for item in found if item.rule.code not in _LATE and item.edits}
    moved = {item.symbol for item in found if item.rule.code in _MOVES}
    particular = {item.symbol for item in found if item.rule.code not in _LATE}
    arguments = {
        (item.node, item.argument) for item in found if item.rule.code not in _LATE and item.argument
    }
    kept: list[Found] = []
    seen: set[tuple[ast.AST, str, str]] = set()
    for item in found:
        code = item.rule.code
        key = (item.node, code, item.argument)
        spoken = (
            (code == "IMP011" and (item.node, item.argument) in arguments)
            or (code == "IMP010" and item.node in places)
            or (code == "IMP003" and item.node in (edited if item.edits else places))
            or (code == "IMP003" and not item.edits and item.symbol in particular)
            or (code == "IMP010" and item.symbol in moved)
        )
        if key not in seen and not spoken:
            seen.add(key)
            kept.append(item)
    return sorted(kept, key=lambda item: item.rule.code in _LATE)


def _about_callee(found: Found) -> bool:
    return found.rule.code not in _LATE and not found.argument


def _suppressed(found: Found, context: Context) -> bool:
    lines = context.source_file.lines
    first = getattr(found.node, "lineno", 0)
    last = getattr(found.node, "end_lineno", first)
    for number in {first, last}:
        if 0 < number <= len(lines):
            match = _IGNORE.search(lines[number - 1])
            if match is not None:
                codes = [code.strip() for code in (match[1] or "").split(",") if code.strip()]
                if not codes or found.rule.code.startswith(tuple(codes)):
                    return True
    return False


def fix_of(found: Found) -> Fix:
    """What the tool does about one occurrence."""
    if not found.edits:
        return Fix.MANUAL
    return found.fix or found.rule.fix


def _settle(
    source: Source, first: Pass, options: Options, repository: Repository | None
) -> tuple[str, Pass, str | None]:
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


def _verify(first: Pass, last: Pass) -> str | None:
    """What is wrong with the rewritten text, None when nothing is."""
    before, after = first.context.source_file.text, last.context.source_file.text
    try:
        new = undefined(after) - undefined(before)
    except SourceError as error:
        return error.message
    if new:
        return f"the rewrite would leave undefined names: {', '.join(sorted(new))}"
    # By last component: a name that moved with its module is still the same unknown name.
    known = {(_last(item), item.argument) for item in first.strange}
    for item in last.strange:
        if (_last(item), item.argument) not in known and not _mentioned(item, first):
            return f"the rewrite would bring in an unknown name: {item.message}"
    return None


def _last(found: Found) -> str:
    return found.symbol.rpartition(".")[2]


def _mentioned(item: Found, first: Pass) -> bool:
    """Whether a finding of the original text already speaks of a name or argument."""
    return any(
        found.symbol == item.symbol and (not item.argument or item.argument == found.argument)
        for found in first.found
    )


def _reports(first: Pass, last: Pass) -> list[Report]:
    """Findings of the original text and what became of them, then those that the rewritten text still has."""
    if first is last:
        return [_report(item, first.context, applied=False) for item in first.found]
    left = Counter(_key(item) for item in last.found)
    applied = set(first.chosen)
    reports: list[Report] = []
    for item in first.found:
        key = _key(item)
        if item in applied:
            reports.append(_report(item, first.context, applied=True))
        elif left[key]:
            left[key] -= 1
            reports.append(_report(item, first.context, applied=False))
        elif item.rule.code in _LATE:
            continue  # another edit settled it
        else:
            later = bool(item.edits) and fix_of(item) is not Fix.UNSAFE
            reports.append(_report(item, first.context, applied=later))
    known = {item.symbol: item for item in reversed(first.found) if item.symbol}
    told = {(report.symbol.rpartition(".")[2], report.argument) for report in reports if not report.applied}
    for item in last.found:
        if left[_key(item)]:
            left[_key(item)] -= 1
            if (_last(item), item.argument) in told and item.symbol not in known:
                continue  # the same trouble under the name that its module moved to
            before = known.get(item.symbol)
            report = _report(item, last.context, applied=False)
            if before is not None:  # the place in the text that the reader has
                place = _report(before, first.context, applied=False)
                report = replace(
                    report,
                    line=place.line,
                    column=place.column,
                    end_line=place.end_line,
                    end_column=place.end_column,
                    source=place.source,
                )
            reports.append(report)
    return reports


def _key(found: Found) -> tuple[str, str, str]:
    return found.rule.code, found.symbol, found.argument


def _report(found: Found, context: Context, *, applied: bool) -> Report:
    node, rule = found.node, found.rule
    source = context.source_file
    line = getattr(node, "lineno", 1)
    lines = source.lines
    column, end_column = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0)
    hint = "" if applied else found.hint or rule.manual
    fix = fix_of(found)
    if not hint and not applied and fix is Fix.UNSAFE:
        hint = "run with --unsafe to rewrite this"
    return Report(
        code=rule.code,
        severity=found.severity or rule.severity,
        fix=fix,
        applied=applied,
        line=line,
        column=column + 1,
        end_line=getattr(node, "end_lineno", line),
        end_column=end_column + 1,
        message=found.message or rule.summary,
        hint=hint,
        symbol=found.symbol,
        argument=found.argument,
        source=lines[line - 1].strip() if 0 < line <= len(lines) else "",
    )


def _ordered(reports: list[Report]) -> tuple[Report, ...]:
    return tuple(sorted(reports, key=lambda item: (item.line, item.column, item.code, item.argument)))


def _with_todos(text: str, last: Pass) -> str:
    """Put a comment above each statement that something is left to do about."""
    context = last.context
    lines = text.splitlines(keepends=True)
    wanted: dict[int, list[str]] = {}
    for found in last.found:
        statement = context.statement(found.node)
        if statement is None or found.severity is Severity.INFO:
            continue
        decorators = getattr(statement, "decorator_list", [])
        line = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
        what = found.hint or found.rule.manual or found.message or found.rule.summary
        comment = f"# TODO(keras-migrate {found.rule.code}): {' '.join(what.split())}"
        if comment not in wanted.setdefault(line, []):
            wanted[line].append(comment)
    for line in sorted(wanted, reverse=True):
        code = lines[line - 1]
        indent = code[: len(code) - len(code.lstrip())]
        newline = "\r\n" if code.endswith("\r\n") else "\n"
        above = {previous.strip() for previous in lines[max(0, line - 12) : line - 1]}
        new = [f"{indent}{comment}{newline}" for comment in wanted[line] if comment not in above]
        lines[line - 1 : line - 1] = new
    return "".join(lines)
