"""Work orders for coding agents over the Model Context Protocol, with the official SDK (the extra ``mcp``).

An agent reads orders and proposes edits. An edit is tried on a copy of the repository, and written to it only when the
order's acceptance says yes: no tool writes anything otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from migrate.findings import MigrationError, Rule
from migrate.workorders.page import section_of
from migrate.workorders.service import Edit, Slots, judge
from migrate.workorders.state import load

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

INSTRUCTIONS = """Work orders are the remaining work of a migration to Keras 3, each a separate task, in the order of
work. Read one with work_order, look up its rules with explain, and propose edits of its file with accept. Edits are
tested on a copy under tf-keras and Keras 3 and written only if the answer is accepted; rejected and undecided change
nothing and give the reason. Nothing that silences a rule, changes an interface, or leaves code that no proof runs is
accepted."""


def server(root: Path, slots: Slots, rules: Mapping[str, Rule]) -> MCPServer[Any]:
    """The server of one repository.

    Args:
        root: the repository; no tool reads outside of it.
        slots: lends workers.
        rules: by code, for ``explain``.

    Raises:
        ImportError: the extra ``mcp`` is not installed.
    """
    from mcp.server.mcpserver import MCPServer

    made: MCPServer[Any] = MCPServer("keras-migrate", instructions=INSTRUCTIONS)
    root = root.resolve()

    @made.tool()
    def inspect(path: str) -> str:
        """Say what a model file of the repository is, who wrote it and what blocks its migration.

        path: from the root of the repository.
        """
        return _answered(lambda: _inspected(root, path))

    @made.tool()
    def explain(code: str) -> str:
        """Explain a rule or reason: why, before and after, references."""
        return _answered(lambda: _explained(rules, code))

    @made.tool()
    def work_orders() -> str:
        """List the work orders: what is left, in the order of work."""
        return _answered(lambda: _listed(root))

    @made.tool()
    def work_order(order: str) -> str:
        """One work order: file, lines, source around them, why, suggested change, and what decides."""
        return _answered(lambda: section_of(load(root).order(order)))

    @made.tool()
    def verify(old: str, new: str) -> str:
        """Compare two model artifacts of the repository: signatures and numbers.

        old: a legacy model or SavedModel; new: a .keras or SavedModel; both from the root of the repository.
        """
        return _answered(lambda: _verified(root, old, new))

    @made.tool()
    def accept(order: str, edits: list[dict[str, str]]) -> str:
        """Propose edits of an order's file. They are written only when the answer is accepted.

        order: such as WO-1; edits: each {"old": text that stands in the file once, "new": what it becomes}; empty
        judges the files as they are.
        """

        def judged() -> str:
            proposed = [Edit(old=edit["old"], new=edit["new"]) for edit in edits]
            return _json(judge(root, order, slots, proposed or None))

        return _answered(judged)

    return made


def _answered(make: Callable[[], str]) -> str:
    """What a tool answers; a refusal is an answer, too."""
    try:
        return make()
    except MigrationError as error:
        return json.dumps({"refused": error.code, "message": error.message, "hint": error.hint})
    except KeyError as error:
        return json.dumps(
            {"refused": "ORD006", "message": f"an edit lacks {error}", "hint": "Pass old and new."}
        )


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=1).decode()


def _inside(root: Path, name: str) -> Path:
    """A path of the repository.

    Raises:
        MigrationError: ``RUN013``, it lies outside or is not there.
    """
    path = (root / name).resolve()
    if not path.is_relative_to(root) or not path.exists():
        raise MigrationError(
            "RUN013",
            f"{name} is not a file in the repository",
            "Give a path from its root.",
        )
    return path


def _inspected(root: Path, name: str) -> str:
    from migrate.batch.scanner import inspect_path

    return _json(inspect_path(_inside(root, name), None))


def _explained(rules: Mapping[str, Rule], code: str) -> str:
    rule = rules.get(code.upper())
    if rule is None:
        raise MigrationError("ORD002", f"there is no rule {code}", "Work orders name the rules.")
    fields = ("code", "name", "summary", "severity", "fix", "before", "after", "why", "references")
    return json.dumps({name: getattr(rule, name) for name in fields}, indent=1)


def _listed(root: Path) -> str:
    record = load(root).record
    orders = [
        {"id": o.id, "title": o.title, "file": o.file, "line": o.line, "after": list(o.after), "done": o.done}
        for o in record.orders
    ]
    return json.dumps({"orders": orders, "hours": [record.hours.low, record.hours.high]}, indent=1)


def _verified(root: Path, old: str, new: str) -> str:
    import tempfile

    from migrate.pipeline.request import Options
    from migrate.pipeline.verify import verify
    from migrate.worlds.host.installed import must_have_frameworks
    from migrate.worlds.host.pool import Pool

    one, other = _inside(root, old), _inside(root, new)
    must_have_frameworks()
    with (
        tempfile.TemporaryDirectory(prefix="keras-migrate-") as folder,
        Pool(2, Path(folder), sources=[one.parent, other.parent]) as pool,
        pool.slot() as first,
        pool.slot() as second,
    ):
        verdict = verify(one, other, Options(), (first, second))
    lines = [f"{c.name}: {'equal' if c.equal else c.reason}" for c in verdict.comparisons]
    lines += [f"{f.code}: {f.message}" for f in verdict.findings]
    return "\n".join([*lines, "equal" if verdict.equal else "not equal"])
