"""``docs/ecosystem.md`` is what the tables say, and layers that nothing expresses are named with their package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from migrate.capsule.model import Layer, Model, Topology
from migrate.dialects.unsupported import UNSUPPORTED, refuse_unsupported
from migrate.findings import MigrationError
from migrate.formats.own_names import OwnCode

ROOT = Path(__file__).resolve().parents[3]


def test_the_page_is_current() -> None:
    script = ROOT / "scripts" / "ecosystem_page.py"
    answer = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def one_layer(class_name: str, config: dict[str, Any]) -> Model:
    return Model("Sequential", "m", Topology.SEQUENTIAL, (Layer(class_name, "it", config),))


@pytest.mark.parametrize("entry", UNSUPPORTED, ids=lambda entry: f"{entry.package} {entry.classes[0]}")
def test_each_entry_refuses_its_classes(entry: Any) -> None:
    model = one_layer(entry.classes[0].replace("*", "X"), dict.fromkeys(entry.keys, None))
    with pytest.raises(MigrationError, match=entry.package):
        refuse_unsupported(model, OwnCode())
