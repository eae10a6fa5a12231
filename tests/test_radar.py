"""What the radar tells of changed names, and what of that it calls a break."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from migrate.results import CheckedArchive, ReaderOutcome, Reading

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "radar.py"


@pytest.fixture(scope="module")
def radar() -> ModuleType:
    spec = importlib.util.spec_from_file_location("radar", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_names_are_new_gone_or_take_other_parameters(radar: ModuleType) -> None:
    before = {
        "keras.ops.amax": ["x", "axis=None"],
        "keras.Muon": ["ns_steps=6"],
        "keras.old": None,
        "keras.same": [],
    }
    after = {"keras.ops.amax": ["x", "axis=None", "initial=None"], "keras.Muon": ["ns_steps=5"]}
    after |= {"keras.new": None, "keras.same": []}
    names = radar.changed_names(before, after)
    assert names == {
        "new": ["keras.new"],
        "gone": ["keras.old"],
        "parameters added": ["keras.ops.amax: initial=None"],
        "parameters gone or with another default": ["keras.Muon: ns_steps=6 (now ns_steps=5)"],
    }
    assert set(radar.breaking(names)) == {"gone", "parameters gone or with another default"}
    assert radar.changed_names(before, before) == {}


def test_the_issue_counts_what_breaks_and_names_all(radar: ModuleType) -> None:
    models = {"loads and differs": ["augmented (differs by 0.8)"]}
    text = radar.text_of("3.16.0", models, {}, {"new": ["keras.new"], "gone": ["keras.old"]})
    assert text.startswith("# Keras 3.16.0 breaks 2 proofs and names\n")
    assert "  * augmented (differs by 0.8)\n" in text
    assert "* new\n  * keras.new" in text


def test_a_model_that_differs_is_told_with_its_smallest_part(radar: ModuleType) -> None:
    differs = Reading("nightly", "3.16.0", "jax", ReaderOutcome.DIFFERS, 1.1, "differs by 0.4")
    equal = Reading("nightly", "3.16.0", "jax", ReaderOutcome.EQUAL, 0.0)
    checked = [
        CheckedArchive("stack", "3.15.1", "", [differs]),
        CheckedArchive("dense", "3.15.1", "", [equal]),
    ]
    found = radar.by_reason(checked, lambda name: f"already LSTM of {name}")
    assert found == {"loads and differs": ["stack (differs by 0.4; already LSTM of stack)"]}
