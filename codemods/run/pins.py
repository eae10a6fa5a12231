"""Requirement pins and what becomes of them; the rest of a file keeps every byte."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.specifiers import SpecifierSet

from codemods.analysis.scan import applies
from codemods.ecosystem import World
from codemods.files.kinds import kind_of
from codemods.files.requirements import DISCONTINUED, TENSORFLOW, Pin, pins
from codemods.files.source import Source
from codemods.options import Options
from codemods.outcome import CodeFinding, Outcome
from codemods.rules.api import SourceRule, Target
from migrate.findings import Fix

_SWITCH = re.compile(r"\bTF_USE_LEGACY_KERAS\b[\"']?\s*[=: ]\s*[\"']?(?:1|true)\b", re.IGNORECASE)
_IGNORE = re.compile(r"#\s*keras-migrate:\s*ignore")
_FIRST_MODERN = "2.16"


def rewrite_pins(source: Source, options: Options, worlds: frozenset[World] = frozenset()) -> Outcome:
    """Findings about the pins of a file, with the edits whose meaning is certain.

    Args:
        source: the file.
        options: the destination.
        worlds: what the files of the project need that stay with Keras 2.
    """
    text = source.text
    kind = kind_of(source.path)
    edits: list[tuple[int, int, str]] = []
    reports: list[CodeFinding] = []
    found = list(pins(text, kind))
    names = {pin.name for pin in found}
    for pin in found:
        for rule, message, edit in _judge(pin, names, options, worlds):
            # Code that stays as it is needs the Keras and TensorFlow that it was written for.
            new = None if World.KERAS_2 in worlds else edit
            place = (pin.start, pin.end)
            report = _report(source, rule, place, message, pin.name, options, new is not None)
            if report is not None:
                reports.append(report)
                if report.applied and new is not None:
                    edits.append(new)
    from codemods.rules.names import pins as rules

    for match in _SWITCH.finditer(text) if World.SWITCH not in worlds else ():
        report = _report(source, rules.LEGACY_SWITCH, match.span(), "", "TF_USE_LEGACY_KERAS", options, False)
        if report is not None:
            reports.append(report)
    for start, end, new_text in sorted(set(edits), reverse=True):
        text = text[:start] + new_text + text[end:]
    return Outcome(text, tuple(sorted(reports, key=lambda item: (item.line, item.column, item.code))))


Judgement = tuple[SourceRule, str, tuple[int, int, str] | None]


def _judge(
    pin: Pin, names: set[str], options: Options, worlds: frozenset[World] = frozenset()
) -> Iterator[Judgement]:
    from codemods.rules.names import pins as rules

    spec = pin.specifier
    floor = f"{options.version.major}" if options.version.minor > 14 else f"{options.version}"
    quoted = pin.spec.strip() or "no version"
    if pin.name == "keras" and spec is not None and str(spec) and not _reaches(spec, 3, range(16)):
        yield rules.KERAS, f"keras is pinned below 3 ({quoted})", pin.edit(pin.written, floor)
    elif pin.name == "tensorflow-gpu":
        plain = pin.style in {"requirements", "script", "setup"}
        new = pin.edit("tensorflow[and-cuda]", _FIRST_MODERN) if plain else None
        yield rules.GPU, "tensorflow-gpu no longer exists", new
    elif pin.name in TENSORFLOW and spec is not None and str(spec) and not _reaches(spec, 2, range(16, 40)):
        message = f"{pin.name} is pinned below 2.16 ({quoted})"
        yield rules.TENSORFLOW, message, pin.edit(pin.written, _FIRST_MODERN)
    alone = pin.name in TENSORFLOW and "tf-keras" not in names and options.target is Target.TF_KERAS_2
    if alone and (spec is None or not str(spec) or _reaches(spec, 2, range(16, 40))):
        yield rules.STAY, f"{pin.name} may be 2.16 or later, and tf-keras is not required", None
    if pin.name in TENSORFLOW and "tf-keras" not in names and worlds & {World.TF_KERAS, World.SWITCH}:
        yield rules.ISLAND, "files of the project stay on tf_keras, and tf-keras is not required", None
    if pin.name in DISCONTINUED:
        yield rules.DISCONTINUED, f"{pin.name} is no longer maintained: {DISCONTINUED[pin.name]}", None
    if pin.name == "numpy" and (spec is None or spec.contains("2.1.0")):
        yield rules.NUMPY, f"numpy may be 2 ({quoted}), which Keras {options.version} cannot use", None


def _reaches(spec: SpecifierSet, major: int, minors: range) -> bool:
    return any(spec.contains(f"{major}.{minor}.{patch}") for minor in minors for patch in (0, 1, 9, 99))


def _report(
    source: Source,
    rule: SourceRule,
    span: tuple[int, int],
    message: str,
    name: str,
    options: Options,
    editable: bool,
) -> CodeFinding | None:
    if not options.wants(rule.code) or not applies(rule, options.target, options.version):
        return None
    text = source.text
    line = text.count("\n", 0, span[0]) + 1
    begin = text.rfind("\n", 0, span[0]) + 1
    end = text.find("\n", span[0])
    whole = text[begin : end if end >= 0 else len(text)]
    if _IGNORE.search(whole):
        return None
    fix = rule.fix if editable else Fix.MANUAL
    applied = fix is Fix.SAFE or (fix is Fix.UNSAFE and options.unsafe)
    hint = rule.manual or ("run with --unsafe to change this" if fix is Fix.UNSAFE else rule.summary)
    return CodeFinding(
        code=rule.code,
        severity=rule.severity,
        fix=fix,
        applied=applied,
        line=line,
        column=span[0] - begin + 1,
        end_line=line,
        end_column=span[1] - begin + 1,
        message=message or rule.summary,
        hint="" if applied else hint,
        symbol=name,
        argument="",
        source=whole.strip(),
    )
