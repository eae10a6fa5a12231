"""The first sentences of the report: whether the migration is possible, what is done, what remains."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.findings import Severity
from migrate.report.compatibility.levels import Effort, Level
from migrate.report.compatibility.model_records import ModelUnit
from migrate.report.compatibility.records import FileUnit, Tally


def verdict(whole: Tally, files: Sequence[FileUnit], models: Sequence[ModelUnit], gaps: bool) -> str:
    """A few sentences in plain words; the figures are those of the tally."""
    if not whole.units:
        return "Nothing related to Keras was found here."
    sentences = [_answer(whole)]
    if models:
        compared = sum(m.status == "migrated" for m in models)
        sentences.append(f"{_many(compared, 'model')} of {len(models)} migrated and compared equal.")
    if files:
        ready = sum(f.level is Level.READY for f in files)
        sentences.append(f"{_many(ready, 'file')} of {len(files)} ready.")
    silent = whole.open_severities[Severity.SILENT]
    if silent:
        sentences.append(f"{_many(silent, 'finding')} would change numbers without an error.")
    if gaps:
        sentences.append("Some items could not be examined; they are listed.")
    return " ".join(sentences)


def _answer(whole: Tally) -> str:
    blocked, manual = whole.levels[Level.BLOCKED], whole.effort[Effort.MANUAL]
    if whole.levels[Level.READY] == whole.units:
        return "Yes: everything that was looked at is ready for Keras 3."
    if blocked:
        return f"Not yet: {_many(blocked, 'file or model', 'files and models')} blocked."
    if manual:
        return f"Not yet: {_many(manual, 'finding')} to be resolved manually."
    if whole.effort[Effort.ASSISTED] or whole.levels[Level.ASSISTED]:
        return "Nearly: the rest needs a decision, and the tool does the work."
    return "Yes: the tool does the rest."


def _many(count: int, one: str, more: str = "") -> str:
    return f"{count} {one if count == 1 else more or one + 's'}"
