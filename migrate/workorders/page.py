"""Work orders in Markdown, for people and for tools that read text."""

from __future__ import annotations

from migrate.workorders.records import Check, WorkOrder, WorkOrders

_HEAD = """# Work orders

The remaining work after the rewrite, in the order of work. Each order is a separate task: do it, then run its command,
which runs the original sources under tf-keras and the current ones under Keras 3. Only `accepted` counts as done.

"""


def page_of(record: WorkOrders) -> str:
    """All orders as one page."""
    if not record.orders:
        return f"{_HEAD}Nothing is left.\n"
    left = [order for order in record.orders if not order.done]
    hours = f"{len(left)} of {len(record.orders)} left, {record.hours.low:g} to {record.hours.high:g} hours in all.\n"
    return _HEAD + hours + "\n" + "\n".join(section_of(order) for order in record.orders)


def section_of(order: WorkOrder) -> str:
    """One order."""
    lines = [f"## {order.id}{' (done)' if order.done else ''} {order.title}", ""]
    where = f"`{order.file}:{order.line}`"
    if order.end_line != order.line:
        where = f"`{order.file}`, lines {order.line} to {order.end_line}"
    lines += [f"- where: {where}{f', in `{order.definition}`' if order.definition else ''}"]
    lines += [f"- {t.code} ({t.severity}), line {t.line}: {t.message}" for t in order.troubles]
    lines += [f"- hours: {order.hours.low:g} to {order.hours.high:g}"]
    if order.after:
        lines += [f"- after: {', '.join(order.after)}"]
    lines += [f"- done when `{order.accept}` says accepted{_NOTES[order.check]}", ""]
    if order.context:
        lines += ["```python", order.context, "```", ""]
    if order.why:
        lines += ["Why:", "", *(f"> {line}" for line in order.why.splitlines()), ""]
    if order.suggestion:
        lines += ["Suggested change:", "", *(f"> {line}" for line in order.suggestion.splitlines()), ""]
    return "\n".join(lines)


_NOTES = {
    Check.DEFINITION: "",
    Check.PERSON: "; proofs do not cover module-level code, so it says undecided, and a developer decides",
}
