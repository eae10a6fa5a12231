"""A scripted agent proposes edits over the protocol, with the official client: ten wrong ones and five right ones."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from codemods.files.journal import write
from codemods.options import Options
from codemods.run.runner import run
from migrate.cli.rules import every_rule
from migrate.findings import MigrationError
from migrate.workorders.mcp_server import server
from migrate.workorders.records import WorkOrders
from migrate.workorders.service import advanced, write_orders
from migrate.workorders.state import FOLDER, load
from migrate.worlds.host.pool import Slot
from tests.workorders.edits_of_orchard import RIGHT, WRONG, Proposal

mcp = pytest.importorskip("mcp")
ORCHARD = Path(__file__).resolve().parent / "projects" / "orchard"


@pytest.fixture
def orchard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project, rewritten as far as the rules go, with its journal."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = tmp_path / "orchard"
    shutil.copytree(ORCHARD, root)
    files = sorted(root.glob("*.py"))
    results = run(files, Options(unsafe=True))
    write(root, [(r.path, r.old, r.new) for r in results if r.new is not None])
    return root


def ask(root: Path, slot: Slot | None, calls: list[tuple[str, dict[str, Any]]]) -> list[str]:
    """Answers of the server to calls of its tools."""

    @contextmanager
    def lend() -> Iterator[Slot]:
        assert slot is not None
        yield slot

    async def session() -> list[str]:
        async with mcp.Client(server(root, lend, every_rule())) as client:
            tools = {tool.name for tool in (await client.list_tools()).tools}
            assert tools == {"inspect", "explain", "work_orders", "work_order", "verify", "accept"}
            answers = [await client.call_tool(name, arguments) for name, arguments in calls]
            return [answer.content[0].text for answer in answers]

    # A browser that another test still holds has an event loop running in this thread.
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(asyncio.run, session()).result()


def names(record: WorkOrders) -> dict[str, str]:
    return {order.definition: order.id for order in record.orders}


def test_orders_are_read_and_explained_without_running_anything(orchard: Path) -> None:
    record = write_orders(orchard, None, None, every_rule()).state.record
    assert list(names(record)) == ["RunningMean", "Weigher", "Reader", "Penalised", "Upright"]
    listed, first, rule, none, outside = ask(
        orchard,
        None,
        [
            ("work_orders", {}),
            ("work_order", {"order": "WO-1"}),
            ("explain", {"code": "CUS012"}),
            ("work_order", {"order": "WO-99"}),
            ("inspect", {"path": "../../etc/passwd"}),
        ],
    )
    assert [order["id"] for order in json.loads(listed)["orders"]] == [f"WO-{n}" for n in range(1, 6)]
    assert "self.add_update(" in first
    assert "keras-migrate accept WO-1" in first
    assert json.loads(rule)["code"] == "CUS012"
    assert json.loads(none)["refused"] == "ORD002"
    assert json.loads(outside)["refused"] == "RUN013"


def test_a_record_of_which_all_is_done_is_read_again(orchard: Path) -> None:
    state = write_orders(orchard, None, None, every_rule()).state
    for order in state.record.orders:
        state = advanced(load(orchard), order)
    assert all(order.done for order in load(orchard).record.orders)
    assert load(orchard).record.hours.high == 0


@pytest.mark.parametrize("name", ["work-orders.json", "before/layers.py", "accepted/layers.py"])
def test_a_record_that_somebody_else_changed_decides_nothing(orchard: Path, name: str) -> None:
    write_orders(orchard, None, None, every_rule())
    file = orchard / FOLDER / name
    file.write_text(file.read_text().replace("Upright", "Downright"))
    with pytest.raises(MigrationError) as refused:
        load(orchard)
    assert refused.value.code == "ORD003"


def test_sources_that_are_not_rewritten_have_no_orders_yet(tmp_path: Path) -> None:
    shutil.copytree(ORCHARD, tmp_path / "orchard")
    with pytest.raises(MigrationError) as refused:
        write_orders(tmp_path / "orchard", tmp_path / "orchard", None, every_rule())
    assert refused.value.code == "ORD004"


@pytest.mark.slow
def test_an_agents_builder_edits_are_accepted_when_right_and_never_when_wrong(
    orchard: Path, slot: Slot
) -> None:
    ids = names(write_orders(orchard, None, None, every_rule()).state.record)
    text = (orchard / "layers.py").read_bytes()

    def proposed(proposals: list[Proposal]) -> list[str]:
        calls = [("accept", {"order": ids[name], "edits": edits}) for name, edits in proposals]
        return [json.loads(answer)["outcome"] for answer in ask(orchard, slot, calls)]

    assert len(WRONG) == 10
    assert "accepted" not in proposed(WRONG)
    assert (orchard / "layers.py").read_bytes() == text
    assert proposed(RIGHT) == ["accepted"] * 5
    assert all(order.done for order in load(orchard).record.orders)
