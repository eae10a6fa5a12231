"""Run the members of a fleet, those that are not done: here or on a cluster."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from codemods.files.journal import write_atomically
from migrate.printable import printable
from migrate.repository.fleet.executors import Ended, Executor, Task
from migrate.repository.fleet.members import Member, key_of
from migrate.repository.fleet.records import FINISHED, SCHEMA_VERSION, MemberResult
from migrate.repository.records import State
from migrate.wheels import module_of
from migrate.workorders.records import WorkOrders
from migrate.workorders.state import RECORD

RESULTS = "results"


def run_fleet(
    members: Sequence[Member],
    out: Path,
    options: Sequence[str],
    execute: Executor,
    tell: Callable[[MemberResult, bool], None] = lambda _result, _kept: None,
) -> list[MemberResult]:
    """Run every member that has no result for its present content and options.

    Args:
        members: of the list, in order.
        out: folder for outputs; each member has its own in it, and ``results`` one record each.
        options: of ``keras-migrate repo`` for all of them.
        execute: where they run.
        tell: told of each result, and whether it was there before.

    Returns:
        One result for each member, in order.
    """
    results: dict[str, MemberResult] = {}
    (out / RESULTS).mkdir(parents=True, exist_ok=True)
    work: list[Task] = []
    by_name = {member.name: member for member in members}
    keys = {member.name: key_of(member, options) for member in members}
    for member in members:
        kept = _kept(out, member, keys[member.name])
        if kept is not None:
            results[member.name] = kept
            tell(kept, True)
        else:
            work.append(Task(member.name, str(member.root), tuple(_command(member, out, options))))
    mutex = threading.Lock()

    def end(name: str, ended: Ended) -> None:
        member = by_name[name]
        result = _result(member, out, keys[name], ended)
        with mutex:
            write_atomically(_file(out, member), msgspec.json.format(msgspec.json.encode(result), indent=1))
            results[name] = result
            tell(result, False)

    execute(work, end)
    return [results[member.name] for member in members if member.name in results]


def _file(out: Path, member: Member) -> Path:
    return out / RESULTS / f"{member.name}.json"


def _kept(out: Path, member: Member, key: str) -> MemberResult | None:
    try:
        found = msgspec.json.decode(_file(out, member).read_bytes(), type=MemberResult)
    except (OSError, msgspec.DecodeError):
        return None
    current = found.schema == SCHEMA_VERSION and found.key == key and found.path == str(member.root)
    return found if current and found.status in FINISHED else None


def _command(member: Member, out: Path, options: Sequence[str]) -> list[str]:
    """The command of a member: in its folder, so that ``--source .`` is its own, and importing nothing from there."""
    return [
        *module_of(sys.executable, "keras_migrate"), "repo", ".", "--out", str(out / member.name), "--json", "--resume",
        *options, *member.options,
    ]  # fmt: skip


def _result(member: Member, out: Path, key: str, ended: Ended) -> MemberResult:
    state = orders = None
    error = ""
    try:
        state = msgspec.json.decode(ended.output.encode(), type=State)
        orders = _orders(out / member.name / RECORD)
    except msgspec.DecodeError:
        lines = [line for line in ended.errors.splitlines() if line.strip()]
        error = printable(lines[-1][:500]) if lines else f"it ended with {ended.status} and no message"
    return MemberResult(
        schema=SCHEMA_VERSION,
        name=member.name,
        path=str(member.root),
        options=list(member.options),
        key=key,
        status=ended.status if state is not None or ended.status not in FINISHED else 3,
        seconds=round(ended.seconds, 1),
        error=error,
        state=state,
        orders=orders,
    )


def _orders(file: Path) -> WorkOrders | None:
    return msgspec.json.decode(file.read_bytes(), type=WorkOrders) if file.is_file() else None
