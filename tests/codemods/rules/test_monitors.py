"""Which value of what a callback monitors is the better one."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, run
from migrate.findings import Severity

HEAD = "import keras\nfrom keras.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau\n"
WRITTEN = {
    "EarlyStopping('val_left_loss')": "EarlyStopping('val_left_loss', mode='min')",
    "EarlyStopping('val_left_loss', mode='auto')": "EarlyStopping('val_left_loss', mode='min')",
    "EarlyStopping(monitor='left_accuracy')": "EarlyStopping(monitor='left_accuracy', mode='max')",
    "EarlyStopping('val_roc_auc')": "EarlyStopping('val_roc_auc', mode='max')",
    "ReduceLROnPlateau('val_left_mae')": "ReduceLROnPlateau('val_left_mae', mode='min')",
    "ReduceLROnPlateau('val_accuracy_2')": "ReduceLROnPlateau('val_accuracy_2', mode='max')",
    "ModelCheckpoint('a.keras', 'fmeasure', save_best_only=True)": (
        "ModelCheckpoint('a.keras', 'fmeasure', save_best_only=True, mode='max')"
    ),
}


@pytest.mark.parametrize("call", WRITTEN)
def test_what_keras_2_took_is_written_out(call: str) -> None:
    assert run(f"{HEAD}{call}\n", select=["TRN042"]).text == f"{HEAD}{WRITTEN[call]}\n"


def test_the_lowest_value_of_an_unknown_metric_waits() -> None:
    text = f"{HEAD}EarlyStopping('val_f1')\n"
    check_noop(text, select=["TRN042"], codes=["TRN042"])
    assert "EarlyStopping('val_f1', mode='min')" in run(text, select=["TRN042"], unsafe=True).text
    plateau = f"{HEAD}ReduceLROnPlateau('val_roc_auc')\n"
    check_noop(plateau, select=["TRN042"], codes=["TRN042"])


def test_a_metric_of_keras_that_turns_around_is_a_silent_finding() -> None:
    outcome = check_noop(f"{HEAD}EarlyStopping('val_precision')\n", unsafe=True, codes=["TRN042"])
    assert outcome.findings[0].severity is Severity.SILENT


def test_a_function_says_nothing_of_its_direction() -> None:
    fit = "m = keras.Sequential()\nm.compile('sgd', 'mse', metrics=[keras.metrics.{name}])\n"
    for name, mode in (("sparse_categorical_accuracy", "max"), ("mean_squared_error", "min")):
        text = f"{HEAD}{fit.format(name=name)}EarlyStopping('val_{name}')\n"
        assert f"EarlyStopping('val_{name}', mode={mode!r})" in run(text, select=["TRN042"]).text
        named = text.replace("metrics=[", "metrics=wanted", 1).replace(
            f"wantedkeras.metrics.{name}]", "wanted"
        )
        listed = named.replace("m = ", f"wanted = [keras.metrics.{name}]\nm = ")
        assert f"EarlyStopping('val_{name}', mode={mode!r})" in run(listed, select=["TRN042"]).text


@pytest.mark.parametrize(
    "call",
    [
        "EarlyStopping()",
        "EarlyStopping('val_loss')",
        "EarlyStopping('val_accuracy')",
        "EarlyStopping('val_mae')",
        "EarlyStopping(name)",
        "EarlyStopping('val_f1', mode='max')",
        "EarlyStopping('val_f1', mode=mode)",
        "ModelCheckpoint('a.keras', 'val_f1')",
        "keras.callbacks.LearningRateScheduler(monitor='val_f1')",
        "other.EarlyStopping('val_f1')",
    ],
)
def test_what_keras_3_knows_or_somebody_said_stays(call: str) -> None:
    check_noop(f"{HEAD}import other\nfrom names import mode, name\n{call}\n", select=["TRN042"], codes=[])


def test_an_object_held_by_a_name_is_no_function() -> None:
    model = "model = keras.Sequential()\nmodel.compile('adam', 'mse', metrics=[accuracy])\n"
    watch = "EarlyStopping('val_accuracy')\n"
    held = f"{HEAD}accuracy = keras.metrics.Accuracy()\n{model}{watch}"
    check_noop(held, unsafe=True, select=["TRN042"], codes=[])
    own = f"{HEAD}def accuracy(y_true, y_pred):\n    return y_pred\n{model}"
    assert run(own + watch, select=["TRN042"]).text == f"{own}EarlyStopping('val_accuracy', mode='max')\n"


@pytest.mark.parametrize(
    ("metrics", "mode"),
    [
        ("[sparse_categorical_accuracy]", "max"),
        ("[other.sparse_categorical_accuracy]", "max"),
        ("[keras.metrics.sparse_categorical_accuracy]", "max"),
        ("['sparse_categorical_accuracy']", ""),
        ("[sparse_categorical_accuracy()]", ""),
        ("[other]", ""),
    ],
)
def test_a_function_says_nothing_of_itself(metrics: str, mode: str) -> None:
    watch = "EarlyStopping('val_sparse_categorical_accuracy'{})\n"
    text = f"{HEAD}from a import other, sparse_categorical_accuracy\n"
    text += f"keras.Sequential().compile('adam', metrics={metrics})\n"
    said = f", mode={mode!r}" if mode else ""
    assert run(text + watch.format(""), select=["TRN042"]).text == text + watch.format(said)


@pytest.mark.parametrize("callback", ["ModelCheckpoint('a.keras', 'fmeasure_2', save_best_only=True)"])
def test_only_a_checkpoint_knows_the_f_measure(callback: str) -> None:
    assert "mode='max'" in run(f"{HEAD}{callback}\n", select=["TRN042"]).text
    check_noop(f"{HEAD}ReduceLROnPlateau('fmeasure_2')\n", select=["TRN042"], codes=["TRN042"])
    check_noop(
        f"{HEAD}ModelCheckpoint('a.keras', 'f_measure', save_best_only=True)\n",
        select=["TRN042"],
        codes=["TRN042"],
    )
