"""What people read of a migrated repository: the messages of its commits and the text of the pull request."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

from migrate.findings import Fix, Rule, Status
from migrate.repository.models import Migrated
from migrate.repository.records import CaseVerdict, Left, ModelState, Proofs, State, Verdict
from migrate.repository.suite import counts
from migrate.workorders.records import WorkOrders

_WIDTH = 72


def of_rule(rule: Rule, count: int, files: Sequence[str]) -> str:
    """The message of the commit of one rule: what, why, proof, count."""
    places = f"{count} place{'s' if count != 1 else ''} in {len(files)} file{'s' if len(files) != 1 else ''}"
    parts = [f"{rule.name.replace('-', ' ').capitalize()} ({rule.code})", _wrapped(rule.summary)]
    if rule.why:
        parts.append(_wrapped(rule.why))
    if rule.fix is Fix.UNSAFE:
        parts.append(_wrapped("Right in most cases, but not in all: review this one."))
    parts.append(_wrapped(f"Proof: {proof_of(rule)}"))
    parts.append(f"Count: {places}\n" + "\n".join(f"  {file}" for file in files))
    return "\n\n".join(parts) + "\n"


def proof_of(rule: Rule) -> str:
    """Why the work of a rule is believed."""
    proofs = getattr(rule, "proofs", ())
    if proofs:
        return (
            f"{len(proofs)} program{'s' if len(proofs) > 1 else ''} in the tests of keras-migrate, run under Keras 2 "
            "as written and under Keras 3 as rewritten, with equal results."
        )
    if rule.code.startswith("JOIN"):
        return "the migrated file gave the old one's outputs, and every use of the path was followed."
    return "the result compiles, uses no unknown name, and is unchanged by a second run."


def of_models(models: Sequence[Migrated]) -> str:
    """The message of the commit that adds the migrated files."""
    rows = [model_line(model.state) for model in models]
    count = len(models)
    return (
        f"Add {count} model{'s' if count > 1 else ''} in the Keras 3 format\n\n"
        + _wrapped(
            "Each is next to the old file, which stays. Its outputs were compared with a reference, and it loads in "
            "Keras 3 alone: keras.saving.load_model(path)."
        )
        + "\n\nProof: the largest relative difference of the outputs, and where the reference came from\n"
        + "\n".join(f"  {row}" for row in rows)
        + "\n"
    )


def model_line(state: ModelState) -> str:
    """One migrated model."""
    error = f"{state.max_rel:.1e} ({state.evidence})" if state.max_rel is not None else state.evidence
    return f"{state.path} -> {state.new}: {error}"


def of_code(paths: Sequence[str]) -> str:
    """The message of the commit that adds code beside migrated files."""
    listed = "\n".join(f"  {path}" for path in paths)
    return (
        "Add the code that migrated models need\n\n"
        + _wrapped(
            "Import it before keras.saving.load_model(...): it registers the objects that the model next to it "
            "names."
        )
        + f"\n\n{listed}\n"
    )


def of_removal(paths: Sequence[str]) -> str:
    """The message of the commit that takes old artifacts away."""
    listed = "\n".join(f"  {path}" for path in paths)
    return (
        f"Remove {len(paths)} models that were migrated\n\nNothing in the source names them any "
        f"more.\n\n{listed}\n"
    )


def pull_request(
    state: State, models: Sequence[Migrated], orders: WorkOrders | None = None, why_no_orders: str = ""
) -> str:
    """The text of a pull request, as Markdown.

    Args:
        state: what was done and what is left.
        models: every artifact.
        orders: what is left in the source as tasks; None where there are none.
        why_no_orders: why there are none.
    """
    migrated = [m.state for m in models if m.state.new]
    rest = [m.state for m in models if m.state.status not in (Status.MIGRATED, Status.SKIPPED)]
    graphs = [m.state for m in models if m.state.status == Status.MIGRATED and not m.state.new]
    parts = [f"# Move to Keras 3\n\n{_summary(state, models)}"]
    if state.tests:
        parts.append(_tests(state.tests, state.command))
    else:
        parts.append("## Tests\n\nNo command was given (`--test`): nothing of this repository was run.")
    if state.proofs is not None:
        parts.append(_proofs(state.proofs))
    if migrated:
        rows = "\n".join(
            f"| `{s.path}` | {_new(s)} | {s.evidence} | {'' if s.max_rel is None else f'{s.max_rel:.1e}'} |"
            for s in migrated
        )
        parts.append(f"## Models\n\n| old | new | reference | largest error |\n|---|---|---|---|\n{rows}")
    if graphs:
        listed = "\n".join(f"- `{s.path}`" for s in graphs)
        parts.append(
            f"### Graphs without layers\n\nTensorFlow reads them as before, so they stay:\n\n{listed}"
        )
    if rest:
        rows = "\n".join(f"| `{s.path}` | {s.status} | {', '.join(s.reasons)} |" for s in rest)
        parts.append(f"### Not migrated\n\n| artifact | status | reasons |\n|---|---|---|\n{rows}")
    if state.changes:
        rows = "\n".join(f"| {c.code} | {c.title} | {c.count} | {len(c.files)} |" for c in state.changes)
        parts.append(f"## Commits\n\n| rule | what | places | files |\n|---|---|---|---|\n{rows}")
    if state.left:
        parts.append("## Manual findings\n\n" + "\n".join(_left(one) for one in state.left))
    if orders is not None and orders.orders:
        parts.append(_orders(orders))
    elif why_no_orders:
        parts.append(f"## Work orders\n\nNone were written: {why_no_orders}.")
    return "\n\n".join(parts) + "\n"


def _summary(state: State, models: Sequence[Migrated]) -> str:
    artifacts = [m for m in models if m.state.status != Status.SKIPPED]
    done = sum(m.state.status == Status.MIGRATED for m in artifacts)
    said = (
        [f"{done} of {len(artifacts)} models migrated and equal"] if artifacts else ["no models to migrate"]
    )
    said.append(f"{sum(c.count for c in state.changes)} places in source and text changed")
    if state.tests:
        found = counts(state.tests)
        said.append("tests: " + ", ".join(f"{n} {name}" for name, n in found.items()))
    said.append(f"{len(state.left)} findings left")
    return "; ".join(said) + "."


def _tests(tests: Sequence[CaseVerdict], command: str) -> str:
    found = counts(tests)
    lines = [
        f"## Tests\n\n`{command}` before (the old source under tf-keras) and after (this branch under Keras 3):\n",
        *(f"- {count} {name}" for name, count in found.items()),
    ]
    shown = [t for t in tests if t.verdict in {Verdict.BROKEN, Verdict.FAILS, Verdict.REPAIRED}]
    if shown:
        rows = "\n".join(f"| {t.verdict} | `{t.name}` | {_cell(t)} |" for t in shown[:50])
        lines.append(f"\n| verdict | test | where and why |\n|---|---|---|\n{rows}")
    return "\n".join(lines)


def _proofs(proofs: Proofs) -> str:
    count = proofs.equal + proofs.differs + proofs.broken + proofs.unproven
    text = (
        "## Own code in both worlds\n\n"
        f"{count} classes and functions that build models: {proofs.equal} equal, {proofs.differs} differ, "
        f"{proofs.broken} broken, {proofs.unproven} unproven; {proofs.covered:.0%} of their code ran and came out "
        "equal."
    )
    if proofs.left_out:
        text += f" {proofs.left_out} more train, load or save, which only a program proves (`keras-migrate prove . -- "
        text += "python …`)."
    return text


def _orders(orders: WorkOrders) -> str:
    rows = "\n".join(
        f"| {order.id} | `{order.file}:{order.line}` | {order.title.replace('|', '/')[:120]} | "
        f"{order.hours.low:g}–{order.hours.high:g} |"
        for order in orders.orders
    )
    return (
        f"## Work orders\n\n{len(orders.orders)} tasks of the source, {orders.hours.low:g} to "
        f"{orders.hours.high:g} hours in all. `work-orders.md` holds each with its lines, why, and the command that "
        "decides; that command runs in the folder `after` of the outputs.\n\n"
        f"| order | where | what | hours |\n|---|---|---|---|\n{rows}"
    )


def _cell(test: CaseVerdict) -> str:
    told = " ".join(filter(None, (test.place, test.message)))
    return told[:160].replace("|", "\\|").replace("`", "'")


def _new(state: ModelState) -> str:
    """The files that stand for an old one: the model, and its weights for source that builds the model itself."""
    return f"`{state.new}`" + (f", weights `{state.weights}`" if state.weights else "")


def _left(one: Left) -> str:
    where = f"{one.path}:{one.line}" if one.line else one.path
    hint = f" – {one.hint}" if one.hint else ""
    return f"- `{where}` {one.code}: {one.message}{hint}"


def _wrapped(text: str) -> str:
    return fill(" ".join(text.split()), _WIDTH)
