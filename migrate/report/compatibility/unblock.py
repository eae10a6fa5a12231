"""The command that continues a model: the options that its findings require, with the known values from the source."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence

from migrate.report.compatibility.model_records import ModelUnit, NextStep
from migrate.report.compatibility.records import Entry, Link

VALUES = {
    "--architecture": "ARCHITECTURE.json",
    "--source": ".",
    "--custom-objects": "layers.py",
    "--input-shape": "28,28,1",
    "--stock-names": "NAME",
    "--define": "NAME=VALUE",
    "--trust": "",
    "--timeout": "3600",
    "--memory": "16",
    "--backend": "theano",
}
"""Options that hints name, with a placeholder if the report has no value; the user replaces capital letters."""
_OPTION = re.compile(r"--[a-z][a-z-]+")
OUT = "migrated"


def next_step(model: ModelUnit, entries: Sequence[Entry], links: Sequence[Link]) -> NextStep | None:
    """What to do about a model that is not done; None for one that is.

    Args:
        model: with its status.
        entries: its open findings.
        links: those that refer to it: where its classes are defined.
    """
    migrate = f"keras-migrate models {shlex.quote(model.path)} --out {OUT}"
    if model.status == "planned":
        return NextStep(text="Nothing blocks it.", command=migrate)
    if model.status in ("migrated", "skipped"):
        return None
    worst = min(entries, key=lambda entry: entry.severity.rank, default=None)
    defined = _defined(links)
    if model.status == "blocked" and defined:
        files = " ".join(
            f"--source {shlex.quote(path)}" for path in dict.fromkeys(p for p, _ in defined.values())
        )
        said = ", ".join(f"{name} is defined at {path}:{line}" for name, (path, line) in defined.items())
        return NextStep(text=f"{said}.", command=f"{migrate} {files}")
    if worst is None:
        return NextStep(text="Run it alone and check its output.", command=f"{migrate} -v")
    option = next((name for name in _OPTION.findall(worst.hint) if name in VALUES), None)
    if option is None:
        return NextStep(text=worst.hint or worst.message, command=f"keras-migrate explain {worst.code}")
    value = f" {VALUES[option]}" if VALUES[option] else ""
    return NextStep(text=worst.hint, command=f"{migrate} {option}{value}")


def _defined(links: Sequence[Link]) -> Mapping[str, tuple[str, int]]:
    """Class to the file and line of its definition."""
    return {
        link.text: (link.path, link.line)
        for link in links
        if link.kind == "defines" and link.state == "linked"
    }
