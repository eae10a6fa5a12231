"""Counts of batches: samples of Keras 1, and divisions."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.names.repository import Repository
from codemods.options import Options
from codemods.run.runner import process
from codemods.testing import check_noop, run
from migrate.findings import Fix

HEAD = "from keras.models import Sequential\nm = Sequential()\n"


def made(call: str, head: str = HEAD) -> str:
    return run(f"{head}{call}\n").text.splitlines()[-1]


BY_HAND = {
    "named": "m.fit_generator(g, samples_per_epoch=len(x), nb_epoch=2)",
    "second beside nb_epoch": "m.fit_generator(g, len(x), nb_epoch=2)",
    "second beside nb_worker": "m.fit_generator(g, n, 2, nb_worker=3)",
    "for validation": "m.fit_generator(g, 8, 2, validation_data=v, nb_val_samples=3)",
}


@pytest.mark.parametrize("case", BY_HAND)
def test_samples_are_left_to_a_person(case: str) -> None:
    outcome = run(HEAD + BY_HAND[case] + "\n")
    assert outcome.text == HEAD + BY_HAND[case] + "\n"
    assert [(f.code, f.fix) for f in outcome.findings] == [("TRN003", Fix.MANUAL)]
    assert "divide by the batch size" in outcome.findings[0].hint


BATCHES = {
    "m.fit_generator(g, len(x) // 32, nb_epoch=2)": "m.fit(g, steps_per_epoch=len(x) // 32, epochs=2)",
    "m.fit_generator(g, train_steps, nb_epoch=2)": "m.fit(g, steps_per_epoch=train_steps, epochs=2)",
    "m.fit_generator(g, n, 2)": "m.fit(g, steps_per_epoch=n, epochs=2)",
    "m.fit_generator(d.flow(x, y, batch_size=32), len(x), nb_epoch=2)": (
        "m.fit(d.flow(x, y, batch_size=32), steps_per_epoch=math.ceil(len(x) / 32), epochs=2)"
    ),
    "m.fit_generator(d.flow(x, batch_size=b), samples_per_epoch=n)": (
        "m.fit(d.flow(x, batch_size=b), steps_per_epoch=math.ceil(n / b))"
    ),
}


@pytest.mark.parametrize("call", BATCHES)
def test_what_counts_batches_is_renamed(call: str) -> None:
    assert made(call) == BATCHES[call]


def test_pins_of_keras_1_say_that_samples_are_meant(tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").touch()
    (tmp_path / "requirements.txt").write_text("keras==1.2.2\n")
    file = tmp_path / "a.py"
    file.write_text(HEAD + "m.fit_generator(g, len(x), 2)\n")
    assert process(file, Options(), Repository()).new is None


def test_a_division_is_rounded_up() -> None:
    assert made("m.fit(g, steps_per_epoch=n / 3)") == "m.fit(g, steps_per_epoch=math.ceil(n / 3))"
    assert (
        made("m.fit(g, validation_steps=k)", HEAD + "k = n / 3\n")
        == "m.fit(g, validation_steps=math.ceil(k))"
    )


STAYS = {
    "a whole number": "m.fit(g, steps_per_epoch=n // 3)",
    "an int": "m.fit(g, steps_per_epoch=int(n / 3))",
    "another argument": "m.fit(g, batch_size=n / 3)",
    "another library": "from sklearn.svm import SVC\nSVC().fit(g, steps_per_epoch=n / 3)",
    "a method of the project": (
        "class Net(Sequential):\n    def fit(self, data, steps_per_epoch):\n        return data\n\n\n"
        "Net().fit(g, steps_per_epoch=n / 3)"
    ),
}


@pytest.mark.parametrize("case", STAYS)
def test_what_is_whole_or_not_ours_stays(case: str) -> None:
    check_noop(f"{HEAD}{STAYS[case]}\n", codes=())
