"""Requirement pins on Keras and its backends, and the environment that the report was made in."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator
from importlib import metadata

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from migrate.report.compatibility.records import Pin

_PIN = re.compile(
    r"(?<![\w./-])(?P<name>tensorflow(?:[-_](?:gpu|cpu|macos|intel))?|tf[-_]keras(?:[-_]nightly)?|keras)"
    r"(?:\[[^\]]*\])?(?![\w.-]*/)"
    r"(?P<spec>\s*\(?\s*(?:[=<>!~^]=?=?)\s*[\w.*+!-]+(?:\s*,\s*(?:[<>!~=]=?)\s*[\w.*+!-]+)*)?"
    r"(?=$|[\s'\",;)\]#])",
    re.IGNORECASE,
)
_TABLE_PIN = re.compile(
    r"^\s*[\"']?(?P<name>tensorflow(?:-\w+)?|tf-keras|keras)[\"']?\s*=\s*[\"'](?P<spec>[^\"']+)[\"']"
)
# Releases on either side of the change: TensorFlow 2.16 was the first with Keras 3.
_PROBES = {
    "keras": (
        ("1.2.2", "2.2.4", "2.4.3", "2.10.0", "2.15.0"),
        ("3.0.5", "3.4.1", "3.8.0", "3.10.0", "3.15.1"),
    ),
    "tensorflow": (
        ("1.15.5", "2.3.4", "2.8.4", "2.13.1", "2.15.1"),
        ("2.16.1", "2.18.0", "2.19.0", "2.21.0"),
    ),
}
PACKAGES = ("keras", "tensorflow", "tf-keras", "keras-migrate")
VARIABLES = ("TF_USE_LEGACY_KERAS", "KERAS_BACKEND")


def pins(path: str, text: str) -> Iterator[Pin]:
    """Pins that a requirements, project, environment or container file names."""
    prose = path.endswith((".toml", ".cfg", ".py"))
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.split("#", 1)[0]
        if table := _TABLE_PIN.match(bare):
            yield _pin(path, number, table["name"], table["spec"])
            continue
        for found in _PIN.finditer(bare):
            quoted = bare[found.start() - 1 : found.start()] in {"'", '"'}
            # In a project file a bare word is prose (a description, a keyword); a requirement is quoted or pinned.
            if prose and not found["spec"] and not (quoted and path.endswith(".py")):
                continue
            yield _pin(path, number, found["name"], (found["spec"] or "").strip(" ("))


def _pin(path: str, line: int, name: str, spec: str) -> Pin:
    plain = name.lower().replace("_", "-")
    return Pin(path=path, line=line, name=plain, specifier=spec, verdict=verdict(plain, spec))


def verdict(name: str, spec: str) -> str:
    """``legacy``, ``modern`` or ``both``: which Keras the specifier lets in; ``open`` without or beyond one."""
    if name.startswith("tf-keras"):
        return "legacy"
    if not spec or spec == "*":
        return "open"
    text = spec.replace("^", "~=") if spec.startswith("^") else spec
    if re.match(r"^\d", text):
        text = f"=={text}"
    elif re.match(r"^=[^=]", text):  # conda's single equals sign
        text = f"=={text[1:]}.*" if text.count(".") < 2 else f"={text}"
    try:
        specifier = SpecifierSet(text)
    except InvalidSpecifier:
        return "open"
    old, new = _PROBES["keras" if name == "keras" else "tensorflow"]
    legacy = any(version in specifier for version in old) or _exact_below(text, old[-1])
    modern = any(version in specifier for version in new) or _exact_above(text, new[0])
    return "both" if legacy and modern else "modern" if modern else "legacy" if legacy else "open"


def _exact_below(text: str, last: str) -> bool:
    exact = _exact(text)
    return exact is not None and exact in SpecifierSet(f"<={last}")


def _exact_above(text: str, first: str) -> bool:
    exact = _exact(text)
    return exact is not None and exact in SpecifierSet(
        f">={'.'.join(first.split('.')[:2])}", prereleases=True
    )


def _exact(text: str) -> str | None:
    found = re.match(r"^(?:==|~=)\s*(\d[\w.]*?)(?:\.\*)?$", text)
    return found[1] if found else None


def environment() -> dict[str, str]:
    """Versions of Python, Keras and TensorFlow as installed (read from metadata, nothing is imported)."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    found.update({name: os.environ[name] for name in VARIABLES if name in os.environ})
    return found
