"""Two helpers for tests of rules: ``check_noop`` and ``check_transformed``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

from packaging.version import Version

from codemods.edit.engine import rewrite
from codemods.files.source import Source, parse
from codemods.options import NEWEST, Options
from codemods.outcome import Outcome
from codemods.rules.api import Backend, Target


def run(
    text: str,
    *,
    target: str = "keras",
    version: str = str(NEWEST),
    unsafe: bool = False,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    todo: bool = False,
    path: str = "snippet.py",
    backend: str = "tensorflow",
) -> Outcome:
    """Rewrite a snippet (dedented)."""
    options = Options(
        Target(target),
        Version(version),
        tuple(select),
        tuple(ignore),
        unsafe,
        todo,
        backend=Backend(backend),
    )
    return rewrite(Source(Path(path), dedent(text)), options)


def check_noop(
    text: str,
    *,
    codes: Sequence[str] | None = None,
    target: str = "keras",
    version: str = str(NEWEST),
    unsafe: bool = False,
    select: Sequence[str] = (),
    path: str = "snippet.py",
    backend: str = "tensorflow",
) -> Outcome:
    """The text does not change; with ``codes`` exactly these are found (with repetitions, sorted)."""
    text = dedent(text)
    outcome = run(
        text, target=target, version=version, unsafe=unsafe, select=select, path=path, backend=backend
    )
    assert outcome.error is None, outcome.error
    assert outcome.text == text, f"changed to:\n{outcome.text}"
    if codes is not None:
        assert sorted(finding.code for finding in outcome.findings) == sorted(codes), outcome.findings
    return outcome


def check_transformed(
    before: str,
    after: str,
    *,
    codes: Sequence[str] | None = None,
    target: str = "keras",
    version: str = str(NEWEST),
    unsafe: bool = False,
    select: Sequence[str] = (),
    path: str = "snippet.py",
    backend: str = "tensorflow",
) -> Outcome:
    """The text becomes ``after``, which parses and is unchanged by a second run.

    With ``codes``, exactly these were applied (without repetitions).
    """
    before, after = dedent(before), dedent(after)
    parse(after)
    outcome = run(
        before, target=target, version=version, unsafe=unsafe, select=select, path=path, backend=backend
    )
    assert outcome.error is None, outcome.error
    assert outcome.text == after, f"became:\n{outcome.text}"
    if codes is not None:
        applied = {finding.code for finding in outcome.findings if finding.applied}
        assert applied == set(codes), outcome.findings
    again = run(
        after, target=target, version=version, unsafe=unsafe, select=select, path=path, backend=backend
    )
    assert again.text == after, f"a second run makes:\n{again.text}"
    return outcome
