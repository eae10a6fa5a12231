"""What a run prints: JSON, SARIF, GitHub annotations, JUnit and Markdown; see `codemods.output.terminal` for text."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape, quoteattr

import msgspec

from codemods.outcome import CodeFinding
from codemods.output.records import FileRecord, Result
from codemods.rules.api import all_source_rules
from migrate.findings import Severity

_SARIF_LEVELS = {"error": "error", "silent": "error", "warning": "warning", "info": "note"}
_GITHUB_LEVELS = {"error": "error", "silent": "error", "warning": "warning", "info": "notice"}
_HOME = "https://github.com/keras-team/keras/issues/18467"


def as_json(result: Result) -> str:
    """The contract of ``codemods/schema/code.json``."""
    return msgspec.json.format(msgspec.json.encode(result), indent=2).decode()


def as_sarif(result: Result) -> str:
    """SARIF 2.1.0; findings that were applied are reported as absent now."""
    known = {rule.code: rule for rule in all_source_rules()}
    used = sorted({finding.code for file in result.files for finding in file.findings})
    rules = [
        {
            "id": code,
            "name": known[code].name,
            "shortDescription": {"text": known[code].summary},
            "fullDescription": {"text": known[code].why or known[code].summary},
            "helpUri": next((r for r in known[code].references if r.startswith("https://")), _HOME),
            "defaultConfiguration": {"level": _SARIF_LEVELS[known[code].severity.value]},
        }
        for code in used
        if code in known
    ]
    results = [_sarif_result(file, finding) for file in result.files for finding in file.findings]
    notes = [
        {
            "level": "error",
            "message": {"text": file.error},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": file.path}}}],
        }
        for file in result.files
        if file.error is not None
    ]
    run = {
        "tool": {"driver": {"name": "keras-migrate", "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": results,
        "invocations": [{"executionSuccessful": not notes, "toolExecutionNotifications": notes}],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=2)


def _sarif_result(file: FileRecord, finding: CodeFinding) -> dict[str, object]:
    region = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    }
    place = {"artifactLocation": {"uri": file.path}, "region": region}
    return {
        "ruleId": finding.code,
        "level": _SARIF_LEVELS[finding.severity],
        "message": {"text": _sentence(finding)},
        "locations": [{"physicalLocation": place}],
        "baselineState": "absent" if finding.applied else "unchanged",
        "properties": {"fix": finding.fix, "symbol": finding.symbol},
    }


def _sentence(finding: CodeFinding) -> str:
    return f"{finding.message} - {finding.hint}" if finding.hint else finding.message


def as_github(result: Result) -> str:
    """Workflow commands that annotate a pull request."""
    lines = []
    for file in result.files:
        if file.error is not None:
            lines.append(f"::error file={_property(file.path)}::{_data(file.error)}")
        for finding in file.findings:
            if not finding.applied:
                place = f"file={_property(file.path)},line={finding.line},endLine={finding.end_line}"
                title = f"title={finding.code}"
                level = _GITHUB_LEVELS[finding.severity]
                lines.append(f"::{level} {place},{title}::{_data(_sentence(finding))}")
    return "\n".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def as_junit(result: Result) -> str:
    """One test case a file; what is left to do is a failure, a skipped file an error."""
    cases = []
    failures = errors = 0
    for file in result.files:
        left = [f for f in file.findings if not f.applied and f.severity is not Severity.INFO]
        body = ""
        if file.error is not None:
            errors += 1
            body = f"<error message={quoteattr(file.error)}/>"
        elif left:
            failures += 1
            text = "\n".join(f"{f.line}:{f.column} {f.code} {_sentence(f)}" for f in left)
            body = f"<failure message={quoteattr(f'{len(left)} findings')}>{escape(text)}</failure>"
        cases.append(f'  <testcase classname="keras-migrate" name={quoteattr(file.path)}>{body}</testcase>')
    head = f'<testsuite name="keras-migrate" tests="{len(cases)}" failures="{failures}" errors="{errors}">'
    return "\n".join(['<?xml version="1.0" encoding="utf-8"?>', head, *cases, "</testsuite>"])


def as_markdown(result: Result) -> str:
    """A summary for a pull request: counts by rule, then what is left by file."""
    summary = result.summary
    lines = [
        "# Keras 3 migration of the source",
        "",
        f"{summary.changed} of {summary.files} files change; {summary.applied} findings are rewritten, "
        f"{sum(summary.findings.values()) - summary.applied} are left.",
        "",
        "| effort | findings |",
        "|---|---:|",
        f"| automatic | {summary.effort.automatic} |",
        f"| with `--unsafe` | {summary.effort.assisted} |",
        f"| manual | {summary.effort.manual} |",
    ]
    if summary.findings:
        names = {rule.code: rule.summary for rule in all_source_rules()}
        applied = Counter(f.code for file in result.files for f in file.findings if f.applied)
        lines += ["", "| rule | what | found | rewritten |", "|---|---|---:|---:|"]
        lines += [
            f"| {code} | {_cell(names.get(code, ''))} | {count} | {applied[code]} |"
            for code, count in summary.findings.items()
        ]
    for file in result.files:
        left = [finding for finding in file.findings if not finding.applied]
        if left or file.error is not None:
            lines += ["", f"## {file.path}", ""]
            if file.error is not None:
                lines.append(f"- **skipped**: {_cell(file.error)}")
            lines += [f"- line {f.line}, {f.code} ({f.severity}): {_cell(_sentence(f))}" for f in left]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


FORMATS: dict[str, Callable[[Result], str]] = {
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
    "junit": as_junit,
    "markdown": as_markdown,
}


def names() -> Sequence[str]:
    """Every format, text first."""
    return ("text", *FORMATS)
