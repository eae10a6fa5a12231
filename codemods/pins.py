"""Requirement pins in ``requirements*.txt``, ``pyproject.toml``, ``setup.py``/``.cfg``, conda, Docker and CI files.

All of these spell a requirement much alike: a name, extras, a specifier. It is looked for as text, in the places
where each kind of file has requirements, so that the rest of the file keeps every byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from codemods.kinds import kind_of
from codemods.options import Options
from codemods.outcome import Outcome, Report
from codemods.rules.api import SourceRule, Target
from codemods.scan import applies
from codemods.source import Source
from migrate.findings import Fix

_DISCONTINUED = {
    "keras-applications": "use keras.applications",
    "keras-preprocessing": "use keras.utils and keras.preprocessing",
    "keras-contrib": "copy the layers that are used",
    "tensorflow-addons": "most of it is in Keras 3 or KerasHub now",
    "keras-vggface": "load the weights with keras.applications",
}
_TENSORFLOW = frozenset(
    {"tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tensorflow-macos", "tensorflow-intel"}
)
_NAMES = (*sorted(_TENSORFLOW, key=len, reverse=True), "tf-keras", "keras", "numpy", *_DISCONTINUED)
_NAME = "|".join(re.escape(name).replace(r"\-", "[-_]") for name in sorted(_NAMES, key=len, reverse=True))
_SPEC = r"(?:===|==|~=|!=|<=|>=|<|>|=(?!=))\s*v?[0-9][\w.*+!-]*"
_REQUIREMENT = re.compile(
    rf"(?<![\w./@:\[-])(?P<name>{_NAME})(?P<extras>\[[\w,\s-]*\])?(?![\w./\[-])"
    rf"(?P<spec>\s*\(?{_SPEC}(?:\s*,\s*{_SPEC})*\)?)?",
    re.IGNORECASE,
)
_POETRY = re.compile(
    rf"^(?P<name>{_NAME})\s*=\s*(?:\{{[^}}\n]*version\s*=\s*)?\"(?P<spec>[\^~]?[^\"\n]*)\"",
    re.IGNORECASE | re.MULTILINE,
)
_SWITCH = re.compile(r"\bTF_USE_LEGACY_KERAS\b[\"']?\s*[=: ]\s*[\"']?(?:1|true)\b", re.IGNORECASE)
_IGNORE = re.compile(r"#\s*keras-migrate:\s*ignore")
_INSTALLS = re.compile(r"\b(?:pip3?|uv|conda|mamba)\b.*\b(?:install|add|sync)\b|\bdeps\b|^\s+[-\w]+[=<>]")
_FIRST_MODERN = "2.16"


@dataclass(frozen=True, slots=True)
class Pin:
    """One requirement: its normalised name, its specifier, and where both stand."""

    name: str
    written: str
    spec: str
    start: int
    end: int
    style: str
    bare: bool = False
    """An unquoted word of a shell command, where ``>`` would be a redirection."""

    def edit(self, name: str, version: str) -> tuple[int, int, str]:
        """The text edit that makes this a requirement of ``name`` from ``version`` on."""
        lead = self.spec[: len(self.spec) - len(self.spec.lstrip())]
        if self.style == "poetry":
            return self.start, self.end, f">={version}"
        if self.bare:
            return self.start - len(self.written), self.end, f"'{name}>={version}'"
        spec = f"(>={version})" if self.spec.strip().startswith("(") else f">={version}"
        if name == self.written:
            return self.start, self.end, f"{lead}{spec}"
        return self.start - len(self.written), self.end, f"{name}{lead}{spec}"

    @property
    def specifier(self) -> SpecifierSet | None:
        """The specifier in standard form; None when it cannot be understood."""
        text = self.spec.strip().strip("()")
        if self.style == "poetry" and text[:1] in {"^", "~"}:
            return _caret(text)
        if re.match(r"=(?!=)", text):  # conda: ``keras=2.4`` means 2.4.*
            text = f"=={text[1:].strip()}.*" if "*" not in text else f"={text}"
        if text[:1].isdigit():
            text = f"=={text}"
        try:
            return SpecifierSet(text, prereleases=True)
        except InvalidSpecifier:
            return None


def _caret(text: str) -> SpecifierSet | None:
    numbers = text.lstrip("^~").split(".")
    try:
        upper = int(numbers[0]) + 1 if text[0] == "^" or len(numbers) < 2 else int(numbers[0])
        limit = f"{upper}" if text[0] == "^" or len(numbers) < 2 else f"{upper}.{int(numbers[1]) + 1}"
        return SpecifierSet(f">={'.'.join(numbers)},<{limit}", prereleases=True)
    except (ValueError, InvalidSpecifier):
        return None


def pins(text: str, kind: str) -> Iterator[Pin]:
    """The requirements of interest in a file."""
    taken: set[int] = set()
    if kind == "toml":
        for match in _POETRY.finditer(text):
            taken.add(match.start("name"))
            start, end = match.span("spec")
            yield Pin(_normal(match["name"]), match["name"], match["spec"], start, end, "poetry")
    at = 0
    continued = False
    for line in text.splitlines(keepends=True):
        code = line.partition("#")[0] if kind != "toml" or '"' not in line.partition("#")[0][-1:] else line
        installs = continued or bool(_INSTALLS.search(code))
        continued = installs and code.rstrip().endswith("\\")
        if kind != "script" or installs:
            for match in _REQUIREMENT.finditer(code):
                if at + match.start("name") in taken or not _stands_alone(code, match, kind):
                    continue
                spec = match["spec"] or ""
                end = at + match.end()
                start = at + (match.start("spec") if match["spec"] else match.end())
                written = match["name"] + (match["extras"] or "")
                bare = kind == "script" and code[match.start() - 1 : match.start()] not in {"'", '"'}
                yield Pin(_normal(match["name"]), written, spec, start, end, kind, bare)
        at += len(line)


def _stands_alone(line: str, match: re.Match[str], kind: str) -> bool:
    """Whether a name is a requirement and not a word in a sentence, a key or a path."""
    before, after = line[: match.start()], line[match.end() :]
    if kind in {"requirements", "conda"}:
        return before.strip() in {"", "-", "- "} and (not after.strip() or after.lstrip()[:1] in ";,#\\ \"'")
    if kind == "setup":
        return before[-1:] in {'"', "'"} and after[:1] in {'"', "'", ";", " "}
    if kind == "toml":
        quoted = before[-1:] in {'"', "'"} and after.lstrip()[:1] in {'"', "'", ";"}
        return quoted or (not before.strip() and bool(match["spec"]) and not after.strip())
    return before[-1:] in {" ", "\t", '"', "'"} and after[:1] in {
        "",
        " ",
        "\n",
        "\r",
        '"',
        "'",
        ";",
        "&",
        "\\",
        "\t",
    }


def _normal(name: str) -> str:
    return name.lower().replace("_", "-")


def rewrite_pins(source: Source, options: Options) -> Outcome:
    """Findings about the pins of a file, with the edits whose meaning is certain."""
    text = source.text
    kind = kind_of(source.path)
    edits: list[tuple[int, int, str]] = []
    reports: list[Report] = []
    found = list(pins(text, kind))
    names = {pin.name for pin in found}
    for pin in found:
        for rule, message, new in _judge(pin, names, options):
            place = (pin.start, pin.end)
            report = _report(source, rule, place, message, pin.name, options, new is not None)
            if report is not None:
                reports.append(report)
                if report.applied and new is not None:
                    edits.append(new)
    from codemods.rules import pins as rules

    for match in _SWITCH.finditer(text):
        report = _report(source, rules.LEGACY_SWITCH, match.span(), "", "TF_USE_LEGACY_KERAS", options, False)
        if report is not None:
            reports.append(report)
    for start, end, new_text in sorted(set(edits), reverse=True):
        text = text[:start] + new_text + text[end:]
    return Outcome(text, tuple(sorted(reports, key=lambda item: (item.line, item.column, item.code))))


Judgement = tuple[SourceRule, str, tuple[int, int, str] | None]


def _judge(pin: Pin, names: set[str], options: Options) -> Iterator[Judgement]:
    from codemods.rules import pins as rules

    spec = pin.specifier
    floor = f"{options.version.major}" if options.version.minor > 14 else f"{options.version}"
    quoted = pin.spec.strip() or "no version"
    if pin.name == "keras" and spec is not None and str(spec) and not _reaches(spec, 3, range(16)):
        yield rules.KERAS, f"keras is kept below 3 ({quoted})", pin.edit(pin.written, floor)
    elif pin.name == "tensorflow-gpu":
        plain = pin.style in {"requirements", "script", "setup"}
        new = pin.edit("tensorflow[and-cuda]", _FIRST_MODERN) if plain else None
        yield rules.GPU, "tensorflow-gpu no longer exists", new
    elif pin.name in _TENSORFLOW and spec is not None and str(spec) and not _reaches(spec, 2, range(16, 40)):
        message = f"{pin.name} is kept below 2.16 ({quoted})"
        yield rules.TENSORFLOW, message, pin.edit(pin.written, _FIRST_MODERN)
    alone = pin.name in _TENSORFLOW and "tf-keras" not in names and options.target is Target.TF_KERAS_2
    if alone and (spec is None or not str(spec) or _reaches(spec, 2, range(16, 40))):
        yield rules.STAY, f"{pin.name} may be 2.16 or later, and tf-keras is not required", None
    if pin.name in _DISCONTINUED:
        yield rules.DISCONTINUED, f"{pin.name} is no longer maintained: {_DISCONTINUED[pin.name]}", None
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
) -> Report | None:
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
    return Report(
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
        source=whole.strip(),
    )
