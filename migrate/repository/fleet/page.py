"""A fleet as one page that opens without a network and without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2

from migrate.findings import Status
from migrate.repository.fleet.records import FINISHED, MemberResult
from migrate.repository.suite import counts
from migrate.workorders.effort import total

_TEMPLATE = Path(__file__).with_name("page.html.j2")


@dataclass(slots=True)
class _Rule:
    """One rule over all repositories."""

    code: str
    title: str = ""
    changed: int = 0
    left: int = 0
    found_in: set[str] = field(default_factory=set)

    @property
    def repositories(self) -> int:
        return len(self.found_in)


def page_of(results: Sequence[MemberResult]) -> str:
    """The page."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    states = [result.state for result in results if result.state is not None]
    models = [model for state in states for model in state.models if model.status != Status.SKIPPED]
    orders = [order for result in results if result.orders for order in result.orders.orders]
    hours = total(orders)
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        results=results,
        finished=sum(result.status in FINISHED for result in results),
        models=len(models),
        models_done=sum(model.status == Status.MIGRATED for model in models),
        places=sum(change.count for state in states for change in state.changes),
        left=sum(len(state.left) for state in states),
        orders=len(orders),
        low=hours.low,
        high=hours.high,
        rows=[row_of(result) for result in results],
        by_rule=_by_rule(results),
    )


def row_of(result: MemberResult) -> dict[str, Any]:
    """The line of one repository."""
    row: dict[str, Any] = dict.fromkeys(
        ("models", "places", "tests", "proofs", "left", "orders", "hours", "page"), ""
    )
    row |= {"name": result.name, "error": result.error, "seconds": f"{result.seconds:.0f}"}
    state = result.state
    if state is None:
        return row
    models = [model for model in state.models if model.status != Status.SKIPPED]
    done = sum(model.status == Status.MIGRATED for model in models)
    row |= {
        "models": f"{done} of {len(models)}",
        "places": sum(change.count for change in state.changes),
        "tests": ", ".join(f"{count} {name}" for name, count in counts(state.tests).items()),
        "left": len(state.left),
        "page": f"{quote(result.name)}/report.html",
    }
    if state.proofs is not None:
        every = state.proofs.equal + state.proofs.differs + state.proofs.broken + state.proofs.unproven
        row["proofs"] = (
            f"{state.proofs.equal} of {every} equal, {state.proofs.covered:.0%} of it ran" if every else ""
        )
    if result.orders is not None:
        row |= {
            "orders": len(result.orders.orders),
            "hours": f"{result.orders.hours.low:g}–{result.orders.hours.high:g}",
        }
    return row


def _by_rule(results: Sequence[MemberResult]) -> list[_Rule]:
    """Rules by what is left of them, then by what they changed."""
    rules: dict[str, _Rule] = {}
    for result in results:
        for change in result.state.changes if result.state is not None else ():
            rule = rules.setdefault(change.code, _Rule(change.code))
            rule.title = rule.title or change.title
            rule.changed += change.count
            rule.found_in.add(result.name)
        for left in result.state.left if result.state is not None else ():
            rule = rules.setdefault(left.code, _Rule(left.code))
            rule.left += 1
            rule.found_in.add(result.name)
    return sorted(rules.values(), key=lambda rule: (-rule.left, -rule.changed, rule.code))
