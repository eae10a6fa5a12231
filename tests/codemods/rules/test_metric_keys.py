"""Keys of logs: by which name the accuracy is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.names.repository import Repository
from codemods.options import Options
from codemods.run.runner import process
from codemods.testing import check_noop, run
from migrate.findings import Fix

HEAD = "from keras.callbacks import *\nfrom keras.models import Sequential\nmodel = Sequential()\n"
COMPILE = "model.compile('sgd', 'mse', metrics=['accuracy'])\n"
USES = {
    "EarlyStopping('val_acc')": "EarlyStopping('val_accuracy')",
    "ReduceLROnPlateau(monitor='acc')": "ReduceLROnPlateau(monitor='accuracy')",
    "ModelCheckpoint('w.keras', 'val_acc')": "ModelCheckpoint('w.keras', 'val_accuracy')",
    "ModelCheckpoint('w-{epoch}-{val_acc:.2f}.keras')": "ModelCheckpoint('w-{epoch}-{val_accuracy:.2f}.keras')",
    "EarlyStopping('val_out_acc')": "EarlyStopping('val_out_accuracy', mode='max')",
    "model.fit(x, y).history['acc']": "model.fit(x, y).history['accuracy']",
    "plot(h.history['val_acc'])": "plot(h.history['val_accuracy'])",
    "print(h.history.get('acc'))": "print(h.history.get('accuracy'))",
    "print('acc' in h.history)": "print('accuracy' in h.history)",
}


@pytest.mark.parametrize("use", USES)
def test_the_key_is_that_of_the_metric(use: str) -> None:
    assert run(f"{HEAD}{COMPILE}{use}\n").text.splitlines()[-1] == USES[use]


def test_a_path_with_a_name() -> None:
    text = run(f"{HEAD}{COMPILE}path = 'w-{{val_acc:.2f}}.keras'\nModelCheckpoint(path)\n").text
    assert "path = 'w-{val_accuracy:.2f}.keras'" in text


def test_a_path_that_is_formatted() -> None:
    text = run(f"{HEAD}{COMPILE}path = f'w{{n}}-{{{{val_acc:.2f}}}}.keras'\nModelCheckpoint(path)\n").text
    assert "path = f'w{n}-{{val_accuracy:.2f}}.keras'" in text
    value = f"{HEAD}{COMPILE}path = f'w-{{val_acc:.2f}}.keras'\nModelCheckpoint(path)\n"
    assert run(value).text == value, "a variable of the program is no key"


def test_two_rules_that_change_one_path_are_both_told() -> None:
    outcome = run(f"{HEAD}{COMPILE}ModelCheckpoint('w-{{val_acc:.2f}}.hdf5')\n", unsafe=True)
    assert "ModelCheckpoint('w-{val_accuracy:.2f}.h5')" in outcome.text
    assert {finding.code for finding in outcome.findings} >= {"SAV015", "TRN035"}
    assert all(finding.applied for finding in outcome.findings)


def test_the_logs_of_a_callback() -> None:
    body = "class Log(Callback):\n    def on_epoch_end(self, epoch, logs=None):\n        print(logs['acc'])\n"
    assert "logs['accuracy']" in run(HEAD + COMPILE + body).text
    assert "logs['acc']" in run(HEAD + COMPILE + body.replace("(Callback)", "")).text


STAYS = {
    "the metric is given as acc": "model.compile('sgd', 'mse', metrics=['acc'])\nEarlyStopping('val_acc')\n",
    "by a name": "wanted = ['acc']\nmodel.compile('sgd', 'mse', metrics=wanted)\nEarlyStopping('val_acc')\n",
    "a dictionary of one's own": COMPILE + "scores = {}\nscores['acc'] = 1\nprint('{acc}'.format(acc=3))\n",
    "another key": COMPILE + "EarlyStopping('val_loss')\nh.history['account']\n",
    "another library": COMPILE + "from other import EarlyStopping as Stop\nStop(monitor='val_acc')\n",
}


@pytest.mark.parametrize("case", STAYS)
def test_what_is_called_otherwise_stays(case: str) -> None:
    check_noop(HEAD + STAYS[case], codes=(), unsafe=True)


def test_a_metric_that_nobody_shows_is_left_to_a_person() -> None:
    found = run(HEAD + "EarlyStopping('val_acc')\n").findings
    assert [(f.code, f.fix, f.applied) for f in found] == [("TRN035", Fix.MANUAL, False)]
    assert found[0].hint


@pytest.mark.parametrize(("given", "fix"), [("accuracy", Fix.UNSAFE), ("acc", None), ("mae", Fix.MANUAL)])
def test_other_files_of_the_project_are_asked(tmp_path: Path, given: str, fix: Fix | None) -> None:
    (tmp_path / "setup.cfg").touch()
    (tmp_path / "model.py").write_text(f"import keras\nm.compile('sgd', 'mse', metrics=['{given}'])\n")
    file = tmp_path / "a.py"
    file.write_text(HEAD + "EarlyStopping('val_acc')\n")
    assert [f.fix for f in process(file, Options(), Repository()).findings] == ([fix] if fix else [])
