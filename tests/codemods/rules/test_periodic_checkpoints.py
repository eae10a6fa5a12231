"""CBK005: ``period`` of ModelCheckpoint, which counted epochs."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed, run
from migrate.findings import Fix

IMPORT = "from keras.callbacks import ModelCheckpoint\n\n"


def test_a_period_is_kept_by_one_class_for_all_places() -> None:
    outcome = run(
        f"{IMPORT}a = ModelCheckpoint('a.keras', period=5)\nb = ModelCheckpoint('b.keras', period=n)\n"
    )
    assert outcome.text.count("class PeriodicCheckpoint(ModelCheckpoint):") == 1
    assert outcome.text.endswith(
        "a = PeriodicCheckpoint('a.keras', period=5)\nb = PeriodicCheckpoint('b.keras', period=n)\n"
    )
    assert {finding.code for finding in outcome.findings} == {"CBK005"}
    check_noop(outcome.text, codes=[])


def test_a_period_of_one_is_the_default() -> None:
    check_transformed(
        f"{IMPORT}a = ModelCheckpoint('a.keras', period=1)\n",
        f"{IMPORT}a = ModelCheckpoint('a.keras')\n",
        codes=["CBK005"],
    )


def test_the_other_rules_of_checkpoints_hold_beside_it() -> None:
    outcome = run(f"{IMPORT}a = ModelCheckpoint('a.h5', 'loss', save_weights_only=True, period=2)\n")
    assert outcome.text.endswith(
        "a = PeriodicCheckpoint('a.weights.h5', 'loss', save_weights_only=True, period=2)\n"
    )


ORDER = "'a.keras', 'loss', 0, False, False, 'auto'"
OLD = f"import keras.objectives\n{IMPORT}"


def test_a_period_by_position_is_one_in_code_of_old_releases() -> None:
    text = run(f"{OLD}a = ModelCheckpoint({ORDER}, 5)\n").text
    assert text.endswith(f"a = PeriodicCheckpoint({ORDER}, period=5)\n")
    check_noop(text, codes=[])
    assert run(f"{OLD}a = ModelCheckpoint({ORDER}, 1)\n").text.endswith(f"a = ModelCheckpoint({ORDER})\n")


def test_where_releases_disagree_a_period_by_position_waits_for_unsafe() -> None:
    text = f"{IMPORT}a = ModelCheckpoint({ORDER}, 5)\n"
    assert [finding.fix for finding in check_noop(text, codes=["CBK005"]).findings] == [Fix.UNSAFE]
    assert f"PeriodicCheckpoint({ORDER}, period=5)" in run(text, unsafe=True).text


@pytest.mark.parametrize("line", ["import keras", "import tensorflow as tf\nfrom tensorflow import keras"])
def test_a_frequency_by_position_is_none(line: str) -> None:
    value = "'epoch'" if line == "import keras" else "500"
    text = f"{line}\n\na = keras.callbacks.ModelCheckpoint({ORDER}, {value})\n"
    assert "CBK005" not in {finding.code for finding in run(text, unsafe=True).findings}


@pytest.mark.parametrize(("given", "codes"), [("period=3", ["CBK005"]), ("verbose=1", [])])
def test_a_class_that_hands_a_period_on_is_left_to_a_person(given: str, codes: list[str]) -> None:
    head = f"{IMPORT}\nclass Own(ModelCheckpoint):\n    def __init__(self):\n"
    text = f"{head}        super().__init__('a.keras', {given})\n"
    check_noop(text, codes=codes, unsafe=True)


def test_without_a_period_it_stays() -> None:
    check_noop(f"{IMPORT}a = ModelCheckpoint('a.keras', save_freq='epoch')\n", codes=[])
