"""Findings of a rewrite as reports: the original findings with their outcome, and the remaining ones."""

from __future__ import annotations

import msgspec

from codemods.analysis.analyse import GENERIC_RULES, Analysis
from codemods.context import Context
from codemods.edits import ReplaceExpression
from codemods.names.trees import walk
from codemods.outcome import CodeFinding
from codemods.rules.api import Match
from migrate.findings import Fix, Severity


def fix_of(found: Match) -> Fix:
    """What the tool does about one occurrence."""
    if not found.edits:
        return Fix.MANUAL
    return found.fix or found.rule.fix


def last_part(found: Match) -> str:
    """The last part of the symbol a finding is about."""
    return found.symbol.rpartition(".")[2]


def reports_of(first: Analysis, last: Analysis, *, unsafe: bool) -> list[CodeFinding]:
    """Findings of the original text with their outcome, then those that the rewritten text still has."""
    if first is last:
        return [report_of(item, first.context, applied=False) for item in first.found]
    left: dict[tuple[str, str, str], list[Match]] = {}
    for item in last.found:
        left.setdefault(_key(item), []).append(item)
    applied = set(first.chosen)
    rewritten = {
        node
        for item in first.chosen
        for edit in item.edits
        if isinstance(edit, ReplaceExpression)
        for node in walk(edit.node)
    }
    meanwhile = _meanwhile(first, applied)
    reports: list[CodeFinding] = []
    for item in first.found:
        key = _key(item)
        if item in meanwhile.values():
            continue
        if item in applied:
            reports.append(report_of(item, first.context, applied=True))
        elif left.get(key):
            after = left[key].pop(0)  # the new text decides the severity
            report = report_of(item, first.context, applied=False)
            severity = after.severity or after.rule.severity
            hint = f"{report.hint}; {_UNTIL_THEN}" if item in meanwhile else report.hint
            reports.append(msgspec.structs.replace(report, severity=severity, hint=hint))
        elif item.rule.code in GENERIC_RULES or (not item.edits and item.node in rewritten):
            continue  # another edit resolved it
        else:
            later = bool(item.edits) and (unsafe or fix_of(item) is not Fix.UNSAFE)
            reports.append(report_of(item, first.context, applied=later))
    known = {item.symbol: item for item in reversed(first.found) if item.symbol}
    told = {(report.symbol.rpartition(".")[2], report.argument) for report in reports if not report.applied}
    holding = {item.symbol for item in first.found if item.rule.code == "ECO002"}
    for item in last.found:
        if item in left[_key(item)]:
            if item.rule.code == "ECO001" and item.symbol in holding:
                continue  # the object that keeps the file, on another line now
            if (last_part(item), item.argument) in told and item.symbol not in known:
                continue  # the same problem under the name that its module moved to
            before = known.get(item.symbol)
            report = report_of(item, last.context, applied=False)
            if before is not None:  # the position in the text that the reader has
                place = report_of(before, first.context, applied=False)
                report = msgspec.structs.replace(
                    report,
                    line=place.line,
                    column=place.column,
                    end_line=place.end_line,
                    end_column=place.end_column,
                    source=place.source,
                )
            reports.append(report)
    return reports


_KEPT = "IMP003"
"""The rule that moves a name that Keras 3 lacks to ``tf.keras``, where it still works with TensorFlow."""

_UNTIL_THEN = "until then the old one is called under tf.keras, with TensorFlow only"


def _meanwhile(first: Analysis, applied: set[Match]) -> dict[Match, Match]:
    """By finding that is left: the edit at its place that lets the old name work until somebody has rewritten it.

    Both are one thing to do, and are reported as the finding that is left.
    """
    kept = {item.node: item for item in applied if item.rule.code == _KEPT}
    left = (
        item
        for item in first.found
        if item not in applied
        and item.rule.code not in GENERIC_RULES
        and (item.severity or item.rule.severity) is not Severity.INFO
    )
    places = ((item, getattr(item.node, "func", item.node)) for item in left if not item.argument)
    return {item: kept[node] for item, node in places if node in kept}


def _key(found: Match) -> tuple[str, str, str]:
    return found.rule.code, found.symbol, found.argument


def report_of(found: Match, context: Context, *, applied: bool) -> CodeFinding:
    """A finding without its nodes, at its place in the text of ``context``."""
    node, rule = found.node, found.rule
    source = context.source_file
    line = getattr(node, "lineno", 1)
    lines = source.lines
    column, end_column = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0)
    hint = "" if applied else found.hint or rule.manual
    fix = fix_of(found)
    if not applied and fix is Fix.UNSAFE and "--unsafe" not in hint:
        hint = "run with --unsafe to rewrite this" + (f"; {hint}" if hint else "")
    return CodeFinding(
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


def ordered(reports: list[CodeFinding]) -> tuple[CodeFinding, ...]:
    """In the order of the text."""
    return tuple(sorted(reports, key=lambda item: (item.line, item.column, item.code, item.argument)))


def with_todos(text: str, last: Analysis) -> str:
    """Put a comment above each statement for which something is left to do."""
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
