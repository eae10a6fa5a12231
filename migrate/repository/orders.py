"""What is left in the source of a migrated repository, as work orders, and the proofs of its own definitions."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import msgspec

from codemods.rules.api import all_source_rules
from migrate.findings import MigrationError
from migrate.proving.models import configurations
from migrate.proving.records import ProofReport, Verdict
from migrate.repository.records import Proofs
from migrate.workorders.collect import OF_VERDICT
from migrate.workorders.records import Trouble, WorkOrders
from migrate.workorders.service import write_orders
from migrate.workorders.state import FOLDER, PAGE, RECORD
from migrate.worlds.host.pool import Pool, Slot

PROOFS = "proofs.json"


@dataclass(frozen=True, slots=True)
class Ordered:
    """Work orders and proofs of a repository.

    Attributes:
        orders: None where there are none, and ``why`` says why.
        report: every proof; None where none was asked for.
    """

    orders: WorkOrders | None
    report: ProofReport | None = None
    why: str = ""


def order_work(before: Path, after: Path, out: Path, *, prove: bool) -> Ordered:
    """Write the orders of a rewritten tree where ``keras-migrate accept`` finds them, and a copy of them for people.

    Args:
        before: the tree as it was.
        after: the tree as it is now.
        out: folder of outputs.
        prove: run the definitions in both worlds, in sandboxed workers.
    """
    for name in (RECORD, PAGE, PROOFS):
        (out / name).unlink(missing_ok=True)
    rules = {rule.code: rule for rule in all_source_rules()}
    try:
        with ExitStack() as stack:
            slot = _slot(stack, before) if prove else None
            known = configurations(before, slot) if slot is not None else {}
            written = write_orders(after, before, slot, rules, known)
    except MigrationError as error:
        if not error.code.startswith("ORD"):
            raise
        return Ordered(None, why=f"{error.code}: {error.message}")
    for name in (RECORD, PAGE):
        shutil.copyfile(after / FOLDER / name, out / name)
    if written.proofs is not None:
        data = msgspec.json.format(msgspec.json.encode(written.proofs), indent=1)
        (out / PROOFS).write_bytes(data + b"\n")
    return Ordered(written.state.record, written.proofs)


def _slot(stack: ExitStack, sources: Path) -> Slot:
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="keras-migrate-"))
    pool = stack.enter_context(Pool(1, Path(folder), sources=(sources,)))
    return stack.enter_context(pool.slot())


def failed(orders: WorkOrders | None) -> list[tuple[str, Trouble]]:
    """Proofs that failed, with their files."""
    every = orders.orders if orders is not None else ()
    codes = set(OF_VERDICT.values())
    return [(order.file, trouble) for order in every for trouble in order.troubles if trouble.code in codes]


def counted(report: ProofReport) -> Proofs:
    """What the repository remembers of its proofs."""
    return Proofs(
        equal=report.counts[Verdict.EQUAL],
        differs=report.counts[Verdict.DIFFERS],
        broken=report.counts[Verdict.BROKEN],
        unproven=report.counts[Verdict.UNPROVEN],
        left_out=len(report.skipped),
        covered=round(report.covered, 2),
    )
