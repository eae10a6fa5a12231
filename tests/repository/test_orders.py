"""What a migrated repository hands over as work orders, without running anything of it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from migrate.repository.orders import order_work
from migrate.repository.source import options_of, rewrite_tree
from migrate.workorders.state import load

ROOT = Path(__file__).parents[2]
SOURCE = """\
from keras import backend as K
from keras.layers import Dense


def saliency(model):
    return K.gradients(model.output, model.input)[0]


def head(x):
    return Dense(8, init="uniform")(x)
"""


@pytest.fixture
def trees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path, Path]:
    """A tree as it was and as the rules leave it, and a folder of outputs."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    before, after, out = (tmp_path / name for name in ("before", "after", "out"))
    for folder in (before, after, out):
        folder.mkdir()
    (before / "net.py").write_text(SOURCE)
    rewritten = rewrite_tree(before, options_of(before, unsafe=True))
    (after / "net.py").write_bytes(rewritten.final["net.py"])
    return before, after, out


def test_orders_stand_where_accept_finds_them_and_in_the_outputs(trees: tuple[Path, Path, Path]) -> None:
    before, after, out = trees
    ordered = order_work(before, after, out, prove=False)
    assert ordered.orders is not None
    assert [(o.definition, [t.code for t in o.troubles]) for o in ordered.orders.orders] == [
        ("saliency", ["BKD003"])
    ]
    record = json.loads((out / "work-orders.json").read_bytes())
    jsonschema.validate(
        record, json.loads((ROOT / "migrate/workorders/schema/work-orders.json").read_bytes())
    )
    assert record["orders"][0]["accept"] == "keras-migrate accept WO-1"
    assert "K.gradients" in (out / "work-orders.md").read_text()
    assert load(after).order("WO-1").file == "net.py"
    assert ordered.report is None


def test_source_that_can_still_be_rewritten_has_no_orders_and_says_why(
    trees: tuple[Path, Path, Path],
) -> None:
    before, after, out = trees
    order_work(before, after, out, prove=False)
    (after / "net.py").write_text(SOURCE)
    ordered = order_work(before, after, out, prove=False)
    assert ordered.orders is None
    assert ordered.why.startswith("ORD004")
    assert not (out / "work-orders.json").exists()  # none of an earlier run stays
