"""The user's command in both worlds: the old source under tf-keras, the new one under Keras 3, test by test."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from migrate.findings import MigrationError
from migrate.printable import printable
from migrate.repository.junit import read_junit
from migrate.repository.records import CaseResult, CaseVerdict, Verdict, WorldRun
from migrate.worlds.host.command import Ended, run_command
from migrate.worlds.host.environment import World

_SHELL = frozenset(";&|<>$`\n")
_RESULTS = "keras-migrate-junit.xml"
_TAIL = 4_000
WHOLE = "the command"
"""Name of the one result of a command that tells no tests."""


def command_line(text: str) -> list[str]:
    """The program and arguments of a command; one of a shell where it uses what only shells have.

    Raises:
        MigrationError: ``REPO005`` for one that is none.
    """
    if set(text) & _SHELL:
        return ["/bin/sh", "-c", text]
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise MigrationError(
            "REPO005",
            f"--test {text!r} is not a command: {error}",
            "Quote it as for a shell.",
        ) from error
    if not words:
        raise MigrationError(
            "REPO005", "--test is empty", 'Pass the command that runs the tests: --test "pytest -q".'
        )
    return ["python", "-m", *words] if words[0] == "pytest" else words


def run_suite(
    text: str, world: World, folder: Path, *, python: Path | None = None, read: Sequence[Path] = (),
    seconds: float = 1800.0, network: bool = False,
) -> WorldRun:  # fmt: skip
    """Run a command in one world.

    Results per test are asked of pytest through ``PYTEST_ADDOPTS``, whatever the command; one that starts no pytest is
    one result by its exit status.

    Args:
        text: the command.
        world: ``LEGACY`` or ``MODERN``.
        folder: a copy of the repository, which the command may change.
        python: the interpreter; this one unless given.
        read: what it may read beside the folder.
        seconds: after which it is killed.
        network: let it use the network.
    """
    file = folder / _RESULTS
    file.unlink(missing_ok=True)
    variables = {"PYTEST_ADDOPTS": f"--junitxml={file} -p no:cacheprovider -p no:randomly"}
    ended = run_command(
        command_line(text),
        world,
        folder,
        python=python,
        variables=variables,
        read=read,
        seconds=seconds,
        network=network,
    )
    tests = read_junit(file)
    if tests is None:
        tests = [_whole(ended)] if ended.status is not None else []
    return WorldRun(
        world=world.value,
        command=text,
        status=ended.status,
        seconds=round(ended.seconds, 1),
        tests=tests,
        output=printable(ended.output[-_TAIL:].replace("\r", "")) if ended.status else "",
        protections=list(ended.protections),
    )


def _whole(ended: Ended) -> CaseResult:
    lines = [line for line in ended.output.splitlines() if line.strip()]
    passed = ended.status == 0
    return CaseResult(
        name=WHOLE,
        outcome="passed" if passed else "failed",
        message="" if passed or not lines else printable(lines[-1][:300]),
    )


def compare(before: WorldRun, after: WorldRun) -> list[CaseVerdict]:
    """What became of each test, worst first; nothing where one of the worlds gave no results.

    A test that failed in both is not told apart by its errors: the messages of both worlds differ anyway.
    """
    if not before.tests or not after.tests:
        return []
    old = {test.name: test for test in before.tests}
    new = {test.name: test for test in after.tests}
    found = [_verdict(name, old.get(name), new.get(name)) for name in sorted(old.keys() | new.keys())]
    order = list(Verdict)
    return sorted(found, key=lambda verdict: order.index(verdict.verdict))


def _verdict(name: str, old: CaseResult | None, new: CaseResult | None) -> CaseVerdict:
    passed_before = old is not None and old.outcome == "passed"
    passed_after = new is not None and new.outcome == "passed"
    if passed_before and passed_after:
        verdict = Verdict.PASSES
    elif passed_before and (new is None or new.outcome != "skipped"):
        verdict = Verdict.BROKEN  # also a test that is no longer collected: its file no longer imports
    elif passed_after and (old is None or old.outcome in {"failed", "error"}):
        verdict = Verdict.REPAIRED
    elif (old is None or old.outcome in {"failed", "error"}) and (
        new is None or new.outcome in {"failed", "error"}
    ):
        verdict = Verdict.FAILS
    else:
        verdict = Verdict.NOT_RUN
    told = new if new is not None and new.outcome != "passed" else old if verdict is Verdict.FAILS else None
    return CaseVerdict(
        name=name,
        verdict=verdict,
        before=old.outcome if old else "",
        after=new.outcome if new else "",
        message=told.message if told else "",
        place=told.place if told else "",
    )


def counts(verdicts: Sequence[CaseVerdict]) -> dict[str, int]:
    """How many tests of each verdict, in the order of `Verdict`; those that there are."""
    found = {verdict.value: sum(one.verdict is verdict for one in verdicts) for verdict in Verdict}
    return {name: count for name, count in found.items() if count}
