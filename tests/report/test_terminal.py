"""The report in a terminal: nothing that a person needs is cut, at any width."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from migrate.report.writers.terminal import REASONS, show
from tests.report.conftest import joined
from tests.report.factory import code_report, models_report


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_codes_reasons_and_commands_are_whole(width: int) -> None:
    report = joined(code_report(40, 6), models_report(8)[0])
    stream = io.StringIO()
    show(report, ["report.html"], Console(file=stream, width=width, force_terminal=True, color_system=None))
    text = stream.getvalue()
    assert "…" not in text
    words = set(text.split())
    worst = [reason for reason in report.reasons if reason.open][:REASONS]
    assert len(worst) > 3
    for reason in worst:
        assert {reason.code, str(reason.severity), *reason.summary.split()} <= words
    commands = [step.command for step in report.order if step.command]
    assert commands
    assert all(any(command in line for line in text.splitlines()) for command in commands)
