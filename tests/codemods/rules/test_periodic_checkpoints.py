"""CBK005: ``period`` of ModelCheckpoint, which counted epochs."""

from __future__ import annotations

from codemods.testing import check_noop, check_transformed, run

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


def test_without_a_period_it_stays() -> None:
    check_noop(f"{IMPORT}a = ModelCheckpoint('a.keras', save_freq='epoch')\n", codes=[])
