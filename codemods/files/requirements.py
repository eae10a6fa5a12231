"""Requirements in text: ``requirements*.txt``, ``pyproject.toml``, ``setup.py``/``.cfg``, conda, Docker and CI files.

All of these spell a requirement much alike: a name, extras, a specifier. It is looked for as text, in the places
where each kind of file has requirements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet

DISCONTINUED = {
    "keras-applications": "use keras.applications",
    "keras-preprocessing": "use keras.utils and keras.preprocessing",
    "keras-contrib": "copy the layers that you use",
    "tensorflow-addons": "most of it is now in Keras 3 or KerasHub",
    "keras-vggface": "load the weights with keras.applications",
}
TENSORFLOW = frozenset(
    {"tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tensorflow-macos", "tensorflow-intel"}
)
_NAMES = (*sorted(TENSORFLOW, key=len, reverse=True), "tf-keras", "keras", "numpy", *DISCONTINUED)
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
_KEY = re.compile(r"[\"']\s*(?::(?!\w)|=(?!=))")
"""What follows a quoted name that is a key: the name of an extra, in setup.py and in TOML."""
_WORDS = re.compile(r"\bname\s*=\s*[\"']$|\bkeywords\s*=[^\])]*$")
"""What precedes words that describe a package."""
_INSTALLS = re.compile(r"\b(?:pip3?|uv|conda|mamba)\b.*\b(?:install|add|sync)\b|\bdeps\b|^\s+[-\w]+[=<>]")


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
    if _KEY.match(after) or _WORDS.search(before):
        return False
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
